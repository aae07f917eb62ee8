"""Valid, realistic canonical documents for tests; every field can be given another value."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from pipeline.domain.address import Address, Buyer
from pipeline.domain.order import Amount, Delivery, Line, Named, Order, OrderStatus, Payment
from pipeline.domain.reports import Cancellation, LineQuantity, Parcel, Shipment, StatusReport

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))


def build_address(**overrides: Any) -> Address:
    """A house in Lyon."""
    fields: dict[str, Any] = {
        "first_name": "Zoé",
        "last_name": "Lefèvre",
        "line1": "12bis rue de l'Église",
        "line2": "Bâtiment C",
        "postal_code": "69003",
        "city": "Lyon",
        "state": "Rhône",
        "country": "FR",
        "phone": "+33 6 12 34 56 78",
        "email": "zoe.lefevre@example.com",
    }
    return Address(**fields | overrides)


def build_line(**overrides: Any) -> Line:
    """Two kettles, two euros off: 37.80."""
    fields: dict[str, Any] = {
        "id": "1",
        "product_id": "AUC3700389900123",
        "sku": "KETTLE-17",
        "gtin": "3700389900123",
        "title": "Bouilloire émaillée 1,7 l",
        "quantity": 2,
        "unit_price": Decimal("19.90"),
        "discounts": (Amount(code="BLACKFRIDAY", amount=Decimal("2.00")),),
        "tax_rate": Decimal("20"),
        "status": OrderStatus.UNSHIPPED,
        "raw_status": "InPreparation",
    }
    return Line(**fields | overrides)


def build_order(**overrides: Any) -> Order:
    """A paid and released order of two lines; `total` adds up whatever `lines` and amounts are given."""
    fields: dict[str, Any] = {
        "id": "2611201432ABCDE",
        "reference": "P-4711",
        "status": OrderStatus.UNSHIPPED,
        "raw_status": "InPreparation",
        "released": True,
        "purchased_at": datetime(2026, 11, 20, 14, 32, 5, tzinfo=PARIS),
        "updated_at": datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        "ship_by": datetime(2026, 11, 24, 17, 0, tzinfo=PARIS),
        "deliver_after": datetime(2026, 11, 25, 8, 0, tzinfo=PARIS),
        "deliver_by": datetime(2026, 11, 28, 18, 0, tzinfo=PARIS),
        "channel": Named(id="CDISFR", name="Cdiscount France"),
        "is_business": False,
        "buyer": Buyer(id="c-88", first_name="Zoé", last_name="Lefèvre", email="zoe.lefevre@example.com"),
        "shipping_address": build_address(),
        "billing_address": build_address(email=None, phone=None),
        "currency": "EUR",
        "shipping_total": Decimal("4.90"),
        "prices_include_tax": True,
        "lines": (
            build_line(),
            build_line(id="2", sku="FILTER-5", product_id=None, quantity=1, unit_price=Decimal("5.00"), discounts=()),
        ),
        "delivery": Delivery(method="home", carrier="Colissimo"),
        "payment": Payment(method="card", paid_at=datetime(2026, 11, 20, 14, 33, tzinfo=PARIS)),
        "extra": {"octopia": {"offer_condition": "New"}},
    }
    fields |= overrides
    if "total" not in overrides:
        fields["total"] = _total(fields)
    return Order(**fields)


def _total(fields: dict[str, Any]) -> Decimal:
    total = fields["shipping_total"] or Decimal()
    for name in ("payment_fee", "duty_total", "special_tax_total"):
        total += fields.get(name) or Decimal()
    if fields["prices_include_tax"] is False:
        total += fields.get("tax_total") or Decimal()
    for line in fields["lines"]:
        total += (line.quantity or 0) * (line.unit_price or Decimal())
        total -= sum((discount.amount or Decimal() for discount in line.discounts), Decimal())
    return Decimal(total)


def build_parcel(**overrides: Any) -> Parcel:
    """One parcel with everything in it."""
    fields: dict[str, Any] = {
        "number": "6A12345678901",
        "carrier": "Colissimo",
        "carrier_raw": "COLI",
        "url": "https://tracking.example.com/6A12345678901",
    }
    return Parcel(**fields | overrides)


def build_shipment(**overrides: Any) -> Shipment:
    """One order in one parcel."""
    fields: dict[str, Any] = {
        "id": "2611201432ABCDE-1",
        "order_id": "2611201432ABCDE",
        "shipped_at": datetime(2026, 11, 21, 16, 20, tzinfo=PARIS),
        "parcels": (build_parcel(),),
    }
    return Shipment(**fields | overrides)


def build_status_report(**overrides: Any) -> StatusReport:
    """An order that its marketplace calls shipped."""
    fields: dict[str, Any] = {
        "order_id": "2611201432ABCDE",
        "status": OrderStatus.SHIPPED,
        "raw_status": "Shipped",
        "seen_at": NOW,
    }
    return StatusReport(**fields | overrides)


def build_cancellation(**overrides: Any) -> Cancellation:
    """One of two kettles, cancelled by its buyer."""
    fields: dict[str, Any] = {
        "order_id": "2611201432ABCDE",
        "lines": (LineQuantity(id="1", quantity=1),),
        "reason": "changed_mind",
        "raw_reason": "BuyerRemorse",
        "requested_by": "buyer",
        "requested_at": NOW,
    }
    return Cancellation(**fields | overrides)
