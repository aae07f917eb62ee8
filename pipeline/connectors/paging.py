"""Lists page by page: where a listing goes on, next links, pages that come twice."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from pipeline.ports import Ask

CEILING: Final = 1000  # pages of one listing; the next poll goes on from its cursor
REMEMBERED: Final = 8  # pages: a partner that serves the same ones in turns is noticed too

_LINK: Final = re.compile(r"<([^<>]*)>((?:\s*;\s*[^,;\"=]+(?:=(?:\"[^\"]*\"|[^,;\"]*))?)*)")
_NEXT: Final = re.compile(r";\s*rel\s*=\s*\"?(?:[^\"]*\s)?next(?:\s[^\"]*)?\"?\s*(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a listing goes on. The range is fixed by its first page: a cursor that moves shifts no page."""

    index: int = 1
    since: datetime | None = None
    until: datetime | None = None
    newest: datetime | None = None  # update seen so far
    seen: tuple[str, ...] = ()
    link: str | None = None

    @classmethod
    def of(cls, ask: Ask) -> "Place":
        """The place the ask names; without one the start of its range."""
        if ask.page is not None:
            return msgspec.json.decode(ask.page, type=cls)
        if ask.since is not None:
            return cls(since=ask.since, until=ask.until)
        newest = datetime.fromisoformat(ask.cursor) if ask.cursor else None
        return cls(since=newest - ask.overlap if newest else ask.start, newest=newest)

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    def after(
        self, mark: str, newest: datetime | None, link: str | None, updates: Sequence[datetime]
    ) -> "Place | None":
        """The next place, None where this page was one of the last ones again, or the ceiling is reached.

        Offset paging over a set that moves skips rows: whatever changes meanwhile leaves its place, and all behind it
        come one nearer. So the range itself moves on to the last of the page's `updates` (less a second: an exclusive
        or rounded bound costs nothing then); a page number or a link is for more rows of one moment than a page holds,
        and for a partner that does not sort.
        """
        if mark in self.seen or self.index >= CEILING:
            return None
        seen = (*self.seen, mark)[-REMEMBERED:]
        since = updates[-1] - timedelta(seconds=1) if updates else None
        if since and list(updates) == sorted(updates) and zulu(since) > zulu(updates[0]):
            return Place(since=since, until=self.until, newest=newest, seen=seen)
        return Place(index=self.index + 1, since=self.since, until=self.until, newest=newest, seen=seen, link=link)

    def newest_of(self, updates: Iterable[datetime | None], now: datetime) -> datetime | None:
        """The newest update seen so far; never later than now, whatever a partner's clock says."""
        times = [min(at, now) for at in (self.newest, *updates) if at is not None]
        return max(times, default=None)


def cursor_of(ask: Ask, newest: datetime | None) -> str | None:
    """The cursor to keep; a backfill or sweep moves none."""
    return newest.isoformat() if newest and ask.since is None else None


def mark_of(rows: Iterable[tuple[str, object]]) -> str:
    """What a page held, as 16 hex digits over its ids and update times."""
    return sha256("\n".join(sorted(f"{row_id} {at}" for row_id, at in rows)).encode()).hexdigest()[:16]


def zulu(at: datetime, *, up: bool = False) -> str:
    """`2026-11-22T10:00:00Z`, in whole seconds (the later one with `up`)."""
    at = at.astimezone(UTC)
    if up and at.microsecond:
        at += timedelta(seconds=1)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def next_link(headers: Mapping[str, str], listed: str) -> str | None:
    """The `Link` header's rel=next, only to the listed URL itself with another query: our token goes with it, and a
    nonsense link (contracts/marketplaces.md section 1) would stop the poll for good.
    """
    for found in _LINK.finditer(headers.get("link", "")):
        if not _NEXT.search(found[2]):
            continue
        try:
            url: str = urljoin(listed, found[1].strip())
            if _place(url) == _place(listed) and urlsplit(url).query:
                return url
        except ValueError:
            continue
    return None


def _place(url: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")
