"""`[[routes]]`: which marketplace's documents go to which OMS, checked against what both can do."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

from pipeline.config.accounts import Declared
from pipeline.config.model import Account, Route
from pipeline.config.problems import Problems
from pipeline.config.secrets import Sources
from pipeline.config.table import Table
from pipeline.domain.order import Order
from pipeline.domain.paths import check_path, parse_value

REFERENCE: Final = re.compile(r"\{([^{}]+)\}")  # as in "{shipping_address.city}"
FLOWS: Final = ("orders", "shipments", "statuses", "cancellations")
MAPS: Final = ("status_map", "carrier_map", "shipping_map", "payment_map", "sku_map")


@dataclass(frozen=True, slots=True)
class Need:
    """What a flow asks of the marketplace and of the OMS."""

    marketplace: frozenset[str]
    oms: frozenset[str]


# any one way is enough (design, sections 1 and 4)
NEEDS: Final[Mapping[str, tuple[Need, ...]]] = {
    "orders": (Need(frozenset({"new_orders"}), frozenset({"import_orders"})),),
    "shipments": (Need(frozenset({"ship", "get"}), frozenset({"shipped"})),),
    "statuses": (Need(frozenset({"get"}), frozenset({"status_requests", "answer_status"})),),
    "cancellations": (
        Need(frozenset({"new_orders"}), frozenset({"cancel"})),
        Need(frozenset({"cancel"}), frozenset()),
    ),
}


def missing_for(flow: str, marketplace: frozenset[str], oms: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What marketplace and OMS lack for this flow; two empty sets when it is possible."""
    gaps = [(need.marketplace - marketplace, need.oms - oms) for need in NEEDS[flow]]
    return min(gaps, key=lambda gap: len(gap[0]) + len(gap[1]))


def read_routes(
    values: Any,
    problems: Problems,
    sources: Sources,
    accounts: Mapping[str, Account],
    declared: Mapping[str, Declared],
) -> tuple[Route, ...]:
    """Every route, in the file's order."""
    if not isinstance(values, list):
        problems.add("routes", "must be a list of tables: write [[routes]] above each one")
        return ()
    reader = _Reader(accounts, declared)
    routes = []
    seen: dict[tuple[str, str], str] = {}
    for index, value in enumerate(values):
        table = Table(value, f"routes.{index}", problems, sources)
        route = reader.read(table)
        for target in route.to:
            first = seen.setdefault((route.source, target), table.place)
            if first != table.place:
                table.wrong("to", f"{route.source} to {target} is already {first}: remove one of them")
        routes.append(route)
    return tuple(routes)


@dataclass(frozen=True, slots=True)
class _Reader:
    accounts: Mapping[str, Account]
    declared: Mapping[str, Declared]

    def read(self, table: Table) -> Route:
        source = self._source(table)
        to = self._targets(table)
        route = Route(
            source=source,
            to=to,
            mode="rehearse" if table.choice("mode", ("live", "rehearse"), "live") == "rehearse" else "live",
            flows=self._flows(table, source, to),
            ack_when=_ack_when(table, to),
            defaults=_defaults(table.table("defaults")),
            **{name: _words(table.table(name)) for name in MAPS},
        )
        table.finish()
        return route

    def _named(self, kind: str) -> list[str]:
        return [name for name, account in self.accounts.items() if account.kind == kind]

    def _source(self, table: Table) -> str:
        name = table.get("from")
        marketplaces = self._named("marketplace")
        if name is None:
            known = ", ".join(marketplaces) or "none is configured"
            table.wrong("from", f"missing: name a marketplace account ({known})")
            return ""
        if name in self._named("oms"):
            table.wrong("from", f"{name} is an OMS: a route goes from a marketplace to its OMS")
        elif name not in marketplaces:
            table.problems.unknown(table.at("from"), f"marketplace account {name!r}", str(name), marketplaces)
        return str(name)

    def _targets(self, table: Table) -> tuple[str, ...]:
        value = table.get("to")
        known = self._named("oms")
        if value is None:
            table.wrong("to", f"missing: name OMS accounts, as in to = [{', '.join(repr(name) for name in known[:1])}]")
            return ()
        names = table.names("to")
        if value == [] or len(set(names)) < len(names):
            table.wrong("to", "name at least one OMS account, and each once")
        for name in names:
            if name in self.accounts and name not in known:
                table.wrong("to", f"{name} is a marketplace: a route goes to an OMS")
            elif name not in known:
                table.problems.unknown(table.at("to"), f"OMS account {name!r}", name, known)
        return names

    def _flows(self, table: Table, source: str, to: tuple[str, ...]) -> tuple[str, ...] | None:
        if table.get("flows") is None:
            return None
        flows = table.names("flows")
        if table.get("flows") == []:
            table.wrong("flows", "names none: remove it for all that both can do, or name one")
        for flow in flows:
            if flow not in FLOWS:
                table.problems.unknown(table.at("flows"), f"flow {flow!r}", flow, FLOWS)
            else:
                self._check_possible(table, flow, source, to)
        return tuple(dict.fromkeys(flows))

    def _check_possible(self, table: Table, flow: str, source: str, to: tuple[str, ...]) -> None:
        """Orders must be possible for every target, the ways back for at least one."""
        marketplace = self._able(source)
        words = []
        for target in to:
            oms = self._able(target)
            if marketplace is None or oms is None:
                return  # already a problem of its own
            lacks = missing_for(flow, marketplace, oms)
            if not any(lacks):
                if flow != "orders":
                    return
                continue
            sides = zip((source, target), lacks, strict=True)
            words += [f"{name} has no {', '.join(sorted(gap))}" for name, gap in sides if gap]
        if words:
            table.wrong("flows", f"{flow} is not possible here ({'; '.join(dict.fromkeys(words))}): remove it")

    def _able(self, name: str) -> frozenset[str] | None:
        account = self.accounts.get(name)
        connector = self.declared.get(account.connector) if account else None
        return connector.capabilities if connector else None


def _ack_when(table: Table, to: tuple[str, ...]) -> tuple[str, ...] | None:
    if table.get("ack_when") is None:
        return None
    names = table.names("ack_when")
    strangers = [name for name in names if name not in to]
    if strangers:
        table.wrong("ack_when", f"{', '.join(strangers)}: not among this route's targets ({', '.join(to)})")
    if table.get("ack_when") == []:
        table.wrong("ack_when", "names none: remove it for every target, or name one")
    return names


def _defaults(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, value in _flat(table.values):
        references = REFERENCE.findall(value) if isinstance(value, str) else []
        try:
            for wanted in (path, *references):
                check_path(Order, wanted, stars=True)
            if not references:
                parse_value(Order, path.replace("*", "0"), _as_json(value))
        except ValueError as error:
            table.wrong(path, str(error).removeprefix(f"{path}: "))
        found[path] = value
    return found


def _as_json(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, time)):
        value = value.isoformat()
    if isinstance(value, list):
        raise ValueError("must be one value: text, a number, true or false")
    return json.dumps(value)


def _flat(values: Mapping[str, Any], head: str = "") -> list[tuple[str, Any]]:
    """Paths in quotes and paths as TOML's own dotted keys alike."""
    pairs: list[tuple[str, Any]] = []
    for key, value in values.items():
        path = f"{head}.{key}" if head else key
        pairs += _flat(value, path) if isinstance(value, dict) else [(path, value)]
    return pairs


def _words(table: Table) -> dict[str, str]:
    return {key: table.text(key) for key in table.values}
