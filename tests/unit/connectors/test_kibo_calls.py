"""Kibo over HTTP: token and headers, what its answers mean, and looking before anything is sent again."""

from base64 import b64encode
from typing import Any

import httpx
import pytest

from pipeline.connectors.oms.kibo import CONNECTOR
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    Invalid,
    NotConfigured,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.operations.calling import read_arguments
from pipeline.operations.errors import NotAllowed
from pipeline.ports import Absent, Body, Taken
from tests.unit.connectors.rig import Partner
from tests.unit.connectors.test_kibo_import import kibo, order

BODY = Body("A1", {"externalOrderID": "A1"}, "importOrder/")
TOKEN = {"access_token": "t1", "expires_in": 3600}


def send(partner: Partner, **settings: Any) -> Any:
    (outcome,) = kibo(partner, **settings).import_orders.send([BODY])
    return outcome


def look(partner: Partner, order_id: str = "A1", **settings: Any) -> Any:
    (seen,) = kibo(partner, **settings).import_orders.look([Body(order_id, {})])
    return seen


def rows(*pairs: tuple[int, str], total: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"collection": [{"orderID": own, "externalOrderID": id_} for own, id_ in pairs]}
    return found if total is None else found | {"totalCount": total}


def error(status: int, code: int | None = None, message: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"errorCode": code, "message": message}, headers=headers)


@pytest.mark.covers("kibo:token", "kibo:call-headers", "kibo:POST {token_url}", "kibo:POST /importOrder/")
def test_a_token_by_basic_and_the_headers_of_a_call() -> None:
    partner = Partner().says(TOKEN, {"orderID": 77})
    settings = {"token_url": "https://auth.test/oauth2/token", "extra_headers": {"x-vol-tenant": "9"}}
    assert send(partner, **settings) == Taken("77")
    token, call = partner.requests
    assert token.headers["authorization"] == "Basic " + b64encode(b"key:hush").decode()
    assert token.content == b"grant_type=client_credentials"
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert token.headers["accept"] == "application/json"
    assert (call.method, str(call.url)) == ("POST", "https://kibo.test/api/v2/importOrder/")
    assert (call.headers["authorization"], call.headers["api-key"]) == ("Bearer t1", "key")
    assert (call.headers["x-vol-tenant"], call.headers["content-type"]) == ("9", "application/json")


@pytest.mark.covers("kibo:token-renewed")
@pytest.mark.parametrize("status", [401, 403])
def test_a_new_token_once_and_then_it_is_the_credentials(status: int) -> None:
    partner = Partner().says(TOKEN, error(status), TOKEN | {"access_token": "t2"}, {"orderID": 1})
    assert send(partner, token_url="https://auth.test/t") == Taken("1")
    assert partner.requests[-1].headers["authorization"] == "Bearer t2"
    partner = Partner().says(error(status, 5004), error(status, 5004))
    with pytest.raises(Unauthorized, match="5004, not authorized"):
        send(partner)
    assert len(partner.requests) == 2


@pytest.mark.covers("kibo:token", "kibo:POST {token_url}")
def test_no_token_for_wrong_credentials() -> None:
    with pytest.raises(Unauthorized, match="no token"):
        send(Partner().says(httpx.Response(400, json={"error": "invalid_client"})), token_url="https://auth.test/t")
    with pytest.raises(Unreadable):
        send(Partner().says({"expires_in": 3600}), token_url="https://auth.test/t")


@pytest.mark.covers("kibo:rate")
@pytest.mark.parametrize("code", ["ERR_403_DEVELOPER_OVER_QPS", "ERR_403_DEVELOPER_OVER_RATE"])
def test_the_gateways_403_for_too_many_calls_asks_for_no_token(code: str) -> None:
    headers = {"X-Mashery-Error-Code": code, "Retry-After": "7"}
    partner = Partner().says(httpx.Response(403, html="<h1>403 Developer Over Qps</h1>", headers=headers))
    with pytest.raises(RateLimited) as raised:
        send(partner)
    assert raised.value.retry_after == 7
    assert len(partner.requests) == 1


@pytest.mark.covers("kibo:rate", "kibo:token-renewed")
def test_the_gateways_other_403_is_the_credentials() -> None:
    refused = error(403, **{"X-Mashery-Error-Code": "ERR_403_DEVELOPER_INACTIVE"})
    with pytest.raises(Unauthorized):
        send(Partner().says(refused, error(403)))


@pytest.mark.covers("kibo:success", "kibo:codes", "kibo:POST /importOrder/")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error(400, 5015), Refused),
        (error(422, 5011), Refused),
        (error(404, 5002), Refused),
        (error(405, 5005), Refused),
        (error(409), Conflict),
        (error(429), RateLimited),
        (error(503, 5001), Ambiguous),
        (error(500, 5006), Ambiguous),
        (httpx.ReadTimeout("late"), Ambiguous),
        (httpx.ConnectError("down"), Unavailable),
        (httpx.Response(200, html="<h1>OK</h1>"), Ambiguous),
        (httpx.Response(200, json={"code": 5015}), Ambiguous),
        (httpx.Response(200, json={"errors": [{"message": "no"}]}), Ambiguous),
        (httpx.Response(200, json={"success": False}), Ambiguous),
        (httpx.Response(200, json={"externalOrderID": "other", "orderID": 1}), Ambiguous),
        (httpx.Response(200, json=False), Ambiguous),
    ],
)
def test_what_answers_to_an_import_mean(reply: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind) as raised:
        send(Partner().says(reply))
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("reply", "receipt"),
    [
        (httpx.Response(200), None),
        (httpx.Response(201, json={"code": 5000, "orderID": 77, "externalOrderID": "A1"}), "77"),
        (httpx.Response(200, json={"order": {"orderID": "78"}}), "78"),
        (httpx.Response(200, json=[{"orderID": 79}]), "79"),
        (httpx.Response(200, json={"orderID": 80, "shippingAddress": {"postalCode": "5015"}}), "80"),
        (httpx.Response(200, json={}), None),
    ],
)
def test_receipts(reply: httpx.Response, receipt: str | None) -> None:
    assert send(Partner().says(reply)) == Taken(receipt)


def test_codes_are_told_in_words_and_values_are_not() -> None:
    with pytest.raises(Refused) as raised:
        send(Partner().says(error(400, 5015, "phone of zoe@example.com is not valid")))
    assert "5015, INVALID_REQUEST_DATA" in raised.value.message
    assert "zoe@example.com" not in raised.value.message
    assert "5015" in raised.value.cause
    with pytest.raises(Refused, match="5099, which is not in its published list"):
        send(Partner().says(error(400, 5099)))


@pytest.mark.covers("kibo:no-blind-repeat")
def test_a_repeat_is_never_safe_and_a_look_comes_first() -> None:
    write = kibo(Partner()).import_orders
    assert (write.repeat_is_safe, write.batch, write.volatile) == (False, 1, {"orderStatus"})
    assert write.look is not None
    assert kibo(Partner(), lookup_filter="").import_orders.look is None


@pytest.mark.covers("kibo:paging", "kibo:GET /order/")
def test_the_query_of_a_look_up() -> None:
    partner = Partner().says(rows((7, "A1"), total=1))
    assert look(partner) == Taken("7")
    assert partner.requests[0].url.path == "/api/v2/order/"
    assert partner.query() == {"manufacturerID": "1010", "externalOrderID": "A1", "page": "1", "perPage": "20"}
    partner = Partner().says(rows((7, "A1")))
    look(partner, lookup_filter="external", per_page=500)
    assert (partner.query()["external"], partner.query()["perPage"]) == ("A1", "100")


@pytest.mark.covers("kibo:look-up-exact", "kibo:look-up-unsupported", "kibo:look-up-absent", "kibo:paging")
@pytest.mark.parametrize(
    ("pages", "seen"),
    [
        ([rows(total=0)], Absent()),
        ([rows()], Absent()),
        ([rows((1, "A12"), (2, "a1"), total=2)], Absent()),  # other orders: only an exact match counts
        ([rows((1, "A0"), total=2), rows((2, "A1"), total=2)], Taken("2")),  # the filter is ignored: all pages
        ([rows((1, "A0"), total=2), rows((2, "A2"), total=2)], Absent()),
        ([rows((1, "A0"), total=9), rows(total=9)], None),  # not all of it was shown
        ([rows((1, "A0"), total=9), rows((1, "A0"), total=9)], None),  # it does not page
        ([rows((1, "A0")), rows()], Absent()),
        ([{"collection": [{"orderID": 1}], "totalCount": 1}], None),  # whose it is is not told
        ([error(400, 5016)], None),
        ([error(400, 5017)], None),
    ],
)
def test_what_a_look_up_proves(pages: list[Any], seen: Any) -> None:
    partner = Partner().says(*pages)
    assert look(partner) == seen
    assert partner.replies == []
    assert [request.url.params["page"] for request in partner.requests] == [str(n + 1) for n in range(len(pages))]


@pytest.mark.covers("kibo:look-up-exact", "kibo:entity-lengths")
def test_a_look_up_matches_what_is_stored_as_entities() -> None:
    assert look(Partner().says(rows((7, "&eacute;-1"), total=1)), "é-1") == Taken("7")


@pytest.mark.covers("kibo:look-up-exact")
def test_a_look_up_ends_after_some_pages() -> None:
    partner = Partner().says(*(rows((n, f"B{n}"), total=9999) for n in range(30)))
    assert look(partner) is None
    assert len(partner.requests) == 25


@pytest.mark.covers("kibo:no-blind-repeat", "kibo:GET /order/")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error(400, 5013), Refused),
        (error(404, 5002), Refused),
        (error(503, 5001), Unavailable),
        (httpx.Response(200, html="x"), Unreadable),
        (httpx.Response(200, json={"code": 5003}), Unreadable),
        (httpx.Response(200, json=[]), Unreadable),
    ],
)
def test_a_look_up_that_fails_proves_nothing(reply: httpx.Response, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        look(Partner().says(reply))


def call(partner: Partner, name: str, given: dict[str, str], **settings: Any) -> Any:
    (operation,) = (one for one in CONNECTOR.operations if one.name == name)
    return operation.run(kibo(partner, **settings), read_arguments(operation, given))


@pytest.mark.covers("kibo:GET /order/", "kibo:GET /shipment/", "kibo:GET /schema/importOrder.json")
def test_searches_by_hand() -> None:
    partner = Partner().says(rows(), rows(), {"collection": []}, {"type": "object"})
    call(partner, "orders", {"status": "READY", "page": "2"})
    assert partner.query() == {"manufacturerID": "1010", "orderStatus": "READY", "page": "2", "perPage": "20"}
    call(partner, "orders", {"external_order_id": "A1", "order_id": "7"})
    assert (partner.query()["externalOrderID"], partner.query()["orderID"]) == ("A1", "7")
    call(partner, "shipments", {"order_id": "7"})
    assert (partner.requests[-1].url.path, partner.query()["orderID"]) == ("/api/v2/shipment/", "7")
    assert call(partner, "schema", {}) == {"type": "object"}
    assert partner.requests[-1].url.path == "/api/v2/schema/importOrder.json"
    with pytest.raises(NotConfigured):
        call(Partner(), "orders", {"external_order_id": "A1"}, lookup_filter="")


@pytest.mark.covers(
    "kibo:POST /orderItem/action/cancel/",
    "kibo:dispositionReason",
    "kibo:dispositionOtherReason",
    "kibo:sendCancellationEmails",
)
def test_an_item_is_canceled_by_hand_and_the_buyer_not_told() -> None:
    partner = Partner().says(httpx.Response(200))
    given = {"order_item_id": "5", "reason": "other", "other_reason": "broken", "rectify_order": "false"}
    assert call(partner, "cancel_item", given) is None
    assert partner.requests[0].url.path == "/api/v2/orderItem/action/cancel/"
    assert partner.sent() == {
        "orderItemID": 5,
        "dispositionReason": "other",
        "dispositionOtherReason": "broken",
        "rectifyOrder": False,
        "sendCancellationEmails": False,
    }
    for wrong in ({"reason": "other"}, {"reason": "no_inventory", "other_reason": "é" * 32}, {"order_item_id": "0"}):
        with pytest.raises(Invalid):
            call(Partner(), "cancel_item", {"order_item_id": "5", "reason": "no_inventory"} | wrong)
    with pytest.raises(NotAllowed, match="none of can_not_find_item"):
        call(Partner(), "cancel_item", {"order_item_id": "5", "reason": "bored"})


def test_the_declaration_is_whole() -> None:
    client = kibo(Partner())
    capabilities = {"import_orders", "update", "cancel", "shipped", "acknowledge_shipped", "status_requests"}
    had = {name for name in capabilities | {"answer_status"} if getattr(client, name) is not None}
    assert had == CONNECTOR.capabilities - {"shipped"} == {"import_orders"}
    assert all(one.source for one in (*CONNECTOR.settings, *CONNECTOR.endpoints, *CONNECTOR.operations))
    used = {word for endpoint in CONNECTOR.endpoints for word in endpoint.used_by.split(", ")}
    assert {f"call {operation.name}" for operation in CONNECTOR.operations} | {"import_orders"} <= used
    with pytest.raises(NotConfigured, match="shipment_poll"):
        client.read_shipment({})


def test_what_is_prepared_is_what_is_sent() -> None:
    partner = Partner().says({"orderID": 1})
    write = kibo(partner).import_orders
    body = write.prepare(order())
    write.send([body])
    assert partner.sent()["externalOrderID"] == body.id
    assert partner.sent()["orderPayments"][0]["authAmount"] == 47.70
