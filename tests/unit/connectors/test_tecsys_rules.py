"""Tecsys' rules field by field: whole bodies, each argument's limits, the vendor's pauses, reasons, whole searches."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from pipeline.config.model import Limits
from pipeline.connectors.oms.tecsys import CONNECTOR
from pipeline.connectors.oms.tecsys.orders import PATIENCE, TRIES, again, promised
from pipeline.domain.endings import Parked
from pipeline.domain.errors import Invalid, PartnerTrouble, Unavailable
from pipeline.domain.lifecycle import Step
from pipeline.domain.reports import Cancellation
from pipeline.domain.retry import ending_for
from pipeline.operations.errors import NotAllowed
from pipeline.ports import Promised
from tests.unit.connectors.rig import NOW, Partner, ask
from tests.unit.connectors.test_tecsys_calls import BASE, OPERATIONS, run
from tests.unit.connectors.test_tecsys_flows import POINTERS, sending, tecsys
from tests.unit.connectors.test_tecsys_shipped import order_with

CUSTOMER = {
    "external_customer_id": "C-1", "first_name": "Zoé", "last_name": "L", "email": "z@example.com",
    "company_name": "ACME", "phone_number": "1", "customer_level": "0", "address_line1": "12 rue Foch",
    "address_line2": "B", "city": "Lyon", "state": "ARA", "zip_code": "69003", "country_code": "FR",
    "address_nick_name": "home", "sex": "F", "birth_year": "1980", "language": "fr", "time_zone_id": "CET",
    "custom_fields": '{"Tier": {"a": 1}}',
}  # fmt: skip
STORE = {
    "internal_name": "S", "public_name": "Bloor East", "address_line1": "7 Bloor St", "address_line2": "Unit 12",
    "address_line3": "Block A", "city": "Toronto", "state": "ON", "zip_code": "M4W 3H1", "country_code": "CA",
    "latitude": "43.67023", "longitude": "-79.38653", "email": "u@example.com", "phone_number": "416-555-1234",
    "active": "true", "visible": "true", "allow_ship_to_store": "false", "custom_fields": '{"F": "x"}',
    "inventory_locations": "Default Location,Other",
}  # fmt: skip


@pytest.mark.covers(
    "tecsys:Customers.{FirstName,LastName,CompanyName,PhoneNumber,Sex,Language,TimeZoneId}",
    "tecsys:Customers.Email",
    "tecsys:Customers.SubscriberOptIn",
    "tecsys:Customers.CustomerLevel",
    "tecsys:Customers.Address.{AddressLine1,AddressLine2,City,State,ZipCode,CountryCode,AddressNickName}",
    "tecsys:Customers.BirthYear",
    "tecsys:Customers.ExternalCustomerId",
    "tecsys:Customers.CustomFields.*.{Name,Value}",
    "tecsys:POST /orders/Customers",
)
def test_every_field_of_a_customer() -> None:
    partner = Partner().says(httpx.Response(201))
    run(partner, "create_customer", **CUSTOMER)
    assert partner.sent() == {
        "FirstName": "Zoé", "LastName": "L", "Email": "z@example.com", "SubscriberOptIn": False, "CompanyName": "ACME",
        "PhoneNumber": "1", "CustomerLevel": 0,
        "Address": {
            "AddressLine1": "12 rue Foch", "AddressLine2": "B", "City": "Lyon", "State": "ARA", "ZipCode": "69003",
            "CountryCode": "FR", "AddressNickName": "home",
        },
        "Sex": "F", "BirthYear": "1980", "Language": "fr", "TimeZoneId": "CET", "ExternalCustomerId": "C-1",
        "CustomFields": [{"Name": "Tier", "Value": {"a": 1}}],
    }  # fmt: skip
    assert {argument.name for argument in OPERATIONS["create_customer"].arguments} == set(CUSTOMER)


@pytest.mark.covers(
    "tecsys:storelocations.StoreInteralName",
    "tecsys:storelocations.{PublicName,PhoneNumber}",
    "tecsys:storelocations.Address.{AddressLine1,AddressLine2,AddressLine3,City,State,ZipCode,CountryCode}",
    "tecsys:storelocations.Address.{Latitude,Longitude}",
    "tecsys:storelocations.Email",
    "tecsys:storelocations.{Active,Visible,AllowShipToStore}",
    "tecsys:storelocations.CustomFields.*.{Name,Value}",
    "tecsys:storelocations.LinkedInventoryLocationNames",
    "tecsys:POST /storelocations/",
)
def test_every_field_of_a_store_as_in_the_document() -> None:
    partner = Partner().says(httpx.Response(201))
    run(partner, "create_store_location", **STORE)
    assert partner.sent() == {
        "StoreInteralName": "S", "PublicName": "Bloor East",
        "Address": {
            "AddressLine1": "7 Bloor St", "AddressLine2": "Unit 12", "AddressLine3": "Block A", "City": "Toronto",
            "State": "ON", "ZipCode": "M4W 3H1", "Latitude": 43.67023, "Longitude": -79.38653, "CountryCode": "CA",
        },
        "Email": "u@example.com", "PhoneNumber": "416-555-1234", "Active": True, "Visible": True,
        "AllowShipToStore": False, "CustomFields": [{"Name": "F", "Value": "x"}],
        "LinkedInventoryLocationNames": ["Default Location", "Other"],
    }  # fmt: skip
    assert b"43.67023" in partner.requests[0].content  # as written, not as a float would have it
    assert {argument.name for argument in OPERATIONS["create_store_location"].arguments} == set(STORE)


@pytest.mark.covers(
    "tecsys:Customers.CustomerLevel",
    "tecsys:Customers.BirthYear",
    "tecsys:Customers.Email",
    "tecsys:Customers.CustomFields.*.{Name,Value}",
    "tecsys:Customers.ExternalCustomerId",
    "tecsys:storelocations.Address.{Latitude,Longitude}",
    "tecsys:storelocations.Email",
    "tecsys:storelocations.CustomFields.*.{Name,Value}",
    "tecsys:storelocations.StoreInteralName",
    "tecsys:storelocations.{Active,Visible,AllowShipToStore}",
    "tecsys:storelocations.LinkedInventoryLocationNames",
    "tecsys:Reject.{ShipmentId,Reason}",
    "tecsys:Reroute.{ShipmentId,RouteType,ShippingCenterInternalName,Reason}",
    "tecsys:Cancel.ShipmentId",
)
@pytest.mark.parametrize(
    ("name", "fit", "field", "good", "bad"),
    [
        ("create_customer", CUSTOMER, "customer_level", ["0"], ["-1", "x", "1.5"]),
        ("create_customer", CUSTOMER, "birth_year", ["1980"], ["80", "19801", "198O"]),
        ("create_customer", CUSTOMER, "email", ["a@b"], ["a", "a@", "a @b"]),
        ("create_customer", CUSTOMER, "country_code", ["NL"], ["NLD", "nl"]),
        ("create_customer", CUSTOMER, "custom_fields", ['{"A": {}}'], ['{"A": "x"}', "[]", "{}"]),
        ("create_customer", CUSTOMER, "external_customer_id", ["0"], ["", " "]),
        ("create_store_location", STORE, "latitude", ["90", "-90"], ["90.0001", "-90.0001", "x"]),
        ("create_store_location", STORE, "longitude", ["180", "-180"], ["180.0001", "-180.0001"]),
        ("create_store_location", STORE, "email", ["a@b"], ["ab"]),
        ("create_store_location", STORE, "custom_fields", ['{"A": "x"}'], ['{"A": {"b": 1}}', '{"A": 1}']),
        ("create_store_location", STORE, "internal_name", ["S"], ["", " "]),
        ("create_store_location", STORE, "active", ["true", "false"], ["maybe"]),
        ("create_store_location", STORE, "inventory_locations", ["A,B"], ["A,"]),
        ("cancel_shipment", {"shipment_id": "1"}, "shipment_id", ["1"], ["0", "-1", "x"]),
        ("reject_shipment", {"shipment_id": "1", "reason": "R"}, "reason", ["R"], ["", " "]),
        ("reject_shipment", {"shipment_id": "1", "reason": "R"}, "shipment_id", ["1"], ["0", "1.5"]),
        ("reroute_shipment", {"shipment_id": "1", "reason": "R", "shipping_center": "C", "_reroute_enabled": True},
         "shipping_center", ["C"], [" "]),
    ],
)  # fmt: skip
def test_each_argument_at_its_limits(
    name: str, fit: dict[str, Any], field: str, good: list[str], bad: list[str]
) -> None:
    for value in good:
        partner = Partner().says(httpx.Response(204))
        run(partner, name, **fit | {field: value})
        assert len(partner.requests) == 1
    for value in bad:
        partner = Partner()
        with pytest.raises(NotAllowed, match=field):
            run(partner, name, **fit | {field: value})
        assert partner.requests == []


@pytest.mark.covers("tecsys:Cancel.cancelReason")
def test_a_reason_is_required_where_the_site_asks_for_one() -> None:
    strict = tecsys(Partner(), cancel_reason_required=True)
    with pytest.raises(Invalid, match=r"reason: Tecsys needs a reason here \(setting cancel_reason_required\)"):
        strict.cancel.prepare(Cancellation(order_id="A"))
    assert strict.cancel.prepare(Cancellation(order_id="A", raw_reason="R")).content["cancelReason"] == "R"
    assert "cancelReason" not in tecsys(Partner()).cancel.prepare(Cancellation(order_id="A")).content
    with pytest.raises(NotAllowed, match="reason"):
        run(Partner(), "cancel_order", external_order_id="A", _cancel_reason_required=True)
    partner = Partner().says(httpx.Response(204))
    run(partner, "cancel_order", external_order_id="A", reason="R", _cancel_reason_required=True)
    assert str(partner.requests[0].url) == f"{BASE}/orders/Cancel?externalOrderId=A&cancelReason=R"


@pytest.mark.covers("tecsys:three-attempts")
@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (httpx.ConnectError("x"), 5),
        (httpx.Response(503), 5),
        (httpx.Response(503, headers={"Retry-After": "60"}), 60),
        (httpx.ReadTimeout("x"), 5),
        (httpx.Response(200, content=b"<html>"), 5),
    ],
)
def test_no_call_is_made_again_within_the_vendors_five_seconds(reply: Any, wait: float) -> None:
    client = tecsys(Partner().says(reply), tracking_pointers=POINTERS)
    with pytest.raises(PartnerTrouble) as raised:
        client.shipped(ask())
    limits = Limits()
    for jitter in (0.0, 0.99):  # which alone would let it come after half of the wait
        ending = ending_for(
            raised.value, step=Step.FETCH, attempts=0, limit=3, now=NOW, backoff=limits.backoff, jitter=jitter
        )
        assert isinstance(ending, Parked)
        assert ending.until is not None
        assert ending.until - NOW >= timedelta(seconds=wait)


@pytest.mark.covers("tecsys:three-attempts")
def test_a_write_that_was_never_sent_waits_as_long() -> None:
    send, _ = sending(httpx.ConnectError("x"))
    with pytest.raises(Unavailable) as raised:
        send()
    assert raised.value.retry_after == 5


@pytest.mark.covers("tecsys:accepted-202")
def test_how_long_a_202_is_followed_is_what_the_declaration_says() -> None:
    waits: list[timedelta] = []
    outcome = promised(1, "A")
    while isinstance(outcome, Promised):
        waits.append(outcome.wait)
        outcome = again(outcome.handle, None)
    assert len(waits) == TRIES
    assert sum(waits, timedelta()) == PATIENCE == timedelta(minutes=45, seconds=45)
    assert f"{TRIES} times over 46 minutes" in CONNECTOR.limits["202"]


@pytest.mark.covers("tecsys:shipped-read-whole")
def test_each_poll_reads_the_whole_search_and_keeps_no_cursor() -> None:
    partner = Partner().says(*[[order_with("A", "1Z")]] * 2)
    client = tecsys(partner, tracking_pointers=POINTERS, page_size=2)
    for _ in range(2):
        page = client.shipped(ask(cursor=None))
        assert (page.page, page.cursor, [row.id for row in page.rows]) == (None, None, ["A"])
        assert partner.query()["pageNumber"] == "1"


@pytest.mark.covers("tecsys:url-length")
@pytest.mark.parametrize(("name", "key"), [("on_hand", "locations"), ("virtual_inventory", "pool_groups")])
def test_one_name_that_no_url_holds_is_refused(name: str, key: str) -> None:
    path = {"on_hand": "/inventory/onhand?locationInternalNames", "virtual_inventory": ""}[name]
    path = path or "/virtualinventory/?inventoryPoolGroupNames"
    most = 2046 - len(f"{BASE}{path}=")
    partner = Partner().says([])
    run(partner, name, **{key: "x" * most})
    assert len(str(partner.requests[0].url)) == 2046
    with pytest.raises(NotAllowed, match="too long for a URL"):
        run(Partner(), name, **{key: "x" * (most + 1)})


@pytest.mark.covers("tecsys:view-verb", "tecsys:{storelocations_view_verb} /storelocations/")
def test_a_view_by_post_has_no_body_and_a_page() -> None:
    partner = Partner().says([])
    run(partner, "store_locations", page="1", _storelocations_view_verb="POST")
    assert (partner.requests[0].method, partner.requests[0].content) == ("POST", b"")
    assert partner.query() == {"pageSize": "100", "pageNumber": "1"}
