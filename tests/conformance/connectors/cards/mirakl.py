"""Mirakl's cards: an operator that enables several parcels per order (ST01), and one that does not (OR23, OR24)."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from pipeline.domain.order import Order
from pipeline.domain.reports import Acknowledgement, Cancellation, LineQuantity, Receipt, Shipment
from tests.builders import build_cancellation, build_parcel, build_shipment
from tests.conformance.connectors.card import Card, ListCard, WriteCard
from tests.conformance.connectors.stand import Stand


def at(order_id: str) -> str:
    return f"/mirakl/orders/{quote(order_id, safe='')}"


def wire(stand: Stand, order_id: str | None) -> Any:
    return stand.simulator.control("GET", at(order_id or ""))


def make_order(stand: Stand, status: str | None = None) -> Order:
    (order_id,) = stand.simulator.add_orders(1)
    if status:
        stand.simulator.control("POST", at(order_id), {"status": status})
    order: Order = stand.client.read(stand.client.get(order_id).raw)
    return order


def make_receipt(stand: Stand, reference: str) -> Acknowledgement:
    """`reference`: the OMS's own number."""
    return Acknowledgement(order_id=make_order(stand).id, receipts=(Receipt(account="oms", reference=reference),))


def has_receipt(stand: Stand, told: Acknowledgement) -> int:
    references = wire(stand, told.order_id)["references"]
    return int(references["order_reference_for_seller"] == told.receipts[0].reference)


def make_shipment(stand: Stand, number: str) -> Shipment:
    """One parcel of all lines."""
    order = make_order(stand)
    lines = tuple(LineQuantity(id=line.id, quantity=line.quantity) for line in order.lines)
    return build_shipment(order_id=order.id, parcels=(build_parcel(number=number, carrier="Colissimo", lines=lines),))


def count_parcels(stand: Stand, shipment: Shipment) -> int:
    shipments = wire(stand, shipment.order_id)["shipments"]
    return sum(one["tracking"]["tracking_number"] == shipment.parcels[0].number for one in shipments)


def make_cancellation(stand: Stand, _: str) -> Cancellation:
    return build_cancellation(order_id=make_order(stand).id, lines=(), reason="BUYER_REQUEST")


def has_status(*words: str) -> Callable[[Stand, Any], int]:
    def held(stand: Stand, document: Any) -> int:
        return int(wire(stand, getattr(document, "order_id", None) or document.id)["order_state"] in words)

    return held


def touch(stand: Stand, order_id: str) -> None:
    stand.simulator.control("POST", at(order_id), {"set": {"shipping_zone_code": "changed"}})


def fill(stand: Stand, count: int) -> Sequence[str]:
    return stand.simulator.add_orders(count)


def has_tracking(stand: Stand, shipment: Shipment) -> int:
    """OR23 sets the number, only OR24 ships."""
    order = wire(stand, shipment.order_id)
    return int(order["order_state"] == "SHIPPED" and order["shipping_tracking"] == shipment.parcels[0].number)


LIMITS: dict[str, Any] = {"limits": {}}  # time stands still here: a window of a minute would never be over

CARD = Card(
    settings={"page_size": 3},
    dials=LIMITS,
    writes={
        "accept": WriteCard(
            endpoint="mirakl.accept",
            make=lambda stand, _: make_order(stand, "WAITING_ACCEPTANCE"),
            held=has_status("WAITING_DEBIT_PAYMENT", "SHIPPING"),
        ),
        "refuse": WriteCard(
            endpoint="mirakl.accept",
            make=lambda stand, _: make_order(stand, "WAITING_ACCEPTANCE"),
            held=has_status("REFUSED"),
        ),
        "acknowledge": WriteCard(endpoint="mirakl.references", make=make_receipt, held=has_receipt),
        "ship": WriteCard(endpoint="mirakl.create_shipments", make=make_shipment, held=count_parcels),
        "cancel": WriteCard(endpoint="mirakl.cancel", make=make_cancellation, held=has_status("CANCELED")),
    },
    lists={"new_orders": ListCard(endpoint="mirakl.orders", fill=fill, touch=touch, late=True)},
)

VARIANTS = {
    "tracking": Card(
        settings={"shipments": "tracking"},
        dials=LIMITS,
        writes={"ship": WriteCard(endpoint="mirakl.ship", make=make_shipment, held=has_tracking)},
    )
}
