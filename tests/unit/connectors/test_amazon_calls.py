"""Amazon's tokens, headers, restricted tokens, v0's single orders, and `orderpipe call`."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from pipeline.config.setting import Secret
from pipeline.connectors.marketplaces.amazon.calls import agent, resources
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import Refused, Unauthorized, Unreadable
from tests.unit.connectors.amazon_seller import FR, ID, amazon, amazon_order, answered, package, v0_item, v0_order
from tests.unit.connectors.rig import Partner, rig_for, unread

EXPIRED = {"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied.",
                       "details": "The access token you provided has expired."}]}  # fmt: skip
NO_ROLE = {
    "errors": [
        {
            "code": "InvalidInput",
            "message": "Application does not have access to one or more requested data elements: [buyerInfo]",
        }
    ]
}


class Login(Partner):
    """Also answers the token endpoint as told, and remembers its forms."""

    def __init__(self, *tokens: httpx.Response) -> None:
        super().__init__()
        self.tokens = list(tokens)
        self.forms: list[dict[str, list[str]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/token":
            return super().__call__(request)
        self.forms.append(parse_qs(request.content.decode()))
        return unread(self.tokens.pop(0))


def token(value: str) -> httpx.Response:
    return httpx.Response(
        200, json={"access_token": value, "token_type": "bearer", "expires_in": 3600, "refresh_token": "Atzr|answered"}
    )


@pytest.mark.covers(
    "amazon:POST {token_url}", "amazon:grant", "amazon:x-amz-access-token", "amazon:user-agent", "amazon:403"
)
def test_a_token_serves_every_call_until_a_403_and_is_renewed_once() -> None:
    partner = Login(token("Atza|1"), token("Atza|2"))
    client = amazon(partner)
    partner.says(answered(amazon_order()), httpx.Response(403, json=EXPIRED), answered(amazon_order()))
    client.get(ID)
    client.get(ID)
    assert [request.headers["x-amz-access-token"] for request in partner.requests] == ["Atza|1", "Atza|1", "Atza|2"]
    assert partner.requests[0].headers["user-agent"] == agent()
    assert agent().startswith("orderpipe/0.")
    assert "authorization" not in partner.requests[0].headers
    form = {"grant_type": ["refresh_token"], "client_id": ["client"], "client_secret": ["hush"]}
    assert partner.forms == [form | {"refresh_token": ["Atzr|first"]}] * 2  # the answered one is not kept
    partner.says(httpx.Response(403, json=EXPIRED), httpx.Response(403, json=EXPIRED))
    partner.tokens.append(token("Atza|3"))
    with pytest.raises(Unauthorized, match="a new token did not help: has the application the role"):
        client.get(ID)


@pytest.mark.covers("amazon:client_secret")
@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"error": "invalid_client", "error_description": "Client authentication failed"}, "180 days"),
        (403, {"error": "x", "error_description": "The LWA secret token you provided has expired."}, "180 days"),
        (400, {"error": "invalid_client"}, "180 days"),
        (400, {"error": "invalid_grant"}, "authorize the application again"),
        (400, {"error": "invalid_request"}, "no token for these credentials"),
    ],
)
def test_credentials_that_are_refused_say_what_to_do(status: int, body: Any, words: str) -> None:
    with pytest.raises(Unauthorized, match=words) as raised:
        amazon(Login(httpx.Response(status, json=body))).get(ID)
    assert "hush" not in raised.value.message


# ---------------------------------------------------------------- v0 with a restricted token


def routed(request: httpx.Request) -> httpx.Response:
    path = request.url.path
    if path.endswith("restrictedDataToken"):
        return httpx.Response(200, json={"restrictedDataToken": "Atz.sprdt|1", "expiresIn": 3600})
    if path.endswith("/orderItems"):
        if "NextToken" in request.url.params:
            return httpx.Response(
                200, json={"payload": {"AmazonOrderId": ID, "OrderItems": [v0_item(OrderItemId="L2")]}}
            )
        payload = {"AmazonOrderId": ID, "OrderItems": [v0_item()], "NextToken": "n+1"}
        return httpx.Response(200, json={"payload": payload})
    return httpx.Response(200, json={"payload": v0_order()})


@pytest.mark.covers(
    "amazon:GET /orders/v0/orders/{orderId}",
    "amazon:GET /orders/v0/orders/{orderId}/orderItems",
    "amazon:POST /tokens/2021-03-01/restrictedDataToken",
    "amazon:restrictedDataToken",
    "amazon:OrderItems",
    "amazon:payload",
)
def test_v0_reads_an_order_and_its_items_with_one_restricted_token() -> None:
    partner = Partner().says(*[routed] * 7)
    client = amazon(partner, orders_api="v0")
    row = client.get(ID)
    assert (row.id, row.whole) == (ID, True)
    assert [line["OrderItemId"] for line in row.raw["OrderItems"]] == ["L1", "L2"]
    assert partner.sent(0) == {"restrictedResources": resources(["buyerInfo", "shippingAddress"])}
    assert [request.headers["x-amz-access-token"] for request in partner.requests] == ["t"] + ["Atz.sprdt|1"] * 3
    assert partner.query(3) == {"NextToken": "n+1"}
    client.get(ID)
    assert len(partner.requests) == 7  # the same restricted token again


@pytest.mark.covers("amazon:restrictedDataToken", "amazon:403")
def test_a_restricted_token_that_is_over_is_asked_for_again() -> None:
    expired: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(403, json=EXPIRED)  # noqa: E731
    partner = Partner().says(routed, expired, routed, *[routed] * 3)
    assert amazon(partner, orders_api="v0").get(ID) is not None
    assert [r.url.path.rsplit("/")[-1] for r in partner.requests].count("restrictedDataToken") == 2


@pytest.mark.covers("amazon:restrictedDataToken")
def test_without_personal_data_a_plain_token_will_do() -> None:
    partner = Partner().says(*[routed] * 3)
    amazon(partner, orders_api="v0", included_data=("FULFILLMENT",)).get(ID)
    assert {request.headers["x-amz-access-token"] for request in partner.requests} == {"t"}
    assert [one["path"].rsplit("/")[-1] for one in resources(["shippingAddress"])] == ["orders", "{orderId}", "address"]


@pytest.mark.covers("amazon:no role")
def test_a_missing_role_shuts_the_account_and_says_why() -> None:
    partner = Partner().says(httpx.Response(400, json=NO_ROLE))
    with pytest.raises(Unauthorized, match="let the seller authorize it again"):
        amazon(partner, orders_api="v0").get(ID)


def test_v0_answers_that_are_none() -> None:
    partner = Partner().says(routed, httpx.Response(404))
    assert amazon(partner, orders_api="v0").get(ID) is None
    bodies: list[Any] = [
        [{"payload": None}],
        [{"payload": v0_order()}, {"payload": {}}],
        [{"payload": v0_order()}, *[{"payload": {"OrderItems": [], "NextToken": "x"}}] * 2],
    ]
    for answers in bodies:
        with pytest.raises(Unreadable):
            amazon(Partner().says(routed, *answers), orders_api="v0").get(ID)
    with pytest.raises(Unreadable, match="restrictedDataToken"):
        amazon(Partner().says({"x": 1}), orders_api="v0").get(ID)


# ---------------------------------------------------------------- orderpipe call


def run(name: str, partner: Partner, **given: Any) -> Any:
    (operation,) = [one for one in CONNECTORS["amazon"].operations if one.name == name]
    return operation.run(amazon(partner), {"order_id": ID, **given})


@pytest.mark.covers(
    "amazon:GET /orders/v0/orders/{orderId}/address",
    "amazon:GET /orders/v0/orders/{orderId}/buyerInfo",
    "amazon:GET /orders/v0/orders/{orderId}/regulatedInfo",
)
@pytest.mark.parametrize(
    ("name", "path", "restricted"),
    [("address", "address", True), ("buyer_info", "buyerInfo", True), ("regulated_info", "regulatedInfo", False)],
)
def test_parts_of_an_order(name: str, path: str, restricted: bool) -> None:
    partner = Partner().says(*[routed] * (2 if restricted else 1))
    assert run(name, partner) == v0_order()
    assert partner.requests[-1].url.path == f"/orders/v0/orders/{ID}/{path}"
    assert (partner.requests[-1].headers["x-amz-access-token"] != "t") is restricted


@pytest.mark.covers("amazon:POST /orders/v0/orders/{orderId}/shipment", "amazon:ShipmentStatus")
def test_a_shipment_status_is_told() -> None:
    partner = Partner().says(httpx.Response(204))
    run("update_shipment_status", partner, marketplace_id=FR, status="PickedUp")
    assert partner.sent() == {"marketplaceId": FR, "shipmentStatus": "PickedUp"}
    assert partner.requests[0].url.path == f"/orders/v0/orders/{ID}/shipment"
    with pytest.raises(Refused):
        run("update_shipment_status", Partner().says(httpx.Response(400)), marketplace_id=FR, status="PickedUp")


@pytest.mark.covers("amazon:marketplaceId")
def test_an_order_and_its_packages() -> None:
    parcels = [package("6C1")]
    assert run("order", Partner().says(answered(amazon_order()))) == amazon_order()
    assert run("order", Partner().says(httpx.Response(404))) is None
    assert run("packages", Partner().says(answered(amazon_order(packages=parcels)))) == parcels
    assert run("packages", Partner().says(answered(amazon_order()))) == []
    assert run("packages", Partner().says(httpx.Response(404))) is None
    assert len(run("order_items", Partner().says(routed, routed, routed))) == 2


def test_no_secret_is_shown() -> None:
    rig = rig_for("amazon", Partner())
    assert "hush" not in repr(rig.settings)
    assert isinstance(rig.settings["refresh_token"], Secret)
