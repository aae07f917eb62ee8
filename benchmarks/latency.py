"""One order on an idle system: from its fetch at the marketplace to the ledger's word that it is acknowledged."""

import time
from statistics import median
from typing import Final

from benchmarks.contestants import Orderpipe
from benchmarks.ground import MARKET, Partner, wait_until

IDLE: Final = 0.3  # seconds of nothing before each


def measure_latency(ours: Orderpipe, partner: Partner, times: int) -> tuple[float, float]:
    """Median and worst, in ms, of `times` single orders; the partners' own time is taken off."""
    found = []
    for _ in range(times):
        partner.load(1)
        time.sleep(IDLE)
        found.append(_one(ours, partner))
    return median(found), max(found)


def _one(ours: Orderpipe, partner: Partner) -> float:
    goal = ours.finished() + 1
    ours.poll()
    wait_until(lambda: ours.finished() >= goal, "one order done", pause=0.002)
    state = partner.taken_once(1)
    # by the server's clock, which is this host's: the record's last change is its end
    ended = int(ours.redis.hget(f"op:d:orders:{MARKET}:{state['newest']}", "upd")) / 1000
    return float(1000 * (ended - state["listed_at"] - state["busy"]))
