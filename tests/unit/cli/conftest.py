"""The command line as a function: words in; exit code, stdout and stderr out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.cli.session import Session
from pipeline.config.model import Config
from pipeline.connectors.contract import Endpoint, Operation, Rule
from pipeline.domain.order import OrderStatus
from tests.unit.cli.desk import FakeDesk
from tests.unit.config import declared

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Room(declared.Room):
    """A connector as `connectors` and `call` see it."""

    name: str = ""
    title: str = "A partner"
    endpoints: tuple[Endpoint, ...] = ()
    operations: tuple[Operation, ...] = ()
    statuses: Mapping[str, OrderStatus] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


MARKET = Room(
    "marketplace",
    declared.MARKET.settings,
    declared.MARKET.capabilities,
    name="market",
    endpoints=(Endpoint(method="GET", path="/orders", purpose="list", used_by="new_orders", source="D 1"),),
    operations=(
        Operation(name="carriers", meaning="the carriers it knows"),
        Operation(name="split", meaning="split a shipment", changes=True, undoable=False),
    ),
    statuses={"InPreparation": OrderStatus.UNSHIPPED},
    sources=("contracts, section 5",),
    rules=(Rule(name="*.carrier", says="at most 9 characters", source="D 2", by=str.strip),),
)
OMS = Room("oms", declared.OMS.settings, declared.OMS.capabilities, name="oms-one")


@dataclass
class Shell:
    """Runs commands with a config of its own."""

    folder: Path
    desk: FakeDesk
    opened: list[Config] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "orderpipe.toml"

    def __call__(self, *words: str, config: bool = True, env: Mapping[str, str] | None = None) -> Result:
        def open_desk(config: Config, checked: bool) -> FakeDesk:
            self.opened.append(config)
            return self.desk

        session = Session(
            open_desk=open_desk,
            check=lambda config: open_desk(config, True).check(),
            connectors=lambda: {"market": MARKET, "oms-one": OMS},
            now=lambda: NOW,
        )
        before = ["--config", str(self.path)] if config else []
        whole = {**declared.ENV, "ORDERPIPE_CONFIG": None, **(env or {})}
        return CliRunner().invoke(main, [*before, *words], obj=session, env=whole)

    def last(self) -> tuple[str, dict[str, Any]]:
        return self.desk.asked[-1]


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def shell(tmp_path: Path, desk: FakeDesk) -> Shell:
    shell = Shell(tmp_path, desk)
    shell.path.write_text(declared.GOOD)
    return shell
