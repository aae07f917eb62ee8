"""An order of 2026-01-01 as it comes over the wire (orders_2026-01-01.json), and which canonical path is meant.

Only the types are checked here; what an order must have is the canonical rules' matter.
"""
# ruff: noqa: N815 (the field names are the partner's)

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.wire import Reads, Wire, amount, many, moment, needed_text, one, text, violations, whole
from pipeline.domain.errors import FieldError


class Money(Wire):
    """Decimal text and a currency."""

    amount = Reads(amount)
    currencyCode = Reads(text)


class Span(Wire):
    """shipByWindow, deliverByWindow."""

    earliestDateTime = Reads(moment)
    latestDateTime = Reads(moment)


class Alias(Wire):
    """One of orderAliases."""

    aliasId = Reads(text)
    aliasType = Reads(text)


class Channel(Wire):
    """salesChannel."""

    channelName = Reads(text)
    marketplaceId = Reads(text)
    marketplaceName = Reads(text)


class Buyer(Wire):
    """buyer."""

    buyerName = Reads(text)
    buyerEmail = Reads(text)
    buyerCompanyName = Reads(text)
    buyerPurchaseOrderNumber = Reads(text)


class Fields(Wire):
    """extendedFields."""

    streetName = Reads(text)
    streetNumber = Reads(text)
    complement = Reads(text)
    neighborhood = Reads(text)


class Address(Wire):
    """deliveryAddress."""

    name = Reads(text)
    companyName = Reads(text)
    addressLine1 = Reads(text)
    addressLine2 = Reads(text)
    addressLine3 = Reads(text)
    city = Reads(text)
    districtOrCounty = Reads(text)
    stateOrRegion = Reads(text)
    municipality = Reads(text)
    postalCode = Reads(text)
    countryCode = Reads(text)
    phone = Reads(text)
    addressType = Reads(text)
    extendedFields = one(Fields)


class Preference(Wire):
    """deliveryPreference."""

    dropOffLocation = Reads(text)
    addressInstruction = Reads(text)


class Recipient(Wire):
    """recipient."""

    deliveryAddress = one(Address)
    deliveryPreference = one(Preference)


class Part(Wire):
    """One of detailedBreakdowns."""

    subtype = Reads(text)
    value = one(Money)


class Breakdown(Wire):
    """One of breakdowns."""

    type = Reads(text)
    subtotal = one(Money)
    detailedBreakdowns = many(Part)


class Proceeds(Wire):
    """proceeds, of an order."""

    grandTotal = one(Money)


class ItemProceeds(Wire):
    """proceeds, of an item."""

    breakdowns = many(Breakdown)


class Execution(Wire):
    """One of paymentExecutions."""

    paymentMethod = Reads(text)


class Payment(Wire):
    """payment."""

    paymentExecutions = many(Execution)


class Registration(Wire):
    """One of taxRegistrations."""

    entityType = Reads(text)
    taxRegistrationNumber = Reads(text)


class Tax(Wire):
    """tax."""

    taxRegistrations = many(Registration)


class Fulfillment(Wire):
    """fulfillment, of an order."""

    fulfillmentStatus = Reads(text)
    fulfilledBy = Reads(text)
    fulfillmentServiceLevel = Reads(text)
    shipByWindow = one(Span)
    deliverByWindow = one(Span)


class Price(Wire):
    """product.price."""

    unitPrice = one(Money)
    priceDesignation = Reads(text)


class Condition(Wire):
    """product.condition."""

    conditionType = Reads(text)
    conditionSubtype = Reads(text)


class Product(Wire):
    """product."""

    asin = Reads(text)
    title = Reads(text)
    sellerSku = Reads(text)
    condition = one(Condition)
    price = one(Price)


class Progress(Wire):
    """fulfillment, of an item."""

    quantityFulfilled = Reads(whole)
    quantityUnfulfilled = Reads(whole)


class Item(Wire):
    """One of orderItems."""

    orderItemId = Reads(text)
    quantityOrdered = Reads(whole)
    product = one(Product)
    proceeds = one(ItemProceeds)
    fulfillment = one(Progress)


class Order(Wire):
    """An order."""

    orderId = Reads(needed_text, missing="is missing")
    orderAliases = many(Alias)
    createdTime = Reads(moment)
    lastUpdatedTime = Reads(moment)
    salesChannel = one(Channel)
    buyer = one(Buyer)
    recipient = one(Recipient)
    proceeds = one(Proceeds)
    payment = one(Payment)
    tax = one(Tax)
    fulfillment = one(Fulfillment)
    orderItems = many(Item)


_AT: Final = "recipient.deliveryAddress"
_ITEM: Final = "orderItems.*"

CANONICAL: Final[Mapping[str, str]] = {
    "orderId": "id",
    "orderAliases": "reference",
    "createdTime": "purchased_at",
    "lastUpdatedTime": "updated_at",
    "salesChannel": "channel",
    "salesChannel.marketplaceId": "channel.id",
    "salesChannel.marketplaceName": "channel.name",
    "buyer": "buyer",
    "buyer.buyerName": "buyer.last_name",
    "buyer.buyerEmail": "buyer.email",
    "buyer.buyerCompanyName": "buyer.company",
    "recipient": "shipping_address",
    f"{_AT}.name": "shipping_address.last_name",
    f"{_AT}.companyName": "shipping_address.company",
    f"{_AT}.addressLine1": "shipping_address.line1",
    f"{_AT}.addressLine2": "shipping_address.line2",
    f"{_AT}.addressLine3": "shipping_address.line3",
    f"{_AT}.city": "shipping_address.city",
    f"{_AT}.stateOrRegion": "shipping_address.state",
    f"{_AT}.postalCode": "shipping_address.postal_code",
    f"{_AT}.countryCode": "shipping_address.country",
    f"{_AT}.phone": "shipping_address.phone",
    f"{_AT}.extendedFields.streetName": "shipping_address.street",
    f"{_AT}.extendedFields.streetNumber": "shipping_address.house_number",
    f"{_AT}.extendedFields.complement": "shipping_address.house_number_extension",
    "recipient.deliveryPreference": "delivery.instructions",
    "proceeds": "total",
    "payment": "payment.method",
    "tax": "buyer.vat_number",
    "fulfillment": "raw_status",
    "fulfillment.fulfillmentServiceLevel": "delivery.service",
    "fulfillment.shipByWindow.earliestDateTime": "ship_after",
    "fulfillment.shipByWindow.latestDateTime": "ship_by",
    "fulfillment.deliverByWindow.earliestDateTime": "deliver_after",
    "fulfillment.deliverByWindow.latestDateTime": "deliver_by",
    "orderItems": "lines",
    _ITEM: "lines.*",
    f"{_ITEM}.orderItemId": "lines.*.id",
    f"{_ITEM}.quantityOrdered": "lines.*.quantity",
    f"{_ITEM}.product.asin": "lines.*.product_id",
    f"{_ITEM}.product.title": "lines.*.title",
    f"{_ITEM}.product.sellerSku": "lines.*.sku",
    f"{_ITEM}.product.price": "lines.*.unit_price",
    f"{_ITEM}.proceeds": "lines.*.total",
    f"{_ITEM}.fulfillment": "lines.*.shipped_quantity",
}

_ORDER: Final = Order()


def faults_of(raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every value of a wrong type, at once."""
    return violations(_ORDER, raw, CANONICAL)
