"""A canonical order whose buyer can be told from any other: what must not be in words is planted in it."""

from decimal import Decimal
from typing import Any

from pipeline.domain.order import Order
from tests.builders import build_address, build_line, build_order

PLANTED = ("Zoltana", "Quixmarker", "Quixsentier", "quixmail", "98765432", "98 76 54 32")


def planted_order(order_id: str, **changes: Any) -> Order:
    """Valid for every OMS that the example route dresses it for."""
    address = build_address(
        first_name="Zoltana",
        last_name="Quixmarker",
        line1="12 rue du Quixsentier",
        line2=None,
        phone="+33 6 98 76 54 32",
        email="quixmail@buyers.example",
    )
    lines = (
        build_line(shipping_price=Decimal("4.90")),
        build_line(
            id="2", sku="FILTER-5", quantity=1, unit_price=Decimal("5.00"), discounts=(), shipping_price=Decimal(0)
        ),
    )
    fields = {
        "id": order_id,
        "lines": lines,
        "shipping_address": address,
        "billing_address": address,
        "is_business": False,
    }
    return build_order(**fields | changes)
