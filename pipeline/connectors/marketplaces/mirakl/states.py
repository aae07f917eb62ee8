"""Mirakl's states of orders and lines, and what ours they are (contracts/marketplaces.md section 3). Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.wire import amount, maybe, records, text, whole
from pipeline.domain.order import OrderStatus

STATUSES: Final[Mapping[str, OrderStatus]] = {  # contracts/marketplaces.md section 3; lines use the same words
    "STAGING": OrderStatus.PENDING,
    "WAITING_ACCEPTANCE": OrderStatus.PENDING,
    "WAITING_DEBIT": OrderStatus.PENDING,
    "WAITING_DEBIT_PAYMENT": OrderStatus.PENDING,
    "SHIPPING": OrderStatus.UNSHIPPED,
    "SHIPPED": OrderStatus.SHIPPED,
    "TO_COLLECT": OrderStatus.SHIPPED,
    "RECEIVED": OrderStatus.SHIPPED,
    "CLOSED": OrderStatus.SHIPPED,  # it can follow a full refund: the lines tell
    "REFUSED": OrderStatus.CANCELED,
    "CANCELED": OrderStatus.CANCELED,
}
TO_ACCEPT: Final = "WAITING_ACCEPTANCE"
TO_SHIP: Final = "SHIPPING"
SHIPPED: Final = frozenset({"SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"})
OVER: Final = frozenset({"REFUSED", "CANCELED"})
UNDECIDED: Final = frozenset({"STAGING", TO_ACCEPT})


def state_of(raw: Mapping[str, Any]) -> str | None:
    """The order's own word."""
    return maybe(text, raw.get("order_state"))


def lines_of(raw: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The lines of an order that nobody has checked yet."""
    return maybe(records, raw.get("order_lines")) or ()


def line_status(wire: Mapping[str, Any]) -> OrderStatus | None:
    """A closed line was shipped, or all of it was canceled or given back before it ever left."""
    word = maybe(text, wire.get("order_line_state"))
    if word == "CLOSED" and not (wire.get("shipped_date") or wire.get("received_date")) and _is_given_back(wire):
        return OrderStatus.CANCELED
    return STATUSES.get(word or "")


def order_status(raw_status: str | None, lines: Sequence[OrderStatus | None]) -> OrderStatus | None:
    """The order's word by the table; its lines say whether it is partly shipped, and what closed it."""
    status = STATUSES.get(raw_status or "")
    if raw_status == "CLOSED" and lines and all(one is OrderStatus.CANCELED for one in lines):
        return OrderStatus.CANCELED
    if status is OrderStatus.UNSHIPPED and OrderStatus.SHIPPED in lines and OrderStatus.UNSHIPPED in lines:
        return OrderStatus.PARTIALLY_SHIPPED
    return status


def canceled_pieces(wire: Mapping[str, Any]) -> int | None:
    """How many of a line were canceled, as its cancelations tell; None where there are none."""
    found = [maybe(whole, one.get("quantity")) or 0 for one in maybe(records, wire.get("cancelations")) or ()]
    return sum(found) or None


def is_live(wire: Mapping[str, Any]) -> bool:
    """Whether there is anything left of a line."""
    pieces, quantity = canceled_pieces(wire), maybe(whole, wire.get("quantity"))
    gone = pieces is not None and quantity is not None and pieces >= quantity
    return line_status(wire) is not OrderStatus.CANCELED and not gone


def _is_given_back(wire: Mapping[str, Any]) -> bool:
    """All pieces, or all of the price, by cancelations and refunds together."""
    given = [*(maybe(records, wire.get("cancelations")) or ()), *(maybe(records, wire.get("refunds")) or ())]
    pieces = sum(maybe(whole, one.get("quantity")) or 0 for one in given)
    money = sum((maybe(amount, one.get("amount")) or Decimal(0) for one in given), Decimal(0))
    quantity, price = maybe(whole, wire.get("quantity")), maybe(amount, wire.get("price"))
    return bool((quantity and pieces >= quantity) or (price and money >= price))
