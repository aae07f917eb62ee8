"""The run: which contestants, how many orders, in which turns; and everything it measured."""

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.contestants import BareLoop, Orderpipe, Round, Textbook
from benchmarks.crowd import Crowd, Timings, measure_crowd
from benchmarks.ground import Ground
from benchmarks.latency import measure_latency
from benchmarks.storage import measure_bytes

BARE, BARE_QUICK, OURS, OURS_QUIET, OURS_TWO, CHAIN = "bare", "bare quick", "ours", "ours quiet", "ours two", "chain"
LARGEST: Final = Crowd(waiting=100_000, finished=1_000_000)  # design.md section 8
USUAL: Final = Crowd(waiting=10_000, finished=100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything."""

    rounds: int = 5
    orders: int = 1000
    chain_orders: int = 100
    singles: int = 15
    kept: int = 20_000
    crowd: Crowd = USUAL
    crowd_rounds: int = 20


QUICK: Final = Plan(
    rounds=3, orders=500, chain_orders=40, singles=7, kept=5000, crowd=Crowd(2000, 10_000), crowd_rounds=10
)
FULL: Final = Plan(rounds=7, orders=2000, chain_orders=200, singles=30, kept=100_000, crowd=LARGEST, crowd_rounds=40)


@dataclass(slots=True, kw_only=True)
class Measured:
    """All figures of one run."""

    plan: Plan
    rounds: dict[str, list[Round]] = field(default_factory=dict)
    latency: tuple[float, float] = (0.0, 0.0)  # median, worst; ms
    kept: Mapping[bool, float] = field(default_factory=dict)  # with receipts? -> bytes per order
    empty: Timings = field(default_factory=dict)
    full: Timings = field(default_factory=dict)

    def of(self, name: str, figure: Callable[[Round], float]) -> float:
        """The median over a contestant's rounds."""
        return median(figure(one) for one in self.rounds[name])

    def ratio(self, name: str, other: str, figure: Callable[[Round], float]) -> float:
        """The median of the ratios within each round: neighbours' noise meets both."""
        pairs = zip(self.rounds[name], self.rounds[other], strict=True)
        return median(figure(one) / figure(two) for one, two in pairs)

    def slower(self, kind: str) -> tuple[str, float]:
        """Which script or step (`kind`) the crowd slowed most, and the share."""
        names = [name for name in self.full if name.startswith("step ") == (kind == "step") and name in self.empty]
        return max(((name, self.full[name] / self.empty[name] - 1) for name in names), key=lambda found: found[1])


def carry_out(plan: Plan) -> Measured:
    """The whole run; raises AssertionError when a contestant lost or doubled an order."""
    found = Measured(plan=plan)
    with tempfile.TemporaryDirectory(prefix="orderpipe-bench-", ignore_cleanup_errors=True) as folder:
        with Ground(Path(folder)) as ground:
            partner, server = ground.partner(), ground.server("valkey")
            bare = BareLoop(ground, partner)
            ours = Orderpipe(ground, ground.config("main", server, partner), partner)
            chain = Textbook(ground, server, partner)
            turns: dict[str, Callable[[], Round]] = {
                BARE: lambda: bare.run(plan.orders),
                OURS: lambda: ours.run(plan.orders),
                OURS_TWO: lambda: ours.helped(plan.orders),
                OURS_QUIET: lambda: ours.quiet(plan.orders),
                BARE_QUICK: lambda: bare.run(plan.orders, checked=False),
                CHAIN: lambda: chain.run(plan.chain_orders),
            }
            say("warming up")
            bare.run(100), ours.run(100), chain.run(10)
            for number in range(plan.rounds):
                for name in list(turns) if number % 2 == 0 else reversed(list(turns)):
                    say(f"round {number + 1} of {plan.rounds}: {name}")
                    found.rounds.setdefault(name, []).append(turns[name]())
            say("single orders")
            found.latency = measure_latency(ours, partner, plan.singles)
        with Ground(Path(folder) / "later") as ground:
            ground.folder.mkdir()
            say("bytes kept")
            kept = ground.server("kept")
            found.kept = {receipts: measure_bytes(kept, plan.kept, receipts=receipts) for receipts in (False, True)}
            say(f"a crowd: {plan.crowd.waiting:,} waiting, {plan.crowd.finished:,} finished")
            found.empty, found.full = measure_crowd(ground, ground.partner(), plan.crowd, plan.crowd_rounds)
    return found


def say(words: str) -> None:
    """Where it is, on stderr."""
    sys.stderr.write(f"bench: {words}\n")
    sys.stderr.flush()
