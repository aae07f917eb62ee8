"""The simulated Tecsys: twenty endpoints to the slash, empty answers, traces, shipments that take their time."""

from typing import Any

import httpx
import pytest

from sandbox import TecsysDials
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import Partners, TurnedClock

HEADERS = {"Ocp-Apim-Subscription-Key": "sandbox-subscription-key", "Cache-Control": "no-cache"}
SHIPMENTS = "orderfulfillment/shipments"
ORDER = {"ExternalOrderId": "A/1", "LineItems": [{"SKU": "SKU-000001", "Qty": 3}, {"SKU": "SKU-000002", "Qty": 1}]}
CUSTOMER = {"FirstName": "Zoé", "SubscriberOptIn": False, "CustomerLevel": 0, "ExternalCustomerId": "C1"}
STORE = {
    "StoreInteralName": "Toronto South",
    "PublicName": "Bloor East",
    "Address": {"AddressLine1": "7 Bloor St", "Latitude": 43.67023, "CountryCode": "CA"},
    "Active": True,
    "CustomFields": [{"Name": "Region", "Value": "ON"}],
    "LinkedInventoryLocationNames": ["FR-PARIS"],
}


class Client:
    def __init__(self, partners: Partners) -> None:
        self.partners = partners

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self.partners.http.request(method, f"/tecsys/v1/{path}", headers=HEADERS, **more)
        assert answer.headers["TraceID"]
        if answer.status_code in (201, 202, 204):
            assert answer.content == b""
        return answer

    def order(self, external_id: str = "A/1") -> dict[str, Any]:
        (found,) = self("GET", "orders/", params={"ExternalOrderId": external_id}).json()
        return dict(found)

    def ship(self, clock: TurnedClock) -> int:
        assert self("POST", f"{SHIPMENTS}/CreateAllShipments", json={"ExternalOrderId": "A/1"}).status_code == 202
        clock.turn(1)
        return int(self.order()["Shipments"][-1]["ShipmentId"])


@pytest.fixture
def client(start: Start) -> Client:
    return Client(start(oms=("tecsys",), tecsys=TecsysDials(create_order_path="orders")))


@pytest.fixture
def placed(client: Client) -> Client:
    assert client("POST", "orders", json=ORDER).status_code == 201
    return client


def state(client: Client) -> dict[str, Any]:
    return client.partners.state()["tecsys"]


READS = [
    ("customfieldsmetadata/InventoryLocation/", {}),
    ("customfieldmetadata/Order/", {}),
    ("inventorylocations/", {"pageSize": 1, "pageNumber": 2}),
    ("inventory/onhand", {"locationInternalNames": ["FR-PARIS", "NL-UTRECHT"], "skus": ["SKU-000001"]}),
    ("preorderinventory/", {"Sku": "SKU-000003"}),
    ("virtualinventory/", {"inventoryPoolGroupNames": ["EU", "FR", "NL", "DE"]}),
    ("orders/", {"ExternalOrderId": ["A/1", "B"], "InternalOrderId": ["100001"]}),
    ("storelocations/", {}),
    (f"{SHIPMENTS}/OrderTransactions", {"externalOrderId": "A/1"}),
]


@pytest.mark.parametrize(("path", "params"), READS)
def test_each_read_to_the_slash(placed: Client, path: str, params: dict[str, Any]) -> None:
    answer = placed("GET", path, params=params)
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)
    other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
    assert placed("GET", other, params=params).status_code in (404, 405)
    assert placed("GET", path.title(), params=params).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "inventory/onhand", {}),
        ("GET", "inventory/onhand", {"params": {"locationInternalNames": "FR-PARIS", "limit": 1}}),
        ("GET", "virtualinventory/", {"params": {"inventoryPoolGroupNames": ["EU"] * 5}}),
        ("GET", "virtualinventory/", {"params": {"inventoryPoolGroupNames": "EU", "skus": ["S"] * 8}}),
        ("GET", "preorderinventory/", {"params": {"Sku": ["A", "B"]}}),
        ("GET", "orders/", {}),
        ("GET", "inventorylocations/", {"params": {"pageNumber": 0}}),
        ("PUT", "inventory/onhand", {"json": {"Sku": "S", "LocationInternalName": "FR-PARIS", "Quantity": 1}}),
        ("PUT", "inventorylocations/customfields", {"json": {"CustomFields": [], "LocationName": "FR-PARIS"}}),
        ("POST", "orders/Search", {"json": {"Field": "OrderStatus", "Operator": "like", "Value": "x"}}),
        ("POST", "orders/Search", {"json": [{"Field": "OrderStatus", "Operator": "equals", "Value": "x"}]}),
        ("POST", "orders/Cancel", {}),
        ("POST", "orders/Cancel", {"params": {"internalOrderId": "1", "externalOrderId": "A/1"}}),
        ("POST", "orders/Customers", {"json": {"Name": "x"}}),
        ("POST", "orders", {"json": {"OrderId": "x"}}),
        ("POST", "storelocations/", {}),
        ("POST", "storelocations/", {"json": {"StoreInternalName": "x"}}),
        ("POST", f"{SHIPMENTS}/CreateAllShipments", {"json": {"ExternalOrderId": "A/1", "InternalOrderId": 0}}),
        ("POST", f"{SHIPMENTS}/Cancel", {"params": {"ShipmentId": 1}, "json": {}}),
        ("POST", f"{SHIPMENTS}/Reject", {"json": {"ShipmentId": "1", "Reason": "x"}}),
    ],
)
def test_what_breaks_the_document_is_refused_and_noted(placed: Client, method: str, path: str, more: Any) -> None:
    answer = placed(method, path, **more)
    assert answer.status_code == 400
    assert answer.json()["TraceID"] == answer.headers["TraceID"]
    assert len(placed.partners.violations()) == 1


def test_the_subscription_key_as_azure_says_it(client: Client) -> None:
    http = client.partners.http
    missing = http.get("/tecsys/v1/inventorylocations/")
    invalid = http.get("/tecsys/v1/inventorylocations/", headers=HEADERS | {"Ocp-Apim-Subscription-Key": "x"})
    assert [missing.status_code, invalid.status_code] == [401, 401]
    assert "missing subscription key" in missing.json()["message"]
    assert "invalid subscription key" in invalid.json()["message"]
    assert http.get("/tecsys/v1/inventorylocations/", headers={**HEADERS, "Cache-Control": "x"}).status_code == 400


def test_a_query_longer_than_the_gateway_takes(client: Client) -> None:
    assert client("GET", "orders/", params={"ExternalOrderId": ["x" * 100] * 20}).status_code == 414


def test_orders_come_in_only_where_the_dial_says_so(start: Start) -> None:
    client = Client(start(oms=("tecsys",)))
    assert client("POST", "orders", json=ORDER).status_code == 404
    client.partners.control("POST", "/tecsys/orders", **ORDER)
    assert client.order()["LineItems"][0]["Qty"] == 3


def test_a_repeated_order_doubles_unless_told(placed: Client, clock: TurnedClock) -> None:
    placed("POST", "orders", json=ORDER)
    assert placed.partners.state()["audit"]["doubled"] == ["A/1"]
    placed.partners.control("POST", "/tecsys", repeat="upsert")
    placed("POST", "orders", json=ORDER | {"ExternalOrderId": "B"})
    placed("POST", "orders", json=ORDER | {"ExternalOrderId": "B"})
    assert placed.order("B")["OrderStatus"] == "NotStarted"
    clock.turn(1)
    assert placed.order("B")["OrderStatus"] == "Paid"


def test_a_repeated_delta_shows_and_a_repeated_absolute_does_not(client: Client) -> None:
    where = {"Sku": "SKU-000001", "LocationInternalName": "FR-PARIS"}
    read = {"locationInternalNames": "FR-PARIS", "skus": "SKU-000001"}

    def write(kind: str, quantity: int) -> int:
        answer = client("PUT", "inventory/onhand", json=where | {"QuantityType": kind, "Quantity": quantity})
        assert answer.status_code in (204, 409)
        return int(client("GET", "inventory/onhand", params=read).json()[0]["Quantity"])

    assert [write("Delta", 10), write("Delta", 10), write("Absolute", 7), write("Absolute", 7)] == [110, 120, 7, 7]
    assert write("Delta", -8) == 7
    assert state(client)["repeated_deltas"] == {"FR-PARIS SKU-000001 +10": 2}


def test_virtual_stock_differs_from_what_is_on_hand(placed: Client) -> None:
    rows = placed("GET", "virtualinventory/", params={"inventoryPoolGroupNames": "EU", "skus": "SKU-000001"}).json()
    assert [row["AvailableQuantity"] for row in rows] == [200 - 3 - 2]


def test_custom_fields_customers_and_stores(client: Client) -> None:
    fields = {"Custom Fields": [{"Name": "Region", "Value": "IDF"}], "LocationName": "FR-PARIS"}
    assert client("PUT", "inventorylocations/customfields", json=fields).status_code == 204
    (paris,) = client("GET", "inventorylocations/", params={"locationInternalName": "FR-PARIS"}).json()
    assert paris["CustomFields"] == [{"Name": "Region", "Value": "IDF"}]
    assert [client("POST", "orders/Customers", json=CUSTOMER).status_code for _ in range(2)] == [201, 201]
    assert state(client)["customers_doubled"] == ["C1"]
    assert [client("POST", "storelocations/", json=STORE).status_code for _ in range(2)] == [201, 409]
    listed = client("POST", "storelocations/", params={"pageSize": 100, "pageNumber": 1}).json()
    assert listed == client("GET", "storelocations/").json() == [STORE]


def test_shipments_appear_some_time_after_202(placed: Client, clock: TurnedClock) -> None:
    everything = f"{SHIPMENTS}/CreateAllShipments"
    assert placed("POST", everything, json={"ExternalOrderId": "A/1"}).status_code == 202
    assert placed.order()["Shipments"] == []
    clock.turn(1)
    assert [row["Qty"] for row in placed.order()["Shipments"][0]["LineItems"]] == [3, 1]
    placed.ship(clock)
    assert state(placed)["shipments_doubled"] == ["A/1"]
    placed.partners.control("POST", "/tecsys", repeat="upsert")
    placed.ship(clock)
    assert len(placed.order()["Shipments"]) == 2
    assert placed("POST", everything, json={"InternalOrderId": 1}).status_code == 404


def test_split_twice_splits_twice_until_nothing_would_be_left(placed: Client, clock: TurnedClock) -> None:
    shipment = placed.ship(clock)
    line = placed.order()["LineItems"][0]["InternalLineItemId"]
    by_line = {"ShipmentId": shipment, "LineItemsToSplit": [{"OrderDetailId": line, "Qty": 1}]}
    path = f"{SHIPMENTS}/SplitShipmentByOrderDetailId"
    assert [placed("POST", path, json=by_line).status_code for _ in range(2)] == [200, 200]
    by_sku = {"ShipmentId": shipment, "LineItemsToSplit": [{"SKU": "SKU-000002", "Qty": 1}]}
    assert placed("POST", f"{SHIPMENTS}/SplitShipmentBySku", json=by_sku).status_code == 200
    assert placed("POST", path, json=by_line).status_code == 409
    assert [[row["Qty"] for row in s["LineItems"]] for s in placed.order()["Shipments"]] == [[1], [1], [1], [1]]
    assert state(placed)["shipments_doubled"] == []


def test_a_rejected_or_cancelled_shipment_frees_its_lines(placed: Client, clock: TurnedClock) -> None:
    placed.partners.control("POST", "/tecsys", repeat="upsert")
    first = placed.ship(clock)
    assert placed("POST", f"{SHIPMENTS}/Reject", json={"ShipmentId": first, "Reason": "damaged"}).status_code == 200
    second = placed.ship(clock)
    assert second != first
    assert placed("POST", f"{SHIPMENTS}/Cancel", params={"ShipmentId": second}).status_code == 204
    assert placed("POST", f"{SHIPMENTS}/Cancel", params={"ShipmentId": second}).status_code == 409
    assert [row["ShipmentStatus"] for row in placed.order()["Shipments"]] == ["Rejected", "Cancelled"]


def test_a_reroute_on_rejects_path_and_what_it_does_where_that_is_wrong(placed: Client, clock: TurnedClock) -> None:
    reroute = {"RouteType": "ShippingCenter", "ShippingCenterInternalName": "NL-UTRECHT-SC", "Reason": "nearer"}
    raw = {"ShipmentId": placed.ship(clock)} | reroute
    assert placed("POST", f"{SHIPMENTS}/Reject", json=raw).status_code == 200
    assert placed.order()["Shipments"][0]["ShippingCenterInternalName"] == "NL-UTRECHT-SC"
    assert placed("POST", f"{SHIPMENTS}/Reroute", json=raw).status_code == 404
    placed.partners.control("POST", "/tecsys", reroute_path="Reroute")
    assert placed("POST", f"{SHIPMENTS}/Reroute", json=raw).status_code == 200
    assert placed("POST", f"{SHIPMENTS}/Reject", json=raw).status_code == 200
    assert placed.order()["Shipments"][0]["ShipmentStatus"] == "Rejected"
    assert any("a reroute sent to Reject" in rule for rule in placed.partners.violations())


def test_cancel_by_query_or_body_with_a_reason_where_the_site_asks(placed: Client) -> None:
    placed.partners.control("POST", "/tecsys", cancel_reason_required=True)
    assert placed("POST", "orders/Cancel", params={"externalOrderId": "A/1"}).status_code == 400
    params = {"externalOrderId": "A/1", "cancelReason": "buyer"}
    assert [placed("POST", "orders/Cancel", params=params).status_code for _ in range(2)] == [204, 409]
    assert placed.order()["OrderStatus"] == "Cancelled"
    placed("POST", "orders", json=ORDER | {"ExternalOrderId": "B"})
    assert placed("POST", "orders/Cancel", json={"ExternalOrderId": "B", "CancelReason": "x"}).status_code == 204
    assert state(placed)["cancel_params_in"] == {"query": 2, "body": 1}


def test_search_payments_and_a_shipment_that_leaves(placed: Client, clock: TurnedClock) -> None:
    placed.partners.control("POST", "/tecsys", ship_after_seconds=2)
    placed.ship(clock)
    clock.turn(2)
    condition = {"Field": "OrderStatus", "Operator": "equals", "Value": "Shipped", "GroupId": 0, "LogicalType": "None"}
    (found,) = placed("POST", "orders/Search", params={"pageSize": 1, "pageNumber": 1}, json=condition).json()
    assert found["Shipments"][0]["TrackingNumber"]
    by_invoice = {"InvoiceId": found["InvoiceId"]}
    (paid,) = placed("GET", f"{SHIPMENTS}/OrderTransactions", params=by_invoice).json()
    assert paid["Status"] == "Approved"
    assert placed("POST", "orders/Cancel", params={"externalOrderId": "A/1"}).status_code == 409


def test_faults_reach_every_endpoint_with_a_trace(client: Client) -> None:
    client.partners.rules({"kind": "status", "endpoint": "tecsys.*", "status": 429, "retry_after": 1, "count": 1})
    answer = client("POST", "orders", json=ORDER)
    assert [answer.status_code, answer.headers["retry-after"]] == [429, "1"]
    client.partners.rules({"kind": "truncated", "endpoint": "tecsys.order", "count": 1})
    spoilt = client.partners.http.post("/tecsys/v1/orders", headers=HEADERS, json=ORDER)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid"):
        spoilt.json()
    assert state(client)["orders"] == 1
