"""Transiteo over HTTP: tokens, what each answer means, doubts settled by GET then PUT, cancellations, operations."""

from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from pipeline.connectors.oms.transiteo import CONNECTOR
from pipeline.connectors.oms.transiteo.answers import QUOTA_WAIT
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    Invalid,
    NotConfigured,
    Puzzling,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.domain.reports import Cancellation, LineQuantity
from pipeline.ports import Absent, Taken
from tests.unit.connectors.rig import Partner
from tests.unit.connectors.test_transiteo_orders import TOKEN, order, prepare, transiteo

EXPIRED = {"message": "The incoming token has expired"}
ENCODE = msgspec.json.Encoder(decimal_format="number").encode
RUNS = {operation.name: operation.run for operation in CONNECTOR.operations}


def error(status: int, **body: Any) -> httpx.Response:
    return httpx.Response(status, json=body)


def asked(partner: Partner) -> list[str]:
    return [f"{request.method} {request.url.raw_path.decode()}" for request in partner.requests]


def sending(
    *replies: Any, doubtful: bool = False, write: str = "import_orders", **settings: Any
) -> tuple[Any, Partner]:
    partner = Partner().says(TOKEN, *replies)
    client = transiteo(partner, **settings)
    body = getattr(client, write).prepare(order(id="A/1"))
    if doubtful:
        assert client.import_orders.look([body]) == [None]
    return lambda: getattr(client, write).send([body]), partner


POST, PUT, GET = "POST /v1/customer/orders", "PUT /v1/customer/orders/A%2F1", "GET /v1/customer/orders/A%2F1"


@pytest.mark.covers(
    "transiteo:bare-id-token",
    "transiteo:token",
    "transiteo:POST {token_url}",
    "transiteo:POST {orders_path}",
    "transiteo:first-send",
)
def test_the_bare_id_token_is_the_header_and_is_fetched_once() -> None:
    partner = Partner().says(TOKEN, {}, {})
    client = transiteo(partner)
    body = client.import_orders.prepare(order())
    assert client.import_orders.send([body]) == client.import_orders.send([body]) == [Taken()]
    token, first, second = partner.requests
    assert str(token.url) == "https://auth.transiteo.io/oauth2/token"
    assert token.content == b"grant_type=refresh_token&client_id=client&refresh_token=hush"
    assert str(first.url) == "https://api.transiteo.io/v1/customer/orders"
    assert first.headers["authorization"] == second.headers["authorization"] == "id-1"
    assert first.headers["content-type"] == "application/json"
    assert msgspec.json.decode(first.content)["amount_products"] == 42.8


@pytest.mark.covers("transiteo:bare-id-token")
def test_a_prefix_by_setting() -> None:
    send, partner = sending({}, auth_prefix="Bearer")
    send()
    assert partner.requests[-1].headers["authorization"] == "Bearer id-1"


@pytest.mark.covers("transiteo:token-renewed")
def test_an_expired_token_is_refreshed_once_and_the_call_repeated() -> None:
    send, partner = sending(error(401, **EXPIRED), {**TOKEN, "id_token": "id-2"}, {})
    assert send() == [Taken()]
    assert partner.requests[-1].headers["authorization"] == "id-2"
    assert len(partner.requests) == 4
    send, partner = sending(error(401, **EXPIRED), {**TOKEN, "id_token": "id-2"}, error(401, **EXPIRED))
    with pytest.raises(Unauthorized, match="The incoming token has expired"):
        send()
    assert len(partner.requests) == 4


@pytest.mark.covers("transiteo:invalid-grant", "transiteo:POST {token_url}")
def test_a_refused_refresh_token_is_a_matter_of_credentials() -> None:
    partner = Partner().says(error(400, error="invalid_grant"))
    client = transiteo(partner)
    with pytest.raises(Unauthorized, match="invalid_grant") as raised:
        client.import_orders.send([client.import_orders.prepare(order())])
    assert "hush" not in raised.value.message
    for reply, kind in (
        (httpx.Response(503), Unavailable),
        (httpx.Response(200, json={"access_token": "x"}), Unreadable),
    ):
        client = transiteo(Partner().says(reply))
        with pytest.raises(kind):
            client.import_orders.send([client.import_orders.prepare(order())])


@pytest.mark.covers("transiteo:quota")
@pytest.mark.parametrize("code", ["MAX_REQUESTS_EXCEED", "TRIAL_LIMIT_EXCEED"])
@pytest.mark.parametrize("status", [403, 200])
def test_a_used_up_quota_shuts_the_account_for_long_and_says_so(code: str, status: int) -> None:
    send, partner = sending(error(status, code=code, httpCode=403, name="ClientError", message="No more requests"))
    with pytest.raises(RateLimited, match=code) as raised:
        send()
    assert raised.value.retry_after == QUOTA_WAIT >= 3600
    assert len(partner.requests) == 2
    send, _ = sending(error(403, message="Forbidden"))
    with pytest.raises(Unauthorized):
        send()


@pytest.mark.covers("transiteo:errors", "transiteo:POST {orders_path}")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error(400, message="Invalid country"), Refused),
        (error(404, message="Not Found"), Refused),
        (error(422, code="X", httpCode=422, name="ClientError", message="bad", details=[]), Refused),
        (httpx.Response(429), RateLimited),
        (error(500, code="UNEXPECTED_ERROR", reason="boom"), Ambiguous),
        (httpx.Response(503), Ambiguous),
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.ConnectError("x"), Unavailable),
        (error(200, code="UNEXPECTED_ERROR", reason="boom"), Ambiguous),
        (error(200, httpCode=500, name="ServerError"), Ambiguous),
        (error(200, httpCode="400", name="ClientError", message="bad"), Refused),
        (error(200, httpCode=401), Unauthorized),
        (error(200, httpCode=429), RateLimited),
        (httpx.Response(200, content=b"<html>OK</html>"), Ambiguous),
        (httpx.Response(200, content=b'{"order_id": '), Ambiguous),
        (httpx.Response(200, content=b"not saved"), Ambiguous),
    ],
)
def test_what_an_answer_to_a_post_means(reply: Any, kind: type[Exception]) -> None:
    send, partner = sending(reply)
    with pytest.raises(kind) as raised:
        send()
    assert type(raised.value) is kind
    assert asked(partner)[1:] == [POST]


@pytest.mark.covers("transiteo:success")
@pytest.mark.parametrize("content", [b"", b"{}", b"null", b'"OK"', b"OK", b'{"message": "Order created"}', b"[]"])
def test_any_2xx_without_an_error_is_a_yes(content: bytes) -> None:
    send, _ = sending(httpx.Response(201, content=content))
    assert send() == [Taken()]


@pytest.mark.covers("transiteo:errors")
def test_refused_values_are_not_repeated_in_words() -> None:
    details = [{"parameter": {"name": "customer_firstname", "value": "Zoé"}, "causes": ["too long"]}]
    send, _ = sending(error(400, code="BAD", httpCode=400, name="ClientError", message="Bad order", details=details))
    with pytest.raises(Refused, match="Bad order") as raised:
        send()
    assert "Zoé" not in raised.value.message


@pytest.mark.covers("transiteo:exists")
@pytest.mark.parametrize("reply", [error(409, message="Conflict"), error(400, message="The order already exists")])
def test_an_order_that_exists_is_updated(reply: httpx.Response) -> None:
    send, partner = sending(reply, {})
    assert send() == [Taken()]
    assert asked(partner)[1:] == [POST, PUT]
    assert partner.sent(1) == partner.sent(2)
    assert partner.sent()["order_id"] == "A/1"


@pytest.mark.covers("transiteo:exists")
def test_an_order_that_exists_and_does_not_is_refused_in_words() -> None:
    send, partner = sending(error(409), error(404))
    with pytest.raises(Refused, match="does not when it is updated"):
        send()
    assert len(asked(partner)) == 3
    send, _ = sending(error(409), error(500))
    with pytest.raises(Ambiguous):
        send()


@pytest.mark.covers("transiteo:doubt-without-get", "transiteo:doubt-put-404", "transiteo:PUT {orders_path}/{order_id}")
def test_in_doubt_without_get_the_order_is_put_and_posted_only_if_it_is_not_there() -> None:
    send, partner = sending({}, doubtful=True)
    assert send() == [Taken()]
    assert asked(partner)[1:] == [PUT]
    send, partner = sending(error(404, message="Not found"), {}, doubtful=True)
    assert send() == [Taken()]
    assert asked(partner)[1:] == [PUT, POST]


@pytest.mark.covers("transiteo:put-error-never-post")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [(error(500), Ambiguous), (error(400, message="bad"), Refused), (error(403), Unauthorized), (error(409), Conflict)],
)
def test_in_doubt_no_other_error_of_a_put_leads_to_a_post(reply: httpx.Response, kind: type[Exception]) -> None:
    send, partner = sending(reply, doubtful=True)
    with pytest.raises(kind):
        send()
    assert asked(partner)[1:] == [PUT]


@pytest.mark.covers("transiteo:first-send")
def test_a_doubt_is_forgotten_once_it_is_settled() -> None:
    send, partner = sending({}, {}, doubtful=True)
    send()
    send()
    assert asked(partner)[1:] == [PUT, POST]


@pytest.mark.covers(
    "transiteo:doubt-get-200",
    "transiteo:doubt-get-404",
    "transiteo:doubt-get-403-405",
    "transiteo:GET {orders_path}/{order_id}",
)
@pytest.mark.parametrize(
    ("reply", "seen", "next_call"),
    [
        (httpx.Response(200, json={"order_id": "A/1"}), Taken(), POST),
        (httpx.Response(200, json={"order": {"order_id": "A/1"}}), Taken(), POST),
        (httpx.Response(200, json=[{"order_id": "A/1"}]), Taken(), POST),
        (httpx.Response(404, json={"message": "Not found"}), Absent(), POST),
        (httpx.Response(405), None, PUT),
        (httpx.Response(403, json={"message": "Missing Authentication Token"}), None, PUT),
        (httpx.Response(200, json={"order_id": "B"}), None, PUT),
        (httpx.Response(200, json={}), None, PUT),
    ],
)
def test_in_doubt_with_get_the_order_is_looked_up_first(reply: httpx.Response, seen: Any, next_call: str) -> None:
    partner = Partner().says(TOKEN, reply, {})
    client = transiteo(partner, get_enabled=True)
    body = client.import_orders.prepare(order(id="A/1"))
    assert client.import_orders.look([body]) == [seen]
    client.import_orders.send([body])
    assert asked(partner)[1:] == [GET, next_call]


def test_a_look_up_in_trouble_says_so() -> None:
    for reply, kind in (
        (httpx.Response(500), Unavailable),
        (error(403, code="MAX_REQUESTS_EXCEED"), RateLimited),
        (httpx.Response(200, content=b"<html>"), Unreadable),
    ):
        client = transiteo(Partner().says(TOKEN, reply), get_enabled=True)
        with pytest.raises(kind):
            client.import_orders.look([client.import_orders.prepare(order())])


@pytest.mark.covers("transiteo:update", "transiteo:put-error-never-post", "transiteo:doubt-put-404")
def test_an_update_is_a_put_and_a_post_only_where_there_is_no_such_order() -> None:
    send, partner = sending({}, write="update")
    assert send() == [Taken()]
    assert asked(partner)[1:] == [PUT]
    send, partner = sending(error(404), {}, write="update")
    send()
    assert asked(partner)[1:] == [PUT, POST]
    send, partner = sending(error(500), write="update")
    with pytest.raises(Ambiguous):
        send()
    assert asked(partner)[1:] == [PUT]


def cancelling(*replies: Any, **settings: Any) -> tuple[Any, Partner]:
    partner = Partner().says(TOKEN, *replies)
    client = transiteo(partner, **settings)
    return lambda: client.cancel.send([client.cancel.prepare(Cancellation(order_id="A/1"))]), partner


def there(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = prepare(order(id="A/1"))
    return content | {"created_by": "x", "invoice_id": None} | changes


@pytest.mark.covers("transiteo:cancel-status")
def test_a_cancellation_puts_the_whole_order_with_another_statut() -> None:
    cancel, partner = cancelling(there(), {}, get_enabled=True)
    assert cancel() == [Taken()]
    assert asked(partner)[1:] == [GET, PUT]
    expected = prepare(order(id="A/1")) | {"order_statut": "CANCELLED"}
    assert partner.sent() == msgspec.json.decode(ENCODE(expected))
    cancel, partner = cancelling(there(order_statut="CANCELLED"), get_enabled=True)
    assert cancel() == [Taken()]
    assert asked(partner)[1:] == [GET]


def test_a_cancellation_tells_codes_only_for_it_sends_what_its_document_does_not_hold() -> None:
    """A record scrubs the values of its own document; a cancellation has none of the order's."""
    repeated = {"code": "BAD_NAME", "httpCode": 400, "message": "customer_lastname Lefèvre", "reason": "Lefèvre"}
    for status in (400, 200):
        cancel, _ = cancelling(there(), httpx.Response(status, json=repeated), get_enabled=True)
        with pytest.raises(Refused, match="BAD_NAME") as raised:
            cancel()
        assert "Lefèvre" not in raised.value.message + raised.value.cause


def test_a_cancellation_that_would_lose_the_order_is_not_sent() -> None:
    for reply, kind, words in (
        ({"order_id": "A/1", "order_statut": "PAID"}, Unreadable, "without amount_duty"),
        ({"orders": []}, Unreadable, "without the order"),
        (error(404), Refused, "does not have the order"),
        (error(405), NotConfigured, "get_enabled is set, but"),
        (error(403), NotConfigured, "get_enabled is set, but"),
        (error(500), Unavailable, "500"),
    ):
        cancel, partner = cancelling(reply, get_enabled=True)
        with pytest.raises(kind, match=words):
            cancel()
        assert asked(partner)[1:] == [GET]
    cancel, partner = cancelling()
    with pytest.raises(NotConfigured, match="delete_mode"):
        cancel()
    assert not partner.requests


@pytest.mark.covers("transiteo:cancel-delete", "transiteo:DELETE {orders_path}/{order_id}")
def test_a_cancellation_deletes_by_setting_and_what_is_gone_is_gone() -> None:
    for reply in ({}, httpx.Response(204), error(404, message="Not found")):
        cancel, partner = cancelling(reply, delete_mode="delete")
        assert cancel() == [Taken()]
        assert asked(partner)[1:] == ["DELETE /v1/customer/orders/A%2F1"]
        assert partner.sent() == {"order_id": "A/1"}
    cancel, _ = cancelling(error(500), delete_mode="delete")
    with pytest.raises(Ambiguous):
        cancel()


def test_single_lines_are_not_cancelled() -> None:
    for mode in ("status", "delete"):
        client = transiteo(Partner(), delete_mode=mode)
        with pytest.raises(Puzzling) as raised:
            client.cancel.prepare(Cancellation(order_id="A", lines=(LineQuantity(id="1", quantity=1),)))
        assert [riddle.path for riddle in raised.value.fields] == ["lines"]
        with pytest.raises(Invalid):
            client.cancel.prepare(Cancellation())


@pytest.mark.covers("transiteo:get-disabled", "transiteo:GET {orders_path}/{order_id}", "transiteo:GET {orders_path}")
def test_get_and_list_are_off_until_they_are_confirmed() -> None:
    client = transiteo(Partner())
    for name in ("get", "list"):
        with pytest.raises(NotConfigured, match=r"not configured.*get_enabled"):
            RUNS[name](client, {"order_id": "A"})
    partner = Partner().says(TOKEN, {"order_id": "A/1", "n": Decimal("1.10")}, httpx.Response(404), [])
    client = transiteo(partner, get_enabled=True)
    assert RUNS["get"](client, {"order_id": "A/1"}) == {"order_id": "A/1", "n": Decimal("1.10")}
    assert RUNS["get"](client, {"order_id": "A/1"}) is None
    assert RUNS["list"](client, {}) == []
    assert asked(partner)[1:] == [GET, GET, "GET /v1/customer/orders"]


def test_update_by_call_sends_a_checked_body_as_it_is() -> None:
    content = prepare(order(id="A/1"))
    partner = Partner().says(TOKEN, {"ok": True})
    given = {"order_id": "A/1", "content": ENCODE(content).decode()}
    assert RUNS["update"](transiteo(partner), given) == {"ok": True}
    assert asked(partner)[1:] == [PUT]
    assert partner.requests[-1].content == ENCODE(content)


@pytest.mark.covers("transiteo:one-currency", "transiteo:order_statut", "transiteo:incoterm", "transiteo:url")
@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"order_id": "B"}, "order_id"),
        ({"order_status": "PAID"}, "order_status"),
        ({"order_statut": "paid"}, "order_statut"),
        ({"incoterm": "EXW"}, "incoterm"),
        ({"departure_country": "France"}, "departure_country"),
        ({"url": "shop"}, "url"),
        ({"amount_vat": -1}, "amount_vat"),
        ({"products": []}, "products"),
        ({"products": [{"sku": "a", "quantity": 1, "unit_price": 1, "unit_price_currency": "USD"}]},
         "products.0.unit_price_currency"),
        ({"products": [{"sku": "a", "quantity": 1, "unit_price": 1, "unit_price_currency": "EUR", "x": 1}]},
         "products.0.x"),
    ],
)  # fmt: skip
def test_update_by_call_refuses_what_transiteo_would_not_take(change: dict[str, Any], path: str) -> None:
    content = ENCODE(prepare(order(id="A/1")) | change).decode()
    with pytest.raises(Invalid) as raised:
        RUNS["update"](transiteo(Partner()), {"order_id": "A/1", "content": content})
    assert [fault.path for fault in raised.value.fields] == [path]


def test_update_by_call_takes_json_objects_only() -> None:
    for content in ("{", "[]", "1"):
        with pytest.raises(Invalid):
            RUNS["update"](transiteo(Partner()), {"order_id": "A", "content": content})


def test_delete_by_call_tells_when_there_was_nothing() -> None:
    with pytest.raises(Refused):
        RUNS["delete"](transiteo(Partner().says(TOKEN, error(404))), {"order_id": "A"})
    confirmed = {operation.name: (operation.changes, operation.undoable) for operation in CONNECTOR.operations}
    assert confirmed == {
        "get": (False, True), "list": (False, True), "update": (True, False), "delete": (True, False),
    }  # fmt: skip


def test_what_it_does_and_does_not() -> None:
    client = transiteo(Partner())
    had = {name for name in ("import_orders", "update", "cancel", "acknowledge_shipped", "answer_status", "shipped",
                             "status_requests") if getattr(client, name) is not None}  # fmt: skip
    assert had == CONNECTOR.capabilities
    assert not hasattr(client, "get")
    with pytest.raises(NotConfigured):
        client.read_shipment({})
