"""The simulated OIS: S003's rules one by one, tokens with an audience, doubles, tables, coupons, the webhook log."""

import json
from decimal import Decimal
from typing import Any

import pytest

from sandbox import OisDials
from sandbox.ois.contract import check_order
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import Partners, TurnedClock

CLIENT = {
    "client_id": "ois-client",
    "client_secret": "ois-secret",
    "audience": "https://ois.sandbox.example",
    "grant_type": "client_credentials",
}


def write_line(**changes: Any) -> dict[str, Any]:
    return {
        "LineType": "Article",
        "VariantIdentifier": "SKU-1",
        "Quantity": 1,
        "OriginalPrice": 12.99,
        "Price": 10.49,
        "OrderDiscounts": [{"Code": "A", "Value": 1.25}, {"Code": "B", "Value": 1.25}],
        "VATPercentage": 20,
    } | changes


def write_order(**changes: Any) -> dict[str, Any]:
    shipping = {"LineType": "ShippingCost", "OriginalPrice": 4.99, "Price": 4.99}
    order = {
        "Identifier": "A/1",
        "OrderDate": "2026-11-22T09:00:00+00:00",
        "OrderLines": [write_line(), shipping],
        "DeliveryMethod": "1",
        "ShippingAgentId": "POSTNL",
        "PaymentOptionId": "MARKETPLACE",
        "PaymentReference": "R1",
        "ShippingAddress": {
            "FirstName": "Daniël",
            "LastName": "de Vries",
            "Street": "Kerkstraat",
            "HouseNo": "5",
            "ZipCode": "1017 AB",
            "City": "Amsterdam",
            "CountryCode": "NL",
        },
    } | changes
    return {key: value for key, value in order.items() if value is not ...}


def faults(order: dict[str, Any], currency: str | None = None, **dials: Any) -> list[str]:
    return sorted(check_order(json.loads(json.dumps(order), parse_float=Decimal), OisDials(**dials), currency))


def lines(**changes: Any) -> dict[str, Any]:
    return write_order(OrderLines=[write_line(**changes)])


def address(**changes: Any) -> dict[str, Any]:
    return write_order(ShippingAddress=write_order()["ShippingAddress"] | changes)


STORE = {"DeliveryMethod": "2", "PickupBranchIdentifier": "B001"}
POINT = {"DeliveryMethod": "3", "PickupLocationCode": "P1", "PickupLocationName": "x" * 30}


@pytest.mark.parametrize("kind", ["1", "2", "3", "4", "Article", "ShippingCost", "PaymentFee", "Voucher"])
def test_both_forms_of_each_line_type(kind: str) -> None:
    assert faults(lines(LineType=kind)) == []


@pytest.mark.parametrize("method", [{}, STORE, POINT])
def test_each_delivery_method_with_its_fields(method: dict[str, Any]) -> None:
    assert faults(write_order(**method)) == []


@pytest.mark.parametrize(
    ("order", "path"),
    [
        (write_order(Identifier=...), "Identifier"),
        (write_order(OrderDate="22-11-2026"), "OrderDate"),
        (write_order(OrderLines=[]), "OrderLines"),
        (lines(LineType="Coupon"), "OrderLines.0.LineType"),
        (lines(LineType=1), "OrderLines.0.LineType"),
        (lines(Quantity=2), "OrderLines.0.Quantity"),
        (lines(VariantIdentifier=""), "OrderLines.0.VariantIdentifier"),
        (lines(VATPercentage=None), "OrderLines.0.VATPercentage"),
        (lines(Price=10.48), "OrderLines.0.OriginalPrice"),
        (lines(OriginalPrice="12.99"), "OrderLines.0.OriginalPrice"),
        (lines(Price=-1), "OrderLines.0.Price"),
        (lines(Value=12.99), "OrderLines.0.Value"),
        (lines(OrderDiscounts=[{"Code": "A", "Value": -2.5}]), "OrderLines.0.OrderDiscounts.0.Value"),
        (write_order(DeliveryMethod=1), "DeliveryMethod"),
        (write_order(DeliveryMethod="4"), "DeliveryMethod"),
        (write_order(PickupLocationCode=None), "PickupLocationCode"),
        (write_order(**STORE, PickupLocationName="X"), "PickupLocationName"),
        (write_order(DeliveryMethod="2"), "PickupBranchIdentifier"),
        (write_order(**STORE | {"PickupBranchIdentifier": "B999"}), "PickupBranchIdentifier"),
        (write_order(**POINT | {"PickupLocationCode": ""}), "PickupLocationCode"),
        (write_order(**POINT | {"PickupLocationName": "x" * 31}), "PickupLocationName"),
        (write_order(ShippingAddress=...), "ShippingAddress"),
        (write_order(ShippingAgentId=...), "ShippingAgentId"),
        (write_order(ShippingAgentId="TELEX"), "ShippingAgentId"),
        (write_order(ShippingAgentServiceCode=None), "ShippingAgentServiceCode"),
        (write_order(ShippingTerms=[]), "ShippingTerms"),
        (write_order(PaymentOptionId="CASH"), "PaymentOptionId"),
        (write_order(PaymentReference=...), "PaymentReference"),
        (write_order(OrderCouponPayment=[{"PaymentOptionId": "GIFTCARD", "Value": 5}]), "OrderCouponPayment"),
        (write_order(OrderCouponPayments=[{"PaymentOptionId": "GIFTCARD", "Value": 0}]), "OrderCouponPayments.0.Value"),
        (address(FirstName="é" * 31), "ShippingAddress.FirstName"),
        (address(Street="s" * 51), "ShippingAddress.Street"),
        (address(HouseNoExt="1" * 21), "ShippingAddress.HouseNoExt"),
        (write_order(BillingAddress={"Email": "e" * 81}), "BillingAddress.Email"),
    ],
)
def test_each_rule_alone(order: dict[str, Any], path: str) -> None:
    assert faults(order) == [path]


def test_limits_hold_at_their_boundary_in_characters_as_read() -> None:
    assert faults(address(FirstName="e\u0301" * 30, Street="s" * 50, HouseNo="1" * 20, HouseNoExt="1" * 20)) == []


def test_combined_limits_bind_once_the_single_ones_are_wider() -> None:
    wider = {"FirstName": 60, "LastName": 60}
    assert faults(address(FirstName="f" * 50, LastName="l" * 50), xprt_limits=wider) == []
    assert faults(address(FirstName="f" * 50, LastName="l" * 51), xprt_limits=wider) == ["ShippingAddress.FirstName"]


def test_dials_open_what_the_default_forbids() -> None:
    order = write_order(ShippingAgentServiceCode="EVE", ShippingTerms=["T1"])
    assert faults(order, service_codes=("EVE",), shipping_terms=("T1",)) == []
    assert faults(lines(Quantity=3), one_line_per_unit=False) == []
    assert faults(lines(Price=0, OriginalPrice=2.5), allow_zero_amounts=False) == ["OrderLines.0.Price"]
    assert faults(write_order(Currency="SEK"), "EUR") == ["Currency"]


# ---------------------------------------------------------------- over HTTP


class Client:
    def __init__(self, partners: Partners) -> None:
        self.partners = partners
        token = partners.http.post("/ois/authentication/api/v1/Token", json=CLIENT).raise_for_status().json()
        assert token["expires_in"] == 86400
        self.headers = {"Authorization": f"Bearer {token['access_token']}"}

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        return self.partners.http.request(method, f"/ois/{path}", headers=self.headers, **more)


@pytest.fixture
def partners(start: Start) -> Partners:
    return start(oms=("ois",))


def test_a_token_is_for_one_audience(partners: Partners) -> None:
    wrong = CLIENT | {"audience": "https://ois-dev.example"}
    assert partners.http.post("/ois/authentication/api/v1/Token", json=wrong).status_code == 401
    assert partners.http.post("/ois/authentication/api/v1/Token", data=CLIENT).status_code == 415
    assert partners.http.get("/ois/v1/ShippingAgents").status_code == 401
    assert len(partners.violations()) == 3


def test_an_expired_token_is_no_violation_and_scope_is_403(partners: Partners, clock: TurnedClock) -> None:
    client = Client(partners)
    partners.control("POST", "/ois", out_of_scope=["ois.branches"])
    assert client("GET", "Branches/").status_code == 403
    clock.turn(86401)
    assert client("GET", "v1/ShippingAgents").status_code == 401
    assert partners.violations() == ["ois.branches: Not in the token's scope"]


def test_the_webshop_is_in_the_query_or_in_the_path(partners: Partners) -> None:
    client = Client(partners)
    for n, path in enumerate(("Orders", "Orders?WebshopCode=SHOP-EUR", "SHOP-EUR/Orders")):
        assert client("POST", f"order/v1/{path}", json=write_order(Identifier=f"A{n}")).status_code == 201
    assert client("POST", "order/v1/Orders?WebshopCode=SHOP-SEK", json=write_order()).status_code == 400
    state = partners.state()
    assert state["ois"]["webshop_in"] == {"nowhere": 1, "query": 2, "path": 1}
    assert state["ois"]["distinct"] == 3


def test_a_repeated_order_doubles_unless_told(partners: Partners) -> None:
    client = Client(partners)
    order = write_order()
    assert client("GET", "order/v1/Orders/A%2F1").status_code == 404
    assert [client("POST", "order/v1/Orders", json=order).status_code for _ in range(2)] == [201, 201]
    assert client("GET", "order/v1/Orders/A%2F1").json()["OrderLines"] == order["OrderLines"]
    audit = partners.state()["audit"]
    assert audit["doubled"] == ["A/1"]
    assert audit["unexpected"] == {"A/1": "unknown to every marketplace"}
    partners.control("POST", "/ois", repeat="refuse")
    assert client("POST", "order/v1/Orders", json=order).status_code == 409
    assert partners.violations() == []


def test_an_order_that_breaks_a_rule_leaves_no_trace_but_a_violation(partners: Partners) -> None:
    client = Client(partners)
    answer = client("POST", "order/v1/Orders", json=write_order(DeliveryMethod="2"))
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["PickupBranchIdentifier"]
    assert partners.state()["ois"]["orders"] == 0
    assert partners.violations() == ["ois.order: Wrong order"]


def test_tables_and_coupons(partners: Partners) -> None:
    client = Client(partners)
    for path in ("v1/ShippingAgents", "v1/PaymentOptions", "v1/PaymentProviders"):
        assert {"Id", "Name"} <= client("GET", path, params={"WebshopCode": "SHOP-EUR"}).json()[0].keys()
    assert client("GET", "Branches/").json()[0]["Identifier"] == "B001"
    assert client("GET", "loyalty/v1/coupons/GIFT25").json()["Redeemed"] is False
    assert [client("PUT", "loyalty/v1/coupons/GIFT25/redeem").status_code for _ in range(2)] == [200, 409]
    assert client("GET", "loyalty/v1/coupons/NONE").status_code == 404
    assert partners.state()["ois"]["coupons_redeemed"] == ["GIFT25"]


def test_the_webhook_log_tells_what_happened(partners: Partners, clock: TurnedClock) -> None:
    client = Client(partners)
    partners.control("POST", "/ois", ship_after_seconds=5)
    client("POST", "order/v1/Orders", json=write_order())
    clock.turn(5)
    log = client("GET", "v1/webhooks/status", params={"Page": 1, "PageSize": 1, "Status": "Failed"}).json()
    assert [row["Event"] for row in log] == ["Created"]
    rest = client("GET", "v1/webhooks/status", params={"Page": 2, "PageSize": 1}).json()
    assert rest[0]["Payload"]["Identifier"] == "A/1"
    assert rest[0]["Event"] == "Shipped"
    hook = {"Group": "Order", "Event": "Shipped", "URL": "https://x.example/"}
    assert hook.items() - {("URL", hook["URL"])} <= client("GET", "v1/Webhooks/GetTypes").json()[1].items()
    assert client("POST", "v1/Webhooks", json=hook).status_code == 204
    assert client("GET", "v1/Webhooks/GetWebhookUrl").json() == [hook]
    assert [client("DELETE", "v1/Webhooks", json=hook).status_code for _ in range(2)] == [204, 404]
    client("POST", "v1/Webhooks", json=hook)
    assert client("DELETE", "v1/Webhooks", params=hook).status_code == 204


def test_faults_reach_every_endpoint(partners: Partners) -> None:
    client = Client(partners)
    partners.rules(
        {"kind": "status", "endpoint": "ois.order", "status": 503, "commit": True, "count": 1},
        {"kind": "expired_token", "endpoint": "ois.find", "count": 1},
    )
    assert client("POST", "order/v1/Orders", json=write_order()).status_code == 503
    assert client("GET", "order/v1/Orders/A%2F1").status_code == 401
    assert partners.state()["ois"]["orders"] == 1
    assert partners.violations() == []
