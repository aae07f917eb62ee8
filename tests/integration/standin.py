"""`celery -A tests.integration.standin worker`: the real app over a pipeline that only writes down what it was told."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from celery import signals

from pipeline.config.model import Account, Config, Limits, Route
from pipeline.config.setting import Secret
from pipeline.domain.lifecycle import Flow
from tasks import deaf, opened
from tasks.app import app

__all__ = ["app", "config", "lines"]


@dataclass(frozen=True)
class StandinReport:
    text: str
    lane: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    causes: Sequence[tuple[str, str, str]] = ()
    died: bool = False


class Standin:
    def __init__(self, config: Config) -> None:
        self._path = config.data_dir / "told"

    def _tell(self, *words: object) -> None:
        with self._path.open("a") as file:
            file.write(" ".join(str(word) for word in (*words, f"pid={os.getpid()}")) + "\n")

    def walk(self, lane: str, hint: Callable[[str], None]) -> StandinReport:
        self._tell("walk", lane)
        if lane.startswith("acknowledge."):
            self._tell("slow begun")
            time.sleep(2)
            self._tell("slow ended")
        if lane.startswith("fetch."):
            hint(lane.replace("fetch.", "normalize."))
        if lane.startswith("validate."):
            causes = [(f"orders:shop:{n}", "dead", "phone missing") for n in range(30)]
            return StandinReport("70 advanced, 30 dead: phone missing", lane=lane, causes=causes, died=True)
        return StandinReport("1 advanced", lane=lane)

    def poll(self, account: str, flow: Flow, hint: Callable[[str], None]) -> StandinReport:
        self._tell("poll", account, flow)
        return StandinReport("0 new")

    def dispatch(self) -> Sequence[str]:
        self._tell("dispatch")
        return []

    def upkeep(self, name: str, hint: Callable[[str], None]) -> None:
        self._tell("upkeep", name)

    def close(self) -> None:
        pass


def config() -> Config:
    shop = Account(
        name="shop",
        kind="marketplace",
        connector="octopia",
        start=datetime(2026, 1, 1, tzinfo=UTC),
        poll={"orders": timedelta(milliseconds=500)},
    )
    oms = Account(
        name="oms",
        kind="oms",
        connector="egenta",
        own_queue=True,
        poll={"shipments": timedelta(seconds=1), "statuses": None},
    )
    data_dir = Path(os.environ["STANDIN_DIR"])
    return Config(
        path=data_dir / "orderpipe.toml",
        data_dir=data_dir,
        redis_url=Secret(os.environ["STANDIN_URL"]),
        limits=Limits(call_deadline=timedelta(seconds=5)),
        concurrency=2,
        marketplaces={"shop": shop},
        oms={"oms": oms},
        routes=(Route(source="shop", to=("oms",)),),
    )


def lines(data_dir: Path) -> list[str]:
    path = data_dir / "told"
    return path.read_text().splitlines() if path.exists() else []


def _go_deaf(sender: Any, **_: object) -> None:
    """Connected and alive, but its event loop reads nothing any more."""
    sender.hub.on_tick.clear()
    for number in list(sender.hub.readers):
        sender.hub.remove(number)


if "STANDIN_DEAF" in os.environ:
    signals.worker_ready.connect(_go_deaf, weak=False)
if "STANDIN_PATIENCE" in os.environ:
    deaf.PATIENCE, deaf.LOOK = float(os.environ["STANDIN_PATIENCE"]), 0.2
if "STANDIN_DIR" in os.environ:
    ways: dict[str, Any] = {"read": config, "open": Standin}
    opened.use(**ways)
