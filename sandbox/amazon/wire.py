"""A generated order in Amazon's words (Amazon, orders_2026-01-01.json), and the invalid ones planted."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sandbox.amazon.book import AMAZON, MERCHANT, PENDING_AVAILABILITY, Item, write_moment
from sandbox.amazon.places import find_marketplace
from sandbox.market import Plant
from sandbox.samples import FOREIGN, Sample, SampleAddress, SampleLine

# No `first_name_missing`: a name is one text. No `quantity_zero`: nothing says that it is wrong in an item.
PLANTS = ("postal_code_missing", "sku_missing", "currency_unknown")
LEVELS = {"Express": "EXPEDITED", "Registered": "PRIORITY"}


def _digits(text: str, length: int) -> str:
    return str(int(sha256(text.encode()).hexdigest(), 16))[-length:]


def make_order_id(sample: Sample) -> str:
    """3-7-7, digits: nothing else is an id of Amazon's."""
    digits = _digits(sample.order_id, 17)
    return f"{digits[:3]}-{digits[3:10]}-{digits[10:]}"


def to_money(cents: int) -> dict[str, str]:
    """An amount. The currency is the order's, and is added when it is shown: see `views.price`."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return {"amount": f"{sign}{cents // 100}.{cents % 100:02d}"}


def write_order(sample: Sample, status: str, moment: datetime, discounts: int = 0) -> dict[str, Any]:
    """The whole order; what of it shows is the views' business. Neither the service fee nor a billing address has a
    place."""
    bought = moment - timedelta(seconds=sample.age_seconds)
    place = find_marketplace(sample.shipping.country)
    foreign = sample.fate == FOREIGN
    items = [_write_item(sample, line, n, discounts) for n, line in enumerate(sample.lines)]
    total = sum(line.quantity * line.unit_paid + line.shipping for line in sample.lines)
    programs = (["AMAZON_BUSINESS"] if sample.business else []) + (
        ["PREORDER"] if status == PENDING_AVAILABILITY else []
    )
    buyer = {
        "buyerName": f"{sample.billing.first} {sample.billing.last}",
        "buyerEmail": None if foreign else sample.billing.email,
        "buyerCompanyName": sample.billing.company,
        "buyerPurchaseOrderNumber": sample.reference if sample.business else None,
    }
    return {
        "orderId": make_order_id(sample),
        "orderAliases": [{"aliasId": sample.reference, "aliasType": "SELLER_ORDER_ID"}],
        "createdTime": write_moment(bought),
        "lastUpdatedTime": write_moment(moment),
        "programs": programs,
        "associatedOrders": [],
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": place.marketplace_id,
            "marketplaceName": place.name,
        },
        "buyer": _drop_absent(buyer),
        "recipient": {"deliveryAddress": _write_address(sample.shipping, foreign)},
        "proceeds": {
            "grandTotal": to_money(total) | {"currencyCode": "EUR"},
            "breakdowns": _sum_breakdowns(items),
        },
        "payment": {"paymentExecutions": [{"paymentMethod": "CreditCard", "paymentAmount": to_money(total)}]},
        "tax": {"taxRegistrations": [_write_registration(sample.billing)] if sample.business else []},
        "fulfillment": {
            "fulfillmentStatus": status,
            "fulfilledBy": AMAZON if foreign else MERCHANT,
            "fulfillmentServiceLevel": LEVELS.get(sample.delivery_mode, "STANDARD"),
            "shipByWindow": _write_window(bought, 0, 2),
            "deliverByWindow": _write_window(bought, 3, 6),
        },
        "orderItems": items,
        "packages": [],
    }


def _write_window(bought: datetime, first: int, last: int) -> dict[str, str]:
    day = timedelta(days=1)
    return {
        "earliestDateTime": write_moment(bought + first * day),
        "latestDateTime": write_moment(bought + last * day),
    }


def _write_item(sample: Sample, line: SampleLine, n: int, discounts: int) -> Item:
    asked = line.unit if discounts else line.unit_paid
    granted = line.quantity * (asked - line.unit_paid)
    parts = [("ITEM", line.quantity * asked), ("SHIPPING", line.shipping), ("DISCOUNT", discounts * granted)]
    item = {
        "orderItemId": str(10**13 + int(_digits(f"{sample.order_id} {n} {line.line_id}", 13))),
        "quantityOrdered": line.quantity,
        "product": {
            "asin": f"B0{_to_base36(int(_digits(line.product_id, 12)))}",
            "title": line.title,
            "sellerSku": line.sku,
            "condition": {"conditionType": "NEW", "conditionSubtype": "NEW", "conditionNote": ""},
            "price": {"unitPrice": to_money(asked)},
        },
        "proceeds": {
            "proceedsTotal": to_money(line.quantity * line.unit_paid + line.shipping),
            "breakdowns": [{"type": kind, "subtotal": to_money(cents)} for kind, cents in parts if cents],
        },
        "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": line.quantity},
    }
    return item | ({"promotion": {"breakdowns": [{"promotionId": "SANDBOX-FIVE"}]}} if granted else {})


def _to_base36(number: int) -> str:
    text = ""
    for _ in range(8):
        number, digit = divmod(number, 36)
        text += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit]
    return text


def _sum_breakdowns(items: list[Item]) -> list[dict[str, Any]]:
    sums: dict[str, int] = {}
    for item in items:
        for part in item["proceeds"]["breakdowns"]:
            cents = int(part["subtotal"]["amount"].replace(".", ""))
            sums[part["type"]] = sums.get(part["type"], 0) + cents
    return [{"type": kind, "subtotal": to_money(cents)} for kind, cents in sums.items()]


def _write_address(address: SampleAddress, foreign: bool) -> dict[str, Any]:
    pickup = [f"{address.pickup_name} ({address.pickup_id})"] if address.pickup_name else []
    lines = [line for line in (address.line1, *pickup, address.line2, address.line3) if line]
    lines = [*lines[:2], ", ".join(lines[2:])] if len(lines) > 3 else lines
    found = {
        "name": f"{address.first} {address.last}",
        "companyName": address.company,
        **{f"addressLine{n}": line for n, line in enumerate(lines, 1)},
        "city": address.town,
        "postalCode": address.postal_code,
        "countryCode": address.country,
        # Suppressed for all orders that Amazon ships (orders_2026-01-01.json, CustomerAddress.phone).
        "phone": None if foreign else address.phone,
        "addressType": "PICKUP_POINT" if address.pickup_id else "COMMERCIAL" if address.company else "RESIDENTIAL",
    }
    return _drop_absent(found)


def _write_registration(address: SampleAddress) -> dict[str, Any]:
    number = f"{address.country}999999999"
    found = {
        "entityType": "BUYER",
        "legalName": address.company,
        "taxRegistrationType": "VAT",
        "taxRegistrationNumber": number,
    }
    return _drop_absent(found)


def _drop_absent(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None}


def plant_fault(kind: str, wire: dict[str, Any]) -> Plant:
    """Make the order invalid, in one way."""
    order_id = wire["orderId"]
    if kind == "postal_code_missing":
        good = wire["recipient"]["deliveryAddress"].pop("postalCode")
        return Plant(order_id, kind, "recipient.deliveryAddress.postalCode", good)
    if kind == "sku_missing":
        good = wire["orderItems"][0]["product"].pop("sellerSku")
        return Plant(order_id, kind, "orderItems.0.product.sellerSku", good)
    if kind == "currency_unknown":
        total = wire["proceeds"]["grandTotal"]
        good, total["currencyCode"] = total["currencyCode"], "EUX"
        return Plant(order_id, kind, "proceeds.grandTotal.currencyCode", good)
    raise ValueError(f"unknown plant {kind!r}")
