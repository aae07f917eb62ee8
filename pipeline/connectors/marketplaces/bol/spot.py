"""Where a listing of bol stands: what is still to list, what was found, which orders are still to be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Final

import msgspec

from pipeline.connectors.marketplaces.bol.cursor import Cursor
from pipeline.connectors.wire import zone_of
from pipeline.ports import Ask

INTERVAL: Final = 60  # minutes: the longest change-interval-minute
HISTORY: Final = timedelta(days=90)  # three months
ROUNDS: Final = 3  # times that pages are read over, at most
REPEATS: Final = 3  # times in a row that a page may be an earlier one
CEILING: Final = 1000  # pages of one list
REMEMBERED: Final = 8  # pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An order that is to be read, with the list's fulfilment status of each of its items."""

    id: str
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """`since` None: all that is open. `days`: by day, the first of them now; none: by interval. `listing`: pages are
    read; else the orders that are `left`.
    """

    began: datetime
    since: datetime | None = None
    until: datetime | None = None
    days: tuple[str, ...] = ()
    listing: bool = True
    page: int = 1
    round: int = 1
    fresh: int = 0  # found by this round and by none before
    full: int = 0  # pages of this round that held orders
    marks: tuple[str, ...] = ()
    repeats: int = 0
    stuck: bool = False
    newest: datetime | None = None
    found: dict[str, str] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    owed: dict[str, int] = field(default_factory=dict)
    stumbles: int = 0  # orders in a row that could not be read
    stumbled: datetime | None = None  # since when

    @classmethod
    def of(cls, ask: Ask, cursor: Cursor) -> "Spot":
        """The spot the ask names; without one the start of its range."""
        if ask.page is not None:
            return msgspec.json.decode(ask.page, type=cls)
        if ask.since is not None:
            since: datetime | None = ask.since
        else:
            since = cursor.since(ask.overlap)
            if since is None and minutes(ask.start, ask.now) <= INTERVAL:
                since = ask.start
        spot = cls(began=ask.now, since=since, until=ask.until if ask.since else None, owed=cursor.owed)
        return spot.by_day(ask.now) if since and minutes(since, ask.now) > INTERVAL else spot

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    def by_day(self, now: datetime) -> "Spot":
        """The same range by latest-change-date, from its first page."""
        since = max(self.since or now - HISTORY, now - HISTORY)
        days = days_of(since, min(self.until or now, now))
        return replace(self, days=days).afresh(round=1)

    def afresh(self, **changes: Any) -> "Spot":
        """The first page once more."""
        return replace(self, page=1, fresh=0, full=0, marks=(), repeats=0, **changes)

    def query(self, now: datetime) -> Mapping[str, Any]:
        """Of GET /retailer/orders."""
        if self.since is None:
            return {"page": self.page, "status": "OPEN"}
        if self.days:
            return {"page": self.page, "status": "ALL", "latest-change-date": self.days[0]}
        return {"page": self.page, "status": "ALL", "change-interval-minute": minutes(self.since, now)}

    def wants(self, changed: datetime | None, placed: datetime | None, start: datetime) -> bool:
        """Whether a listed order is in the range, and bought since the account's start."""
        if placed and placed < start:
            return False
        if changed is None:
            return True
        late = self.until is not None and changed > self.until + timedelta(seconds=1)
        return not late and (self.since is None or changed >= self.since - timedelta(seconds=1))

    def after_page(self, mark: str, fresh: int) -> "Spot":
        """The next page of this round; the end of the list where it is served in a circle."""
        repeats = self.repeats + 1 if mark in self.marks else 0
        if repeats >= REPEATS or self.page >= CEILING:
            return replace(self, listing=False, stuck=True)
        marks = (*self.marks, mark)[-REMEMBERED:]
        return replace(
            self, page=self.page + 1, fresh=self.fresh + fresh, full=self.full + 1, marks=marks, repeats=repeats
        )

    def after_end(self) -> "Spot":
        """The list is over. Pages that moved while they were read are read over, until nothing new is found."""
        if self.full > 1 and self.fresh and self.round < ROUNDS:
            return self.afresh(round=self.round + 1)
        return replace(self, listing=False)

    def onward(self) -> "Spot | None":
        """What is next: an order to read, the next day, what is owed; None at the end of it all."""
        if self.listing or self.left:
            return self
        if len(self.days) > 1 and not self.stuck:
            found = Cursor(seen=self.found).pruned(None).seen  # a range of many days is not all kept in the page token
            return replace(self, days=self.days[1:], listing=True, found=found).afresh(round=1)
        return None


def minutes(since: datetime, now: datetime) -> int:
    """The interval that reaches back so far: at least a minute more than what has gone by (the specification)."""
    return max(ceil((now - since) / timedelta(minutes=1)), 0) + 1


def days_of(since: datetime, until: datetime) -> tuple[str, ...]:
    """Every day in which a change of this range can lie, whether bol counts days by UTC or by Dutch time."""
    first = since.astimezone(UTC).date()
    last = until.astimezone(zone_of("Europe/Amsterdam")).date()
    return tuple(str(first + timedelta(days=n)) for n in range(max((last - first).days, 0) + 1))


def without(left: Sequence[Left], order_id: str) -> tuple[Left, ...]:
    """Those that are still to be read."""
    return tuple(one for one in left if one.id != order_id)
