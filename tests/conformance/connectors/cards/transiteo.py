"""Transiteo's card."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation
from tests.builders import build_cancellation
from tests.conformance.connectors.card import Card, WriteCard
from tests.conformance.connectors.orders import planted_order
from tests.conformance.connectors.stand import Stand


def rows(stand: Stand, order_id: str | None) -> Sequence[Any]:
    found = stand.simulator.control("GET", "/transiteo/orders")["orders"]
    return [row for row in found if row["order_id"] == order_id]


def make_order(stand: Stand, order_id: str) -> Order:
    return stand.dressed(planted_order(order_id))


def make_update(stand: Stand, order_id: str) -> Order:
    order: Order = stand.import_one(make_order(stand, order_id))
    return replace(order, shipping_address=replace(order.shipping_address, city=f"Changed {order_id}"))


def count_updated(stand: Stand, order: Order) -> int:
    found = rows(stand, order.id)
    return len(found) if len(found) > 1 else sum(str(order.shipping_address.city) in json.dumps(row) for row in found)


def make_cancellation(stand: Stand, order_id: str) -> Cancellation:
    stand.import_one(make_order(stand, order_id))
    return build_cancellation(order_id=order_id, lines=())


def count_cancelled(stand: Stand, cancellation: Cancellation) -> int:
    found = rows(stand, cancellation.order_id)
    return len(found) if len(found) > 1 else sum(row["order"]["order_statut"] == "CANCELLED" for row in found)


CARD = Card(
    token="transiteo.token",
    writes={
        "import_orders": WriteCard(
            endpoint="transiteo.add",
            make=make_order,
            held=lambda stand, order: len(rows(stand, order.id)),
            hostile_ids=("SUITE/1 #:@%?x",),
        ),
        "update": WriteCard(endpoint="transiteo.update", make=make_update, held=count_updated),
        "cancel": WriteCard(endpoint="transiteo.update", make=make_cancellation, held=count_cancelled),
    },
)
