"""OIS' card."""

from collections.abc import Sequence

from pipeline.domain.order import Order
from tests.conformance.connectors.card import Card, ListCard, WriteCard
from tests.conformance.connectors.orders import planted_order
from tests.conformance.connectors.stand import Stand


def count(stand: Stand, order: Order) -> int:
    found = stand.simulator.control("GET", "/ois/orders")["orders"]
    return sum(row["Identifier"] == order.id for row in found)


def fill(stand: Stand, count: int) -> Sequence[str]:
    """Orders that are shipped at once, and so in the webhook log."""
    stand.simulator.control("POST", "/ois", {"ship_after_seconds": 0})
    ids = [stand.simulator.fresh_id() for _ in range(count)]
    for order_id in ids:
        stand.import_one(stand.dressed(planted_order(order_id)))
    stand.simulator.control("GET", "/state")
    stand.simulator.control("POST", "/ois", {"ship_after_seconds": None})
    return ids


CARD = Card(
    settings={"webhook_page_size": 3},
    token="ois.token",
    writes={
        "import_orders": WriteCard(
            endpoint="ois.order",
            make=lambda stand, order_id: stand.dressed(planted_order(order_id)),
            held=count,
            hostile_ids=("SUITE/1 #:@%?x",),
        )
    },
    lists={"shipped": ListCard(endpoint="ois.hook_log", fill=fill)},
)
