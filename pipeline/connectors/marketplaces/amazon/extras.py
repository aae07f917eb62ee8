"""What only Amazon knows of an order: `extra.amazon`. Pure.

A buyer's request to cancel is a fact here, not a status: the order stands until it is canceled
(orders_2026-01-01.json: ItemCancellationRequest; v0: BuyerRequestedCancel).
"""

from collections.abc import Mapping
from typing import Any

from pipeline.connectors.wire import EMPTY, maybe, record, records, text


def extra_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Facts without a canonical name; what is absent is left out."""
    buyer, at = _in(raw, "buyer"), _in(raw, "recipient", "deliveryAddress")
    items = maybe(records, raw.get("orderItems")) or ()
    extras = [_item(wire) for wire in items]
    found = {
        "programs": _words(raw.get("programs")),
        "associated_orders": [
            {"id": text(one.get("orderId")), "type": text(one.get("associationType"))}
            for one in maybe(records, raw.get("associatedOrders")) or ()
        ],
        "purchase_order": maybe(text, buyer.get("buyerPurchaseOrderNumber")),
        "address_type": maybe(text, at.get("addressType")),
        "district": maybe(text, at.get("districtOrCounty")),
        "municipality": maybe(text, at.get("municipality")),
        "neighborhood": maybe(text, _in(at, "extendedFields").get("neighborhood")),
        "invoice_status": maybe(text, _in(raw, "tax", "taxInvoicing").get("invoiceStatus")),
        "cancellation_requests": [found for wire in items if (found := _request(wire))],
        "lines": extras if any(extras) else None,
        "canceled_lines": [maybe(text, wire.get("orderItemId")) for wire in items if wire.get("quantityOrdered") == 0],
    }
    return {name: value for name, value in found.items() if value}


def _request(wire: Mapping[str, Any]) -> dict[str, str] | None:
    asked = _in(wire, "cancellation", "cancellationRequest")
    if not asked:
        return None
    found = {
        "line": maybe(text, wire.get("orderItemId")),
        "requester": maybe(text, asked.get("requester")),
        "reason": maybe(text, asked.get("cancelReason")),
    }
    return {name: value for name, value in found.items() if value}


def _item(wire: Mapping[str, Any]) -> dict[str, Any]:
    product, gift = _in(wire, "product"), _in(wire, "fulfillment", "packing", "giftOption")
    promotions = maybe(records, _in(wire, "promotion").get("breakdowns")) or ()
    abroad = _in(wire, "fulfillment", "shipping", "internationalShipping")
    found = {
        "condition": maybe(text, _in(product, "condition").get("conditionType")),
        "customized_url": maybe(text, _in(product, "customization").get("customizedUrl")),
        "price_designation": maybe(text, _in(product, "price").get("priceDesignation")),
        "programs": _words(wire.get("programs")),
        "promotions": [word for one in promotions if (word := maybe(text, one.get("promotionId")))],
        "gift_message": maybe(text, gift.get("giftMessage")),
        "gift_wrap": maybe(text, gift.get("giftWrapLevel")),
        "ioss_number": maybe(text, abroad.get("iossNumber")),
    }
    return {name: value for name, value in found.items() if value}


def _in(wire: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for name in path:
        wire = maybe(record, wire.get(name)) or EMPTY
    return wire


def _words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
