"""Replay: dead, held, parked, pending and unknown documents become due again; or a rehearsal of that."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.domain.errors import FieldError
from pipeline.domain.lifecycle import Condition, Ref, Step
from pipeline.operations.beginnings import Beginning, begin_at, begin_by_default
from pipeline.operations.books import Books, Spot, name_of, spots_of, why_not, words_of
from pipeline.operations.errors import NotAllowed, NotFound
from pipeline.operations.results import ReplayResult
from pipeline.stores.record import Record

Rehearse = Callable[[Record], Sequence[FieldError] | None]  # None or nothing: it would pass
REPLAYABLE = (Condition.DEAD, Condition.HELD, Condition.PARKED, Condition.PENDING, Condition.UNKNOWN)


class Replays:
    """`rehearse` runs a record through today's mapping and rules without keeping anything."""

    def __init__(self, books: Books, rehearse: Rehearse | None) -> None:
        self._books = books
        self._rehearse = rehearse

    def replay(
        self, refs: Sequence[str], filters: Mapping[str, Any], *, from_step: str | None, dry_run: bool, who: str
    ) -> ReplayResult:
        """Named documents, or all that the filters match. Raises NotAllowed for a step that is none."""
        step = _step_of(from_step)
        refused: list[tuple[str, str]] = []
        chosen = self._named(refs, refused) if refs else self._matching(filters)
        if dry_run:
            return self._rehearsed(chosen, step, refused)
        done: list[str] = []
        for record, spots, names in self._open(chosen, refused):
            why = self._begin(record, spots, step, who)
            if why is None:
                done += names
            else:
                refused += [(name, why) for name in names]
        return ReplayResult(done, refused)

    # -- choosing

    def _named(self, refs: Sequence[str], refused: list[tuple[str, str]]) -> dict[Ref, dict[Spot, str]]:
        chosen: dict[Ref, dict[Spot, str]] = {}
        for text in dict.fromkeys(refs):
            try:
                record, target = self._books.find(text)
            except NotFound as error:
                refused.append((text, "not found" if str(error) == text else str(error)))
            except NotAllowed as error:
                refused.append((text, str(error)))
            else:
                chosen.setdefault(record.ref, {})[target] = text
        return chosen

    def _matching(self, filters: Mapping[str, Any]) -> dict[Ref, dict[Spot, str]]:
        """All of them, before the first is touched: a replay moves documents through the very indexes it reads."""
        chosen: dict[Ref, dict[Spot, str]] = {}
        for row in self._books.lookups.orders(**filters):
            if row["condition"] in REPLAYABLE:
                ref = Ref.parse(row["ref"])
                chosen.setdefault(ref, {})[row["target"]] = name_of(ref, row["target"])
        return chosen

    def _open(
        self, chosen: Mapping[Ref, Mapping[Spot, str]], refused: list[tuple[str, str]]
    ) -> Iterator[tuple[Record, list[Spot], list[str]]]:
        """Each record once, with the positions that may be replayed and the names they were chosen by."""
        for ref, targets in chosen.items():
            record = self._books.records.read(ref)
            if record is None:
                refused += [(name, "it is gone") for name in targets.values()]
                continue
            spots: dict[Spot, None] = {}
            names = []
            for target, name in targets.items():
                able = [spot for spot in spots_of(record, target) if record.condition(spot) in REPLAYABLE]
                if able:
                    names.append(name)
                    spots |= dict.fromkeys(able)
                else:
                    refused.append((name, why_not(record, _blocking(record, target), "replay")))
            if spots:
                yield record, list(spots), names

    # -- acting

    def _begin(self, record: Record, spots: Iterable[Spot], step: Step | None, who: str) -> str | None:
        """Why not, or None when it is done."""
        try:
            beginnings = begin_at(record, spots, step) if step else begin_by_default(record, spots)
        except NotAllowed as error:
            return str(error)
        for beginning in beginnings:
            spot, act, at = beginning.spot, beginning.act, beginning.at
            line = _line(beginning, who)
            answer = self._books.acts.perform(record, spot, act, allowed=REPLAYABLE, begin=at, line=line)
            if answer.word != "done":
                return words_of(answer, "replay")
        return None

    def _rehearsed(
        self, chosen: Mapping[Ref, Mapping[Spot, str]], step: Step | None, refused: list[tuple[str, str]]
    ) -> ReplayResult:
        if self._rehearse is None:
            raise NotAllowed("nothing can be rehearsed here")
        passing, failing = 0, []
        for record, spots, names in self._open(chosen, refused):
            try:
                if step:
                    begin_at(record, spots, step)
            except NotAllowed as error:
                refused += [(name, str(error)) for name in names]
                continue
            faults = tuple(self._rehearse(record) or ())
            if faults:
                words = "; ".join(f"{fault.path}: {fault.message}" for fault in faults)
                failing += [(name, faults) for name in names]
                refused += [(name, words) for name in names]
            else:
                passing += len(names)
        return ReplayResult((), refused, passing, failing)


def _blocking(record: Record, target: Spot) -> Spot:
    """The position whose condition says best why nothing can be replayed."""
    return next(iter(spots_of(record, target)), target)


def _line(beginning: Beginning, who: str) -> dict[str, Any]:
    line: dict[str, Any] = {"who": who, "what": "replay"}
    return line | {"from": beginning.at[0]} if beginning.at else line


def _step_of(text: str | None) -> Step | None:
    if text is None:
        return None
    try:
        return Step(text)
    except ValueError:
        raise NotAllowed(f"{text!r} is no step: one of {', '.join(Step)}") from None
