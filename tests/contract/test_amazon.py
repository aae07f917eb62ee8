"""The Amazon connector against Amazon's own specifications: what it sends, what it reads, what it takes for granted.

The answers are those that Amazon wrote into the specifications (`x-amzn-api-sandbox`), served as its static sandbox
serves them: no state, the same token again and again.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields

from pipeline.connectors.marketplaces.amazon import rates, schema, v0
from pipeline.connectors.marketplaces.amazon.statuses import STATUSES
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.codec import to_fields
from pipeline.domain.errors import Invalid, Puzzling
from pipeline.domain.reports import LineQuantity, Parcel, Shipment
from pipeline.ports import Taken
from tests.contract.validator import Fixture, Spec
from tests.unit.connectors.amazon_seller import amazon
from tests.unit.connectors.rig import NOW, Partner, ask, unread

MODERN = Spec.read("amazon/orders_2026-01-01.json")
V0 = Spec.read("amazon/ordersV0.json")
TOKENS = Spec.read("amazon/tokens_2021-03-01.json")
EXPECTED = json.loads((Path(__file__).parent / "amazon_orders.json").read_text())
DECODE = msgspec.json.Decoder(float_hook=Decimal).decode


def good(spec: Spec, path: str, method: str = "GET") -> list[Fixture]:
    return [one for one in spec.fixtures() if (one.method, one.path) == (method, path) and one.status < 300]


ITEMS = good(V0, "/orders/v0/orders/{orderId}/orderItems")[0].answer["payload"]["OrderItems"]


def orders_in_fixtures() -> Iterator[tuple[str, dict[str, Any]]]:
    for one in MODERN.fixtures():
        for order in one.answer.get("orders") or filter(None, [one.answer.get("order")]):
            yield f"2026-01-01 {order['orderId']}", order
    for path in ("/orders/v0/orders", "/orders/v0/orders/{orderId}"):
        for one in good(V0, path):
            payload = one.answer["payload"]
            for order in payload.get("Orders", [payload]):
                yield f"v0 {order['AmazonOrderId']}", {**order, "OrderItems": ITEMS}


# ---------------------------------------------------------------- Amazon's fixtures


@pytest.mark.parametrize("spec", [MODERN, V0, TOKENS], ids=["2026-01-01", "v0", "tokens"])
def test_amazons_fixtures_are_valid_by_amazons_schemas(spec: Spec) -> None:
    found = list(spec.fixtures())
    assert found
    for one in found:
        path = one.path.replace("{orderId}", "902-1845936-5435065")
        assert spec.faults_of_answer(one.method, path, one.status, one.answer) == []


@pytest.mark.parametrize(("name", "raw"), list(orders_in_fixtures()), ids=[name for name, _ in orders_in_fixtures()])
def test_every_order_that_amazon_wrote_is_read(name: str, raw: dict[str, Any]) -> None:
    found = to_fields(amazon(Partner()).read(raw))
    assert json.loads(json.dumps(found, default=str)) == EXPECTED[name]


def test_every_expected_order_has_a_fixture() -> None:
    assert set(EXPECTED) == {name for name, _ in orders_in_fixtures()}


# ---------------------------------------------------------------- the connector at the static sandbox


class Sandbox:
    """Amazon's static sandbox: whatever is asked gets the first fixture of its operation. Every request is checked."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.bodies: list[Any] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return unread(httpx.Response(200, json={"access_token": "Atza|1", "expires_in": 3600}))
        path = request.url.raw_path.decode().split("?")[0]
        spec = next(one for one in (MODERN, V0, TOKENS) if one.find(request.method, path))
        body = DECODE(request.content) if request.content else None
        self.faults += spec.faults_of_request(request.method, path, dict(request.url.params), body)
        template, operation, _ = spec.find(request.method, path) or ("", {}, {})
        self.asked.append(operation["operationId"])
        self.bodies.append(body)
        answer = good(spec, template, request.method)
        if not answer:  # getOrder and the like always have one; a 204 has no body
            return unread(httpx.Response(204))
        if answer[0].status == 204:
            return unread(httpx.Response(204))
        return unread(httpx.Response(answer[0].status, json=answer[0].answer))


def client(box: Any, **given: Any) -> Any:
    return amazon(box, marketplace_ids=("ATVPDKIKX0DER", "A1VC38T7YXB528"), **given)


def shipment(*numbers: str) -> Shipment:
    line = LineQuantity(id="17198765432109", quantity=1)
    parcels = tuple(Parcel(number=number, carrier_raw="Bob's vans", lines=(line,)) for number in numbers)
    return Shipment(id="S", order_id="902-1106328-1059050", parcels=parcels)


@pytest.mark.parametrize(("api", "operation"), [("2026-01-01", "searchOrders"), ("v0", "getOrders")])
def test_listings_are_valid_and_end_although_the_token_never_does(api: str, operation: str) -> None:
    box = Sandbox()
    marketplace, at = client(box, orders_api=api), None
    for _ in range(10):
        found = marketplace.new_orders(ask(page=at))
        at = found.page
        if at is None:
            break
    marketplace.new_orders(ask(since=NOW.replace(year=2024), until=NOW))
    assert (at, box.faults, set(box.asked)) == (None, [], {operation})
    assert len(box.asked) == (3 if api == "2026-01-01" else 2)


@pytest.mark.parametrize("api", ["2026-01-01", "v0"])
def test_single_orders_and_every_operation_are_asked_for_as_documented(api: str) -> None:
    box = Sandbox()
    marketplace = client(box, orders_api=api)
    for operation in CONNECTORS["amazon"].operations:
        given = {"order_id": "902-1845936-5435065", "marketplace_id": "ATVPDKIKX0DER", "status": "PickedUp"}
        operation.run(marketplace, {one.name: given[one.name] for one in operation.arguments})
    assert box.faults == []
    assert {"getOrderItems", "getOrderAddress", "getOrderBuyerInfo", "getOrderRegulatedInfo", "updateShipmentStatus",
            "createRestrictedDataToken", "getOrder"} <= set(box.asked)  # fmt: skip


@pytest.mark.parametrize("several", [False, True])
def test_parcels_are_confirmed_as_documented(several: bool) -> None:
    box = Sandbox()
    marketplace = client(box) if several else amazon(box)
    assert marketplace.ship.send([marketplace.ship.prepare(shipment("6C1"))]) == [Taken()]
    assert (box.faults, box.asked[-1]) == ([], "confirmShipment")
    assert box.bodies[-1]["marketplaceId"] == ("A2Q3Y263D00KWC" if several else "A13V1IB3VIYZZH")


def test_two_parcels_of_one_piece_are_not_confirmed() -> None:
    box = Sandbox()
    marketplace = client(box)
    (found,) = marketplace.ship.send([marketplace.ship.prepare(shipment("6C1", "6C2"))])
    assert isinstance(found, Puzzling)
    assert (box.faults, box.asked) == ([], ["getOrder"])


def test_the_validator_would_tell_a_wrong_confirmation() -> None:
    marketplace = amazon(Partner())
    (call,) = marketplace.ship.prepare(shipment("6C1")).content
    path = "/orders/v0/orders/902-1106328-1059050/shipmentConfirmation"
    assert V0.faults_of_request("POST", path, {}, call) == []
    number = {**call, "packageDetail": {**call["packageDetail"], "packageReferenceId": 1}}
    (fault,) = V0.faults_of_request("POST", path, {}, number)
    assert fault.endswith("packageReferenceId: is int, not string")
    example = good(V0, "/orders/v0/orders/{orderId}/shipmentConfirmation", "POST")[0].parameters["body"]
    assert V0.faults_of_request("POST", path, {}, example) == []
    assert set(call) <= set(example)
    assert set(call["packageDetail"]) <= set(example["packageDetail"])


# ---------------------------------------------------------------- what the connector takes for granted


def test_every_documented_status_has_a_status_of_ours_and_no_other() -> None:
    new = MODERN.definition("FulfillmentStatus")["enum"]
    old = V0.definition("Order")["properties"]["OrderStatus"]["enum"]
    assert set(STATUSES) == {*new, *old}


def test_the_data_sets_and_the_shipment_statuses_are_the_documented_ones() -> None:
    (listing,) = [one for _, path, one in MODERN.operations() if path == "/orders/2026-01-01/orders"]
    (included,) = [one for one in listing["parameters"] if one["name"] == "includedData"]
    declared = {setting.name: setting for setting in CONNECTORS["amazon"].settings}
    assert set(declared["included_data"].choices) == set(included["items"]["enum"])
    (told,) = [one for one in CONNECTORS["amazon"].operations if one.name == "update_shipment_status"]
    assert set(told.arguments[-1].choices) == set(V0.definition("ShipmentStatus")["enum"])


PLANS = {
    ("2026-01-01", "searchOrders"): rates.SEARCH,
    ("2026-01-01", "getOrder"): rates.GET,
    ("v0", "confirmShipment"): rates.CONFIRM,
    ("v0", "updateShipmentStatus"): rates.STATUS,
    ("v0", "getOrderRegulatedInfo"): rates.REGULATED,
    ("v0", "getOrders"): rates.SEARCH_V0,
    ("v0", "getOrder"): rates.GET_V0,
    ("v0", "getOrderItems"): rates.ITEMS_V0,
    ("v0", "getOrderAddress"): rates.ADDRESS_V0,
    ("v0", "getOrderBuyerInfo"): rates.BUYER_V0,
    ("tokens", "createRestrictedDataToken"): rates.RESTRICT,
}


@pytest.mark.parametrize(("operation", "rate"), PLANS.items(), ids=[" ".join(name) for name in PLANS])
def test_budgets_are_the_usage_plans_that_are_printed(operation: tuple[str, str], rate: Any) -> None:
    spec = {"2026-01-01": MODERN, "v0": V0, "tokens": TOKENS}[operation[0]]
    (text,) = [one["description"] for _, _, one in spec.operations() if one["operationId"] == operation[1]]
    printed = re.search(r"^\| ([\d.]+) \| (\d+) \|$", text, re.MULTILINE)
    assert printed
    assert (rate.per_second, rate.burst) == (float(printed[1]), int(printed[2]))


def test_every_field_that_is_read_is_documented() -> None:
    assert list(unknown(schema.Order(), "Order")) == []


def unknown(wire: Schema, name: str) -> Iterator[str]:
    """Fields of our schema that Amazon's definition does not have, through all that is nested."""
    definition = MODERN.definition(name)["properties"]
    for field, kind in wire.fields.items():
        if field not in definition:
            yield f"{name}.{field}"
            continue
        nested = kind.inner if isinstance(kind, fields.List) else kind
        if isinstance(nested, fields.Nested):
            declared = definition[field].get("items", definition[field])
            yield from unknown(nested.schema, declared["$ref"].rpartition("/")[2])


def test_v0_fields_are_documented() -> None:
    order, item = V0.definition("Order")["properties"], V0.definition("OrderItem")["properties"]
    address = set(V0.definition("Address")["properties"])
    parts = ("BuyerInfo", "BuyerTaxInfo", "ItemBuyerInfo", "BuyerRequestedCancel", "AddressExtendedFields", "Money",
             "BuyerTaxInformation")  # fmt: skip
    known = {*order, *item, *address, "OrderItems"}
    known |= {name for part in parts for name in V0.definition(part)["properties"]}
    named = set(re.findall(r'"([A-Z]+[a-z][A-Za-z]*|ASIN)"', Path(v0.__file__).read_text()))
    assert len(named) > 50
    assert named - known == set()


# ---------------------------------------------------------------- anything that the schema allows


def values(definition: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Random values that Amazon's schema allows."""
    if "$ref" in definition:
        return values(dict(MODERN.definition(definition["$ref"].rpartition("/")[2])), depth)
    if "enum" in definition:
        return st.sampled_from(definition["enum"])
    match definition.get("type"):
        case "object":
            properties, required = definition.get("properties", {}), set(definition.get("required", ()))
            if depth > 5:
                properties = {name: one for name, one in properties.items() if name in required}
            made = {name: values(one, depth + 1) for name, one in properties.items()}
            return st.fixed_dictionaries(
                {name: one for name, one in made.items() if name in required},
                optional={name: one for name, one in made.items() if name not in required},
            )
        case "array":
            return st.lists(values(definition["items"], depth + 1), max_size=2)
        case "integer":
            return st.integers(-3, 10**6)
        case "number":
            return st.decimals(0, 1000, places=2)
        case "boolean":
            return st.booleans()
    if definition.get("format") == "date-time":
        return st.datetimes().map(lambda at: f"{at.isoformat(timespec='seconds')}Z")
    return st.one_of(st.text(max_size=12), st.sampled_from(["12.50", "0", "-1", "EUR", "BUYER", "ITEM", "DISCOUNT"]))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(values(dict(MODERN.definition("Order"))))
def test_whatever_the_schema_allows_is_read_or_named(raw: dict[str, Any]) -> None:
    assert MODERN.faults_of(raw, {"$ref": "#/definitions/Order"}, "$") == []
    marketplace = amazon(Partner())
    marketplace.riddles(raw)
    marketplace.parcels(raw)
    with suppress(Invalid):  # in words; what else it might raise would be a defect
        assert to_fields(marketplace.read(raw))["id"] == raw["orderId"].strip()
