"""One file from where it stands to its end, a batch at a time."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any, BinaryIO, Literal

from pipeline.domain.lifecycle import Pace
from pipeline.operations.backfill.columns import Columns, read_header
from pipeline.operations.backfill.entries import Entry, json_entries
from pipeline.operations.backfill.lines import Lines, Place, Source, Unfit
from pipeline.operations.backfill.position import Position, Standing
from pipeline.operations.backfill.table import csv_entries
from pipeline.operations.backfill.taking import Taking
from pipeline.operations.backfill.waits import Waits
from pipeline.operations.errors import NotAllowed
from pipeline.pacing import part_of, pauses
from pipeline.ports import NewDocument, Received

Format = Literal["jsonl", "csv"]
TOLD = 20  # dead lines that are named
_EVERY = 2.0  # seconds between two words on how far it is


@dataclass(slots=True)
class Tally:
    """What became of the file's lines. `read`, `dead` and `skipped` are of the whole file, the rest of this run."""

    read: int = 0
    dead: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    stored: Counter[str] = field(default_factory=Counter)
    dead_lines: list[dict[str, Any]] = field(default_factory=list)
    resumed_at: int = 0  # line
    lines: int = 0
    over: str = ""  # it was read to its end by an earlier run

    @classmethod
    def of(cls, mark: Standing) -> "Tally":
        """As an earlier run left it."""
        skipped = Counter({name[8:]: count for name, count in mark.tally.items() if name.startswith("skipped:")})
        read, dead = mark.tally.get("read", 0), mark.tally.get("dead", 0)
        return cls(read, dead, skipped, resumed_at=mark.place.lines, lines=mark.place.lines, over=mark.over)

    def packed(self) -> dict[str, int]:
        """For the ledger."""
        return {"read": self.read, "dead": self.dead, **{f"skipped:{why}": n for why, n in self.skipped.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """One run of one file."""

    source: Source
    format: Format
    taking: Taking
    position: Position
    waits: Waits
    pace: Pace
    hint: Callable[[str], None]
    say: Callable[[str], None]
    lease: float

    def run(self, *, restart: bool) -> Tally:
        """Raises Unfit before anything is stored; NotAllowed. Whatever ends it, the claim is given back."""
        title = self.source.title
        if self.source.is_stream:
            self.say("standard input can't be read again: broken off, begin anew (what is known is not sent twice)")
            return self._read(self.source.open(), Standing(""), Tally())
        with self.source.open() as stream:
            self._claim()
            try:
                mark, tally = self._begin(restart=restart)
                if tally.over:
                    self.say(f"{title} was read to its end on {tally.over}; --restart reads it again")
                    return tally
                if tally.resumed_at:
                    self.say(f"{title}: goes on after line {tally.resumed_at:,}")
                return self._read(stream, mark, tally)
            except KeyboardInterrupt:
                self.say(f"{title}: stopped; the same command goes on after the last lines that were stored")
                raise
            finally:
                self.position.rest()

    def _claim(self) -> None:
        self.waits.until_open(before=self.position.rest)
        end = time.monotonic() + 1.5 * self.lease
        while not self.position.claim():
            self.waits.until_open()
            if time.monotonic() > end:
                raise NotAllowed(f"another process is reading {self.source.title}")
            self.waits.tell(
                f"waits: a backfill of {self.source.title} is at work, or was killed less than {self.lease:.0f} s ago"
            )
            time.sleep(0.2)

    def _begin(self, *, restart: bool) -> tuple[Standing, Tally]:
        now, kept = self.source.print(), self.position.kept()
        new = Standing(now), Tally()
        if kept is None or restart:
            return new
        if kept.print == now and self.source.tail(kept.place) == kept.tail:
            return kept, Tally.of(kept)
        if kept.over:
            self.say(f"{self.source.title} is another file than the one that was read to its end: begins anew")
            return new
        raise Unfit(
            f"{self.source.title} has changed since line {kept.place.lines:,} of it was read: put the old file back, "
            "or begin anew with --restart (what is known is not sent twice)"
        )

    def _entries(self, stream: BinaryIO, place: Place) -> Iterator[Entry]:
        title = self.source.title
        columns: Columns | None = None
        head = Lines(stream, title, Place())
        if self.format == "csv":
            columns = read_header(next(iter(head), None), title)
        lines = Lines(stream, title, place) if place.bytes else head
        lines.begin()
        return csv_entries(lines, columns) if columns else json_entries(lines, title)

    def _read(self, stream: BinaryIO, mark: Standing, tally: Tally) -> Tally:
        size, said = part_of(self.pace), time.monotonic()
        entries = self._entries(stream, mark.place)
        first = next(entries, None)  # what is wrong with the file as a whole is told before anything is stored
        batch: list[Entry] = []
        for entry in chain([first] if first else [], entries):
            batch.append(entry)
            if len(batch) == size:
                mark = self._store(batch, mark, tally)
                batch = []
                if time.monotonic() - said > _EVERY:
                    said = time.monotonic()
                    self.say(f"{self.source.title}: {tally.lines:,} lines read")
        mark = self._store(batch, mark, tally)
        over = datetime.now(UTC).isoformat(timespec="seconds")
        self._put([], replace(mark, over=over))
        return tally

    def _store(self, batch: list[Entry], mark: Standing, tally: Tally) -> Standing:
        if not batch:
            return mark
        documents = []
        now = self.position.now
        for entry in batch:
            taken = self.taking.take(entry, now)
            tally.read += 1
            if taken.document:
                documents.append(taken.document)
            if taken.skipped:
                tally.skipped[taken.skipped] += 1
            if taken.dead:
                tally.dead += 1
                self._tell(entry.line, taken.dead, tally)
        place = batch[-1].end
        mark = replace(mark, place=place, tail=self.source.tail(place), tally=tally.packed())
        received = self._put(documents, mark)
        tally.stored.update(new=received.new, changed=received.changed, seen=received.seen)
        tally.lines = place.lines
        return mark

    def _put(self, documents: list[NewDocument], mark: Standing) -> Received:
        """As soon as there is room, and nobody has paused it. The claim is renewed while it waits."""
        self._claim()
        renewed = time.monotonic()
        for look, pause in enumerate(pauses()):
            received = self.position.store(documents, mark, self.pace)
            if not received.full:
                break
            self.waits.for_room(first=look == 0)
            if time.monotonic() - renewed > self.lease / 3 or self.waits.reason():
                self.position.rest()
                self._claim()
                renewed = time.monotonic()
            time.sleep(pause)
        for lane in received.lanes:
            self.hint(lane)
        return received

    def _tell(self, line: int, why: str, tally: Tally) -> None:
        if len(tally.dead_lines) < TOLD:
            tally.dead_lines.append({"line": line, "why": why})
            self.say(f"line {line:,} is dead: {why}")
        elif len(tally.dead_lines) == TOLD:
            tally.dead_lines.append({"line": line, "why": "and more; `orderpipe orders --condition dead` lists all"})
            self.say("more lines are dead; `orderpipe orders --condition dead` lists all")
