"""Several marketplaces and several OMS in one sandbox: who gets which orders, and what the report says of each."""

import re
import tomllib
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

import pytest

from sandbox import SandboxConfig, TecsysDials, create_app, example_config
from sandbox.amazon.room import Amazon
from sandbox.market import Changeable
from sandbox.marketplaces import MARKETPLACES
from sandbox.octopia.room import Octopia
from sandbox.oms import OMS
from sandbox.routing import Routes, lay_routes, read_names, read_routes
from sandbox.samples import PLAIN, Shares
from sandbox.world import World
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import OAUTH, Partners, TurnedClock, translate
from tests.unit.sandbox.test_ois import Client as Ois
from tests.unit.sandbox.test_oms import translate as translate_for_ois


class Bazaar(Octopia):
    """A second marketplace: Octopia's ways under another name."""

    name = "bazaar"


@pytest.fixture(autouse=True)
def bazaar(monkeypatch: pytest.MonkeyPatch) -> None:
    row = MARKETPLACES["octopia"]
    doors = replace(row.doors, name="bazaar")
    made = replace(
        row,
        make=lambda dials, ground: Bazaar(dials, ground.agenda, ground.dial),
        doors=doors,
        named="bazaar-de",
        seller="bazaar",
        plants=("quantity_zero", "currency_unknown", "sku_missing"),
        route={"carrier_map": {"gls": "GLS"}},
    )
    monkeypatch.setitem(MARKETPLACES, "bazaar", made)  # type: ignore[arg-type] # the table is a dict


BOTH = ("octopia", "bazaar")


def make_world(clock: TurnedClock, **settings: Any) -> World:
    world: World = create_app(SandboxConfig(clock=clock, **settings)).state.world
    return world


def ids_of(world: World, name: str) -> list[str]:
    room = world.marketplaces[name]
    assert isinstance(room, Octopia)
    return [held.order_id for held in room.book]


# ---------------------------------------------------------------- orders


def test_orders_are_shared_out_and_no_id_comes_twice(clock: TurnedClock) -> None:
    world = make_world(clock, orders=31, marketplaces=BOTH)
    here, there = ids_of(world, "octopia"), ids_of(world, "bazaar")
    assert (len(here), len(there)) == (16, 15)
    assert not set(here) & set(there)
    assert world.describe()["orders_made"] == 31
    more = world.add_orders(6, 1, None, 0, plain=True, marketplace="bazaar")
    assert set(more) == set(ids_of(world, "bazaar")) - set(there)
    assert not set(more) & {*here, *there}


def test_each_has_samples_of_its_own_and_one_alone_draws_as_ever(clock: TurnedClock) -> None:
    alone = make_world(clock, orders=10, plant=0, shares=PLAIN)
    both = make_world(clock, orders=20, plant=0, shares=PLAIN, marketplaces=BOTH)
    assert ids_of(both, "octopia") == ids_of(alone, "octopia")
    drawn = [order_id[-6:] for order_id in ids_of(both, "octopia")]
    assert drawn != [order_id[-6:] for order_id in ids_of(both, "bazaar")]


def test_at_a_rate_they_come_in_turn(clock: TurnedClock) -> None:
    world = make_world(clock, orders=6, plant=0, rate=2, marketplaces=BOTH)
    seen = []
    for _ in range(4):
        state = world.describe()["marketplaces"]
        seen.append((state["octopia"]["orders"], state["bazaar"]["orders"]))
        clock.turn(1)
    assert seen == [(1, 0), (2, 1), (3, 2), (3, 3)]
    assert world.add_orders(2, 1, 1.0, 0, plain=True) == []


def test_every_marketplace_has_an_invalid_order_and_only_such_as_all_its_oms_refuse(clock: TurnedClock) -> None:
    routes = (("octopia", ("egenta", "ois")), ("bazaar", ("egenta",)))
    world = make_world(clock, orders=40, marketplaces=BOTH, oms=("egenta", "ois"), routes=routes)
    kinds = {name: [plant.kind for plant in room.plants] for name, room in world.marketplaces.items()}
    assert sorted(map(len, kinds.values())) == [1, 2]
    assert set(kinds["octopia"]) <= {"postal_code_missing", "quantity_zero", "currency_unknown"}
    assert set(kinds["bazaar"]) <= {"quantity_zero", "currency_unknown", "sku_missing"}
    many = make_world(clock, orders=60, plant=20, marketplaces=BOTH, oms=("egenta", "ois"), routes=routes)
    assert {plant.kind for plant in many.marketplaces["octopia"].plants} == {
        "postal_code_missing", "quantity_zero", "currency_unknown",
    }  # fmt: skip
    assert {plant.kind for plant in many.marketplaces["bazaar"].plants} == {
        "quantity_zero", "currency_unknown", "sku_missing",
    }  # fmt: skip


def test_an_order_suits_every_oms_it_is_for(clock: TurnedClock) -> None:
    def has_long_lines(oms: tuple[str, ...]) -> bool:
        world = make_world(clock, orders=60, plant=0, oms=oms)
        room = world.marketplaces["octopia"]
        assert isinstance(room, Octopia)
        return any(held.wire["billingAddress"].get("addressLine3") for held in room.book)

    assert has_long_lines(("egenta", "kibo"))
    assert not has_long_lines(("egenta", "ois"))


def test_a_pickup_point_that_amazon_tells_in_an_address_line_is_none_for_ois(clock: TurnedClock) -> None:
    def list_pickups(oms: str) -> list[str]:
        world = make_world(clock, orders=60, plant=0, marketplaces=("amazon",), oms=(oms,))
        room = world.marketplaces["amazon"]
        assert isinstance(room, Amazon)
        places = [held.wire["recipient"]["deliveryAddress"] for held in room.book]
        return [place["addressLine2"] for place in places if place["addressType"] == "PICKUP_POINT"]

    assert list_pickups("ois") == []
    assert all(re.search(r"\w+ \(\d+\)$", line) for line in list_pickups("kibo"))
    assert list_pickups("kibo")


@pytest.mark.parametrize("market", ["mirakl", "bol"])
def test_a_pickup_point_without_its_id_or_its_name_is_none_for_ois(clock: TurnedClock, market: str) -> None:
    def count_pickups(oms: str) -> int:
        world = make_world(clock, orders=60, plant=0, marketplaces=(market,), oms=(oms,))
        shown = [
            cast(Changeable, room).show_order(one)
            for room in world.marketplaces.values()
            for one in room.list_expected()
        ]
        return sum(bool(order.get("shipping_pudo_id") or order.get("pickupPoint")) for order in shown)

    assert count_pickups("ois") == 0
    assert count_pickups("kibo") > 0


# ---------------------------------------------------------------- the report


def log_in(partners: Partners, name: str) -> Partners:
    """The same client at another Octopia."""
    token = partners.http.post(f"/{name}/token", data=OAUTH).raise_for_status().json()["access_token"]
    partners.headers["Authorization"] = f"Bearer {token}"
    return partners


def orders_at(partners: Partners, name: str) -> list[dict[str, Any]]:
    answer = log_in(partners, name).http.get(f"/{name}/seller/v2/orders", headers=partners.headers)
    items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return items


def test_an_order_for_two_oms_has_arrived_when_both_have_it(start: Start) -> None:
    partners = start(orders=4, oms=("egenta", "ois")).log_in()
    first, *rest = partners.items()
    partners.put(translate(first), *map(translate, rest))
    audit = partners.state()["audit"]
    assert (audit["expected"], audit["arrived"]) == (4, 0)
    assert len(audit["missing"]) == 4
    assert audit["by_oms"]["egenta"]["missing"] == []
    assert audit["by_oms"]["egenta"]["arrived"] == 4
    ois = Ois(partners)
    for order in (first, first, *rest[:2]):
        assert ois("POST", "order/v1/Orders", json=translate_for_ois(order)).status_code == 201
    audit = partners.state()["audit"]
    assert (audit["expected"], audit["arrived"], audit["missing"]) == (4, 3, [rest[2]["orderId"]])
    assert audit["doubled"] == audit["by_oms"]["ois"]["doubled"] == [first["orderId"]]
    assert audit["by_oms"]["egenta"]["doubled"] == []


def test_an_order_may_only_be_where_a_route_leads(start: Start) -> None:
    routes: Routes = (("octopia", ("egenta",)), ("bazaar", ("ois",)))
    partners = start(orders=4, marketplaces=BOTH, oms=("egenta", "ois"), routes=routes)
    here, there = orders_at(partners, "octopia"), orders_at(partners, "bazaar")
    partners.put(*(translate(order) for order in (*here, there[0])))
    audit = partners.state()["audit"]
    strays = {there[0]["orderId"]: "no route leads here from bazaar"}
    assert audit["by_oms"]["egenta"]["unexpected"] == audit["unexpected"] == strays
    assert audit["by_oms"]["egenta"]["arrived"] == audit["by_oms"]["egenta"]["expected"] == 2
    assert audit["by_oms"]["ois"]["missing"] == sorted(order["orderId"] for order in there)


def test_what_egenta_ships_is_looked_up_where_the_order_is(start: Start, clock: TurnedClock) -> None:
    partners = start(orders=2, marketplaces=BOTH)
    (here,), (there,) = orders_at(partners, "octopia"), orders_at(partners, "bazaar")
    partners.put(translate(here), translate(there))
    egenta = partners.state()["audit"]["by_oms"]["egenta"]
    assert set(egenta["open"]) == {here["orderId"], there["orderId"]}
    clock.turn(2)
    partners.egenta("POST", "order_update_update", OrderID=there["orderId"], updated=1)
    state = partners.state()
    assert set(state["audit"]["not_shipped_at_marketplace"]) == {here["orderId"], there["orderId"]}
    assert state["audit"]["shipped_not_acked"] == [here["orderId"]]
    assert list(state["violations_by_rule"]) == ["egenta.shipped_ack: acked before the marketplace had it shipped"]
    partners.control("POST", f"/bazaar/orders/{there['orderId']}", status="Shipped")
    assert partners.state()["audit"]["not_shipped_at_marketplace"] == [here["orderId"]]


def test_an_oms_that_ships_without_being_acknowledged_is_judged_too(start: Start) -> None:
    dials = TecsysDials(create_order_path="orders", auto_shipments=True, shipments_appear_seconds=0)
    partners = start(orders=1, oms=("egenta", "tecsys"), tecsys=dials).log_in()
    partners.control("POST", "/tecsys", ship_after_seconds=0)
    (order,) = partners.items()
    headers = {"Ocp-Apim-Subscription-Key": dials.subscription_key, "Cache-Control": "no-cache"}
    raw = {"ExternalOrderId": order["orderId"], "Lines": [{"Sku": "S", "Quantity": 1}]}
    assert partners.http.post("/tecsys/v1/orders", headers=headers, json=raw).status_code == 201
    by_oms = partners.state()["audit"]["by_oms"]
    assert by_oms["tecsys"]["not_shipped_at_marketplace"] == [order["orderId"]]
    assert by_oms["egenta"]["not_shipped_at_marketplace"] == by_oms["tecsys"]["shipped_not_acked"] == []


def test_report_page_and_control_know_every_partner(start: Start) -> None:
    partners = start(orders=3, marketplaces=BOTH, oms=tuple(OMS), shares=Shares())
    state = partners.state()
    assert list(state["marketplaces"]) == list(BOTH)
    assert list(state["oms"]) == list(OMS)
    assert all(state[name] == book for name, book in (*state["marketplaces"].items(), *state["oms"].items()))
    assert state["routes"] == {name: list(OMS) for name in BOTH}
    page = partners.http.get("/").text
    for name in (*BOTH, *OMS):
        assert f'<section id="{name}">' in page
        assert partners.http.post(f"/_/{name}", json={"no_such": 1}).status_code == 400
    for name in OMS:
        assert partners.control("GET", f"/{name}/orders") == {"orders": []}
    assert len(partners.control("POST", "/orders", count=2, marketplace="bazaar")["ids"]) == 2
    assert partners.http.post("/_/orders", json={"count": 2, "marketplace": "egenta"}).status_code == 400


# ---------------------------------------------------------------- routes and the example config


@pytest.mark.parametrize(
    ("marketplaces", "oms", "routes", "words"),
    [
        (("a",), (), (), "at least one OMS"),
        (("a", "a"), ("x",), (), "marketplace named twice: a"),
        (("a",), ("x",), (("a", ("x",)), ("a", ("x",))), "has two routes"),
        (("a",), ("x",), (("b", ("x",)),), "not simulated here: b"),
        (("a", "b"), ("x",), (("a", ("x",)),), "no route for b"),
        (("a",), ("x", "y"), (("a", ("x",)),), "no route for y"),
    ],
)
def test_routes_that_lead_nowhere_are_refused(
    marketplaces: tuple[str, ...], oms: tuple[str, ...], routes: Routes, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        lay_routes(marketplaces, oms, routes)


def test_routes_are_each_to_all_unless_told() -> None:
    assert lay_routes(("a", "b"), ("x", "y")) == {"a": ("x", "y"), "b": ("x", "y")}
    assert read_routes(["a=x,y", "b=y"]) == (("a", ("x", "y")), ("b", ("y",)))
    assert read_names(["a,b", "c"]) == ("a", "b", "c")
    for word in ("a", "a=", "=x"):
        with pytest.raises(ValueError, match="MARKETPLACE=OMS,OMS"):
            read_routes([word])


def test_the_example_config_has_an_account_for_each_and_a_route_to_all_that_agree() -> None:
    raw = tomllib.loads(example_config("http://h", marketplaces=BOTH, oms=("egenta", "kibo", "ois")).toml)
    assert set(raw["marketplaces"]) == {"cdiscount-fr", "bazaar-de"}
    assert set(raw["oms"]) == {"egenta-shops", "kibo-shops", "ois-shops"}
    legs = [(route["from"], route["to"], route["shipping_map"]) for route in raw["routes"]]
    kibo, ois = {"*": "standard/Standard"}, OMS["ois"].route["shipping_map"]  # they want another word each
    assert legs == [
        ("cdiscount-fr", ["egenta-shops", "kibo-shops"], kibo),
        ("cdiscount-fr", ["ois-shops"], ois),
        ("bazaar-de", ["egenta-shops", "kibo-shops"], kibo),
        ("bazaar-de", ["ois-shops"], ois),
    ]
    assert [route.get("carrier_map") for route in raw["routes"]] == [None, None, {"gls": "GLS"}, {"gls": "GLS"}]
    one = tomllib.loads(example_config("http://h", marketplaces=("bazaar",), oms=("kibo", "transiteo")).toml)
    (route,) = one["routes"]
    assert route["to"] == ["kibo-bazaar", "transiteo-bazaar"]
    assert route["defaults"] == {"customs.departure_country": "FR"}


def test_a_backlog_lies_in_the_minute_before(clock: TurnedClock) -> None:
    world = make_world(clock, orders=8, plant=0, shares=PLAIN, marketplaces=BOTH)
    room = world.marketplaces["bazaar"]
    assert isinstance(room, Octopia)
    changes = [held.updated_at for held in room.book]
    assert changes == sorted(changes)
    assert all(one < other for one, other in pairwise(changes))


@pytest.mark.parametrize(
    ("name", "word", "path"),
    [
        ("octopia", "Cancelled", "reference"),
        ("mirakl", "CANCELED", "shipping_zone_code"),
        ("amazon", "CANCELLED", "recipient.deliveryAddress"),
        ("bol", "Canceled", "shipmentDetails.city"),
    ],
)
def test_orders_of_any_marketplace_are_shown_and_changed(start: Start, name: str, word: str, path: str) -> None:
    partners = start(orders=0, marketplaces=(name,))
    (order_id,) = partners.control("POST", "/orders", count=1, plain=True)["ids"]
    place = f"/{name}/orders/{order_id}"
    changed = partners.control("POST", place, set={path: "elsewhere"})
    head, _, rest = path.partition(".")
    assert (changed[head][rest] if rest else changed[head]) == "elsewhere"
    assert partners.control("GET", place) == changed
    assert partners.state()[name]["cancelled"] == []
    partners.control("POST", place, status=word)
    assert partners.state()[name]["cancelled"] == [order_id]
    for nonsense in ({"status": "Lost"}, {"set": {"no.such.place": 1}}, {"colour": "red"}):
        assert partners.http.post(f"/_{place}", json=nonsense).status_code == 400
    assert partners.http.get(f"/_/{name}/orders/nobody").status_code == 404
