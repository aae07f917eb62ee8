"""Octopia's writes: what is sent, and what a look-up says afterwards."""

from typing import Any

import httpx
import pytest

from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import Ambiguous, Conflict, Invalid, NotConfigured, Puzzling, Refused, Unavailable
from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, LineQuantity, Parcel, Shipment
from pipeline.ports import Absent, Body, Taken
from tests.unit.connectors.rig import Partner, octopia, octopia_order

CARRIERS = {"items": [{"name": "Colissimo"}, {"name": "DHL"}, {"name": "Chronopost"}]}
LINES = (LineQuantity(id="L1", quantity=2),)


def parcel(**given: Any) -> Parcel:
    return Parcel(**{"number": "6C1", "carrier": "DHL", "lines": LINES} | given)


def shipment(*parcels: Parcel) -> Shipment:
    return Shipment(id="A/1", order_id="A/1", parcels=parcels or (parcel(),))


# ---------------------------------------------------------------- accept, refuse


@pytest.mark.covers("octopia:POST /orders/{orderId}/approval-status", "octopia:approval_status")
@pytest.mark.parametrize(("name", "word"), [("accept", "Accepted"), ("refuse", "Refused")])
def test_accept_and_refuse(name: str, word: str) -> None:
    partner = Partner().says(httpx.Response(204))
    write = getattr(octopia(partner), name)
    body = write.prepare(Order(id="A/1"))
    assert body == Body("A/1", {"approval_status": word}, "orders/A%2F1/approval-status")
    assert write.send([body]) == [Taken()]
    assert partner.requests[0].url.raw_path == b"/seller/v2/orders/A%2F1/approval-status"
    assert partner.sent() == {"approval_status": word}


@pytest.mark.covers("octopia:look-before-accepting-again", "octopia:look-before-refusing-again")
@pytest.mark.parametrize(
    ("status", "accepted", "refused"),
    [
        ("WaitingAcceptance", Absent(), Absent()),
        ("Accepted", Taken(), Absent()),
        ("InPreparation", Taken(), Absent()),
        ("Shipped", Taken(), Absent()),
        ("Refused", Taken(), Taken()),
        ("Cancelled", Taken(), Taken()),
        ("Processing", None, None),
        ("BankReview", None, None),
    ],
)
def test_what_a_look_says_of_an_approval(status: str, accepted: Any, refused: Any) -> None:
    client = octopia(Partner().says(octopia_order(status=status), octopia_order(status=status)))
    assert client.accept.look([Body("1", {})]) == [accepted]
    assert client.refuse.look([Body("1", {})]) == [refused]


def test_a_look_at_an_order_that_is_gone_tells_nothing() -> None:
    assert octopia(Partner().says(httpx.Response(404))).accept.look([Body("1", {})]) == [None]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(400, json={"title": "no"}), Refused),
        (httpx.Response(409), Conflict),
        (httpx.Response(500), Ambiguous),
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.ConnectError("x"), Unavailable),
        (httpx.Response(200, content=b"<html>ok</html>"), Ambiguous),
    ],
)
def test_what_goes_wrong_is_raised_as_what_it_is(reply: Any, kind: type[Exception]) -> None:
    client = octopia(Partner().says(reply))
    with pytest.raises(kind):
        client.ship.send([client.ship.prepare(shipment())])


# ---------------------------------------------------------------- ship


@pytest.mark.covers(
    "octopia:POST /orders/{orderId}/shipments",
    "octopia:array-of-parcels",
    "octopia:*.parcelNumber",
    "octopia:*.trackingUrl",
    "octopia:*.orderLineIds",
)
def test_one_post_with_an_element_per_parcel() -> None:
    partner = Partner().says({"any": "json"}, status=201)
    client = octopia(partner)
    body = client.ship.prepare(shipment(parcel(), parcel(number="6C2", url="https://track/6C2")))
    assert client.ship.send([body]) == [Taken()]
    assert partner.sent() == [
        {"parcelNumber": "6C1", "carrierName": "DHL", "orderLineIds": ["L1"]},
        {"parcelNumber": "6C2", "carrierName": "DHL", "trackingUrl": "https://track/6C2", "orderLineIds": ["L1"]},
    ]
    assert len(partner.requests) == 1
    assert partner.sent() == body.content


@pytest.mark.covers("octopia:*.orderLineIds")
def test_a_parcel_without_lines_carries_all_of_the_order() -> None:
    partner = Partner().says(octopia_order("A/1"), httpx.Response(200))
    client = octopia(partner)
    client.ship.send([client.ship.prepare(shipment(parcel(lines=())))])
    assert partner.sent()[0]["orderLineIds"] == ["L1"]
    client = octopia(Partner().says(httpx.Response(503)))
    with pytest.raises(Unavailable):  # a read that fails proves that nothing was sent
        client.ship.send([client.ship.prepare(shipment(parcel(lines=())))])
    client = octopia(Partner().says(httpx.Response(404)))
    assert isinstance(client.ship.send([client.ship.prepare(shipment(parcel(lines=())))])[0], Refused)


@pytest.mark.covers("octopia:GET /carriers", "octopia:*.carrierName")
@pytest.mark.parametrize(("word", "found"), [("DHL", "DHL"), ("colissimo", "Colissimo"), ("CHRONOPOST", "Chronopost")])
@pytest.mark.parametrize("listed", [CARRIERS, ["DHL", "Colissimo", "Chronopost"]])
def test_a_carrier_is_matched_but_for_case(word: str, found: str, listed: Any) -> None:
    client = octopia(Partner().says(listed))
    body = client.ship.prepare(shipment(parcel(carrier=None, carrier_raw=word), parcel(carrier=None, carrier_raw=word)))
    assert [one["carrierName"] for one in body.content] == [found, found]


@pytest.mark.covers("octopia:*.carrierName")
def test_an_unknown_carrier_is_looked_for_once_more_then_held_with_its_remedy() -> None:
    partner = Partner().says(CARRIERS, {"items": [*CARRIERS["items"], {"name": "GLS"}]}, CARRIERS)
    client = octopia(partner)
    assert client.ship.prepare(shipment(parcel(carrier=None, carrier_raw="gls"))).content[0]["carrierName"] == "GLS"
    with pytest.raises(Puzzling) as raised:
        client.ship.prepare(shipment(parcel(), parcel(carrier=None, carrier_raw="UPS")))
    assert raised.value.fields[0].path == "parcels.1.carrier"
    assert "'UPS'" in raised.value.message
    assert "carrier_map" in raised.value.message
    with pytest.raises(Puzzling):
        client.ship.prepare(shipment(parcel(carrier=None)))


@pytest.mark.covers("octopia:*.carrierName")
def test_carriers_alike_but_for_case_are_not_guessed() -> None:
    client = octopia(Partner().says(["DHL", "Dhl"], ["DHL", "Dhl"]))
    assert client.ship.prepare(shipment(parcel(carrier=None, carrier_raw="Dhl"))).content[0]["carrierName"] == "Dhl"
    with pytest.raises(Puzzling):
        client.ship.prepare(shipment(parcel(carrier=None, carrier_raw="dhl")))


@pytest.mark.covers("octopia:*.parcelNumber", "octopia:array-of-parcels")
def test_all_that_a_shipment_lacks_at_once() -> None:
    with pytest.raises(Invalid) as raised:
        octopia(Partner()).ship.prepare(Shipment(parcels=(parcel(number=None), parcel(carrier=None))))
    assert {fault.path for fault in raised.value.fields} == {"order_id", "parcels.0.number", "parcels.1.carrier"}
    with pytest.raises(Invalid):
        octopia(Partner()).ship.prepare(Shipment(order_id="1"))


@pytest.mark.covers("octopia:look-before-shipping-again", "octopia:lines.*.parcels")
@pytest.mark.parametrize(("there", "found"), [([], Absent()), (["6C1"], None), (["6C1", "6C2", "6C3"], Taken())])
def test_what_a_look_says_of_parcels(there: list[str], found: Any) -> None:
    order = octopia_order("A/1", lines__0__parcels=[{"parcelNumber": number} for number in there])
    client = octopia(Partner().says(order))
    body = client.ship.prepare(shipment(parcel(), parcel(number="6C2")))
    assert client.ship.look([body]) == [found]
    assert client.parcels(order) == set(there)


# ---------------------------------------------------------------- cancel

REASONS = [{"code": "StockShortage", "label": "Rupture de stock"}]


@pytest.mark.covers(
    "octopia:POST /order-cancellation-requests",
    "octopia:full-cancellation",
    "octopia:cancel-id-key",
    "octopia:cancellation-reasons",
)
def test_a_full_cancellation() -> None:
    for key in ("orderSellerId", "orderId"):
        partner = Partner().says(REASONS, httpx.Response(201))
        client = octopia(partner, cancel_id_key=key, sales_channel_id="CDISFR")
        body = client.cancel.prepare(Cancellation(order_id="1", reason="stockshortage"))
        assert partner.query() == {"userType": "Seller", "orderStatus": "InPreparation", "salesChannel": "CDISFR"}
        assert client.cancel.send([body]) == [Taken()]
        assert partner.requests[-1].url.path == "/seller/v2/order-cancellation-requests"
        assert partner.sent() == {key: "1", "reason": "StockShortage", "shippingCostRefund": True}


@pytest.mark.covers("octopia:POST /order-partial-cancellation-requests", "octopia:partial-cancellation")
def test_a_partial_cancellation_takes_whole_lines_with_their_offers() -> None:
    def cancel(quantity: int | None, line: str = "L1") -> Any:
        partner = Partner().says(REASONS, octopia_order("1"), httpx.Response(201))
        client = octopia(partner, sales_channel_id="CDISFR")
        lines = (LineQuantity(id=line, quantity=quantity),)
        body = client.cancel.prepare(Cancellation(order_id="1", reason="Rupture de stock", lines=lines))
        return client.cancel.send([body])[0], partner

    for quantity in (2, None):
        outcome, partner = cancel(quantity)
        assert outcome == Taken()
        assert partner.requests[-1].url.path == "/seller/v2/order-partial-cancellation-requests"
        assert partner.sent() == {
            "orderSellerId": "1",
            "lines": [{"lineId": "L1", "reason": "StockShortage", "shippingCostRefund": True, "offerId": "OF-1"}],
        }
    for outcome, partner in (cancel(1), cancel(2, "L9")):
        assert isinstance(outcome, Puzzling)
        assert [request.method for request in partner.requests] == ["GET", "GET"]


@pytest.mark.covers("octopia:cancellation-reasons")
def test_reasons_are_never_guessed() -> None:
    with pytest.raises(NotConfigured, match="sales_channel_id"):
        octopia(Partner()).cancel.prepare(Cancellation(order_id="1", reason="x"))
    for reason in (None, "because"):
        with pytest.raises(Puzzling):
            octopia(Partner().says(REASONS, REASONS), sales_channel_id="CDISFR").cancel.prepare(
                Cancellation(order_id="1", reason=reason)
            )
    with pytest.raises(Invalid):
        octopia(Partner()).cancel.prepare(Cancellation(reason="x"))


@pytest.mark.covers("octopia:look-before-cancelling-again")
@pytest.mark.parametrize(
    ("listed", "whole", "part"),
    [
        ([], Absent(), Absent()),
        ({"items": [{"id": 7, "reason": "x"}]}, Taken("7"), None),
        ([{"id": "8", "lines": [{"lineId": "L1"}]}], None, Taken()),
        ({"strange": 1}, None, None),
        ("x", None, None),
    ],
)
def test_what_a_look_says_of_a_cancellation(listed: Any, whole: Any, part: Any) -> None:
    partner = Partner().says(listed, listed)
    client = octopia(partner)
    assert client.cancel.look([Body("1", {"reason": "x"})]) == [whole]
    assert client.cancel.look([Body("1", {"lines": [{"lineId": "L1"}]})]) == [part]
    assert partner.query() == {"orderSellerId": "1"}


@pytest.mark.covers("octopia:nothing-to-acknowledge")
def test_there_is_nothing_to_acknowledge() -> None:
    assert octopia(Partner()).acknowledge is None


def test_operations() -> None:
    replies = [{"count": 3}, CARRIERS, REASONS, [], octopia_order("1"), httpx.Response(404)]
    client = octopia(Partner().says(*replies))
    operations = {operation.name: operation for operation in CONNECTORS["octopia"].operations}
    assert operations["count"].run(client, {"status": "Shipped"}) == {"count": 3}
    assert operations["carriers"].run(client, {}) == CARRIERS
    assert operations["cancellation_reasons"].run(client, {"status": "InPreparation", "sales_channel": "C"}) == REASONS
    assert operations["cancellation_requests"].run(client, {"order_id": "1"}) == []
    assert operations["order"].run(client, {"order_id": "1"}) == octopia_order("1")
    assert operations["order"].run(client, {"order_id": "2"}) is None
    assert not any(operation.changes for operation in operations.values())
