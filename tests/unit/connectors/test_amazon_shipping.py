"""Confirming parcels at Amazon: what is sent, one call a parcel, and what the order says afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from pipeline.connectors.marketplaces.amazon.shipping import is_there, plain, reference_of
from pipeline.domain.errors import Ambiguous, Conflict, Invalid, OverBudget, Puzzling, Refused, Unavailable
from pipeline.domain.reports import LineQuantity, Parcel, Shipment
from pipeline.ports import Absent, Promised, Taken
from tests.unit.connectors.amazon_seller import DE, FR, ID, amazon, amazon_order, answered, package
from tests.unit.connectors.rig import GONE, NOW, Partner

LEFT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
ONE = (LineQuantity(id="L1", quantity=1),)
NO_CONTENT = httpx.Response(204)


def parcel(number: str = "6C1", **given: Any) -> Parcel:
    return Parcel(**{"number": number, "carrier": "Chronopost", "lines": ONE} | given)


def shipment(*parcels: Parcel, **given: Any) -> Shipment:
    return Shipment(**{"id": "S", "order_id": ID, "shipped_at": LEFT, "parcels": parcels or (parcel(),)} | given)


def error(message: str, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"errors": [{"code": "InvalidInput", "message": message}]})


# ---------------------------------------------------------------- what is sent


@pytest.mark.covers(
    "amazon:POST /orders/v0/orders/{orderId}/shipmentConfirmation",
    "amazon:packageReferenceId",
    "amazon:carrierCode",
    "amazon:shipDate",
    "amazon:orderItems.*.quantity",
    "amazon:marketplaceId",
)
def test_one_parcel_is_one_call_and_no_other() -> None:
    partner = Partner().says(NO_CONTENT)
    client = amazon(partner)
    body = client.ship.prepare(shipment())
    assert client.ship.send([body]) == [Taken()]
    assert len(partner.requests) == 1
    assert partner.requests[0].url.path == f"/orders/v0/orders/{ID}/shipmentConfirmation"
    assert partner.sent() == {
        "marketplaceId": FR,
        "packageDetail": {
            "packageReferenceId": reference_of("6C1"),
            "carrierCode": "Chronopost",
            "trackingNumber": "6C1",
            "shipDate": "2026-11-22T01:30:00Z",
            "orderItems": [{"orderItemId": "L1", "quantity": 1}],
        },
    }
    assert [partner.sent()] == body.content


@pytest.mark.covers("amazon:carrierCode")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"carrier": "DHL", "carrier_raw": "dhl paket"}, {"carrierCode": "DHL"}),
        ({"carrier": None, "carrier_raw": "Bob's vans"}, {"carrierCode": "Other", "carrierName": "Bob's vans"}),
        ({"carrier": "Other", "carrier_raw": "Bob's vans"}, {"carrierCode": "Other", "carrierName": "Bob's vans"}),
        ({"carrier": "Other", "carrier_raw": None}, {"carrierCode": "Other", "carrierName": "Other"}),
    ],
)
def test_a_carrier_is_a_code_or_other_with_its_name(given: Any, expected: dict[str, str]) -> None:
    detail = amazon(Partner()).ship.prepare(shipment(parcel(**given))).content[0]["packageDetail"]
    assert {name: value for name, value in detail.items() if name.startswith("carrier")} == expected


@pytest.mark.covers("amazon:packageReferenceId")
def test_a_reference_is_digits_and_the_same_whatever_is_sent_beside() -> None:
    numbers = [f"6C{n}" for n in range(2000)]
    references = {reference_of(number) for number in numbers}
    assert len(references) == len(numbers)
    assert all(found.isdecimal() and 0 < int(found) < 10**9 and found[0] != "0" for found in references)
    assert reference_of("6c 1-") == reference_of("6C1") == "714649147"
    assert plain("---") == "---"


@pytest.mark.covers("amazon:shipDate")
def test_a_parcel_without_a_time_has_left_by_now() -> None:
    client = amazon(Partner())
    detail = client.ship.prepare(shipment(shipped_at=None)).content[0]["packageDetail"]
    assert detail["shipDate"] == "2026-11-22T09:00:00Z"
    assert client.ship.volatile == {"*.packageDetail.shipDate"}
    paris = datetime.fromisoformat("2026-11-22T02:30:00+01:00")
    assert client.ship.prepare(shipment(shipped_at=paris)).content[0]["packageDetail"]["shipDate"] == (
        "2026-11-22T01:30:00Z"
    )


def test_everything_that_is_missing_is_told_at_once() -> None:
    bad = (LineQuantity(id=None, quantity=0),)
    with pytest.raises(Invalid) as raised:
        amazon(Partner()).ship.prepare(
            shipment(parcel(number=None), parcel(lines=()), parcel("6C2", lines=bad, carrier=None), order_id=None)
        )
    assert [fault.path for fault in raised.value.fields] == [
        "order_id",
        "parcels.0.number",
        "parcels.1.lines",
        "parcels.2.lines.0.id",
        "parcels.2.lines.0.quantity",
        "parcels.2.carrier",
    ]
    with pytest.raises(Invalid, match="at least one parcel"):
        amazon(Partner()).ship.prepare(Shipment(id="S", order_id=ID))


@pytest.mark.parametrize(
    ("parcels", "words"), [((parcel(carrier=None),), "carrier_map"), ((parcel(), parcel("6c-1")), "one number")]
)
def test_what_must_not_be_guessed_holds_the_shipment(parcels: Any, words: str) -> None:
    with pytest.raises(Puzzling, match=words):
        amazon(Partner()).ship.prepare(shipment(*parcels))


@pytest.mark.covers("amazon:marketplaceId")
def test_with_several_marketplaces_the_order_says_which() -> None:
    partner = Partner().says(answered(amazon_order()), NO_CONTENT)
    client = amazon(partner, marketplace_ids=(DE, FR))
    body = client.ship.prepare(shipment())
    assert "marketplaceId" not in body.content[0]
    assert client.ship.send([body]) == [Taken()]
    assert partner.query(0) == {"includedData": "FULFILLMENT,PACKAGES"}  # nothing personal
    assert partner.sent()["marketplaceId"] == FR
    nowhere = amazon_order(salesChannel={"channelName": "AMAZON"})
    partner.says(answered(nowhere), httpx.Response(404))
    assert isinstance(client.ship.send([body])[0], Puzzling)
    assert isinstance(client.ship.send([body])[0], Refused)


# ---------------------------------------------------------------- several parcels


@pytest.mark.covers("amazon:one call per parcel")
def test_parcels_go_one_after_another_each_once_the_one_before_is_seen() -> None:
    partner = Partner()
    client = amazon(partner)
    body = client.ship.prepare(shipment(parcel("6C1"), parcel("6C2")))
    partner.says(answered(amazon_order()), NO_CONTENT)
    (promised,) = client.ship.send([body])
    assert isinstance(promised, Promised)
    assert partner.sent()["packageDetail"]["trackingNumber"] == "6C1"
    partner.says(answered(amazon_order()))  # not shown yet
    (still,) = client.ship.outcome([promised.handle])
    assert still == Promised(promised.handle, timedelta(seconds=30))
    seen = amazon_order(packages=[package("6c 1")], fulfillment__fulfillmentStatus="PARTIALLY_SHIPPED")
    partner.says(answered(seen))
    assert client.ship.outcome([promised.handle]) == [Absent()]
    partner.says(answered(seen), NO_CONTENT)
    assert client.ship.send([body]) == [Taken()]
    assert partner.sent()["packageDetail"]["trackingNumber"] == "6C2"
    partner.says(answered(amazon_order(packages=[package("6C1"), package("6C2")])))
    assert client.ship.send([body]) == [Taken()]  # all there: nothing is sent
    assert partner.requests[-1].method == "GET"


@pytest.mark.covers("amazon:one call per parcel")
def test_a_parcel_that_never_shows_is_a_persons_after_an_hour() -> None:
    partner = Partner().says(answered(amazon_order()), NO_CONTENT)
    client = amazon(partner)
    (promised,) = client.ship.send([client.ship.prepare(shipment(parcel("6C1"), parcel("6C2")))])
    old = promised.handle.replace("2026-11-22T09:00:00", "2026-11-22T08:00:00")
    assert old != promised.handle
    partner.says(answered(amazon_order()), httpx.Response(404))
    assert [type(one) for one in client.ship.outcome([old])] == [Puzzling]
    assert [type(one) for one in client.ship.outcome([promised.handle])] == [Promised]


def test_only_some_promises_are_asked_for_at_once() -> None:
    partner = Partner().says(answered(amazon_order()), NO_CONTENT)
    client = amazon(partner)
    (promised,) = client.ship.send([client.ship.prepare(shipment(parcel("6C1"), parcel("6C2")))])
    partner.says(*[answered(amazon_order(packages=[package("6C1")]))] * 8)
    found = client.ship.outcome([promised.handle] * 20)
    assert [type(one) for one in found] == [Absent] * 8 + [Promised] * 12


@pytest.mark.covers("amazon:orderItems.*.quantity")
@pytest.mark.parametrize(
    ("quantities", "packages", "held"),
    [((1, 1), [], False), ((2, 2), [], True), ((1, 1), [package("other")], True), ((1, 2), [package("6C1")], True),
     ((1, 1), [package("6C1")], False)],
)  # fmt: skip
def test_parcels_that_hold_more_than_was_ordered_are_held(quantities: Any, packages: Any, held: bool) -> None:
    partner = Partner().says(answered(amazon_order(packages=packages)), NO_CONTENT)
    client = amazon(partner)
    parcels = [parcel(f"6C{n}", lines=(LineQuantity(id="L1", quantity=q),)) for n, q in enumerate(quantities, 1)]
    (found,) = client.ship.send([client.ship.prepare(shipment(*parcels))])
    assert isinstance(found, Puzzling) is held
    assert (len(partner.requests) == 1) is held


def test_parcels_that_nobody_told_apart_are_told_as_one_where_that_is_set() -> None:
    partner = Partner().says(answered(amazon_order()), NO_CONTENT)
    client = amazon(partner, several_parcels="join")
    everything = (LineQuantity(id="L1", quantity=2),)
    body = client.ship.prepare(shipment(parcel("6C1", lines=everything), parcel("6C2", lines=everything)))
    assert client.ship.send([body]) == [Taken()]
    detail = partner.sent()["packageDetail"]
    assert (detail["trackingNumber"], detail["orderItems"]) == ("6C1, 6C2", [{"orderItemId": "L1", "quantity": 2}])
    assert detail["packageReferenceId"] == reference_of("6C1, 6C2")
    there = amazon_order(packages=[package("6C1, 6C2")])
    assert client.parcels(there) == {"6C1", "6C2"}
    assert amazon(Partner().says(answered(there))).ship.look([body]) == [Taken()]


@pytest.mark.parametrize(
    ("carriers", "packages", "words"),
    [(("DHL", "UPS"), [], "several carriers"), (("DHL", "DHL"), [package("old", "X", ("L1", 2))], "already")],
)
def test_and_held_where_that_can_not_be(carriers: tuple[str, str], packages: Any, words: str) -> None:
    client = amazon(Partner().says(answered(amazon_order(packages=packages))), several_parcels="join")
    everything = (LineQuantity(id="L1", quantity=2),)
    parcels = [parcel(f"6C{n}", lines=everything, carrier=carrier) for n, carrier in enumerate(carriers)]
    with pytest.raises(Puzzling, match=words):
        client.ship.send([client.ship.prepare(shipment(*parcels))])


def test_a_read_that_fails_proves_that_nothing_was_sent() -> None:
    client = amazon(Partner().says(httpx.Response(503)))
    with pytest.raises(Unavailable):
        client.ship.send([client.ship.prepare(shipment(parcel("6C1"), parcel("6C2")))])


# ---------------------------------------------------------------- what goes wrong, and looks


@pytest.mark.covers("amazon:PackageToUpdateNotFound", "amazon:429")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error("Unable to find package to update. PackageToUpdateNotFound"), Conflict),
        (error("The order is already fulfilled."), Conflict),
        (error("Invalid Input"), Refused),
        (httpx.Response(404), Refused),
        (httpx.Response(500), Ambiguous),
        (httpx.Response(200, content=b"<html>Maintenance</html>"), Ambiguous),
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.ConnectError("x"), Unavailable),
        (httpx.Response(429, json={"errors": [{"code": "QuotaExceeded", "message": "x"}]}), OverBudget),
    ],
)
def test_what_goes_wrong_is_raised_as_what_it_is(reply: Any, kind: type[Exception]) -> None:
    client = amazon(Partner().says(reply))
    with pytest.raises(kind) as raised:
        client.ship.send([client.ship.prepare(shipment())])
    assert type(raised.value) is kind


@pytest.mark.covers("amazon:PackageToUpdateNotFound")
@pytest.mark.parametrize(
    ("status", "packages", "expected"),
    [
        ("UNSHIPPED", GONE, Absent()),
        ("UNSHIPPED", [package("other")], Absent()),
        ("SHIPPED", [package("6C1")], Taken()),
        ("PARTIALLY_SHIPPED", [package("6C-1")], Taken()),
        ("SHIPPED", [package("other", reference_of("6C1"))], Taken()),
        ("SHIPPED", [package("other")], None),  # somebody else finished it: a person looks
        ("CANCELLED", GONE, Absent()),  # and Amazon will say why it refuses
        ("ON_HOLD", GONE, None),
    ],
)
def test_what_a_look_says(status: str, packages: Any, expected: Any) -> None:
    raw = amazon_order(fulfillment__fulfillmentStatus=status)
    if packages is not GONE:
        raw["packages"] = packages
    client = amazon(Partner().says(answered(raw)), orders_api="v0")  # v0 has no parcels: 2026-01-01 is asked
    assert client.ship.look([client.ship.prepare(shipment())]) == [expected]


def test_a_look_at_an_order_that_is_gone_tells_nothing() -> None:
    client = amazon(Partner().says(httpx.Response(404)))
    assert client.ship.look([client.ship.prepare(shipment())]) == [None]


def test_an_empty_number_is_nobodys() -> None:
    assert not is_there("1", "6C1", {"packages": [{"packageReferenceId": "2", "trackingNumber": ""}, {}]})
    assert NOW > LEFT
