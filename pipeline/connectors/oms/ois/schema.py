"""OIS' order as it must be sent (seed 003, contracts/oms.md section 4.3), and which canonical path is meant.

OIS does not check for the ERP, so this does. Which other fields are required is published nowhere.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from marshmallow import ValidationError, validates_schema

from pipeline.connectors.oms.ois.cents import cents_of
from pipeline.connectors.oms.ois.lines import LINE_TYPES
from pipeline.connectors.wire import Reads, Unfit, Wire, amount, many, one, text, violations, whole
from pipeline.domain.errors import FieldError

REMEDY: Final = "set it by `edit`, or for all by the route's defaults"
METHODS: Final = {"home": "1", "store": "2", "service_point": "3"}
PICKUP: Final[Mapping[str, tuple[str, ...]]] = {
    "1": (),
    "2": ("PickupBranchIdentifier",),
    "3": ("PickupLocationCode", "PickupLocationName"),
}
_PICKUP_WORDS: Final = {
    "PickupBranchIdentifier": "the branch where it is picked up",
    "PickupLocationCode": "the service point's code",
    "PickupLocationName": "the service point's name",
}
_ARTICLES: Final = ("Article", LINE_TYPES["Article"])


def needed(what: str, read: Callable[[Any], Any] = text, *, remedy: str = REMEDY) -> Reads:
    """A field that OIS requires; `what` names it in words."""
    missing = f"OIS needs {what}; {remedy}"

    def read_it(value: Any) -> Any:
        found = read(value)
        if found is None:
            raise Unfit(missing)
        return found

    return Reads(read_it, missing=missing)


def among(words: Sequence[str], form: str) -> Callable[[Any], str | None]:
    """A reader of one of these words."""

    def read(value: Any) -> str | None:
        found = value if isinstance(value, str) else None  # "1", never 1
        if value is not None and found not in words:
            raise Unfit(f"OIS takes {form} only")
        return found

    return read


def price(value: Any) -> Decimal | None:
    """Positive, or zero; two decimals."""
    found = amount(value)
    if found is not None and found < 0:
        raise Unfit("OIS takes positive amounts only")
    if found is not None and cents_of(found) is None:
        raise Unfit("OIS takes two decimals")
    return found


def percentage(value: Any) -> Decimal | None:
    """0 to 100."""
    found = amount(value)
    if found is not None and not 0 <= found <= 100:
        raise Unfit("OIS takes a percentage from 0 to 100")
    return found


def count(value: Any) -> int | None:
    """At least one."""
    found = whole(value)
    if found is not None and found < 1:
        raise Unfit("OIS takes at least 1")
    return found


class Discount(Wire):
    """One of a line's OrderDiscounts."""

    Value = needed("the amount of each discount", price)


class Line(Wire):
    """An OrderLine of any type."""

    LineType = needed("the line's type", among((*LINE_TYPES, *LINE_TYPES.values()), "its four line types"))
    VariantIdentifier = Reads(text)
    Quantity = needed("a quantity", count)
    OriginalPrice = needed("the price before discounts", price)
    Price = needed("the price after discounts", price)
    Value = needed("what is paid, with VAT", price)
    VATPercentage = Reads(percentage)
    OrderDiscounts = many(Discount)

    @validates_schema(skip_on_field_errors=False)
    def _check_article(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("LineType") not in _ARTICLES:
            return
        missing = {
            name: f"OIS needs {what}; {REMEDY}"
            for name, what in (("VariantIdentifier", "the seller's SKU"), ("VATPercentage", "the article's VAT rate"))
            if data.get(name) is None
        }
        if missing:
            raise ValidationError({name: [words] for name, words in missing.items()})

    @validates_schema
    def _check_equation(self, data: Mapping[str, Any], **_: Any) -> None:
        """For every line, exactly: "any amount of rounding up or down is accounted for"."""
        reduced = sum((discount["Value"] for discount in data.get("OrderDiscounts") or ()), Decimal())
        if data["OriginalPrice"] != data["Price"] + reduced:
            raise ValidationError("OIS takes an OriginalPrice that is Price + OrderDiscounts to the cent", "Price")


class Address(Wire):
    """ShippingAddress, BillingAddress."""

    Street = needed("a street")
    ZipCode = needed("a postal code")
    City = needed("a city")
    CountryCode = needed("a country")


class Order(Wire):
    """The order."""

    Identifier = needed("the marketplace's order id")
    OrderDate = needed("the time of purchase")
    DeliveryMethod = needed("a delivery method", among(tuple(PICKUP), "home, store or service_point"))
    PickupBranchIdentifier = Reads(text)
    PickupLocationCode = Reads(text)
    PickupLocationName = Reads(text)
    ShippingAgentId = needed(
        "a shipping agent", remedy="name the marketplace's word, or \"*\", in the route's shipping_map"
    )
    PaymentOptionId = needed(
        "a payment option", remedy="name the marketplace's word, or \"*\", in the route's payment_map"
    )
    PaymentReference = needed("the payment's reference")
    ShippingAddress = one(Address, missing=f"OIS needs a shipping address; {REMEDY}")
    BillingAddress = one(Address)
    OrderLines = many(Line, missing="OIS needs at least one line that is not canceled")

    @validates_schema(skip_on_field_errors=False)
    def _check_pickup(self, data: Mapping[str, Any], **_: Any) -> None:
        """Each method's own fields, and none of another's."""
        method: Any = data.get("DeliveryMethod")
        if method not in PICKUP:
            return
        wrong: dict[str, list[str]] = {}
        for name, what in _PICKUP_WORDS.items():
            there = data.get(name) is not None
            if there and name not in PICKUP[method]:
                wrong[name] = [f"OIS takes no {name} with DeliveryMethod {method}"]
            elif not there and name in PICKUP[method]:
                wrong[name] = [f"OIS needs {what} with DeliveryMethod {method}; {REMEDY}"]
        if wrong:
            raise ValidationError(wrong)


ADDRESS_PATHS: Final = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Street": "street",
    "HouseNo": "house_number",
    "HouseNoExt": "house_number_extension",
    "ZipCode": "postal_code",
    "City": "city",
    "CountryCode": "country",
    "PhoneNumber": "phone",
    "Email": "email",
}
CANONICAL: Final[Mapping[str, str]] = {
    "Identifier": "id",
    "OrderDate": "purchased_at",
    "DeliveryMethod": "delivery.method",
    "PickupBranchIdentifier": "delivery.pickup_id",
    "PickupLocationCode": "delivery.pickup_id",
    "PickupLocationName": "delivery.pickup_name",
    "ShippingAgentId": "delivery.carrier",
    "PaymentOptionId": "payment.method",
    "PaymentReference": "payment.reference",
    "ShippingAddress": "shipping_address",
    "BillingAddress": "billing_address",
    "OrderLines": "lines",
    "OrderLines.*.VariantIdentifier": "lines.*.sku",
    "OrderLines.*.Quantity": "lines.*.quantity",
    "OrderLines.*.OriginalPrice": "lines.*.unit_price",
    "OrderLines.*.Price": "lines.*.unit_price",
    "OrderLines.*.Value": "lines.*.unit_price",
    "OrderLines.*.VATPercentage": "lines.*.tax_rate",
    "OrderLines.*.OrderDiscounts": "lines.*.discounts",
    **{f"ShippingAddress.{theirs}": f"shipping_address.{ours}" for theirs, ours in ADDRESS_PATHS.items()},
    **{f"BillingAddress.{theirs}": f"billing_address.{ours}" for theirs, ours in ADDRESS_PATHS.items()},
}
_ORDER: Final = Order()


def faults_of(content: Mapping[str, Any], places: Sequence[str]) -> list[FieldError]:
    """Every fault at once, each path once. `places`: the canonical path of each sent line."""
    found: dict[str, FieldError] = {}
    for fault in violations(_ORDER, content, CANONICAL):
        head, _, rest = fault.path.partition(".")
        path = fault.path
        if head == "lines" and rest:
            index, _, rest = rest.partition(".")
            place = places[int(index)]
            path = f"{place}.{rest}" if rest and place.startswith("lines.") else place
        found.setdefault(path, FieldError(path, fault.rule, fault.message))
    if not content.get("OrderLines"):
        found.setdefault("lines", FieldError("lines", "required", "OIS needs at least one line that is not canceled"))
    return list(found.values())
