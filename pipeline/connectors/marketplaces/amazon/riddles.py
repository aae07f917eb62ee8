"""What holds an order of Amazon's that is to be pushed, in words. Pure.

Which personal data comes is decided by the application's roles: what it has no role for is left out, silently
(contracts/marketplaces.md section 4). A pending order has no address either: it is not released, so it waits.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from pipeline.connectors.marketplaces.amazon.statuses import (
    INVOICE_UNCONFIRMED,
    OURS,
    TO_SHIP,
    fulfilled_by,
    status_of,
    unshipped_in,
    word_of,
)
from pipeline.connectors.marketplaces.amazon.v0 import modern
from pipeline.connectors.wire import maybe, record, records, text
from pipeline.domain.errors import FieldError

BUYER: Final = "BUYER"
_REMEDY: Final = (
    "have the role granted, let the seller authorize the application again (a new refresh_token), then replay from "
    "fetch; or edit it"
)


def riddles_of(raw: Mapping[str, Any], included: Collection[str]) -> tuple[FieldError, ...]:
    """`included`: the data sets that are asked for (`included_data`)."""
    return tuple(_riddles(modern(raw), included))


def _riddles(raw: Mapping[str, Any], included: Collection[str]) -> Iterator[FieldError]:
    shipper = fulfilled_by(raw)
    if shipper not in (None, OURS):
        yield FieldError("lines", "not_ours", f"fulfilled by {shipper}, and only what the merchant ships is ours")
    if word_of(raw) == INVOICE_UNCONFIRMED and unshipped_in(raw) is None:
        words = "InvoiceUnconfirmed without a count of unshipped items: all may be shipped, or none; set the status"
        yield FieldError("status", "ambiguous", words)
    for number, wire in enumerate(maybe(records, raw.get("orderItems")) or ()):
        if _is_indivisible(wire):
            words = "the price of the whole quantity does not divide by it; set the price of one piece"
            yield FieldError(f"lines.{number}.unit_price", "ambiguous", words)
    if status_of(raw) not in TO_SHIP:
        return
    at = _in(_in(raw, "recipient"), "deliveryAddress")
    if not _has(at, "name", "companyName") or not _has(at, "addressLine1"):
        words = f"Amazon sent no name or no street: the application lacks the role for them, or RECIPIENT; {_REMEDY}"
        yield FieldError("shipping_address", "withheld", words)
    if BUYER in included and not _has(_in(raw, "buyer"), "buyerName", "buyerEmail"):
        words = f"Amazon sent no buyer: the application lacks the role for it; {_REMEDY}, or leave out BUYER"
        yield FieldError("buyer", "withheld", words)


def _is_indivisible(wire: Mapping[str, Any]) -> bool:
    """v0 told a price of the item, and none of a piece follows from it."""
    price = _in(_in(wire, "product"), "price")
    kinds = [one.get("type") for one in maybe(records, _in(wire, "proceeds").get("breakdowns")) or ()]
    return "unitPrice" in price and price["unitPrice"] is None and "ITEM" in kinds and wire.get("quantityOrdered") != 0


def _in(wire: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return maybe(record, wire.get(name)) or {}


def _has(wire: Mapping[str, Any], *names: str) -> bool:
    return any(maybe(text, wire.get(name)) for name in names)
