"""Amazon's words for where an order stands, of both APIs, and who ships it. Pure.

Sources: the enums FulfillmentStatus (orders_2026-01-01.json) and OrderStatus (ordersV0.json), and
contracts/marketplaces.md section 3. They differ in one: `InvoiceUnconfirmed` is Unshipped in the table of section 3
("invoice first") and "All items in the order have been shipped" in the specification. The order's own count of
unshipped items settles it; without that count it is held (`riddles.py`).
"""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.wire import maybe, record, text, whole
from pipeline.domain.order import OrderStatus

STATUSES: Final[Mapping[str, OrderStatus]] = {
    "PENDING_AVAILABILITY": OrderStatus.PENDING,  # pre-orders
    "PENDING": OrderStatus.PENDING,
    "UNSHIPPED": OrderStatus.UNSHIPPED,
    "PARTIALLY_SHIPPED": OrderStatus.PARTIALLY_SHIPPED,
    "SHIPPED": OrderStatus.SHIPPED,
    "CANCELLED": OrderStatus.CANCELED,
    "UNFULFILLABLE": OrderStatus.CANCELED,  # of Amazon's own fulfilment only
    "PendingAvailability": OrderStatus.PENDING,
    "Pending": OrderStatus.PENDING,
    "Unshipped": OrderStatus.UNSHIPPED,
    "PartiallyShipped": OrderStatus.PARTIALLY_SHIPPED,
    "Shipped": OrderStatus.SHIPPED,
    "InvoiceUnconfirmed": OrderStatus.SHIPPED,
    "Canceled": OrderStatus.CANCELED,
    "Unfulfillable": OrderStatus.CANCELED,
}
INVOICE_UNCONFIRMED: Final = "InvoiceUnconfirmed"
TO_SHIP: Final = (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED)
MOVING: Final = (*TO_SHIP, OrderStatus.SHIPPED)
OURS: Final = "MERCHANT"
THEIRS: Final = "AMAZON"


def fulfillment_of(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The order's fulfillment, of an order that nobody has checked yet."""
    return maybe(record, raw.get("fulfillment")) or {}


def word_of(raw: Mapping[str, Any]) -> str | None:
    """Amazon's own word."""
    return maybe(text, fulfillment_of(raw).get("fulfillmentStatus"))


def status_of(raw: Mapping[str, Any]) -> OrderStatus | None:
    """By the table; None for a word that it does not know."""
    word = word_of(raw)
    if word == INVOICE_UNCONFIRMED and (unshipped_in(raw) or 0) > 0:
        return OrderStatus.UNSHIPPED
    return STATUSES.get(word or "")


def unshipped_in(raw: Mapping[str, Any]) -> int | None:
    """v0's NumberOfItemsUnshipped."""
    return maybe(whole, fulfillment_of(raw).get("itemsUnshipped"))


def fulfilled_by(raw: Mapping[str, Any]) -> str | None:
    """MERCHANT, AMAZON, or a word of tomorrow."""
    return maybe(text, fulfillment_of(raw).get("fulfilledBy"))
