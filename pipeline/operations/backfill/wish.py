"""What is asked of a backfill from a file, and what it gives: the words between the command and the operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.operations.backfill.importing import Format, Tally
from pipeline.operations.backfill.lines import Source, Unfit
from pipeline.operations.backfill.taking import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWish:
    """`format` None: by the file's name."""

    path: str
    format: Format | None = None
    form: Form = "canonical"
    historic: bool = False
    in_flight: int | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True)
class FileReport:
    """As `Report` of a poll: counts and words; `details` is its JSON."""

    account: str
    title: str
    tally: Tally

    @property
    def lane(self) -> str:
        """Where its documents enter."""
        return f"normalize.{self.account}"

    @property
    def counts(self) -> Mapping[str, int]:
        """Stored by this run (a dead line is a document, too); read, dead and skipped of the whole file."""
        told = self.tally
        return {
            "read": told.read,
            "new": told.stored["new"],
            "changed": told.stored["changed"],
            "seen": told.stored["seen"],
            "dead": told.dead,
            "skipped": sum(told.skipped.values()),
        }

    @property
    def details(self) -> Mapping[str, Any]:
        """For `--json`."""
        told = self.tally
        return {
            "account": self.account, "file": self.title, **self.counts, "skipped_because": dict(told.skipped),
            "dead_lines": told.dead_lines, "lines": told.lines, "resumed_after_line": told.resumed_at,
            "read_before": told.over or None,
        }  # fmt: skip

    @property
    def text(self) -> str:
        """`orders.csv: 1,000 read: 994 new, 0 changed, 6 seen; 4 dead lines`."""
        counts = dict(self.counts)
        read, skipped, dead = counts.pop("read"), counts.pop("skipped"), counts.pop("dead")
        words = [f"{count:,} {word}" for word, count in counts.items()]
        if skipped:
            words += [f"{count:,} skipped: {why}" for why, count in self.tally.skipped.items()]
        run = " (new, changed and seen by this run)" if self.tally.resumed_at else ""
        return f"{self.title}: {read:,} read: {', '.join(words)}{run}; {dead:,} dead lines"

    @property
    def died(self) -> bool:
        """Some lines are dead."""
        return self.tally.dead > 0

    @property
    def empty(self) -> bool:
        """There was nothing to read."""
        return self.tally.read == 0


def format_of(wish: FileWish) -> Format:
    """By its name where nobody says. Raises Unfit."""
    if wish.format:
        return wish.format
    name = Source(wish.path).path.name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson", ".jsonlines")):
        return "jsonl"
    if name.endswith((".csv", ".tsv")):
        return "csv"
    told = "standard input has no name" if wish.path == "-" else f"{wish.path} is named neither .jsonl nor .csv"
    raise Unfit(f"{told}: say --format jsonl or --format csv")
