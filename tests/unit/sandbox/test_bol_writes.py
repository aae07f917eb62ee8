"""bol: writes that are taken with 202 and end later, or never; buyers who cancel; items that expire."""

from typing import Any

import pytest

from sandbox.samples import Shares
from tests.unit.sandbox.bol_seller import Row, Seller, pieces

PROCESS = "shared/process-status"


def one_order(seller: Seller, items: int = 1) -> Row:
    seller.fill(40)
    return next(seller.order(one["orderId"]) for one in seller.orders() if len(one["orderItems"]) == items)


def test_a_shipment_is_pending_and_then_done() -> None:
    seller = Seller()
    order = one_order(seller)
    answer = seller.ship(pieces(order["orderItems"][0]), shipmentReference="B321SR")
    assert answer.status_code == 202
    taken = answer.json()
    assert (taken["status"], taken["eventType"]) == ("PENDING", "CREATE_SHIPMENT")
    assert taken["createTimestamp"] == "2026-11-22T10:00:00+01:00"
    assert seller.get(f"{PROCESS}/{taken['processStatusId']}").json()["status"] == "PENDING"
    assert seller.order(order["orderId"])["orderItems"][0]["quantityShipped"] == 0
    assert seller.follow(answer)["status"] == "SUCCESS"
    item = seller.order(order["orderId"])["orderItems"][0]
    assert item["quantityShipped"] == item["quantity"]
    # The process ended half a second after the call; it is done at the next request, with its own due time.
    assert item["latestChangedDateTime"] == "2026-11-22T10:00:00+01:00"
    assert seller.room.is_shipped(order["orderId"])
    assert seller.room.find_parcels(order["orderId"]) == {"3S1"}
    assert seller.violations() == []


def test_shipping_again_fails_later_and_not_at_once() -> None:
    seller = Seller()
    order = one_order(seller)
    row = pieces(order["orderItems"][0])
    first, second = seller.ship(row), seller.ship(row)  # the second while the first is pending
    assert seller.follow(first)["status"] == "SUCCESS"
    failed = seller.follow(second)
    assert (failed["status"], failed["errorMessage"]) == ("FAILURE", "The item has been handled")
    assert (seller.violations(), seller.conflicts()) == ([], 1)


def test_pieces_and_items_one_by_one() -> None:
    seller = Seller()
    seller.fill(60)
    order = next(
        seller.order(one["orderId"])
        for one in seller.orders(page=1)
        if len(one["orderItems"]) == 2 and one["orderItems"][0]["quantity"] > 1
    )
    first, second = order["orderItems"]
    assert seller.follow(seller.ship(pieces(first, 1)))["status"] == "SUCCESS"
    too_many = seller.follow(seller.ship(pieces(first, first["quantity"])))
    assert (too_many["status"], too_many["errorMessage"]) == ("FAILURE", "More pieces than are open of the item")
    rest = pieces(first, first["quantity"] - 1)
    transport = {"transporterCode": "TNT", "trackAndTrace": "3S2"}
    assert seller.follow(seller.ship(rest, pieces(second), transport=transport))["status"] == "SUCCESS"
    assert seller.room.find_parcels(order["orderId"]) == {"3S1", "3S2"}
    assert seller.room.is_shipped(order["orderId"])


def test_items_of_two_orders_are_no_shipment() -> None:
    seller = Seller()
    ids = seller.fill(2)
    rows = [pieces(seller.order(one)["orderItems"][0]) for one in ids]
    assert seller.follow(seller.ship(*rows))["errorMessage"] == "The items belong to several orders"


def test_unknown_and_bols_own_items_fail() -> None:
    seller = Seller()
    assert seller.follow(seller.ship({"orderItemId": "1", "quantity": 1}))["errorMessage"] == "Order item not found"
    (order_id,) = seller.fill(1, Shares(0, 0, 0, foreign=1.0, hostile_ids=0))
    row = pieces(seller.order(order_id)["orderItems"][0])
    assert seller.follow(seller.ship(row))["errorMessage"] == "The item is fulfilled by bol"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"orderItems": []}, "orderItems"),
        ({"orderItems": [{"orderItemId": "1"}]}, "orderItems.0.quantity"),
        ({"orderItems": [{"orderItemId": 1, "quantity": 1}]}, "orderItems.0.orderItemId"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 0}]}, "orderItems.0.quantity"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 1}] * 2}, "orderItems"),
        ({"shipmentReference": "x" * 91}, "shipmentReference"),
        ({"shippingLabelId": "label"}, "transport"),
        ({"transport": {}}, "transport.transporterCode"),
        ({"transport": {"transporterCode": "TNT", "trackAndTrace": ""}}, "transport.trackAndTrace"),
        ({"transport": {"transporterCode": "TNT", "url": "x"}}, "transport.url"),
        ({"carrier": "TNT"}, "carrier"),
    ],
)
def test_a_wrong_shipment_is_refused_at_once(change: Row, name: str) -> None:
    seller = Seller()
    answer = seller.ship({"orderItemId": "2", "quantity": 1}, **change)
    assert answer.status_code == 400
    assert [row["name"] for row in answer.json()["violations"]] == [name]
    assert len(seller.violations()) == 1


def test_a_label_of_bols_needs_no_transport() -> None:
    seller = Seller()
    row = pieces(one_order(seller)["orderItems"][0])
    body = {"orderItems": [row], "shippingLabelId": "d4c50077-0c19-435f-9bee-1b30b9f4ba1a"}
    assert seller.follow(seller.send("POST", "retailer/shipments", body))["status"] == "SUCCESS"


def test_transporters_may_be_checked() -> None:
    seller = Seller(transporters=("DHL",))
    row = {"orderItemId": "2", "quantity": 1}
    assert seller.ship(row).status_code == 400
    assert seller.ship(row, transport={"transporterCode": "DHL"}).status_code == 202


# ---------------------------------------------------------------- cancellation, buyers, expiry


def test_a_buyer_asks_and_the_seller_confirms() -> None:
    seller = Seller()
    (order_id,) = seller.fill(1, Shares(0, 0, cancelled=1.0, foreign=0, hostile_ids=0))
    (order,) = seller.orders()
    assert not order["orderItems"][0]["cancellationRequest"]
    seller.clock.turn(5)
    (order,) = seller.orders(change_interval_minute=1)
    assert all(item["cancellationRequest"] for item in order["orderItems"])
    assert seller.room.list_expected() == set()
    rows = [{"orderItemId": item["orderItemId"], "reasonCode": "REQUESTED_BY_CUSTOMER"} for item in order["orderItems"]]
    done = seller.follow(seller.cancel(*rows))
    assert (done["status"], done["eventType"]) == ("SUCCESS", "CANCEL_ORDER")
    assert seller.orders() == []
    (order,) = seller.orders(status="ALL")
    assert {item["fulfilmentStatus"] for item in order["orderItems"]} == {"HANDLED"}
    assert seller.room.find_statuses_since(order_id, seller.clock.now) == {"Canceled"}
    assert seller.follow(seller.cancel(*rows))["status"] == "FAILURE"


@pytest.mark.parametrize(
    "row",
    [{"orderItemId": "1"}, {"orderItemId": "1", "reasonCode": "WEATHER"}, {"reasonCode": "OTHER"}, "1"],
)
def test_a_wrong_cancellation_is_refused_at_once(row: Any) -> None:
    seller = Seller()
    assert seller.cancel(row).status_code == 400
    assert len(seller.violations()) == 1


def test_what_is_open_expires() -> None:
    seller = Seller(expire_seconds=60)
    seller.fill(10)
    order = next(one for one in seller.orders() if len(one["orderItems"]) == 2)
    seller.follow(seller.ship(pieces(order["orderItems"][0])))
    seller.clock.turn(60)
    assert seller.orders() == []
    first, second = seller.order(order["orderId"])["orderItems"]
    assert (first["quantityCancelled"], second["quantityCancelled"]) == (0, second["quantity"])
    assert seller.room.is_shipped(order["orderId"])
    assert seller.room.list_expected() == {order["orderId"]}
    late = seller.follow(seller.ship(pieces(second)))
    assert late["errorMessage"] == "The item has been handled"


# ---------------------------------------------------------------- process statuses


def test_a_process_status_is_kept_for_a_while() -> None:
    seller = Seller(keep_seconds=10)
    answer = seller.ship(pieces(one_order(seller)["orderItems"][0]))
    process_id = seller.follow(answer)["processStatusId"]
    query = {"processStatusQueries": [{"processStatusId": process_id}, {"processStatusId": "9"}]}
    assert len(seller.send("POST", PROCESS, query).json()["processStatuses"]) == 1
    seller.clock.turn(10)
    gone = seller.get(f"{PROCESS}/{process_id}")
    assert (gone.status_code, gone.headers["content-type"]) == (404, "application/problem+json")
    assert seller.send("POST", PROCESS, query).json() == {"processStatuses": []}
    assert seller.violations() == []


def test_process_statuses_by_entity_newest_first() -> None:
    seller = Seller()
    item = one_order(seller)["orderItems"][0]
    made = [seller.ship(pieces(item)).json()["processStatusId"] for _ in range(3)]
    asked = {"entity-id": item["orderItemId"], "event-type": "CREATE_SHIPMENT"}
    listed = seller.get(PROCESS, **asked).json()["processStatuses"]
    assert [status["processStatusId"] for status in listed] == made[::-1]
    assert seller.get(PROCESS, **asked | {"event-type": "CANCEL_ORDER"}).json() == {"processStatuses": []}
    assert seller.get(PROCESS, **asked, page=2).json() == {"processStatuses": []}
    for wrong in ({}, {"entity-id": "1"}, asked | {"event-type": "create"}, asked | {"page": 0}, asked | {"size": 5}):
        assert seller.get(PROCESS, **wrong).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"processStatusQueries": []},
        {"processStatusQueries": [{"processStatusId": "1"}] * 1001},
        {"processStatusQueries": ["1"]},
        {"processStatusQueries": [{"processStatusId": 1}]},
        {"processStatusQueries": [{"id": "1"}]},
    ],
)
def test_a_wrong_bulk_query_is_refused(body: Row) -> None:
    assert Seller().send("POST", PROCESS, body).status_code == 400


def test_a_thousand_ids_at_once() -> None:
    body = {"processStatusQueries": [{"processStatusId": str(n)} for n in range(1000)]}
    assert Seller().send("POST", PROCESS, body).status_code == 200


def test_a_timeout_may_have_taken_effect_or_not() -> None:
    seller = Seller(timeout_share=1.0)
    orders = [seller.order(one) for one in seller.fill(4)]
    for order in orders:
        assert seller.follow(seller.ship(*(pieces(item) for item in order["orderItems"])))["status"] == "TIMEOUT"
    assert [seller.room.is_shipped(order["orderId"]) for order in orders] == [True, False, True, False]


def test_a_failure_by_dial_takes_no_effect() -> None:
    seller = Seller(failure_share=1.0)
    order = one_order(seller)
    failed = seller.follow(seller.ship(pieces(order["orderItems"][0])))
    assert failed["status"] == "FAILURE"
    assert failed["errorMessage"]
    assert not seller.room.is_shipped(order["orderId"])
    seller.room.turn(failure_share=0)
    assert seller.follow(seller.ship(pieces(order["orderItems"][0])))["status"] == "SUCCESS"


def test_how_long_it_takes_is_a_dial() -> None:
    seller = Seller(process_seconds=30)
    answer = seller.ship(pieces(one_order(seller)["orderItems"][0]))
    assert seller.follow(answer)["status"] == "PENDING"
    seller.clock.turn(29)
    assert seller.follow(answer)["status"] == "SUCCESS"
