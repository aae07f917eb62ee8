"""GET /retailer/orders and /retailer/orders/{id}: every documented parameter, fifty a page, no address in the list."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from sandbox.agenda import Agenda
from sandbox.bol.book import FBB, FBR, OPEN, ZONE, Book, Held, Item, tell_status
from sandbox.bol.entry import read_number, read_params, reply_media
from sandbox.bol.wire import reduce_order
from sandbox.exchange import Ask, Refusal, refuse_fields
from sandbox.reply import Reply

PAGE = 50
HISTORY = timedelta(days=92)
METHODS, STATUSES = (FBR, FBB, "ALL"), (OPEN, "SHIPPED", "ALL")
KNOWN = ("page", "fulfilment-method", "status", "change-interval-minute", "latest-change-date", "vvb-only")
Match = Callable[[Held, Item], bool]


class Listing:
    """In order of placement: the contract names none."""

    def __init__(self, book: Book, agenda: Agenda) -> None:
        self._book = book
        self._agenda = agenda
        self._behind: dict[str, int] = {}

    def answer(self, ask: Ask) -> Reply:
        """A page of reduced orders with those items that match; `{}` behind the last."""
        params = read_params(ask, *KNOWN)
        matches, page = _read_search(ask, params)
        page -= self._fall_behind(ask, params, page)
        rows = []
        for held in sorted(self._book, key=lambda one: (one.placed, one.order_id)):
            if held.visible_from <= ask.now:
                items = [item for item in held.items if all(holds(held, item) for holds in matches)]
                if items:
                    rows.append((held, items))
        rows = rows[(page - 1) * PAGE : page * PAGE]
        shown = [reduce_order(held, items) for held, items in rows]
        if rows and (rule := ask.draw_room_fault("unknown_status")):
            # A word nobody knows, in this answer only; the order comes again, changed, some time later.
            shown[0]["orderItems"][0]["fulfilmentStatus"] = "ON_HOLD"
            held, items = rows[0]
            later = ask.now + timedelta(seconds=rule.duration)
            self._agenda.schedule(later, lambda at: self._book.touch(held, items[0], at))
        return reply_media(200, {"orders": shown} if shown else {})

    def _fall_behind(self, ask: Ask, params: dict[str, str], page: int) -> int:
        """The fault `repeated_page`: the page before once more; all that follow are one late, so nothing is skipped."""
        key = repr(sorted((name, value) for name, value in params.items() if name != "page"))
        if page == 1:
            self._behind.pop(key, None)
        elif ask.draw_room_fault("repeated_page"):
            self._behind[key] = min(page - 1, self._behind.get(key, 0) + 1)
        return self._behind.get(key, 0)

    def show(self, ask: Ask) -> Reply:
        """One order with its addresses."""
        read_params(ask)
        held = self._book.find(ask.ids[0])
        if held is None:
            raise Refusal(404, "Order not found", breach=False)
        return reply_media(200, held.wire)


def _read_search(ask: Ask, params: dict[str, str]) -> tuple[list[Match], int]:
    errors: dict[str, list[str]] = {}
    page = read_number(params, "page", 1, 1_000_000, errors)
    method, status = params.get("fulfilment-method", FBR), params.get("status", OPEN)
    for name, value, allowed in (
        ("fulfilment-method", method, METHODS),
        ("status", status, STATUSES),
        ("vvb-only", params.get("vvb-only", "false"), ("true", "false")),
    ):
        if value not in allowed:
            errors[name] = [f"one of {', '.join(allowed)}"]
    minutes = read_number(params, "change-interval-minute", 60, 60, errors)
    day = _read_day(params, errors)
    if errors:
        refuse_fields("Wrong parameters", errors)
    least = ask.now - (timedelta(minutes=minutes) if "change-interval-minute" in params else HISTORY)
    matches: list[Match] = [lambda held, item: held.changed[item["orderItemId"]] >= least]
    if method != "ALL":
        matches.append(lambda _, item: item["fulfilment"]["method"] == method)
    if status == OPEN:
        matches.append(lambda _, item: tell_status(item) == OPEN)
    elif status == "SHIPPED":
        matches.append(lambda _, item: item["quantityShipped"] > 0)
    if day is not None:
        matches.append(lambda held, item: held.changed[item["orderItemId"]].astimezone(ZONE).date() == day)
    if params.get("vvb-only") == "true":
        matches.append(lambda *_: False)  # none of these goes by bol's own labels
    return matches, page


def _read_day(params: dict[str, str], errors: dict[str, list[str]]) -> date | None:
    text = params.get("latest-change-date")
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    errors["latest-change-date"] = ["a day, as 2026-11-22"]
    return None
