"""Kibo: S004's fields and limits, the token, searches, cancellations, its codes and Mashery's."""

import json
from typing import Any

import httpx
import pytest

from sandbox import KiboDials
from sandbox.kibo.contract import BLOCKS, IMPORT_REQUIRED, REQUIRED, check_order
from sandbox.kibo.texts import measure
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import Partners, TurnedClock

ADDRESS: dict[str, Any] = {
    "addressLine1": "55 Example St",
    "addressLine2": None,
    "city": "Phoenix",
    "postalCode": "00000",
    "countryCode": "US",
}
ORDER: dict[str, Any] = {
    "externalOrderID": "0987654321",
    "manufacturerID": 1010,
    "catalogID": 0,
    "orderStatus": "READY",
    "locale": "en-US",
    "currency": "USD",
    "sendEmail": False,
    "customer": {"firstName": "Test", "lastName": "Customer", "password": None},
    "orderItems": [
        {
            "product": {"partNumber": "0123456", "name": "Part 1"},
            "itemSpecifics": {"actualPrice": 1.0, "quantity": 1, "shipping": None},
        }
    ],
    "shippingMethod": {"shippingType": "standard", "shippingClass": "Standard"},
    "shippingAddress": ADDRESS,
    "orderPayments": [
        {"paymentMethod": {"billingAddress": ADDRESS, "paymentType": "NO", "noOperationType": "HI"}, "maxAmount": -1}
    ],
    "customerIP": "0.0.0.0",  # noqa: S104 - S004's own example
}
METHOD = "orderPayments.0.paymentMethod"


def change(path: str, value: Any = None, *, drop: bool = False) -> dict[str, Any]:
    order = json.loads(json.dumps(ORDER))  # no two blocks the same object
    *parents, last = path.split(".")
    block: Any = order
    for part in parents:
        block = block[int(part)] if isinstance(block, list) else block[part]
    if drop:
        del block[last]
    else:
        block[last] = value
    return order


class Client:
    def __init__(self, partners: Partners) -> None:
        self.partners = partners
        self.headers = {"API-Key": "sandbox-kibo", "Authorization": f"Bearer {self.log_in().json()['access_token']}"}

    def log_in(self, ending: str = "secret") -> httpx.Response:
        form, accept = {"grant_type": "client_credentials"}, {"Accept": "application/json"}
        return self.partners.http.post(
            "/kibo/oauth2/token",
            data=form,
            headers=accept,
            auth=httpx.BasicAuth("sandbox-kibo", f"sandbox-kibo-{ending}"),
        )

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.partners.http.request(method, f"/kibo/api/v2/{path}", headers=self.headers, **more)

    def send(self, order: dict[str, Any] = ORDER, path: str = "importOrder/") -> httpx.Response:
        return self.call("POST", path, json=order)

    def search(self, **params: Any) -> httpx.Response:
        return self.call("GET", "order/", params={"manufacturerID": 1010} | params)


@pytest.fixture
def client(start: Start) -> Client:
    return Client(start(oms=("kibo",)))


def codes(answer: httpx.Response) -> list[int]:
    raw = answer.json()
    return [raw["code"], *(error["code"] for error in raw.get("errors", []))]


def test_the_least_order_is_as_documented() -> None:
    assert check_order(ORDER) == {}
    assert len({*REQUIRED, *IMPORT_REQUIRED, *BLOCKS}) == 13


@pytest.mark.parametrize(
    "path",
    [
        *REQUIRED,
        *IMPORT_REQUIRED,
        *BLOCKS,
        "customer.lastName",
        "shippingAddress.postalCode",
        "shippingMethod.shippingClass",
        "orderItems.0.product.partNumber",
        "orderItems.0.product.name",
        "orderItems.0.itemSpecifics.actualPrice",
        "orderItems.0.itemSpecifics.quantity",
        f"{METHOD}.billingAddress",
        f"{METHOD}.paymentType",
        f"{METHOD}.noOperationType",
    ],
)
def test_each_required_field_is_required(path: str) -> None:
    assert path in check_order(change(path, drop=True))
    assert path in check_order(change(path, None))


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("externalOrderID", "x" * 100, "x" * 101),
        ("externalOrderID", "x", ""),
        ("manufacturerID", 1, 0),
        ("manufacturerID", 1010, "1010"),
        ("catalogID", 0, -1),
        ("locale", "fr-FR", "french!"),
        ("currency", "EUR", "EUX"),
        ("customerIP", "203.0.113.10", "192.168.0.1"),
        ("customerIP", "203.0.113.10", "::1"),
        ("orderStatus", "CANCELLED", "CANCELED"),
        ("sendEmail", True, "false"),
        ("orderID", 1, 0),
        ("cartID", "x" * 512, "x" * 513),
        ("orderComment", "x" * 1000, "x" * 1001),
        ("orderComment", "é" * 125, "é" * 126),
        ("orderComment", "été", "\N{GRINNING FACE}"),
        ("landingCode", "x" * 10, "x" * 9),
        ("landingCode", "x" * 200, "x" * 201),
        ("shippingTax", 0, -0.01),
        ("importedCreationDate", "2026-11-22T09:00:00+01:00", "2026-11-22 09:00:00"),
        ("shippingAddress.addressLine1", "x" * 250, "x" * 251),
        ("shippingAddress.countryCode", "FR", "FRA"),
        (f"{METHOD}.billingAddress.addressLine3", "é" * 31, "é" * 32),
        (f"{METHOD}.paymentType", "PP", "VISA"),
        ("orderItems.0.itemSpecifics.quantity", 2, 0),
        ("assignedLocation", "00000055", 55),
        ("orderCreationDate", None, "2026-11-22T09:00:00Z"),
    ],
)
def test_limits_at_their_boundary_and_beyond(path: str, good: Any, bad: Any) -> None:
    if path != "orderCreationDate":  # the prose's name, which is in no table
        assert check_order(change(path, good)) == {}
    assert list(check_order(change(path, bad))) == [path]


def test_a_forced_tax_override_makes_it_required() -> None:
    path = "orderItems.0.itemSpecifics.itemTaxOverride"
    forced = ORDER | {"forceItemTaxOverride": True}
    assert check_order(forced) == {path: ["required"]}
    assert check_order(change(path, 0) | {"forceItemTaxOverride": True}) == {}


def test_an_entity_counts_as_it_is_written() -> None:
    assert [measure(text) for text in ("abc", "é", "ł", "€")] == [3, 8, 6, 7]


def test_what_is_not_as_documented_is_named_with_its_code(client: Client) -> None:
    order = change("shippingAddress.city", drop=True) | {"locale": "?", "surprise": 1}
    answer = client.send(order)
    assert (answer.status_code, answer.json()["code"]) == (400, 5003)
    found = {error["field"]: error["code"] for error in answer.json()["errors"]}
    assert found == {"shippingAddress.city": 5011, "locale": 5015, "surprise": 5015}
    assert client.partners.violations() == ["kibo.import: INVALID_REQUEST_DATA"]
    assert codes(client.send(ORDER | {"manufacturerID": 2})) == [5003, 5012]
    assert codes(client.send(ORDER | {"catalogID": 2})) == [5003, 5013]
    assert codes(client.call("GET", "nowhere/")) == [5002]
    assert codes(client.call("GET", "importOrder/")) == [5005]
    assert codes(client.send(path="importOrder")) == [5002]


def test_create_order_has_no_status(client: Client) -> None:
    assert codes(client.send(path="createOrder/")) == [5003, 5015]
    assert client.send(change("orderStatus", drop=True), "createOrder/").json()["code"] == 5000
    assert "orderStatus" in client.call("GET", "schema/importOrder.json").json()["required"]


def test_a_search_is_exact_and_paged(client: Client) -> None:
    for number in range(12):
        client.send(ORDER | {"externalOrderID": f"A{number}"})
    page = client.search().json()
    assert (page["totalCount"], len(page["collection"])) == (12, 10)
    assert len(client.search(page=2).json()["collection"]) == 2
    assert client.search(page=3).json()["collection"] == []
    found = client.search(externalOrderID="A1").json()["collection"]
    assert [order["externalOrderID"] for order in found] == ["A1"]
    both = client.search(externalOrderID="A1,A2", orderStatus="READY,SHIPPED", perPage=100).json()
    assert both["totalCount"] == 2
    assert client.search(externalOrderID="a1").json()["totalCount"] == 0
    assert client.search(orderID=found[0]["orderID"]).json()["totalCount"] == 1
    assert client.partners.violations() == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("externalOrderID=1", 5010),
        ("manufacturerID=2", 5013),
        ("manufacturerID=x", 5014),
        ("manufacturerID=1010&perPage=101", 5014),
        ("manufacturerID=1010&page=0", 5014),
        ("manufacturerID=1010&orderStatus=DONE", 5014),
        ("manufacturerID=1010&since=1", 5016),
        ("", 5017),
        ("page=1", 5017),
    ],
)
def test_a_wrong_search_has_its_code(client: Client, query: str, code: int) -> None:
    answer = client.call("GET", f"order/?{query}")
    assert (answer.status_code, codes(answer)) == (400, [5003, code])


def test_the_filter_may_be_unsupported_or_ignored(client: Client) -> None:
    client.send()
    client.partners.control("POST", "/kibo", external_filter="unsupported")
    assert codes(client.search(externalOrderID="other")) == [5003, 5016]
    client.partners.control("POST", "/kibo", external_filter="ignored")
    assert client.search(externalOrderID="other").json()["totalCount"] == 1
    assert client.partners.violations() == []


@pytest.mark.parametrize(("repeat", "status", "orders"), [("insert", 200, 2), ("upsert", 200, 1), ("refuse", 400, 1)])
def test_a_repeated_import(start: Start, repeat: str, status: int, orders: int) -> None:
    client = Client(start(oms=("kibo",), kibo=KiboDials(repeat=repeat)))
    client.send()
    assert client.send().status_code == status
    state = client.partners.state()
    assert state["kibo"]["orders"] == orders
    assert state["audit"]["doubled"] == (["0987654321"] if orders == 2 else [])
    assert client.partners.violations() == []


def test_an_item_is_cancelled_once_and_only_for_a_reason(client: Client) -> None:
    client.send()
    (item,) = client.search().json()["collection"][0]["orderItems"]
    path, body = "orderItem/action/cancel/", {"orderItemID": item["orderItemID"], "dispositionReason": "other"}
    assert codes(client.call("POST", path, json=body)) == [5003, 5011]
    assert codes(client.call("POST", path, json=body | {"dispositionOtherReason": "x" * 256})) == [5003, 5015]
    body |= {"dispositionOtherReason": "x" * 255, "sendCancellationEmails": False}
    assert client.call("POST", path, json=body).json()["code"] == 5000
    assert client.search(orderStatus="CANCELLED").json()["totalCount"] == 1
    assert codes(client.call("POST", path, json=body)) == [5003, 5015]
    assert codes(client.call("POST", path, json=body | {"orderItemID": 1})) == [5003, 5013]


def test_it_ships_when_told_to(start: Start, clock: TurnedClock) -> None:
    client = Client(start(oms=("kibo",), kibo=KiboDials(ship_after_seconds=5)))
    order_id = client.send().json()["orderID"]
    query = {"manufacturerID": 1010, "orderID": order_id}
    (waiting,) = client.call("GET", "shipment/", params=query).json()["collection"]
    assert (waiting["shipmentStatus"], waiting["trackingInformation"]) == ("READY", [])
    assert client.partners.state()["kibo"]["to_ship"] == 1
    clock.turn(5)
    (shipment,) = client.call("GET", "shipment/", params=query).json()["collection"]
    assert (shipment["orderID"], shipment["externalOrderID"]) == (order_id, "0987654321")
    (tracking,) = shipment["trackingInformation"]
    assert 0 < len(tracking["trackingNumber"]) <= 50
    assert 0 < len(tracking["carrierTypeOther"]) <= 20
    assert (client.partners.state()["kibo"]["shipped"], client.partners.state()["kibo"]["to_ship"]) == (1, 0)
    assert client.search(orderStatus="SHIPPED").json()["totalCount"] == 1


def test_an_order_in_two_shipments_has_left_with_the_second(start: Start, clock: TurnedClock) -> None:
    dials = KiboDials(ship_after_seconds=5, shipments_an_order=2, shipments_named=False)
    client = Client(start(oms=("kibo",), kibo=dials))
    client.send()
    clock.turn(5)
    first, second = client.call("GET", "shipment/", params={"manufacturerID": 1010}).json()["collection"]
    assert (bool(first["trackingInformation"]), bool(second["trackingInformation"])) == (True, False)
    assert "externalOrderID" not in first
    assert client.partners.state()["audit"]["not_shipped_at_marketplace"] == []
    clock.turn(1)
    assert client.partners.state()["kibo"]["shipped"] == 1
    assert client.search(orderStatus="SHIPPED").json()["totalCount"] == 1


def test_masherys_limits_are_403_told_apart_by_a_header(client: Client, clock: TurnedClock) -> None:
    client.partners.control("POST", "/kibo", per_second=1)
    assert client.search().status_code == 200
    limited = client.search()
    assert (limited.status_code, limited.headers["x-mashery-error-code"]) == (403, "ERR_403_DEVELOPER_OVER_QPS")
    clock.turn(int(limited.headers["retry-after"]))
    assert client.search().status_code == 200
    client.partners.control("POST", "/kibo", per_second=None, per_day=2)
    assert client.search().headers["x-mashery-error-code"] == "ERR_403_DEVELOPER_OVER_RATE"
    assert client.partners.violations() == []


def test_tokens_and_the_key(client: Client, clock: TurnedClock) -> None:
    assert client.log_in("wrong").status_code == 401
    good = dict(client.headers)
    client.headers["API-Key"] = "x"
    assert codes(client.search())[0] == 5004
    client.headers = good | {"Authorization": good["Authorization"].removeprefix("Bearer ")}
    assert client.search().status_code == 401
    assert len(client.partners.violations()) == 3
    client.headers = good
    clock.turn(3600)
    assert client.search().status_code == 401
    client.partners.control("POST", "/kibo", expired_status=403)
    expired = client.search()
    assert (expired.status_code, "x-mashery-error-code" in expired.headers) == (403, False)
    assert len(client.partners.violations()) == 3


def test_card_numbers_and_passwords_are_taken_and_told(client: Client) -> None:
    assert client.send(change(f"{METHOD}.cardNumber", "0000000000000123")).status_code == 200
    assert client.send(change("customer.password", "x")).status_code == 200
    rule = "kibo.import: a card number or password was sent"
    assert client.partners.state()["violations_by_rule"] == {rule: 2}


def test_faults_reach_every_endpoint(client: Client) -> None:
    client.partners.rules({"kind": "status", "status": 503, "endpoint": "kibo.*", "commit": True})
    answers = [client.send(), client.search(), client.call("GET", "shipment/", params={"manufacturerID": 1010})]
    assert [codes(answer) for answer in answers] == [[5001]] * 3
    assert client.log_in().status_code == 503
    client.partners.rules({"kind": "status", "status": 429, "retry_after": 2})
    limited = client.search()
    assert (limited.status_code, limited.headers["retry-after"]) == (403, "2")
    assert "x-mashery-error-code" in limited.headers
    client.partners.rules({"kind": "expired_token", "endpoint": "kibo.import", "count": 1})
    assert client.send().status_code == 401
    assert client.partners.state()["kibo"]["puts"] == {"0987654321": 1}
