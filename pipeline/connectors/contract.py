"""What a room declares: its settings, capabilities, endpoints, statuses, and the source of each fact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pipeline.config.setting import Setting
from pipeline.connectors.http import Http
from pipeline.domain.order import OrderStatus
from pipeline.ports import Budgets, Marketplace, Oms, References, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One documented operation at the partner, and the capability or `call` operation that uses it."""

    method: str
    path: str
    purpose: str
    used_by: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One documented rule of a field (or of a call): what the partner's document says, and the code that keeps it.

    `name` is the partner's own path (`orderItems.*.product.name`), or a short name for what is no field. `by` is the
    class or function that keeps it: docs/partners.md shows where it is, beside the tests marked `covers`.
    """

    name: str
    says: str
    source: str
    by: Callable[..., Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A documented operation outside the flows, for `orderpipe call`. `undoable` False asks for confirmation."""

    name: str
    meaning: str
    arguments: tuple[Setting, ...] = ()
    changes: bool = False  # False: a read
    undoable: bool = True
    source: str = ""
    run: Callable[[Any, Mapping[str, Any]], Any] = field(repr=False, default=lambda client, arguments: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """All that a connector may use. `account` is the user's name for it; secrets print as `***`."""

    account: str
    settings: Mapping[str, Any]
    http: Http
    tokens: Tokens
    references: References
    budgets: Budgets
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A room's declaration. `build` makes the client; `lacks` says why a capability is missing under given settings;
    `probe` is a call that needs the credentials and changes nothing, where the partner lists nothing that would do.
    """

    name: str
    kind: Literal["marketplace", "oms"]
    title: str
    settings: tuple[Setting, ...]
    capabilities: frozenset[str]
    endpoints: tuple[Endpoint, ...]
    statuses: Mapping[str, OrderStatus]
    volatile: frozenset[str]
    sources: tuple[str, ...]
    build: Callable[[Rig], Marketplace | Oms] = field(repr=False)
    limits: Mapping[str, str] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    probe: Callable[[Any], object] | None = field(default=None, repr=False)
    lacks: Callable[[Mapping[str, Any]], Mapping[str, str]] = field(repr=False, default=lambda settings: {})
    totals_add_up: bool = False
    rules: tuple[Rule, ...] = ()
