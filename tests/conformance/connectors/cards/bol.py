"""bol's card."""

from collections.abc import Sequence
from typing import Any

from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, LineQuantity, Shipment
from tests.builders import build_cancellation, build_parcel, build_shipment
from tests.conformance.connectors.card import Card, ListCard, WriteCard
from tests.conformance.connectors.stand import Stand


def wire(stand: Stand, order_id: str | None) -> Any:
    """Once the processes are over that are under way."""
    stand.simulator.clock.turn(1)
    return stand.simulator.control("GET", f"/bol/orders/{order_id}")


def make_order(stand: Stand) -> Order:
    (order_id,) = stand.simulator.add_orders(1)
    order: Order = stand.client.read(stand.client.get(order_id).raw)
    return order


def make_shipment(stand: Stand, number: str) -> Shipment:
    """All of an order in one parcel."""
    order = make_order(stand)
    lines = tuple(LineQuantity(id=line.id, quantity=line.quantity) for line in order.lines)
    return build_shipment(order_id=order.id, parcels=(build_parcel(number=number, carrier="TNT", lines=lines),))


def count_parcels(stand: Stand, shipment: Shipment) -> int:
    told = wire(stand, shipment.order_id)["parcels"]
    return int(told.count(shipment.parcels[0].number))


def make_cancellation(stand: Stand, _: str) -> Cancellation:
    return build_cancellation(order_id=make_order(stand).id, lines=(), reason="OUT_OF_STOCK")


def is_cancelled(stand: Stand, cancellation: Cancellation) -> int:
    items = wire(stand, cancellation.order_id)["orderItems"]
    return int(all(item["quantityCancelled"] == item["quantity"] for item in items))


def fill(stand: Stand, count: int) -> Sequence[str]:
    return stand.simulator.add_orders(count)


def touch(stand: Stand, order_id: str) -> None:
    body = {"set": {"shipmentDetails.extraAddressInformation": "changed"}}
    stand.simulator.control("POST", f"/bol/orders/{order_id}", body)


CARD = Card(
    dials={"limits": {}, "expire_seconds": 10**9},  # the suite turns the clock by days, and its budgets are never empty
    token="bol.token",
    writes={
        "ship": WriteCard(endpoint="bol.shipments", make=make_shipment, held=count_parcels),
        "cancel": WriteCard(endpoint="bol.cancellation", make=make_cancellation, held=is_cancelled),
    },
    lists={
        "new_orders": ListCard(
            endpoint="bol.orders", fill=fill, touch=touch, late=True, calls="/retailer/orders$", age=3600
        ),
    },
)
