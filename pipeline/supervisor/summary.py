"""The demo's last words: what both sides hold, and every way in which they differ."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.supervisor.standing import UNDER_WAY, Standing

SHOWN = 10  # dead orders listed one by one


def find_differences(standing: Standing) -> Sequence[str]:
    """Every way in which the two sides are not as they should be; empty when all is well."""
    return list(_differences(standing))


def _differences(standing: Standing) -> Iterator[str]:
    books = standing.books
    audit, egenta, there = books["audit"], books["egenta"], name_oms(standing)
    for words, ids in (
        (f"never arrived at {there}", audit["missing"]),
        (f"twice at {there}", audit["doubled"]),
        (f"at {there}, but should not be", list(audit["unexpected"])),
        ("shipped, but Egenta was not told that the marketplace knows", audit["shipped_not_acked"]),
        ("shipped, but not at the marketplace", audit["not_shipped_at_marketplace"]),
        ("asked about by Egenta and not answered", egenta["questions_open"]),
    ):
        if ids:
            yield f"{len(ids)} {words}: {_some(ids)}"
    for row in standing.ledger["counts"]:
        if row["count"] and row["condition"] in UNDER_WAY | {"held", "unknown", "waiting"}:
            yield f"{row['count']} {row['flow']} left {row['condition']} in {row['stage']} ({row['account']})"
    for flow in ("shipments", "statuses", "cancellations"):
        if dead := standing.count(flow, "dead"):
            yield f"{dead} {flow} dead"
    dead, planted = standing.count("orders", "dead"), len(standing.planted_left)
    if dead != planted:
        yield f"{dead} orders dead in the ledger, {planted} planted invalid and not repaired"
    if standing.ended != standing.ours:
        yield f"{standing.ended} orders settled in the ledger, {standing.ours} at the marketplace"
    done, acked = standing.count("shipments", "done"), len(_acked(standing))
    if standing.tells_shipments and done != acked:
        yield f"{done} shipments done in the ledger, {acked} acknowledged at Egenta"
    if not standing.tells_shipments and done != (left := _left(standing)):
        yield f"{done} shipments done in the ledger, {left} left {there}"
    if books["violations_by_rule"]:
        rules = ", ".join(f"{rule} ({count})" for rule, count in books["violations_by_rule"].items())
        yield f"requests that break a partner's contract: {rules}"


def _acked(standing: Standing) -> set[str]:
    """Distinct orders whose shipment Egenta was told to be taken: all that were put, less what it never shipped."""
    egenta = standing.books["egenta"]
    return set(egenta["puts"]) - set(egenta["to_ack"]) - set(egenta["cancelled"])


def _left(standing: Standing) -> int:
    """Orders that have left an OMS which wants no word back."""
    return int(standing.books[standing.oms].get("shipped", 0))


def name_oms(standing: Standing) -> str:
    """As its vendor writes it: `Egenta`, `OIS`."""
    return {"ois": "OIS"}.get(standing.oms, standing.oms.capitalize())


def _tell_shipments(standing: Standing) -> Iterator[str]:
    if standing.tells_shipments:
        egenta = standing.books["egenta"]
        yield f"shipments  {egenta['acked']} sent to the marketplace and acknowledged at Egenta"
        yield f"statuses   {egenta['questions_answered']} questions answered"
    elif _left(standing):
        yield f"shipments  {standing.count('shipments', 'done')} sent to the marketplace"


def write_summary(
    standing: Standing,
    *,
    dead: Sequence[Mapping[str, Any]],
    repaired: str | None,
    differences: Sequence[str],
    seconds: float,
) -> str:
    """For stdout."""
    audit = standing.books["audit"]
    fired = standing.books["faults"]["fired"]
    there = (
        f"{audit['arrived']} of {audit['expected']} valid ones at {name_oms(standing)}, {len(audit['doubled'])} twice"
    )
    lines = [
        f"orders     {standing.books['octopia']['orders']} at the marketplace; {there}",
        *_tell_shipments(standing),
        f"dead       {len(dead)}{', as planted' if len(dead) == len(standing.planted_left) else ''}",
        *(f"           {row['ref']}  {_fields(row)}" for row in dead[:SHOWN]),
    ]
    if len(dead) > SHOWN:
        lines.append(f"           and {len(dead) - SHOWN} more")
    lines.append(f"repaired   {repaired or 'none'}")
    if fired:
        lines.append(f"faults     {sum(fired.values())}: " + ", ".join(f"{n} {name}" for name, n in fired.items()))
    lines.append(f"time       {seconds:.1f} s")
    if differences:
        lines.append("DIFFERS    " + "\n           ".join(differences))
    else:
        lines.append("all orders settled, each exactly once; both sides agree")
    return "\n".join(lines)


def _fields(row: Mapping[str, Any]) -> str:
    error = row.get("error") or {}
    fields = error.get("fields") or []
    return ", ".join(f"{field['path']} {field['rule']}" for field in fields) or str(error.get("cause", ""))


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
