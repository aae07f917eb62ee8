"""An order as Kibo must be sent it (seed 004, contracts/oms.md sections 5.2, 5.3).

Its own schema file is not public: what the seed calls required or crucial is required here, no more. `fits` is the
fast way to yes; marshmallow gives the words for everything else.
"""
# ruff: noqa: N815 (the field names are the partner's)

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.oms.kibo.names import CANONICAL
from pipeline.connectors.wire import (
    REMEDY,
    Demands,
    Reads,
    Unfit,
    Wire,
    amount,
    flag,
    many,
    one,
    record,
    violations,
    whole,
)
from pipeline.domain.errors import FieldError

_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_DEMANDS: Final = Demands("Kibo")
needed = _DEMANDS.needed
shaped = _DEMANDS.shaped
money = _DEMANDS.price
count = _DEMANDS.count


def score(value: Any) -> Decimal | None:
    """A number."""
    try:
        return amount(value)
    except Unfit:
        raise Unfit("Kibo takes a number as fraud score") from None


def named(value: Any) -> Mapping[str, Any] | None:
    """A customer with a first or a last name."""
    found = record(value)
    return found if found.get("firstName") or found.get("lastName") else None


class Address(Wire):
    """shippingAddress, billingAddress."""

    addressLine1 = needed("a first address line")
    city = needed("a city")
    postalCode = needed("a postal code")
    countryCode = needed("a country", shaped(_COUNTRY, "two-letter country codes"))


class Product(Wire):
    """What is bought."""

    partNumber = needed("the seller's SKU as part number")
    name = needed("the product's title")
    retailPrice = needed("the unit price", money)


class Specifics(Wire):
    """How many, and for how much."""

    actualPrice = Reads(money)  # where it has no end it is told as a riddle
    quantity = needed("a quantity", count)
    shipping = Reads(money)
    itemTaxOverride = Reads(money)


class Forced(Specifics):
    """The same, with forceItemTaxOverride (section 5.3)."""

    itemTaxOverride = needed("the tax of each line, as forceItemTaxOverride is set", money)


class Item(Wire):
    """One of orderItems."""

    product = one(Product, missing="Kibo needs a product")
    itemSpecifics = one(Specifics, missing="Kibo needs a price and a quantity")


class ForcedItem(Item):
    """One of orderItems, with forceItemTaxOverride."""

    itemSpecifics = one(Forced, missing="Kibo needs a price and a quantity")


class Method(Wire):
    """paymentMethod."""

    billingAddress = one(Address, missing=f"Kibo needs a billing address; {REMEDY}")
    paymentType = needed("a payment type (setting payment_type)")


class Payment(Wire):
    """One of orderPayments."""

    paymentMethod = one(Method, missing="Kibo needs a payment method")
    authAmount = Reads(money)


class Fraud(Wire):
    """One of fraudData."""

    fraudScore = Reads(score)


class Order(Wire):
    """The thirteen required keys less orderStatus (told when it is sent), and those optional ones that have a form."""

    externalOrderID = needed("the marketplace's order id")
    manufacturerID = needed("a manufacturer (setting manufacturer_id)", count)
    catalogID = needed("a catalog (setting catalog_id)", whole)
    locale = needed("a locale (setting locale)")
    currency = needed("a currency", shaped(_CURRENCY, "three-letter currency codes"))
    customer = needed("a name of the recipient or the buyer", named)
    orderItems = many(Item, missing="Kibo needs at least one line that is not canceled")
    shippingMethod = needed("a shipping method", record)
    shippingAddress = one(Address, missing=f"Kibo needs a shipping address; {REMEDY}")
    orderPayments = many(Payment, missing="Kibo needs a payment")
    customerIP = needed("the buyer's external IPv4 address (setting customer_ip_fallback where there is none)")
    sendEmail = needed("send_email", flag)
    fraudData = many(Fraud)


class ForcedOrder(Order):
    """The same, with forceItemTaxOverride."""

    orderItems = many(ForcedItem, missing="Kibo needs at least one line that is not canceled")


_ORDER: Final = Order()
_FORCED: Final = ForcedOrder()
_NEEDS: Final = frozenset(name for name, field in _ORDER.fields.items() if field.required)
_ADDRESS_NEEDS: Final = frozenset(name for name, field in Address().fields.items() if field.required)
_PRODUCT_NEEDS: Final = frozenset(name for name, field in Product().fields.items() if field.required)


def faults_of(content: Mapping[str, Any], places: Sequence[int]) -> tuple[FieldError, ...]:
    """Every fault at once, each path once. `places`: the index each sent line has in the order."""
    if fits(content):
        return ()
    schema = _FORCED if content.get("forceItemTaxOverride") else _ORDER
    found = list(violations(schema, content, CANONICAL))
    if content.get("orderItems") == []:
        found.append(FieldError("lines", "required", "Kibo needs at least one line that is not canceled"))
    return placed(found, places)


def placed(faults: Iterable[FieldError], places: Sequence[int]) -> tuple[FieldError, ...]:
    """With the order's own indexes of lines, each path once."""
    found: dict[str, FieldError] = {}
    for fault in faults:
        parts = fault.path.split(".")
        if parts[0] == "lines" and len(parts) > 1:
            parts[1] = str(places[int(parts[1])])
        path = ".".join(parts)
        found.setdefault(path, FieldError(path, fault.rule, fault.message))
    return tuple(found.values())


def fits(content: Mapping[str, Any]) -> bool:
    """Certainly complete. False sends it to marshmallow. The mapping gives each value its type, so that what remains
    is to see that nothing is missing and that codes and amounts are in range.
    """
    if not content.keys() >= _NEEDS or not content["orderItems"] or "forceItemTaxOverride" in content:
        return False
    if "fraudData" in content or not _CURRENCY.fullmatch(content["currency"]):
        return False
    (payment,) = content["orderPayments"]
    way = payment["paymentMethod"]
    billing = way.get("billingAddress")
    if (
        named(content["customer"]) is None
        or not billing
        or payment.get("authAmount", 0) < 0
        or "paymentType" not in way
    ):
        return False
    for address in (content["shippingAddress"], billing):
        if not (address.keys() >= _ADDRESS_NEEDS and _COUNTRY.fullmatch(address["countryCode"])):
            return False
    return all(_item_fits(item["product"], item["itemSpecifics"]) for item in content["orderItems"])


def _item_fits(product: Mapping[str, Any], specifics: Mapping[str, Any]) -> bool:
    if not product.keys() >= _PRODUCT_NEEDS or specifics.get("quantity", 0) < 1:
        return False
    amounts = (product["retailPrice"], *(specifics.get(name, 0) for name in _AMOUNTS))
    return all(amount >= 0 for amount in amounts)


_AMOUNTS: Final = ("actualPrice", "shipping", "itemTaxOverride")
