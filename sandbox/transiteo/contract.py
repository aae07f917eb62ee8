"""What an order must be: S001's request block, with what contracts, OMS section 2.3 says of each field."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.checks import (
    Check,
    Errors,
    check_amount,
    check_choice,
    check_currency,
    check_fields,
    check_filled,
    check_long_country,
    check_text,
    is_number,
    is_whole,
)

# Milliseconds between 2001 and 2128: what is in seconds or microseconds lies outside.
EARLIEST, LATEST = 10**12, 5 * 10**12
STATUTS = ("PAID", "AWAITING", "CANCELLED")
INCOTERMS = ("DDP", "DDU", "DAP")


def check_moment(value: Any) -> str | None:
    """Epoch milliseconds, whole."""
    return None if is_whole(value) and EARLIEST <= value < LATEST else "epoch milliseconds, a whole number"


def check_url(value: Any) -> str | None:
    """An absolute URL."""
    if isinstance(value, str):
        parts = urlsplit(value)
        if parts.scheme in {"http", "https"} and parts.netloc:
            return None
    return "an absolute URL"


def check_incoterm(value: Any) -> str | None:
    """The official client's words and S001's silence: any case."""
    return None if isinstance(value, str) and value.upper() in INCOTERMS else f"one of {', '.join(INCOTERMS)}"


def check_quantity(value: Any) -> str | None:
    """S001 says number; nobody sells none."""
    return None if is_number(value) and value > 0 else "a number above 0"


def _name_party(party: str) -> dict[str, Check]:
    words = ("firstname", "lastname", "address", "zipcode", "city")
    return {**{f"{party}_{word}": check_text for word in words}, f"{party}_country": check_long_country}


REQUIRED: dict[str, Check] = {
    "order_id": check_filled,
    "order_date_hour": check_moment,
    "customer_firstname": check_filled,
    "customer_lastname": check_filled,
    "departure_country": check_long_country,
    "arrival_country": check_long_country,
    "amount_products": check_amount,
    "amount_shipping": check_amount,
    "amount_duty": check_amount,
    "amount_vat": check_amount,
    "amount_specialtaxes": check_amount,
    "currency": check_currency,
    "order_statut": check_choice(*STATUTS),
}
OPTIONAL: dict[str, Check] = {
    "invoice_id": check_text,
    "url": check_url,
    "customer_email": check_text,
    **{key: check for key, check in _name_party("customer").items() if key not in REQUIRED},
    **_name_party("buyer"),
    **_name_party("agent"),
    # The field list's spelling; the body has agent_address (contracts, OMS 2.4.2).
    "agent_adress": check_text,
    "order_payment_type": check_text,
    "order_payment_date": check_moment,
    "exporting_carrier": check_text,
    "shipping_carrier": check_text,
    "category_of_item": check_text,
    "payment_type": check_text,
    "incoterm": check_incoterm,
    "duty_calculation_timestamp": check_moment,
    # Not in S001: the official client sends it (contracts, OMS 2.3).
    "order_update_statut": check_moment,
}
PRODUCT_REQUIRED: dict[str, Check] = {
    "sku": check_filled,
    "quantity": check_quantity,
    "unit_price": check_amount,
    "unit_price_currency": check_currency,
}
PRODUCT_OPTIONAL: dict[str, Check] = {"seller_id": check_text}


def check_order(order: object) -> Errors:
    """Every fault of one order, by path; empty: it is as documented."""
    errors: Errors = {}
    if not isinstance(order, dict):
        return {"": ["an object"]}
    fields = {key: value for key, value in order.items() if key != "products"}
    check_fields(fields, REQUIRED, OPTIONAL, "", errors)
    products = order.get("products")
    if not isinstance(products, list) or not products:
        errors["products"] = ["a list, not empty"]
        return errors
    for n, product in enumerate(products):
        check_fields(product, PRODUCT_REQUIRED, PRODUCT_OPTIONAL, f"products.{n}.", errors)
        path = f"products.{n}.unit_price_currency"
        known = isinstance(product, dict) and not {path, "currency"} & errors.keys()
        if known and product["unit_price_currency"] != order.get("currency"):
            errors[path] = ["the order's currency"]
    return errors
