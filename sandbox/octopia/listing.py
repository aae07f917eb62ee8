"""GET /orders and /orders/count: every documented parameter, and no other."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from sandbox.agenda import format_instant
from sandbox.exchange import Ask, refuse_fields
from sandbox.octopia.book import STATUSES, Book, Held

MAX_PAGE = 100
SORTS = ("updatedAt", "createdAt")
SUPPLY_MODES = ("Seller", "Fulfillment", "Xdock")
WORDS = ("status", "supplyMode", "salesChannelId", "reference", "businessOrder", "shippingCountry")
MOMENTS = tuple(f"{name}At{end}" for name in ("updated", "created", "shipped") for end in ("Min", "Max"))
PAGING = ("pageIndex", "pageSize", "sort", "desc")
MOMENT_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)")
Filter = Callable[[Held], bool]


@dataclass(frozen=True, slots=True)
class Search:
    """A list's parameters, checked."""

    page: int
    size: int
    sort: str
    desc: bool
    updated_min: str
    filters: tuple[Filter, ...]
    key: str
    query: dict[str, str]

    def next_query(self) -> str:
        """The same search, one page on."""
        return urlencode({**self.query, "pageIndex": self.page + 1})


def read_search(ask: Ask, *, paged: bool = True) -> Search:
    """Refusal 400 names every wrong parameter at once."""
    errors: dict[str, list[str]] = {}
    query: dict[str, str] = {}
    known = (*WORDS, *MOMENTS, *(PAGING if paged else ()))
    for name, value in parse_qsl(ask.query, keep_blank_values=True):
        if name not in known:
            errors[name] = ["not documented"]
        elif name in query:
            errors[name] = ["given twice"]
        query[name] = value
    moments = {name: _read_moment(name, query[name], errors) for name in MOMENTS if name in query}
    for name, allowed in (("status", STATUSES), ("supplyMode", SUPPLY_MODES), ("sort", SORTS)):
        if name in query and query[name] not in allowed:
            errors[name] = [f"one of {', '.join(allowed)}"]
    for name in ("businessOrder", "desc"):
        if name in query and query[name] not in {"true", "false"}:
            errors[name] = ["true or false"]
    if "shippingCountry" in query and not re.fullmatch("[A-Z]{2}", query["shippingCountry"]):
        errors["shippingCountry"] = ["two capital letters"]
    page = _read_number("pageIndex", query.get("pageIndex", "1"), 1_000_000, errors)
    size = _read_number("pageSize", query.get("pageSize", str(MAX_PAGE)), MAX_PAGE, errors)
    if errors:
        refuse_fields("Wrong parameters", errors)
    key = urlencode(sorted((name, value) for name, value in query.items() if name not in ("pageIndex", "pageSize")))
    return Search(
        page,
        size,
        query.get("sort", "createdAt"),
        query.get("desc") == "true",
        moments.get("updatedAtMin", ""),
        tuple(_make_filters(query, moments)),
        key,
        query,
    )


def _read_moment(name: str, text: str, errors: dict[str, list[str]]) -> str:
    if MOMENT_FORM.fullmatch(text):
        try:
            return format_instant(datetime.fromisoformat(text).astimezone(UTC))
        except ValueError:
            pass
    errors[name] = ["ISO 8601 with an offset"]
    return ""


def _read_number(name: str, text: str, most: int, errors: dict[str, list[str]]) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    errors[name] = [f"a whole number from 1 to {most}"]
    return 1


def _make_filters(query: dict[str, str], moments: dict[str, str]) -> Iterable[Filter]:
    if "status" in query:
        yield lambda held: held.status == query["status"]
    if "supplyMode" in query:
        yield lambda held: any(line["offer"]["supplyMode"] == query["supplyMode"] for line in held.wire["lines"])
    if "salesChannelId" in query:
        yield lambda held: held.wire["salesChannel"]["id"] == query["salesChannelId"]
    if "reference" in query:
        yield lambda held: held.wire["reference"] == query["reference"]
    if "businessOrder" in query:
        yield lambda held: held.wire["businessOrder"] == (query["businessOrder"] == "true")
    if "shippingCountry" in query:
        yield (
            lambda held: (
                held.released
                and any(
                    line["shippingAddress"]["countryCode"] == query["shippingCountry"] for line in held.wire["lines"]
                )
            )
        )
    for name, edge in moments.items():
        if name != "updatedAtMin":
            yield _bound(name, edge)


def _bound(name: str, edge: str) -> Filter:
    """Inclusive. An order never shipped has no shipped time, and matches no bound on it."""
    field, least = name[:-3], name.endswith("Min")

    def holds(held: Held) -> bool:
        value = held.shipped_at if field == "shippedAt" else held.wire[field]
        return value is not None and (value >= edge if least else value <= edge)

    return holds


class Listing:
    """Answers searches; the last one's matches are kept, so that paging through them is cheap."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._hidden: list[Held] = []
        self._kept: tuple[str, int, list[Held]] = ("", -1, [])

    def hide(self, held: Held) -> None:
        """The order is late: see `Held.visible_from`."""
        self._hidden.append(held)

    def match(self, search: Search, now: datetime) -> list[Held]:
        """All matches, in the order asked for."""
        still_hidden = [held for held in self._hidden if held.visible_from > now]
        if len(still_hidden) != len(self._hidden):
            self._hidden, self._kept = still_hidden, ("", -1, [])
        if self._kept[:2] == (search.key, self._book.version):
            return self._kept[2]
        found = [
            held
            for held in self._book.since(search.updated_min)
            if all(holds(held) for holds in search.filters) and held.visible_from <= now
        ]
        if search.sort != "updatedAt":
            found.sort(key=lambda held: (held.wire["createdAt"], held.order_id))
        if search.desc:
            found.reverse()
        self._kept = (search.key, self._book.version, found)
        return found
