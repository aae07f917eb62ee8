"""An orderpipe configuration that points at a running sandbox."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.marketplaces import MarketRow, find_marketplace
from sandbox.oms import find_oms
from sandbox.routing import Routes, lay_routes
from sandbox.rows import Tables

HEAD = """\
# Points at the sandbox at {base}
data_dir = ".orderpipe"

[limits]
lease = "10s"
call_deadline = "5s"
backoff = ["1s", "10s"]
"""


@dataclass(frozen=True, slots=True)
class ExampleConfig:
    """`secrets`: file name -> content; the TOML names each as `file:NAME`, relative to itself."""

    toml: str
    secrets: dict[str, str] = field(repr=False)


def example_config(
    base_url: str,
    *,
    marketplaces: Sequence[str] = ("octopia",),
    oms: Sequence[str] = ("egenta",),
    routes: Routes = (),
    reput_is_safe: bool = True,
) -> ExampleConfig:
    """An account for each, and routes between them. `reput_is_safe = false` belongs to an inserting Egenta. Short
    times: this is for trying out. ValueError: no such marketplace or OMS."""
    base, laid = base_url.rstrip("/"), lay_routes(marketplaces, oms, routes)
    markets = {name: find_marketplace(name) for name in marketplaces}
    accounts = name_oms_accounts(list(markets.values()), oms)
    parts = [HEAD.format(base=base)]
    secrets: dict[str, str] = {}
    for row in markets.values():
        parts.append(row.account.format(base=base, account=row.named))
        secrets |= row.secrets()
    for name in oms:
        found = find_oms(name)
        reput = "true" if reput_is_safe else "false"
        parts.append(found.account.format(base=base, account=accounts[name], reput=reput))
        secrets |= found.secrets()
    for name, row in markets.items():
        for targets, tables in group_targets(row.route, {one: find_oms(one).route for one in laid[name]}):
            parts.append("\n".join(_write_route(row.named, [accounts[one] for one in targets], tables)))
    return ExampleConfig("\n".join(parts), secrets)


def name_oms_accounts(markets: Sequence[MarketRow], oms: Sequence[str]) -> dict[str, str]:
    """By OMS: `egenta-cdiscount` where Cdiscount is alone, else `egenta-shops`."""
    seller = markets[0].seller if len(markets) == 1 else "shops"
    return {name: f"{name}-{seller}" for name in oms}


def group_targets(tables: Tables, wanted: Mapping[str, Tables]) -> list[tuple[list[str], dict[str, dict[str, str]]]]:
    """As few routes as can be: OMS share one unless they want different values of the same key."""
    groups: list[tuple[list[str], dict[str, dict[str, str]]]] = []
    for name, more in wanted.items():
        for targets, there in groups:
            if not _clash(there, more):
                targets.append(name)
                break
        else:
            there = {table: dict(words) for table, words in tables.items()}
            groups.append(([name], there))
        for table, words in more.items():
            there.setdefault(table, {}).update(words)
    return groups


def _clash(one: Tables, other: Tables) -> bool:
    return any(
        one.get(table, {}).get(key, word) != word for table, words in other.items() for key, word in words.items()
    )


def _write_route(source: str, targets: list[str], tables: Tables) -> Iterator[str]:
    yield f'[[routes]]\nfrom = "{source}"\nto = {json.dumps(targets)}\nmode = "live"'
    for table, words in tables.items():
        yield f"\n[routes.{table}]"
        for key, word in words.items():
            yield f"{json.dumps(key)} = {json.dumps(word)}"
    yield ""
