"""`python -m benchmarks.beside`: how long live orders take alone, and beside a backfill of thousands, in one run.

The simulated Kibo takes one order a call, and 20 ms for it. From fetch to done, by the ledger's clock. A round: first
alone, then beside the default pace, then beside a pace that is none; each on a fresh system, as a backlog stays.
"""

import json
import re
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import Any, Final

import click
from redis import Redis

from benchmarks.ground import MARKET, Ground, wait_until
from pipeline.bootstrap import init_ledger
from pipeline.config.model import Config
from pipeline.supervisor.loading import load_config
from pipeline.supervisor.programs import environment, program
from sandbox.write_config import example_config

CALL: Final = 0.02  # seconds
PACES: Final = {"alone": (), "beside, default pace": ("",), "beside, no pace": ("--in-flight", "5000")}
_OLD: Final = {
    "status": "shipped", "purchased_at": "2019-05-01T12:00:00Z", "updated_at": "2019-05-02T12:00:00Z",
    "currency": "EUR", "total": "5.00",
    "lines": [{"id": "1", "sku": "S-1", "title": "A pot", "quantity": 1, "unit_price": "5.00"}],
}  # fmt: skip
_HOME: Final = {
    "first_name": "Jo",
    "last_name": "Doe",
    "line1": "1 Main St",
    "postal_code": "69003",
    "city": "Lyon",
    "country": "FR",
}


class System:
    """A sandbox, a server, a worker and a beat."""

    def __init__(self, ground: Ground) -> None:
        self._ground, folder = ground, ground.folder
        argv = [sys.executable, "-m", "sandbox", "--oms", "kibo", "--port", "0", "--orders", "0", "--die-with-parent"]
        ground.start(argv, "box")
        said = folder / "box.log"
        wait_until(lambda: "http://" in said.read_text(), "the sandbox listens")
        self._box = re.findall(r"http://\S+", said.read_text())[0]
        example = example_config(self._box, oms=("kibo",))
        for name, secret in example.secrets.items():
            (folder / name).write_text(secret)
        server = ground.server("server")
        self._path = folder / "orderpipe.toml"
        self._path.write_text(f'{example.toml}\n[redis]\nurl = "{server}/0"\n[worker]\nconcurrency = 2\n')
        self._redis: Any = Redis.from_url(f"{server}/0")
        self._config: Config = load_config(self._path)
        init_ledger(self._config)
        slow = {"kind": "slow", "endpoint": "kibo.import", "seconds": CALL}
        self._ask("faults", rules=[slow])
        for role in ("worker", "beat"):
            found = program(self._config, role, name=role)  # type: ignore[arg-type]
            ground.start(found.argv, role, environment(self._config))
        log = folder / "worker.log"
        wait_until(lambda: " ready." in log.read_text(), "the worker is ready")

    def _ask(self, what: str, **more: Any) -> Any:
        body = json.dumps(more).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self._box}/_/{what}", body), timeout=60) as answer:  # noqa: S310 -- our own sandbox
            return json.load(answer)

    @contextmanager
    def backfill(self, count: int, words: tuple[str, ...]) -> Iterator[None]:
        """Of so many old orders, for as long as the block runs."""
        path = self._ground.folder / "old.jsonl"
        with path.open("w") as file:
            for number in range(count):
                order = {"id": f"H{number}", **_OLD, "shipping_address": _HOME, "billing_address": _HOME}
                file.write(json.dumps(order) + "\n")
        argv = [sys.executable, "-m", "pipeline.cli", "backfill", MARKET, "--file", str(path), "--historic"]
        more = ["--config", str(self._path), *filter(None, words)]
        self._ground.start([*argv, *more], "backfill")
        wait_until(lambda: self._done() > 20, "the backfill is at work")
        yield
        if not any(words):  # with no pace the live ones are done when all of it is
            assert self._done() < count, "the backfill was over too soon: more orders"

    def _done(self) -> int:
        return int(self._redis.hget("op:counts", f"orders|{MARKET}|done|done") or 0)

    def live(self, count: int) -> list[float]:
        """Seconds from fetch to done of each; one after the other is placed, none is waited for."""
        ids = []
        for _ in range(count):
            ids += self._ask("orders", count=1, plain=True)["ids"]
            time.sleep(0.3)
        keys = [f"op:d:orders:{MARKET}:{id_}" for id_ in ids]
        while not all(self._redis.hget(key, "st") == b"done" for key in keys):  # with no pace: after the whole backlog
            time.sleep(0.2)
        times = [self._redis.hmget(key, "rat", "upd") for key in keys]
        return [(int(ended) - int(began)) / 1000 for began, ended in times]


@click.command()
@click.option("--orders", default=2000, help="of the backfill")
@click.option("--live", default=20, help="orders each time")
@click.option("--rounds", default=3)
def main(orders: int, live: int, rounds: int) -> None:
    """Measure, and print a table."""
    found: dict[str, list[list[float]]] = {name: [] for name in PACES}
    for _ in range(rounds):
        for name, words in PACES.items():
            with tempfile.TemporaryDirectory() as folder, Ground(Path(folder)) as ground:
                system = System(ground)
                with system.backfill(orders, words) if words else nullcontext():
                    found[name].append(system.live(live))
            click.echo(f"{name}: {median(found[name][-1]):.3f} s", err=True)
    click.echo(f"{orders} old orders, {live} live ones, {rounds} rounds; an import takes {1000 * CALL:.0f} ms")
    for name, taken in found.items():
        middle, worst = median(map(median, taken)), median(map(max, taken))
        ratio = median(median(mine) / median(alone) for mine, alone in zip(taken, found["alone"], strict=True))
        click.echo(f"{name:22} median {middle:7.3f} s   worst {worst:7.3f} s   {ratio:7.1f} x")


if __name__ == "__main__":
    main()
