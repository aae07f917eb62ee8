"""Tecsys' flows: headers and trace ids, what each answer means, orders created by a set path, looks, 202s, shipped."""

from typing import Any

import httpx
import pytest

from pipeline.connectors.oms.tecsys import CONNECTOR, lacks
from pipeline.connectors.oms.tecsys.orders import TRIES
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
from pipeline.ports import Absent, Body, Promised, Taken
from tests.builders import build_order
from tests.unit.connectors.rig import Partner, client_for

TRACE = "8f6c1f0e-0000-4000-8000-00000000abcd"
POINTERS = {
    "search_field": "OrderStatus",
    "search_value": "Shipped",
    "number": "/Tracking/Number",
    "carrier": "/Tracking/Carrier",
    "lines": "/Lines",
    "line_id": "/ExternalLineItemId",
    "quantity": "/Qty",
    "updated_at": "/LastUpdated",
}


def tecsys(partner: Partner, **given: Any) -> Any:
    return client_for("tecsys", partner, **{"create_order_path": "orders"} | given)


def sending(reply: Any, *more: Any, write: str = "import_orders", **given: Any) -> tuple[Any, Partner]:
    partner = Partner().says(reply, *more)
    client = tecsys(partner, **given)
    document = build_order(id="A/1") if write == "import_orders" else Cancellation(order_id="A/1", raw_reason="Buyer")
    body = getattr(client, write).prepare(document)
    return lambda: getattr(client, write).send([body]), partner


def told(status: int, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


def urls(partner: Partner) -> list[str]:
    return [f"{request.method} {request.url}" for request in partner.requests]


# ---------------------------------------------------------------- every call


@pytest.mark.covers("tecsys:subscription-key", "tecsys:no-cache", "tecsys:POST {create_order_path}")
def test_the_key_and_no_caching_go_with_every_call() -> None:
    send, partner = sending(told(201))
    assert send() == [Taken()]
    (request,) = partner.requests
    assert str(request.url) == "https://tecsys.test/v1/orders"
    assert request.headers["ocp-apim-subscription-key"] == "hush"
    assert request.headers["cache-control"] == "no-cache"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("host", ["https://api.qa1.orderdyanmics.net/v1", "https://API.QA1.OrderDyanmics.net/v1"])
@pytest.mark.covers("tecsys:misspelt-host")
def test_the_documents_misspelt_host_never_gets_the_key(host: str) -> None:
    with pytest.raises(NotConfigured, match=r"orderdynamics\.net"):
        tecsys(Partner(), base_url=host)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (told(400, message="bad"), Refused),
        (told(404, message="x"), Refused),
        (told(422, message="x"), Refused),
        (told(409, message="x"), Conflict),
        (told(400, message="The order already exists"), Conflict),
        (told(400, Errors=["Duplicate ExternalOrderId"]), Conflict),
        (told(401, statusCode=401, message="Access denied due to missing subscription key."), Unauthorized),
        (told(403, message="no"), Unauthorized),
        (told(429), RateLimited),
        (told(500), Ambiguous),
        (told(503), Ambiguous),
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.ConnectError("x"), Unavailable),
        (httpx.Response(200, content=b"<html>login</html>"), Ambiguous),
        (told(200, Errors=["boom"]), Ambiguous),
        (told(200, statusCode=500), Ambiguous),
        (told(200, Success=False), Ambiguous),
        (told(200, ExternalOrderId="another"), Ambiguous),
    ],
)
def test_what_an_answer_to_a_write_means(reply: Any, kind: type[Exception]) -> None:
    send, partner = sending(reply)
    try:
        (outcome,) = send()
    except kind as raised:
        outcome = raised
    assert type(outcome) is kind
    assert len(partner.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        told(400, headers={"TraceID": TRACE}, message="bad"),
        told(400, TraceID=TRACE, message="bad"),
        told(500, traceId=TRACE),
        told(200, TraceId=TRACE, Errors=["boom"]),
        httpx.Response(200, content=b"<html>", headers={"X-Trace-Id": TRACE}),
        told(401, headers={"Trace-Id": TRACE}),
    ],
)
@pytest.mark.covers("tecsys:trace-id")
def test_the_trace_id_is_in_the_message_and_not_in_the_cause(reply: Any) -> None:
    send, _ = sending(reply)
    try:
        (outcome,) = send()
    except (Refused, Ambiguous, Unauthorized) as raised:
        outcome = raised
    assert f"TraceID {TRACE}" in outcome.message
    assert TRACE not in outcome.cause


def test_what_is_no_trace_id_is_left_out() -> None:
    for wrong in ("zoe@example.com", "Zoé Lefèvre", "x" * 200, 'a"b', ""):
        send, _ = sending(told(400, TraceID=wrong, message="bad"))
        (outcome,) = send()
        assert "TraceID" not in outcome.message


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (told(429, message="Rate limit is exceeded. Try again in 17 seconds."), 17),
        (told(429, headers={"Retry-After": "30"}, message="Rate limit is exceeded. Try again in 17 seconds."), 30),
        (told(403, message="Out of call volume quota. Quota will be replenished in 01:02:03."), 3723),
    ],
)
@pytest.mark.covers("tecsys:gateway-waits")
def test_how_long_the_gateway_wants_us_to_wait(reply: Any, wait: float) -> None:
    send, _ = sending(reply)
    with pytest.raises(RateLimited) as raised:
        send()
    assert raised.value.retry_after == wait


@pytest.mark.covers("tecsys:subscription-key")
def test_a_key_that_is_refused_says_which_setting() -> None:
    send, _ = sending(told(401, statusCode=401, message="Access denied due to invalid subscription key."))
    with pytest.raises(Unauthorized, match=r"invalid subscription key.*subscription_key") as raised:
        send()
    assert "hush" not in raised.value.message


# ---------------------------------------------------------------- import


@pytest.mark.covers("tecsys:create-order-unpublished", "tecsys:tracking-by-pointers")
def test_import_and_shipped_are_off_until_they_are_set() -> None:
    client = client_for("tecsys", Partner())
    assert client.import_orders is client.update is client.shipped is client.status_requests is None
    assert client.cancel is not None
    with pytest.raises(NotConfigured, match="tracking_pointers"):
        client.read_shipment({"rows": []})
    assert set(lacks({})) == {"import_orders", "shipped"}
    assert lacks({"create_order_path": "/o", "tracking_pointers": POINTERS}) == {}


def test_capabilities_are_what_a_fully_set_client_has() -> None:
    client = tecsys(Partner(), tracking_pointers=POINTERS)
    names = ("import_orders", "update", "cancel", "acknowledge_shipped", "answer_status", "shipped", "status_requests")
    assert {name for name in names if getattr(client, name) is not None} == CONNECTOR.capabilities


@pytest.mark.parametrize(
    ("reply", "receipt"),
    [
        (told(201, InternalOrderId=77, ExternalOrderId="A/1"), "77"),
        (told(201, headers={"TraceID": TRACE}), f"TraceID {TRACE}"),
        (httpx.Response(204, content=b""), None),
        (httpx.Response(200, content=b" "), None),
    ],
)
@pytest.mark.covers("tecsys:no-content")
def test_receipts(reply: httpx.Response, receipt: str | None) -> None:
    send, _ = sending(reply)
    assert send() == [Taken(receipt)]


@pytest.mark.covers("tecsys:accepted-202", "tecsys:GET /orders/")
def test_a_202_is_asked_for_until_the_order_is_there() -> None:
    send, partner = sending(
        httpx.Response(202, content=b"<accepted>"), [], [{"ExternalOrderID": "A/1", "InternalOrderId": 5}]
    )
    (first,) = send()
    assert isinstance(first, Promised)
    client = tecsys(partner)
    (second,) = client.import_orders.outcome([first.handle])
    assert isinstance(second, Promised)
    assert second.wait > first.wait
    assert client.import_orders.outcome([second.handle]) == [Taken("5")]
    assert urls(partner)[1:] == ["GET https://tecsys.test/v1/orders/?ExternalOrderId=A%2F1"] * 2


@pytest.mark.covers("tecsys:accepted-202")
def test_a_202_that_comes_to_nothing_is_not_known() -> None:
    send, partner = sending(httpx.Response(202))
    (outcome,) = send()
    asked = 0
    while isinstance(outcome, Promised):
        partner.says([])
        (outcome,) = tecsys(partner).import_orders.outcome([outcome.handle])
        asked += 1
    assert isinstance(outcome, Ambiguous)
    assert asked == TRIES


def look(*replies: Any, ids: tuple[str, ...] = ("A/1",)) -> Any:
    return tecsys(Partner().says(*replies)).import_orders.look([Body(one, {}) for one in ids])


@pytest.mark.parametrize(
    ("reply", "seen"),
    [
        ([{"ExternalOrderId": "A/1", "InternalOrderId": 5}], Taken("5")),
        ({"Orders": [{"externalOrderId": "A/1"}]}, Taken(None)),
        ({"Data": {"Items": [{"ExternalOrderId": "A/1"}]}}, Taken(None)),
        ({"ExternalOrderId": "A/1", "Items": [{"Sku": "x"}]}, Taken(None)),
        ([], Absent()),
        ({"Orders": []}, Absent()),
        (httpx.Response(204), Absent()),
        ([{"ExternalOrderId": "B"}], None),  # a filter that was not heeded
        ([{"Status": "Paid"}], None),
        (told(404, message="No such order"), Absent()),
        (told(404, statusCode=404, message="Resource not found"), None),  # the gateway: no such path
        (httpx.Response(404), None),
    ],
)
@pytest.mark.covers("tecsys:look-up", "tecsys:GET /orders/")
def test_what_a_look_proves(reply: Any, seen: Any) -> None:
    assert look(reply) == [seen]


@pytest.mark.parametrize(
    "reply", [{}, {"a": 1}, [1], "x", httpx.Response(200, content=b"<html>"), told(200, Errors=["x"])]
)
@pytest.mark.covers("tecsys:look-up")
def test_a_look_that_can_not_be_read(reply: Any) -> None:
    with pytest.raises(Unreadable):
        look(reply)


@pytest.mark.covers("tecsys:url-length", "tecsys:orders.{ExternalOrderId,InternalOrderId}")
def test_looks_go_in_batches_of_at_most_20_and_urls_below_2048() -> None:
    ids = tuple(f"ID{number}" for number in range(41))
    partner = Partner().says([], [], [])
    tecsys(partner).import_orders.look([Body(one, {}) for one in ids])
    assert [len(request.url.params.get_list("ExternalOrderId")) for request in partner.requests] == [20, 20, 1]
    long = tuple(f"{number:02}/" + "é" * 60 for number in range(20))
    partner = Partner().says(*[[]] * 8)
    assert tecsys(partner).import_orders.look([Body(one, {}) for one in long]) == [Absent()] * 20
    assert 1 < len(partner.requests) <= 8
    assert all(len(str(request.url)) < 2048 for request in partner.requests)
    assert [one for request in partner.requests for one in request.url.params.get_list("ExternalOrderId")] == [*long]


@pytest.mark.covers("tecsys:url-length")
def test_the_longest_id_that_fits_a_url_and_one_more() -> None:
    start = len("https://tecsys.test/v1/orders/?ExternalOrderId=")
    partner = Partner().says([])
    client = tecsys(partner)
    assert client.import_orders.look([Body("x" * (2046 - start), {})]) == [Absent()]
    assert len(str(partner.requests[0].url)) == 2046
    with pytest.raises(Invalid, match="too long"):
        client.import_orders.look([Body("x" * (2048 - start), {})])


def test_a_404_for_several_is_asked_one_by_one() -> None:
    gone = told(404, message="One of them is unknown")
    assert look(gone, [{"ExternalOrderId": "A"}], gone, ids=("A", "B")) == [Taken(None), Absent()]


def test_what_no_url_can_hold_is_held_before_it_is_sent() -> None:
    client = tecsys(Partner())
    most = 2046 - len("https://tecsys.test/v1/orders/?ExternalOrderId=")
    assert client.import_orders.prepare(build_order(id="x" * most))
    with pytest.raises(Puzzling) as raised:
        client.import_orders.prepare(build_order(id="x" * (most + 1)))
    assert [fault.path for fault in raised.value.fields] == ["id"]
    with pytest.raises(Puzzling) as raised:
        client.cancel.prepare(Cancellation(order_id="x" * (most + 1)))
    assert [fault.path for fault in raised.value.fields] == ["order_id"]
    with pytest.raises(Puzzling) as raised:
        client.cancel.prepare(Cancellation(order_id="A", reason="é" * 400))
    assert [fault.path for fault in raised.value.fields] == ["reason"]
    assert tecsys(Partner(), cancel_params_in="body").cancel.prepare(Cancellation(order_id="A", reason="é" * 400))


# ---------------------------------------------------------------- cancellations


@pytest.mark.covers(
    "tecsys:POST /orders/Cancel", "tecsys:Cancel.{internalOrderId,externalOrderId}", "tecsys:Cancel.cancelReason"
)
def test_a_cancellation_in_the_query_has_no_body() -> None:
    send, partner = sending(httpx.Response(204, headers={"TraceID": TRACE}), write="cancel")
    assert send() == [Taken(f"TraceID {TRACE}")]
    assert urls(partner) == ["POST https://tecsys.test/v1/orders/Cancel?externalOrderId=A%2F1&cancelReason=Buyer"]
    assert partner.requests[0].content == b""
    assert partner.requests[0].headers["content-length"] == "0"


@pytest.mark.covers("tecsys:Cancel.{internalOrderId,externalOrderId}")
def test_a_cancellation_in_the_body() -> None:
    send, partner = sending(httpx.Response(204), write="cancel", cancel_params_in="body")
    assert send() == [Taken()]
    assert urls(partner) == ["POST https://tecsys.test/v1/orders/Cancel"]
    assert partner.sent() == {"ExternalOrderId": "A/1", "CancelReason": "Buyer"}


@pytest.mark.covers("tecsys:whole-orders", "tecsys:Cancel.{internalOrderId,externalOrderId}")
def test_an_internal_id_goes_alone_and_a_reason_only_where_there_is_one() -> None:
    prepare = tecsys(Partner()).cancel.prepare
    body = prepare(Cancellation(order_id="A", extra={"tecsys": {"internal_order_id": 5}}))
    assert body.content == {"internalOrderId": 5}
    assert prepare(Cancellation(order_id="A")).content == {"externalOrderId": "A"}
    assert prepare(Cancellation(order_id="A", reason="R", raw_reason="x")).content["cancelReason"] == "R"
    with pytest.raises(Invalid):
        prepare(Cancellation())
    with pytest.raises(Puzzling, match="whole orders"):
        prepare(Cancellation(order_id="A", lines=(LineQuantity(id="1", quantity=1),)))


@pytest.mark.parametrize(
    ("row", "seen"),
    [
        ({"OrderStatus": "Cancelled"}, Taken()),
        ({"Status": "CANCELED"}, Taken()),
        ({"OrderStatus": "NotStarted"}, Absent()),
        ({"OrderStatus": "PaymentPending"}, Absent()),
        ({"OrderStatus": "Paid"}, Absent()),
        ({"OrderStatus": "Shipped"}, None),  # a word that nobody published
        ({"OrderStatus": 7}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("where", ["query", "body"])
@pytest.mark.covers("tecsys:unknown-status", "tecsys:cancel-by-state")
def test_whether_an_order_was_cancelled(row: dict[str, Any], seen: Any, where: str) -> None:
    client = tecsys(Partner().says([{"ExternalOrderId": "A", **row}]), cancel_params_in=where)
    assert client.cancel.look([client.cancel.prepare(Cancellation(order_id="A"))]) == [seen]


def test_whether_an_order_was_cancelled_by_its_internal_id() -> None:
    partner = Partner().says([{"InternalOrderId": 5, "OrderStatus": "Cancelled"}])
    client = tecsys(partner)
    body = client.cancel.prepare(Cancellation(order_id="A", extra={"tecsys": {"internal_order_id": 5}}))
    assert client.cancel.look([body]) == [Taken()]
    assert urls(partner) == ["GET https://tecsys.test/v1/orders/?InternalOrderId=5"]


@pytest.mark.covers("tecsys:cancel-by-state")
def test_a_refusal_of_what_is_cancelled_already_is_a_yes() -> None:
    send, partner = sending(
        told(400, message="no"), [{"ExternalOrderId": "A/1", "Status": "Cancelled"}], write="cancel"
    )
    assert send() == [Taken()]
    assert len(partner.requests) == 2
    for after in ([{"ExternalOrderId": "A/1", "Status": "Paid"}], httpx.Response(500), httpx.Response(404)):
        send, _ = sending(told(400, message="no"), after, write="cancel")
        (outcome,) = send()
        assert isinstance(outcome, Refused)


@pytest.mark.covers("tecsys:accepted-202")
def test_a_cancellation_that_was_accepted_is_followed() -> None:
    paid, gone = ([{"ExternalOrderId": "A/1", "Status": word}] for word in ("Paid", "Cancelled"))
    send, partner = sending(httpx.Response(202), paid, gone, write="cancel")
    (first,) = send()
    client = tecsys(partner)
    (second,) = client.cancel.outcome([first.handle])
    assert isinstance(second, Promised)
    assert client.cancel.outcome([second.handle]) == [Taken()]


def test_a_lost_cancellation_is_ambiguous_and_sent_once() -> None:
    send, partner = sending(httpx.ReadTimeout("x"), write="cancel")
    with pytest.raises(Ambiguous):
        send()
    assert len(partner.requests) == 1
