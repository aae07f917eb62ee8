"""Killing in mid-push, and the proof that it happened: calls cut off, answers lost."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.judge import broken_at_rest
from tests.chaos.system import GRACE, LEASE, System

# every import is answered a while after it took effect: a kill most likely falls on an order that has arrived, and
# nobody has heard of it
SLOW = ({"kind": "slow", "endpoint": "egenta.import", "seconds": 0.35},)
# the first imports after the kills are cut off with and without effect, and one hangs beyond our deadline
UNCLEAR = (
    {"kind": "reset_after", "endpoint": "egenta.import", "count": 2},
    {"kind": "reset_before", "endpoint": "egenta.import", "count": 2},
    {"kind": "hang", "endpoint": "egenta.import", "count": 1, "seconds": 3},
)


@dataclass(slots=True)
class Toll:
    """What was done to the system."""

    system: System
    ids: Sequence[str]
    kills: int = 0
    cut_off: list[int] = field(default_factory=list)  # orders in a call at each kill
    _luck: random.Random = field(default_factory=lambda: random.Random(2))

    def kill(self, *names: str) -> None:
        """In mid-push. All `names` at once; restarted, the server first; then what the dead held comes free in time."""
        system = self.system
        system.wait(system.sending, 60, "a push is under way")
        time.sleep(self._luck.uniform(0.0, 0.3))
        system.kill(*names)
        self.kills += 1
        if "server" in names:
            system.start("server")
        left = system.in_hand()
        self.cut_off.append(system.sending())
        if "worker" in names:
            # what the dead had already written to their sockets is still read by the server
            system.wait(lambda: _is_at_rest(system), 10, "the last commands of the dead are through")
            wrong = broken_at_rest(system, self.ids)
            assert not wrong, wrong
        system.start(*(name for name in names if name != "server"))
        restarted = time.monotonic()
        system.wait(
            lambda: not system.still_held(left), restarted + LEASE + GRACE - time.monotonic(),
            f"{len(left)} documents of dead workers are due, done or unknown",
        )  # fmt: skip

    def prove(self, *, server_only: bool = False) -> None:
        """The faults happened; without them the rest proves nothing."""
        fired = self.system.partners.books()["faults"]["fired"]
        assert all(fired.get(rule["kind"]) for rule in UNCLEAR), fired
        assert self.kills >= 3
        hit = sum(1 for count in self.cut_off if count)
        assert hit >= (1 if server_only else 2), f"kills hit no call under way: {self.cut_off}"


def _is_at_rest(system: System) -> bool:
    before = system.counts("orders")
    time.sleep(0.2)
    return system.counts("orders") == before


def resolve_all(system: System) -> tuple[int, int]:
    """As an operator who looks at Egenta's own screen; how many were found there, how many not."""
    there = system.partners.at_egenta()
    found = absent = 0
    for row in system.orders(condition="unknown"):
        assert row["maybe_sent"], "unknown without a mark"
        assert row["error"], "unknown without its evidence"
        if row["id"] in there:
            system.desk.resolve(row["ref"], found=row["id"], reason="seen at Egenta", who="test")
            found += 1
        else:
            system.desk.resolve(row["ref"], absent=True, reason="not at Egenta", who="test")
            absent += 1
    return found, absent
