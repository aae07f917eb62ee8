"""Transiteo's order as it must be sent (seed 001, contracts/oms.md section 2.3), and which canonical path is meant.

Lengths are documented nowhere. `fits` is the fast way to yes; marshmallow gives the words for everything else.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.connectors.wire import Demands, Reads, Unfit, Wire, many, text, violations, whole
from pipeline.domain.errors import FieldError

STATUTS: Final = ("PAID", "AWAITING", "CANCELLED")  # X: the official connector's vocabulary
INCOTERMS: Final = ("DDP", "DDU", "DAP")
_COUNTRY: Final = re.compile(r"[A-Z]{2,3}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_DEMANDS: Final = Demands("Transiteo")
needed = _DEMANDS.needed
shaped = _DEMANDS.shaped
price = _DEMANDS.price
count = _DEMANDS.count


def is_absolute(url: str) -> bool:
    """Whether it is a web address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:
        return False


def address(value: Any) -> str | None:
    """An absolute URL."""
    found = text(value)
    if found is not None and not is_absolute(found):
        raise Unfit("Transiteo takes an absolute address only, such as https://shop.example/")
    return found


country: Final = shaped(_COUNTRY, "ISO 3166 country codes")
currency: Final = shaped(_CURRENCY, "three-letter currency codes")
statut: Final = shaped(re.compile("|".join(STATUTS)), "/".join(STATUTS))
incoterm: Final = shaped(re.compile("|".join(INCOTERMS), re.IGNORECASE), "/".join(INCOTERMS))


class Product(Wire):
    """One of `products`."""

    sku = needed("the product's SKU as in its catalogue (setting sku_template)")
    quantity = needed("a quantity", count)
    unit_price = needed("the unit price", price)
    unit_price_currency = needed("a currency", currency)
    seller_id = Reads(text)


class Order(Wire):
    """An order. The French `order_statut` is the real name (section 2.4.4)."""

    order_id = needed("the marketplace's order id")
    invoice_id = Reads(text)
    url = Reads(address)
    order_date_hour = needed("the time of purchase", whole)
    customer_firstname = needed("the receiver's first name")
    customer_lastname = needed("the receiver's last name")
    customer_address = Reads(text)
    customer_zipcode = Reads(text)
    customer_city = Reads(text)
    customer_country = Reads(country)
    customer_email = Reads(text)
    buyer_firstname = Reads(text)
    buyer_lastname = Reads(text)
    buyer_address = Reads(text)
    buyer_zipcode = Reads(text)
    buyer_city = Reads(text)
    buyer_country = Reads(country)
    agent_firstname = Reads(text)
    agent_lastname = Reads(text)
    agent_address = Reads(text)
    agent_adress = Reads(text)  # the seed's list spells it so (section 2.4.2)
    agent_zipcode = Reads(text)
    agent_city = Reads(text)
    agent_country = Reads(country)
    order_payment_type = Reads(text)
    order_payment_date = Reads(whole)
    exporting_carrier = Reads(text)
    departure_country = needed("the country that the goods leave (most marketplaces do not tell it)", country)
    arrival_country = needed("the country that the goods go to", country)
    products = many(Product, missing="Transiteo needs at least one line that is not canceled")
    shipping_carrier = Reads(text)
    category_of_item = Reads(text)
    payment_type = Reads(text)
    amount_products = needed("the goods' total", price)
    amount_shipping = needed("the shipping cost, 0 where it is free", price)
    amount_duty = needed("the duty, 0 where there is none", price)
    amount_vat = needed("the VAT, 0 where there is none", price)
    amount_specialtaxes = needed("the special taxes, 0 where there are none", price)
    incoterm = Reads(incoterm)
    currency = needed("a currency", currency)
    order_statut = needed("a status", statut)
    order_update_statut = Reads(whole)  # X: only the official connector sends it
    duty_calculation_timestamp = Reads(whole)


CANONICAL: Final[Mapping[str, str]] = {
    "order_id": "id",
    "url": "url",
    "order_date_hour": "purchased_at",
    "customer_firstname": "shipping_address.first_name",
    "customer_lastname": "shipping_address.last_name",
    "departure_country": "customs.departure_country",
    "arrival_country": "customs.arrival_country",
    "products": "lines",
    "products.*.sku": "lines.*.sku",
    "products.*.quantity": "lines.*.quantity",
    "products.*.unit_price": "lines.*.unit_price",
    "products.*.unit_price_currency": "currency",
    "amount_products": "goods_total",
    "amount_shipping": "shipping_total",
    "amount_duty": "duty_total",
    "amount_vat": "tax_total",
    "amount_specialtaxes": "special_tax_total",
    "incoterm": "customs.incoterm",
    "currency": "currency",
    "order_statut": "status",
}
AMOUNTS: Final = ("amount_products", "amount_shipping", "amount_duty", "amount_vat", "amount_specialtaxes")

_ORDER: Final = Order()
FIELDS: Final = frozenset(_ORDER.fields)
NEEDS: Final = frozenset(name for name, field in _ORDER.fields.items() if field.required)
_PRODUCT_FIELDS: Final = frozenset(Product().fields)
_PRODUCT_NEEDS: Final = frozenset(name for name, field in Product().fields.items() if field.required)


def fits(content: Mapping[str, Any]) -> bool:
    """Certainly complete. False sends it to marshmallow. The mapping leaves out what is absent and gives each value
    its type, so that what remains is to see that nothing is missing and that codes and amounts are in range.
    """
    if not content.keys() >= NEEDS or not content["products"]:
        return False
    if not _CURRENCY.fullmatch(content["currency"]) or not is_absolute(content.get("url", "https://x")):
        return False
    return all(content[name] >= 0 for name in AMOUNTS) and all(
        product.keys() >= _PRODUCT_NEEDS and product["quantity"] > 0 and product["unit_price"] >= 0
        for product in content["products"]
    )


def faults_of(content: Mapping[str, Any], places: tuple[int, ...]) -> tuple[FieldError, ...]:
    """Every fault at once, each path once. `places`: the index each product's line has in the order."""
    found: dict[str, FieldError] = {}
    for fault in violations(_ORDER, content, CANONICAL):
        parts = fault.path.split(".")
        if parts[0] == "lines" and len(parts) > 1:
            parts[1] = str(places[int(parts[1])])
        path = ".".join(parts)
        found.setdefault(path, FieldError(path, fault.rule, fault.message))
    if not content.get("products"):
        found["lines"] = FieldError("lines", "required", "Transiteo needs at least one line that is not canceled")
    return tuple(found.values())


def wire_faults(content: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every fault of an order that is already in Transiteo's words; paths are the wire's."""
    return (*violations(_ORDER, content, {}), *_strange(content), *_mixed(content))


def _strange(content: Mapping[str, Any]) -> Iterator[FieldError]:
    for name in content.keys() - FIELDS:
        yield FieldError(str(name), "unknown", "Transiteo has no such field")
    for n, product in enumerate(_products(content)):
        for name in product.keys() - _PRODUCT_FIELDS:
            yield FieldError(f"products.{n}.{name}", "unknown", "Transiteo has no such field")
    if content.get("products") == []:
        yield FieldError("products", "required", "Transiteo needs at least one product")


def _mixed(content: Mapping[str, Any]) -> Iterator[FieldError]:
    """An order has one currency, though each product names one (section 2.4.7)."""
    for n, product in enumerate(_products(content)):
        if product.get("unit_price_currency") not in (None, content.get("currency")):
            words = "is not the order's currency, and Transiteo's amounts are in one"
            yield FieldError(f"products.{n}.unit_price_currency", "mixed", words)


def _products(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    products = content.get("products")
    return [one for one in products if isinstance(one, Mapping)] if isinstance(products, list) else []
