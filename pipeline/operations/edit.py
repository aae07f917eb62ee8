"""Edit: an operator's value laid over what the partner sent, remembering what it replaced."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.domain.lifecycle import DONE, Flow
from pipeline.domain.order import Order
from pipeline.domain.paths import parse_value, read_path, write_path
from pipeline.domain.reports import Cancellation, Shipment, StatusReport
from pipeline.operations.books import Books, words_of
from pipeline.operations.errors import NotAllowed
from pipeline.stores.record import Record
from pipeline.stores.stamps import stamp

Plain = Callable[[Record], Mapping[str, Any] | None]  # the canonical fields today, before any override
CLASSES: Mapping[Flow, type[Any]] = {
    Flow.ORDERS: Order,
    Flow.SHIPMENTS: Shipment,
    Flow.STATUSES: StatusReport,
    Flow.CANCELLATIONS: Cancellation,
}
_TRIES = 3


class Edits:
    """`plain` reads the raw body anew; without it, what is replaced is taken from the stored document."""

    def __init__(self, books: Books, plain: Plain | None) -> None:
        self._books = books
        self._plain = plain

    def edit(self, ref: str, settings: Mapping[str, str], *, reason: str, who: str) -> dict[str, Any]:
        """Does not re-queue. Raises NotFound, and NotAllowed naming every path that is wrong (never a value)."""
        if not settings:
            raise NotAllowed("nothing to set: PATH=VALUE is needed")
        for _ in range(_TRIES):
            record, _target = self._books.find(ref)
            if record.stage == DONE:
                raise NotAllowed(f"{record.ref} is {record.condition()}: an edit would reach nobody")
            values = _parsed(record, settings)
            line = {"who": who, "what": "edit", "paths": sorted(values), "reason": reason}
            overrides = self._laid(record, values, reason, who)
            answer = self._books.acts.perform(record, None, "edit", allowed=(), line=line, overrides=overrides)
            if answer.word == "done":
                return {"ref": str(record.ref), "paths": sorted(values)}
            if answer.word != "stale":
                break
        raise NotAllowed(f"{ref}: {words_of(answer, 'edit')}")

    def _laid(self, record: Record, values: Mapping[str, Any], reason: str, who: str) -> dict[str, Any]:
        present = self._plain(record) if self._plain else None
        at = stamp(self._books.ledger.now_ms())
        laid: dict[str, Any] = {path: dict(override) for path, override in record.overrides.items()}
        for path, value in values.items():
            raw = _replaced(record, path) if present is None else read_path(present, path)
            laid[path] = {"value": value, "raw": raw, "who": who, "at": at, "reason": reason}
        return laid


def _parsed(record: Record, settings: Mapping[str, str]) -> dict[str, Any]:
    cls = CLASSES[record.ref.flow]
    values: dict[str, Any] = {}
    wrong: list[str] = []
    fields = dict(record.document or {})
    for path, text in settings.items():
        try:
            values[path] = parse_value(cls, path, text)
            if record.document is not None:
                fields = write_path(fields, path, values[path])
        except ValueError as fault:
            wrong.append(str(fault))
    if wrong:
        raise NotAllowed("; ".join(wrong))
    return values


def _replaced(record: Record, path: str) -> Any:
    """What stood there before any override."""
    stored = read_path(record.document or {}, path)
    earlier = record.overrides.get(path)
    return earlier["raw"] if earlier and stored == earlier["value"] else stored
