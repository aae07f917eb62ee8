"""`[marketplaces.NAME]` and `[oms.NAME]`: the accounts, checked against what their connectors declare."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol

from pipeline.config.model import Account
from pipeline.config.setting import Setting
from pipeline.config.settings import read_settings
from pipeline.config.table import Table

Kind = Literal["marketplace", "oms"]
NAME: Final = re.compile(r"[a-z0-9-]+", re.ASCII)
SECTIONS: Final[Mapping[Kind, str]] = {"marketplace": "marketplaces", "oms": "oms"}
TITLES: Final[Mapping[Kind, str]] = {"marketplace": "a marketplace", "oms": "an OMS"}

# which flow is polled at which kind, with which capability, how often unless the account says otherwise
POLLS: Final[Mapping[Kind, Mapping[str, tuple[str, timedelta]]]] = {
    "marketplace": {"orders": ("new_orders", timedelta(seconds=60))},
    "oms": {
        "shipments": ("shipped", timedelta(minutes=5)),
        "statuses": ("status_requests", timedelta(minutes=15)),
    },
}


class Declared(Protocol):
    """What the configuration needs to know of a connector."""

    @property
    def kind(self) -> Kind:
        """Marketplace or OMS."""
        ...

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Its own settings."""
        ...

    @property
    def capabilities(self) -> frozenset[str]:
        """What it can do (design, section 4)."""
        ...


def read_accounts(section: Table, kind: Kind, declared: Mapping[str, Declared]) -> dict[str, Account]:
    """All accounts of one kind, those with problems left incomplete."""
    accounts = {}
    for name in section.values:
        if not NAME.fullmatch(name):
            section.wrong(name, "an account's name holds only a-z, 0-9 and -: rename it")
        accounts[name] = _read_account(section.table(name), name, kind, declared)
    return accounts


def _read_account(table: Table, name: str, kind: Kind, declared: Mapping[str, Declared]) -> Account:
    standard = Account(name=name, kind=kind, connector="")
    word, connector = _read_connector(table, kind, declared)
    account = Account(
        name=name,
        kind=kind,
        connector=word,
        start=_read_start(table) if kind == "marketplace" else None,
        poll=_read_poll(table.table("poll"), kind, connector),
        in_hand=table.whole("in_hand", standard.in_hand, least=1, most=1000),
        settle_delay=table.duration("settle_delay", standard.settle_delay, zero=True),
        overlap=table.duration("overlap", standard.overlap, zero=True),
        sweep=table.period("sweep", standard.sweep),
        batch=table.whole("batch", None, least=1, most=100),
        own_queue=table.flag("own_queue", standard.own_queue),
        settings=_settings(table.table("settings"), connector),
    )
    if connector is not None:
        _point_at_settings(table, connector)
    table.finish()
    return account


def _settings(table: Table, connector: Declared | None) -> dict[str, Any]:
    # of an unknown connector nothing can be said: its settings stay unread, the name is the problem
    return read_settings(table, connector.settings) if connector is not None else {}


def _read_connector(table: Table, kind: Kind, declared: Mapping[str, Declared]) -> tuple[str, Declared | None]:
    fitting = sorted(name for name, other in declared.items() if other.kind == kind)
    word = table.get("connector")
    if word is None:
        table.wrong("connector", f"missing: name one of {', '.join(fitting) or 'none (none exists)'}")
        return "", None
    if not isinstance(word, str) or word not in declared:
        table.problems.unknown(table.at("connector"), f"connector {word!r}", str(word), fitting)
        return "", None
    if declared[word].kind != kind:
        other = declared[word].kind
        table.wrong("connector", f"{word} is {TITLES[other]}: move this account to [{SECTIONS[other]}.NAME]")
        return word, None
    return word, declared[word]


def _read_start(table: Table) -> datetime | None:
    remedy = "write start = 2026-11-21T00:00:00Z (orders bought from then on are taken)"
    value = table.get("start")
    if value is None:
        table.wrong("start", f"missing: {remedy}")
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            table.wrong("start", f"{value!r} is no time: {remedy}")
            return None
    if not isinstance(value, datetime):
        table.wrong("start", f"must be a date with a time: {remedy}")
        return None
    if value.tzinfo is None:
        table.wrong("start", f"{value.isoformat()} has no time zone: append Z for UTC, or an offset such as +01:00")
        return None
    return value


def _read_poll(table: Table, kind: Kind, connector: Declared | None) -> dict[str, timedelta | None]:
    polls: dict[str, timedelta | None] = {}
    for flow, (capability, every) in POLLS[kind].items():
        able = connector is None or capability in connector.capabilities
        period = table.period(flow, every if able else None)
        if period is not None and not able:
            table.wrong(flow, f"this connector can't list {flow} (no {capability}): remove it")
        elif able:
            polls[flow] = period
    for other, flows in POLLS.items():
        for flow in flows:
            # asked for, so that it isn't reported as unknown too
            if other != kind and flow in table.values and table.get(flow) != "off":
                table.wrong(flow, f"{flow} are polled at {TITLES[other]}: set it below [{SECTIONS[other]}.NAME]")
    table.finish()
    return polls


def _point_at_settings(table: Table, connector: Declared) -> None:
    names = {setting.name for setting in connector.settings}
    for key in table.values:
        if key in names and key not in table.asked:
            table.get(key)
            table.wrong(key, f"is a setting of the connector: move it into {table.at('settings')}")
