"""Amazon's cards: orders read by 2026-01-01, and by v0. Parcels are confirmed by v0 in any case."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pipeline.domain.order import Order
from pipeline.domain.reports import LineQuantity, Shipment
from tests.builders import build_parcel, build_shipment
from tests.conformance.connectors.card import Card, ListCard, WriteCard
from tests.conformance.connectors.stand import Stand

HIDDEN = 120  # seconds: "at least two minutes before the time of the request" (contracts, marketplaces section 4)


def at(order_id: str | None) -> str:
    return f"/amazon/orders/{quote(order_id or '', safe='')}"


def make_shipment(stand: Stand, number: str) -> Shipment:
    """One parcel of all lines."""
    (order_id,) = stand.simulator.add_orders(1)
    order: Order = stand.client.read(stand.client.get(order_id).raw)
    lines = tuple(LineQuantity(id=line.id, quantity=line.quantity) for line in order.lines)
    return build_shipment(order_id=order.id, parcels=(build_parcel(number=number, carrier="Colissimo", lines=lines),))


def count_parcels(stand: Stand, shipment: Shipment) -> int:
    packages = stand.simulator.control("GET", at(shipment.order_id))["packages"]
    return sum(package["trackingNumber"] == shipment.parcels[0].number for package in packages)


def touch(stand: Stand, order_id: str) -> None:
    stand.simulator.control("POST", at(order_id), {"set": {"recipient.deliveryAddress.city": "Elsewhere"}})


def fill(stand: Stand, count: int) -> Sequence[str]:
    return stand.simulator.add_orders(count)


# All shipped by the specification, unshipped by section 3 of the contract: the count of items decides.
DEPENDS = ("InvoiceUnconfirmed",)
# Time stands still here, so that no bucket would ever fill again. The connector asks for pages of a hundred.
DIALS: dict[str, Any] = {"limits": {}, "orders_page": 3, "hide_seconds": HIDDEN}


def list_card(endpoint: str, calls: str) -> ListCard:
    return ListCard(endpoint=endpoint, fill=fill, touch=touch, late=True, calls=calls, lag=HIDDEN + 1, bound=True)


CARD = Card(
    dials=DIALS,
    depends=DEPENDS,
    token="amazon.token",
    writes={"ship": WriteCard(endpoint="amazon.shipments", make=make_shipment, held=count_parcels)},
    lists={"new_orders": list_card("amazon.orders", "/orders/2026-01-01/orders$")},
)

VARIANTS = {
    "v0": Card(
        settings={"orders_api": "v0"},
        dials=DIALS,
        depends=DEPENDS,
        token="amazon.token",
        writes=CARD.writes,
        lists={"new_orders": list_card("amazon.orders_v0", "/orders/v0/orders$")},
    )
}
