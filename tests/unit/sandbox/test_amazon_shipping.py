"""confirmShipment: what a package must have, what an order's state allows, and what becomes of it."""

from typing import Any

import pytest

from sandbox.samples import Shares
from tests.unit.sandbox.amazon_seller import PENDING, V0, Row, Seller, error, make_confirmation, pieces


def test_a_parcel_is_204_without_a_body_and_the_order_has_it() -> None:
    seller = Seller()
    order = seller.make_order()
    seller.clock.turn(5)
    answer = seller.confirm(order, shippingMethod="Chrono 13")
    assert (answer.status_code, answer.content) == (204, b"")
    assert {"x-amzn-requestid", "x-amzn-ratelimit-limit"} <= answer.headers.keys()
    after = seller.order(order["orderId"])
    assert after["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert after["lastUpdatedTime"] > order["lastUpdatedTime"]
    (package,) = after["packages"]
    assert package == {
        "packageReferenceId": "1",
        "createdTime": "2026-11-22T09:00:05Z",
        "packageStatus": {"status": "SHIPPED"},
        "carrier": "Chronopost",
        "shipTime": "2026-11-22T08:00:00Z",
        "shippingService": "Chrono 13",
        "trackingNumber": "XX1",
        "packageItems": [pieces(item) for item in order["orderItems"]],
    }
    assert all(item["fulfillment"]["quantityUnfulfilled"] == 0 for item in after["orderItems"])
    assert seller.order_v0(order["orderId"])["OrderStatus"] == "Shipped"
    assert seller.room.is_shipped(order["orderId"]) is True
    assert seller.room.find_parcels(order["orderId"]) == {"XX1"}
    assert seller.violations() == []


def test_one_call_for_each_parcel() -> None:
    seller = Seller()
    seller.fill(30)
    order = next(one for one in seller.orders() if len(one["orderItems"]) == 2)
    first, second = order["orderItems"]
    assert seller.confirm(order, pieces(first)).status_code == 204
    half = seller.order(order["orderId"])
    assert half["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED"
    assert seller.room.is_shipped(order["orderId"]) is False
    answer = seller.confirm(order, pieces(second), packageReferenceId="2", trackingNumber="XX2")
    assert answer.status_code == 204
    assert seller.order(order["orderId"])["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert seller.room.find_parcels(order["orderId"]) == {"XX1", "XX2"}
    assert seller.room.find_statuses_since(order["orderId"], seller.clock()) == {"Shipped"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"packageReferenceId": 1}, "packageReferenceId"),
        ({"packageReferenceId": "A1"}, "packageReferenceId"),
        ({"packageReferenceId": "0"}, "packageReferenceId"),
        ({"packageReferenceId": "-1"}, "packageReferenceId"),
        ({"packageReferenceId": None}, "packageReferenceId"),
        ({"carrierCode": None}, "carrierCode"),
        ({"carrierCode": "Other"}, "carrierName"),
        ({"trackingNumber": None}, "trackingNumber"),
        ({"trackingNumber": ""}, "trackingNumber"),
        ({"shipDate": None}, "shipDate"),
        ({"shipDate": "02/21/2022"}, "shipDate"),
        ({"shipDate": "2026-11-22T08:00:00"}, "shipDate"),
        ({"shipDate": "2026-13-22T08:00:00Z"}, "shipDate"),
        ({"orderItems": {"orderItemId": "1", "quantity": 1}}, "orderItems"),
        ({"orderItems": []}, "orderItems"),
        ({"orderItems": [{"orderItemId": "1"}]}, "orderItems.0.quantity"),
        ({"orderItems": [{"orderItemId": 1, "quantity": 1}]}, "orderItems.0.orderItemId"),
        ({"orderItems": [{"orderItemId": "1", "quantity": "1"}]}, "orderItems.0.quantity"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 0}]}, "orderItems.0.quantity"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 1}]}, "orderItems.0.orderItemId"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 1}] * 2}, "orderItems"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 1, "sku": "x"}]}, "orderItems.0.sku"),
        ({"trackingUrl": "https://x.example"}, "trackingUrl"),
    ],
)
def test_a_package_out_of_contract_is_refused_by_name(changes: Row, named: str) -> None:
    seller = Seller()
    answer = seller.confirm(seller.make_order(), **changes)
    assert (answer.status_code, error(answer)["code"]) == (400, "InvalidInput")
    assert error(answer)["details"].startswith(f"packageDetail.{named}:")
    assert len(seller.violations()) == 1
    assert seller.conflicts() == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"marketplaceId": None}, "marketplaceId"),
        ({"marketplaceId": "ATVPDKIKX0DER"}, "marketplaceId"),
        ({"packageDetail": None}, "packageDetail"),
        ({"packageDetail": [1]}, "packageDetail"),
        ({"codCollectionMethod": "Cash"}, "codCollectionMethod"),
        ({"payload": {}}, "payload"),
    ],
)
def test_a_body_out_of_contract_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    seller = Seller()
    order = seller.make_order()
    body = {key: value for key, value in (make_confirmation(order) | change).items() if value is not None}
    answer = seller.confirm(order, body=body)
    assert answer.status_code == 400
    assert named in error(answer)["details"]
    assert len(seller.violations()) == 1


def test_json_and_no_parameters() -> None:
    seller = Seller()
    order = seller.make_order()
    path = f"{V0}/{order['orderId']}/shipmentConfirmation"
    text = b'{"marketplaceId": '
    json_headers = seller.headers | {"Content-Type": "application/json"}
    assert seller.call("POST", path, headers=seller.headers, content=text).status_code == 400
    assert seller.call("POST", path, headers=json_headers, content=text).status_code == 400
    assert seller.call("POST", f"{path}?x=1", headers=seller.headers, json=make_confirmation(order)).status_code == 400
    assert len(seller.journal.violations) == 3
    assert seller.room.is_shipped(order["orderId"]) is False


def test_other_carriers_have_a_name() -> None:
    seller = Seller()
    order = seller.make_order()
    assert seller.confirm(order, carrierCode="Other", carrierName="Le Triporteur").status_code == 204
    assert seller.order(order["orderId"])["packages"][0]["carrier"] == "Le Triporteur"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({}, "already fulfilled"), ({"packageReferenceId": "2"}, "PackageToUpdateNotFound")],
)
def test_a_finished_order_is_400_and_a_conflict(changes: Row, words: str) -> None:
    seller = Seller()
    order = seller.make_order()
    assert seller.confirm(order).status_code == 204
    again = seller.confirm(order, **changes)
    assert (again.status_code, error(again)["code"]) == (400, "InvalidInput")
    assert words in error(again)["message"]
    assert seller.conflicts() == 1
    assert seller.violations() == []
    assert len(seller.order(order["orderId"])["packages"]) == 1


def test_a_package_reference_is_one_package() -> None:
    seller = Seller()
    seller.fill(30)
    order = next(one for one in seller.orders() if len(one["orderItems"]) == 2)
    first, second = order["orderItems"]
    assert seller.confirm(order, pieces(first)).status_code == 204
    assert seller.confirm(order, pieces(second)).status_code == 400
    assert seller.conflicts() == 1
    seller.room.turn(known_package="update")
    assert seller.confirm(order, pieces(first), trackingNumber="XX9").status_code == 204
    after = seller.order(order["orderId"])
    assert [package["trackingNumber"] for package in after["packages"]] == ["XX9"]
    assert after["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED"
    assert seller.confirm(order, pieces(second)).status_code == 204
    assert seller.order(order["orderId"])["orderItems"][0]["fulfillment"]["quantityFulfilled"] == 0


def test_no_more_than_is_open() -> None:
    seller = Seller()
    order = seller.make_order()
    first = order["orderItems"][0]
    answer = seller.confirm(order, pieces(first, first["quantityOrdered"] + 1))
    assert answer.status_code == 400
    assert (seller.conflicts(), seller.violations()) == (1, [])


@pytest.mark.parametrize(
    "shares",
    [PENDING, Shares(awaiting=0, processing=0, cancelled=0, foreign=1, hostile_ids=0)],
)
def test_only_the_sellers_own_released_orders_are_shipped(shares: Shares) -> None:
    seller = Seller()
    (order_id,) = seller.fill(1, shares)
    assert seller.confirm(seller.order(order_id)).status_code == 400
    assert (seller.conflicts(), seller.violations()) == (1, [])


def test_nobodys_order_is_404() -> None:
    seller = Seller()
    order = seller.make_order() | {"orderId": "111-1111111-1111111"}
    assert seller.confirm(order).status_code == 404


def test_one_number_in_two_packages_is_taken_and_told() -> None:
    seller = Seller()
    seller.fill(30)
    order = next(one for one in seller.orders() if len(one["orderItems"]) == 2)
    first, second = order["orderItems"]
    assert seller.confirm(order, pieces(first)).status_code == 204
    assert seller.confirm(order, pieces(second), packageReferenceId="2").status_code == 204
    assert seller.room.describe()["writes"] == {"shipments": 2, "repeated parcel": 1}
