"""What bol's fulfilment status and quantities mean (contracts/marketplaces.md section 3). Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.wire import maybe, records, text, whole
from pipeline.domain.order import OrderStatus

OPEN: Final = "OPEN"
HANDLED: Final = "HANDLED"
# Of an item. OPEN, and some of it shipped or cancelled: partially shipped. HANDLED, and all of it cancelled: canceled.
STATUSES: Final[Mapping[str, OrderStatus]] = {OPEN: OrderStatus.UNSHIPPED, HANDLED: OrderStatus.SHIPPED}


def items_of(raw: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The items of an order that nobody has checked yet."""
    return maybe(records, raw.get("orderItems")) or ()


def counts_of(item: Mapping[str, Any]) -> tuple[int, int, int]:
    """How many were ordered, shipped, cancelled."""
    quantity, shipped, canceled = (
        maybe(whole, item.get(name)) or 0 for name in ("quantity", "quantityShipped", "quantityCancelled")
    )
    return quantity, shipped, canceled


def word_of(item: Mapping[str, Any]) -> str:
    """The list's word; an order that was read by its id has none, and its quantities say the same.

    Quantities that are complete go before a list's OPEN: they were read later.
    """
    quantity, shipped, canceled = counts_of(item)
    word = maybe(text, item.get("fulfilmentStatus"))
    if word not in (None, OPEN):
        return word
    return HANDLED if 0 < quantity <= shipped + canceled else OPEN


def item_status(item: Mapping[str, Any]) -> OrderStatus | None:
    """By the table; None for a word that is not in it."""
    quantity, shipped, canceled = counts_of(item)
    word = word_of(item)
    if word == HANDLED and 0 < quantity <= canceled:
        return OrderStatus.CANCELED
    if word == OPEN and 0 < shipped + canceled < quantity:
        return OrderStatus.PARTIALLY_SHIPPED
    return STATUSES.get(word)


def is_contradictory(item: Mapping[str, Any]) -> bool:
    """HANDLED, and neither shipped nor wholly cancelled: taken for shipped, it would never be pushed."""
    quantity, shipped, canceled = counts_of(item)
    return word_of(item) == HANDLED and not shipped and canceled < quantity


def order_status(statuses: Sequence[OrderStatus | None]) -> OrderStatus | None:
    """Of the whole order: what is cancelled altogether does not count beside what is not."""
    if not statuses or None in statuses:
        return None
    live = {status for status in statuses if status is not OrderStatus.CANCELED}
    if not live:
        return OrderStatus.CANCELED
    return live.pop() if len(live) == 1 else OrderStatus.PARTIALLY_SHIPPED


def order_word(words: Sequence[str]) -> str | None:
    """bol has no word for an order: one that nobody knows first, then OPEN while anything is."""
    unknown = [word for word in words if word not in STATUSES]
    if unknown:
        return unknown[0]
    return (OPEN if OPEN in words else HANDLED) if words else None
