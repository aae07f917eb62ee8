"""An order of Orders API v0 (ordersV0.json) in the words of 2026-01-01, so that one mapping reads both. Pure.

Values are passed on as they are: what is unfit is told by the schema, by its canonical name. `itemsUnshipped` is ours:
2026-01-01 has no such count, and `InvoiceUnconfirmed` needs it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.wire import amount, flag, maybe, record, records, text, whole

_CHANNELS: Final = {"MFN": "MERCHANT", "AFN": "AMAZON"}
_ADDRESS: Final = {
    "Name": "name",
    "CompanyName": "companyName",
    "AddressLine1": "addressLine1",
    "AddressLine2": "addressLine2",
    "AddressLine3": "addressLine3",
    "City": "city",
    "StateOrRegion": "stateOrRegion",
    "Municipality": "municipality",
    "PostalCode": "postalCode",
    "CountryCode": "countryCode",
    "Phone": "phone",
}
_FIELDS: Final = {
    "StreetName": "streetName",
    "StreetNumber": "streetNumber",
    "Complement": "complement",
    "Neighborhood": "neighborhood",
}
_PROGRAMS: Final = {
    "IsPrime": "PRIME",
    "IsBusinessOrder": "AMAZON_BUSINESS",
    "IsPremiumOrder": "PREMIUM",
    "IsISPU": "IN_STORE_PICK_UP",
}
PLACES: Final = Decimal("0.0001")  # of the price of one piece, at most
CENTS: Final = Decimal("0.01")


def modern(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The order in the words of 2026-01-01; one that is in them already is given back."""
    if "AmazonOrderId" not in raw or "orderId" in raw:
        return raw
    get = raw.get
    alias, replaced = get("SellerOrderId"), get("ReplacedOrderId")
    found = {
        "orderId": get("AmazonOrderId"),
        "orderAliases": [{"aliasId": alias, "aliasType": "SELLER_ORDER_ID"}] if alias else None,
        "createdTime": get("PurchaseDate"),
        "lastUpdatedTime": get("LastUpdateDate"),
        "programs": [word for name, word in _PROGRAMS.items() if maybe(flag, get(name))],
        "associatedOrders": [{"orderId": replaced, "associationType": "REPLACEMENT_ORIGINAL_ID"}] if replaced else None,
        "salesChannel": {"marketplaceId": get("MarketplaceId"), "marketplaceName": get("SalesChannel")},
        "buyer": _buyer(_known(get("BuyerInfo"))),
        "recipient": _recipient(get("ShippingAddress")),
        "proceeds": {"grandTotal": _money(get("OrderTotal"))},
        "payment": _payment(raw),
        "tax": _tax(_known(get("BuyerTaxInformation"))),
        "fulfillment": {
            "fulfillmentStatus": get("OrderStatus"),
            "fulfilledBy": _CHANNELS.get(str(get("FulfillmentChannel")), get("FulfillmentChannel")),
            "fulfillmentServiceLevel": get("ShipmentServiceLevelCategory"),
            "shipByWindow": _window(get("EarliestShipDate"), get("LatestShipDate")),
            "deliverByWindow": _window(get("EarliestDeliveryDate"), get("LatestDeliveryDate")),
            "itemsUnshipped": get("NumberOfItemsUnshipped"),
        },
        "orderItems": _items(raw["OrderItems"]) if "OrderItems" in raw else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def piece_price(price: Mapping[str, Any], quantity: Any) -> Any:
    """`ItemPrice` is that of the whole quantity. None where it does not divide: a rounded price is another price."""
    total, count = maybe(amount, price.get("Amount")), maybe(whole, quantity)
    if total is None or count == 1:
        return _money(price)  # nothing, what the schema will name, or the price itself
    if not count or count < 1:
        return None
    each = (total / count).quantize(PLACES)
    if each * count != total:
        return None
    cents = each.quantize(CENTS)
    return {"amount": str(cents if cents == each else each), "currencyCode": price.get("CurrencyCode")}


def _items(wires: Any) -> Any:
    listed = maybe(records, wires)
    return wires if listed is None else [_item(wire) for wire in listed]


def _item(wire: Mapping[str, Any]) -> dict[str, Any]:
    get = wire.get
    ordered, shipped = maybe(whole, get("QuantityOrdered")), maybe(whole, get("QuantityShipped"))
    asked = _known(get("BuyerRequestedCancel"))
    request = {"requester": "BUYER", "cancelReason": asked.get("BuyerCancelReason")}
    promotions = get("PromotionIds")
    gift = _known(get("BuyerInfo"))
    return {
        "orderItemId": get("OrderItemId"),
        "quantityOrdered": get("QuantityOrdered"),
        "product": {
            "asin": get("ASIN"),
            "title": get("Title"),
            "sellerSku": get("SellerSKU"),
            "condition": {"conditionType": get("ConditionId")},
            "price": {"unitPrice": piece_price(_known(get("ItemPrice")), get("QuantityOrdered"))},
        },
        "proceeds": {"breakdowns": list(_breakdowns(wire))},
        "promotion": {"breakdowns": [{"promotionId": one} for one in promotions]}
        if isinstance(promotions, list)
        else None,
        "fulfillment": {
            "quantityFulfilled": get("QuantityShipped"),
            "quantityUnfulfilled": None if ordered is None or shipped is None else ordered - shipped,
            "packing": {
                "giftOption": {
                    "giftMessage": gift.get("GiftMessageText"),
                    "giftWrapLevel": gift.get("GiftWrapLevel"),
                }
            },
            "shipping": {"internationalShipping": {"iossNumber": get("IossNumber")}},
        },
        "cancellation": {"cancellationRequest": request} if maybe(flag, asked.get("IsBuyerRequestedCancel")) else None,
    }


def _breakdowns(wire: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    plain = (
        ("ITEM", "ItemPrice"),
        ("SHIPPING", "ShippingPrice"),
        ("COD_FEE", "CODFee"),
        ("TAX", "ItemTax"),
        ("TAX", "ShippingTax"),
    )
    off = (("ITEM", "PromotionDiscount"), ("SHIPPING", "ShippingDiscount"), ("COD_FEE", "CODFeeDiscount"))
    found = [{"type": kind, "subtotal": _money(wire[name])} for kind, name in plain if wire.get(name)]
    for kind, name in off:
        if wire.get(name):
            part = {"subtype": kind, "value": _money(wire[name])}
            found.append({"type": "DISCOUNT", "subtotal": _money(wire[name]), "detailedBreakdowns": [part]})
    wrap = _known(wire.get("BuyerInfo")).get("GiftWrapPrice")
    return [*found, {"type": "GIFT_WRAP", "subtotal": _money(wrap)}] if wrap else found


def _buyer(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found = {
        "buyerName": wire.get("BuyerName"),
        "buyerEmail": wire.get("BuyerEmail"),
        "buyerCompanyName": _known(wire.get("BuyerTaxInfo")).get("CompanyLegalName"),
        "buyerPurchaseOrderNumber": wire.get("PurchaseOrderNumber"),
    }
    return found if any(found.values()) else None


def _recipient(wire: Any) -> Any:
    at = maybe(record, wire)
    if at is None or not at:
        return None
    address: dict[str, Any] = {ours: at.get(theirs) for theirs, ours in _ADDRESS.items()}
    fields = _known(at.get("ExtendedFields"))
    address["districtOrCounty"] = at.get("District") or at.get("County")
    address["extendedFields"] = {ours: fields.get(theirs) for theirs, ours in _FIELDS.items()}
    kind = maybe(text, at.get("AddressType"))
    address["addressType"] = kind.upper() if kind else None
    return {"deliveryAddress": address}


def _payment(raw: Mapping[str, Any]) -> dict[str, Any]:
    words = raw.get("PaymentMethodDetails")
    details = [{"paymentMethod": word} for word in words] if isinstance(words, list) else []
    plain = [{"paymentMethod": raw.get("PaymentMethod")}] if raw.get("PaymentMethod") else []
    return {"paymentExecutions": details or plain}


def _tax(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    number = wire.get("BuyerTaxRegistrationId")
    return {"taxRegistrations": [{"entityType": "BUYER", "taxRegistrationNumber": number}]} if number else None


def _window(earliest: Any, latest: Any) -> dict[str, Any] | None:
    return {"earliestDateTime": earliest, "latestDateTime": latest} if earliest or latest else None


def _money(wire: Any) -> Any:
    found = maybe(record, wire)
    if not found:
        return wire or None
    return {"amount": found.get("Amount"), "currencyCode": found.get("CurrencyCode")}


def _known(value: Any) -> Mapping[str, Any]:
    return maybe(record, value) or {}
