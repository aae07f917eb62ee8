"""The targets of docs/performance.md, and how a run stands to each."""

from dataclasses import dataclass

from benchmarks.contestants import Round
from benchmarks.plan import BARE, BARE_QUICK, CHAIN, LARGEST, OURS, OURS_QUIET, OURS_TWO, Measured


@dataclass(frozen=True, slots=True)
class Verdict:
    """`holds` None: this run can't say."""

    number: int
    target: str
    measured: str
    holds: bool | None

    @property
    def word(self) -> str:
        """For the table."""
        return {True: "holds", False: "**falls short**", None: "-"}[self.holds]


def judge(run: Measured) -> list[Verdict]:
    """One per target, in their order."""

    def cpu(one: Round) -> float:
        return one.cpu_ms

    against_chain = run.ratio(CHAIN, OURS, cpu)
    against_bare, against_quick = run.ratio(OURS, BARE, cpu), run.ratio(OURS, BARE_QUICK, cpu)
    second = run.ratio(OURS_TWO, OURS, lambda one: one.rate)
    events = run.ratio(OURS, OURS_QUIET, lambda one: one.commands) - 1
    trips = run.ratio(OURS, OURS_QUIET, lambda one: one.trips) - 1
    (script, script_share), (step, step_share) = run.slower("script"), run.slower("step")
    usual, worst = run.latency
    crowd = run.plan.crowd
    told = f"with {crowd.waiting:,} waiting and {crowd.finished:,} finished" + (
        "" if crowd == LARGEST else " (a smaller crowd than the target's: `--full`)"
    )
    return [
        Verdict(1, "at least 30 x less worker CPU than the chain", f"{against_chain:.1f} x", against_chain >= 30),
        Verdict(
            2,
            "at most 2 x the bare loop's worker CPU",
            f"{against_bare:.2f} x (and {against_quick:.1f} x the loop without marshmallow); "
            f"Redis {run.of(OURS, lambda one: one.server_ms):.2f} ms an order beside it",
            against_bare <= 2,
        ),
        Verdict(3, "a second worker process gives at least 1.6 x", f"{second:.2f} x", second >= 1.6),
        Verdict(
            4,
            "at most 3 % more Redis commands with events",
            f"{events:+.1%} commands, {trips:+.1%} round trips",
            events <= 0.03,
        ),
        Verdict(
            5,
            "at most 150 bytes of Redis per finished order",
            f"{run.kept[False]:.0f}; {run.kept[True]:.0f} with an id of the OMS's own",
            max(run.kept.values()) <= 150,
        ),
        Verdict(
            6,
            "a crowd slows no script by more than 25 %, no step by more than 10 %",
            f"{script} {script_share:+.0%}, {step} {step_share:+.0%} at worst, {told}",
            _crowd_holds(script_share <= 0.25 and step_share <= 0.10, crowd == LARGEST),
        ),
        Verdict(
            7,
            "a single order acknowledged within 100 ms of its fetch",
            f"{usual:.0f} ms; {worst:.0f} ms at worst of {run.plan.singles}",
            usual <= 100,
        ),
        Verdict(8, "after `kill -9`, all known within the lease plus 5 s", "proven by `make chaos`", None),
    ]


def _crowd_holds(kept: bool, whole: bool) -> bool | None:
    """A smaller crowd can refute, not prove."""
    return kept if whole or not kept else None
