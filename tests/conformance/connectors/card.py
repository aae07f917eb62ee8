"""What the suite must be told of one connector and its simulator: a card. Everything else is general."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.connectors.stand import Stand


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCard:
    """One write. `endpoint`: the simulator's name of what takes it. `make(stand, id)`: a good document, with all it
    needs before it done at the partner; `id` is a fresh one to use where the id is ours to choose.
    `held(stand, document)`: how many times the simulator has it (a value that is simply set: 0 or 1).
    `hostile_ids`: ids that the partner's rules allow, to be sent and looked up like any other.
    """

    endpoint: str
    make: Callable[["Stand", str], Any]
    held: Callable[["Stand", Any], int]
    hostile_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCard:
    """One list. `fill(stand, n)`: n more documents that it must show from now on; their ids.
    `touch(stand, id)`: this one changes now, None where the list has no times. `pages`: it comes in pages, of 3 by
    the card's settings. `late`: the simulator heeds the fault `late_order`. `calls`: a pattern of the list's own
    paths, where listing makes other calls too. `lag`: seconds until the partner lists a change, by its own document.
    `bound`: it tells how far its list is complete, and that, not the newest change, is the cursor. `age`: seconds by
    which its orders are bought before they appear, where what was bought before the account's start is not read.
    """

    endpoint: str
    fill: Callable[["Stand", int], Sequence[str]]
    touch: Callable[["Stand", str], None] | None = None
    pages: bool = True
    late: bool = False
    calls: str = ""
    lag: float = 0.0
    bound: bool = False
    age: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`settings` are added to the simulator's example account, so that all capabilities exist and pages are short;
    `dials` are turned at the simulator before the first test. `token`: the endpoint that gives tokens, None where
    credentials go with each call. `forgives`: breaches that a scenario can't help, by words in them. `depends`: words
    of the status table whose meaning the rest of the order decides; the table has the usual one.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    dials: Mapping[str, Any] = field(default_factory=dict)
    token: str | None = None
    writes: Mapping[str, WriteCard] = field(default_factory=dict)
    lists: Mapping[str, ListCard] = field(default_factory=dict)
    forgives: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
