"""Listing by update time, page by page, in either API (contracts/marketplaces.md section 4).

The range begins at the cursor less the overlap and has no end of ours: Amazon ends it two minutes before its own now,
and says where (`lastUpdatedBefore`), so a clock of ours that runs ahead spoils nothing. That echoed bound is the next
cursor, once the last page is stored. A backfill's range ends where it should, at least two minutes ago.

* A token goes with the same parameters again. It lives for 24 hours: an older one, or one that Amazon refuses, begins
  the range again. Rows that come twice are nothing new to the ledger.
* A token that comes a second time would go in circles, and a thousand pages are too many: the listing ends, and the
  cursor stays where it was, for nobody knows what is missing.
* One call in 178 s is all there is: where the budget ends, OverBudget ends the poll, and the next one goes on with the
  same page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec

from pipeline.connectors.budget import Rate
from pipeline.connectors.marketplaces.amazon.calls import Calls
from pipeline.connectors.marketplaces.amazon.mapping import is_ours, row_of
from pipeline.connectors.paging import CEILING, REMEMBERED, cursor_of, zulu
from pipeline.connectors.wire import maybe, moment, text
from pipeline.domain.errors import Refused
from pipeline.ports import Ask, Page

QUIET: Final = timedelta(minutes=2)  # "at least two minutes before the time of the request"
TOKEN_LIFE: Final = timedelta(hours=23)  # of 24
AGAIN: Final = 2  # times that a refused token begins the range again
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Listed:
    """What an answer's body holds."""

    orders: Sequence[Any]
    token: str | None
    before: datetime | None  # the echoed bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one API lists: the names of its parameters, those that are always the same, and the shape of its answer."""

    rate: Rate
    path: str
    after: str
    before: str
    token: str
    fixed: Mapping[str, Any]
    listed: Callable[[Any], Listed | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a listing goes on."""

    since: datetime
    until: datetime | None = None
    token: str | None = None
    given: datetime | None = None  # when the token was
    seen: tuple[str, ...] = ()  # tokens, as marks
    index: int = 1
    again: int = 0
    before: datetime | None = None
    newest: datetime | None = None

    @classmethod
    def of(cls, ask: Ask) -> "Spot":
        """The spot the ask names; without one, or with a token that is too old, the start of its range."""
        if ask.page is not None:
            spot = msgspec.json.decode(ask.page, type=cls)
            old = spot.given is not None and ask.now - spot.given > TOKEN_LIFE
            return replace(spot.begun_again(), again=0) if old else spot
        if ask.since is not None:
            return cls(since=ask.since, until=min(ask.until or ask.now, ask.now - QUIET))
        cursor = datetime.fromisoformat(ask.cursor) if ask.cursor else None
        return cls(since=cursor - ask.overlap if cursor else ask.start)

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    def query(self, dialect: Dialect) -> dict[str, Any]:
        """The parameters, the same for every page."""
        found = {**dialect.fixed, dialect.after: zulu(self.since)}
        if self.until:
            found[dialect.before] = zulu(self.until)
        return {**found, dialect.token: self.token} if self.token else found

    def begun_again(self) -> "Spot":
        """From the first page of the same range."""
        return Spot(since=self.since, until=self.until, again=self.again + 1)

    def is_repeated(self, token: str) -> bool:
        """Whether this token has been used in this listing."""
        return mark_of(token) in self.seen

    def after(self, token: str, now: datetime, before: datetime | None, newest: datetime | None) -> "Spot":
        """The next page."""
        seen = (*self.seen, mark_of(token))[-REMEMBERED:]
        return replace(self, token=token, given=now, seen=seen, index=self.index + 1, before=before, newest=newest)


def mark_of(token: str) -> str:
    """A token, short enough to be remembered."""
    return sha256(token.encode()).hexdigest()[:16]


def list_orders(calls: Calls, dialect: Dialect, ask: Ask) -> Page:
    """One page in one call. Raises OverBudget before it."""
    spot = Spot.of(ask)
    if (spot.until or ask.now - QUIET) < spot.since:
        return Page(rows=())  # nothing in it can be old enough yet: no call is spent
    try:
        answer = calls.read(dialect.rate, dialect.path, spot.query(dialect))
    except Refused as refused:
        if spot.token is None or refused.status != 400 or spot.again >= AGAIN:
            raise
        return Page(rows=(), page=str(spot.begun_again()))
    listed = dialect.listed(answer.json())
    if listed is None:
        raise answer.unclear("without a list of orders")
    rows = [row_of(item) for item in listed.orders]
    known = [row for row in rows if row is not None]
    before = min((at for at in (spot.before, listed.before) if at), default=None)
    newest = max((at for at in (spot.newest, *(row.version for row in known)) if at), default=None)
    following, cursor = None, None
    if listed.token is None:
        cursor = cursor_of(ask, _reached(ask, before or newest))
    elif not spot.is_repeated(listed.token) and spot.index < CEILING:
        following = str(spot.after(listed.token, ask.now, before, newest))
    return Page(
        rows=[row for row in known if is_ours(row.raw)],
        page=following,
        cursor=cursor,
        unreadable=[_ENCODE(item) for item, row in zip(listed.orders, rows, strict=True) if row is None],
    )


def listed_in(body: Any, orders: str, token: Any, before: str) -> Listed | None:
    """The orders of a body, and its token and bound; None for what is no list. A bound that is no time is none
    (Amazon's own fixture has `1.569521782042E9`).
    """
    found = body.get(orders) if isinstance(body, Mapping) else None
    if not isinstance(found, list):
        return None
    return Listed(found, maybe(text, token), maybe(moment, body.get(before)))


def _reached(ask: Ask, bound: datetime | None) -> datetime | None:
    """Never beyond now, and never back: the overlap is read again without."""
    cursor = datetime.fromisoformat(ask.cursor) if ask.cursor else None
    times = [at for at in (bound and min(bound, ask.now), cursor) if at]
    return max(times, default=None)
