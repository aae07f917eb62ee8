"""OIS outside the flows: coupons, webhooks and their log, tables; and what the declaration says."""

from typing import Any

import httpx
import pytest

from pipeline.connectors.oms.ois import CONNECTOR
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import Invalid, NotConfigured
from pipeline.operations.calling import call
from pipeline.operations.errors import NotAllowed
from tests.unit.connectors.rig import Partner
from tests.unit.connectors.test_ois_orders import ois

OPERATIONS = {operation.name: operation for operation in CONNECTOR.operations}
HOOK = {"group": "Order", "event": "Shipped", "url": "https://us.test/hook"}


def run(partner: Partner, name: str, arguments: dict[str, str] | None = None, yes: bool = False, **given: Any) -> Any:
    client = ois(partner, **given)
    return call(client, OPERATIONS[name], arguments or {}, yes=yes, who="me", audit=lambda _: None, account="ois-nl")


@pytest.mark.parametrize(
    ("name", "arguments", "method", "url", "body"),
    [
        ("shipping_agents", {}, "GET", "/v1/ShippingAgents", None),
        ("payment_options", {}, "GET", "/v1/PaymentOptions", None),
        ("payment_providers", {}, "GET", "/v1/PaymentProviders", None),
        ("branches", {}, "GET", "/v1/Branches?WebshopCode=W", None),
        ("coupon", {"code": "a/b"}, "GET", "/loyalty/v1/coupons/a%2Fb", None),
        ("redeem", {"code": "C", "amount": "2.5"}, "PUT", "/loyalty/v1/coupons/C/redeem", {"Value": 2.5}),
        ("webhook_types", {}, "GET", "/v1/Webhooks/GetTypes", None),
        ("webhook_urls", {}, "GET", "/v1/Webhooks/GetWebhookUrl", None),
        ("webhook_urls", {"group": "Order"}, "GET", "/v1/Webhooks/GetWebhookUrl?Group=Order", None),
        ("subscribe", HOOK, "POST", "/v1/Webhooks",
         {"Group": "Order", "Event": "Shipped", "URL": "https://us.test/hook"}),
        ("unsubscribe", HOOK, "DELETE",
         "/v1/Webhooks?Group=Order&Event=Shipped&URL=https%3A%2F%2Fus.test%2Fhook", None),
    ],
)  # fmt: skip
@pytest.mark.covers(
    "ois:GET v1/ShippingAgents",
    "ois:GET v1/PaymentOptions",
    "ois:GET v1/PaymentProviders",
    "ois:GET v1/Branches",
    "ois:GET loyalty/v1/coupons/{code}",
    "ois:PUT loyalty/v1/coupons/{code}/redeem",
    "ois:GET v1/Webhooks/GetTypes",
    "ois:GET v1/Webhooks/GetWebhookUrl",
    "ois:POST v1/Webhooks",
    "ois:DELETE v1/Webhooks",
    "ois:webshop-code",
)
def test_operations(name: str, arguments: dict[str, str], method: str, url: str, body: Any) -> None:
    partner = Partner().says([{"Id": 1}])
    assert run(partner, name, arguments, yes=True, webshop_code="W") == [{"Id": 1}]
    (request,) = partner.requests
    assert (request.method, str(request.url)) == (method, f"https://ois.test{url}")
    assert (partner.sent() if request.content else None) == body


@pytest.mark.covers("ois:coupon-redeemed-by-caller")
def test_a_redemption_can_not_be_undone_and_its_amount_is_checked() -> None:
    with pytest.raises(NotAllowed, match="--yes"):
        run(Partner(), "redeem", {"code": "C", "amount": "1"})
    for amount in ("0", "-1", "1.005", "x"):
        with pytest.raises(Invalid):
            ois(Partner()).redeem("C", amount)
    partner = Partner().says(httpx.Response(204))
    assert ois(partner).redeem("C", "12") is None
    assert partner.requests[0].content == b'{"Value":12.00}'


def test_an_unknown_coupon_is_none() -> None:
    assert run(Partner().says(httpx.Response(404)), "coupon", {"code": "C"}) is None


@pytest.mark.parametrize("url", ["http://us.test/x", "https://u:p@us.test/", "ftp://x", "https://"])
@pytest.mark.covers("ois:webhook-address")
def test_webhooks_go_to_https_only(url: str) -> None:
    with pytest.raises(NotAllowed, match="https"):
        run(Partner(), "subscribe", HOOK | {"url": url})


@pytest.mark.covers("ois:query-length")
def test_a_query_is_never_longer_than_ois_takes() -> None:
    partner = Partner().says({})
    start = len("Group=Order&Event=&URL=https%3A%2F%2Fx%2F")
    ois(partner).unsubscribe("Order", "e" * (2048 - start), "https://x/")
    assert len(partner.requests[0].url.query) == 2048
    with pytest.raises(Invalid, match="2048"):
        ois(partner).unsubscribe("Order", "e" * (2049 - start), "https://x/")
    assert len(partner.requests) == 1


@pytest.mark.covers("ois:GET v1/webhooks/status", "ois:webhook-log")
def test_the_webhook_log_is_off_until_it_is_set_and_ends() -> None:
    with pytest.raises(NotAllowed, match="not configured"):
        run(Partner(), "webhook_log")
    partner = Partner().says({"items": [{"a": 1}, {"a": 2}]}, {"items": [{"a": 3}]})
    rows = run(partner, "webhook_log", {"page_size": "2", "status": "failed"}, webhook_log_poll=True)
    assert rows == [{"a": 1}, {"a": 2}, {"a": 3}]
    assert [partner.query(index) for index in (0, 1)] == [
        {"Page": "1", "PageSize": "2", "Status": "failed"}, {"Page": "2", "PageSize": "2", "Status": "failed"},
    ]  # fmt: skip
    same = Partner().says([{"a": 1}], [{"a": 1}])
    assert run(same, "webhook_log", {"page_size": "1"}, webhook_log_poll=True) == [{"a": 1}]
    one = Partner().says([{"a": 9}])
    assert run(one, "webhook_log", {"page": "7", "page_size": "1"}, webhook_log_poll=True) == [{"a": 9}]
    assert one.query()["Page"] == "7"
    with pytest.raises(NotAllowed, match="begin at 1"):
        run(Partner(), "webhook_log", {"page": "0"}, webhook_log_poll=True)


@pytest.mark.covers("ois:stock-unpublished", "ois:GET Inventory (v1), Stock (v2)")
def test_what_is_not_published_is_not_configured() -> None:
    for name, arguments in (("inventory", {}), ("order", {"order_id": "A"})):
        with pytest.raises(NotAllowed, match="not configured"):
            run(Partner(), name, arguments)
    with pytest.raises(NotConfigured):
        ois(Partner()).read_shipment({"rows": []})
    assert run(Partner().says({"Id": 1}), "order", {"order_id": "A"}, lookup_path="o/{identifier}") == {"Id": 1}
    assert run(Partner().says(httpx.Response(404)), "order", {"order_id": "A"}, lookup_path="o") is None


@pytest.mark.covers("ois:no-update-no-cancel")
def test_the_declaration() -> None:
    assert CONNECTORS["ois"] is CONNECTOR
    required = {setting.name for setting in CONNECTOR.settings if setting.required}
    assert required == {"client_id", "client_secret", "audience", "order_path"}
    assert {setting.name for setting in CONNECTOR.settings} == {
        "base_url", "token_path", "client_id", "client_secret", "audience", "webshop_code", "order_path", "lookup_path",
        "explode_quantity", "line_type_form", "shipping_terms", "shipping_agent_service_code", "coupon_payment_option",
        "coupon_code", "allow_zero_amounts", "coupon_key", "xprt_limits", "pickup_name", "webhook_log_poll",
        "webhook_pointers", "webhook_page_size",
    }  # fmt: skip
    used = {word.removeprefix("call ") for endpoint in CONNECTOR.endpoints for word in endpoint.used_by.split(", ")}
    assert used - {"every call", *CONNECTOR.capabilities} == set(OPERATIONS)
    client = ois(Partner())
    for name in ("update", "cancel", "acknowledge_shipped", "answer_status", "shipped", "status_requests"):
        assert getattr(client, name) is None
