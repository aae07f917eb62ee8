"""The invariants, from the partners' own books and from the ledger's rows, each told in words when it is broken."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tests.chaos.system import HELD, System

FREE = ("due", "parked", "pending", "waiting", "held", "unknown", "dead", "done", "discarded")
CONDITIONS = (*FREE, *HELD)


def broken(system: System) -> list[str]:
    """What must hold at every moment, and doesn't."""
    return list(_at_every_moment(system))


def broken_at_rest(system: System, ids: Sequence[str]) -> list[str]:
    """The same, and the accounts: for a moment in which no worker runs, or nothing is left to do."""
    not_ours = set(system.partners.books()["octopia"]["not_ours"])
    return [*_at_every_moment(system), *_accounts(system, set(ids) - not_ours, set(system.partners.at_egenta()))]


def broken_at_the_end(system: System, ids: Sequence[str]) -> list[str]:
    """The same, and that everything has come to its end (an unknown outcome waits for an operator)."""
    if going := system.going():
        return [*_at_every_moment(system), f"not settled: {going} documents are still on their way"]
    return [*broken_at_rest(system, ids), *_at_the_end(system, ids)]


def wait_settled(system: System, ids: Sequence[str], seconds: float) -> None:
    """Until no invariant is broken any more; what can't come right fails at once."""
    last: list[str] = []

    def settled() -> bool:
        if system.going():
            return False
        assert not broken(system)
        last[:] = broken_at_the_end(system, ids)
        return not last

    try:
        system.wait(settled, seconds, "all is settled")
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{last}") from None


def _at_every_moment(system: System) -> Iterator[str]:
    books = system.partners.books()
    twice = [order_id for order_id, count in system.partners.at_egenta().items() if count > 1]
    if twice or books["audit"]["doubled"]:
        yield f"doubled: {len(twice)} orders are at Egenta more than once"
    if books["audit"]["unexpected"]:
        yield f"unexpected: {books['audit']['unexpected']}"
    if books["violations_by_rule"]:
        yield f"violations: {books['violations_by_rule']}"


def _accounts(system: System, ids: set[str], at_egenta: set[str]) -> Iterator[str]:
    """received = done + dead + held + waiting + unknown + discarded + in flight, each exactly once."""
    listed = _all_rows(system)
    times = Counter(row["id"] for row in listed)
    if more := {order_id: count for order_id, count in times.items() if count > 1}:
        yield f"accounts: listed more than once: {more}"
    if strangers := set(times) - ids:
        yield f"accounts: never placed, or not ours: {strangers}"
    counted = {condition: count for condition, count in system.counts("orders").items() if count}
    if counted != Counter(row["condition"] for row in listed):
        yield f"accounts: the counts say {counted}, the rows {Counter(row['condition'] for row in listed)}"
    if untold := at_egenta - set(times):
        yield f"accounts: at Egenta, but not in the ledger: {untold}"


def _at_the_end(system: System, ids: Sequence[str]) -> Iterator[str]:
    books = system.partners.books()
    audit, octopia, egenta = books["audit"], books["octopia"], books["egenta"]
    unknown = {row["id"]: row["due_at"] for row in system.orders(condition="unknown")}
    for name in ("missing", "shipped_not_acked", "not_shipped_at_marketplace"):
        if left := [order_id for order_id in audit[name] if order_id not in unknown]:
            yield f"{name}: {len(left)}: {left[:5]}"
    if any(unknown.values()):
        yield "unknown outcomes are still to be looked at"
    if egenta["questions_open"] or egenta["to_ack"]:
        yield f"Egenta waits for answers: {egenta['questions_open'][:5]}, {egenta['to_ack'][:5]}"
    if system.setup.ship_after >= 0 and egenta["shipped"] + len(egenta["cancelled"]) < egenta["orders"]:
        yield "Egenta has yet to ship"
    if untaken := set(ids) - set(octopia["not_ours"]) - {row["id"] for row in _all_rows(system)}:
        yield f"accounts: never received: {len(untaken)}"
    here = set(system.partners.at_egenta())
    done = {row["id"] for row in system.orders(condition="done")}
    if ghosts := done - here - set(octopia["cancelled"]):
        yield f"accounts: done, but not at Egenta and not cancelled: {ghosts}"
    if open_ends := here - done - set(unknown):
        rows = [(row["stage"], row["condition"], row["error"]) for row in system.orders(*open_ends)]
        yield f"accounts: at Egenta, but neither done nor unknown: {open_ends} {rows[:3]}"


def _all_rows(system: System) -> list[dict[str, Any]]:
    return [row for condition in CONDITIONS for row in system.orders(condition=condition)]
