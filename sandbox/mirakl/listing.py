"""OR11, GET /api/orders: every documented parameter, pages by offset, sorted by creation only."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sandbox.agenda import Agenda
from sandbox.exchange import Ask, refuse_fields
from sandbox.mirakl.book import STATUSES, Book, Held
from sandbox.mirakl.dials import Board
from sandbox.mirakl.entry import read_params
from sandbox.mirakl.wire import exclude_taxes
from sandbox.reply import Reply

MAX_PAGE, DEFAULT_PAGE = 100, 10
TAX_MODES = ("TAX_INCLUDED", "TAX_EXCLUDED")
WORKFLOWS = (
    "PAY_ON_ACCEPTANCE",
    "PAY_ON_DELIVERY",
    "PAY_ON_DUE_DATE",
    "PAY_ON_SHIPMENT",
    "NO_CUSTOMER_PAYMENT_CONFIRMATION",
)
MOMENTS = ("start_date", "end_date", "start_update_date", "end_update_date")
FLAGS = ("customer_debited", "has_incident", "only_null_channel")
LISTS = (
    "order_ids",
    "order_references_for_seller",
    "order_references_for_customer",
    "order_state_codes",
    "channel_codes",
)
OTHERS = ("payment_workflow", "order_tax_mode", "max", "offset", "sort", "order")
MOMENT_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
Filter = Callable[[Held], bool]


@dataclass(frozen=True, slots=True)
class Search:
    """A list's parameters, checked."""

    params: dict[str, list[str]]
    ids: list[str] | None
    filters: tuple[Filter, ...]
    most: int
    offset: int
    descending: bool
    excluded: bool

    def write_query(self, offset: int) -> str:
        """The same search from another offset."""
        return urlencode({**self.params, "max": [self.most], "offset": [offset]}, doseq=True)


def read_search(ask: Ask, delta: float) -> Search:
    """Refusal 400 names every wrong parameter at once."""
    params = read_params(ask, (*LISTS, *MOMENTS, *FLAGS, *OTHERS), ("fulfillment_center_code",))
    wrong: dict[str, list[str]] = {}
    one = {name: values[0] for name, values in params.items()}
    moments = {name: moment for name in MOMENTS if name in one and (moment := read_moment(name, one[name], wrong))}
    for name, allowed in (
        ("sort", ("dateCreated",)),
        ("order", ("asc", "desc")),
        ("order_tax_mode", TAX_MODES),
        ("payment_workflow", WORKFLOWS),
        *((flag, ("true", "false")) for flag in FLAGS),
    ):
        if name in one and one[name] not in allowed:
            wrong[name] = [f"one of {', '.join(allowed)}"]
    words = {name: one[name].split(",") for name in LISTS if name in one}
    if unknown := set(words.get("order_state_codes", [])) - set(STATUSES):
        wrong["order_state_codes"] = [f"{len(unknown)} of them unknown"]
    most = _read_number("max", one.get("max", str(DEFAULT_PAGE)), 1, MAX_PAGE, wrong)
    offset = _read_number("offset", one.get("offset", "0"), 0, 10_000_000, wrong)
    if wrong:
        refuse_fields("Wrong parameters", wrong)
    centers = params.get("fulfillment_center_code")
    return Search(
        params,
        words.get("order_ids"),
        tuple(_make_filters(one, words, moments, centers, timedelta(seconds=delta))),
        most,
        offset,
        one.get("order") == "desc",
        one.get("order_tax_mode") == "TAX_EXCLUDED",
    )


def read_moment(name: str, text: str, wrong: dict[str, list[str]]) -> datetime | None:
    """`2019-04-02T14:18:43Z` and no other form; else noted as wrong."""
    if MOMENT_FORM.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    wrong[name] = ["as 2019-04-02T14:18:43Z"]
    return None


def _read_number(name: str, text: str, least: int, most: int, wrong: dict[str, list[str]]) -> int:
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    wrong[name] = [f"a whole number from {least} to {most}"]
    return least


def _make_filters(
    one: dict[str, str],
    words: dict[str, list[str]],
    moments: dict[str, datetime],
    centers: list[str] | None,
    delta: timedelta,
) -> Iterator[Filter]:
    """Bounds are inclusive; a whole second holds all that happened in it."""
    second = timedelta(seconds=1)
    bounds: dict[str, Callable[[Held, datetime], bool]] = {
        "start_date": lambda held, edge: held.created >= edge,
        "end_date": lambda held, edge: held.created < edge + second,
        "start_update_date": lambda held, edge: held.updated >= edge - delta,
        "end_update_date": lambda held, edge: held.updated < edge + second,
    }
    for name, edge in moments.items():
        yield lambda held, name=name, edge=edge: bounds[name](held, edge)  # type: ignore[misc] # defaults bind the loop
    reads: dict[str, Callable[[Held], object]] = {
        "order_state_codes": lambda held: held.status,
        "order_references_for_seller": lambda held: held.wire["references"]["order_reference_for_seller"],
        "order_references_for_customer": lambda held: held.wire["references"]["order_reference_for_customer"],
        "channel_codes": lambda held: held.wire["channel"]["code"],
    }
    for name, read in reads.items():
        if name in words and not (name == "channel_codes" and one.get("only_null_channel") == "true"):
            yield lambda held, read=read, allowed=words[name]: read(held) in allowed  # type: ignore[misc] # as above
    if one.get("only_null_channel") == "true":
        yield lambda held: held.wire["channel"] is None
    if "customer_debited" in one:
        yield lambda held: (held.wire["customer_debited_date"] is not None) == (one["customer_debited"] == "true")
    if "has_incident" in one:
        yield lambda held: held.wire["has_incident"] == (one["has_incident"] == "true")
    if "payment_workflow" in one:
        yield lambda held: held.wire["payment_workflow"] == one["payment_workflow"]
    if centers:
        yield lambda held: held.wire["fulfillment"]["center"]["code"] in centers


class Listing:
    """Answers OR11."""

    def __init__(self, book: Book, board: Board, agenda: Agenda) -> None:
        self._book = book
        self._board = board
        self._agenda = agenda

    def answer(self, ask: Ask) -> Reply:
        """A page, how many there are in all, and links to the pages beside it."""
        search = read_search(ask, self._board.dials.update_delta_seconds)
        found = self._match(search, ask.now)
        offset = search.offset
        if offset >= search.most and ask.draw_room_fault("repeated_page"):
            offset -= search.most  # once more the page before; its link leads to what was asked for: nothing is skipped
        page = found[offset : offset + search.most]
        texts = [self._show(held, excluded=search.excluded) for held in page]
        if page and (rule := ask.draw_room_fault("unknown_status")):
            texts[0] = self._show_unknown_status(page[0], texts[0], ask.now, rule.duration)
        links = []
        if offset > 0:
            links.append(self._write_link(ask, search, max(0, offset - search.most), "previous"))
        if len(found) > offset + search.most:
            links.append(self._write_link(ask, search, offset + search.most, "next"))
        body = b'{"orders":[%s],"total_count":%d}' % (b",".join(texts), len(found))
        headers = (("link", ", ".join(links)),) if links else ()
        return Reply(200, body, (("content-type", "application/json"), *headers))

    def _match(self, search: Search, now: datetime) -> list[Held]:
        if search.ids is None:
            held = list(self._book)
        else:
            held = [one for order_id in dict.fromkeys(search.ids) if (one := self._book.find(order_id))]
        found = [one for one in held if one.visible_from <= now and all(holds(one) for holds in search.filters)]
        found.sort(key=lambda one: (one.created, one.order_id), reverse=search.descending)
        return found

    def _show(self, held: Held, *, excluded: bool) -> bytes:
        return json.dumps(exclude_taxes(held.see()), ensure_ascii=False).encode() if excluded else held.show()

    def _show_unknown_status(self, held: Held, text: bytes, now: datetime, seconds: float) -> bytes:
        """A word nobody knows, in this answer only; the order comes again, changed, some time later."""
        self._agenda.schedule(now + timedelta(seconds=seconds), lambda at: self._book.touch(held, at))
        return text.replace(b'"order_state":"%s"' % held.status.encode(), b'"order_state":"BANK_REVIEW"', 1)

    def _write_link(self, ask: Ask, search: Search, offset: int, rel: str) -> str:
        return f'<http://{ask.headers.get("host", "")}/mirakl/api/orders?{search.write_query(offset)}>; rel="{rel}"'
