"""What becomes of an order: released, accepted, refused, shipped, cancelled; and what is not allowed."""

from typing import Any

import pytest

from sandbox import OctopiaDials
from sandbox.samples import Shares
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import Partners, TurnedClock, write_parcels

WAITING = Shares(awaiting=1.0, processing=0, cancelled=0, foreign=0, hostile_ids=0)


def first(partners: Partners) -> dict[str, Any]:
    return partners.items()[0]


def test_an_accepted_order_is_released_with_its_address(start: Start, clock: TurnedClock) -> None:
    partners = start(shares=WAITING).log_in()
    order = first(partners)
    assert order["status"] == "WaitingAcceptance"
    assert "billingAddress" not in order
    assert "shippingAddress" not in order["lines"][0]
    clock.turn(1)
    assert partners.order(order["orderId"], "/approval-status", json={"approval_status": "Accepted"}).is_success
    accepted = partners.order(order["orderId"]).json()
    assert accepted["status"] == "Accepted"
    assert accepted["updatedAt"] > order["updatedAt"]
    assert "billingAddress" not in accepted
    clock.turn(1)
    released = partners.order(order["orderId"]).json()
    assert released["status"] == released["lines"][0]["status"] == "InPreparation"
    assert released["updatedAt"] > accepted["updatedAt"]
    assert released["lines"][0]["shippingAddress"]["postalCode"]
    again = partners.order(order["orderId"], "/approval-status", json={"approval_status": "Accepted"})
    assert again.status_code == 409
    assert partners.violations() == []  # a matter of state, not of contract
    assert sum(partners.state()["conflicts_by_rule"].values()) == 1


def test_a_refused_order_stays_so(start: Start) -> None:
    partners = start(shares=WAITING).log_in()
    order_id = first(partners)["orderId"]
    assert partners.order(order_id, "/approval-status", json={"approval_status": "Refused"}).is_success
    assert partners.order(order_id).json()["status"] == "Refused"


@pytest.mark.parametrize("body", [{"approvalStatus": "Accepted"}, {"approval_status": "accepted"}, [], {}])
def test_an_approval_in_other_words_is_refused(start: Start, body: object) -> None:
    partners = start(shares=WAITING).log_in()
    assert partners.order(first(partners)["orderId"], "/approval-status", json=body).status_code == 400
    assert len(partners.violations()) == 1


def test_processing_orders_are_released_or_cancelled_by_time(start: Start, clock: TurnedClock) -> None:
    partners = start(orders=20, shares=Shares(0, processing=0.5, cancelled=0.5, foreign=0, hostile_ids=0)).log_in()
    assert {item["status"] for item in partners.items()} == {"Processing"}
    clock.turn(5)
    assert partners.state()["octopia"]["by_status"] == {"InPreparation": 10, "Cancelled": 10}


def test_shipping_all_lines_ships_the_order(start: Start, clock: TurnedClock) -> None:
    partners = start(octopia=OctopiaDials(deliver_seconds=10)).log_in()
    order = first(partners)
    clock.turn(1)
    assert partners.order(order["orderId"], "/shipments", json=write_parcels(order, "P1", "P2")).is_success
    shipped = partners.order(order["orderId"]).json()
    assert shipped["status"] == "Shipped"
    assert [parcel["parcelNumber"] for parcel in shipped["lines"][0]["parcels"]] == ["P1", "P2"]
    assert shipped["updatedAt"] > order["updatedAt"]
    assert partners.order(order["orderId"], "/shipments", json=write_parcels(order, "P1")).status_code == 409
    assert partners.items(shippedAtMin="2026-11-22T09:00:01Z", shippedAtMax="2026-11-22T09:00:01Z") == [shipped]
    clock.turn(10)
    assert partners.order(order["orderId"]).json()["status"] == "Delivered"


def test_shipping_some_lines_leaves_the_rest(start: Start) -> None:
    partners = start(orders=30).log_in()
    order = next(item for item in partners.items() if len(item["lines"]) == 2)
    parcels = [write_parcels(order, number)[0] for number in ("P1", "P2")]
    for n, status in enumerate(("InPreparation", "Shipped")):
        parcels[n]["orderLineIds"] = [order["lines"][n]["orderLineId"]]
        assert partners.order(order["orderId"], "/shipments", json=[parcels[n]]).is_success
        assert partners.order(order["orderId"]).json()["status"] == status


@pytest.mark.parametrize(
    "change",
    [
        {"carrierName": "dhl"},
        {"carrierName": "Pigeon"},
        {"parcelNumber": ""},
        {"parcelNumber": 12},
        {"orderLineIds": []},
        {"orderLineIds": ["other"]},
        {"trackingUrl": "ftp://x"},
        {"weight": 1},
    ],
)
def test_a_wrong_parcel_is_refused(start: Start, change: dict[str, Any]) -> None:
    partners = start().log_in()
    order = first(partners)
    answer = partners.order(order["orderId"], "/shipments", json=[write_parcels(order, "P1")[0] | change])
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [f"0.{key}" for key in change]
    assert partners.order(order["orderId"]).json()["status"] == "InPreparation"


@pytest.mark.parametrize("body", [{}, [], {"parcels": []}, "x"])
def test_shipments_are_a_bare_array(start: Start, body: object) -> None:
    partners = start().log_in()
    assert partners.order(first(partners)["orderId"], "/shipments", json=body).status_code == 400


def test_orders_that_are_not_the_sellers_can_not_be_shipped(start: Start) -> None:
    partners = start(shares=Shares(0, 0, 0, foreign=1.0, hostile_ids=0)).log_in()
    order = first(partners)
    assert order["lines"][0]["offer"]["supplyMode"] in {"Fulfillment", "Xdock"}
    assert partners.order(order["orderId"], "/shipments", json=write_parcels(order, "P1")).status_code == 403


def test_cancelling_whole_and_in_part(start: Start) -> None:
    partners = start(orders=30).log_in()
    whole, part = first(partners), next(item for item in partners.items() if len(item["lines"]) == 2)
    reasons = partners.octopia(
        "GET", "/cancellation-reasons?userType=Seller&orderStatus=InPreparation&salesChannel=CDISFR"
    ).json()["items"]
    why = {"reason": reasons[0]["reason"], "shippingCostRefund": True}
    body = {"orderSellerId": whole["orderId"], **why}
    assert partners.octopia("POST", "/order-cancellation-requests", json=body).status_code == 201
    assert partners.octopia("POST", "/order-cancellation-requests", json=body).status_code == 409
    assert partners.order(whole["orderId"]).json()["status"] == "Cancelled"
    listed = partners.octopia("GET", "/order-cancellation-requests", params={"orderSellerId": whole["orderId"]})
    assert len(listed.json()["items"]) == 1
    for line, status in zip(part["lines"], ("InPreparation", "Cancelled"), strict=True):
        lines = [{"lineId": line["orderLineId"], "offerId": line["offer"]["id"], **why}]
        body = {"orderSellerId": part["orderId"], "lines": lines}
        assert partners.octopia("POST", "/order-partial-cancellation-requests", json=body).status_code == 201
        assert partners.order(part["orderId"]).json()["status"] == status


def test_the_order_of_a_cancellation_has_one_name(start: Start) -> None:
    partners = start().log_in()
    body = {"orderId": first(partners)["orderId"], "reason": "PriceError", "shippingCostRefund": True}
    assert partners.octopia("POST", "/order-cancellation-requests", json=body).status_code == 400
    partners.control("POST", "/octopia", cancel_id_key="orderId")
    assert partners.octopia("POST", "/order-cancellation-requests", json=body).status_code == 201


def test_carriers_are_listed_and_accepted_as_written(start: Start) -> None:
    partners = start().log_in()
    names = [item["carrierName"] for item in partners.octopia("GET", "/carriers").json()["items"]]
    order = first(partners)
    assert partners.order(order["orderId"], "/shipments", json=write_parcels(order, "P", carrier=names[-1])).is_success
