"""bol's list, and each of its orders by its id, so that none is lost and none is read in vain (contract sections 3, 8).

The list has no address, so each order costs a call of its own, and there are few of them (8 a minute in the vendor's
example). So one page of ours is ONE call: either a page of the list, or one order. The page token says which orders of
the list are still to be read; the ledger stores it in the same script as the order. Whatever ends a poll (the budget,
a trouble, a kill), the next one goes on at the next order.

* Unchanged orders: the windows of two polls overlap, and the connector has no memory but its cursor. That holds a mark
  of each order that was read and may be listed again (`cursor.py`); an order of the same mark is not read again.
* The interval slides on while pages are read, and orders that change move: pages are counted over a set that moves. So
  the list is read to its end before the first order is; and where it had more than one page, once more, until a round
  finds nothing new. A day's list (latest-change-date) only loses orders, to a later day: it is read day by day, each
  day's orders before the next day.
* The cursor moves when all of it is stored. A list that is served in a circle is read no further, and moves no cursor.
* The first poll of an account that began more than an hour ago asks for what is OPEN: what was handled before we came
  is nobody's to push. (`orderpipe backfill` reads it.)
* An order that can't be read (a 5xx for this one, JSON that is none, a 404 though it is listed) stops no other: it is
  owed, and asked for with each listing. The third time a document says so; a 404 is given up after the 30th. Three
  orders in a row that fail for the first time are the partner's trouble, and the poll waits; a quarter of an hour
  later they are owed as well, so that a few that bol can't show hide nothing that it lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import msgspec

from pipeline.connectors.answers import Answer
from pipeline.connectors.marketplaces.bol.calls import DETAIL, LIST, Calls
from pipeline.connectors.marketplaces.bol.cursor import Cursor, is_known, mark_of
from pipeline.connectors.marketplaces.bol.mapping import UNREAD, row_of, with_words
from pipeline.connectors.marketplaces.bol.spot import INTERVAL, Left, Spot, minutes, without
from pipeline.connectors.marketplaces.bol.states import items_of
from pipeline.connectors.paging import mark_of as mark_of_page
from pipeline.connectors.wire import maybe, segment, text
from pipeline.domain.errors import PartnerTrouble, Refused, Unavailable, Unreadable
from pipeline.ports import Ask, Page, Row

IN_A_ROW: Final = 2  # orders that can't be read, before it is the partner's trouble
TOLD: Final = 3  # the try that makes a document of an order that can't be read
GIVEN_UP: Final = 30  # the last one of an order that bol does not know
PATIENCE: Final = timedelta(minutes=15)  # that a partner's trouble has before it is those orders'
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode


def list_orders(calls: Calls, ask: Ask, method: str) -> Page:
    """One call: a page of the list, or one of its orders."""
    cursor = Cursor.of(ask)
    spot = Spot.of(ask, cursor)
    if spot.listing:
        return _list(calls, ask, cursor, spot, method)
    return _read(calls, ask, cursor, spot) if spot.left else _page(ask, cursor, spot)


def get_order(calls: Calls, order_id: str) -> Row | None:
    """One order, None where bol does not know it."""
    path, what = f"retailer/orders/{segment(order_id)}", "GET retailer/orders/{orderId}"
    answer = calls.read(DETAIL, path, what=what, missing_ok=True)
    if answer.status == 404:
        return None
    row = row_of(answer.json())
    if row is None:
        raise answer.unclear("not an order")
    return row


def _list(calls: Calls, ask: Ask, cursor: Cursor, spot: Spot, method: str) -> Page:
    if spot.since and not spot.days and minutes(spot.since, ask.now) > INTERVAL:
        spot = spot.by_day(ask.now)  # it took so long that the interval does not reach back any more
    answer = calls.read(LIST, "retailer/orders", {**spot.query(ask.now), "fulfilment-method": method})
    items = orders_in(answer)
    if not items:
        return _page(ask, cursor, _owing(spot.after_end()))
    unreadable, marks, left, found, fresh = [], [], {one.id: one for one in spot.left}, dict(spot.found), 0
    newest = [spot.newest] if spot.newest else []
    for item in items:
        row = row_of(item)
        if row is None:
            unreadable.append(_ENCODE(item))
            continue
        mark = mark_of(item)
        marks.append((row.id, mark))
        if row.version:
            newest.append(min(row.version, spot.began))  # never later than now, whatever a partner's clock says
        if is_known(mark, found.get(row.id)):
            continue
        fresh += 1
        found[row.id] = mark
        if is_known(mark, cursor.seen.get(row.id)):
            found[row.id] = cursor.seen[row.id]  # with the items that this list leaves out
        elif spot.wants(row.version, row.purchased_at, ask.start):
            left[row.id] = Left(id=row.id, words=_words(item))
    spot = replace(spot, newest=max(newest, default=None), found=found, left=tuple(left.values()))
    return _page(ask, cursor, _owing(spot.after_page(mark_of_page(marks), fresh)), unreadable=unreadable)


def _read(calls: Calls, ask: Ask, cursor: Cursor, spot: Spot) -> Page:
    one = spot.left[0]
    row, trouble = _tried(calls, one)
    rest = replace(spot, left=without(spot.left, one.id))
    if row is not None:
        owed = {order_id: tries for order_id, tries in spot.owed.items() if order_id != one.id}
        return _page(ask, cursor, replace(rest, owed=owed, stumbles=0), rows=[row])
    tries = spot.owed.get(one.id, 0) + 1
    since = spot.stumbled if spot.stumbled and spot.stumbles else ask.now
    if trouble is not None and tries == 1 and spot.stumbles >= IN_A_ROW and ask.now - since < PATIENCE:
        raise trouble
    owed = {**spot.owed, one.id: tries}
    if tries >= GIVEN_UP and trouble is None:
        del owed[one.id]
    rest = replace(rest, owed=owed, stumbles=spot.stumbles + (tries == 1), stumbled=since)
    told = {"orderId": one.id, UNREAD: f"{trouble.status}" if trouble else "404"}
    return _page(ask, cursor, rest, rows=[Row(id=one.id, raw=told)] if tries == TOLD else [])


def _tried(calls: Calls, one: Left) -> tuple[Row | None, PartnerTrouble | None]:
    """The order, or the trouble with this one. What was not reached, refused credentials and budgets are raised.

    Caught here, against the rule of the house: the answer speaks of one order, and raised it would stop all behind it
    at each poll, for as long as bol can't show that one.
    """
    try:
        row = get_order(calls, one.id)
    except (Refused, Unreadable, Unavailable) as trouble:
        if trouble.status is None:
            raise
        return None, trouble
    if row is None or row.id != one.id:
        return None, None
    return replace(row, raw=with_words(row.raw, one.words)), None


def _owing(spot: Spot) -> Spot:
    """With what is owed, once the last list was read: each is tried once in a listing."""
    if spot.listing or (len(spot.days) > 1 and not spot.stuck):
        return spot
    there = {one.id for one in spot.left}
    return replace(spot, left=(*spot.left, *(Left(id=order_id) for order_id in spot.owed if order_id not in there)))


def _page(ask: Ask, cursor: Cursor, spot: Spot, rows: Sequence[Row] = (), unreadable: Sequence[bytes] = ()) -> Page:
    """The page, with where the next one begins, or with the cursor where that was all."""
    following = spot.onward()
    if following is not None:
        return Page(rows=rows, page=str(following), unreadable=unreadable)
    return Page(rows=rows, cursor=str(_moved(ask, cursor, spot)), unreadable=unreadable)


def _moved(ask: Ask, cursor: Cursor, spot: Spot) -> Cursor:
    read = {order_id: mark for order_id, mark in {**cursor.seen, **spot.found}.items() if order_id not in spot.owed}
    moved = replace(cursor, seen=read, owed=spot.owed)
    if ask.since is not None:  # a backfill or a sweep has a cursor of its own: what it has read
        return moved.pruned(ask.since)
    if not spot.stuck:
        newest = max((found for found in (cursor.newest, spot.newest) if found), default=None)
        moved = replace(moved, newest=newest, listed=spot.began)
    return moved.pruned(moved.since(ask.overlap))


def orders_in(answer: Answer) -> Sequence[Any]:
    """The listed orders; an empty object, or one without any, is the end. Raises Unreadable."""
    body = answer.json()
    if body == {}:
        return []
    items = body.get("orders") if isinstance(body, Mapping) else None
    if not isinstance(items, list):
        raise answer.unclear("without a list of orders")
    return items


def _words(listed: Mapping[str, Any]) -> dict[str, str]:
    pairs = [
        (maybe(text, item.get("orderItemId")), maybe(text, item.get("fulfilmentStatus"))) for item in items_of(listed)
    ]
    return {item_id: word for item_id, word in pairs if item_id and word}
