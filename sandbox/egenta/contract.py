"""What S000 says an imported order must be: every field, its form, and nothing else."""

import re
from datetime import datetime
from typing import Any

from sandbox.checks import (
    Check,
    Errors,
    check_amount,
    check_country,
    check_currency,
    check_fields,
    check_filled,
    check_text,
    is_number,
)

DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
SEED_TOTAL = re.compile(r"\d+\.\d\d")


def check_date(value: Any) -> str | None:
    """S000's `yyyy-mm-dd HH:nn:ss`, and no other form."""
    if isinstance(value, str) and DATE.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return "a date that exists"
        return None
    return "yyyy-mm-dd HH:nn:ss"


def check_quantity(value: Any) -> str | None:
    """Pieces on a line: a JSON number."""
    return None if is_number(value) and value == int(value) and value >= 1 else "a whole number from 1"


def check_total(value: Any) -> str | None:
    """The example's text with two decimals, or the field list's float."""
    if isinstance(value, str):
        return None if SEED_TOTAL.fullmatch(value) else 'text like "100.00", or a number'
    return check_amount(value)


def check_flag(value: Any) -> str | None:
    """The example's text, or the field list's boolean."""
    return None if isinstance(value, bool) or value in ("0", "1") else '"1", "0", true or false'


def check_count(value: Any) -> str | None:
    """The example's text without its spaces, or a whole number."""
    if isinstance(value, str):
        return None if value.isascii() and value.isdigit() else 'text like "1", or a whole number'
    return check_quantity(value)


REQUIRED: dict[str, Check] = {
    "OrderId": check_filled,
    "Status": check_filled,
    "PurchaseDate": check_date,
    "LastUpdateDate": check_date,
    "LatestShipDate": check_date,
    "SalesChannel": check_filled,
    "BuyerName": check_filled,
    "OrderTotal": check_total,
    "CurrencyCode": check_currency,
}
OPTIONAL: dict[str, Check] = {
    "Reference": check_text,
    "StoreId": check_text,
    "StoreName": check_text,
    "EarliestShipDate": check_date,
    "EarliestDeliveryDate": check_date,
    "LatestDeliveryDate": check_date,
    "SalesChannelId": check_text,
    "BusinessOrder": check_flag,
    "BuyerEmail": check_text,
    "NumberOfItemsUnshipped": check_count,
    "requested_shipping_carrier": check_text,
}
ADDRESS_REQUIRED: dict[str, Check] = {
    "firstName": check_filled,
    "lastName": check_filled,
    "addressLine1": check_filled,
    "postalCode": check_filled,
    "city": check_filled,
    "stateOrRegion": check_filled,
    "countryCode": check_country,
}
# The example's `addressLine2` and `addressLine3`, not the field list's twofold `addressLine` (contracts, OMS 1.4).
ADDRESS_OPTIONAL: dict[str, Check] = dict.fromkeys(("companyName", "addressLine2", "addressLine3", "phone"), check_text)
LINE_REQUIRED: dict[str, Check] = {
    "productId": check_filled,
    "sellerProductId": check_filled,
    "orderLineId": check_filled,
    "productTitle": check_filled,
    "quantity": check_quantity,
    "sellingPrice": check_amount,
    "sellingPriceCurrencyCode": check_currency,
    "shippingCost": check_amount,
    "shippingCostCurrencyCode": check_currency,
}
LINE_OPTIONAL: dict[str, Check] = dict.fromkeys(
    ("commission_amountWithVat", "commission_amountWithoutVat"), check_amount
)


def check_order(order: object) -> Errors:
    """Every fault of one order, by path; empty: it is as S000 wants it."""
    if not isinstance(order, dict):
        return {"": ["an object"]}
    errors: Errors = {}
    fields = {key: value for key, value in order.items() if key not in ("shippingAddress", "billingAddress", "lines")}
    check_fields(fields, REQUIRED, OPTIONAL, "", errors)
    for block in ("shippingAddress", "billingAddress"):
        check_fields(order.get(block), ADDRESS_REQUIRED, ADDRESS_OPTIONAL, f"{block}.", errors)
    lines = order.get("lines")
    if not isinstance(lines, list) or not lines:
        errors["lines"] = ["a list, not empty"]
    else:
        for n, line in enumerate(lines):
            check_fields(line, LINE_REQUIRED, LINE_OPTIONAL, f"lines.{n}.", errors)
    return errors


def name_wire_types(order: dict[str, Any]) -> str:
    """`seed` (the example's strings), `native` (number, boolean, whole number), or `mixed`."""
    forms = {
        isinstance(order[key], str) for key in ("OrderTotal", "BusinessOrder", "NumberOfItemsUnshipped") if key in order
    }
    return "mixed" if len(forms) > 1 else "seed" if True in forms else "native"
