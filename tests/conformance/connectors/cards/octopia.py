"""Octopia's card."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pipeline.domain.order import Order
from pipeline.domain.reports import Shipment
from tests.builders import build_cancellation, build_parcel, build_shipment
from tests.conformance.connectors.card import Card, ListCard, WriteCard
from tests.conformance.connectors.stand import Stand


def at(order_id: str) -> str:
    return f"/octopia/orders/{quote(order_id, safe='')}"


def wire(stand: Stand, order_id: str) -> Any:
    return stand.simulator.control("GET", at(order_id))


def make_order(stand: Stand, status: str | None = None) -> Order:
    (order_id,) = stand.simulator.add_orders(1)
    if status:
        stand.simulator.control("POST", at(order_id), {"status": status})
    order: Order = stand.client.read(stand.client.get(order_id).raw)
    return order


def make_shipment(stand: Stand, order_id: str) -> Shipment:
    """`order_id` names the parcel."""
    parcel = build_parcel(number=order_id, carrier="Colissimo")
    return build_shipment(order_id=make_order(stand).id, parcels=(parcel,))


def count_parcels(stand: Stand, shipment: Shipment) -> int:
    number = shipment.parcels[0].number
    lines = wire(stand, shipment.order_id or "")["lines"]
    return max(sum(parcel["parcelNumber"] == number for parcel in line["parcels"]) for line in lines)


def has_status(*words: str) -> Any:
    def held(stand: Stand, document: Any) -> int:
        order_id = getattr(document, "order_id", None) or document.id
        return int(wire(stand, order_id)["status"] in words)

    return held


def make_cancellation(stand: Stand, _: str) -> Any:
    order = make_order(stand)
    return build_cancellation(order_id=order.id, lines=(), reason="BuyerRequest")


def touch(stand: Stand, order_id: str) -> None:
    stand.simulator.control("POST", at(order_id), {"set": {"reference": "changed"}})


def fill(stand: Stand, count: int) -> Sequence[str]:
    return stand.simulator.add_orders(count)


CARD = Card(
    settings={"page_size": 3, "sales_channel_id": "CDISFR"},
    token="octopia.token",
    writes={
        "accept": WriteCard(
            endpoint="octopia.approval",
            make=lambda stand, _: make_order(stand, "WaitingAcceptance"),
            held=has_status("Accepted", "InPreparation"),
        ),
        "refuse": WriteCard(
            endpoint="octopia.approval",
            make=lambda stand, _: make_order(stand, "WaitingAcceptance"),
            held=has_status("Refused"),
        ),
        "ship": WriteCard(endpoint="octopia.shipments", make=make_shipment, held=count_parcels),
        "cancel": WriteCard(endpoint="octopia.cancel", make=make_cancellation, held=has_status("Cancelled")),
    },
    lists={"new_orders": ListCard(endpoint="octopia.orders", fill=fill, touch=touch, late=True)},
)
