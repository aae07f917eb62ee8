"""Transiteo: the bare id token, every field's form, add, update, get, list, delete, repeats and quotas."""

from copy import deepcopy
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from sandbox import TransiteoDials
from sandbox.transiteo.contract import PRODUCT_REQUIRED, REQUIRED, check_order
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import Partners, TurnedClock

ORDERS = "/transiteo/v1/customer/orders"
FORM = {"client_id": "sandbox-transiteo", "grant_type": "refresh_token", "refresh_token": "sandbox-refresh"}
ORDER: dict[str, Any] = {
    "order_id": "S/1 #x",
    "order_date_hour": 1_795_338_000_000,
    "customer_firstname": "Zoë",
    "customer_lastname": "Müller",
    "departure_country": "FRA",
    "arrival_country": "CHE",
    "products": [{"sku": "A", "quantity": 2, "unit_price": 9.5, "unit_price_currency": "EUR"}],
    "amount_products": 19,
    "amount_shipping": 0,
    "amount_duty": 0,
    "amount_vat": 0,
    "amount_specialtaxes": 0,
    "currency": "EUR",
    "order_statut": "PAID",
}


def change(path: str, value: Any) -> dict[str, Any]:
    order = deepcopy(ORDER)
    block = order["products"][0] if path.startswith("products.0.") else order
    block[path.rpartition(".")[2]] = value
    return order


class Client:
    def __init__(self, partners: Partners) -> None:
        self.partners = partners
        self.token = self.log_in().json()["id_token"]

    def log_in(self, **changes: str) -> httpx.Response:
        return self.partners.http.post("/transiteo/oauth2/token", data=FORM | changes)

    def call(self, method: str, order_id: str | None = None, **more: Any) -> httpx.Response:
        path = ORDERS if order_id is None else f"{ORDERS}/{quote(order_id, safe='')}"
        return self.partners.http.request(method, path, headers={"Authorization": self.token}, **more)

    def add(self, order: dict[str, Any] = ORDER) -> httpx.Response:
        return self.call("POST", json=order)


@pytest.fixture
def client(start: Start) -> Client:
    return Client(start(oms=("transiteo",)))


def test_the_least_order_is_as_documented() -> None:
    assert check_order(ORDER) == {}
    assert (len(REQUIRED), len(PRODUCT_REQUIRED)) == (13, 4)


@pytest.mark.parametrize("path", [*REQUIRED, *(f"products.0.{key}" for key in PRODUCT_REQUIRED)])
def test_each_required_field_is_required(path: str) -> None:
    order = deepcopy(ORDER)
    del (order["products"][0] if path.startswith("products") else order)[path.rpartition(".")[2]]
    assert check_order(order) == {path: ["required"]}
    assert path in check_order(change(path, None))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("order_date_hour", 1_795_338_000),
        ("order_date_hour", 1_795_338_000_000.5),
        ("order_date_hour", "1795338000000"),
        ("order_payment_date", 1_795_338_000),
        ("arrival_country", "CH"),
        ("customer_country", "XXX"),
        ("agent_country", "fra"),
        ("currency", "EUX"),
        ("order_statut", "paid"),
        ("order_statut", "CANCELED"),
        ("order_status", "PAID"),
        ("url", "shop/1"),
        ("incoterm", "EXW"),
        ("amount_vat", "1.00"),
        ("amount_vat", -1),
        ("amount_vat", True),
        ("customer_city", None),
        ("products", []),
        ("products.0.quantity", 0),
        ("products.0.unit_price_currency", "USD"),
        ("products.0.title", "x"),
    ],
)
def test_a_wrong_form_is_named(path: str, value: Any) -> None:
    assert list(check_order(change(path, value))) == [path]


def test_both_spellings_of_the_agents_address_are_documented() -> None:
    assert check_order(ORDER | {"agent_address": "x", "agent_adress": "x", "incoterm": "ddu"}) == {}


def test_an_order_is_added_got_updated_listed_and_deleted(client: Client) -> None:
    order_id = ORDER["order_id"]
    assert client.call("PUT", order_id, json=ORDER).status_code == 404
    assert client.add().status_code == 200
    assert client.call("GET", order_id).json() == ORDER
    assert client.call("PUT", order_id, json=change("order_statut", "CANCELLED")).status_code == 200
    assert [order["order_statut"] for order in client.call("GET").json()["orders"]] == ["CANCELLED"]
    assert client.call("DELETE", order_id, json={"order_id": order_id}).status_code == 200
    assert client.call("GET", order_id).status_code == 404
    assert client.partners.violations() == []
    state = client.partners.state()["transiteo"]
    assert (state["puts"], state["updates"], state["deleted"]) == ({order_id: 2}, {order_id: 1}, [order_id])


def test_a_put_under_another_path_is_a_violation(client: Client) -> None:
    client.add()
    answer = client.call("PUT", "other", json=ORDER)
    assert (answer.status_code, answer.json()["details"][0]["parameter"]["name"]) == (400, "order_id")
    assert client.partners.violations() == ["transiteo.update: Invalid parameters"]


@pytest.mark.parametrize(("repeat", "status", "orders"), [("insert", 200, 2), ("upsert", 200, 1), ("refuse", 409, 1)])
def test_a_repeated_add(start: Start, repeat: str, status: int, orders: int) -> None:
    client = Client(start(oms=("transiteo",), transiteo=TransiteoDials(repeat=repeat)))
    client.add()
    assert client.add().status_code == status
    state = client.partners.state()
    assert state["transiteo"]["orders"] == orders
    assert state["audit"]["doubled"] == ([ORDER["order_id"]] if orders == 2 else [])
    assert list(state["audit"]["unexpected"]) == [ORDER["order_id"]]
    assert client.partners.violations() == []


def test_the_token_goes_bare_and_expires(client: Client, clock: TurnedClock) -> None:
    good = client.token
    client.token = f"Bearer {good}"
    assert client.add().json() == {"message": "Unauthorized"}
    client.token = client.log_in().json()["access_token"]
    assert client.add().status_code == 401
    assert client.partners.violations() == ["transiteo.add: Unauthorized"]
    client.token = good
    clock.turn(3600)
    answer = client.add()
    assert (answer.status_code, answer.json()) == (401, {"message": "The incoming token has expired"})
    assert client.partners.state()["violations_by_rule"] == {"transiteo.add: Unauthorized": 2}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"refresh_token": "x"}, "invalid_grant"),
        ({"client_id": "x"}, "invalid_client"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"client_secret": "x"}, "invalid_request"),
    ],
)
def test_a_wrong_token_request(client: Client, changes: dict[str, str], error: str) -> None:
    answer = client.log_in(**changes)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_quota_and_get_are_dials(client: Client) -> None:
    client.partners.control("POST", "/transiteo", quota="TRIAL_LIMIT_EXCEED", quota_after=1)
    assert client.add().status_code == 200
    refused = client.call("GET", ORDER["order_id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "TRIAL_LIMIT_EXCEED")
    client.partners.control("POST", "/transiteo", quota=None, get_enabled=False)
    assert client.call("GET", ORDER["order_id"]).json() == {"message": "Missing Authentication Token"}
    assert client.partners.violations() == []


def test_faults_reach_every_endpoint(client: Client) -> None:
    client.partners.rules({"kind": "status", "status": 500, "endpoint": "transiteo.*", "commit": True})
    for answer in (
        client.add(),
        client.call("PUT", ORDER["order_id"], json=ORDER),
        client.call("GET", ORDER["order_id"]),
        client.call("GET"),
        client.call("DELETE", ORDER["order_id"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (500, "UNEXPECTED_ERROR")
    client.partners.rules({"kind": "expired_token", "endpoint": "transiteo.add", "count": 1})
    assert client.add().status_code == 401
    state = client.partners.state()["transiteo"]
    assert (state["puts"], state["deleted"]) == ({ORDER["order_id"]: 2}, [ORDER["order_id"]])
