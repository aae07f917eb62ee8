"""The named fault sets `none`, `some` and `worst`, for any marketplaces and OMS; docs/sandbox.md describes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.faults import Rule

NAMES = ("none", "some", "worst")


@dataclass(frozen=True, slots=True)
class Doors:
    """The endpoints of one partner at which faults of the sets are drawn. `lists`: what is polled, orders first;
    `writes`: what is told, a marketplace's shipments first; `looks`: single reads, by which orders are fetched, unknown
    outcomes settled and tables learnt; `takes`: where an OMS takes orders; `created`: what a marketplace draws for an
    order that appears; `token`: where it gives tokens, if it does."""

    name: str
    lists: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    takes: str = ""
    created: str = ""
    token: str = ""


def find_fault_set(name: str, markets: Sequence[Doors], oms: Sequence[Doors]) -> tuple[Rule, ...]:
    """ValueError names the known sets."""
    if name not in NAMES:
        raise ValueError(f"unknown fault set {name!r}; known: {', '.join(NAMES)}")
    if name == "none":
        return ()
    return _list_some(markets, oms) if name == "some" else _list_worst(markets, oms)


def _list_some(markets: Sequence[Doors], oms: Sequence[Doors]) -> tuple[Rule, ...]:
    return (
        Rule("status", "*", 0.01, status=503, retry_after=1),
        Rule("status", "*", 0.01, status=429, retry_after=1, count=10),
        Rule("slow", "*", 0.02, seconds=0.3),
        *(Rule("reset_after", one.takes, 0.005, count=3) for one in oms),
        *(Rule("expired_token", one.lists[0], 0.02, count=2) for one in markets if one.token),
        *(Rule("late_order", one.created, 0.02, seconds=2) for one in markets),
        *(Rule("expired_token", one.takes, 0.02, count=2) for one in oms if one.token),
    )


def _list_worst(markets: Sequence[Doors], oms: Sequence[Doors]) -> tuple[Rule, ...]:
    """Every rule is bounded in count: however unlucky the draw, the set ends. Nothing in it refuses a valid document
    for good (400, 403, 404, 409, 422, unknown_status): a client is right to stop there, and the run would not end."""
    takes = [one.takes for one in oms]
    writes = [*takes, *(name for one in (*markets, *oms) for name in one.writes)]
    lists = [name for one in (*markets, *oms) for name in one.lists]
    looks = [name for one in (*markets, *oms) for name in one.looks]
    return (
        *(Rule("status", name, 0.05, status=500, count=2) for name in writes),
        *(Rule("status", name, 0.05, status=500, count=2, commit=True) for name in writes),
        *(Rule("reset_after", name, 0.04, count=3) for name in writes),
        *(Rule("reset_before", name, 0.04, count=2) for name in writes),
        *(Rule("html", name, 0.03, count=1, commit=True) for name in writes),
        *(Rule("truncated", name, 0.03, count=1) for name in writes),
        *(Rule("hang", name, 0.03, count=2, seconds=3) for name in takes),
        *(Rule("hang", name, 0.02, count=1, seconds=7) for name in takes),
        *(Rule("hang", one.writes[0], 0.03, count=1, seconds=3) for one in markets),
        *(Rule("drip", name, 0.02, count=1, seconds=7) for name in takes),
        *(Rule("huge", name, 0.02, count=1) for name in takes),
        *(Rule("status", name, 0.03, status=408, count=1) for name in takes),
        *(Rule("status", name, 0.03, status=429, count=2) for name in takes),
        *(Rule("status", name, 0.03, status=429, retry_after=1, count=3) for name in takes),
        *(Rule("status", name, 0.03, status=504, count=1, commit=True) for name in takes),
        *(Rule("status", name, 0.05, status=502, count=2) for name in lists),
        *(Rule("html", name, 0.05, count=2) for name in lists),
        *(Rule("truncated", name, 0.05, count=2) for name in lists),
        *(Rule("reset_after", name, 0.05, count=2) for name in lists),
        *(Rule("huge", one.lists[0], 0.05, count=1) for one in markets),
        *(Rule("drip", one.lists[0], 0.05, count=1, seconds=7) for one in markets),
        *(Rule("repeated_page", one.lists[0], 0.2, count=3) for one in markets),
        *(Rule("expired_token", f"{one.name}.*", 0.02, count=4) for one in markets if one.token),
        *(Rule("late_order", one.created, 0.05, count=25, seconds=3) for one in markets),
        *(Rule("status", one.token, 0.3, status=503, count=1, retry_after=1) for one in markets if one.token),
        *(Rule("status", f"{one.name}.*", 0.01, status=429, retry_after=1, count=4) for one in markets),
        *(Rule("expired_token", one.takes, 0.03, count=3) for one in oms if one.token),
        *(Rule("status", one.token, 0.3, status=503, count=1, retry_after=1) for one in oms if one.token),
        *(Rule("status", f"{one.name}.*", 0.02, status=503, count=4) for one in oms if not one.lists),
        *(Rule("status", name, 0.05, status=503, count=2) for name in looks),
        *(Rule("html", name, 0.05, count=1) for name in looks),
        *(Rule("truncated", name, 0.05, count=1) for name in looks),
        *(Rule("reset_after", name, 0.05, count=1) for name in looks),
        *(Rule("hang", name, 0.05, count=1, seconds=6) for name in looks),
        Rule("slow", "*", 0.03, count=60, seconds=0.5),
    )
