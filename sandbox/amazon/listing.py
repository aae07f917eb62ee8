"""searchOrders and getOrders, getOrder and v0's parts of an order: the same book in two forms."""

from datetime import timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.amazon.book import Book, Held, write_moment
from sandbox.amazon.dials import Board
from sandbox.amazon.errors import Denial
from sandbox.amazon.pages import Found, Page, Pages
from sandbox.amazon.query import GRAMMAR, GRAMMAR_V0, ORDER_ID, Grammar, Search, make_filters, read_lists, read_search
from sandbox.amazon.query import read_texts as read_query
from sandbox.amazon.views import DATASETS, show_order
from sandbox.amazon.views_v0 import show_address_v0, show_buyer_v0, show_item_v0, show_order_v0
from sandbox.exchange import Ask, Refusal, refuse_fields
from sandbox.reply import Reply, reply_json

# "This API does not display order data that is more than two years old" (orders_2026-01-01.json, info).
SERVED = timedelta(days=730)
Elements = frozenset[str]


class Listing:
    """Oldest change (or creation) first: the contract names no order."""

    def __init__(self, book: Book, board: Board, agenda: Agenda) -> None:
        self._book = book
        self._board = board
        self._agenda = agenda
        self._pages: Pages[Held] = Pages()
        self._pages_v0: Pages[Held] = Pages()
        self._item_pages: Pages[dict[str, Any]] = Pages()

    def search(self, ask: Ask, elements: Elements) -> Reply:
        """2026-01-01: no wrapper, items with their order."""
        search, page, rows, token = self._turn_page(ask, GRAMMAR, self._pages)
        included = frozenset(search.lists.get("includedData", ()))
        orders = [show_order(held, included, elements) for held in rows]
        if orders and "FULFILLMENT" in included and self._draws_unknown_status(ask, rows[0]):
            orders[0]["fulfillment"]["fulfillmentStatus"] = "ON_HOLD"
        content: dict[str, Any] = {"orders": orders}
        if token:
            content["pagination"] = {"nextToken": token}
        content["createdBefore" if search.created else "lastUpdatedBefore"] = write_moment(page.found.until)
        return reply_json(200, content)

    def search_v0(self, ask: Ask, elements: Elements) -> Reply:
        """In its wrapper, without items."""
        search, page, rows, token = self._turn_page(ask, GRAMMAR_V0, self._pages_v0)
        orders = [show_order_v0(held, elements) for held in rows]
        if orders and self._draws_unknown_status(ask, rows[0]):
            orders[0]["OrderStatus"] = "OnHold"
        content: dict[str, Any] = {"Orders": orders}
        if token:
            content["NextToken"] = token
        content["CreatedBefore" if search.created else "LastUpdatedBefore"] = write_moment(page.found.until)
        return reply_json(200, {"payload": content})

    def show(self, ask: Ask, elements: Elements) -> Reply:
        """One order, whatever its age, with the datasets asked for."""
        errors: dict[str, list[str]] = {}
        known: dict[str, frozenset[str] | None] = {"includedData": frozenset(DATASETS)}
        found = read_lists(read_query(ask, frozenset(known), errors), known, errors)
        if errors:
            refuse_fields("Invalid Input", errors)
        included = frozenset(found.get("includedData", ()))
        return reply_json(200, {"order": show_order(find_order(self._book, ask), included, elements)})

    def show_v0(self, ask: Ask, elements: Elements) -> Reply:
        """The order without its items."""
        _refuse_parameters(ask)
        return reply_json(200, {"payload": show_order_v0(find_order(self._book, ask), elements)})

    def show_address(self, ask: Ask, elements: Elements) -> Reply:
        """Where it goes."""
        _refuse_parameters(ask)
        held = find_order(self._book, ask)
        return reply_json(200, {"payload": {"AmazonOrderId": held.order_id} | show_address_v0(held, elements)})

    def show_buyer(self, ask: Ask, elements: Elements) -> Reply:
        """Who bought it."""
        _refuse_parameters(ask)
        held = find_order(self._book, ask)
        return reply_json(200, {"payload": {"AmazonOrderId": held.order_id} | show_buyer_v0(held, elements)})

    def show_items(self, ask: Ask, _: Elements) -> Reply:
        """Pages of its items, with tokens of their own."""
        errors: dict[str, list[str]] = {}
        token = read_query(ask, frozenset({"NextToken"}), errors).get("NextToken")
        if errors:
            refuse_fields("Invalid Input", errors)
        held, dials = find_order(self._book, ask), self._board.dials
        items = tuple(show_item_v0(held, item) for item in held.items)
        page = self._find_page(ask, self._item_pages, token, Found(held.order_id, items, ask.now), mute=True)
        rows, following = self._item_pages.cut(page, dials.items_page, ask.now, dials.page_token_seconds)
        content = {"AmazonOrderId": held.order_id, "OrderItems": rows} | ({"NextToken": following} if following else {})
        return reply_json(200, {"payload": content})

    def _turn_page(
        self, ask: Ask, grammar: Grammar, pages: Pages[Held]
    ) -> tuple[Search, Page[Held], list[Held], str | None]:
        dials = self._board.dials
        search = read_search(ask, grammar, dials.hide_seconds, dials.before_seconds)
        rows = () if search.token else tuple(self._match(search, ask))
        found = Found(search.key, rows, search.until)
        page = self._find_page(ask, pages, search.token, found, mute=grammar is GRAMMAR_V0)
        if page.start > 0 and not page.seen and ask.draw_room_fault("repeated_page"):
            page.start -= 1  # the last order of the page before comes again; whoever replays the token sees it again
        page.seen = True
        return search, page, *pages.cut(page, min(search.size, dials.orders_page), ask.now, dials.page_token_seconds)

    def _find_page(self, ask: Ask, pages: Pages[Any], token: str | None, found: Found[Any], *, mute: bool) -> Page[Any]:
        """A new search's first page, or the one its token leads to."""
        if token is None:
            return Page(found, 0, ask.now)
        page = pages.find(token, found.key, ask.now, self._board.dials.page_token_seconds)
        if isinstance(page, Page):
            return page
        # v0's message is null then: contracts, marketplaces section 4, "List, v0".
        raise Denial(400, "Invalid Input", details=f"token: {page}", breach=page != "expired", mute=mute)

    def _match(self, search: Search, ask: Ask) -> list[Held]:
        filters = make_filters(search)
        rows = self._book if search.created else self._book.since(search.after)
        found = [
            (at, held.order_id, held)
            for held in rows
            if search.after <= (at := held.created if search.created else held.updated) <= search.until
            and held.visible_from <= ask.now
            and held.created >= ask.now - SERVED
            and all(holds(held) for holds in filters)
        ]
        return [held for _, _, held in sorted(found, key=lambda row: row[:2])]

    def _draws_unknown_status(self, ask: Ask, held: Held) -> bool:
        """A word nobody knows, in this answer only; the order comes again, changed, some time later."""
        rule = ask.draw_room_fault("unknown_status")
        if rule is not None:
            later = ask.now + timedelta(seconds=rule.duration)
            self._agenda.schedule(later, lambda at: self._book.touch(held, at))
        return rule is not None


def find_order(book: Book, ask: Ask) -> Held:
    """Refusal 400: no id of Amazon's; 404: no order of this seller's."""
    if not ORDER_ID.fullmatch(ask.ids[0]):
        refuse_fields("Invalid Input", {"orderId": ["3-7-7, digits"]})
    held = book.find(ask.ids[0])
    if held is None:
        raise Refusal(404, "The resource specified does not exist.", breach=False)
    return held


def _refuse_parameters(ask: Ask) -> None:
    if ask.query:
        refuse_fields("Invalid Input", {"query": ["no parameters here"]})
