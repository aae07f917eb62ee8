"""Mirakl: accept and refuse line by line, references, tracking and ship, shipments, cancel, refund; and what is not."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from sandbox.mirakl.tracking import TRACKING_MANDATORY
from sandbox.samples import Shares
from tests.unit.sandbox.stand import Stand
from tests.unit.sandbox.test_mirakl_listing import KEY, WAITING, call, orders, stand

Order = dict[str, Any]


def find(at: Stand, order_id: str) -> Order:
    return orders(at, order_ids=order_id)[0]


def put(at: Stand, order: Order, verb: str, body: Any = None) -> httpx.Response:
    more = {} if body is None else {"json": body}
    return call(at, "PUT", f"orders/{quote(order['order_id'], safe='')}/{verb}", **more)


def decide(order: Order, *decisions: bool) -> Order:
    lines = order["order_lines"]
    words = decisions or (True,) * len(lines)
    return {"order_lines": [{"id": line["order_line_id"], "accepted": word} for line, word in zip(lines, words)]}  # noqa: B905 - some tests decide too few


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["code"])


def ready(at: Stand, lines: int = 1, kind: str = "STANDARD") -> Order:
    at.fill(60)
    wanted = (one for one in orders(at) if len(one["order_lines"]) == lines and one["shipping_type_code"] == kind)
    return next(wanted)


def waiting(at: Stand, lines: int = 2) -> Order:
    at.fill(40, WAITING)
    return next(one for one in orders(at) if len(one["order_lines"]) == lines)


# ---------------------------------------------------------------- OR21


def test_an_accepted_order_is_debited_and_then_to_be_shipped() -> None:
    at = stand(debit_seconds=3)
    order = waiting(at)
    at.clock.turn(1)
    answer = put(at, order, "accept", decide(order))
    assert (answer.status_code, answer.content) == (204, b"")
    accepted = find(at, order["order_id"])
    assert accepted["order_state"] == "WAITING_DEBIT_PAYMENT"
    assert accepted["acceptance_decision_date"] == "2026-11-22T09:00:01Z"
    assert accepted["customer"]["shipping_address"] is None
    at.clock.turn(3)
    released = find(at, order["order_id"])
    assert released["order_state"] == "SHIPPING"
    assert released["customer_debited_date"] == released["last_updated_date"] == "2026-11-22T09:00:04Z"
    assert released["customer"]["shipping_address"]["zip_code"]
    assert order["order_id"] in at.room.list_expected()
    again = put(at, order, "accept", decide(order))
    assert (again.status_code, code(again)) == (400, "ORDER_INVALID_STATE")
    assert (at.violations(), at.conflicts()) == ([], 1)


def test_a_part_is_accepted() -> None:
    at = stand()
    order = waiting(at)
    assert put(at, order, "accept", decide(order, True, False)).status_code == 204
    at.clock.turn(2)
    partly = find(at, order["order_id"])
    assert [line["order_line_state"] for line in partly["order_lines"]] == ["SHIPPING", "REFUSED"]
    assert partly["total_price"] == order["order_lines"][0]["total_price"] < order["total_price"]


def test_refusing_every_line_refuses_the_order() -> None:
    at = stand()
    order = waiting(at)
    assert put(at, order, "accept", decide(order, False, False)).status_code == 204
    at.clock.turn(5)
    refused = find(at, order["order_id"])
    assert refused["order_state"] == "REFUSED"
    assert refused["customer"]["shipping_address"] is None
    assert order["order_id"] in at.room.list_forbidden()


def test_after_the_deadline_it_is_refused_by_itself() -> None:
    at = stand(accept_within_seconds=30)
    order = waiting(at)
    at.clock.turn(30)
    assert {one["order_state"] for one in orders(at)} == {"REFUSED"}
    assert code(put(at, order, "accept", decide(order))) == "ORDER_INVALID_STATE"


def test_one_that_was_accepted_in_time_is_not_refused_later() -> None:
    at = stand(accept_within_seconds=30)
    order = waiting(at)
    put(at, order, "accept", decide(order))
    at.clock.turn(60)
    assert find(at, order["order_id"])["order_state"] == "SHIPPING"


def broken_bodies(order: Order) -> dict[str, tuple[int, Any]]:
    good = decide(order)["order_lines"]
    return {
        "ORDER_LINE_ACCEPTANCE_DECISION_MISSING": (400, {"order_lines": good[:1]}),
        "ORDER_LINE_NOT_FOUND": (404, {"order_lines": [*good, {"id": "other-1", "accepted": True}]}),
        "ORDER_LINE_DUPLICATE_ID": (400, {"order_lines": [*good, good[0]]}),
        "ORDER_LINE_NULL_ELEMENT": (400, {"order_lines": [*good, None]}),
        "VALIDATION_ERROR": (400, {"order_lines": [{"id": good[0]["id"], "accepted": "true"}]}),
    }


@pytest.mark.parametrize("expected", sorted(broken_bodies({"order_lines": [{"order_line_id": "x-1"}]})))
def test_each_wrong_decision_has_its_code(expected: str) -> None:
    at = stand()
    order = waiting(at)
    status, body = broken_bodies(order)[expected]
    answer = put(at, order, "accept", body)
    assert (answer.status_code, code(answer)) == (status, expected)
    assert len(at.violations()) == 1
    assert find(at, order["order_id"])["order_state"] == "WAITING_ACCEPTANCE"


@pytest.mark.parametrize("body", [{}, [], {"order_lines": [{"id": 1, "accepted": True}]}, {"lines": []}])
def test_a_decision_in_other_words_is_a_validation_error(body: Any) -> None:
    at = stand()
    assert code(put(at, waiting(at), "accept", body)) == "VALIDATION_ERROR"


def test_the_operator_may_allow_no_part() -> None:
    at = stand(partial_accept=False)
    order = waiting(at)
    answer = put(at, order, "accept", decide(order, True, False))
    assert (answer.status_code, code(answer)) == (400, "ORDER_PARTIAL_ACCEPTANCE_DISABLED")
    assert put(at, order, "accept", decide(order)).status_code == 204


def test_another_ones_order_is_not_to_be_written_to() -> None:
    at = stand(foreign_orders=True)
    at.fill(5, Shares(0, 0, 0, foreign=1.0, hostile_ids=0))
    order = orders(at)[0]
    assert at.room.list_forbidden()[order["order_id"]] == "not shipped by the seller"
    for verb, body in (("accept", decide(order)), ("ship", None), ("cancel", None)):
        answer = put(at, order, verb, body)
        assert (answer.status_code, code(answer)) == (403, "ORDER_FULFILLED_UNAUTHORIZED")


def test_an_unknown_order_is_404_and_no_breach() -> None:
    at = stand()
    for verb in ("accept", "tracking", "ship", "cancel"):
        answer = put(at, {"order_id": "nobody"}, verb, {} if verb in {"accept", "tracking"} else None)
        assert (answer.status_code, code(answer)) == (404, "ORDER_NOT_FOUND")
    assert at.violations() == []


# ---------------------------------------------------------------- OR04


def test_references_come_back_and_move_the_update() -> None:
    at = stand()
    ids = at.fill(2)
    at.clock.turn(9)
    rows = [{"order_id": one, "references": {"order_reference_for_seller": f"OMS-{one}"}} for one in [*ids, "nobody"]]
    answer = call(at, "PUT", "orders", json={"orders": rows})
    assert answer.status_code == 200
    told = answer.json()["updated_orders"]
    assert [row["order_id"] for row in told] == [*ids, "nobody"]
    assert "errors" not in told[0]
    assert told[2]["errors"][0]["code"] == "ORDER_NOT_FOUND"
    (found,) = orders(at, order_references_for_seller=f"OMS-{ids[0]}")
    assert found["last_updated_date"] == "2026-11-22T09:00:09Z"
    at.clock.turn(9)
    call(at, "PUT", "orders", json={"orders": rows})
    assert find(at, ids[0])["last_updated_date"] == "2026-11-22T09:00:09Z"  # nothing changed


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"order_id": "x", "references": {"order_reference_for_seller": "y"}}] * 101,
        [{"order_id": "x"}],
        [{"order_id": "x", "references": {"seller": "y"}}],
        [{"order_id": "x", "references": {"order_reference_for_seller": " "}}],
    ],
)
def test_references_out_of_contract_are_refused(rows: Any) -> None:
    at = stand()
    assert call(at, "PUT", "orders", json={"orders": rows}).status_code == 400
    assert len(at.violations()) == 1


# ---------------------------------------------------------------- OR23, OR24


def test_tracking_then_ship() -> None:
    at = stand(deliver_seconds=60)
    order = ready(at)
    at.clock.turn(1)
    assert put(at, order, "tracking", {"carrier_code": "UPS", "tracking_number": "1Z"}).status_code == 204
    assert put(at, order, "ship").status_code == 204
    shipped = find(at, order["order_id"])
    assert (shipped["order_state"], shipped["shipping_tracking"]) == ("SHIPPED", "1Z")
    assert shipped["order_lines"][0]["shipped_date"] == "2026-11-22T09:00:01Z"
    assert at.room.is_shipped(order["order_id"])
    assert at.room.find_parcels(order["order_id"]) == {"1Z"}
    again = put(at, order, "ship")
    assert (again.status_code, code(again)) == (400, "ORDER_INVALID_STATE")
    at.clock.turn(60)
    assert find(at, order["order_id"])["order_state"] == "RECEIVED"
    assert at.violations() == []


def test_one_tracking_may_name_several_parcels_and_the_last_one_counts() -> None:
    at = stand()
    order = ready(at)
    put(at, order, "tracking", {"carrier_code": "UPS", "tracking_number": "A"})
    put(at, order, "tracking", {"carrier_code": "UPS", "tracking_number": "B, C"})
    assert at.room.find_parcels(order["order_id"]) == {"B", "C"}


def test_some_shipping_types_need_tracking() -> None:
    at = stand()
    order = ready(at, kind="TRACKED")
    answer = put(at, order, "ship")
    assert (answer.status_code, answer.json()["message"]) == (400, TRACKING_MANDATORY)
    put(at, order, "tracking", {"carrier_name": "Pigeon", "carrier_url": "https://pigeon.example/1"})
    assert put(at, order, "ship").status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"carrier_code": "ups", "tracking_number": "1"}, "carrier_code"),
        ({"carrier_code": "UPS"}, "tracking_number"),
        ({"carrier_name": "Pigeon", "tracking_number": "1"}, "carrier_url"),
        ({"carrier_url": "https://x.example", "tracking_number": "1"}, "carrier_name"),
        ({"carrier_name": "Pigeon", "carrier_url": "pigeon.example"}, "carrier_url"),
        ({"carrier_code": "UPS", "tracking_number": 12}, "tracking_number"),
        ({"carrier_code": "UPS", "tracking_number": ""}, "tracking_number"),
        ({"carrier_code": "UPS", "tracking_number": "1", "carrier_standard_code": "OTHER"}, "carrier_standard_code"),
        ({"carrier_code": "UPS", "tracking_number": "1", "weight": 3}, "weight"),
    ],
)
def test_a_wrong_tracking_is_refused_by_name(body: Any, field: str) -> None:
    at = stand()
    order = ready(at)
    answer = put(at, order, "tracking", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert at.violations()
    assert find(at, order["order_id"])["shipping_tracking"] is None


def test_ship_has_no_body_and_needs_its_state() -> None:
    at = stand()
    order = ready(at)
    assert put(at, order, "ship", {}).status_code == 400
    at.fill(3, WAITING)
    other = orders(at, order_state_codes="WAITING_ACCEPTANCE")[0]
    for verb, body in (("ship", None), ("tracking", {"carrier_code": "UPS", "tracking_number": "1"})):
        assert code(put(at, other, verb, body)) == "ORDER_INVALID_STATE"


def test_carriers_are_listed_and_accepted_as_written() -> None:
    at = stand()
    order = ready(at)
    for carrier in call(at, "GET", "shipping/carriers").json()["carriers"]:
        body = {"carrier_code": carrier["code"], "carrier_standard_code": carrier["standard_code"]}
        assert put(at, order, "tracking", body | {"tracking_number": "1"}).status_code == 204


# ---------------------------------------------------------------- ST01, ST11, ST23, ST24

TRACKING = {"carrier_code": "DHL", "tracking_number": "P1"}


def parcel(order: Order, n: int, quantity: int, **more: Any) -> Order:
    line = {"order_line_id": order["order_lines"][n]["order_line_id"], "quantity": quantity}
    return {"order_id": order["order_id"], "shipment_lines": [line], **more}


def create(at: Stand, *rows: Order) -> httpx.Response:
    return call(at, "POST", "shipments", json={"shipments": list(rows)})


def test_an_order_leaves_in_two_parcels() -> None:
    at = stand()
    order = ready(at, lines=2)
    counts = [line["quantity"] for line in order["order_lines"]]
    first = create(at, parcel(order, 0, counts[0], tracking=TRACKING, shipped=True))
    assert first.status_code == 201
    assert first.json()["shipment_errors"] == []
    partly = find(at, order["order_id"])
    assert [partly["order_state"]] + [line["order_line_state"] for line in partly["order_lines"]] == [
        "SHIPPING",
        "SHIPPED",
        "SHIPPING",
    ]
    (second,) = create(at, parcel(order, 1, counts[1])).json()["shipment_success"]
    assert second["status"] == "SHIPPING"
    row = {"id": second["id"], "tracking": TRACKING | {"tracking_number": "P2"}}
    assert call(at, "POST", "shipments/tracking", json={"shipments": [row]}).json()["shipment_errors"] == []
    told = call(at, "PUT", "shipments/ship", json={"shipments": [{"id": second["id"]}, {"id": "none"}]}).json()
    assert [row["id"] for row in told["shipment_success"]] == [second["id"]]
    assert [row["id"] for row in told["shipment_errors"]] == ["none"]
    assert find(at, order["order_id"])["order_state"] == "SHIPPED"
    assert at.room.find_parcels(order["order_id"]) == {"P1", "P2"}
    again = call(at, "PUT", "shipments/ship", json={"shipments": [{"id": second["id"]}]}).json()
    assert again["shipment_errors"]
    assert at.violations() == []


def test_what_can_not_be_shipped_is_told_apart_from_what_can() -> None:
    at = stand()
    order = ready(at)
    count = order["order_lines"][0]["quantity"]
    answer = create(
        at,
        parcel(order, 0, count + 1),
        {**parcel(order, 0, 1), "order_id": "nobody"},
        parcel(order, 0, count),
        parcel(order, 0, 1),
    ).json()
    assert len(answer["shipment_success"]) == 1
    assert len(answer["shipment_errors"]) == 3
    assert at.conflicts() == 3
    assert code(put(at, order, "ship")) == "ORDER_INVALID_STATE"


def test_a_shipment_that_must_be_tracked_is_not_created_shipped_without() -> None:
    at = stand()
    order = ready(at, kind="TRACKED")
    count = order["order_lines"][0]["quantity"]
    told = create(at, parcel(order, 0, count, shipped=True)).json()["shipment_errors"]
    assert told == [{"order_id": order["order_id"], "message": TRACKING_MANDATORY}]
    (made,) = create(at, parcel(order, 0, count)).json()["shipment_success"]
    told = call(at, "PUT", "shipments/ship", json={"shipments": [{"id": made["id"]}]}).json()
    assert told["shipment_errors"] == [{"id": made["id"], "message": TRACKING_MANDATORY}]


@pytest.mark.parametrize(
    "change",
    [
        {"shipment_lines": []},
        {"shipment_lines": [{"quantity": 1}]},
        {"shipment_lines": [{"order_line_id": "x", "quantity": 0}]},
        {"shipment_lines": [{"order_line_id": "x", "quantity": 1, "sku": "y"}]},
        {"shipped": "true"},
        {"tracking": {"carrier_code": "PIGEON", "tracking_number": "1"}},
        {"tracking": {"carrier_name": "Pigeon", "carrier_url": "https://x.example"}},
        {"weight": 1},
    ],
)
def test_a_wrong_shipment_refuses_the_call(change: Order) -> None:
    at = stand()
    order = ready(at)
    assert create(at, parcel(order, 0, 1), parcel(order, 0, 1) | change).status_code == 400
    assert call(at, "GET", "shipments").json()["data"] == []
    assert len(at.violations()) == 1


def test_at_most_a_thousand_shipments_at_once() -> None:
    at = stand()
    order = ready(at)
    assert create(at, *[parcel(order, 0, 1)] * 1001).status_code == 400
    assert create(at).status_code == 400


def test_shipments_are_listed_by_token() -> None:
    at = stand()
    at.fill(12)
    for order in orders(at):
        create(at, parcel(order, 0, 1))
    page = call(at, "GET", "shipments").json()
    assert len(page["data"]) == 10
    rest = call(at, "GET", "shipments", params={"page_token": page["next_page_token"]}).json()
    assert len(rest["data"]) == 2
    assert "next_page_token" not in rest
    one = page["data"][0]["order_id"]
    assert len(call(at, "GET", "shipments", params={"order_id": one}).json()["data"]) == 1
    assert call(at, "GET", "shipments", params={"shipment_state_code": "SHIPPED"}).json()["data"] == []
    for wrong in ({"page_token": "§"}, {"limit": 101}, {"shipment_state_code": "GONE"}, {"max": 10}):
        assert call(at, "GET", "shipments", params=wrong).status_code == 400


def test_shipments_only_where_the_operator_enabled_them() -> None:
    at = stand(shipments=False)
    order = ready(at)
    assert create(at, parcel(order, 0, 1)).status_code == 403
    assert call(at, "GET", "shipments").status_code == 403


# ---------------------------------------------------------------- OR28, OR29, OR30, RE02


def take(order: Order, n: int = 0, reason: str = "OUT_OF_STOCK", **changes: Any) -> Order:
    line = order["order_lines"][n]
    return {
        "order_line_id": line["order_line_id"],
        "quantity": line["quantity"],
        "amount": line["price"],
        "shipping_amount": line["shipping_price"],
        "reason_code": reason,
    } | changes


def test_reasons_are_listed_by_type() -> None:
    at = stand()
    reasons = call(at, "GET", "reasons/REFUND").json()["reasons"]
    assert {reason["type"] for reason in reasons} == {"REFUND"}
    assert call(at, "GET", "reasons/WEATHER").status_code == 404


def test_an_order_is_cancelled_whole_while_it_can_be() -> None:
    at = stand()
    order = ready(at)
    assert order["can_cancel"]
    assert put(at, order, "cancel").status_code == 204
    assert find(at, order["order_id"])["order_state"] == "CANCELED"
    assert not find(at, order["order_id"])["can_cancel"]
    assert code(put(at, order, "cancel")) == "ORDER_INVALID_STATE"
    assert order["order_id"] not in at.room.list_expected()


def test_pieces_are_cancelled_and_the_last_cancels_the_order() -> None:
    at = stand()
    order = ready(at, lines=2)
    body = {"cancelations": [take(order)], "order_tax_mode": "TAX_INCLUDED"}
    assert call(at, "PUT", "orders/cancel", json=body).status_code == 200
    partly = find(at, order["order_id"])
    assert [line["order_line_state"] for line in partly["order_lines"]] == ["CANCELED", "SHIPPING"]
    assert partly["order_lines"][0]["cancelations"][0]["reason_code"] == "OUT_OF_STOCK"
    assert call(at, "PUT", "orders/cancel", json=body).status_code == 400  # nothing is left
    body = {"cancelations": [take(order, 1)]}
    assert call(at, "PUT", "orders/cancel", json=body).status_code == 200
    assert find(at, order["order_id"])["order_state"] == "CANCELED"


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 99},
        {"quantity": 0},
        {"amount": 1e6},
        {"amount": "1.00"},
        {"shipping_amount": 1e6},
        {"reason_code": "GOODWILL"},
        {"currency_iso_code": "USD"},
        {"taxes": [{"code": "VAT20"}]},
        {"note": "x"},
    ],
)
def test_a_wrong_cancelation_is_refused(change: Order) -> None:
    at = stand()
    order = ready(at)
    answer = call(at, "PUT", "orders/cancel", json={"cancelations": [take(order, **change)]})
    assert answer.status_code == 400
    assert list(change)[0] in answer.json()["errors"][0]["field"]  # noqa: RUF015 - there is one
    assert find(at, order["order_id"])["order_lines"][0]["cancelations"] == []


def test_a_full_refund_closes_what_has_left() -> None:
    at = stand()
    order = ready(at)
    put(at, order, "ship")
    body = {"refunds": [take(order, reason="DEFECTIVE", amount=1.0, shipping_amount=0)]}
    assert call(at, "PUT", "orders/refund", json=body).status_code == 200
    assert find(at, order["order_id"])["order_state"] == "SHIPPED"
    rest = round(order["order_lines"][0]["price"] - 1, 2)
    body = {"refunds": [take(order, reason="DEFECTIVE", amount=rest)]}
    assert call(at, "PUT", "orders/refund", json=body).status_code == 200
    closed = find(at, order["order_id"])
    assert (closed["order_state"], len(closed["order_lines"][0]["refunds"])) == ("CLOSED", 2)
    assert call(at, "PUT", "orders/refund", json=body).status_code == 400


def test_nothing_is_refunded_before_it_was_debited() -> None:
    at = stand()
    order = waiting(at)
    answer = call(at, "PUT", "orders/refund", json={"refunds": [take(order, reason="DEFECTIVE")]})
    assert code(answer) == "ORDER_INVALID_STATE"


def test_the_operator_may_let_no_shop_cancel() -> None:
    at = stand(shop_may_cancel=False)
    assert code(put(at, ready(at), "cancel")) == "ORDER_INVALID_STATE"


def test_writes_are_json_and_know_no_parameter_but_the_shop() -> None:
    at = stand()
    order = waiting(at)
    path = f"orders/{order['order_id']}/accept"
    assert at.call("PUT", f"api/{path}", headers=KEY, content=b"{}").status_code == 415
    assert call(at, "PUT", f"{path}?force=1", json=decide(order)).status_code == 400
    assert call(at, "PUT", f"{path}?shop_id=2000", json=decide(order)).status_code == 204
