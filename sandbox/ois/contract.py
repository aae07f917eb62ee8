"""What S003 says an order must be (contracts, OMS 4.3 and 4.4). Field names it does not publish are taken as sent."""

from datetime import datetime
from typing import Any

from sandbox.checks import Errors, check_filled
from sandbox.ois.dials import COUPON_KEYS, OisDials
from sandbox.ois.limits import XPRT, check_limits
from sandbox.ois.lines import check_amount, check_lines
from sandbox.ois.reference import BRANCHES, PAYMENT_OPTIONS, SHIPPING_AGENTS, list_keys

# S003, DeliveryMethods: what each needs; what another one needs may not be there.
DELIVERY_METHODS: dict[str, tuple[str, ...]] = {
    "1": (),
    "2": ("PickupBranchIdentifier",),
    "3": ("PickupLocationCode", "PickupLocationName"),
}
PICKUP_FIELDS = tuple(name for names in DELIVERY_METHODS.values() for name in names)
# Without these nothing can be brought to a door. The names are S003's; that they are needed is this sandbox's word.
DOOR = ("LastName", "Street", "ZipCode", "City", "CountryCode")


def check_order(order: Any, dials: OisDials, currency: str | None) -> Errors:
    """Every fault of one order, by path. Numbers are Decimals. `currency`: the webshop's, where one was named."""
    if not isinstance(order, dict):
        return {"": ["an object"]}
    errors: Errors = {}
    if fault := check_filled(order.get("Identifier")):
        errors["Identifier"] = [f"required, {fault}"]
    check_lines(order.get("OrderLines"), dials, errors)
    _check_delivery(order, errors)
    _check_terms(order, dials, errors)
    _check_payment(order, errors)
    _check_coupons(order, dials, errors)
    _check_dates(order, "", errors)
    check_limits(order, {**XPRT, **dials.xprt_limits}, "", errors)
    for key in ("Currency", "CurrencyCode"):
        if currency is not None and order.get(key, currency) != currency:
            errors[key] = ["one WebshopCode per currency: not this webshop's"]
    return errors


def _check_delivery(order: dict[str, Any], errors: Errors) -> None:
    method = order.get("DeliveryMethod")
    if not isinstance(method, str) or method not in DELIVERY_METHODS:
        errors["DeliveryMethod"] = ['text, one of "1" home, "2" store, "3" service point']
    else:
        for name in PICKUP_FIELDS:
            fault = check_filled(order.get(name))
            if name in DELIVERY_METHODS[method] and fault:
                errors[name] = [f"required with DeliveryMethod {method}, {fault}"]
            elif name not in DELIVERY_METHODS[method] and name in order:
                errors[name] = [f"not with DeliveryMethod {method}"]
        if method == "2" and "PickupBranchIdentifier" not in errors:
            _check_known(order, "PickupBranchIdentifier", list_keys(BRANCHES, "Identifier"), errors)
        if method == "1":
            _check_door(order.get("ShippingAddress"), errors)
    _check_known(order, "ShippingAgentId", list_keys(SHIPPING_AGENTS), errors)


def _check_door(address: Any, errors: Errors) -> None:
    if not isinstance(address, dict):
        errors["ShippingAddress"] = ["required with DeliveryMethod 1, an object"]
        return
    errors |= {f"ShippingAddress.{name}": ["required"] for name in DOOR if check_filled(address.get(name))}


def _check_known(block: dict[str, Any], name: str, known: frozenset[str], errors: Errors, prefix: str = "") -> None:
    value = block.get(name)
    if not isinstance(value, str) or value not in known:
        errors[prefix + name] = ["required" if name not in block else "unknown"]


def _check_terms(order: dict[str, Any], dials: OisDials, errors: Errors) -> None:
    """ "should not be included unless specific ShippingTerms are used": not even null or empty."""
    if "ShippingAgentServiceCode" in order and order["ShippingAgentServiceCode"] not in dials.service_codes:
        errors["ShippingAgentServiceCode"] = ["not configured: leave it out"]
    if "ShippingTerms" in order:
        terms = order["ShippingTerms"]
        if not isinstance(terms, list) or not terms or any(term not in dials.shipping_terms for term in terms):
            errors["ShippingTerms"] = ["not configured: leave it out"]


def _check_payment(order: dict[str, Any], errors: Errors) -> None:
    _check_known(order, "PaymentOptionId", list_keys(PAYMENT_OPTIONS), errors)
    if fault := check_filled(order.get("PaymentReference")):
        errors["PaymentReference"] = [f"required, {fault}"]


def _check_coupons(order: dict[str, Any], dials: OisDials, errors: Errors) -> None:
    for key in COUPON_KEYS:
        if key not in order:
            continue
        coupons = order[key]
        if key != dials.coupon_key or not isinstance(coupons, list) or not coupons:
            errors[key] = [f"{dials.coupon_key}, a list, not empty"]
            continue
        for n, coupon in enumerate(coupons):
            prefix = f"{key}.{n}."
            if not isinstance(coupon, dict):
                errors[prefix.rstrip(".")] = ["an object"]
                continue
            _check_known(coupon, "PaymentOptionId", list_keys(PAYMENT_OPTIONS), errors, prefix)
            if fault := check_amount(coupon.get("Value"), zero=False):
                errors[f"{prefix}Value"] = [fault]


def _check_dates(block: Any, prefix: str, errors: Errors) -> None:
    """S003: "ISO 8601 formatting is used": every field whose name ends in Date or Time."""
    if isinstance(block, list):
        for n, item in enumerate(block):
            _check_dates(item, f"{prefix}{n}.", errors)
    elif isinstance(block, dict):
        for key, value in block.items():
            if key.endswith(("Date", "Time")) and not _is_moment(value):
                errors[prefix + key] = ["ISO 8601"]
            _check_dates(value, f"{prefix}{key}.", errors)


def _is_moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
