"""Scripts and steps with an empty ledger, and with one full of waiting and finished orders: two servers, in turns."""

import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from redis import Redis

from benchmarks.ground import MARKET, Ground, Partner
from pipeline.bootstrap import Pipeline, open_pipeline
from pipeline.domain.endings import Waiting
from pipeline.domain.lifecycle import Flow, Ref, Step
from pipeline.ports import Finished, NewDocument, Row
from pipeline.stores.keys import finished_key, week_of
from pipeline.stores.line import pack_line

BATCH: Final = 100
SCRIPTS: Final = ("receive", "take", "send", "settle", "release")
BODY: Final = {"wire": "x" * 600, "lines": [{"sku": f"SKU-{n}", "title": "Bouilloire"} for n in range(20)]}
Timings = Mapping[str, float]  # name -> ms for one batch of 100, the quickest


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the full one holds besides."""

    waiting: int
    finished: int


def measure_crowd(ground: Ground, partner: Partner, crowd: Crowd, rounds: int) -> tuple[Timings, Timings]:
    """Empty and full. Scripts by name, in the server's own time; `step <name>` in our CPU and the server's."""
    empty, full = _Clocked(ground, partner, "empty"), _Clocked(ground, partner, "full")
    try:
        full.fill(crowd)
        for one in (empty, full):  # warm
            one.walk()
        empty.clear()
        full.clear()
        for number in range(rounds):
            for one in (empty, full) if number % 2 else (full, empty):
                one.walk()
        return empty.quickest(), full.quickest()
    finally:
        empty.close()
        full.close()


class _Clocked:
    """A pipeline in this process, on a server of its own, with a clock on each script and step."""

    def __init__(self, ground: Ground, partner: Partner, name: str) -> None:
        server = ground.server(f"crowd-{name}")
        self._redis: Any = Redis.from_url(server)
        self._pipeline: Pipeline = open_pipeline(ground.config(f"crowd-{name}", server, partner))
        self._partner = partner
        self._times: dict[str, list[float]] = defaultdict(list)
        self._step = ""  # whose scripts run now: the same one does different things in each lane
        self._clock = 0.0  # of the server's scripts, when it was last asked
        self._served = 0.0  # the same, of ours only
        scripts = self._pipeline.ledger.scripts
        run = scripts.run

        def clocked(name: str, *arguments: str | bytes | int) -> Any:
            answer = run(name, *arguments)
            spent = self._server_seconds()
            if name in SCRIPTS and len(arguments) > 2:  # else a page without orders
                self._times[f"{name} {self._step}".strip()].append(spent)
            return answer

        scripts.run = clocked  # type: ignore[method-assign] # the clock on the real thing

    def walk(self) -> None:
        """A hundred orders, step by step."""
        self._partner.load(BATCH)
        self._redis.delete(f"op:cur:{MARKET}:orders")
        lanes: list[str] = []
        self._pipeline.poll(MARKET, Flow.ORDERS, lanes.append)
        while lanes:
            lane = lanes.pop(0)
            self._step = lane.partition(".")[0]
            began, served = time.process_time(), self._served
            report = self._pipeline.walk(lane, lanes.append)
            assert report.counts.get("advanced", 0) in (0, BATCH), report.text
            if report.counts:
                spent = time.process_time() - began + self._served - served
                self._times[f"step {self._step}"].append(spent)
            self._step = ""
        self._partner.taken_once(BATCH)

    def _server_seconds(self) -> float:
        """What the server spent in scripts since it was asked last: without the network and the disk."""
        total = float(self._redis.info("commandstats")["cmdstat_evalsha"]["usec"]) / 1e6
        spent, self._clock = total - self._clock, total
        self._served += spent
        return spent

    def fill(self, crowd: Crowd) -> None:
        """Waiting ones through the scripts; finished ones by their lines, into the buckets that so many would have."""
        ledger = self._pipeline.ledger
        now = datetime.now(UTC)
        for start in range(0, crowd.waiting, BATCH):
            rows = [Row(id=f"W{n:08d}", raw={"n": n, **BODY}) for n in range(start, start + BATCH)]
            ledger.receive([NewDocument(Ref(Flow.ORDERS, MARKET, row.id), row, Step.NORMALIZE, MARKET) for row in rows])
            token, lane = uuid.uuid4().hex, f"normalize.{MARKET}"
            holdings = ledger.take(lane, token).holdings
            waiting = Waiting(reason="not released", document=BODY, deadline=now)
            ledger.settle(token, [(one, waiting) for one in holdings], who="bench")
            ledger.release(token, lane)
        moment = ledger.now_ms()
        week = week_of(moment)
        number, _ = ledger.number(Flow.ORDERS, MARKET, moment)
        buckets = 64
        while buckets * 128 < crowd.finished:
            buckets *= 2
        self._redis.hset("op:meta", f"wk:{number}", f"{week}:{buckets}")
        ledger._numbers.clear()  # the week was opened behind its back
        line = pack_line(Finished(fingerprint="0" * 12, sent="1" * 12, version=now, finished_at=now, pushed=True))
        for start in range(0, crowd.finished, 5000):
            with self._redis.pipeline(transaction=False) as pipe:
                for n in range(start, min(start + 5000, crowd.finished)):
                    pipe.hset(finished_key(ledger.prefix, week, number, f"F{n:08d}", buckets), f"F{n:08d}", line)
                pipe.execute()

    def clear(self) -> None:
        """Forget what was warm-up."""
        self._times.clear()

    def quickest(self) -> Timings:
        """In ms, of all batches: whoever else used the machine only ever made one slower."""
        return {name: 1000 * min(times) for name, times in sorted(self._times.items())}

    def close(self) -> None:
        """Give connections back."""
        self._pipeline.close()
