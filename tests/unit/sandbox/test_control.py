"""The control API, the report and the page."""

import re
from datetime import datetime
from itertools import pairwise

import pytest

from sandbox import EgentaDials, SandboxConfig, create_app
from sandbox.samples import Shares
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import TurnedClock, translate, write_import


def test_the_report_compares_both_books(start: Start, clock: TurnedClock) -> None:
    partners = start(orders=100, plant=4, shares=Shares(foreign=0.1, hostile_ids=0)).log_in()
    clock.turn(10)
    items = partners.items()
    planted = {plant["order_id"] for plant in partners.state()["octopia"]["planted"]}
    good = [item for item in items if item["status"] == "InPreparation" and item["orderId"] not in planted]
    ours = [item for item in good if item["lines"][0]["offer"]["supplyMode"] == "Seller"]
    foreign = next(item for item in good if item not in ours)
    assert partners.put(*(translate(item) for item in ours[1:])).status_code == 200
    assert partners.put(translate(foreign), write_import("stranger")).status_code == 200
    audit = partners.state()["audit"]
    assert audit["missing"] == [ours[0]["orderId"]]
    assert audit["expected"] == len(ours) == audit["arrived"] + 1
    assert audit["unexpected"] == {
        foreign["orderId"]: "not shipped by the seller",
        "stranger": "unknown to every marketplace",
    }
    clock.turn(1)
    audit = partners.state()["audit"]
    assert set(audit["shipped_not_acked"]) == {item["orderId"] for item in [*ours[1:], foreign]} | {"stranger"}
    assert len(audit["not_shipped_at_marketplace"]) == len(ours)


def test_planted_orders_are_named_with_field_and_good_value(start: Start) -> None:
    partners = start(orders=30, plant=5).log_in()
    plants = partners.state()["octopia"]["planted"]
    assert len({plant["kind"] for plant in plants}) == 5
    for plant in plants:
        assert not plant["repaired"]
        partners.control("POST", f"/octopia/orders/{plant['order_id']}", set={plant["field"]: plant["good"]})
        assert partners.put(translate(partners.order(plant["order_id"]).json())).status_code == 200
    state = partners.state()
    assert all(plant["repaired"] for plant in state["octopia"]["planted"])
    assert len(state["audit"]["planted_arrived"]) == 5


def test_each_planted_order_is_refused_by_egenta_as_it_is(start: Start) -> None:
    partners = start(orders=30, plant=5).log_in()
    for plant in partners.state()["octopia"]["planted"]:
        order = partners.order(plant["order_id"]).json()
        try:
            assert partners.put(translate(order)).status_code == 400
        except KeyError:
            assert plant["kind"].endswith("_missing")


def test_orders_come_at_a_rate(start: Start, clock: TurnedClock) -> None:
    partners = start(orders=10, rate=2.0).log_in()
    seen = []
    for _ in range(6):
        seen.append(len(partners.items()))
        clock.turn(1)
    assert seen == [1, 3, 5, 7, 9, 10]
    moments = [datetime.fromisoformat(item["updatedAt"]) for item in partners.items(sort="updatedAt")]
    assert {(b - a).total_seconds() for a, b in pairwise(moments)} == {0.5}


def test_more_orders_on_request(start: Start) -> None:
    partners = start(orders=2).log_in()
    ids = partners.control("POST", "/orders", count=5, seed=9, plant=1, plain=True)["ids"]
    state = partners.state()
    assert state["octopia"]["orders"] == state["orders_made"] == 7
    assert {plant["order_id"] for plant in state["octopia"]["planted"]} < set(ids)
    assert partners.http.post("/_/orders", json={"count": 1, "colour": "red"}).status_code == 400


def test_a_buyer_cancels_and_moves(start: Start, clock: TurnedClock) -> None:
    partners = start().log_in()
    order = partners.items()[0]
    path = f"/octopia/orders/{order['orderId']}"
    clock.turn(1)
    partners.control("POST", path, set={"lines.*.shippingAddress.city": "Lyon"})
    moved = partners.order(order["orderId"]).json()
    assert {line["shippingAddress"]["city"] for line in moved["lines"]} == {"Lyon"}
    assert moved["updatedAt"] > order["updatedAt"]
    partners.control("POST", path, status="Cancelled")
    assert partners.order(order["orderId"]).json()["status"] == "Cancelled"
    assert partners.http.post(f"/_{path}", json={"status": "Lost"}).status_code == 400
    assert partners.http.post(f"/_{path}", json={"set": {"no.such.place": 1}}).status_code == 400
    partners.control("POST", path, status="WaitingAcceptance")  # back to where no order comes from: the report goes on
    assert partners.state()["octopia"]["by_status"]
    assert partners.http.get("/_/octopia/orders/nobody").status_code == 404


def test_egentas_dials_turn_while_it_runs(start: Start) -> None:
    partners = start()
    partners.control("POST", "/egenta", mode="insert", ship_after_seconds=None)
    partners.put(write_import("A"))
    partners.put(write_import("A"))
    assert partners.state()["egenta"]["doubled"] == ["A"]
    assert partners.http.post("/_/egenta", json={"mode": "merge"}).status_code == 400
    assert partners.http.post("/_/egenta", json={"speed": 1}).status_code == 400


def test_requests_are_listed_newest_first_without_queries(start: Start) -> None:
    partners = start().log_in()
    partners.items(pageSize=1)
    lines = partners.control("GET", "/requests?limit=2")
    assert [line["endpoint"] for line in lines] == ["octopia.orders", "octopia.token"]
    assert lines[0]["path"] == "/octopia/seller/v2/orders"
    assert set(lines[0]) == {"at", "method", "path", "endpoint", "status", "fault"}


def test_the_page_shows_what_it_holds_and_no_more(start: Start) -> None:
    partners = start(orders=30, plant=3, egenta=EgentaDials(mode="insert")).log_in()
    order = next(item for item in partners.items() if item["lines"][0].get("quantity"))
    for _ in range(2):
        partners.put(translate(order))
    partners.put(write_import("<b>bold</b>", BuyerName=""))
    partners.rules({"kind": "status", "status": 503, "count": 1})
    partners.http.get("/octopia/<script>")
    answer = partners.http.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    for words in ("Octopia: 30 orders", "Egenta: 2 orders", "(insert)", "egenta.import: Wrong orders", "status 503"):
        assert words in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=", page)  # nothing is fetched from elsewhere
    assert order["billingAddress"]["lastName"] not in page
    assert re.search(r'doubled</td><td class="n bad">1<', page)


@pytest.mark.parametrize("seed", [1, 2])
def test_two_sandboxes_of_one_seed_hold_the_same(seed: int, clock: TurnedClock) -> None:
    def wires(of: int) -> list[object]:
        world = create_app(SandboxConfig(orders=50, seed=of, clock=clock)).state.world
        return [held.wire for held in world.marketplaces["octopia"].book]

    assert wires(seed) == wires(seed)
    assert wires(seed) != wires(seed + 1)
