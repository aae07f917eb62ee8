"""Page tokens: opaque, in need of percent-encoding, each good for the search that it came from, and for a day."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """A search as it was answered first. `key`: what may not change from page to page; `until`: its upper bound."""

    key: str
    rows: tuple[Row, ...]
    until: datetime


@dataclass(slots=True)
class Page(Generic[Row]):
    """Where a token leads. `following`: the token of the page after, by where that begins: a replay gives the same."""

    found: Found[Row]
    start: int
    given: datetime
    seen: bool = False
    following: dict[int, str] = field(default_factory=dict)


class Pages(Generic[Row]):
    """Every page that a token leads to."""

    def __init__(self) -> None:
        self._of_token: dict[str, Page[Row]] = {}

    def find(self, token: str, key: str, now: datetime, seconds: float) -> Page[Row] | str:
        """The page, or what is wrong with the token."""
        page = self._of_token.get(token)
        if page is None:
            return "no token of this operation"
        if page.given + timedelta(seconds=seconds) <= now:
            return "expired"
        return page if page.found.key == key else "sent with other parameters than those it was given for"

    def cut(self, page: Page[Row], size: int, now: datetime, seconds: float) -> tuple[list[Row], str | None]:
        """The page's rows, and the token of the next; None on the last."""
        end = page.start + size
        if end < len(page.found.rows) and end not in page.following:
            self._forget(now - timedelta(seconds=seconds))
            page.following[end] = _make_token()
            self._of_token[page.following[end]] = Page(page.found, end, now)
        return list(page.found.rows[page.start : end]), page.following.get(end)

    def _forget(self, before: datetime) -> None:
        """What has been expired for as long again: until then it is told as expired."""
        while self._of_token:
            oldest = next(iter(self._of_token))
            if self._of_token[oldest].given >= before - timedelta(days=1):
                return
            del self._of_token[oldest]


def _make_token() -> str:
    """With all three characters that a query changes or a parser trips over: `+`, `/` and `=`."""
    return f"{base64.b64encode(secrets.token_bytes(30)).decode()}+/{base64.b64encode(secrets.token_bytes(10)).decode()}"
