"""Hold, release, discard, refuse: whether documents go on at all."""

from collections.abc import Callable, Sequence

from pipeline.domain.errors import Fault, Kind
from pipeline.domain.lifecycle import DONE, Condition
from pipeline.operations.beginnings import Beginning, begin_by_default
from pipeline.operations.books import Books, Spot, name_of, normalize_at, spots_of, why_not, words_of
from pipeline.operations.errors import NotAllowed, NotFound
from pipeline.operations.results import ActResult
from pipeline.stores.acts import Answer
from pipeline.stores.record import Record

Refuser = Callable[[Record, str, str], None]  # record, reason, who; raises NotAllowed
HOLDABLE = (Condition.DUE, Condition.PARKED, Condition.WAITING, Condition.DEAD)
RELEASABLE = (Condition.HELD, Condition.DISCARDED)
DISCARDABLE = (*HOLDABLE, Condition.HELD, Condition.UNKNOWN, Condition.PENDING)
CAUSE = "held by an operator"


class Holds:
    """`refuser` writes a refusal at the marketplace; without one nothing can be refused."""

    def __init__(self, books: Books, refuser: Refuser | None) -> None:
        self._books = books
        self._refuser = refuser

    def hold(self, refs: Sequence[str], reason: str, who: str) -> ActResult:
        """Neither a newer version nor a replay of its sisters ends it; a release does."""

        def perform(record: Record, spot: Spot) -> Answer:
            stage = record.position(spot).get("st", record.stage)
            fault = Fault(stage, Kind.INVALID, CAUSE, f"held by {who}: {reason}")
            line = {"who": who, "what": "hold", "reason": reason}
            return self._books.acts.perform(record, spot, "hold", allowed=HOLDABLE, line=line, fault=fault)

        return self._each(refs, "hold", HOLDABLE, perform)

    def release(self, refs: Sequence[str], reason: str, who: str) -> ActResult:
        """What is held goes on, with today's mapping, rules and edits; what an operator discarded comes back."""

        def perform(record: Record, spot: Spot) -> Answer:
            line = {"who": who, "what": "release", "reason": reason}
            begin = Beginning(spot, "restart", normalize_at(record))
            if record.condition(spot) == Condition.HELD:
                begin = begin_by_default(record, [spot])[0]
            return self._books.acts.perform(record, spot, begin.act, allowed=RELEASABLE, line=line, begin=begin.at)

        return self._each(refs, "release", RELEASABLE, perform)

    def discard(self, refs: Sequence[str], reason: str, who: str) -> ActResult:
        """Given up: not even a newer version brings it back. What may have been sent needs a reason."""

        def perform(record: Record, spot: Spot) -> Answer:
            if record.condition(spot) == Condition.UNKNOWN and not reason.strip():
                raise NotAllowed("its partner may have it: say with --reason why it is given up all the same")
            line = {"who": who, "what": "discard", "reason": reason}
            return self._books.acts.perform(record, spot, "discard", allowed=DISCARDABLE, line=line)

        return self._each(refs, "discard", DISCARDABLE, perform)

    def refuse(self, refs: Sequence[str], reason: str, who: str) -> ActResult:
        """Says no to the marketplace. Raises NotAllowed where no marketplace can be told so."""
        if self._refuser is None:
            raise NotAllowed("no configured marketplace can be told that an order is refused; discard it instead")
        done: list[str] = []
        refused: list[tuple[str, str]] = []
        for text in dict.fromkeys(refs):
            try:
                record, _ = self._books.find(text)
                self._tell(record, self._refuser, reason, who)
            except (NotFound, NotAllowed) as error:
                refused.append((text, _told(error, text)))
            else:
                done.append(text)
        return ActResult(done, refused)

    def _tell(self, record: Record, refuser: Refuser, reason: str, who: str) -> None:
        """Written down before the call goes out, and again when it was not taken."""
        line = {"who": who, "what": "refuse", "reason": reason}
        self._books.acts.perform(record, None, "note", allowed=(), line=line)
        try:
            refuser(record, reason, who)
        except NotAllowed:
            self._books.acts.perform(record, None, "note", allowed=(), line={"who": who, "what": "refuse not taken"})
            raise

    def _each(
        self, refs: Sequence[str], wish: str, allowed: Sequence[str], perform: Callable[[Record, Spot], Answer]
    ) -> ActResult:
        done: list[str] = []
        refused: list[tuple[str, str]] = []
        for text in dict.fromkeys(refs):
            try:
                record, target = self._books.find(text)
            except (NotFound, NotAllowed) as error:
                refused.append((text, _told(error, text)))
                continue
            spots = spots_of(record, target) or _given_up(record, target, allowed)
            if not spots:
                refused.append((text, why_not(record, target, wish)))
            for spot in spots:
                name = text if len(spots) == 1 else name_of(record.ref, spot)
                why = self._one(record, spot, wish, allowed, perform)
                done += [name] if why is None else []
                refused += [(name, why)] if why is not None else []
        return ActResult(done, refused)

    def _one(
        self, record: Record, spot: Spot, wish: str, allowed: Sequence[str], perform: Callable[[Record, Spot], Answer]
    ) -> str | None:
        if record.condition(spot) not in allowed:
            return why_not(record, spot, wish)
        try:
            answer = perform(record, spot)
        except NotAllowed as error:
            return str(error)
        return None if answer.word == "done" else words_of(answer, wish)


def _given_up(record: Record, target: Spot, allowed: Sequence[str]) -> list[Spot]:
    """What an operator discarded: a release may bring it back."""
    if Condition.DISCARDED not in allowed:
        return []
    if target is None and record.stage == DONE and record.words.get("op") == Condition.DISCARDED:
        return [None]
    names = (target,) if target else record.targets
    given_up: list[Spot] = [name for name in names if record.words.get(f"op@{name}") == Condition.DISCARDED]
    return given_up[:1]  # a restart takes its sisters along


def _told(error: Exception, text: str) -> str:
    return "not found" if str(error) == text else str(error)
