"""OIS' card."""

from pipeline.domain.order import Order
from tests.conformance.connectors.card import Card, WriteCard
from tests.conformance.connectors.orders import planted_order
from tests.conformance.connectors.stand import Stand


def count(stand: Stand, order: Order) -> int:
    found = stand.simulator.control("GET", "/ois/orders")["orders"]
    return sum(row["Identifier"] == order.id for row in found)


CARD = Card(
    token="ois.token",
    writes={
        "import_orders": WriteCard(
            endpoint="ois.order",
            make=lambda stand, order_id: stand.dressed(planted_order(order_id)),
            held=count,
            hostile_ids=("SUITE/1 #:@%?x",),
        )
    },
)
