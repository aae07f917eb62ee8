"""Mirakl's order as it comes over the wire (contracts/marketplaces.md section 5), and which canonical path is meant.

Only the types are checked here; what an order must have is the canonical rules' matter.
"""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.wire import Reads, Wire, flag, many, moment, needed_text, one, text, violations, whole
from pipeline.connectors.wire import amount as number
from pipeline.domain.errors import FieldError


class Address(Wire):
    """customer.billing_address."""

    civility = Reads(text)
    firstname = Reads(text)
    lastname = Reads(text)
    company = Reads(text)
    company_2 = Reads(text)
    street_1 = Reads(text)
    street_2 = Reads(text)
    zip_code = Reads(text)
    city = Reads(text)
    state = Reads(text)
    country = Reads(text)
    country_iso_code = Reads(text)
    phone = Reads(text)
    phone_secondary = Reads(text)


class Place(Address):
    """customer.shipping_address."""

    additional_info = Reads(text)


class Customer(Wire):
    """customer."""

    customer_id = Reads(text)
    firstname = Reads(text)
    lastname = Reads(text)
    billing_address = one(Address)
    shipping_address = one(Place)


class Channel(Wire):
    """channel."""

    code = Reads(text)
    label = Reads(text)


class References(Wire):
    """references."""

    order_reference_for_customer = Reads(text)
    order_reference_for_seller = Reads(text)


class Tax(Wire):
    """One of a line's taxes."""

    code = Reads(text)
    rate = Reads(number)
    amount = Reads(number)


class GivenBack(Wire):
    """A cancelation or a refund."""

    quantity = Reads(whole)
    amount = Reads(number)


class Line(Wire):
    """One of order_lines."""

    order_line_id = Reads(text)
    order_line_state = Reads(text)
    offer_id = Reads(text)
    offer_sku = Reads(text)
    product_sku = Reads(text)
    product_title = Reads(text)
    category_code = Reads(text)
    quantity = Reads(whole)
    price_unit = Reads(number)
    price = Reads(number)
    shipping_price = Reads(number)
    commission_fee = Reads(number)
    total_commission = Reads(number)
    taxes = many(Tax)
    shipping_taxes = many(Tax)
    cancelations = many(GivenBack)
    refunds = many(GivenBack)
    shipped_date = Reads(moment)
    received_date = Reads(moment)


class Order(Wire):
    """One of orders."""

    order_id = Reads(needed_text, missing="is missing")
    commercial_id = Reads(text)
    order_state = Reads(text)
    created_date = Reads(moment)
    last_updated_date = Reads(moment)
    customer_debited_date = Reads(moment)
    shipping_deadline = Reads(moment)
    leadtime_to_ship = Reads(whole)
    customer = one(Customer)
    customer_notification_email = Reads(text)
    price = Reads(number)
    shipping_price = Reads(number)
    total_price = Reads(number)
    total_commission = Reads(number)
    currency_iso_code = Reads(text)
    order_tax_mode = Reads(text)
    payment_workflow = Reads(text)
    payment_type = Reads(text)
    channel = one(Channel)
    shipping_type_code = Reads(text)
    shipping_zone_code = Reads(text)
    shipping_pudo_id = Reads(text)
    shipping_carrier_code = Reads(text)
    shipping_tracking = Reads(text)
    references = one(References)
    can_cancel = Reads(flag)
    can_shop_ship = Reads(flag)
    has_incident = Reads(flag)
    order_lines = many(Line)


_ADDRESS: Final = {
    "firstname": "first_name",
    "lastname": "last_name",
    "company": "company",
    "company_2": "line3",
    "street_1": "line1",
    "street_2": "line2",
    "zip_code": "postal_code",
    "city": "city",
    "state": "state",
    "country": "country",
    "country_iso_code": "country",
    "phone": "phone",
    "phone_secondary": "phone",
}

CANONICAL: Final[Mapping[str, str]] = {
    "order_id": "id",
    "commercial_id": "basket_id",
    "order_state": "raw_status",
    "created_date": "purchased_at",
    "last_updated_date": "updated_at",
    "customer_debited_date": "payment.paid_at",
    "shipping_deadline": "ship_by",
    "customer": "buyer",
    "customer.customer_id": "buyer.id",
    "customer.firstname": "buyer.first_name",
    "customer.lastname": "buyer.last_name",
    "customer_notification_email": "buyer.email",
    "price": "goods_total",
    "shipping_price": "shipping_total",
    "total_price": "total",
    "currency_iso_code": "currency",
    "order_tax_mode": "prices_include_tax",
    "payment_type": "payment.method",
    "channel": "channel.id",
    "channel.label": "channel.name",
    "shipping_type_code": "delivery.service",
    "shipping_pudo_id": "delivery.pickup_id",
    "references": "reference",
    "order_lines": "lines",
    "order_lines.*": "lines.*",
    "order_lines.*.order_line_id": "lines.*.id",
    "order_lines.*.order_line_state": "lines.*.raw_status",
    "order_lines.*.offer_sku": "lines.*.sku",
    "order_lines.*.product_sku": "lines.*.product_id",
    "order_lines.*.product_title": "lines.*.title",
    "order_lines.*.category_code": "lines.*.category",
    "order_lines.*.quantity": "lines.*.quantity",
    "order_lines.*.price_unit": "lines.*.unit_price",
    "order_lines.*.price": "lines.*.total",
    "order_lines.*.shipping_price": "lines.*.shipping_price",
    "order_lines.*.commission_fee": "lines.*.commission_without_tax",
    "order_lines.*.total_commission": "lines.*.commission_with_tax",
    "order_lines.*.taxes": "lines.*.tax_amount",
    "order_lines.*.taxes.*.rate": "lines.*.tax_rate",
    "order_lines.*.shipping_taxes": "tax_total",
    "order_lines.*.cancelations": "lines.*.canceled_quantity",
    "order_lines.*.refunds": "lines.*.status",
    "order_lines.*.shipped_date": "lines.*.status",
    "order_lines.*.received_date": "lines.*.status",
    "customer.billing_address": "billing_address",
    "customer.shipping_address": "shipping_address",
    "customer.shipping_address.additional_info": "delivery.instructions",
    **{f"customer.billing_address.{theirs}": f"billing_address.{ours}" for theirs, ours in _ADDRESS.items()},
    **{f"customer.shipping_address.{theirs}": f"shipping_address.{ours}" for theirs, ours in _ADDRESS.items()},
}

_ORDER: Final = Order()


def faults_of(raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every value of a wrong type, at once."""
    return violations(_ORDER, raw, CANONICAL)
