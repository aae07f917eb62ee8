"""A list read as the polls read it: page after page, the cursor kept, the next listing from there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipeline.ports import Ask, Page, Row
from tests.conformance.connectors.rules import CURSOR_IS_SEEN, NO_LOOP, SAME_ROW_AGAIN
from tests.conformance.connectors.stand import Stand

MOST = 300  # pages of one listing: no scenario has so many


@dataclass
class Reading:
    """`rows`: by the order's id, the latest of each. `page` and `cursor` as the ledger would have them."""

    stand: Stand
    start: datetime
    overlap: timedelta = timedelta()
    rows: dict[str, Row] = field(default_factory=dict)
    versions: list[datetime] = field(default_factory=list)
    cursor: str | None = None
    page: str | None = None
    pages: int = 0

    @classmethod
    def from_now(cls, stand: Stand, overlap: timedelta = timedelta()) -> "Reading":
        """Earlier tests' orders are a day old, and not ours."""
        stand.simulator.clock.turn(timedelta(days=1))
        stand.simulator.tokens.kept.clear()  # over by then, and this is not about tokens
        ours = stand.connector.kind == "marketplace"  # an OMS account has no start
        start = stand.simulator.clock() - timedelta(seconds=stand.list_card.age)
        return cls(stand, start if ours else datetime.min.replace(tzinfo=UTC), overlap)

    def call(self) -> Page:
        """One page, and what it moves; the first when the partner's list has caught up. Raises Trouble."""
        if self.page is None:
            self.stand.simulator.clock.turn(self.stand.list_card.lag)
        now = self.stand.simulator.clock()
        ask = Ask(now=now, start=self.start, overlap=self.overlap, cursor=self.cursor, page=self.page)
        with self.stand.only_trouble("listing", but_trouble=True):
            page: Page = getattr(self.stand.client, self.stand.capability)(ask)
        for row in page.rows:
            self._note(row)
        self.page, self.cursor = page.page, page.cursor or self.cursor
        self.pages += 1
        self._check_cursor()
        return page

    def run(self, between: Callable[[int], None] = lambda number: None) -> None:
        """A whole listing. `between(number)` happens after that page, where another follows."""
        for number in range(1, MOST + 1):
            if self.call().page is None:
                return
            between(number)
        self.stand.demand(False, NO_LOOP, f"after {MOST} pages it still goes on")

    def _note(self, row: Row) -> None:
        name = getattr(row, "order", None) or row.id  # rows of an OMS may be parcels, each with its order's id
        before = self.rows.get(name)
        if before is not None and before.version == row.version and row.version is not None:
            told = f"{row.id!r} came again with the same version and other content"
            self.stand.demand(before.raw == row.raw, SAME_ROW_AGAIN, told)
        self.rows[name] = row
        if row.version:
            self.versions.append(row.version)

    def _check_cursor(self) -> None:
        """Where it is a time, it can be compared; where not, the late order tells. An OMS's list may hold more than
        the rows that are made of it, so that only the connector knows what it has seen.
        """
        if self.stand.connector.kind == "oms" or self.stand.list_card.bound:
            return
        try:
            reached = datetime.fromisoformat(self.cursor or "")
        except ValueError:
            return
        if reached.tzinfo is None or reached == self.start:
            return
        newest = max(self.versions, default=self.start)
        told = f"the newest change that was seen is of {newest.isoformat()}, and the cursor says {self.cursor}"
        self.stand.demand(reached <= newest, CURSOR_IS_SEEN, told)
