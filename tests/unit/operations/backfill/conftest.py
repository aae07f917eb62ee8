"""A world with one marketplace and an OMS that takes history, and files for it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.config.model import Account, Config
from pipeline.domain.codec import to_fields
from pipeline.domain.order import OrderStatus
from pipeline.operations.backfill.wish import FileReport, FileWish
from pipeline.operations.fetching import Fetching
from tests.builders import build_line, build_order
from tests.fakes.partners import VOLATILE, FakeMarketplace, FakeOms
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

START = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
WORDS = {"shipped": OrderStatus.SHIPPED, "canceled": OrderStatus.CANCELED, "unshipped": OrderStatus.UNSHIPPED}


def canonical(id_: str = "H1", status: str = "shipped", **overrides: Any) -> dict[str, Any]:
    """As an export has it: no partner's word, no deadlines."""
    fields: dict[str, Any] = {
        "raw_status": None, "released": None, "ship_by": None, "deliver_after": None, "deliver_by": None,
        "purchased_at": BEFORE, "updated_at": BEFORE + timedelta(days=2),
        "lines": (build_line(status=None, raw_status=None),),
    }  # fmt: skip
    return to_fields(build_order(id=id_, status=WORDS[status], **fields | overrides))


@dataclass
class Desk:
    """`read` is one run of the command."""

    folder: Path
    world: World
    fetching: Fetching
    said: list[str] = field(default_factory=list)

    def file(self, *orders: Mapping[str, Any] | bytes, name: str = "old.jsonl") -> Path:
        """JSON lines; bytes are lines as they are."""
        path = self.folder / name
        lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in orders]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    def read(self, path: Path | str, say: Callable[[str], None] | None = None, **wish: Any) -> FileReport:
        """Said goes into `said`."""
        return self.fetching.backfill_file("m1", FileWish(path=str(path), **wish), say or self.said.append)

    def counts(self, report: FileReport) -> dict[str, int]:
        """Those that are not 0."""
        return {word: count for word, count in report.counts.items() if count}


def make_desk(folder: Path, market: FakeMarketplace | None = None, **oms: Any) -> Desk:
    """Routes to o1; a start after the old orders."""
    history = FakeWrite(volatile=VOLATILE, takes_history=True)
    market = market or FakeMarketplace(accept=FakeWrite(), acknowledge=FakeWrite())
    world = World(markets={"m1": market}, oms=oms or {"o1": FakeOms(import_orders=history)})
    config = Config(
        path=Path("orderpipe.toml"),
        data_dir=Path(),
        marketplaces={"m1": Account(name="m1", kind="marketplace", connector="x", start=START)},
        oms={name: Account(name=name, kind="oms", connector="x") for name in world.oms},
    )
    return Desk(folder, world, Fetching(config, world.network, world.ledger, world.polling, world.hinted.append))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)
