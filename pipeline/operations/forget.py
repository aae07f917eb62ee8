"""Forget: a person's data is erased from the ledger; that it was here, and what became of it, stays."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipeline.domain.lifecycle import DONE, Condition, Ref
from pipeline.domain.reports import ORDER
from pipeline.operations.books import Books
from pipeline.operations.errors import NotAllowed, NotFound
from pipeline.operations.hold import Holds
from pipeline.operations.results import ActResult
from pipeline.stores.record import Record

GIVEN_UP: Final = (Condition.DEAD, Condition.HELD, Condition.WAITING, Condition.PARKED)  # nothing of it is at a partner
PEOPLE: Final = ("buyer", "shipping_address", "billing_address")


class Forgetting:
    """What is dead, held, waiting or parked is given up first; what is on its way to a partner is not forgotten."""

    def __init__(self, books: Books, holds: Holds) -> None:
        self._books = books
        self._holds = holds

    def forget(self, refs: Sequence[str], buyer: str | None, who: str) -> ActResult:
        """These documents, and all whose buyer has this e-mail address. Raises NotFound where nobody has it."""
        texts = list(dict.fromkeys(refs))
        if buyer is not None:
            named = [str(ref) for ref in self._of(buyer)]
            if not named:
                raise NotFound("no document that is still kept has this buyer; finished ones keep nothing of a person")
            texts += [ref for ref in named if ref not in texts]
        done: list[str] = []
        refused: list[tuple[str, str]] = []
        for text in texts:
            try:
                self._one(text, who)
            except (NotFound, NotAllowed) as why:
                refused.append((text, "not found" if str(why) == text else str(why)))
            else:
                done.append(text)
        return ActResult(done, refused)

    def _one(self, text: str, who: str) -> None:
        record, target = self._books.find(text)
        if target is not None:
            raise NotAllowed(f"a whole document is forgotten, not its delivery: say {record.ref}")
        if record.stage != DONE:
            self._give_up(record, who)
        line = json.dumps({"who": who, "what": "forgotten"})
        answer = self._books.ledger.scripts.run("forget", str(record.ref), line).decode()
        if answer == "none":
            raise NotFound(text)
        if answer != "done":
            raise NotAllowed(f"it is {answer}: wait until it is settled, or resolve or discard it, then forget it")

    def _give_up(self, record: Record, who: str) -> None:
        conditions = {record.condition(spot) for spot in (None, *record.targets)}
        alive = conditions - {"", Condition.DONE, Condition.DISCARDED}
        if alive - set(GIVEN_UP):
            words = ", ".join(sorted(alive - set(GIVEN_UP)))
            raise NotAllowed(f"it is {words}: wait until it is settled, or resolve or discard it, then forget it")
        given = self._holds.discard([str(record.ref)], "forgotten", who)
        if given.refused:
            raise NotAllowed(given.refused[0][1])

    def _of(self, buyer: str) -> Iterator[Ref]:
        """Every kept document of this address; shipments, statuses and cancellations go by their order."""
        wanted = buyer.strip().casefold()
        orders: set[tuple[str, str]] = set()
        others: list[tuple[Ref, Mapping[str, Any]]] = []
        for ref in self._refs():
            record = self._books.records.read(ref)
            document = (record.document or {}) if record else {}
            if record is not None and _has(document, wanted):
                orders.add((ref.source, ref.id))
                yield ref
            elif record is not None and ref.flow != "orders":
                others.append((ref, document))
        ids = {id_ for _, id_ in orders}
        yield from (ref for ref, document in others if ids & {ref.id, str(document.get("order_id"))})

    def _refs(self) -> Iterator[Ref]:
        head = f"{self._books.ledger.prefix}d:"
        redis: Any = self._books.ledger.redis
        for key in redis.scan_iter(f"{head}*", count=1000):
            yield Ref.parse(key.decode().removeprefix(head))


def _has(document: Mapping[str, Any], wanted: str) -> bool:
    """Itself, or the order that a cancellation carries: its own record may be gone by then."""
    carried = (document.get("extra") or {}).get(ORDER) or {}
    return any(
        str((held.get(part) or {}).get("email", "")).casefold() == wanted
        for held in (document, carried)
        for part in PEOPLE
    )
