"""The configuration as the rest sees it: frozen, complete, with defaults filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pipeline.config.setting import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`[limits]`."""

    lease: timedelta = timedelta(seconds=60)
    call_deadline: timedelta = timedelta(seconds=20)
    max_body: int = 10_000_000  # bytes
    attempts: int = 8
    backoff: tuple[timedelta, timedelta] = (timedelta(seconds=5), timedelta(minutes=15))  # first, longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A configured connector. `poll` maps a flow's name to its period, None for off."""

    name: str
    kind: Literal["marketplace", "oms"]
    connector: str
    start: datetime | None = None
    poll: Mapping[str, timedelta | None] = field(default_factory=dict)
    in_hand: int = 2
    settle_delay: timedelta = timedelta(seconds=60)
    overlap: timedelta = timedelta(minutes=5)
    sweep: timedelta | None = timedelta(hours=24)
    batch: int | None = None
    own_queue: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)  # checked against the connector, defaults filled in


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """From one marketplace to its OMS. `flows` None: all that both can do. `ack_when` None: every target."""

    source: str
    to: tuple[str, ...]
    mode: Literal["live", "rehearse"] = "live"
    flows: tuple[str, ...] | None = None
    ack_when: tuple[str, ...] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    status_map: Mapping[str, str] = field(default_factory=dict)
    carrier_map: Mapping[str, str] = field(default_factory=dict)
    shipping_map: Mapping[str, str] = field(default_factory=dict)
    payment_map: Mapping[str, str] = field(default_factory=dict)
    sku_map: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of `orderpipe.toml`."""

    path: Path
    data_dir: Path
    redis_url: Secret | None = None  # a URL may hold a password
    redis_master: str | None = None  # of a sentinel:// url
    redis_replicas: int = 0  # that must have a mark before anything is sent (WAIT)
    redis_durability: Literal["checked", "promised"] = "checked"
    broker_url: Secret | None = None  # None: redis_url
    broker_master: str | None = None
    keep_finished: timedelta = timedelta(hours=24)
    limits: Limits = field(default_factory=Limits)
    concurrency: int = 4
    flower_listen: tuple[str, int] = ("127.0.0.1", 5555)
    flower_basic_auth: Secret | None = None  # "user:password"
    marketplaces: Mapping[str, Account] = field(default_factory=dict)
    oms: Mapping[str, Account] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    seal_key: Secret | None = None  # ORDERPIPE_SEAL_KEY, base64 of 32 bytes
    seal_key_old: Secret | None = None

    def account(self, name: str) -> Account:
        """Raises KeyError."""
        return self.marketplaces.get(name) or self.oms[name]

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Every account by name."""
        return {**self.marketplaces, **self.oms}
