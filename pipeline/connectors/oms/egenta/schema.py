"""Egenta's order as it must be sent (seed 000, contracts/oms.md section 1.3), and which canonical path is meant.

Lengths are documented nowhere. `fits` is the fast way to yes; marshmallow gives the words for everything else.
"""
# ruff: noqa: N815 (the field names are the partner's)

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.wire import REMEDY, Demands, Unfit, Wire, many, one, violations
from pipeline.domain.errors import FieldError

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_TWO_PLACES: Final = re.compile(r"\d+\.\d\d", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_DEMANDS: Final = Demands("Egenta")
needed = _DEMANDS.needed
shaped = _DEMANDS.shaped
price = _DEMANDS.price
count = _DEMANDS.count


def total(value: Any) -> Decimal | None:
    """An amount; as text it has the two decimals of the example, and is never rounded to them."""
    found = price(value)
    if type(value) is str and not _TWO_PLACES.fullmatch(value):
        raise Unfit("Egenta takes two decimals, and this has more")
    return found


at: Final = shaped(_TIME, "times as yyyy-mm-dd hh:mm:ss")
country: Final = shaped(_COUNTRY, "two-letter country codes")
currency: Final = shaped(_CURRENCY, "three-letter currency codes")


class Address(Wire):
    """shippingAddress, billingAddress."""

    firstName = needed("a first name")
    lastName = needed("a last name")
    addressLine1 = needed("a first address line")
    postalCode = needed("a postal code")
    city = needed("a city")
    stateOrRegion = needed("a state or region (setting state_fallback)")
    countryCode = needed("a country", country)


class Line(Wire):
    """One line."""

    productId = needed("the marketplace's product id")
    sellerProductId = needed("the seller's SKU")
    orderLineId = needed("a line id")
    productTitle = needed("the product's title")
    quantity = needed("a quantity", count)
    sellingPrice = needed("the unit price", price)
    sellingPriceCurrencyCode = needed("a currency", currency)
    shippingCost = needed("the line's shipping cost, 0 where it is free", price)
    shippingCostCurrencyCode = needed("a currency", currency)


class Order(Wire):
    """One of `orders`."""

    OrderId = needed("the marketplace's order id")
    Status = needed("the marketplace's own status")
    PurchaseDate = needed("the time of purchase", at)
    LastUpdateDate = needed("the time of the last update", at)
    LatestShipDate = needed("a latest time to ship (setting latest_ship_days)", at)
    SalesChannel = needed("a sales channel")
    BuyerName = needed("the buyer's name")
    OrderTotal = needed("the order's total", total)
    CurrencyCode = needed("a currency", currency)
    shippingAddress = one(Address, missing=f"Egenta needs a shipping address; {REMEDY}")
    billingAddress = one(Address, missing=f"Egenta needs a billing address; {REMEDY}")
    lines = many(Line, missing="Egenta needs at least one line that is not canceled")


_ADDRESS: Final = {
    "firstName": "first_name",
    "lastName": "last_name",
    "addressLine1": "line1",
    "postalCode": "postal_code",
    "city": "city",
    "stateOrRegion": "state",
    "countryCode": "country",
}
CANONICAL: Final[Mapping[str, str]] = {
    "OrderId": "id",
    "Status": "raw_status",
    "PurchaseDate": "purchased_at",
    "LastUpdateDate": "updated_at",
    "LatestShipDate": "ship_by",
    "SalesChannel": "channel.name",
    "BuyerName": "buyer.last_name",
    "OrderTotal": "total",
    "CurrencyCode": "currency",
    "shippingAddress": "shipping_address",
    "billingAddress": "billing_address",
    "lines": "lines",
    "lines.*.productId": "lines.*.product_id",
    "lines.*.sellerProductId": "lines.*.sku",
    "lines.*.orderLineId": "lines.*.id",
    "lines.*.productTitle": "lines.*.title",
    "lines.*.quantity": "lines.*.quantity",
    "lines.*.sellingPrice": "lines.*.unit_price",
    "lines.*.sellingPriceCurrencyCode": "currency",
    "lines.*.shippingCost": "lines.*.shipping_price",
    "lines.*.shippingCostCurrencyCode": "currency",
    **{f"shippingAddress.{theirs}": f"shipping_address.{ours}" for theirs, ours in _ADDRESS.items()},
    **{f"billingAddress.{theirs}": f"billing_address.{ours}" for theirs, ours in _ADDRESS.items()},
}

_ORDER: Final = Order()
_ORDER_NEEDS: Final = frozenset(name for name, field in _ORDER.fields.items() if field.required)
_LINE_NEEDS: Final = frozenset(name for name, field in Line().fields.items() if field.required)
_ADDRESS_NEEDS: Final = frozenset(name for name, field in Address().fields.items() if field.required)


def fits(content: Mapping[str, Any]) -> bool:
    """Certainly complete. False sends it to marshmallow. The mapping leaves out what is absent and gives each value
    its type, so that what remains is to see that nothing is missing and that codes and amounts are in range.
    """
    if not content.keys() >= _ORDER_NEEDS or not content["lines"]:
        return False
    places = (content["shippingAddress"], content["billingAddress"])
    if not all(place.keys() >= _ADDRESS_NEEDS and _COUNTRY.fullmatch(place["countryCode"]) for place in places):
        return False
    paid = content["OrderTotal"]
    if not (_TWO_PLACES.fullmatch(paid) if type(paid) is str else paid >= 0):
        return False
    return bool(_CURRENCY.fullmatch(content["CurrencyCode"])) and all(
        line.keys() >= _LINE_NEEDS and line["quantity"] > 0 and line["sellingPrice"] >= 0 and line["shippingCost"] >= 0
        for line in content["lines"]
    )


def faults_of(content: Mapping[str, Any], places: tuple[int, ...]) -> tuple[FieldError, ...]:
    """Every fault at once, each path once. `places`: the index each sent line has in the order."""
    found: dict[str, FieldError] = {}
    for fault in violations(_ORDER, content, CANONICAL):
        parts = fault.path.split(".")
        if parts[0] == "lines" and len(parts) > 1:
            parts[1] = str(places[int(parts[1])])
        path = ".".join(parts)
        found.setdefault(path, FieldError(path, fault.rule, fault.message))
    if not content.get("lines"):
        found["lines"] = FieldError("lines", "required", "Egenta needs at least one line that is not canceled")
    return tuple(found.values())
