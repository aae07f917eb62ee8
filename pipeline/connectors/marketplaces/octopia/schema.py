"""Octopia's order as it comes over the wire (contracts/marketplaces.md section 6), and which canonical path is meant.

Only the types are checked here; what an order must have is the canonical rules' matter.
"""
# ruff: noqa: N815 (the field names are the partner's)

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pipeline.connectors.wire import Reads, Wire, flag, many, moment, needed_text, one, text, violations, whole
from pipeline.connectors.wire import amount as number
from pipeline.domain.errors import FieldError


class Named(Wire):
    """salesChannel."""

    id = Reads(text)
    name = Reads(text)


class Seller(Wire):
    """seller."""

    id = Reads(text)


class Customer(Wire):
    """customer."""

    reference = Reads(text)


class Payment(Wire):
    """payment."""

    method = Reads(text)


class Address(Wire):
    """billingAddress."""

    civility = Reads(text)
    firstName = Reads(text)
    lastName = Reads(text)
    companyName = Reads(text)
    addressLine1 = Reads(text)
    addressLine2 = Reads(text)
    addressLine3 = Reads(text)
    postalCode = Reads(text)
    city = Reads(text)
    stateOrRegion = Reads(text)
    countryCode = Reads(text)
    phone = Reads(text)
    email = Reads(text)


class Place(Address):
    """A line's shippingAddress."""

    pickupId = Reads(text)
    pickupName = Reads(text)


class Total(Wire):
    """totalPrice."""

    offerPrice = Reads(number)
    sellingPrice = Reads(number)


class Fee(Wire):
    """One of serviceFees."""

    amount = Reads(number)


class Tax(Wire):
    """One of a price's taxes."""

    amount = Reads(number)
    rate = Reads(number)


class Commission(Wire):
    """offerPrice.commission."""

    amountWithTax = Reads(number)
    amountWithoutTax = Reads(number)


class OfferPrice(Wire):
    """A line's offerPrice: what concerns the seller."""

    commission = one(Commission)


class SellingPrice(Wire):
    """A line's sellingPrice: what the buyer pays."""

    unitSalesPrice = Reads(number)
    shippingCost = Reads(number)
    taxes = many(Tax)


class Offer(Wire):
    """A line's offer."""

    id = Reads(text)
    sellerProductId = Reads(text)
    supplyMode = Reads(text)
    productId = Reads(text)
    productTitle = Reads(text)
    productGtin = Reads(text)
    condition = Reads(text)


class Delivery(Wire):
    """A line's delivery."""

    mode = Reads(text)
    promisedAtMin = Reads(moment)
    promisedAtMax = Reads(moment)
    shippedAtMax = Reads(moment)


class Line(Wire):
    """One line."""

    orderLineId = Reads(text)
    status = Reads(text)
    quantity = Reads(whole)
    offerPrice = one(OfferPrice)
    sellingPrice = one(SellingPrice)
    offer = one(Offer)
    delivery = one(Delivery)
    shippingAddress = one(Place)


class Order(Wire):
    """An order."""

    orderId = Reads(needed_text, missing="is missing")
    reference = Reads(text)
    businessOrder = Reads(flag)
    salesChannel = one(Named)
    seller = one(Seller)
    customer = one(Customer)
    purchasedAt = Reads(moment)
    createdAt = Reads(moment)
    updatedAt = Reads(moment)
    shippedAtMax = Reads(moment)
    status = Reads(text)
    payment = one(Payment)
    currencyCode = Reads(text)
    billingAddress = one(Address)
    totalPrice = one(Total)
    serviceFees = many(Fee)
    lines = many(Line)


_ADDRESS: Final = {
    "firstName": "first_name",
    "lastName": "last_name",
    "companyName": "company",
    "addressLine1": "line1",
    "addressLine2": "line2",
    "addressLine3": "line3",
    "postalCode": "postal_code",
    "city": "city",
    "stateOrRegion": "state",
    "countryCode": "country",
    "phone": "phone",
    "email": "email",
}

CANONICAL: Final[Mapping[str, str]] = {
    "orderId": "id",
    "businessOrder": "is_business",
    "salesChannel": "channel",
    "salesChannel.id": "channel.id",
    "salesChannel.name": "channel.name",
    "seller": "lines.0.seller_id",
    "customer": "buyer.id",
    "purchasedAt": "purchased_at",
    "createdAt": "purchased_at",
    "updatedAt": "updated_at",
    "shippedAtMax": "ship_by",
    "status": "raw_status",
    "payment": "payment.method",
    "currencyCode": "currency",
    "billingAddress": "billing_address",
    "totalPrice": "total",
    "serviceFees": "payment_fee",
    "lines": "lines",
    "lines.*": "lines.*",
    "lines.*.orderLineId": "lines.*.id",
    "lines.*.status": "lines.*.raw_status",
    "lines.*.quantity": "lines.*.quantity",
    "lines.*.offerPrice.commission.amountWithTax": "lines.*.commission_with_tax",
    "lines.*.offerPrice.commission.amountWithoutTax": "lines.*.commission_without_tax",
    "lines.*.sellingPrice": "lines.*.unit_price",
    "lines.*.sellingPrice.shippingCost": "lines.*.shipping_price",
    "lines.*.sellingPrice.taxes": "lines.*.tax_amount",
    "lines.*.offer.sellerProductId": "lines.*.sku",
    "lines.*.offer.productId": "lines.*.product_id",
    "lines.*.offer.productTitle": "lines.*.title",
    "lines.*.offer.productGtin": "lines.*.gtin",
    "lines.*.delivery.mode": "delivery.service",
    "lines.*.delivery.promisedAtMin": "deliver_after",
    "lines.*.delivery.promisedAtMax": "deliver_by",
    "lines.*.delivery.shippedAtMax": "ship_by",
    "lines.*.shippingAddress": "shipping_address",
    "lines.*.shippingAddress.pickupId": "delivery.pickup_id",
    "lines.*.shippingAddress.pickupName": "delivery.pickup_name",
    **{f"billingAddress.{theirs}": f"billing_address.{ours}" for theirs, ours in _ADDRESS.items()},
    **{f"lines.*.shippingAddress.{theirs}": f"shipping_address.{ours}" for theirs, ours in _ADDRESS.items()},
}

_ORDER: Final = Order()


def faults_of(raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every value of a wrong type, at once."""
    return violations(_ORDER, raw, CANONICAL)


def camel(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The order in camelCase; one known client maps snake_case (contracts/marketplaces.md section 6)."""
    if "order_id" not in raw or "orderId" in raw:
        return raw
    return {_camel_name(name): _camel(value) for name, value in raw.items()}


def _camel(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_camel_name(name): _camel(inner) for name, inner in value.items()}
    return [_camel(inner) for inner in value] if isinstance(value, list | tuple) else value


@cache
def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
