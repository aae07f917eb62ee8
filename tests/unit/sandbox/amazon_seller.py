"""What a seller sends to Amazon, written by hand from the contract and Amazon's specifications."""

from typing import Any
from urllib.parse import quote, urlencode

import httpx

from sandbox.amazon.dials import AmazonDials
from sandbox.amazon.room import Amazon
from sandbox.faults import Rule
from sandbox.samples import Shares
from tests.unit.sandbox.stand import Stand

Row = dict[str, Any]
V2026, V0 = "orders/2026-01-01/orders", "orders/v0/orders"
RDT = "tokens/2021-03-01/restrictedDataToken"
AFTER = "2026-11-01T00:00:00Z"
FRANCE = "A13V1IB3VIYZZH"
ALL = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT,FULFILLMENT_ORDERS"
PLACES = ",".join(
    (FRANCE, "A1PA6795UKMFR9", "A1RKKUPIHCS9HS", "APJ6JRA9NG5V4", "A1805IZSGTT6HS", "AMEN7PMS3EDWL", "A28R8C7NBKEWEA")
)
OAUTH = {
    "grant_type": "refresh_token",
    "refresh_token": "Atzr|sandbox-refresh",
    "client_id": "amzn1.application-oa2-client.sandbox",
    "client_secret": "amzn1.oa2-cs.v1.sandbox-secret",
}
PENDING = Shares(awaiting=0, processing=1, cancelled=0, foreign=0, hostile_ids=0)


class Seller(Stand):
    """Logged in. `headers` are those of every call."""

    def __init__(self, *rules: Rule, **dials: Any) -> None:
        super().__init__(lambda agenda, dial, _: Amazon(AmazonDials(**dials), agenda, dial), *rules)
        self.headers = {"User-Agent": "orderpipe/0.1 (Language=Python/3.11)"}
        self.log_in()

    def log_in(self) -> None:
        self.headers["x-amz-access-token"] = self.ask_token().raise_for_status().json()["access_token"]

    def ask_token(self, **changes: Any) -> httpx.Response:
        return self.call("POST", "auth/o2/token", data={**OAUTH, **changes})

    def get(self, path: str, query: str = "", **params: Any) -> httpx.Response:
        """Parameters as httpx encodes them, or a query as it is to stand."""
        text = query or urlencode(params, quote_via=quote)
        return self.call("GET", f"{path}?{text}" if text else path, headers=self.headers)

    def search(self, **params: Any) -> httpx.Response:
        return self.get(V2026, **{"lastUpdatedAfter": AFTER, "includedData": ALL} | params)

    def search_v0(self, **params: Any) -> httpx.Response:
        return self.get(V0, **{"LastUpdatedAfter": AFTER, "MarketplaceIds": PLACES} | params)

    def orders(self, **params: Any) -> list[Row]:
        answer = self.search(**params)
        assert answer.status_code == 200, answer.text
        found: list[Row] = answer.json()["orders"]
        return found

    def order(self, order_id: str, **params: Any) -> Row:
        answer = self.get(f"{V2026}/{order_id}", **{"includedData": ALL} | params)
        found: Row = answer.raise_for_status().json()["order"]
        return found

    def order_v0(self, order_id: str, part: str = "") -> Row:
        found: Row = self.get(f"{V0}/{order_id}{part}").raise_for_status().json()["payload"]
        return found

    def make_order(self) -> Row:
        (order_id,) = self.fill(1)
        return self.order(order_id)

    def confirm(self, order: Row, *rows: Row, body: Row | None = None, **changes: Any) -> httpx.Response:
        """`changes` are those of the package; None leaves a field out."""
        path = f"{V0}/{order['orderId']}/shipmentConfirmation"
        content = body or make_confirmation(order, *rows, **changes)
        return self.call("POST", path, headers=self.headers, json=content)

    def restrict(self, *resources: Row, **more: Any) -> httpx.Response:
        return self.call("POST", RDT, headers=self.headers, json={"restrictedResources": list(resources), **more})

    def put_on(self, answer: httpx.Response) -> None:
        """From now on with a restricted token."""
        self.headers["x-amz-access-token"] = answer.raise_for_status().json()["restrictedDataToken"]


def make_confirmation(order: Row, *rows: Row, **changes: Any) -> Row:
    detail = {
        "packageReferenceId": "1",
        "carrierCode": "Chronopost",
        "trackingNumber": "XX1",
        "shipDate": "2026-11-22T08:00:00.000Z",
        "orderItems": list(rows) or [pieces(item) for item in order["orderItems"]],
        **changes,
    }
    return {
        "marketplaceId": order["salesChannel"]["marketplaceId"],
        "packageDetail": {key: value for key, value in detail.items() if value is not None},
    }


def pieces(item: Row, quantity: int | None = None) -> Row:
    return {"orderItemId": item["orderItemId"], "quantity": quantity or item["quantityOrdered"]}


def error(answer: httpx.Response) -> Row:
    (found,) = answer.json()["errors"]
    assert set(found) == {"code", "message", "details"}
    one: Row = found
    return one
