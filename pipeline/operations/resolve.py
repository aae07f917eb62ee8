"""Resolve: an operator has looked at the partner's own screen and says whether it is there."""

from pipeline.domain.lifecycle import Condition
from pipeline.operations.books import Books, Spot, name_of, spots_of, why_not, words_of
from pipeline.operations.errors import NotAllowed
from pipeline.stores.record import Record

RESOLVABLE = (Condition.UNKNOWN, Condition.HELD, Condition.DEAD)


def resolve(books: Books, ref: str, *, found: str | None, absent: bool, reason: str, who: str) -> dict[str, str]:
    """`found`: the push ends with this receipt; `absent`: it is sent again. Raises NotFound, NotAllowed."""
    if (found is None) is not absent:
        raise NotAllowed("say either that it was found, with its id, or that it is absent")
    if found is not None and not found.strip():
        raise NotAllowed("an id is needed of what was found")
    record, target = books.find(ref)
    spot = _doubtful(record, target)
    line = {"who": who, "what": "resolve", "as": "absent" if absent else "found", "reason": reason}
    if found is not None:
        line["receipt"] = found.strip()
    answer = books.acts.perform(
        record, spot, "absent" if absent else "found", allowed=RESOLVABLE, line=line, receipt=(found or "").strip()
    )
    if answer.word != "done":
        raise NotAllowed(f"{ref}: {words_of(answer, 'resolve')}")
    return {"ref": name_of(record.ref, spot), "resolved": line["as"]}


def _doubtful(record: Record, target: Spot) -> Spot:
    spots = spots_of(record, target)
    unknown = [spot for spot in spots if record.condition(spot) == Condition.UNKNOWN]
    marked = [spot for spot in spots if record.condition(spot) in RESOLVABLE and record.position(spot).get("mb") == "1"]
    chosen = unknown or marked
    if not chosen:
        raise NotAllowed(f"{record.ref}: {why_not(record, next(iter(spots), target), 'resolve')}")
    if len(chosen) > 1:
        names = ", ".join(name_of(record.ref, spot) for spot in chosen)
        raise NotAllowed(f"more than one delivery of it is unknown; say which: {names}")
    return chosen[0]
