"""OR11 page by page, so that no order is lost (contracts/marketplaces.md sections 3 and 5).

The filter is on updates, the order of the pages is by creation, and the pages are counted by an offset. So:

* The range begins at a fixed time and is open at its end, so orders only enter it: an order that changes meanwhile
  stays where it is (its creation does not move), and one that enters in front of us shifts rows that were read into
  the next page, where they are seen twice. (`paging.Place` moves the range on with the updates: not here, where the
  rows of later pages may have been updated before those of this one.)
* A backfill's range has an end, and an order that changes meanwhile leaves it: those behind move up, into pages that
  were read. `total_count` tells that it shrank by n; the next page then begins n earlier. An answer without a
  total_count is followed without the end.
* A later page may hold an older update than this one, so the cursor moves only when the last page is stored; and not
  beyond the time at which the listing began: what changes on a page already read is listed again by the next poll.
* A page that is the one before once more is asked for again; a partner that insists is in trouble, and the poll stays
  where it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from pipeline.connectors.answers import Answer
from pipeline.connectors.marketplaces.mirakl.calls import Calls
from pipeline.connectors.marketplaces.mirakl.mapping import row_of
from pipeline.connectors.marketplaces.mirakl.rates import PAGES, other_range, poll
from pipeline.connectors.paging import cursor_of, mark_of, zulu
from pipeline.ports import Ask, Page, Row

PAGE_LIMIT: Final = 100
PATIENCE: Final = 2  # times that a page which is the one before is asked for again
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a listing goes on."""

    since: datetime
    began: datetime
    until: datetime | None = None
    offset: int = 0
    total: int | None = None
    newest: datetime | None = None
    mark: str = ""  # what the page before held
    again: int = 0

    @classmethod
    def of(cls, ask: Ask) -> "Spot":
        """The spot the ask names; without one the start of its range."""
        if ask.page is not None:
            return msgspec.json.decode(ask.page, type=cls)
        if ask.since is not None:
            return cls(since=ask.since, until=ask.until, began=ask.now)
        newest = datetime.fromisoformat(ask.cursor) if ask.cursor else None
        return cls(since=newest - ask.overlap if newest else ask.start, newest=newest, began=ask.now)

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    def query(self, size: int) -> dict[str, Any]:
        """Of OR11; ascending by creation is the default."""
        query = {"start_update_date": zulu(self.since), "sort": "dateCreated", "max": size, "offset": self.offset}
        return {**query, "end_update_date": zulu(self.until, up=True)} if self.until else query

    def after(self, mark: str, count: int, total: int | None, newest: datetime | None) -> "Spot":
        """The next page: behind this one, or so much before it as the range has shrunk."""
        shrunk = self.total - total if self.total is not None and total is not None else 0
        offset = max(0, self.offset - shrunk) if shrunk > 0 else self.offset + count
        until = self.until if total is not None else None
        return replace(
            self, offset=offset, total=total, until=until, newest=newest, mark="" if shrunk > 0 else mark, again=0
        )


def list_orders(calls: Calls, ask: Ask, size: int) -> Page:
    """One page in one call."""
    spot = Spot.of(ask)
    rate = PAGES if ask.page is not None else (poll if ask.since is None else other_range)(calls.frequency)
    answer = calls.read(rate, "orders", spot.query(size))
    items, total = orders_in(answer)
    rows = [row_of(item) for item in items]
    known = [row for row in rows if row is not None]
    mark = mark_of((row.id, row.version) for row in known)
    if known and mark == spot.mark:
        if spot.again >= PATIENCE:
            raise answer.unclear("the page before, again and again: does it take an offset?")
        return Page(rows=[], page=str(replace(spot, again=spot.again + 1)))
    newest = _newest(spot, known)
    following = spot.after(mark, len(items), total, newest)
    if total is not None and not items and following.offset < total:
        raise answer.unclear("an empty page before its total_count")
    more = following.offset < total if total is not None else len(items) >= size
    return Page(
        rows=known,
        page=str(following) if more else None,
        cursor=None if more else cursor_of(ask, newest),
        unreadable=[_ENCODE(item) for item, row in zip(items, rows, strict=True) if row is None],
    )


def orders_in(answer: Answer) -> tuple[Sequence[Any], int | None]:
    """The listed orders, and how many there are in all. Raises Unreadable."""
    body = answer.json()
    items = body.get("orders") if isinstance(body, Mapping) else None
    if not isinstance(items, list):
        raise answer.unclear("without a list of orders")
    total = body.get("total_count")
    return items, total if type(total) is int and total >= 0 else None


def _newest(spot: Spot, rows: Sequence[Row]) -> datetime | None:
    times = [min(at, spot.began) for at in (spot.newest, *(row.version for row in rows)) if at is not None]
    return max(times, default=None)
