"""bol: the token, budgets and their headers, media types, the list's filters and pages, the detail, plants."""

from itertools import pairwise
from typing import Any

import pytest

from sandbox.bol import example
from sandbox.bol.dials import DOCUMENTED_LIMITS
from sandbox.bol.entry import MEDIA
from sandbox.bol.wire import PLANTS, split_street
from sandbox.faults import Rule
from sandbox.samples import Shares
from tests.unit.sandbox.bol_seller import Seller, pieces

# ---------------------------------------------------------------- token


def test_a_token_by_basic_lives_for_some_minutes() -> None:
    seller = Seller()
    answer = seller.ask_token()
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 299)
    assert seller.get("retailer/orders").status_code == 200
    seller.clock.turn(299)
    late = seller.get("retailer/orders")
    assert (late.status_code, late.headers["content-type"]) == (401, "application/problem+json")
    assert seller.violations() == []
    seller.log_in()
    assert seller.get("retailer/orders").status_code == 200


def test_the_form_is_oauths_own_place() -> None:
    assert Seller().ask_token(query="", data={"grant_type": "client_credentials"}).status_code == 200


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({"ending": "other"}, 401, "invalid_client"),
        ({"query": ""}, 400, "unsupported_grant_type"),
        ({"query": "?grant_type=password"}, 400, "unsupported_grant_type"),
        ({"query": "?grant_type=client_credentials&client_secret=x"}, 400, "unsupported_grant_type"),
    ],
)
def test_who_is_no_client_gets_no_token(more: Any, status: int, error: str) -> None:
    seller = Seller()
    answer = seller.ask_token(**more)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert len(seller.violations()) == 1


@pytest.mark.parametrize("value", ["", "Bearer other", "Basic c2FuZA=="])
def test_a_token_never_given_is_a_breach(value: str) -> None:
    seller = Seller()
    seller.headers["Authorization"] = value
    assert seller.get("retailer/orders").status_code == 401
    assert seller.violations() == ["bol.orders: No such token"]


def test_a_voided_token_is_none() -> None:
    seller = Seller(Rule("expired_token", "bol.orders", count=1))
    assert seller.get("retailer/orders").status_code == 401
    assert seller.get("retailer/orders").status_code == 401
    seller.log_in()
    assert seller.get("retailer/orders").status_code == 200


# ---------------------------------------------------------------- media types, budgets


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/vnd.retailer.v9+json"])
def test_only_the_vendors_media_type_is_given(accept: str) -> None:
    seller = Seller()
    seller.headers["Accept"] = accept
    answer = seller.get("retailer/orders")
    assert answer.status_code == 406
    problem = answer.json()
    assert {"type", "title", "status", "detail", "host", "instance", "violations"} == set(problem)
    assert problem["violations"][0]["name"] == "Accept"
    assert len(seller.violations()) == 1


def test_only_the_vendors_media_type_is_taken() -> None:
    seller = Seller()
    for kind, status in ((None, 400), ("application/json", 415), (f"{MEDIA}; charset=UTF-8", 400)):
        headers = seller.headers | ({"Content-Type": kind} if kind else {})
        assert seller.call("POST", "retailer/shipments", headers=headers, content=b"{}").status_code == status
    assert seller.get("retailer/orders").headers["content-type"].startswith(MEDIA)


def test_every_answer_tells_the_budget_and_429_when_to_come_again() -> None:
    seller = Seller(limits=DOCUMENTED_LIMITS)
    names = ("limit", "remaining", "reset")
    told = []
    for _ in range(7):
        answer = seller.get("retailer/orders")
        told.append(tuple(int(answer.headers[f"x-ratelimit-{name}"]) for name in names))
        seller.clock.turn(10)
    assert told[0] == (7, 6, 180)
    assert told[-1] == (7, 0, 120)
    over = seller.get("retailer/orders")
    assert (over.status_code, over.headers["retry-after"], over.headers["x-ratelimit-remaining"]) == (429, "110", "0")
    other = seller.get("retailer/orders/nobody")
    assert (other.status_code, other.headers["x-ratelimit-remaining"]) == (404, "7")
    seller.clock.turn(110)
    assert seller.get("retailer/orders").status_code == 200
    assert seller.room.describe()["over_limit"] == {"orders": 1}
    assert seller.violations() == []


def test_default_budgets_serve_a_demo_and_are_budgets() -> None:
    seller = Seller()
    (order_id,) = seller.fill(1)
    path = f"retailer/orders/{order_id}"
    for _ in range(5):  # four hundred details in five seconds
        assert {answer.status_code for answer in seller.burst(80, "GET", path, headers=seller.headers)} == {200}
        seller.clock.turn(1)
    assert seller.get(path).status_code == 429
    seller.clock.turn(5)
    assert seller.get(path).status_code == 200


# ---------------------------------------------------------------- the list


def test_fifty_a_page_and_then_an_empty_object() -> None:
    seller = Seller()
    ids = seller.fill(120)
    pages = [seller.orders(page=n) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert {order["orderId"] for page in pages for order in page} == set(ids)
    assert seller.get("retailer/orders", page=4).json() == {}


def test_a_reduced_order_has_no_address() -> None:
    seller = Seller()
    seller.fill(1)
    (order,) = seller.orders()
    assert set(order) == {"orderId", "orderPlacedDateTime", "orderItems"}
    assert set(order["orderItems"][0]) == {
        "orderItemId",
        "ean",
        "fulfilmentMethod",
        "fulfilmentStatus",
        "quantity",
        "quantityShipped",
        "quantityCancelled",
        "cancellationRequest",
        "latestChangedDateTime",
    }
    assert order["orderItems"][0]["latestChangedDateTime"] == "2026-11-22T10:00:00+01:00"


def test_every_filter_filters() -> None:
    seller = Seller()
    ids = seller.fill(40, Shares(awaiting=0.1, processing=0.1, cancelled=0, foreign=0.25, hostile_ids=0.1))
    assert len(seller.orders()) == len(seller.orders(fulfilment_method="FBR", status="OPEN")) == 30
    assert len(seller.orders(fulfilment_method="FBB")) == 10
    assert {order["orderId"] for order in seller.orders(fulfilment_method="ALL")} == set(ids)
    assert set(seller.room.list_forbidden()) == {order["orderId"] for order in seller.orders(fulfilment_method="FBB")}
    assert seller.orders(vvb_only="true") == []
    seller.clock.turn(120)
    order = seller.order(seller.orders()[0]["orderId"])
    seller.follow(seller.ship(*(pieces(item) for item in order["orderItems"])))
    assert [one["orderId"] for one in seller.orders(status="SHIPPED")] == [order["orderId"]]
    assert len(seller.orders(status="OPEN")) == 29
    assert len(seller.orders(status="ALL")) == 30
    assert [one["orderId"] for one in seller.orders(status="ALL", change_interval_minute=1)] == [order["orderId"]]
    assert len(seller.orders(status="ALL", change_interval_minute=60)) == 30
    assert len(seller.orders(latest_change_date="2026-11-22")) == 29
    assert seller.orders(latest_change_date="2026-11-21") == []


def test_an_item_that_is_done_is_not_in_the_open_list() -> None:
    seller = Seller()
    seller.fill(30)
    order = next(one for one in seller.orders() if len(one["orderItems"]) == 2)
    seller.follow(seller.ship(pieces(order["orderItems"][0])))
    (rest,) = [one for one in seller.orders() if one["orderId"] == order["orderId"]]
    assert [item["orderItemId"] for item in rest["orderItems"]] == [order["orderItems"][1]["orderItemId"]]


@pytest.mark.parametrize(
    "params",
    [
        {"page": "0"},
        {"fulfilment-method": "fbr"},
        {"status": "HANDLED"},
        {"change-interval-minute": "61"},
        {"change-interval-minute": "0"},
        {"latest-change-date": "2026-11-22T00:00:00Z"},
        {"latest-change-date": "2026-13-01"},
        {"vvb-only": "yes"},
        {"pageSize": "10"},
        {"status": ["OPEN", "ALL"]},
    ],
)
def test_a_parameter_out_of_contract_is_refused_by_name(params: dict[str, Any]) -> None:
    seller = Seller()
    answer = seller.get("retailer/orders", **params)
    assert answer.status_code == 400
    assert [row["name"] for row in answer.json()["violations"]] == list(params)
    assert len(seller.violations()) == 1


# ---------------------------------------------------------------- the detail


def test_the_detail_has_addresses_and_prices_that_add_up() -> None:
    seller = Seller()
    for order_id in seller.fill(60):
        order = seller.order(order_id)
        assert {"firstName", "surname", "streetName", "houseNumber", "zipCode", "city", "countryCode"} <= set(
            order["shipmentDetails"]
        )
        assert ("kvkNumber" in order["billingDetails"]) == ("company" in order["billingDetails"])
        for item in order["orderItems"]:
            assert round(item["quantity"] * item["unitPrice"], 2) == item["totalPrice"]
            assert item["fulfilment"]["expiryDate"] == "2026-11-27"
        assert order["orderPlacedDateTime"].endswith("+01:00")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("12bis rue de l'Église", ("rue de l'Église", "12", "bis")),
        ("Straße des 17. Juni 5", ("Straße des 17. Juni", "5", "")),
        ("1e Dwarsstraat 12bis", ("1e Dwarsstraat", "12", "bis")),
        ("Kerkstraat 12-3", ("Kerkstraat", "12", "3")),
        ("Rue Haute 7 bte 3", ("Rue Haute", "7", "bte 3")),
        ("Nowhere", ("Nowhere", "1", "")),
        ("Apt 4, 62 O'Connell St.", ("O'Connell St.", "62", "Apt 4")),
    ],
)
def test_streets_are_apart_from_numbers(line: str, parts: tuple[str, str, str]) -> None:
    assert split_street(line) == parts


def test_ids_are_bols_own() -> None:
    seller = Seller()
    ids = seller.fill(50, Shares(0, 0, 0, 0, hostile_ids=0.5))
    assert len(set(ids)) == 50
    assert all(len(one) == 10 and one.isalnum() and one.isupper() for one in ids)
    items = [item["orderItemId"] for order in seller.orders() for item in order["orderItems"]]
    assert len(set(items)) == len(items)
    assert seller.room.holds(ids[0])


def test_an_unknown_order_is_404_and_no_breach() -> None:
    seller = Seller()
    assert seller.get("retailer/orders/C000000000").status_code == 404
    assert seller.violations() == []


def test_planted_orders_can_be_put_right() -> None:
    seller = Seller()
    seller.fill(30, plant=4, kinds=PLANTS)
    assert {plant.kind for plant in seller.room.plants} == set(PLANTS)
    assert len(seller.room.list_expected()) == 26
    for plant in seller.room.plants:
        assert plant.order_id in {order["orderId"] for order in seller.orders()}
        assert not seller.room.is_repaired(plant)
        *parents, last = plant.field.split(".")
        place = seller.room.book.find(plant.order_id).wire
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place[part]
        assert place.get(last) != plant.good
        place[last] = plant.good
        assert seller.room.is_repaired(plant)


# ---------------------------------------------------------------- faults


def test_a_late_order_is_listed_late() -> None:
    seller = Seller(Rule("late_order", "bol.order_created", count=1, seconds=3))
    seller.fill(2)
    assert len(seller.orders()) == 1
    seller.clock.turn(3)
    assert len(seller.orders()) == 2


def test_a_repeated_page_skips_nothing() -> None:
    seller = Seller(Rule("repeated_page", "bol.orders", count=1))
    ids = seller.fill(120)
    pages = [seller.orders(page=n) for n in range(1, 6)]
    assert [len(page) for page in pages] == [50, 50, 50, 20, 0]
    assert [pages.index(one) == pages.index(other) for one, other in pairwise(pages)] == [True, False, False, False]
    assert {order["orderId"] for page in pages for order in page} == set(ids)
    assert len(seller.orders(page=1)) == 50
    assert len(seller.orders(page=3)) == 20


def test_an_unknown_word_comes_again_known() -> None:
    seller = Seller(Rule("unknown_status", "bol.orders", count=1, seconds=2))
    seller.fill(1)
    assert seller.orders()[0]["orderItems"][0]["fulfilmentStatus"] == "ON_HOLD"
    seller.clock.turn(2)
    item = seller.orders()[0]["orderItems"][0]
    assert (item["fulfilmentStatus"], item["latestChangedDateTime"]) == ("OPEN", "2026-11-22T10:00:02+01:00")


def test_dials_are_checked() -> None:
    seller = Seller()
    with pytest.raises(TypeError):
        seller.room.turn(speed=1)
    for wrong in ({"timeout_share": 2}, {"limits": {"others": [1, 1]}}, {"limits": []}):
        with pytest.raises(ValueError):
            seller.room.turn(**wrong)


def test_the_example_names_its_secrets() -> None:
    text = example.ACCOUNT.format(base="http://x", account="shop")
    assert all(f"file:{name}" in text for name in example.list_secrets())
