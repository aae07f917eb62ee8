"""The same orders in the words of v0 (Amazon, ordersV0.json)."""

from typing import Any

from sandbox.amazon.book import AMAZON, CANCELLED, WAITING, Held, Item
from sandbox.amazon.views import mask_buyer, mask_recipient

# By the word of 2026.
STATUSES_V0 = {
    "PENDING_AVAILABILITY": "PendingAvailability",
    "PENDING": "Pending",
    "UNSHIPPED": "Unshipped",
    "PARTIALLY_SHIPPED": "PartiallyShipped",
    "SHIPPED": "Shipped",
    "CANCELLED": "Canceled",
    "UNFULFILLABLE": "Unfulfillable",
}
CHANNELS_V0 = {"MERCHANT": "MFN", "AMAZON": "AFN"}
ADDRESS = {
    "name": "Name",
    "companyName": "CompanyName",
    "addressLine1": "AddressLine1",
    "addressLine2": "AddressLine2",
    "addressLine3": "AddressLine3",
    "city": "City",
    "postalCode": "PostalCode",
    "countryCode": "CountryCode",
    "phone": "Phone",
}
BUYER = {
    "buyerName": "BuyerName",
    "buyerEmail": "BuyerEmail",
    "buyerPurchaseOrderNumber": "PurchaseOrderNumber",
}


def show_order_v0(held: Held, elements: frozenset[str]) -> dict[str, Any]:
    """No prices and no address while it is pending."""
    wire, ship = held.wire, held.wire["fulfillment"]
    level = ship["fulfillmentServiceLevel"].capitalize()
    pending, foreign = held.status in WAITING, ship["fulfilledBy"] == AMAZON
    shown = {
        "AmazonOrderId": held.order_id,
        "SellerOrderId": wire["orderAliases"][0]["aliasId"],
        "PurchaseDate": wire["createdTime"],
        "LastUpdateDate": wire["lastUpdatedTime"],
        "OrderStatus": STATUSES_V0[held.status],
        "FulfillmentChannel": CHANNELS_V0[ship["fulfilledBy"]],
        "SalesChannel": wire["salesChannel"]["marketplaceName"],
        "ShipServiceLevel": level,
        "ShipmentServiceLevelCategory": level,
        "NumberOfItemsShipped": sum(item["fulfillment"]["quantityFulfilled"] for item in held.items),
        "NumberOfItemsUnshipped": sum(item["fulfillment"]["quantityUnfulfilled"] for item in held.items),
        "PaymentMethod": "Other",
        "PaymentMethodDetails": ["Standard"],
        "MarketplaceId": wire["salesChannel"]["marketplaceId"],
        "OrderType": "Preorder" if "PREORDER" in wire["programs"] else "StandardOrder",
        "IsBusinessOrder": "AMAZON_BUSINESS" in wire["programs"],
        "IsPrime": False,
        "IsPremiumOrder": False,
        "IsReplacementOrder": False,
        "IsAccessPointOrder": wire["recipient"]["deliveryAddress"].get("addressType") == "PICKUP_POINT",
    }
    if not foreign:
        shown |= _write_window(ship["shipByWindow"], "Ship")
        if not pending and held.status != CANCELLED:
            shown |= _write_window(ship["deliverByWindow"], "Delivery")
    if not pending:
        shown["OrderTotal"] = _write_money(held, wire["proceeds"]["grandTotal"])
        shown |= show_address_v0(held, elements) | {"BuyerInfo": show_buyer_v0(held, elements)}
    return shown


def _write_window(window: dict[str, str], what: str) -> dict[str, str]:
    return {f"Earliest{what}Date": window["earliestDateTime"], f"Latest{what}Date": window["latestDateTime"]}


def _write_money(held: Held, money: dict[str, str]) -> dict[str, str]:
    currency: str = held.wire["proceeds"]["grandTotal"]["currencyCode"]
    return {"CurrencyCode": currency, "Amount": money["amount"].removeprefix("-")}


def show_address_v0(held: Held, elements: frozenset[str]) -> dict[str, Any]:
    """`ShippingAddress`, where there is one to be told: not while pending, not once cancelled."""
    if held.status in WAITING | {CANCELLED}:
        return {}
    address = mask_recipient(held.wire["recipient"], elements)["deliveryAddress"]
    shown = {theirs: address[ours] for ours, theirs in ADDRESS.items() if ours in address}
    if "addressType" in address:  # v0 knows two; an access point is told by IsAccessPointOrder
        shown["AddressType"] = "Residential" if address["addressType"] == "RESIDENTIAL" else "Commercial"
    return {"ShippingAddress": shown}


def show_buyer_v0(held: Held, elements: frozenset[str]) -> dict[str, Any]:
    """Nothing while it is pending."""
    if held.status in WAITING:
        return {}
    buyer = mask_buyer(held.wire["buyer"], elements)
    return {theirs: buyer[ours] for ours, theirs in BUYER.items() if ours in buyer}


def show_item_v0(held: Held, item: Item) -> dict[str, Any]:
    """`ItemPrice` is for the whole quantity."""
    product = item["product"]
    shown = {
        "ASIN": product["asin"],
        "OrderItemId": item["orderItemId"],
        "Title": product["title"],
        "QuantityOrdered": item["quantityOrdered"],
        "QuantityShipped": item["fulfillment"]["quantityFulfilled"],
        "ProductInfo": {"NumberOfItems": "1"},
        "IsGift": "false",
        "ConditionId": "New",
        "ConditionSubtypeId": "New",
        "BuyerRequestedCancel": {"IsBuyerRequestedCancel": "false"},
    }
    if "sellerSku" in product:
        shown["SellerSKU"] = product["sellerSku"]
    if "cancellation" in item:
        reason = item["cancellation"]["cancellationRequest"]["cancelReason"]
        shown["BuyerRequestedCancel"] = {"IsBuyerRequestedCancel": "true", "BuyerCancelReason": reason}
    if held.status not in WAITING:
        names = {"ITEM": "ItemPrice", "SHIPPING": "ShippingPrice", "DISCOUNT": "PromotionDiscount"}
        for part in item["proceeds"]["breakdowns"]:
            shown[names[part["type"]]] = _write_money(held, part["subtotal"])
    return shown
