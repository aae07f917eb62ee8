"""bol's calls: token, media type, budgets by header, errors in words, operations."""

import time
from base64 import b64encode
from typing import Any

import httpx
import pytest

from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import OverBudget, Refused, Unauthorized
from pipeline.domain.reports import Cancellation
from pipeline.operations.calling import read_arguments
from tests.unit.connectors.bol_wire import bol, detail
from tests.unit.connectors.rig import NOW, Partner, ask, rig_for

MEDIA = "application/vnd.retailer.v10+json"
DETAIL = "GET /retailer/orders/*"


def client(partner: Partner) -> tuple[Any, Any]:
    """A client, and its rig."""
    rig = rig_for("bol", partner, "bol-nl")
    return CONNECTORS["bol"].build(rig), rig


@pytest.mark.covers("bol:POST {token_url}", "bol:token", "bol:expires_in")
def test_a_token_is_asked_for_in_the_query_with_basic() -> None:
    asked: list[httpx.Request] = []

    def token(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"access_token": "T", "expires_in": 299})

    partner = Partner().says(token, detail("1"), httpx.Response(401), token, detail("1"))
    rig = rig_for("bol", partner, token_url="https://bol.test/login/token2")
    one = CONNECTORS["bol"].build(rig)
    assert one.get("1").id == "1"
    assert asked[0].method == "POST"
    assert str(asked[0].url) == "https://bol.test/login/token2?grant_type=client_credentials"
    assert asked[0].headers["authorization"] == f"Basic {b64encode(b'client:hush').decode()}"
    assert asked[0].content == b""
    assert partner.requests[1].headers["authorization"] == "Bearer T"
    assert 260 < rig.tokens.kept["acc"].life < 299
    assert one.get("1").id == "1"  # refused once, fetched anew
    assert len(asked) == 2


@pytest.mark.covers("bol:Accept")
def test_the_vendors_media_type_both_ways() -> None:
    partner = Partner().says(detail("1"), detail("1"), {"processStatusId": "7"}, status=200)
    one = bol(partner)
    one.get("1")
    body = one.cancel.prepare(Cancellation(order_id="1", reason="OTHER"))
    one.cancel.send([body])
    assert [request.headers["accept"] for request in partner.requests] == [MEDIA] * 3
    assert "content-type" not in partner.requests[0].headers
    assert partner.requests[2].headers["content-type"] == MEDIA


@pytest.mark.covers("bol:x-ratelimit-*")
@pytest.mark.parametrize(
    ("headers", "learnt"),
    [
        ({"limit": "8", "remaining": "7", "reset": "60"}, [(DETAIL, 8 / 60, None)]),
        ({"limit": "400", "remaining": "399", "reset": "10"}, [(DETAIL, 40.0, None)]),
        ({"limit": "8", "remaining": "0", "reset": "12"}, [(DETAIL, None, 12.0)]),
        ({"remaining": "0", "reset": "12.5"}, [(DETAIL, None, 12.5)]),
        ({"limit": "8", "remaining": "3"}, []),
        ({"limit": "string", "remaining": "integer", "reset": "x"}, []),
        ({"limit": "8", "remaining": "0", "reset": "86400"}, []),
        ({}, []),
    ],
)
def test_what_the_headers_tell_is_learnt(headers: dict[str, str], learnt: Any) -> None:
    told = {f"x-ratelimit-{name}": value for name, value in headers.items()}
    one, rig = client(Partner().says(detail("1"), headers=told))
    one.get("1")
    assert rig.budgets.learnt == learnt


def test_a_reset_may_be_a_time() -> None:
    told = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 30)}
    one, rig = client(Partner().says(detail("1"), headers=told))
    one.get("1")
    ((_, _, empty),) = rig.budgets.learnt
    assert 20 < empty <= 31


@pytest.mark.covers("bol:429", "bol:x-ratelimit-*")
@pytest.mark.parametrize(
    ("headers", "wait"), [({"retry-after": "17"}, 17.0), ({"x-ratelimit-reset": "9"}, 9.0), ({}, 7.5)]
)
def test_a_429_empties_the_budget_of_its_endpoint(headers: dict[str, str], wait: float) -> None:
    one, rig = client(Partner().says(httpx.Response(429, headers=headers)))
    with pytest.raises(OverBudget) as met:
        one.get("1")
    assert met.value.retry_after == wait
    assert (DETAIL, None, wait) in rig.budgets.learnt


@pytest.mark.covers("bol:429")
def test_each_endpoint_spends_from_its_own_budget() -> None:
    one, rig = client(Partner().says({}, detail("1")))
    one.new_orders(ask(start=NOW))
    one.get("1")
    assert rig.budgets.taken == [("GET /retailer/orders", 7 / 180, 7), (DETAIL, 8 / 60, 8)]


@pytest.mark.covers("bol:problem-json")
def test_a_problem_is_told_in_its_words() -> None:
    problem = {
        "type": "https://api.bol.com/problems",
        "title": "Validation failed",
        "status": 400,
        "detail": "Bad request, contact zoe@example.com",
        "violations": [{"name": "orderItems[0].reasonCode", "reason": "Request contains invalid value"}],
    }
    with pytest.raises(Refused) as met:
        bol(Partner().says(problem, status=400)).get("1")
    for words in ("Validation failed", "orderItems[0].reasonCode", "invalid value"):
        assert words in met.value.message
    assert "zoe@" not in met.value.message


def test_credentials_that_are_refused_stop_the_account() -> None:
    with pytest.raises(Unauthorized):
        bol(Partner().says(httpx.Response(401), httpx.Response(401))).get("1")


# ---------------------------------------------------------------- operations


def call(name: str, partner: Partner, **arguments: str) -> Any:
    operation = next(one for one in CONNECTORS["bol"].operations if one.name == name)
    return operation.run(bol(partner), read_arguments(operation, arguments))


@pytest.mark.covers(
    "bol:GET /shared/process-status/{id}", "bol:GET /shared/process-status", "bol:POST /retailer/subscriptions",
    "bol:GET /retailer/subscriptions/signature-keys", "bol:process-status 404",
)  # fmt: skip
def test_operations() -> None:
    assert call("order", Partner().says(detail("1")), order_id="1") == detail("1")
    assert call("order", Partner().says(httpx.Response(404)), order_id="1") is None
    partner = Partner().says({"processStatusId": "7", "status": "PENDING"}, httpx.Response(404))
    assert call("process_status", partner, id="7/8")["status"] == "PENDING"
    assert partner.requests[0].url.raw_path == b"/shared/process-status/7%2F8"
    assert call("process_status", partner, id="7") is None
    partner = Partner().says({"processStatuses": [{"status": "SUCCESS"}]}, {})
    assert call("processes", partner, entity_id="2012345678") == [{"status": "SUCCESS"}]
    assert partner.query() == {"entity-id": "2012345678", "event-type": "CREATE_SHIPMENT"}
    assert call("processes", partner, entity_id="1", event_type="CANCEL_ORDER") == []
    partner = Partner().says([{"id": "0"}])
    assert call("signature_keys", partner) == [{"id": "0"}]
    assert partner.requests[0].url.path == "/retailer/subscriptions/signature-keys"
    partner = Partner().says({"processStatusId": "9"}, status=202)
    call("subscribe", partner, resources="ORDER, SHIPMENT", url="https://me.test/hook")
    assert partner.sent() == {
        "resources": ["ORDER", "SHIPMENT"], "url": "https://me.test/hook", "subscriptionType": "WEBHOOK",
    }  # fmt: skip
    assert partner.requests[0].url.path == "/retailer/subscriptions"
