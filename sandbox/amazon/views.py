"""What of an order shows: the datasets asked for, without what the roles don't allow, and prices in its currency."""

from typing import Any

from sandbox.amazon.book import WAITING, Held, Item

DATASETS = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
    "FULFILLMENT_ORDERS",
)
ALWAYS = ("orderId", "orderAliases", "createdTime", "lastUpdatedTime", "programs", "associatedOrders", "salesChannel")
ITEM_ALWAYS = ("orderItemId", "quantityOrdered", "product")
# Restricted data, as ordersV0.json names it (Order.ShippingAddress, Order.BuyerInfo). City, postal code and country
# stay (contracts, marketplaces section 4, "PII").
RESTRICTED_ADDRESS = ("name", "companyName", "addressLine1", "addressLine2", "addressLine3", "phone", "addressType")
RESTRICTED_BUYER = ("buyerName", "buyerCompanyName", "buyerPurchaseOrderNumber")
# "Pending orders have no prices and no address" is said of v0; 2026 is taken to be the same, and its buyer unknown.
NOT_WHILE_PENDING = frozenset({"buyer", "recipient", "proceeds", "payment", "tax"})


def show_order(held: Held, included: frozenset[str], elements: frozenset[str]) -> dict[str, Any]:
    """In the form of 2026-01-01."""
    wire, pending = held.wire, held.status in WAITING
    parts = {data.lower() for data in included} - (NOT_WHILE_PENDING if pending else frozenset())
    shown = {key: wire[key] for key in ALWAYS} | {key: wire[key] for key in parts & wire.keys()}
    if not wire["packages"]:
        shown.pop("packages", None)
    for part, mask in (("buyer", mask_buyer), ("recipient", mask_recipient), ("tax", mask_tax)):
        if part in shown:
            shown[part] = mask(shown[part], elements)
    shown["orderItems"] = [_show_item(item, parts, pending) for item in held.items]
    priced: dict[str, Any] = price(shown, held.wire["proceeds"]["grandTotal"]["currencyCode"])
    return priced


def _show_item(item: Item, parts: set[str], pending: bool) -> dict[str, Any]:
    shown = {key: item[key] for key in ITEM_ALWAYS} | {key: item[key] for key in parts & item.keys()}
    if pending:
        shown["product"] = {key: value for key, value in item["product"].items() if key != "price"}
    return shown


def mask_buyer(buyer: dict[str, Any], elements: frozenset[str]) -> dict[str, Any]:
    """The address of mail is anonymous anyway, and stays."""
    return buyer if "buyerInfo" in elements else _leave_out(buyer, RESTRICTED_BUYER)


def mask_recipient(recipient: dict[str, Any], elements: frozenset[str]) -> dict[str, Any]:
    """Without the role: where to, but neither who nor which door."""
    if "shippingAddress" in elements:
        return recipient
    return {"deliveryAddress": _leave_out(recipient["deliveryAddress"], RESTRICTED_ADDRESS)}


def mask_tax(tax: dict[str, Any], elements: frozenset[str]) -> dict[str, Any]:
    """Registrations are the buyer's."""
    return tax if "buyerTaxInformation" in elements else {}


def _leave_out(raw: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in names}


def price(node: Any, currency: str) -> Any:
    """A copy in which every amount has the order's currency."""
    if isinstance(node, dict):
        copy = {key: price(value, currency) for key, value in node.items()}
        return copy | {"currencyCode": currency} if "amount" in copy else copy
    return [price(one, currency) for one in node] if isinstance(node, list) else node
