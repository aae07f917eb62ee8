"""Show: everything about one document, masked unless somebody says to reveal it, which is written down."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from pipeline.domain.lifecycle import Ref
from pipeline.domain.paths import MASK, mask, personal
from pipeline.operations.books import Books
from pipeline.operations.masking import mask_raw
from pipeline.stores.record import Record
from pipeline.stores.rows import finished_row
from pipeline.stores.stamps import stamp

_SHARED: Final = ("ref", "flow", "source", "id")
_TIMES: Final = ("received_at", "updated_at", "deadline")
_PER_TARGET: Final = (
    "target", "stage", "condition", "attempts", "maybe_sent", "receipt", "error", "due_at",
)  # fmt: skip


Rehearsed = Callable[[Record], Mapping[str, Any]]  # target -> the wire content that only a rehearsing route holds back


def show(
    books: Books, ref: str, *, reveal: bool, who: str, rehearsed: Rehearsed | None = None
) -> dict[str, Any] | None:
    """`show --json` of the design, with `would_send` on what is rehearsed; None when there is no such document."""
    named = books.lookups.parse(ref)
    if named is None:
        return None
    record = books.records.read(named[0])
    if record is None:
        return _remembered(books, named[0])
    if reveal:
        books.acts.perform(record, None, "note", allowed=(), line={"who": who, "what": "revealed"})
    rows = books.lookups.rows([record.ref]).get(record.ref, [])
    if not rows:
        return _remembered(books, named[0])  # it went between the two reads
    would_send = rehearsed(record) if rehearsed else {}
    if not reveal:
        would_send = mask_raw(would_send, record.document)
    return {
        **{name: rows[0][name] for name in (*_SHARED, *_TIMES)},
        "stage": record.stage,
        "condition": record.condition() or None,
        "version": stamp(record.words.get("ver")),
        "newer_version_waiting": record.newer,
        **_bodies(record, reveal),
        **({"would_send": _jsonable(would_send)} if would_send else {}),
        "timeline": books.timeline.read(str(record.ref), folded=int(record.words.get("folded") or 0)),
        "deliveries": [{name: row[name] for name in _PER_TARGET} for row in rows],
    }


def _bodies(record: Record, reveal: bool) -> dict[str, Any]:
    raw, document, overrides = record.raw, record.document, record.overrides
    if not reveal:
        raw = mask_raw(raw, document) if raw is not None else None
        document = mask(document) if document is not None else None
        overrides = {path: _masked_override(path, override) for path, override in overrides.items()}
    return {"raw": _jsonable(raw), "document": _jsonable(document), "overrides": _jsonable(overrides)}


def _masked_override(path: str, override: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {name: MASK for name in ("value", "raw") if override.get(name) is not None} if personal(path) else {}
    return {**override, **hidden}


def _remembered(books: Books, ref: Ref) -> dict[str, Any] | None:
    found = books.lookups.finished.find([ref]).get(ref)
    if found is None:
        return None
    row = finished_row(ref, found)
    return {
        **{name: row[name] for name in (*_SHARED, *_TIMES)},
        "stage": row["stage"], "condition": row["condition"], "version": stamp(_ms(found.version)),
        "newer_version_waiting": False, "raw": None, "document": None, "overrides": {}, "timeline": [],
        "deliveries": [{name: row[name] for name in _PER_TARGET}],
    }  # fmt: skip


def _ms(moment: Any) -> float | None:
    return moment.timestamp() * 1000 if moment else None


def _jsonable(value: Any) -> Any:
    """Numbers as numbers again: stored bodies keep them exact as Decimal."""
    if isinstance(value, Mapping):
        return {name: _jsonable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    return value
