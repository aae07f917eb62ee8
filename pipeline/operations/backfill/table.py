"""A CSV file's rows as orders: one row an order, or with `lines.*` columns one row a line of it, standing together."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.operations.backfill.columns import Columns
from pipeline.operations.backfill.entries import TOO_LARGE, Entry
from pipeline.operations.backfill.lines import KEPT, LARGEST, Line, Place

MOST_ROWS: Final = 1000  # of one order
REMEMBERED: Final = 100_000  # ids of orders: one that returns is told, as the order was read without these rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row, or why a piece of the file is none. A quoted cell may hold line ends, so it may take several lines."""

    line: int
    end: Place
    text: bytes
    cells: Sequence[str] = ()
    id: str = ""
    fault: str = ""


@dataclass(slots=True)
class _Group:
    """The rows of one order so far."""

    first: Record
    end: Place
    text: bytes = b""
    fault: str = ""
    head: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)


class _Ids:
    """The last so many ids, by their hashes."""

    def __init__(self) -> None:
        self._order: deque[int] = deque()
        self._known: set[int] = set()

    def has(self, id_: str) -> bool:
        """Whether it was here before; it is now."""
        number = hash(id_)
        if number in self._known:
            return True
        self._known.add(number)
        self._order.append(number)
        if len(self._order) > REMEMBERED:
            self._known.discard(self._order.popleft())
        return False


class _TooLarge(Exception):
    pass


class _Feed:
    """Lines for `csv.reader`; `used` are those of the record at hand, which can be given back."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._back: deque[Line] = deque()
        self.used: list[Line] = []
        self._size = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.used.append(line)
        self._size += len(line.text)
        if line.oversize or self._size > LARGEST:
            raise _TooLarge
        return line.text.decode()

    def begin(self) -> None:
        """A new record."""
        self.used, self._size = [], 0

    def give_back(self) -> Line:
        """All but the first line of the record at hand, which is given."""
        first, *rest = self.used
        self._back.extendleft(reversed(rest))
        return first


def read_records(lines: Iterable[Line], columns: Columns) -> Iterator[Record]:
    """Rows below the header. One that can't be read takes no other with it."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=columns.delimiter, strict=True)
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError, _TooLarge) as met:
            line = feed.give_back()
            yield Record(line=line.number, end=line.end, text=line.text, fault=_words(met))
            continue
        first, last = feed.used[0], feed.used[-1]
        text = b"".join(line.text for line in feed.used)
        if not any(cell.strip() for cell in cells):
            continue
        wrong = "" if len(cells) == len(columns.columns) else f"{len(cells)} cells, the header {len(columns.columns)}"
        id_ = cells[columns.id_at].strip() if len(cells) > columns.id_at else ""
        yield Record(line=first.number, end=last.end, text=text, cells=cells, id=id_, fault=wrong)


def csv_entries(lines: Iterable[Line], columns: Columns) -> Iterator[Entry]:
    """Orders. A row that belongs to nobody knows which order spoils those beside it: one without a line of it, sent,
    would be worse than one that is told.
    """
    if not columns.spread:
        for record in read_records(lines, columns):
            fields = None if record.fault else columns.fields(record.cells, spread=False)
            yield Entry(line=record.line, end=record.end, text=record.text, fields=fields, fault=record.fault)
        return
    group: _Group | None = None
    ids = _Ids()
    spoiled = ""
    for record in read_records(lines, columns):
        if not record.id:
            spoiled = f"beside line {record.line}, which can't be read and may be one of its lines"
            if group:
                group.fault = group.fault or spoiled
                yield _order(group, columns)
            group = None
            fault = record.fault or "no id"
            yield Entry(line=record.line, end=record.end, text=record.text, fault=fault)
            continue
        if group and group.first.id != record.id:
            yield _order(group, columns)
            group = None
        if group is None:
            again = "its id stood further up already; the rows of an order must stand together"
            group = _Group(record, record.end, fault=again if ids.has(record.id) else spoiled)
        spoiled = ""
        _join(group, record, columns)
    if group:
        yield _order(group, columns)


def _join(group: _Group, record: Record, columns: Columns) -> None:
    group.end = record.end
    if len(group.text) < KEPT:
        group.text += record.text
    if record.fault:
        group.fault = group.fault or f"line {record.line}: {record.fault}"
    if group.fault:
        return
    if len(group.lines) >= MOST_ROWS:
        group.fault = f"more than {MOST_ROWS} rows with one id"
        return
    for column, cell in zip(columns.columns, record.cells, strict=True):
        told = cell.strip()
        if not column.spread and told and group.head.setdefault(column.name, told) != told:
            group.fault = f"line {record.line}: {column.name} differs from an earlier row of the same order"
            return
    if line := columns.fields(record.cells, spread=True):
        group.lines.append(line)


def _order(group: _Group, columns: Columns) -> Entry:
    line, text = group.first.line, group.text
    if group.fault:
        return Entry(line=line, end=group.end, text=text, fault=group.fault)
    cells = [group.head.get(column.name, "") for column in columns.columns]
    fields = columns.fields(cells, spread=False)
    if group.lines:
        fields["lines"] = group.lines
    return Entry(line=line, end=group.end, text=text, fields=fields)


def _words(met: Exception) -> str:
    if isinstance(met, _TooLarge):
        return f"{TOO_LARGE}; a quote that is never closed?"
    if isinstance(met, UnicodeDecodeError):
        return "not UTF-8"
    return f"no CSV: {met}"
