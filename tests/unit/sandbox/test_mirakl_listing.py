"""Mirakl: the key, the shop, call frequencies, OR11's filters and pages, what shows of an order and when."""

from typing import Any

import httpx
import pytest

from sandbox.faults import Rule
from sandbox.mirakl import example
from sandbox.mirakl.dials import DOCUMENTED_LIMITS, MiraklDials
from sandbox.mirakl.room import Mirakl
from sandbox.mirakl.wire import PLANTS
from sandbox.samples import Shares
from tests.unit.sandbox.stand import Stand

KEY = {"Authorization": "sandbox-mirakl-key"}
WAITING = Shares(awaiting=1.0, processing=0, cancelled=0, foreign=0, hostile_ids=0)


def stand(*rules: Rule, **dials: Any) -> Stand:
    return Stand(lambda agenda, dial, journal: Mirakl(MiraklDials(**dials), agenda, dial, journal), *rules)


def call(at: Stand, method: str, path: str, **more: Any) -> httpx.Response:
    return at.call(method, f"api/{path}", headers=KEY, **more)


def orders(at: Stand, **params: Any) -> list[dict[str, Any]]:
    answer = call(at, "GET", "orders", params={"max": 100} | params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["orders"]
    return found


@pytest.mark.parametrize("key", [None, "other", "Bearer sandbox-mirakl-key"])
def test_the_key_is_the_whole_header(key: str | None) -> None:
    at = stand()
    answer = at.call("GET", "api/orders", headers={"Authorization": key} if key else {})
    assert answer.status_code == 401
    assert answer.json()["status"] == 401
    assert at.violations() == ["mirakl.orders: Unauthorized"]


@pytest.mark.parametrize(("shop", "status"), [("2000", 200), ("2001", 403), ("mine", 400)])
def test_a_shop_is_one_of_the_users(shop: str, status: int) -> None:
    assert call(stand(), "GET", "orders", params={"shop_id": shop}).status_code == status


def test_pages_are_counted_and_linked() -> None:
    at = stand()
    at.fill(25)
    first = call(at, "GET", "orders")
    assert (len(first.json()["orders"]), first.json()["total_count"]) == (10, 25)
    url, seen = "http://sandbox.test/mirakl/api/orders?max=10", []
    while url:
        answer = at.call("GET", url, headers=KEY)
        seen += [order["order_id"] for order in answer.json()["orders"]]
        url = answer.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == 25
    assert "previous" in answer.links
    assert orders(at, offset=25) == []


def test_order_is_by_creation_even_with_an_update_filter() -> None:
    at = stand()
    ids = at.fill(8)
    at.clock.turn(60)
    at.room.book.touch(at.room.book.find(ids[0]), at.agenda.catch_up())
    at.clock.turn(60)
    at.room.book.touch(at.room.book.find(ids[5]), at.agenda.catch_up())
    listed = orders(at, start_update_date="2026-11-22T09:00:30Z", sort="dateCreated")
    assert {order["order_id"] for order in listed} == {ids[0], ids[5]}
    created = [order["created_date"] for order in orders(at)]
    assert created == sorted(created)
    assert orders(at, order="desc") == orders(at)[::-1]
    assert listed == [order for order in orders(at) if order["order_id"] in {ids[0], ids[5]}]


def test_a_delta_is_subtracted_from_the_update_date() -> None:
    at = stand(update_delta_seconds=5)
    at.fill(1)
    assert len(orders(at, start_update_date="2026-11-22T09:00:05Z")) == 1
    assert orders(at, start_update_date="2026-11-22T09:00:06Z") == []
    assert len(orders(at, end_update_date="2026-11-22T09:00:00Z")) == 1
    assert orders(at, end_update_date="2026-11-22T08:59:59Z") == []
    at.room.turn(update_delta_seconds=60)
    assert len(orders(at, start_update_date="2026-11-22T09:00:06Z")) == 1


def test_every_filter_filters() -> None:
    at = stand(foreign_orders=True)
    ids = at.fill(100, Shares(awaiting=0.2, processing=0.1, cancelled=0.1, foreign=0.1, hostile_ids=0.1))
    every = orders(at)
    assert {order["order_id"] for order in every} == set(ids)
    assert len(orders(at, order_state_codes="WAITING_ACCEPTANCE")) == 20
    assert len(orders(at, order_state_codes="WAITING_ACCEPTANCE,STAGING")) == 40
    assert len(orders(at, order_ids=",".join([*ids[:50], "unknown"]))) == 50
    assert [order["order_id"] for order in orders(at, order_ids=ids[7])] == [ids[7]]
    assert len(orders(at, customer_debited="true")) == 60
    assert len(orders(at, customer_debited="false")) == 40
    assert len(orders(at, fulfillment_center_code="OPERATOR")) == 10
    assert len(orders(at, fulfillment_center_code=["OPERATOR", "DEFAULT"])) == 100
    assert orders(at, has_incident="true") == []
    assert len(orders(at, payment_workflow="PAY_ON_ACCEPTANCE", channel_codes="FR,DE")) == 100
    assert orders(at, channel_codes="DE") == orders(at, only_null_channel="true") == []
    assert orders(at, order_references_for_seller="X") == []
    reference = every[3]["references"]["order_reference_for_customer"]
    assert orders(at, order_references_for_customer=reference) == [every[3]]
    created = sorted(order["created_date"] for order in every)
    assert len(orders(at, start_date=created[40])) + len(orders(at, end_date=created[39])) == 100


def test_prices_without_taxes_are_the_ones_with_less_the_taxes() -> None:
    at = stand()
    at.fill(5)
    with_, without = orders(at, order_tax_mode="TAX_INCLUDED"), orders(at, order_tax_mode="TAX_EXCLUDED")
    for one, other in zip(with_, without, strict=True):
        lines = one["order_lines"]
        taxes = sum(tax["amount"] for line in lines for tax in line["taxes"] + line["shipping_taxes"])
        assert other["order_tax_mode"] == "TAX_EXCLUDED"
        assert round(one["total_price"] - other["total_price"], 2) == round(taxes, 2)
        assert round(sum(line["total_price"] for line in lines), 2) == one["total_price"]
        assert all(round(line["quantity"] * line["price_unit"], 2) == line["price"] for line in lines)


@pytest.mark.parametrize(
    "params",
    [
        {"page": "1"},
        {"max": "101"},
        {"max": "0"},
        {"offset": "-1"},
        {"sort": "dateUpdated"},
        {"order": "ASC"},
        {"order_state_codes": "SHIPPING,shipped"},
        {"start_update_date": "2026-11-22"},
        {"start_update_date": "2026-11-22T09:00:00"},
        {"start_update_date": "2026-11-22T09:00:00+00:00"},
        {"end_date": "2026-13-22T09:00:00Z"},
        {"customer_debited": "1"},
        {"order_tax_mode": "NONE"},
        {"payment_workflow": "LATER"},
        {"order_ids": ""},
        {"offset": ["0", "10"]},
    ],
)
def test_a_parameter_out_of_contract_is_refused_by_name(params: dict[str, Any]) -> None:
    at = stand()
    answer = call(at, "GET", "orders", params=params)
    assert answer.status_code == answer.json()["status"] == 400
    assert [error["field"] for error in answer.json()["errors"]] == list(params)
    assert len(at.violations()) == 1


def test_there_is_no_get_of_one_order() -> None:
    at = stand()
    (order_id,) = at.fill(1)
    assert call(at, "GET", f"orders/{order_id}").status_code == 404
    assert len(orders(at, order_ids=order_id)) == 1


def test_limits_are_per_operation_and_say_when_to_come_again() -> None:
    at = stand(limits=DOCUMENTED_LIMITS)
    assert call(at, "GET", "orders").status_code == 200
    at.clock.turn(20)
    answer = call(at, "GET", "orders")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "40")
    assert call(at, "GET", "shipping/carriers").status_code == 200
    assert call(at, "GET", "shipping/carriers").headers["retry-after"] == "86400"
    at.clock.turn(40)
    assert call(at, "GET", "orders").status_code == 200
    assert at.room.describe()["over_limit"] == {"OR11": 1, "SH21": 1}
    assert at.violations() == []


def test_default_limits_serve_a_poll_a_second_and_are_limits() -> None:
    at = stand()
    for _ in range(60):
        assert call(at, "GET", "orders").status_code == 200
        at.clock.turn(1)
    statuses = [answer.status_code for answer in at.burst(1801, "GET", "api/orders", headers=KEY)]
    assert (statuses[1799], statuses[1800]) == (200, 429)


def test_addresses_show_when_the_order_is_to_be_shipped() -> None:
    at = stand()
    at.fill(20, Shares(awaiting=0.5, processing=0.3, cancelled=0.2, foreign=0, hostile_ids=0))
    for order in orders(at):
        assert order["customer"]["shipping_address"] is None
        assert order["customer"]["billing_address"] is None
        assert not order["can_shop_ship"]
    at.clock.turn(5)
    at.agenda.catch_up()
    assert at.room.describe()["by_status"] == {"WAITING_ACCEPTANCE": 10, "SHIPPING": 6, "CANCELED": 4}
    for order in orders(at):
        shown = order["customer"]["shipping_address"] is not None
        assert shown == (order["order_state"] == "SHIPPING")
    assert set(at.room.list_forbidden().values()) == {"never released"}
    assert len(at.room.list_expected()) == 6


def test_ids_are_mirakls_own_and_baskets_are_shared() -> None:
    at = stand()
    ids = at.fill(40, Shares(0, 0, 0, 0, hostile_ids=0.2))
    assert all(order_id.startswith("Order_") and order_id[-2:] in {"-A", "-B"} for order_id in ids)
    assert len(set(ids)) == 40
    every = orders(at)
    assert len({order["commercial_id"] for order in every}) == 36
    shared = [order for order in every if order["order_id"].endswith("-B")]
    for order in shared:
        twin = next(one for one in every if one["order_id"] == order["commercial_id"] + "-A")
        assert twin["customer"]["shipping_address"] == order["customer"]["shipping_address"]
    assert every[0]["order_lines"][0]["order_line_id"] == every[0]["order_id"] + "-1"


@pytest.mark.parametrize(("letters", "code"), [(3, 3), (2, 2)])
def test_countries_by_two_or_three_letters(letters: int, code: int) -> None:
    at = stand(country_letters=letters)
    at.fill(3)
    assert {len(one["customer"]["billing_address"]["country_iso_code"]) for one in orders(at)} == {code}


def test_planted_orders_can_be_put_right() -> None:
    at = stand()
    at.fill(30, plant=5, kinds=PLANTS)
    assert {plant.kind for plant in at.room.plants} == set(PLANTS)
    assert len(at.room.list_expected()) == 25
    broken = {order["order_id"]: order for order in orders(at)}
    for plant in at.room.plants:
        assert not at.room.is_repaired(plant)
        wire = broken[plant.order_id]
        *parents, last = plant.field.split(".")
        for part in parents:
            wire = wire[int(part)] if isinstance(wire, list) else wire[part]
        assert wire[last] != plant.good
        held = at.room.book.find(plant.order_id).wire
        for part in parents:
            held = held[int(part)] if isinstance(held, list) else held[part]
        held[last] = plant.good
        assert at.room.is_repaired(plant)


def test_a_late_order_is_listed_late() -> None:
    at = stand(Rule("late_order", "mirakl.order_created", count=1, seconds=3))
    at.fill(2)
    answer = call(at, "GET", "orders").json()
    assert (len(answer["orders"]), answer["total_count"]) == (1, 1)
    at.clock.turn(3)
    assert len(orders(at, start_update_date="2026-11-22T09:00:00Z")) == 2


def test_a_repeated_page_links_to_the_one_asked_for() -> None:
    at = stand(Rule("repeated_page", "mirakl.orders", count=1))
    at.fill(25)
    first = call(at, "GET", "orders")
    again = at.call("GET", first.links["next"]["url"], headers=KEY)
    assert again.json()["orders"] == first.json()["orders"]
    second = at.call("GET", again.links["next"]["url"], headers=KEY)
    assert second.json()["orders"][0] not in first.json()["orders"]


def test_an_unknown_word_comes_again_known() -> None:
    at = stand(Rule("unknown_status", "mirakl.orders", count=1, seconds=2))
    at.fill(1)
    assert orders(at)[0]["order_state"] == "BANK_REVIEW"
    at.clock.turn(2)
    (order,) = orders(at)
    assert (order["order_state"], order["last_updated_date"]) == ("SHIPPING", "2026-11-22T09:00:02Z")


def test_dials_are_checked() -> None:
    at = stand()
    with pytest.raises(TypeError):
        at.room.turn(speed=1)
    for wrong in ({"country_letters": 4}, {"limits": {"OR99": [1, 1]}}, {"limits": {"OR11": [0, 1]}}):
        with pytest.raises(ValueError):
            at.room.turn(**wrong)
    at.room.turn(limits={"OR11": [1, 10]})
    assert [call(at, "GET", "orders").status_code for _ in range(2)] == [200, 429]


def test_the_example_names_its_secret() -> None:
    assert "file:mirakl-api-key" in example.ACCOUNT.format(base="http://x", account="shop")
    assert example.list_secrets() == {"mirakl-api-key": KEY["Authorization"]}
