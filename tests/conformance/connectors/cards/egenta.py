"""Egenta's card."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.domain.order import Order
from pipeline.domain.reports import Shipment, StatusReport
from tests.builders import build_shipment, build_status_report
from tests.conformance.connectors.card import Card, ListCard, WriteCard
from tests.conformance.connectors.orders import planted_order
from tests.conformance.connectors.stand import Stand


def rows(stand: Stand, order_id: str | None) -> list[Any]:
    found = stand.simulator.control("GET", "/egenta/orders")["orders"]
    return [row for row in found if row["OrderId"] == order_id]


def make_order(stand: Stand, order_id: str) -> Order:
    return stand.dressed(planted_order(order_id))


def make_update(stand: Stand, order_id: str) -> Order:
    order: Order = stand.import_one(make_order(stand, order_id))
    return replace(order, reference=f"CHANGED-{order_id}")


def count_updated(stand: Stand, order: Order) -> int:
    found = rows(stand, order.id)
    return len(found) if len(found) > 1 else sum(str(order.reference) in json.dumps(row) for row in found)


def make_shipped(stand: Stand, order_id: str) -> Shipment:
    stand.import_one(make_order(stand, order_id))
    return build_shipment(order_id=order_id)


def make_answer(stand: Stand, order_id: str) -> StatusReport:
    stand.import_one(make_order(stand, order_id))
    return build_status_report(order_id=order_id)


def count_answered(stand: Stand, report: StatusReport) -> int:
    return int(report.order_id not in stand.simulator.control("GET", "/state")["egenta"]["questions_open"])


def fill(stand: Stand, count: int) -> Sequence[str]:
    ids = [stand.simulator.fresh_id() for _ in range(count)]
    for order_id in ids:
        stand.import_one(make_order(stand, order_id))
    return ids


CARD = Card(
    settings={"import_batch_size": 5},
    dials={"ship_after_seconds": 0, "status_question_share": 1.0, "status_after_seconds": 0},
    writes={
        "import_orders": WriteCard(
            endpoint="egenta.import",
            make=make_order,
            held=lambda stand, order: len(rows(stand, order.id)),
            hostile_ids=("SUITE/1 #:@%?é", "SUITE..//2&x=y"),
        ),
        "update": WriteCard(endpoint="egenta.import", make=make_update, held=count_updated),
        "acknowledge_shipped": WriteCard(
            endpoint="egenta.shipped_ack",
            make=make_shipped,
            held=lambda stand, shipment: sum(row["acked"] for row in rows(stand, shipment.order_id)),
        ),
        "answer_status": WriteCard(endpoint="egenta.status_answer", make=make_answer, held=count_answered),
    },
    lists={
        "shipped": ListCard(endpoint="egenta.shipped", fill=fill, pages=False),
        "status_requests": ListCard(endpoint="egenta.status_list", fill=fill, pages=False),
    },
    forgives=("acked before the marketplace had it shipped",),  # these orders are at no marketplace
)
