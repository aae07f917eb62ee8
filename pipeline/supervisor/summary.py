"""The demo's last words: what both sides hold, and every way in which they differ."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.supervisor.standing import UNDER_WAY, Standing

SHOWN = 10  # dead orders listed one by one
LEFT = UNDER_WAY | {"held", "unknown", "waiting"}
WIDTH = 11


def find_differences(standing: Standing) -> Sequence[str]:
    """Every way in which the two sides are not as they should be; empty when all is well."""
    return [*_at_the_oms(standing), *_in_the_ledger(standing), *_at_the_marketplaces(standing)]


def _at_the_oms(standing: Standing) -> Iterator[str]:
    for name, book, audit in standing.oms:
        there = name_partner(name)
        for words, ids in (
            (f"never arrived at {there}", audit["missing"]),
            (f"twice at {there}", audit["doubled"]),
            (f"at {there}, but should not be", list(audit["unexpected"])),
            (f"shipped, but {there} was not told that the marketplace knows", audit["shipped_not_acked"]),
            (f"shipped by {there}, but not at the marketplace", audit["not_shipped_at_marketplace"]),
            (f"asked about by {there} and not answered", book.get("questions_open", ())),
        ):
            if ids:
                yield f"{len(ids)} {words}: {_some(ids)}"
        if "to_ack" in book:  # distinct orders, so that what it doubled counts once
            acked = set(book["puts"]) - set(book["to_ack"]) - set(book["cancelled"])
            done = standing.count("shipments", "done", partner=name)
            if done != len(acked):
                yield f"{done} shipments done in the ledger, {len(acked)} acknowledged at {there}"
        elif (done := standing.count("shipments", "done", partner=name)) != (left := int(book.get("shipped", 0))):
            yield f"{done} shipments done in the ledger, {left} left {there}"


def _in_the_ledger(standing: Standing) -> Iterator[str]:
    for row in standing.ledger["counts"]:
        if row["count"] and row["condition"] in LEFT:
            yield f"{row['count']} {row['flow']} left {row['condition']} in {row['stage']} ({row['account']})"
    for flow in ("shipments", "statuses", "cancellations"):
        if dead := standing.count(flow, "dead"):
            yield f"{dead} {flow} dead"


def _at_the_marketplaces(standing: Standing) -> Iterator[str]:
    for name in standing.marketplaces:
        here, dead, planted = name_partner(name), standing.dead_ids(name), standing.planted_left(name)
        if strangers := sorted(dead - planted):
            yield f"{len(strangers)} orders of {here} dead that were not planted invalid: {_some(strangers)}"
        if alive := sorted(planted - dead):
            yield f"{len(alive)} orders of {here} planted invalid, neither dead nor repaired: {_some(alive)}"
        if standing.ended(name) != standing.ours(name):
            yield f"{standing.ended(name)} orders of {here} settled in the ledger, {standing.ours(name)} there"
    if not standing.all_placed:
        yield "buyers have not placed all orders yet"
    if standing.books["violations_by_rule"]:
        rules = ", ".join(f"{rule} ({count})" for rule, count in standing.books["violations_by_rule"].items())
        yield f"requests that break a partner's contract: {rules}"


def name_partner(name: str) -> str:
    """As its vendor writes it: `Egenta`, `OIS`."""
    return {"ois": "OIS", "bol": "bol"}.get(name, name.capitalize())


def write_summary(
    standing: Standing,
    *,
    repaired: str | None,
    differences: Sequence[str],
    seconds: float,
) -> str:
    """For stdout: a line for each marketplace and OMS, then what is left of them."""
    dead = standing.dead
    fired = standing.books["faults"]["fired"]
    planted = {order_id for name in standing.marketplaces for order_id in standing.planted_left(name)}
    as_planted = {row["id"] for row in dead} == planted
    lines = [
        *(_line(name_partner(name), _tell_marketplace(standing, name)) for name in standing.marketplaces),
        *(_line(name_partner(name), _tell_oms(book, audit)) for name, book, audit in standing.oms),
        _line("dead", f"{len(planted) if as_planted else len(dead)}{', as planted' if as_planted else ''}"),
        *(_line("", f"{row['ref']}  {_fields(row)}") for row in dead[:SHOWN]),
    ]
    if len(dead) > SHOWN:
        lines.append(_line("", f"and {len(dead) - SHOWN} more"))
    lines.append(_line("repaired", repaired or "none"))
    if fired:
        lines.append(
            _line("faults", f"{sum(fired.values())}: " + ", ".join(f"{n} {name}" for name, n in fired.items()))
        )
    lines.append(_line("time", f"{seconds:.1f} s"))
    if differences:
        lines.append(_line("DIFFERS", f"\n{'':{WIDTH}}".join(differences)))
    else:
        lines.append("all orders settled, each exactly once at each OMS it is for; all books agree")
    return "\n".join(lines)


def _line(label: str, words: str) -> str:
    return f"{label:{WIDTH}}{words}"


def _tell_marketplace(standing: Standing, name: str) -> str:
    book, targets = standing.marketplaces[name], standing.books["routes"][name]
    foreign = f" ({len(book['not_ours'])} not the seller's to ship)" if book["not_ours"] else ""
    there = ", ".join(map(name_partner, targets))
    return f"{book['orders']} orders{foreign} for {there}; {standing.ended(name)} settled"


def _tell_oms(book: Mapping[str, Any], audit: Mapping[str, Any]) -> str:
    parts = [f"{audit['arrived']} of {audit['expected']} valid ones, {len(audit['doubled'])} twice"]
    if "acked" in book:
        parts.append(f"{book['acked']} shipments at the marketplace and acknowledged")
    elif book.get("shipped"):
        shipped = book["shipped"] - len(audit["not_shipped_at_marketplace"])
        parts.append(f"{shipped} shipments at the marketplace")
    if "questions_answered" in book:
        parts.append(f"{book['questions_answered']} questions answered")
    return "; ".join(parts)


def _fields(row: Mapping[str, Any]) -> str:
    error = row.get("error") or {}
    fields = error.get("fields") or []
    told = dict.fromkeys(f"{field['path']} {field['rule']}" for field in fields)  # two OMS may say the same
    return ", ".join(told) or str(error.get("cause", ""))


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
