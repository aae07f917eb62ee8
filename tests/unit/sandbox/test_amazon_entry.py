"""Amazon's door: Login with Amazon, the two headers, expired tokens, buckets, restricted tokens and roles."""

from typing import Any

import pytest

from sandbox.amazon import example
from sandbox.amazon.dials import DOCUMENTED_LIMITS, be_lenient
from sandbox.faults import Rule
from tests.unit.sandbox.amazon_seller import FRANCE, V0, V2026, Seller, error

# ---------------------------------------------------------------- Login with Amazon


def test_a_refresh_token_gives_an_access_token_and_stays() -> None:
    answer = Seller().ask_token()
    told = answer.json()
    assert (answer.status_code, told["token_type"], told["expires_in"]) == (200, "bearer", 3600)
    assert told["access_token"].startswith("Atza|")
    assert told["refresh_token"] == "Atzr|sandbox-refresh"


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"refresh_token": "Atzr|other"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"scope": "x"}, 400, "invalid_request"),
    ],
)
def test_who_is_no_client_gets_no_token(changes: Any, status: int, word: str) -> None:
    seller = Seller()
    answer = seller.ask_token(**changes)
    assert (answer.status_code, answer.json()["error"]) == (status, word)
    assert set(answer.json()) == {"error", "error_description"}
    assert len(seller.violations()) == 1


def test_a_form_is_asked_for() -> None:
    seller = Seller()
    assert seller.call("POST", "auth/o2/token", json={"grant_type": "refresh_token"}).status_code == 400
    assert seller.violations() == ["amazon.token: invalid_request"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_secret_that_was_not_rotated_is_told_so(status: int) -> None:
    seller = Seller()
    seller.room.turn(secret_expired_status=status)
    answer = seller.ask_token()
    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_client")
    assert "has expired" in answer.json()["error_description"]
    assert seller.violations() == []


# ---------------------------------------------------------------- headers


def test_every_answer_has_a_request_id_and_most_the_rate() -> None:
    seller = Seller(limits=DOCUMENTED_LIMITS)
    fine, wrong, missing = seller.search(), seller.search(page="2"), seller.get(f"{V2026}/111-1111111-1111111")
    assert [one.status_code for one in (fine, wrong, missing)] == [200, 400, 404]
    assert fine.headers["x-amzn-ratelimit-limit"] == wrong.headers["x-amzn-ratelimit-limit"] == "0.0056"
    assert missing.headers["x-amzn-ratelimit-limit"] == "0.5"
    assert len({one.headers["x-amzn-requestid"] for one in (fine, wrong, missing)}) == 3
    seller.room.turn(tell_limits=False)
    assert "x-amzn-ratelimit-limit" not in seller.search().headers


@pytest.mark.parametrize("agent", ["", "orderpipe", "(orderpipe/1)"])
def test_a_user_agent_names_application_and_version(agent: str) -> None:
    seller = Seller()
    seller.headers["User-Agent"] = agent
    assert seller.search().status_code == 400
    assert len(seller.violations()) == 1


@pytest.mark.parametrize("token", ["", "Atza|other", "Bearer x", "Atz.sprdt|other"])
def test_a_token_never_given_is_a_breach(token: str) -> None:
    seller = Seller()
    seller.headers["x-amz-access-token"] = token
    answer = seller.search()
    assert (answer.status_code, error(answer)["code"]) == (403, "Unauthorized")
    assert "x-amzn-ratelimit-limit" not in answer.headers
    assert len(seller.violations()) == 1


def test_another_header_is_no_token() -> None:
    seller = Seller()
    seller.headers["Authorization"] = f"Bearer {seller.headers.pop('x-amz-access-token')}"
    assert seller.search().status_code == 403


def test_an_expired_token_is_403_and_no_breach() -> None:
    seller = Seller()
    seller.clock.turn(3599)
    assert seller.search().status_code == 200
    seller.clock.turn(1)
    answer = seller.search()
    assert (answer.status_code, error(answer)["code"]) == (403, "Unauthorized")
    assert "expired" in error(answer)["details"]
    assert seller.violations() == []


def test_a_voided_token_stays_so() -> None:
    seller = Seller(Rule("expired_token", "amazon.orders", count=1))
    assert [seller.search().status_code for _ in range(2)] == [403, 403]
    seller.log_in()
    assert seller.search().status_code == 200


# ---------------------------------------------------------------- buckets


def test_each_operation_has_its_bucket_and_429_tells_no_time() -> None:
    seller = Seller(limits=DOCUMENTED_LIMITS)
    answers = seller.burst(21, "GET", f"{V2026}?lastUpdatedAfter=2026-11-01T00:00:00Z", headers=seller.headers)
    assert [one.status_code for one in answers] == [200] * 20 + [429]
    assert error(answers[-1]) == {
        "code": "QuotaExceeded",
        "message": "You exceeded your quota for the requested resource.",
        "details": "",
    }
    assert not {"retry-after", "x-amzn-ratelimit-limit"} & answers[-1].headers.keys()
    assert seller.get(f"{V2026}/111-1111111-1111111").status_code == 404
    seller.clock.turn(178)
    assert seller.search().status_code == 429
    seller.clock.turn(1)
    assert [seller.search().status_code for _ in range(2)] == [200, 429]
    assert seller.room.describe()["over_limit"] == {"searchOrders": 3}
    assert seller.violations() == []


def test_the_defaults_serve_a_demo_and_are_limits() -> None:
    seller = Seller()
    for _ in range(30):  # half a minute, polled five times a second
        assert {seller.search().status_code for _ in range(5)} == {200}
        seller.clock.turn(1)
    answers = seller.burst(60, "GET", f"{V2026}?lastUpdatedAfter=2026-11-01T00:00:00Z", headers=seller.headers)
    assert 429 in {one.status_code for one in answers}
    assert be_lenient().keys() == DOCUMENTED_LIMITS.keys()


@pytest.mark.parametrize(
    "changes",
    [
        {"limits": {"other": [1, 1]}},
        {"limits": {"getOrder": [1]}},
        {"limits": {"getOrder": [0, 1]}},
        {"roles": ["everything"]},
        {"discounts": 2},
        {"known_package": "ignore"},
        {"secret_expired_status": 200},
        {"items_page": 0},
        {"no_such_dial": 1},
    ],
)
def test_a_dial_has_only_its_values(changes: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        Seller().room.turn(**changes)


# ---------------------------------------------------------------- restricted tokens, roles


def who(row: dict[str, Any]) -> set[str]:
    return {"Name", "AddressLine1", "Phone"} & row.get("ShippingAddress", {}).keys() | (
        {"BuyerName"} & row.get("BuyerInfo", {}).keys()
    )


def test_a_plain_token_silently_leaves_out_who_and_which_door_in_v0() -> None:
    seller = Seller()
    (order_id,) = seller.fill(1)
    (order,) = seller.search_v0().json()["payload"]["Orders"]
    assert who(order) == set()
    assert {"City", "PostalCode", "CountryCode"} == set(order["ShippingAddress"])
    assert who(seller.order_v0(order_id, "/address")) == set()
    assert "BuyerName" not in seller.order_v0(order_id, "/buyerInfo")
    assert seller.violations() == []


def test_a_restricted_token_shows_what_it_was_given_for_and_nothing_else() -> None:
    seller = Seller()
    first, second = seller.fill(2)
    answer = seller.restrict(
        {"method": "GET", "path": "/orders/v0/orders", "dataElements": ["shippingAddress"]},
        {"method": "GET", "path": f"/orders/v0/orders/{first}", "dataElements": ["buyerInfo", "shippingAddress"]},
        {"method": "GET", "path": "/orders/v0/orders/{orderId}/address"},
    )
    assert answer.json()["expiresIn"] == 3600
    assert answer.json()["restrictedDataToken"].startswith("Atz.sprdt|")
    seller.put_on(answer)
    assert who(seller.search_v0().json()["payload"]["Orders"][0]) == {"Name", "AddressLine1", "Phone"}
    assert "BuyerName" in who(seller.order_v0(first))
    assert who(seller.order_v0(second, "/address")) == {"Name", "AddressLine1", "Phone"}
    for path in (f"{V0}/{second}", f"{V0}/{first}/buyerInfo", f"{V0}/{first}/orderItems", V2026):
        assert seller.get(path).status_code == 403
    seller.clock.turn(3600)
    assert seller.get(f"{V0}/{first}").status_code == 403


@pytest.mark.parametrize(
    "resource",
    [
        {"method": "GET"},
        {"method": "POST", "path": "/orders/v0/orders"},
        {"method": "GET", "path": "/orders/v0/orders"},
        {"method": "GET", "path": "/orders/v0/orders/{orderId}"},
        {"method": "GET", "path": "/orders/2026-01-01/orders", "dataElements": ["buyerInfo"]},
        {"method": "GET", "path": "/orders/v0/orders", "dataElements": []},
        {"method": "GET", "path": "/orders/v0/orders", "dataElements": ["everything"]},
        {"method": "GET", "path": "/orders/v0/orders", "elements": ["buyerInfo"]},
    ],
)
def test_a_restricted_token_is_for_named_resources(resource: Any) -> None:
    seller = Seller()
    answer = seller.restrict(resource)
    assert (answer.status_code, error(answer)["code"]) == (400, "InvalidRequest")
    assert len(seller.violations()) == 1


def test_fifty_resources_and_json() -> None:
    seller = Seller()
    row = {"method": "GET", "path": "/orders/v0/orders/{orderId}/address"}
    assert seller.restrict(*[row] * 50, targetApplication="amzn1.app").status_code == 200
    assert seller.restrict(*[row] * 51).status_code == 400
    assert seller.restrict(row, other=1).status_code == 400
    answer = seller.call("POST", "tokens/2021-03-01/restrictedDataToken", headers=seller.headers, content=b"{}")
    assert answer.status_code == 415


def test_without_the_role_no_restricted_token_and_no_person() -> None:
    seller = Seller(roles=("buyerInfo",))
    answer = seller.restrict({"method": "GET", "path": "/orders/v0/orders", "dataElements": ["shippingAddress"]})
    assert answer.status_code == 400
    assert error(answer)["message"] == "Application does not have access to one or more requested data elements"
    seller.fill(1)
    (order,) = seller.orders()
    assert set(order["recipient"]["deliveryAddress"]) == {"city", "postalCode", "countryCode"}
    assert "buyerName" in order["buyer"]
    seller.room.turn(roles=[])
    (order,) = seller.orders()
    assert set(order["buyer"]) == {"buyerEmail"}
    assert "taxRegistrations" not in order["tax"]


# ---------------------------------------------------------------- the example


def test_the_example_logs_in_and_polls_the_marketplaces_that_sell() -> None:
    secrets = example.list_secrets()
    assert all(f'"file:{name}"' in example.ACCOUNT for name in secrets)
    assert {f'"file:{name}"' for name in secrets} <= set(example.ACCOUNT.split())
    assert FRANCE in example.ACCOUNT
    seller = Seller()
    seller.fill(200)
    sold_in = {order["salesChannel"]["marketplaceId"] for order in seller.orders()}
    assert all(f'"{marketplace_id}"' in example.ACCOUNT for marketplace_id in sold_in)
