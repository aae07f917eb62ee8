"""Tecsys outside the flows: each endpoint's exact verb, path and body; arguments checked; what must not be repeated."""

from typing import Any

import httpx
import pytest

from pipeline.connectors.oms.tecsys import CONNECTOR
from pipeline.connectors.oms.tecsys.shipments import STEPS
from pipeline.operations.calling import call
from pipeline.operations.errors import NotAllowed
from tests.unit.connectors.rig import Partner, client_for

BASE = "https://tecsys.test/v1"
OPERATIONS = {operation.name: operation for operation in CONNECTOR.operations}
FULFILMENT = "/orderfulfillment/shipments"


def run(partner: Partner, name: str, *, yes: bool = True, pauses: list[float] | None = None, **arguments: str) -> Any:
    settings = {key[1:]: arguments.pop(key) for key in [*arguments] if key.startswith("_")}
    client = client_for("tecsys", partner, **settings)
    client.shipments._pause = (pauses if pauses is not None else []).append
    operation = OPERATIONS[name]
    return call(client, operation, arguments, yes=yes, who="me", audit=lambda line: None, account="acc")


STORE = {"internal_name": "Toronto South", "latitude": "43.67023", "longitude": "-79.38653", "active": "true",
         "country_code": "CA", "custom_fields": '{"F": "x"}', "inventory_locations": "Default Location",
         "email": "user@email.com", "address_line3": "Block A", "allow_ship_to_store": "false"}  # fmt: skip
STORE_BODY = {
    "StoreInteralName": "Toronto South",
    "Address": {"AddressLine3": "Block A", "Latitude": 43.67023, "Longitude": -79.38653, "CountryCode": "CA"},
    "Email": "user@email.com",
    "Active": True,
    "AllowShipToStore": False,
    "CustomFields": [{"Name": "F", "Value": "x"}],
    "LinkedInventoryLocationNames": ["Default Location"],
}


@pytest.mark.parametrize(
    ("name", "arguments", "method", "url", "body"),
    [
        ("custom_fields", {"owner_type": "a/b"}, "GET", "/customfieldsmetadata/a%2Fb/", None),
        ("custom_fields", {"owner_type": "O", "_metadata_segment": "customfieldmetadata"},
         "GET", "/customfieldmetadata/O/", None),
        ("inventory_locations", {}, "GET", "/inventorylocations/?pageSize=100&pageNumber=1", None),
        ("inventory_locations", {"location": "L 1", "page": "2"},
         "GET", "/inventorylocations/?locationInternalName=L+1&pageSize=100&pageNumber=2", None),
        ("set_location_fields", {"location": "L", "custom_fields": '{"A": "b"}'}, "PUT",
         "/inventorylocations/customfields", {"Custom Fields": [{"Name": "A", "Value": "b"}], "LocationName": "L"}),
        ("on_hand", {"locations": "A,B"}, "GET",
         "/inventory/onhand?locationInternalNames=A&locationInternalNames=B", None),
        ("on_hand", {"locations": "A,A", "skus": "x,y"}, "GET",
         "/inventory/onhand?locationInternalNames=A&skus=x&skus=y", None),
        ("set_on_hand", {"sku": "S", "location": "L", "quantity": "0"}, "PUT", "/inventory/onhand",
         {"Sku": "S", "LocationInternalName": "L", "QuantityType": "Absolute", "Quantity": 0}),
        ("set_on_hand", {"sku": "S", "location": "L", "quantity": "-3", "_onhand_mode": "Delta"}, "PUT",
         "/inventory/onhand", {"Sku": "S", "LocationInternalName": "L", "QuantityType": "Delta", "Quantity": -3}),
        ("set_on_hand", {"sku": "S", "location": "L", "quantity": "10", "quantity_type": "Delta"}, "PUT",
         "/inventory/onhand", {"Sku": "S", "LocationInternalName": "L", "QuantityType": "Delta", "Quantity": 10}),
        ("preorder", {"sku": "S"}, "GET", "/preorderinventory/?Sku=S", None),
        ("virtual_inventory", {"pool_groups": "P"}, "GET", "/virtualinventory/?inventoryPoolGroupNames=P", None),
        ("orders", {"external_ids": "A,B"}, "GET", "/orders/?ExternalOrderId=A&ExternalOrderId=B", None),
        ("orders", {"internal_ids": "5"}, "GET", "/orders/?InternalOrderId=5", None),
        ("cancel_order", {"external_order_id": "A"}, "POST", "/orders/Cancel?externalOrderId=A", None),
        ("cancel_order", {"internal_order_id": "5", "reason": "R", "_cancel_params_in": "body"},
         "POST", "/orders/Cancel", {"InternalOrderId": 5, "CancelReason": "R"}),
        ("search", {"field": "F", "value": "V", "page": "3", "_page_size": 50}, "POST",
         "/orders/Search?pageSize=50&pageNumber=3", {"Field": "F", "Operator": "equals", "Value": "V"}),
        ("search", {"field": "F", "value": "V", "group_id": "0", "logical_type": "None", "_search_body": "list"},
         "POST", "/orders/Search?pageSize=100&pageNumber=1",
         [{"Field": "F", "Operator": "equals", "Value": "V", "GroupId": 0, "LogicalType": "None"}]),
        ("create_store_location", STORE, "POST", "/storelocations/", STORE_BODY),
        ("update_store_location", STORE | {"_storelocations_update_path": "/storelocations/"},
         "PUT", "/storelocations/", STORE_BODY),
        ("update_store_location", STORE | {"_storelocations_update_path": "POST storelocations/Update"},
         "POST", "/storelocations/Update", STORE_BODY),
        ("store_locations", {}, "GET", "/storelocations/?pageSize=100&pageNumber=1", None),
        ("store_locations", {"page": "2", "_storelocations_view_verb": "POST"},
         "POST", "/storelocations/?pageSize=100&pageNumber=2", None),
        ("cancel_shipment", {"shipment_id": "20167"}, "POST", f"{FULFILMENT}/Cancel?ShipmentId=20167", None),
        ("reject_shipment", {"shipment_id": "9", "reason": "R"}, "POST", f"{FULFILMENT}/Reject",
         {"ShipmentId": 9, "Reason": "R"}),
        ("reroute_shipment", {"shipment_id": "9", "reason": "R", "shipping_center": "SC", "_reroute_enabled": True},
         "POST", f"{FULFILMENT}/Reject", {"ShipmentId": 9, "RouteType": "ShippingCenter",
                                          "ShippingCenterInternalName": "SC", "Reason": "R"}),
        ("reroute_shipment", {"shipment_id": "9", "reason": "R", "shipping_center": "SC", "_reroute_enabled": True,
                              "_reroute_path": f"{FULFILMENT}/Reroute"},
         "POST", f"{FULFILMENT}/Reroute", {"ShipmentId": 9, "RouteType": "ShippingCenter",
                                           "ShippingCenterInternalName": "SC", "Reason": "R"}),
        ("split_by_line", {"shipment_id": "9", "lines": '{"430545": 1, "430546": 2}'}, "POST",
         f"{FULFILMENT}/SplitShipmentByOrderDetailId",
         {"ShipmentId": 9,
          "LineItemsToSplit": [{"OrderDetailId": 430545, "Qty": 1}, {"OrderDetailId": 430546, "Qty": 2}]}),
        ("split_by_sku", {"shipment_id": "9", "skus": '{"A,1": 1}'}, "POST", f"{FULFILMENT}/SplitShipmentBySku",
         {"ShipmentId": 9, "LineItemsToSplit": [{"SKU": "A,1", "Qty": 1}]}),
        ("payments", {"external_order_id": "A"}, "GET", f"{FULFILMENT}/OrderTransactions?externalOrderId=A", None),
        ("payments", {"internal_order_id": "5"}, "GET", f"{FULFILMENT}/OrderTransactions?internalOrderId=5", None),
        ("payments", {"invoice_id": "I"}, "GET", f"{FULFILMENT}/OrderTransactions?invoiceId=I", None),
        ("provinces", {"country": "CA"}, "GET", "/addresses/Provinces?CountryCode=CA", None),
        ("verify_shipments", {"internal_order_id": "5"}, "GET", "/orders/?InternalOrderId=5", None),
    ],
)  # fmt: skip
@pytest.mark.covers(
    "tecsys:GET /{metadata_segment}/{ownertype}/",
    "tecsys:GET /inventorylocations/",
    "tecsys:PUT /inventorylocations/customfields",
    "tecsys:GET /inventory/onhand",
    "tecsys:PUT /inventory/onhand",
    "tecsys:GET /preorderinventory/",
    "tecsys:GET /virtualinventory/",
    "tecsys:GET /orders/",
    "tecsys:POST /orders/Cancel",
    "tecsys:POST /orders/Search",
    "tecsys:POST /storelocations/",
    "tecsys:PUT {storelocations_update_path}",
    "tecsys:{storelocations_view_verb} /storelocations/",
    "tecsys:POST /orderfulfillment/shipments/Cancel",
    "tecsys:POST /orderfulfillment/shipments/Reject",
    "tecsys:POST {reroute_path}",
    "tecsys:POST /orderfulfillment/shipments/SplitShipmentByOrderDetailId",
    "tecsys:POST /orderfulfillment/shipments/SplitShipmentBySku",
    "tecsys:GET /orderfulfillment/shipments/OrderTransactions",
    "tecsys:GET /addresses/Provinces",
    "tecsys:customfieldsmetadata.ownertype",
    "tecsys:inventorylocations.locationInternalName",
    "tecsys:customfields.{Custom Fields,LocationName}",
    "tecsys:onhand.locationInternalNames",
    "tecsys:onhand.skus",
    "tecsys:onhand.{Sku,LocationInternalName}",
    "tecsys:onhand.QuantityType",
    "tecsys:onhand.Quantity",
    "tecsys:absolute-default",
    "tecsys:preorderinventory.Sku",
    "tecsys:orders.{ExternalOrderId,InternalOrderId}",
    "tecsys:Search.{Field,Operator,Value}",
    "tecsys:Search.{GroupId,LogicalType}",
    "tecsys:search-body",
    "tecsys:view-verb",
    "tecsys:Cancel.ShipmentId",
    "tecsys:Reject.{ShipmentId,Reason}",
    "tecsys:Reroute.{ShipmentId,RouteType,ShippingCenterInternalName,Reason}",
    "tecsys:reroute-opt-in",
    "tecsys:SplitShipmentByOrderDetailId.LineItemsToSplit.*.{OrderDetailId,Qty}",
    "tecsys:SplitShipmentBySku.LineItemsToSplit.*.{SKU,Qty}",
    "tecsys:OrderTransactions.{internalOrderId,externalOrderId,invoiceId}",
    "tecsys:Provinces.CountryCode",
)
def test_each_endpoint(name: str, arguments: dict[str, str], method: str, url: str, body: Any) -> None:
    partner = Partner().says([])
    run(partner, name, **arguments)
    (request,) = partner.requests
    assert (request.method, str(request.url)) == (method, BASE + url)
    assert (partner.sent() if request.content else None) == body


def test_every_documented_endpoint_is_used_by_something_that_exists() -> None:
    used = {word for endpoint in CONNECTOR.endpoints for word in endpoint.used_by.split(", ")}
    assert used == CONNECTOR.capabilities | {f"call {name}" for name in OPERATIONS}
    assert (
        len([one for one in CONNECTOR.endpoints if one.source.startswith("seeds/002, contracts/oms.md section 3.2")])
        == 20
    )
    assert all(argument.meaning for operation in OPERATIONS.values() for argument in operation.arguments)


@pytest.mark.covers("tecsys:asks-first")
def test_what_changes_something_asks_first() -> None:
    reads = {name for name, operation in OPERATIONS.items() if not operation.changes}
    assert reads == {
        "custom_fields", "inventory_locations", "on_hand", "preorder", "virtual_inventory", "orders", "search",
        "store_locations", "verify_shipments", "payments", "provinces",
    }  # fmt: skip
    free = {name for name, operation in OPERATIONS.items() if operation.changes and operation.undoable}
    assert free == {"set_location_fields"}
    with pytest.raises(NotAllowed, match="--yes"):
        run(Partner(), "split_by_sku", yes=False, shipment_id="9", skus='{"A": 1}')


# ---------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("custom_fields", {"owner_type": " "}, "owner_type"),
        ("custom_fields", {"owner_type": ".."}, "dots"),
        ("inventory_locations", {"page": "0"}, "page: must be at least 1"),
        ("set_location_fields", {"location": "", "custom_fields": '{"A": 1}'}, "location.*custom_fields"),
        ("set_location_fields", {"location": "L", "custom_fields": "{}"}, "custom_fields"),
        ("set_location_fields", {"location": "L", "custom_fields": "["}, "custom_fields"),
        ("on_hand", {"locations": "A,"}, "locations"),
        ("set_on_hand", {"sku": "S", "location": "L", "quantity": "-1"}, "quantity: must be at least 0"),
        ("set_on_hand", {"sku": "S", "location": "L", "quantity": "0", "quantity_type": "Delta"}, "Delta of 0"),
        ("set_on_hand", {"sku": "S", "location": "L", "quantity": "1", "quantity_type": "delta"}, "none of"),
        ("set_on_hand", {"sku": " ", "location": "", "quantity": "1"}, "sku.*location"),
        ("orders", {}, "external_ids"),
        ("orders", {"external_ids": "A", "internal_ids": "1"}, "external_ids, or internal_ids"),
        ("orders", {"internal_ids": "0"}, "internal_ids"),
        ("cancel_order", {}, "exactly one"),
        ("cancel_order", {"internal_order_id": "1", "external_order_id": "A"}, "exactly one"),
        ("cancel_order", {"internal_order_id": "0"}, "at least 1"),
        ("search", {}, "field and value, or conditions"),
        ("search", {"field": "F"}, "its field and its value"),
        ("search", {"field": "F", "value": "V", "conditions": "[]"}, "field and value, or conditions"),
        ("search", {"conditions": '[{"Field": "F"}]'}, "conditions: must be JSON"),
        ("search", {"conditions": '[{"Field":"F","Operator":"equals","Value":"V"},'
                                  '{"Field":"F","Operator":"equals","Value":"V"}]'}, "search_body = list"),
        ("create_customer", {}, "external_customer_id: missing"),
        ("create_customer", {"external_customer_id": "C", "password": "p"}, "no such argument"),
        ("create_customer", {"external_customer_id": "C", "email": "x", "country_code": "fr", "birth_year": "1",
                             "customer_level": "-1", "custom_fields": '{"A": "text"}'},
         "email.*customer_level.*country_code.*custom_fields.*birth_year"),
        ("create_store_location", {"internal_name": "S", "latitude": "90.1", "longitude": "x"}, "latitude.*longitude"),
        ("create_store_location", {"internal_name": "S", "custom_fields": '{"A": {}}'}, "custom_fields"),
        ("update_store_location", {"internal_name": "S"}, "not configured"),
        ("update_store_location", {"internal_name": "S", "_storelocations_update_path": "DELETE /x"}, "none of PUT"),
        ("set_customer_address", {}, "not configured"),
        ("store_locations", {"internal_name": "S", "page": "1"}, "all pages"),
        ("create_shipments", {}, "exactly one"),
        ("create_shipments", {"internal_order_id": "1", "external_order_id": "A"}, "exactly one"),
        ("create_shipments", {"external_order_id": " "}, "external_order_id"),
        ("create_shipments", {"internal_order_id": "0"}, "internal_order_id"),
        ("cancel_shipment", {"shipment_id": "0"}, "at least 1"),
        ("reject_shipment", {"shipment_id": "0", "reason": " "}, "reason.*shipment_id"),
        ("reroute_shipment", {"shipment_id": "1", "reason": "R", "shipping_center": "SC"},
         "not configured.*reroute_enabled"),
        ("reroute_shipment", {"shipment_id": "0", "reason": "", "shipping_center": "", "_reroute_enabled": True},
         "shipment_id.*shipping_center.*reason"),
        ("split_by_line", {"shipment_id": "1", "lines": '{"A": 1}'}, "whole number"),
        ("split_by_line", {"shipment_id": "1", "lines": '{"1": 0}'}, "at least 1"),
        ("split_by_line", {"shipment_id": "1", "lines": '{"1": true}'}, "at least 1"),
        ("split_by_sku", {"shipment_id": "1", "skus": '{"A": 1.5}'}, "at least 1"),
        ("split_by_sku", {"shipment_id": "1", "skus": '{" ": 1}'}, "SKU"),
        ("split_by_sku", {"shipment_id": "1", "skus": "{}"}, "skus"),
        ("payments", {}, "exactly one"),
        ("payments", {"invoice_id": ""}, "invoice_id"),
        ("provinces", {"country": "can"}, "two-letter"),
    ],
)  # fmt: skip
@pytest.mark.covers(
    "tecsys:PUT /addresses/Customers",
    "tecsys:customer-address-unpublished",
    "tecsys:update-store-unpublished",
    "tecsys:reroute-opt-in",
    "tecsys:customfieldsmetadata.ownertype",
    "tecsys:customfields.{Custom Fields,LocationName}",
    "tecsys:onhand.{Sku,LocationInternalName}",
    "tecsys:onhand.QuantityType",
    "tecsys:onhand.Quantity",
    "tecsys:CreateAllShipments.{InternalOrderId,ExternalOrderId}",
    "tecsys:Cancel.{internalOrderId,externalOrderId}",
    "tecsys:OrderTransactions.{internalOrderId,externalOrderId,invoiceId}",
    "tecsys:SplitShipmentByOrderDetailId.LineItemsToSplit.*.{OrderDetailId,Qty}",
    "tecsys:SplitShipmentBySku.LineItemsToSplit.*.{SKU,Qty}",
    "tecsys:Search.{Field,Operator,Value}",
    "tecsys:Provinces.CountryCode",
    "tecsys:search-body",
)
def test_arguments_that_are_refused_before_anything_is_sent(name: str, arguments: dict[str, str], words: str) -> None:
    partner = Partner()
    with pytest.raises(NotAllowed, match=words):
        run(partner, name, **arguments)
    assert partner.requests == []


# ---------------------------------------------------------------- customers


@pytest.mark.covers(
    "tecsys:POST /orders/Customers",
    "tecsys:Customers.Password",
    "tecsys:Customers.SubscriberOptIn",
    "tecsys:customers-under-orders",
)
def test_a_customer_is_never_given_a_password_and_never_subscribed() -> None:
    partner = Partner().says(httpx.Response(201, json={"CustomerId": 3}, headers={"TraceID": "trace-1"}))
    found = run(
        partner,
        "create_customer",
        external_customer_id="c-88",
        first_name="Zoé",
        birth_year="1980",
        custom_fields='{"Tier": {"a": 1}}',
        zip_code="69003",
        customer_level="0",
    )
    assert found == {"status": 201, "trace_id": "trace-1", "answer": {"CustomerId": 3}}
    assert (partner.requests[0].method, str(partner.requests[0].url)) == ("POST", f"{BASE}/orders/Customers")
    assert partner.sent() == {
        "FirstName": "Zoé",
        "SubscriberOptIn": False,
        "CustomerLevel": 0,
        "Address": {"ZipCode": "69003"},
        "BirthYear": "1980",
        "ExternalCustomerId": "c-88",
        "CustomFields": [{"Name": "Tier", "Value": {"a": 1}}],
    }
    assert not [name for operation in OPERATIONS.values() for name in operation.arguments if "password" in name.name]


# ---------------------------------------------------------------- not repeated


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("set_on_hand", {"sku": "S", "location": "L", "quantity": "1", "quantity_type": "Delta"}, "never sent again"),
        ("set_on_hand", {"sku": "S", "location": "L", "quantity": "1"}, "may be set again"),
        ("create_customer", {"external_customer_id": "C"}, "before you call it again"),
        ("split_by_sku", {"shipment_id": "1", "skus": '{"A": 1}'}, "done twice"),
        ("reject_shipment", {"shipment_id": "1", "reason": "R"}, "done twice"),
        ("create_store_location", {"internal_name": "S"}, "before you call it again"),
    ],
)
@pytest.mark.parametrize("reply", [httpx.ReadTimeout("x"), httpx.Response(503, headers={"TraceID": "t-77"})])
@pytest.mark.covers("tecsys:delta-once", "tecsys:customer-once", "tecsys:splits-once")
def test_a_doubt_is_sent_once_and_says_what_to_do(name: str, arguments: dict[str, str], words: str, reply: Any) -> None:
    partner = Partner().says(reply)
    with pytest.raises(NotAllowed, match=f"ambiguous.*{words}") as raised:
        run(partner, name, **arguments)
    assert len(partner.requests) == 1
    assert ("TraceID t-77" in str(raised.value)) == isinstance(reply, httpx.Response)


@pytest.mark.parametrize("reply", [httpx.Response(204), httpx.Response(202, content=b"?"), httpx.Response(200)])
@pytest.mark.covers("tecsys:no-content")
def test_an_answer_without_content_is_not_parsed(reply: httpx.Response) -> None:
    assert run(Partner().says(reply), "cancel_shipment", shipment_id="1") == {"status": reply.status_code}


# ---------------------------------------------------------------- shipments


def order(*shipments: int) -> list[Any]:
    return [{"ExternalOrderId": "A", "Shipments": [{"ShipmentId": one} for one in shipments]}]


@pytest.mark.covers(
    "tecsys:POST /orderfulfillment/shipments/CreateAllShipments",
    "tecsys:CreateAllShipments.{InternalOrderId,ExternalOrderId}",
    "tecsys:accepted-202",
)
def test_shipments_are_created_by_one_id_and_the_202_is_followed() -> None:
    pauses: list[float] = []
    partner = Partner().says(order(), httpx.Response(202, content=b"?"), order(), httpx.Response(500), order(1, 2))
    found = run(partner, "create_shipments", pauses=pauses, external_order_id="A")
    assert found == {"status": 202, "shipments": 2}
    assert partner.requests[1].content == b'{"ExternalOrderId":"A"}'
    assert str(partner.requests[1].url) == f"{BASE}{FULFILMENT}/CreateAllShipments"
    assert [request.method for request in partner.requests] == ["GET", "POST", "GET", "GET", "GET"]
    assert pauses == [*STEPS[:2]]


def test_the_internal_id_goes_alone() -> None:
    partner = Partner().says([], httpx.Response(200))
    run(partner, "create_shipments", internal_order_id="5")
    assert partner.sent() == {"InternalOrderId": 5}


@pytest.mark.parametrize(("wait", "expected"), [("0", []), ("1", [1]), ("7", [2, 4, 1]), ("40", [2, 4, 8, 15, 11])])
def test_the_wait_is_bounded(wait: str, expected: list[int]) -> None:
    pauses: list[float] = []
    partner = Partner().says(order(), httpx.Response(202), *[order()] * 6)
    found = run(partner, "create_shipments", pauses=pauses, external_order_id="A", wait=wait)
    assert (found["shipments"], pauses) == (0, expected)
    assert "verify_shipments" in found["note"]


@pytest.mark.covers("tecsys:shipments-not-twice")
def test_an_order_that_shows_shipments_gets_none_again_unless_asked() -> None:
    partner = Partner().says(order(1))
    with pytest.raises(NotAllowed, match="has shipments already"):
        run(partner, "create_shipments", external_order_id="A")
    assert len(partner.requests) == 1
    partner = Partner().says(httpx.Response(200))
    run(partner, "create_shipments", external_order_id="A", again="true")
    assert partner.requests[0].method == "POST"


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (order(1), "shows 1 by now"),
        (order(), "shows none yet"),
        ([{"ExternalOrderId": "A"}], "can't be told"),
        (httpx.Response(500), "can't be told"),
        (httpx.Response(404), "can't be told"),
    ],
)
@pytest.mark.covers("tecsys:shipments-not-twice")
def test_a_doubt_about_shipments_is_looked_up_and_not_sent_again(after: Any, words: str) -> None:
    partner = Partner().says(order(), httpx.ReadTimeout("x"), after)
    with pytest.raises(NotAllowed, match=words):
        run(partner, "create_shipments", external_order_id="A")
    assert [request.method for request in partner.requests] == ["GET", "POST", "GET"]


# ---------------------------------------------------------------- chunks and pages


@pytest.mark.covers("tecsys:virtualinventory.inventoryPoolGroupNames", "tecsys:virtualinventory.skus")
def test_virtual_inventory_is_asked_in_every_combination_and_merged() -> None:
    partner = Partner().says(*[[{"n": number}] for number in range(6)])
    groups, skus = ",".join(f"P{n}" for n in range(5)), ",".join(f"S{n}" for n in range(15))
    rows = run(partner, "virtual_inventory", pool_groups=groups, skus=skus)
    assert rows == [{"n": number} for number in range(6)]
    sizes = [
        (len(request.url.params.get_list("inventoryPoolGroupNames")), len(request.url.params.get_list("skus")))
        for request in partner.requests
    ]
    assert sizes == [(4, 7), (4, 7), (4, 1), (1, 7), (1, 7), (1, 1)]
    pairs = {
        (group, sku)
        for request in partner.requests
        for group in request.url.params.get_list("inventoryPoolGroupNames")
        for sku in request.url.params.get_list("skus")
    }
    assert len(pairs) == 75


@pytest.mark.parametrize(("groups", "skus", "calls"), [(4, 7, 1), (5, 7, 2), (4, 8, 2)])
@pytest.mark.covers("tecsys:virtualinventory.inventoryPoolGroupNames", "tecsys:virtualinventory.skus")
def test_the_limits_of_virtual_inventory_at_their_boundary(groups: int, skus: int, calls: int) -> None:
    partner = Partner().says(*[[]] * calls)
    names = {"pool_groups": groups, "skus": skus}
    run(partner, "virtual_inventory", **{key: ",".join(f"{n}" for n in range(many)) for key, many in names.items()})
    assert len(partner.requests) == calls


@pytest.mark.covers("tecsys:url-length", "tecsys:onhand.skus")
def test_stock_of_many_skus_goes_in_short_urls() -> None:
    partner = Partner().says(*[[]] * 40)
    skus = [f"SKU-{number:04}-" + "x" * 40 for number in range(100)]
    run(partner, "on_hand", locations="A,B", skus=",".join(skus))
    assert all(len(str(request.url)) < 2048 for request in partner.requests)
    assert [sku for request in partner.requests for sku in request.url.params.get_list("skus")] == skus


@pytest.mark.covers("tecsys:paging")
def test_pages_are_read_until_one_is_short_or_comes_again() -> None:
    partner = Partner().says([{"n": 1}, {"n": 2}], {"Items": [{"n": 3}]})
    assert len(run(partner, "inventory_locations", _page_size=2)) == 3
    same = [{"n": 1}, {"n": 2}]
    partner = Partner().says(same, same)
    assert run(partner, "inventory_locations", _page_size=2) == same
    partner = Partner().says({"Total": 3})
    with pytest.raises(NotAllowed, match=r"unreadable.*one page"):
        run(partner, "search", field="F", value="V")
    assert run(Partner().says({"Total": 3}), "search", field="F", value="V", page="1") == {"Total": 3}


@pytest.mark.covers("tecsys:storelocations.StoreInteralName")
def test_one_store_is_found_among_all() -> None:
    rows = [{"StoreInternalName": "A"}, {"StoreInteralName": "B"}, {"InternalName": "C"}]
    for name, row in zip("ABC", rows, strict=True):
        assert run(Partner().says(rows), "store_locations", internal_name=name) == [row]
    assert run(Partner().says(rows), "store_locations", internal_name="D") == []


def test_orders_by_many_ids() -> None:
    partner = Partner().says([{"ExternalOrderId": "0"}], httpx.Response(404))
    assert run(partner, "orders", external_ids=",".join(str(n) for n in range(21))) == [{"ExternalOrderId": "0"}]
    assert len(partner.requests) == 2


def test_a_cancellation_by_hand() -> None:
    found = run(Partner().says(httpx.Response(204, headers={"TraceID": "t-77"})), "cancel_order", external_order_id="A")
    assert found == {"cancelled": True, "receipt": "TraceID t-77"}
    found = run(Partner().says(httpx.Response(202)), "cancel_order", external_order_id="A")
    assert found["accepted"] is True
    with pytest.raises(NotAllowed, match="refused"):
        run(Partner().says(httpx.Response(400), []), "cancel_order", external_order_id="A")
