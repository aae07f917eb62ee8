"""What an imported order must be: S004's two tables and its example, with contracts, OMS section 5.2 to 5.5."""

import re
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from sandbox.checks import (
    Check,
    Errors,
    check_amount,
    check_bool,
    check_choice,
    check_country,
    check_currency,
    check_fields,
    check_from,
    check_number,
    check_object,
)
from sandbox.kibo.texts import check_length

LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?")
INTERNAL = tuple(
    IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")
)
STATUSES = ("SHIPPED", "READY", "CANCELLED")
PAYMENT_TYPES = ("CC", "CS", "LV", "PP", "EB", "PZ", "NO")
any_text = check_length(0, None)
filled = check_length(1, None)
address_line = check_length(1, 250)
optional_line = check_length(0, 250)


def check_locale(value: Any) -> str | None:
    """An IETF tag."""
    return None if isinstance(value, str) and LOCALE.fullmatch(value) else "an IETF tag"


def check_ip(value: Any) -> str | None:
    """IPv4, and not of the inside. (S004's own example is 0.0.0.0: that passes.)"""
    try:
        address = IPv4Address(value if isinstance(value, str) else "")
    except ValueError:
        return "an IPv4 address"
    return "an external address" if any(address in net for net in INTERNAL) else None


def check_moment(value: Any) -> str | None:
    """JSON schema's date-time: with an offset."""
    try:
        if isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None:
            return None
    except ValueError:
        pass
    return "a date-time with its offset"


def check_objects(value: Any) -> str | None:
    """A list of objects; what is in them is in the unpublished schema."""
    good = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return None if good else "a list of objects"


def check_any(_: Any) -> str | None:
    """Checked elsewhere, block by block."""
    return None


BLOCKS = ("customer", "orderItems", "shippingMethod", "shippingAddress", "orderPayments")
# The thirteen keys of S004's first table, less the blocks.
REQUIRED: dict[str, Check] = {
    "externalOrderID": check_length(1, 100),
    "manufacturerID": check_from(1),
    "catalogID": check_from(0),
    "locale": check_locale,
    "currency": check_currency,
    "customerIP": check_ip,
    "sendEmail": check_bool,
}
OPTIONAL: dict[str, Check] = {
    "orderID": check_from(1),
    "cartID": check_length(0, 512),
    "currencyLocale": check_locale,
    "orderGift": check_any,
    "shippingTax": check_amount,
    "shippingTaxRate": check_amount,
    "forceItemTaxOverride": check_bool,
    "orderComment": check_length(0, 1000),
    "optInRetailer": check_bool,
    "landingCode": check_length(10, 200),
    "customOrderData": check_object,
    "fraudData": check_any,
    "allowSplit": check_bool,
    "isTestOrder": check_bool,
    "expectedDeliveryDate": check_moment,
    "promotions": check_objects,
    "discounts": check_objects,
    "channel": any_text,
}
# What the historic import has and the standard createOrder has not (S004).
IMPORT_REQUIRED: dict[str, Check] = {"orderStatus": check_choice(*STATUSES)}
IMPORT_OPTIONAL: dict[str, Check] = {
    "importedCreationDate": check_moment,
    "assignedLocation": any_text,
    "useInventory": check_bool,
}
CUSTOMER_REQUIRED: dict[str, Check] = {"firstName": filled, "lastName": filled}
CUSTOMER_OPTIONAL: dict[str, Check] = {
    "customerID": check_from(1),
    "email": any_text,
    "password": any_text,
    "phone1": any_text,
    "phone2": any_text,
    "accountCreated": any_text,
}
ADDRESS_REQUIRED: dict[str, Check] = {
    "addressLine1": address_line,
    "city": filled,
    "postalCode": filled,
    "countryCode": check_country,
}
ADDRESS_OPTIONAL: dict[str, Check] = {
    "addressID": check_from(1),
    "customerID": check_from(1),
    "addressLine2": optional_line,
    "addressLine3": optional_line,
    "phone": any_text,
    "state": any_text,
    "latitude": check_number,
    "longitude": check_number,
    "fraudLock": check_bool,
    "active": check_bool,
}
PRODUCT_REQUIRED: dict[str, Check] = {"partNumber": filled, "name": filled}
PRODUCT_OPTIONAL: dict[str, Check] = {
    "productID": check_from(1),
    "availability": any_text,
    "retailPrice": check_amount,
    "averageDealerMargin": check_amount,
    "UPC": any_text,
    "SKU": any_text,
}
SPECIFICS_REQUIRED: dict[str, Check] = {"actualPrice": check_amount, "quantity": check_from(1)}
SPECIFICS_OPTIONAL: dict[str, Check] = {
    "externalItemID": any_text,
    "shipping": check_amount,
    "shippingTax": check_amount,
    "itemTaxOverride": check_amount,
    "customItemData": check_object,
    "options": check_object,
    "customData": check_object,
}
METHOD_REQUIRED: dict[str, Check] = {"shippingType": filled, "shippingClass": filled}
PAYMENT_REQUIRED: dict[str, Check] = {"paymentMethod": check_object}
PAYMENT_OPTIONAL: dict[str, Check] = {
    "orderPaymentID": check_from(1),
    "paymentMethodID": check_from(1),
    "maxAmount": check_number,
    "transactionID": any_text,
    "authorizationID": any_text,
    "paymentType": check_choice(*PAYMENT_TYPES),
    "authAmount": check_number,
}
PAYMENT_METHOD_REQUIRED: dict[str, Check] = {
    "billingAddress": check_object,
    "paymentType": check_choice(*PAYMENT_TYPES),
}
PAYMENT_METHOD_OPTIONAL: dict[str, Check] = {"noOperationType": filled, "cardNumber": any_text}
GIFT: dict[str, Check] = {"recipient": any_text, "message": any_text}
FRAUD: dict[str, Check] = {
    "fraudType": any_text,
    "fraudScore": check_number,
    "fraudTransactionID": any_text,
    "fraudState": any_text,
}


def check_order(order: object, *, historic: bool = True) -> Errors:
    """Every fault of one order, by path; empty: it is as S004 wants it. `historic`: importOrder, not createOrder."""
    errors: Errors = {}
    required, optional = (REQUIRED | IMPORT_REQUIRED, OPTIONAL | IMPORT_OPTIONAL) if historic else (REQUIRED, OPTIONAL)
    plain = {k: v for k, v in order.items() if k not in BLOCKS} if isinstance(order, dict) else order
    if not check_fields(plain, required, optional, "", errors, nulls=True) or not isinstance(order, dict):
        return {"": ["required, an object"]}
    check_fields(order.get("customer"), CUSTOMER_REQUIRED, CUSTOMER_OPTIONAL, "customer.", errors, nulls=True)
    check_fields(order.get("shippingMethod"), METHOD_REQUIRED, {}, "shippingMethod.", errors)
    check_fields(
        order.get("shippingAddress"), ADDRESS_REQUIRED, ADDRESS_OPTIONAL, "shippingAddress.", errors, nulls=True
    )
    for n, item in enumerate(_list_blocks(order, "orderItems", errors)):
        _check_item(item, f"orderItems.{n}.", errors, taxed=order.get("forceItemTaxOverride") is True)
    for n, payment in enumerate(_list_blocks(order, "orderPayments", errors)):
        _check_payment(payment, f"orderPayments.{n}.", errors)
    if order.get("orderGift") is not None:
        check_fields(order["orderGift"], {}, GIFT, "orderGift.", errors, nulls=True)
    if order.get("fraudData") is not None:
        for n, row in enumerate(_list_blocks(order, "fraudData", errors)):
            check_fields(row, {}, FRAUD, f"fraudData.{n}.", errors, nulls=True)
    return errors


def _list_blocks(order: dict[str, Any], key: str, errors: Errors) -> list[Any]:
    blocks = order.get(key)
    if isinstance(blocks, list) and blocks:
        return blocks
    errors[key] = ["required, a list, not empty"]
    return []


def _check_item(item: Any, prefix: str, errors: Errors, *, taxed: bool) -> None:
    if not check_fields(item, {"product": check_any, "itemSpecifics": check_any}, {}, prefix, errors):
        return
    product, specifics = item.get("product"), item.get("itemSpecifics")
    check_fields(product, PRODUCT_REQUIRED, PRODUCT_OPTIONAL, f"{prefix}product.", errors, nulls=True)
    required = SPECIFICS_REQUIRED | ({"itemTaxOverride": check_amount} if taxed else {})
    check_fields(specifics, required, SPECIFICS_OPTIONAL, f"{prefix}itemSpecifics.", errors, nulls=True)


def _check_payment(payment: Any, prefix: str, errors: Errors) -> None:
    if not check_fields(payment, PAYMENT_REQUIRED, PAYMENT_OPTIONAL, prefix, errors, nulls=True):
        return
    method, path = payment.get("paymentMethod"), f"{prefix}paymentMethod."
    if not check_fields(method, PAYMENT_METHOD_REQUIRED, PAYMENT_METHOD_OPTIONAL, path, errors, nulls=True):
        return
    if method.get("paymentType") == "NO" and method.get("noOperationType") is None:
        errors[f"{path}noOperationType"] = ["required with NO"]
    check_fields(
        method.get("billingAddress"), ADDRESS_REQUIRED, ADDRESS_OPTIONAL, f"{path}billingAddress.", errors, nulls=True
    )


def list_secrets_sent(order: dict[str, Any]) -> tuple[str, ...]:
    """Fields that Kibo takes and no marketplace order may hold: card numbers and passwords (contracts, OMS 5.4.6)."""
    found = ["customer.password"] if order["customer"].get("password") is not None else []
    for n, payment in enumerate(order["orderPayments"]):
        if payment["paymentMethod"].get("cardNumber") is not None:
            found.append(f"orderPayments.{n}.paymentMethod.cardNumber")
    return tuple(found)
