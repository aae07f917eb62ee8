"""One round of each contestant: so many orders from the first call to the last word, and what that took."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from celery import Celery
from redis import Redis

from benchmarks.cpu import NOTHING, ServerCount, count_server, cpu_of_tree
from benchmarks.ground import MARKET, Ground, Partner, wait_until
from benchmarks.textbook import app as textbook_app
from pipeline.config.model import Config

DISPATCH: Final = 1.0  # seconds: beat's period, kept by us
CALM: Final = 0.3  # seconds after the last word, for what workers still have to say


@dataclass(frozen=True, slots=True)
class Round:
    """Of one contestant. CPU in seconds, without the partner's."""

    orders: int
    seconds: float
    cpu: float
    server: ServerCount = NOTHING

    @property
    def cpu_ms(self) -> float:
        """Worker CPU per order."""
        return 1000 * self.cpu / self.orders

    @property
    def server_ms(self) -> float:
        """Redis' CPU per order."""
        return 1000 * self.server.cpu / self.orders

    @property
    def rate(self) -> float:
        """Orders a second."""
        return self.orders / self.seconds

    @property
    def commands(self) -> float:
        """Redis commands per order, those inside scripts too."""
        return self.server.commands / self.orders

    @property
    def trips(self) -> float:
        """Round trips to Redis per order."""
        return self.server.reads / self.orders


class BareLoop:
    """Contestant (a)."""

    def __init__(self, ground: Ground, partner: Partner) -> None:
        self._partner = partner
        argv = [sys.executable, "-m", "benchmarks.bare_loop", partner.url]
        self._process = ground.start(argv, "bare_loop")

    def run(self, orders: int, *, checked: bool = True) -> Round:
        """`checked`: with marshmallow."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._partner.load(orders)
        cpu, began = cpu_of_tree(self._process.pid), time.perf_counter()
        self._process.stdin.write("go\n" if checked else "go quick\n")
        self._process.stdin.flush()
        assert int(self._process.stdout.readline() or 0) == orders, "the loop failed: see bare_loop.log"
        found = Round(orders, time.perf_counter() - began, cpu_of_tree(self._process.pid) - cpu)
        self._partner.taken_once(orders)
        return found


class Textbook:
    """Contestant (b), one pool process."""

    def __init__(self, ground: Ground, server: str, partner: Partner) -> None:
        self._partner = partner
        self._redis: Any = Redis.from_url(f"{server}/1")
        textbook_app.conf.update(broker_url=f"{server}/1", result_backend=f"{server}/1")
        self._worker = ground.textbook(server, partner)

    def run(self, orders: int) -> Round:
        """Done when all five results of every order are there."""
        self._redis.flushdb()
        self._partner.load(orders)

        def send() -> None:
            textbook_app.send_task("list_orders", ignore_result=True)

        def done() -> bool:
            return int(self._redis.dbsize()) >= 5 * orders

        found = _measure(orders, [self._worker], self._redis, send, done)
        self._partner.taken_once(orders)
        return found


class Orderpipe:
    """Ours: real workers with one pool process each; the driver does what beat does."""

    def __init__(self, ground: Ground, config: Config, partner: Partner) -> None:
        assert config.redis_url is not None
        self._ground = ground
        self._config = config
        self._partner = partner
        self.redis: Any = Redis.from_url(config.redis_url.reveal())
        self.app = Celery("bench", broker=config.redis_url.reveal(), set_as_current=False)
        self.worker = ground.worker(config, "orderpipe")
        self._switch("enable_events")

    def run(self, orders: int, *more: "subprocess.Popen[str]") -> Round:
        """`more`: further workers that run besides ours."""
        self._partner.load(orders)
        before = self.finished()
        told = 0.0

        def done() -> bool:
            nonlocal told
            if time.monotonic() - told > DISPATCH:
                told = time.monotonic()
                self.app.send_task("dispatch_due", queue="upkeep")
            return self.finished() - before >= orders

        found = _measure(orders, [self.worker, *more], self.redis, self.poll, done)
        self._partner.taken_once(orders)
        return found

    def poll(self) -> None:
        """Have it fetch what is new."""
        self.redis.delete(f"op:cur:{MARKET}:orders")  # as if the last poll were long ago
        self.app.send_task("poll", args=(MARKET, "orders"), queue="fetch")

    def finished(self) -> int:
        """Orders that are done, by the ledger's own count."""
        return int(self.redis.hget("op:counts", f"orders|{MARKET}|done|done") or 0)

    def quiet(self, orders: int) -> Round:
        """A round without task events."""
        self._switch("disable_events")
        try:
            return self.run(orders)
        finally:
            self._switch("enable_events")

    def _switch(self, word: str) -> None:
        """Heard by every worker, or an AssertionError."""
        answers = self.app.control.broadcast(word, reply=True, timeout=1.0)
        assert answers, f"no worker heard {word}"

    def helped(self, orders: int) -> Round:
        """A round with a second worker process, started for it and ended after it."""
        second = self._ground.worker(self._config, "orderpipe-2")
        self._switch("enable_events")
        try:
            return self.run(orders, second)
        finally:
            second.terminate()
            second.wait(30)


def _measure(
    orders: int, workers: list["subprocess.Popen[str]"], redis: Any, send: Callable[[], None], done: Callable[[], bool]
) -> Round:
    server, cpu, began = count_server(redis), sum(cpu_of_tree(one.pid) for one in workers), time.perf_counter()
    send()
    wait_until(done, f"{orders} orders done", pause=0.02)
    seconds = time.perf_counter() - began
    time.sleep(CALM)
    return Round(orders, seconds, sum(cpu_of_tree(one.pid) for one in workers) - cpu, count_server(redis) - server)
