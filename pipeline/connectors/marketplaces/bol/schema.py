"""bol's order as it comes over the wire (contracts/marketplaces.md section 8), and which canonical path is meant.

Only the types are checked here; what an order must have is the canonical rules' matter.
"""
# ruff: noqa: N815 (the field names are the partner's)

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from pipeline.connectors.wire import (
    Reads,
    Unfit,
    Wire,
    flag,
    many,
    moment,
    needed_text,
    one,
    text,
    violations,
    whole,
    zone_of,
)
from pipeline.connectors.wire import amount as number
from pipeline.domain.errors import FieldError

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def at(value: Any) -> datetime | None:
    """A time: with +01:00 or +02:00; without an offset it is the Netherlands'."""
    return moment(value, zone_of("Europe/Amsterdam"))


def day(value: Any) -> tuple[datetime, datetime] | None:
    """A day from its first second to its last one, Dutch time; of a time, twice that time."""
    found = text(value)
    if found is None:
        return None
    if not _DAY.fullmatch(found):
        moment_of = at(found)
        return (moment_of, moment_of) if moment_of else None
    try:
        begins = datetime.combine(date.fromisoformat(found), time(), zone_of("Europe/Amsterdam"))
    except ValueError:
        raise Unfit("must be a day such as 2026-11-22") from None
    return begins, begins + timedelta(days=1, seconds=-1)


class Billing(Wire):
    """billingDetails."""

    salutation = Reads(text)
    firstName = Reads(text)
    surname = Reads(text)
    streetName = Reads(text)
    houseNumber = Reads(text)
    houseNumberExtension = Reads(text)
    extraAddressInformation = Reads(text)
    zipCode = Reads(text)
    city = Reads(text)
    countryCode = Reads(text)
    email = Reads(text)
    company = Reads(text)
    vatNumber = Reads(text)
    kvkNumber = Reads(text)
    orderReference = Reads(text)


class Shipment(Billing):
    """shipmentDetails."""

    deliveryPhoneNumber = Reads(text)
    language = Reads(text)
    pickupPointName = Reads(text)


class Fulfilment(Wire):
    """An item's fulfilment."""

    method = Reads(text)
    distributionParty = Reads(text)
    latestDeliveryDate = Reads(day)
    exactDeliveryDate = Reads(day)
    expiryDate = Reads(day)
    timeFrameType = Reads(text)


class Offer(Wire):
    """An item's offer."""

    offerId = Reads(text)
    reference = Reads(text)


class Product(Wire):
    """An item's product."""

    ean = Reads(text)
    title = Reads(text)


class Item(Wire):
    """One item."""

    orderItemId = Reads(text)
    cancellationRequest = Reads(flag)
    fulfilment = one(Fulfilment)
    offer = one(Offer)
    product = one(Product)
    quantity = Reads(whole)
    quantityShipped = Reads(whole)
    quantityCancelled = Reads(whole)
    fulfilmentStatus = Reads(text)
    unitPrice = Reads(number)
    totalPrice = Reads(number)
    commission = Reads(number)
    latestChangedDateTime = Reads(at)


class Order(Wire):
    """An order."""

    orderId = Reads(needed_text, missing="is missing")
    orderPlacedDateTime = Reads(at)
    shipmentDetails = one(Shipment)
    billingDetails = one(Billing)
    orderItems = many(Item)


_ADDRESS: Final = {
    "firstName": "first_name",
    "surname": "last_name",
    "company": "company",
    "streetName": "street",
    "houseNumber": "house_number",
    "houseNumberExtension": "house_number_extension",
    "extraAddressInformation": "line2",
    "zipCode": "postal_code",
    "city": "city",
    "countryCode": "country",
    "email": "email",
}

CANONICAL: Final[Mapping[str, str]] = {
    "orderId": "id",
    "orderPlacedDateTime": "purchased_at",
    "shipmentDetails": "shipping_address",
    "shipmentDetails.deliveryPhoneNumber": "shipping_address.phone",
    "shipmentDetails.pickupPointName": "delivery.pickup_name",
    "billingDetails": "billing_address",
    "billingDetails.vatNumber": "buyer.vat_number",
    "billingDetails.orderReference": "reference",
    "orderItems": "lines",
    "orderItems.*": "lines.*",
    "orderItems.*.orderItemId": "lines.*.id",
    "orderItems.*.fulfilment.latestDeliveryDate": "deliver_by",
    "orderItems.*.fulfilment.exactDeliveryDate": "deliver_after",
    "orderItems.*.fulfilment.expiryDate": "ship_by",
    "orderItems.*.fulfilment.timeFrameType": "delivery.service",
    "orderItems.*.offer.reference": "lines.*.sku",
    "orderItems.*.product.ean": "lines.*.gtin",
    "orderItems.*.product.title": "lines.*.title",
    "orderItems.*.quantity": "lines.*.quantity",
    "orderItems.*.quantityShipped": "lines.*.shipped_quantity",
    "orderItems.*.quantityCancelled": "lines.*.canceled_quantity",
    "orderItems.*.fulfilmentStatus": "lines.*.raw_status",
    "orderItems.*.unitPrice": "lines.*.unit_price",
    "orderItems.*.totalPrice": "lines.*.total",
    "orderItems.*.commission": "lines.*.commission_with_tax",
    "orderItems.*.latestChangedDateTime": "updated_at",
    **{f"shipmentDetails.{theirs}": f"shipping_address.{ours}" for theirs, ours in _ADDRESS.items()},
    **{f"billingDetails.{theirs}": f"billing_address.{ours}" for theirs, ours in _ADDRESS.items()},
}

_ORDER: Final = Order()


def faults_of(raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every value of a wrong type, at once."""
    return violations(_ORDER, raw, CANONICAL)
