"""Tecsys' card."""

from collections.abc import Sequence
from typing import Any

from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation
from tests.builders import build_cancellation
from tests.conformance.connectors.card import Card, ListCard, WriteCard
from tests.conformance.connectors.orders import planted_order
from tests.conformance.connectors.stand import Stand

POINTERS = {
    "search_field": "OrderStatus",
    "search_value": "Shipped",
    "number": "/TrackingNumber",
    "carrier": "/Carrier",
}


def rows(stand: Stand, order_id: str | None) -> Sequence[Any]:
    found = stand.simulator.control("GET", "/tecsys/orders")["orders"]
    return [row for row in found if row["ExternalOrderId"] == order_id]


def make_order(stand: Stand, order_id: str) -> Order:
    return stand.dressed(planted_order(order_id))


def make_cancellation(stand: Stand, order_id: str) -> Cancellation:
    stand.import_one(make_order(stand, order_id))
    return build_cancellation(order_id=order_id, lines=())


def count_cancelled(stand: Stand, cancellation: Cancellation) -> int:
    return sum("ancel" in row["shown"]["OrderStatus"] for row in rows(stand, cancellation.order_id))


def fill(stand: Stand, count: int) -> Sequence[str]:
    """Orders whose parcels leave at once."""
    stand.simulator.control("POST", "/tecsys", {"auto_shipments": True, "ship_after_seconds": 0})
    ids = [stand.simulator.fresh_id() for _ in range(count)]
    for order_id in ids:
        stand.import_one(make_order(stand, order_id))
    stand.simulator.clock.turn(60)
    stand.simulator.control("GET", "/state")
    stand.simulator.control("POST", "/tecsys", {"auto_shipments": False, "ship_after_seconds": None})
    return ids


CARD = Card(
    dials={"create_order_path": "orders"},
    settings={"page_size": 3, "tracking_pointers": POINTERS},
    writes={
        "import_orders": WriteCard(
            endpoint="tecsys.order",
            make=make_order,
            held=lambda stand, order: len(rows(stand, order.id)),
            hostile_ids=("SUITE/1 #:@%?é", "SUITE&ExternalOrderId=2"),
        ),
        "cancel": WriteCard(endpoint="tecsys.cancel", make=make_cancellation, held=count_cancelled),
    },
    lists={"shipped": ListCard(endpoint="tecsys.search", fill=fill)},
)
