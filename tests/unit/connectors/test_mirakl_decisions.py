"""Mirakl's accept and refuse (OR21), and the reference back (OR04)."""

from typing import Any

import httpx
import pytest

from pipeline.connectors.marketplaces.mirakl.calls import CODES
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import Ambiguous, Conflict, Invalid, OverBudget, Puzzling, Refused, Unavailable
from pipeline.domain.order import Line, Order, OrderStatus
from pipeline.domain.reports import Acknowledgement, Receipt
from pipeline.ports import Absent, Body, Taken
from tests.unit.connectors.rig import ENCODE, Partner, mirakl, mirakl_order, rig_for

CANCELED = OrderStatus.CANCELED


def order(*lines: Line) -> Order:
    return Order(
        id="Order_1-A", lines=lines or (Line(id="Order_1-A-1", quantity=1), Line(id="Order_1-A-2", quantity=2))
    )


def decided(order: Order, name: str = "accept") -> dict[str, bool]:
    body = getattr(mirakl(Partner()), name).prepare(order)
    return {line["id"]: line["accepted"] for line in body.content["order_lines"]}


@pytest.mark.covers("mirakl:PUT /api/orders/{order_id}/accept", "mirakl:order_lines.*.accepted")
@pytest.mark.parametrize(("name", "word"), [("accept", True), ("refuse", False)])
def test_every_line_is_decided(name: str, word: bool) -> None:
    partner = Partner().says(httpx.Response(204))
    write = getattr(mirakl(partner, shop_id="7"), name)
    body = write.prepare(order())
    assert write.send([body]) == [Taken()]
    assert partner.requests[0].method == "PUT"
    assert partner.requests[0].url.path == "/api/orders/Order_1-A/accept"
    assert partner.query() == {"shop_id": "7"}
    assert partner.sent() == {
        "order_lines": [{"id": "Order_1-A-1", "accepted": word}, {"id": "Order_1-A-2", "accepted": word}]
    }


def test_canceled_lines_are_declined_and_an_order_of_none_is_a_refusal() -> None:
    some = order(
        Line(id="1", quantity=1),
        Line(id="2", quantity=1, status=CANCELED),
        Line(id="3", quantity=2, canceled_quantity=2),
    )
    assert decided(some) == {"1": True, "2": False, "3": False}
    none = order(Line(id="1", status=CANCELED), Line(id="2", status=CANCELED))
    assert decided(none) == decided(none, "refuse") == {"1": False, "2": False}


def test_what_can_not_be_decided() -> None:
    with pytest.raises(Invalid) as raised:
        decided(Order(lines=(Line(), Line(id="2"))))
    assert {fault.path for fault in raised.value.fields} == {"id", "lines.0.id"}
    with pytest.raises(Invalid):
        decided(Order(id="1"))
    with pytest.raises(Puzzling) as held:
        decided(order(Line(id="1", quantity=3, canceled_quantity=1)))
    assert held.value.fields[0].path == "lines.0.canceled_quantity"


@pytest.mark.covers("mirakl:OR21 errors", "mirakl:ORDER_INVALID_STATE")
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "answer",
    [
        lambda code: {"status": 400, "message": f"order Order_1-A: {code}"},
        lambda code: {"status": 400, "errors": [{"code": code, "field": "order_lines"}]},
    ],
)
def test_each_error_in_words(code: str, answer: Any) -> None:
    client = mirakl(Partner().says(httpx.Response(400, json=answer(code))))
    kind = Conflict if code == "ORDER_INVALID_STATE" else Refused
    with pytest.raises(kind) as raised:
        client.accept.send([client.accept.prepare(order())])
    assert type(raised.value) is kind
    assert CODES[code] in raised.value.message
    assert "Order_1" not in raised.value.message


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(400, json={"status": 400, "message": "no"}), Refused),
        (httpx.Response(404, json={"status": 404, "message": "no"}), Refused),
        (httpx.Response(409), Conflict),
        (httpx.Response(500), Ambiguous),
        (httpx.Response(200, content=b"<html>Maintenance</html>"), Ambiguous),
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.ConnectError("x"), Unavailable),
        (httpx.Response(429, headers={"retry-after": "9"}), OverBudget),
    ],
)
def test_other_answers(reply: Any, kind: type[Exception]) -> None:
    client = mirakl(Partner().says(reply))
    with pytest.raises(kind):
        client.accept.send([client.accept.prepare(order())])


@pytest.mark.parametrize(
    ("state", "accepted", "refused"),
    [
        ("STAGING", None, None),
        ("WAITING_ACCEPTANCE", Absent(), Absent()),
        ("WAITING_DEBIT", Taken(), None),
        ("WAITING_DEBIT_PAYMENT", Taken(), None),
        ("SHIPPING", Taken(), None),
        ("CLOSED", Taken(), None),
        ("REFUSED", Taken(), Taken()),
        ("CANCELED", Taken(), Taken()),
        ("ON_THE_MOON", None, None),
    ],
)
def test_what_a_look_says(state: str, accepted: Any, refused: Any) -> None:
    listed = {"orders": [mirakl_order("1", order_state=state)]}
    client = mirakl(Partner().says(listed, listed, {"orders": []}))
    assert client.accept.look([Body("1", {})]) == [accepted]
    assert client.refuse.look([Body("1", {})]) == [refused]
    assert client.accept.look([Body("1", {})]) == [None]


# ---------------------------------------------------------------- the reference back


def told(order_id: str, *references: str | None) -> Acknowledgement:
    return Acknowledgement(order_id=order_id, receipts=tuple(Receipt(account="o", reference=one) for one in references))


@pytest.mark.covers("mirakl:PUT /api/orders", "mirakl:references.order_reference_for_seller", "mirakl:OR04 frequency")
def test_up_to_a_hundred_references_in_one_call_a_minute() -> None:
    partner = Partner().says(httpx.Response(204))
    rig = rig_for("mirakl", partner)
    client: Any = CONNECTORS["mirakl"].build(rig)
    write = client.acknowledge
    bodies = [
        write.prepare(told("A", None, "OMS-1", "OMS-2")),
        write.prepare(told("B")),
        write.prepare(told("C", None)),
    ]
    assert write.batch == 100
    assert write.send(bodies) == [Taken()] * 3
    assert partner.requests[0].method == "PUT"
    assert partner.requests[0].url.path == "/api/orders"
    assert [one["references"]["order_reference_for_seller"] for one in partner.sent()["orders"]] == ["OMS-1", "B", "C"]
    assert partner.sent()["orders"][0]["order_id"] == "A"
    budgets: Any = rig.budgets
    assert budgets.taken == [("OR04", 1 / 60, 1)]
    budgets.waits = [44.0]
    with pytest.raises(OverBudget):
        write.send(bodies)
    with pytest.raises(Invalid):
        write.prepare(Acknowledgement())


def test_an_order_whose_reference_was_not_taken_fails_alone() -> None:
    answer = {
        "updated_orders": [
            {"order_id": "A", "errors": [{"code": "NOT_FOUND", "field": "order_id", "message": "unknown"}]},
            {"order_id": "B", "updated": {"order_id": "B"}, "errors": []},
        ]
    }
    write = mirakl(Partner().says(httpx.Response(200, content=ENCODE(answer)))).acknowledge
    one, other, third = write.send([write.prepare(told(name)) for name in ("A", "B", "C")])
    assert isinstance(one, Refused)
    assert "NOT_FOUND: order_id" in one.message
    assert other == Taken()
    assert isinstance(third, Ambiguous)  # not named: looked up


def test_a_look_at_many_references_is_one_call() -> None:
    listed = {
        "orders": [
            mirakl_order("A", references__order_reference_for_seller="OMS-1"),
            mirakl_order("B", references__order_reference_for_seller="another"),
        ]
    }
    partner = Partner().says(listed)
    write = mirakl(partner).acknowledge
    bodies = [write.prepare(told("A", "OMS-1")), write.prepare(told("B", "OMS-2")), write.prepare(told("C", "OMS-3"))]
    assert write.look(bodies) == [Taken(), Absent(), None]
    assert partner.query() == {"order_ids": "A,B,C", "max": "100"}
