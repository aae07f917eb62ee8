"""The canonical order. Field names are fixed (docs/canonical.md); `None` or an empty tuple means unknown or absent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pipeline.domain.address import Address, Buyer


class OrderStatus(StrEnum):
    """The five canonical words; returns and refunds are facts of their own, never a status."""

    PENDING = "pending"
    UNSHIPPED = "unshipped"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A thing with an id and a name: a sales channel, a store."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A coded amount in the order's currency: a discount on a line, a coupon that pays."""

    code: str | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `unit_price` before discounts; `total` = quantity x unit_price - discounts; `tax_rate` in percent."""

    id: str | None = None
    product_id: str | None = None
    sku: str | None = None
    gtin: str | None = None
    title: str | None = None
    quantity: int | None = None
    unit_price: Decimal | None = None
    shipping_price: Decimal | None = None
    discounts: tuple[Amount, ...] = ()
    tax_rate: Decimal | None = None
    tax_amount: Decimal | None = None
    total: Decimal | None = None
    commission_with_tax: Decimal | None = None
    commission_without_tax: Decimal | None = None
    status: OrderStatus | None = None
    raw_status: str | None = None
    seller_id: str | None = None
    category: str | None = None
    shipped_quantity: int | None = None
    canceled_quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the goods travel. `method` is `home`, `store` or `service_point`."""

    method: str | None = None
    carrier: str | None = None
    service: str | None = None
    instructions: str | None = None
    pickup_id: str | None = None
    pickup_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How it was paid. Coupons are payments, not discounts."""

    method: str | None = None
    reference: str | None = None
    paid_at: datetime | None = None
    coupons: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A customs agent."""

    first_name: str | None = None
    last_name: str | None = None
    line1: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """What a border asks."""

    incoterm: str | None = None
    departure_country: str | None = None
    arrival_country: str | None = None
    exporting_carrier: str | None = None
    category: str | None = None
    invoice_id: str | None = None
    agent: Agent = field(default_factory=Agent)
    duty_calculated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """To whom it is given, and with which words."""

    recipient: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FraudSignal:
    """A fraud check's verdict."""

    kind: str | None = None
    score: str | None = None
    transaction_id: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as its marketplace knows it. Money is in `currency`; `total` is what the buyer pays."""

    id: str | None = None
    reference: str | None = None
    basket_id: str | None = None
    status: OrderStatus | None = None
    raw_status: str | None = None
    released: bool | None = None
    purchased_at: datetime | None = None
    updated_at: datetime | None = None
    accept_by: datetime | None = None
    ship_after: datetime | None = None
    ship_by: datetime | None = None
    deliver_after: datetime | None = None
    deliver_by: datetime | None = None
    channel: Named = field(default_factory=Named)
    store: Named = field(default_factory=Named)
    is_business: bool | None = None
    buyer: Buyer = field(default_factory=Buyer)
    shipping_address: Address = field(default_factory=Address)
    billing_address: Address = field(default_factory=Address)
    currency: str | None = None
    total: Decimal | None = None
    goods_total: Decimal | None = None
    shipping_total: Decimal | None = None
    discount_total: Decimal | None = None
    tax_total: Decimal | None = None
    duty_total: Decimal | None = None
    special_tax_total: Decimal | None = None
    payment_fee: Decimal | None = None
    prices_include_tax: bool | None = None
    lines: tuple[Line, ...] = ()
    delivery: Delivery = field(default_factory=Delivery)
    payment: Payment = field(default_factory=Payment)
    customs: Customs = field(default_factory=Customs)
    gift: Gift = field(default_factory=Gift)
    comment: str | None = None
    url: str | None = None
    fraud: tuple[FraudSignal, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
