"""One connector's simulator behind a real socket, on a clock that the suite turns, and the account that speaks to it.

This is the only file of the suite that knows how a sandbox is set up.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from pipeline.config.model import Account, Config, Route
from pipeline.config.read import read_config
from pipeline.connectors.contract import Connector
from pipeline.connectors.http import open_client
from pipeline.connectors.registry import CONNECTORS
from sandbox import SandboxConfig, example_config, serve_in_thread
from sandbox.samples import Shares
from tests.conformance.connectors.card import Card
from tests.conformance.connectors.tamper import Tamper
from tests.unit.connectors.rig import References, Tokens

HOSTILE = 5  # orders from the start, one of each form of id
SEVERAL = "marketplaces" in SandboxConfig.__dataclass_fields__  # whether a sandbox takes any set of partners


class Clock:
    """Time stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta | float) -> None:
        self.now += by if isinstance(by, timedelta) else timedelta(seconds=by)


@dataclass
class Simulator:
    """What stays while tests come and go: the server, the pooled client, tokens and tables as all hosts share them."""

    connector: Connector
    url: str
    clock: Clock
    tamper: Tamper
    http: httpx.Client
    asking: httpx.Client
    card: Card
    tokens: Tokens = field(default_factory=Tokens)
    references: References = field(default_factory=References)
    made: int = 0
    configs: dict[str, Config] = field(default_factory=dict)

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call of the control API."""
        answer = self.asking.request(method, f"{self.url}/_{path}", json=body)
        assert answer.status_code == 200, f"the simulator's control refuses {method} {path}: {answer.text}"
        return answer.json()

    def arm(self, *rules: Mapping[str, Any]) -> None:
        """These faults, and no others."""
        self.control("POST", "/faults", {"rules": list(rules)})

    def fired(self) -> int:
        """How often the armed faults struck."""
        return sum(int(rule["fired"]) for rule in self.control("GET", "/faults")["rules"])

    def requests(self, endpoint: str) -> int:
        """How many calls an endpoint has had."""
        answers: dict[str, int] = self.control("GET", "/state")["answers"]
        return sum(count for name, count in answers.items() if name.rpartition(" ")[0] == endpoint)

    def breaches(self) -> dict[str, int]:
        """What broke the partner's contract, by rule."""
        found: dict[str, int] = self.control("GET", "/state")["violations_by_rule"]
        return {rule: count for rule, count in found.items() if not any(word in rule for word in self.card.forgives)}

    def add_orders(self, count: int) -> list[str]:
        """Plain new orders at the marketplace, changed now; their ids."""
        self.made += 1
        ids: list[str] = self.control("POST", "/orders", {"count": count, "plain": True, "seed": 100 + self.made})[
            "ids"
        ]
        return ids

    def fresh_id(self) -> str:
        """An id that nobody has used."""
        self.made += 1
        return f"SUITE{self.made:05d}X"

    def config(self, url: str | None = None) -> Config:
        """The simulator's example configuration with the card's settings, read like anybody's; at `url` if given."""
        if (url or self.url) not in self.configs:
            self.configs[url or self.url] = self._read_config(url or self.url)
        return self.configs[url or self.url]

    def _read_config(self, url: str) -> Config:
        return read_example(self.connector, self.card, url)

    def account(self, config: Config) -> Account:
        """The connector's own."""
        return account_of(self.connector, config)

    def route(self, config: Config) -> Route | None:
        """An OMS's own tables and defaults."""
        name = self.account(config).name
        return next((route for route in config.routes if name in route.to), None)


@contextmanager
def running(connector: Connector, card: Card) -> Iterator[Simulator]:
    """The connector's simulator, while the block runs."""
    clock = Clock()
    shares = Shares(awaiting=0, processing=0, cancelled=0, foreign=0, hostile_ids=1)
    config = SandboxConfig(orders=HOSTILE, plant=0, shares=shares, clock=clock, **_meant(connector))
    tamper = Tamper()
    with (
        serve_in_thread(config) as url,
        httpx.Client(trust_env=False, timeout=10) as asking,
        open_client() as plain,
        httpx.Client(transport=tamper, trust_env=False, cookies=plain.cookies) as http,
    ):
        found = Simulator(connector, url, clock, tamper, http, asking, card)
        if card.dials:
            found.control("POST", f"/{connector.name}", card.dials)
        yield found


def read_example(connector: Connector, card: Card, url: str) -> Config:
    """The simulator's example configuration with the card's settings, read like anybody's."""
    example = example_config(url, **_meant(connector))
    with TemporaryDirectory() as folder:
        for name, secret in example.secrets.items():
            path = Path(folder, name)
            path.touch(0o600)
            path.write_text(secret)
        path = Path(folder, "orderpipe.toml")
        path.write_text(_with_settings(example.toml, connector, card.settings))
        return read_config(path, declared=CONNECTORS, env={})


def account_of(connector: Connector, config: Config) -> Account:
    """The connector's own."""
    return next(one for one in config.accounts.values() if one.connector == connector.name)


def _list_known() -> frozenset[str]:
    """Every partner that can be simulated."""
    if SEVERAL:
        markets, oms = import_module("sandbox.marketplaces"), import_module("sandbox.oms")
        return frozenset(markets.MARKETPLACES) | frozenset(oms.OMS)
    return frozenset(import_module("sandbox.oms").NAMES) | {"octopia"}


def _meant(connector: Connector) -> dict[str, Any]:
    """This partner, beside the one that a sandbox always has of the other kind."""
    if SEVERAL:
        return {"marketplaces" if connector.kind == "marketplace" else "oms": (connector.name,)}
    return {} if connector.kind == "marketplace" else {"oms": connector.name}


KNOWN = _list_known()


def _with_settings(toml: str, connector: Connector, settings: Mapping[str, Any]) -> str:
    """The example with these settings of the connector's account, in place of its own."""
    content = tomllib.loads(toml, parse_float=Decimal)
    for account in content["marketplaces" if connector.kind == "marketplace" else "oms"].values():
        if account["connector"] == connector.name:
            account["settings"] |= settings
    return "\n".join(f"{name} = {_toml(value)}" for name, value in content.items()) + "\n"


def _toml(value: Any) -> str:
    """On one line: tables and lists inside others are written inline."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(name)} = {_toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
