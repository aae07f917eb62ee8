"""Egenta's five endpoints: S000's field list, the three casings, upsert and insert, shipping and questions."""

from typing import Any

import pytest

from sandbox import EgentaDials
from sandbox.egenta.contract import ADDRESS_REQUIRED, LINE_REQUIRED, REQUIRED, check_order
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import (
    CREDENTIALS,
    Partners,
    TurnedClock,
    translate,
    write_import,
    write_parcels,
)

REQUIRED_PATHS = [
    *REQUIRED,
    *(f"{block}.{name}" for block in ("shippingAddress", "billingAddress") for name in ADDRESS_REQUIRED),
    *(f"lines.0.{name}" for name in LINE_REQUIRED),
]


def change(order: dict[str, Any], path: str, value: Any = None, *, drop: bool = False) -> dict[str, Any]:
    *parents, last = path.split(".")
    block: Any = order
    for part in parents:
        block = block[int(part)] if isinstance(block, list) else block[part]
    if drop:
        del block[last]
    else:
        block[last] = value
    return order


def test_the_documents_example_is_accepted() -> None:
    assert check_order(write_import()) == {}
    assert len(REQUIRED_PATHS) == 9 + 2 * 7 + 9


@pytest.mark.parametrize("path", REQUIRED_PATHS)
def test_each_required_field_is_required(path: str) -> None:
    assert check_order(change(write_import(), path, drop=True)) == {path: ["required"]}
    assert list(check_order(change(write_import(), path, ""))) == [path]
    assert list(check_order(change(write_import(), path, None))) == [path]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("PurchaseDate", "2025-04-22T10:26:05"),
        ("PurchaseDate", "2025- 04 - 22 10:26:05"),
        ("LatestDeliveryDate", "2025-02-30 10:00:00"),
        ("EarliestShipDate", ""),
        ("OrderTotal", "100"),
        ("OrderTotal", "100,00"),
        ("OrderTotal", -1),
        ("BusinessOrder", "true"),
        ("BusinessOrder", 1),
        ("NumberOfItemsUnshipped", " 1 "),
        ("CurrencyCode", "EUX"),
        ("lines.0.sellingPriceCurrencyCode", "eur"),
        ("lines.0.quantity", 0),
        ("lines.0.quantity", "1"),
        ("lines.0.quantity", True),
        ("lines.0.sellingPrice", "12.00"),
        ("lines.0.commission_amountWithVat", "12"),
        ("shippingAddress.countryCode", "FRA"),
        ("billingAddress.countryCode", "XX"),
        ("shippingAddress.addressLine", "x"),
        ("OrderID", "x"),
        ("Reference", None),
        ("lines", []),
        ("lines", {}),
        ("shippingAddress", "Paris"),
    ],
)
def test_a_wrong_form_is_named(path: str, value: Any) -> None:
    assert list(check_order(change(write_import(), path, value))) == [path]


@pytest.mark.parametrize(
    ("total", "business", "items", "name"),
    [("100.00", "1", "1", "seed"), (100.0, True, 1, "native"), ("100.00", True, "1", "mixed")],
)
def test_both_wire_types_are_taken_and_told_apart(
    start: Start, total: object, business: object, items: object, name: str
) -> None:
    partners = start()
    order = write_import(OrderTotal=total, BusinessOrder=business, NumberOfItemsUnshipped=items)
    assert partners.put(order).status_code == 200
    assert partners.state()["egenta"]["wire_types"] == {name: 1}


def test_a_bad_order_refuses_its_batch_and_nothing_is_kept(start: Start) -> None:
    partners = start()
    answer = partners.put(write_import("A"), write_import("B", BuyerName=" "))
    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "error": "Wrong orders",
        "errors": {"orders.1.BuyerName": ["text, not empty"]},
    }
    state = partners.state()
    assert state["egenta"]["orders"] == 0
    assert state["egenta"]["refused_puts"] == {"A": 1, "B": 1}
    assert state["violations"][0]["fields"] == ["orders.1.BuyerName"]


@pytest.mark.parametrize(("mode", "held", "doubled"), [("upsert", 1, []), ("insert", 2, ["A"])])
def test_a_repeated_order_replaces_or_doubles_and_is_counted(
    start: Start, mode: str, held: int, doubled: list[str]
) -> None:
    partners = start(egenta=EgentaDials(mode=mode))
    for name in ("first", "second"):
        assert partners.put(write_import("A", BuyerName=name)).status_code == 200
    egenta = partners.state()["egenta"]
    assert (egenta["orders"], egenta["puts"], egenta["doubled"]) == (held, {"A": 2}, doubled)
    names = [row["order"]["BuyerName"] for row in partners.control("GET", "/egenta/orders")["orders"]]
    assert names == (["second"] if mode == "upsert" else ["first", "second"])


@pytest.mark.parametrize(
    ("credentials", "status"),
    [({"secret_id": 1}, 200), ({"secret_id": 2}, 401), ({"secret_key": "x"}, 401), ({"secret_id": True}, 401)],
)
def test_credentials_are_checked_in_every_request(start: Start, credentials: dict[str, Any], status: int) -> None:
    partners = start()
    for method, script, fields in (
        ("PUT", "order_import", {"orders": [write_import()]}),
        ("GET", "order_update_get_list", {}),
        ("GET", "order_status_get_list", {}),
    ):
        assert partners.egenta(method, script, **fields, **credentials).status_code == status


def test_lists_take_credentials_in_the_body_or_in_the_query(start: Start) -> None:
    partners = start()
    for script in ("order_update_get_list", "order_status_get_list"):
        assert partners.egenta("GET", script).json() == {"orders": []}
        path = f"/egenta/api/{script}.php"
        assert partners.http.get(path, params=CREDENTIALS).json() == {"orders": []}
        assert partners.http.get(path).status_code == 400
        assert partners.http.post(path, json=CREDENTIALS).status_code == 405
    assert partners.state()["egenta"]["credentials_in"] == {"body": 2, "query": 2}
    assert all("secret" not in line["path"] for line in partners.control("GET", "/requests"))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("orders", {"orders": [{"orderId": "A"}]}), ("list", [{"orderId": "A"}]), ("rows", {"1": {"orderId": "A"}})],
)
def test_lists_come_in_the_shape_set(start: Start, clock: TurnedClock, shape: str, expected: object) -> None:
    partners = start(egenta=EgentaDials(list_shape=shape, status_question_share=1.0))
    partners.put(write_import("A"))
    clock.turn(1)
    assert partners.egenta("GET", "order_status_get_list").json() == expected


def import_first(partners: Partners) -> dict[str, Any]:
    order = partners.log_in().items()[0]
    assert partners.put(translate(order)).status_code == 200
    return order


def test_an_order_is_listed_as_shipped_until_it_is_acknowledged(start: Start, clock: TurnedClock) -> None:
    partners = start(egenta=EgentaDials(ship_after_seconds=3, two_parcels_share=1.0))
    order = import_first(partners)
    assert partners.egenta("GET", "order_update_get_list").json() == {"orders": []}
    clock.turn(3)
    rows = partners.egenta("GET", "order_update_get_list").json()["orders"]
    assert [set(row) for row in rows] == [{"orderId", "carrierName", "parcelNumber"}] * 2
    parcels = write_parcels(order, *(row["parcelNumber"] for row in rows))
    assert partners.order(order["orderId"], "/shipments", json=parcels).is_success
    assert partners.egenta("POST", "order_update_update", OrderID=order["orderId"], updated=1).status_code == 200
    assert partners.egenta("GET", "order_update_get_list").json() == {"orders": []}
    assert partners.egenta("POST", "order_update_update", OrderID=order["orderId"], updated=1).status_code == 200
    assert partners.state()["egenta"]["repeated_acks"] == {order["orderId"]: 2}
    assert partners.violations() == []


def test_an_acknowledgement_before_the_marketplace_knows_is_a_violation(start: Start, clock: TurnedClock) -> None:
    partners = start(egenta=EgentaDials(two_parcels_share=1.0))
    order = import_first(partners)
    clock.turn(1)
    assert partners.egenta("POST", "order_update_update", OrderID=order["orderId"], updated=1).status_code == 200
    assert partners.violations() == ["egenta.shipped_ack: acked before the marketplace had it shipped"]


def test_an_acknowledgement_with_a_parcel_lacking_is_a_violation(start: Start, clock: TurnedClock) -> None:
    partners = start(egenta=EgentaDials(two_parcels_share=1.0))
    order = import_first(partners)
    clock.turn(1)
    row = partners.egenta("GET", "order_update_get_list").json()["orders"][0]
    partners.order(order["orderId"], "/shipments", json=write_parcels(order, row["parcelNumber"]))
    partners.egenta("POST", "order_update_update", OrderID=order["orderId"], updated=1)
    assert partners.violations() == ["egenta.shipped_ack: acked with a parcel the marketplace lacks"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"OrderID": "nobody", "updated": 1}, 404),
        ({"OrderID": "A", "updated": 1}, 409),
        ({"OrderID": "A", "updated": "1"}, 400),
        ({"OrderID": "A", "updated": True}, 400),
        ({"OrderId": "A", "updated": 1}, 400),
        ({"OrderID": "A"}, 400),
    ],
)
def test_a_wrong_acknowledgement_is_refused(start: Start, fields: dict[str, Any], status: int) -> None:
    partners = start(egenta=EgentaDials(ship_after_seconds=None))
    partners.put(write_import("A"))
    assert partners.egenta("POST", "order_update_update", **fields).status_code == status
    assert len(partners.violations()) == 1


def test_questions_are_asked_answered_and_asked_again(start: Start, clock: TurnedClock) -> None:
    dials = EgentaDials(ship_after_seconds=None, status_question_share=1.0, status_again_seconds=3)
    partners = start(egenta=dials)
    order_id = import_first(partners)["orderId"]

    def asked() -> list[dict[str, str]]:
        return partners.egenta("GET", "order_status_get_list").json()["orders"]

    def answer(word: str) -> int:
        body = {"OrderID": order_id, "OrderStatusTranslated": word}
        return partners.egenta("POST", "order_status_update", **body).status_code

    clock.turn(0.5)
    assert asked() == [{"orderId": order_id}]
    assert [answer(word) for word in ("unshipped", "Cancelled", "Pending")] == [400, 400, 400]
    assert answer("Unshipped") == 200
    assert asked() == []
    clock.turn(3)
    assert asked() == [{"orderId": order_id}]
    partners.control("POST", f"/octopia/orders/{order_id}", status="Cancelled")
    assert answer("Canceled") == 200
    clock.turn(60)
    assert asked() == []
    assert len(partners.violations()) == 1  # the three wrong words, counted under one rule


def test_a_false_answer_is_a_violation(start: Start, clock: TurnedClock) -> None:
    partners = start(egenta=EgentaDials(ship_after_seconds=None, status_question_share=1.0))
    order_id = import_first(partners)["orderId"]
    clock.turn(1)
    partners.egenta("POST", "order_status_update", OrderID=order_id, OrderStatusTranslated="Shipped")
    assert partners.violations() == ["egenta.status_answer: answered a status the marketplace did not have"]


def test_an_order_answered_canceled_is_not_shipped(start: Start, clock: TurnedClock) -> None:
    partners = start(egenta=EgentaDials(ship_after_seconds=5, status_question_share=1.0))
    order_id = import_first(partners)["orderId"]
    clock.turn(1)
    partners.control("POST", f"/octopia/orders/{order_id}", status="Cancelled")
    partners.egenta("POST", "order_status_update", OrderID=order_id, OrderStatusTranslated="Canceled")
    clock.turn(10)
    assert partners.egenta("GET", "order_update_get_list").json() == {"orders": []}
    assert partners.state()["egenta"]["cancelled"] == [order_id]


def test_an_import_takes_effect_after_its_delay_also_when_nobody_waits(start: Start) -> None:
    import httpx

    partners = start(egenta=EgentaDials(commit_delay_seconds=0.3))
    with pytest.raises(httpx.ReadTimeout):
        partners.http.put(
            "/egenta/api/order_import.php", json=CREDENTIALS | {"orders": [write_import("A")]}, timeout=0.1
        )
    assert partners.state()["egenta"]["orders"] == 0
    assert partners.put(write_import("B")).status_code == 200
    assert set(partners.state()["egenta"]["puts"]) == {"A", "B"}
