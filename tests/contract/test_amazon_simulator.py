"""Every answer of Amazon's simulator against Amazon's own specifications, and what it takes against them too."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from sandbox.amazon.dials import DOCUMENTED_LIMITS
from sandbox.faults import Rule
from sandbox.samples import Shares
from tests.contract.validator import Fixture, Spec
from tests.unit.sandbox.amazon_seller import ALL, FRANCE, RDT, V0, V2026, Seller, pieces

SPECS = [Spec.read(f"amazon/{name}.json") for name in ("orders_2026-01-01", "ordersV0", "tokens_2021-03-01")]
EVERY_FATE = Shares(awaiting=0.15, processing=0.15, cancelled=0.2, foreign=0.2, hostile_ids=0.1)
# What Amazon documents here and the simulator can do; 413, 415 for a GET, 500 and 503 are for gateways and faults.
SEEN = {
    "searchOrders": {200, 400, 403, 429, 503},
    "getOrder": {200, 400, 403, 404, 429},
    "getOrders": {200, 400, 403, 429},
    "getOrderItems": {200, 400, 403, 404, 429},
    "getOrderAddress": {200, 400, 403, 404, 429},
    "getOrderBuyerInfo": {200, 400, 403, 404, 429},
    "confirmShipment": {204, 400, 403, 404, 429},
    "createRestrictedDataToken": {200, 400, 403, 415, 429},
}


class Witness(Seller):
    """A seller who holds every answer against the specification it belongs to, undocumented fields included."""

    def __init__(self, *rules: Rule, **dials: Any) -> None:
        self.faults: list[str] = []
        self.seen: dict[str, set[int]] = {}
        super().__init__(*rules, **dials)

    def burst(self, count: int, method: str, path: str, **more: Any) -> list[httpx.Response]:
        answers = super().burst(count, method, path, **more)
        for answer in answers:
            if not path.startswith("auth/"):
                self.judge(method, urlsplit(f"/{path}"), answer, more.get("json"))
        return answers

    def judge(self, method: str, asked: Any, answer: httpx.Response, sent: Any) -> None:
        spec = next(spec for spec in SPECS if spec.find(method, asked.path))
        template, operation, _ = spec.find(method, asked.path) or pytest.fail("no such operation")
        self.seen.setdefault(operation["operationId"], set()).add(answer.status_code)
        body = answer.json() if answer.content else None
        self.faults += spec.faults_of_answer(method, asked.path, answer.status_code, body)
        told = operation["responses"].get(str(answer.status_code), {})
        if "schema" in told:
            where = f"{method} {template} {answer.status_code}"
            self.faults += spec.faults_of(body, told["schema"], where, closed=True)
        for name in ("x-amzn-RateLimit-Limit", "x-amzn-RequestId"):
            if (name in told.get("headers", {})) < (name in answer.headers):
                self.faults.append(f"{template} {answer.status_code}: {name} is not documented")
        if "x-amzn-RequestId" not in answer.headers:
            self.faults.append(f"{template} {answer.status_code}: no x-amzn-RequestId")
        if answer.is_success:
            query = dict(parse_qsl(asked.query, keep_blank_values=True))
            self.faults += spec.faults_of_request(method, asked.path, query, sent)


def ask_everything(seller: Witness) -> None:
    """Every operation on orders of every fate, before and after time went by, plain and with a restricted token."""
    for order_id in seller.fill(20, EVERY_FATE):
        for path in (f"{V2026}/{order_id}", f"{V2026}/{order_id}?includedData={ALL}", f"{V0}/{order_id}"):
            seller.get(path)
        for part in ("orderItems", "address", "buyerInfo"):
            seller.get(f"{V0}/{order_id}/{part}")
    first = seller.search(maxResultsPerPage=7, marketplaceIds=FRANCE, fulfilledBy="MERCHANT").json()
    assert first["orders"]
    page = seller.search(maxResultsPerPage=7).json()
    seller.search(maxResultsPerPage=7, paginationToken=page["pagination"]["nextToken"])
    seller.get(V2026, createdAfter="2026-11-01T00:00:00Z")
    page = seller.search_v0(MaxResultsPerPage=7, OrderStatuses="Unshipped,Pending").json()["payload"]
    seller.search_v0(MaxResultsPerPage=7, OrderStatuses="Unshipped,Pending", NextToken=page["NextToken"])


def ship_some(seller: Witness) -> set[str]:
    """Some in one parcel, some in part; the states that came of it."""
    for n, order in enumerate(seller.orders(fulfilledBy="MERCHANT", fulfillmentStatuses="UNSHIPPED")):
        rows = [pieces(item) for item in order["orderItems"]]
        more = {"carrierCode": "Other", "carrierName": "Le Triporteur", "shippingMethod": "Vélo"} if n % 2 else {}
        assert seller.confirm(order, *rows[: 1 if n % 3 else None], **more).status_code == 204
    return {order["fulfillment"]["fulfillmentStatus"] for order in seller.orders()}


@pytest.mark.parametrize("dials", [{}, {"roles": ()}, {"discounts": -1}, {"items_page": 1, "tell_limits": False}])
def test_orders_of_every_fate_and_state_are_as_documented(dials: dict[str, Any]) -> None:
    seller = Witness(**dials)
    ask_everything(seller)
    seller.clock.turn(7)
    assert {"SHIPPED", "PARTIALLY_SHIPPED", "CANCELLED", "UNSHIPPED"} <= ship_some(seller)
    seller.clock.turn(7)
    ask_everything(seller)
    if not dials:
        path = "/orders/v0/orders"
        wanted = {"method": "GET", "path": path, "dataElements": ["buyerInfo", "shippingAddress"]}
        address = {"method": "GET", "path": f"{path}/{{orderId}}/address"}
        seller.put_on(seller.restrict(wanted, address))
        for order in seller.search_v0().json()["payload"]["Orders"]:
            assert seller.get(f"{V0}/{order['AmazonOrderId']}/address").status_code == 200
    assert seller.faults == []


def refuse_everything(seller: Witness) -> None:
    """Each way to be refused, at each operation."""
    order, unknown = seller.make_order(), "111-1111111-1111111"
    parts = (*(f"{V0}/{{}}/{part}" for part in ("orderItems", "address", "buyerInfo")), f"{V0}/{{}}", f"{V2026}/{{}}")
    for path in parts:
        for query in (unknown, "1-2-3", f"{order['orderId']}?x=1"):
            seller.get(path.format(query))
    for path in (V2026, V0):
        seller.get(path)
        seller.get(path, lastUpdatedAfter="TEST_CASE_400", MarketplaceIds="none")
    seller.confirm(order, packageReferenceId=1)
    seller.confirm(order | {"orderId": unknown})
    for changes in ({}, {}, {"packageReferenceId": "2"}):  # sent, sent again, another package of a finished order
        seller.confirm(order, **changes)
    seller.restrict({"method": "", "path": "x"})
    seller.call("POST", RDT, headers=seller.headers, content=b"{}")


def knock_everywhere(seller: Witness, times: int = 1) -> None:
    """The same call `times` over."""
    paths = (V2026, V0, *(f"{V0}/1{part}" for part in ("", "/orderItems", "/address", "/buyerInfo")), f"{V2026}/1")
    for path in paths:
        seller.burst(times, "GET", path, headers=seller.headers)
    seller.burst(times, "POST", f"{V0}/1/shipmentConfirmation", headers=seller.headers, json={})
    seller.burst(times, "POST", RDT, headers=seller.headers, json={})


def test_every_refusal_is_as_documented() -> None:
    seller = Witness(Rule("status", "amazon.orders", status=503, count=1), limits=DOCUMENTED_LIMITS)
    assert seller.search().status_code == 503
    refuse_everything(seller)
    seller.fill(1)
    assert [seller.search().status_code, seller.search_v0().status_code] == [200, 200]
    for path in (order["orderId"] for order in seller.orders()):
        for part in ("orderItems", "address", "buyerInfo"):
            seller.get(f"{V0}/{path}/{part}")
    seller.restrict({"method": "GET", "path": f"/{V0}", "dataElements": ["buyerInfo"]})
    knock_everywhere(seller, 31)
    seller.headers["x-amz-access-token"] = "Atza|other"
    knock_everywhere(seller)
    assert seller.faults == []
    assert seller.seen == SEEN


def test_the_one_departure_is_the_null_message_of_a_spoilt_v0_token() -> None:
    seller = Witness()
    seller.fill(2)
    assert seller.search_v0(NextToken="spoilt").status_code == 400
    assert seller.faults == ["GET /orders/v0/orders 400.errors[0].message: is null"] * 2


def test_a_witness_sees_what_is_wrong() -> None:
    seller = Witness()
    (order_id,) = seller.fill(1)
    seller.room.book.find(order_id).wire["fulfillment"]["fulfillmentStatus"] = "ON_HOLD"
    seller.room.book.find(order_id).wire["orderAliases"][0]["kind"] = "undocumented"
    seller.order(order_id)
    where = "GET /orders/2026-01-01/orders/{orderId} 200.order"
    told = "\n".join(seller.faults)
    assert f"{where}.fulfillment.fulfillmentStatus: 'ON_HOLD' is none of" in told
    assert f"{where}.orderAliases[0].kind: is not documented" in told


# ---------------------------------------------------------------- Amazon's own examples of requests


def fixtures(operation: str) -> list[Fixture]:
    found = []
    for spec in SPECS:
        for method, path, one in spec.operations():
            if one["operationId"] == operation:
                found += [pair for pair in spec.fixtures() if (pair.method, pair.path) == (method, path)]
    assert found
    return found


@pytest.mark.parametrize("fixture", fixtures("confirmShipment"), ids=lambda one: str(one.status))
def test_amazons_examples_of_shipments(fixture: Fixture) -> None:
    """Nobody's order here: what is right in form is 404, what is wrong 400."""
    seller = Witness()
    path = fixture.path.format(orderId=fixture.parameters["orderId"]).lstrip("/")
    answer = seller.call("POST", path, headers=seller.headers, json=fixture.parameters["body"])
    assert answer.status_code == {204: 404, 400: 400}[fixture.status]


@pytest.mark.parametrize("fixture", fixtures("createRestrictedDataToken"), ids=lambda one: str(one.status))
def test_amazons_examples_of_restricted_tokens(fixture: Fixture) -> None:
    seller = Witness()
    answer = seller.call("POST", RDT, headers=seller.headers, json=fixture.parameters["body"])
    assert answer.status_code == fixture.status
    if fixture.status == 200:
        assert answer.json().keys() == fixture.answer.keys()
        assert answer.json()["expiresIn"] == fixture.answer["expiresIn"]
    else:
        assert answer.json()["errors"][0]["code"] == fixture.answer["errors"][0]["code"]


@pytest.mark.parametrize("operation", ["searchOrders", "getOrders"])
def test_amazons_example_of_a_wrong_list(operation: str) -> None:
    seller = Witness()
    (fixture,) = [one for one in fixtures(operation) if one.status == 400]
    answer = seller.get(fixture.path.lstrip("/"), **fixture.parameters)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == fixture.answer["errors"][0]["code"]


def test_the_documented_limits_are_amazons() -> None:
    """The usage plan stands in each operation's description."""
    names = {"getOrderV0": ("ordersV0", "getOrder")}
    for ours, (rate, burst) in DOCUMENTED_LIMITS.items():
        spec_name, operation = names.get(ours, (None, ours))
        told = [
            one["description"]
            for spec in SPECS
            if spec_name is None or spec is SPECS[1]
            for _, _, one in spec.operations()
            if one["operationId"] == operation
        ]
        assert f"| {rate:g} | {burst} |" in told[0], ours
