"""Mirakl's parcels: tracking and ship as two calls of which one counts, or several parcels in one."""

from typing import Any

import httpx
import pytest

from pipeline.domain.errors import Ambiguous, Conflict, Invalid, Puzzling, Refused, Unavailable
from pipeline.domain.reports import LineQuantity, Parcel, Shipment
from pipeline.ports import Absent, Taken
from tests.unit.connectors.rig import Partner, mirakl, mirakl_order, second_line

CARRIERS = {
    "carriers": [
        {"code": "UPS", "label": "UPS", "standard_code": "UPS", "tracking_url": "https://ups/{trackingId}"},
        {"code": "COLI", "label": "Colissimo"},
        {"code": "DHL1", "label": "DHL"},
        {"code": "DHL2", "label": "Dhl"},
    ]
}
LINES = (LineQuantity(id="A-1", quantity=2),)
OK = httpx.Response(204)


def parcel(**given: Any) -> Parcel:
    return Parcel(**{"number": "1Z", "carrier_raw": "ups", "lines": LINES} | given)


def shipment(*parcels: Parcel) -> Shipment:
    return Shipment(id="A", order_id="A", parcels=parcels or (parcel(),))


def one(*changes: dict[str, Any], **paths: Any) -> dict[str, Any]:
    return {"orders": [mirakl_order("A", **paths)]}


def ship(partner: Partner, what: Shipment | None = None, **given: Any) -> Any:
    client = mirakl(partner, **given)
    body = client.ship.prepare(what or shipment())
    (outcome,) = client.ship.send([body])
    return outcome


def paths(partner: Partner) -> list[str]:
    return [f"{request.method} {request.url.path}" for request in partner.requests]


@pytest.mark.covers(
    "mirakl:PUT /api/orders/{order_id}/tracking",
    "mirakl:PUT /api/orders/{order_id}/ship",
    "mirakl:GET /api/shipping/carriers",
    "mirakl:tracking before ship",
)
def test_tracking_then_ship() -> None:
    partner = Partner().says(CARRIERS, one(), OK, OK)
    assert ship(partner) == Taken()
    assert paths(partner) == [
        "GET /api/shipping/carriers",
        "GET /api/orders",
        "PUT /api/orders/A/tracking",
        "PUT /api/orders/A/ship",
    ]
    assert partner.sent(2) == {
        "carrier_code": "UPS", "carrier_standard_code": "UPS", "carrier_name": "UPS", "tracking_number": "1Z",
    }  # fmt: skip
    assert partner.requests[3].content == b""


@pytest.mark.parametrize("reply", [httpx.ReadTimeout("x"), httpx.Response(500), httpx.Response(409)])
def test_a_tracking_without_an_answer_shipped_nothing_and_is_no_doubt(reply: Any) -> None:
    partner = Partner().says(CARRIERS, one(), reply)
    with pytest.raises(Unavailable):
        ship(partner)
    assert "PUT /api/orders/A/ship" not in paths(partner)


def test_a_tracking_that_is_refused_is_a_refusal() -> None:
    with pytest.raises(Refused):
        ship(Partner().says(CARRIERS, one(), httpx.Response(400, json={"message": "carrier"})))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.Response(500), Ambiguous),
        (httpx.Response(400, json={"message": "Tracking details are mandatory for this shipping method"}), Refused),
        (httpx.Response(400, json={"message": "ORDER_INVALID_STATE"}), Conflict),
        (httpx.ConnectError("x"), Unavailable),
    ],
)
def test_only_the_ship_leaves_a_doubt(reply: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        ship(Partner().says(CARRIERS, one(), OK, reply))


def test_a_read_that_fails_proves_that_nothing_was_sent() -> None:
    with pytest.raises(Unavailable):
        ship(Partner().says(CARRIERS, httpx.Response(500)))
    assert isinstance(ship(Partner().says(CARRIERS, {"orders": []})), Refused)


@pytest.mark.parametrize(
    ("state", "number", "outcome", "seen"),
    [
        ("SHIPPED", "1Z", Taken, Taken()),
        ("RECEIVED", None, Taken, Taken()),
        ("SHIPPED", "another", Refused, None),
        ("CLOSED", None, Refused, None),
        ("WAITING_DEBIT", None, Refused, Absent()),
        ("CANCELED", None, Refused, Absent()),
        ("ON_THE_MOON", None, Refused, None),
    ],
)
def test_what_the_order_says_before_and_afterwards(state: str, number: Any, outcome: Any, seen: Any) -> None:
    stands = one(order_state=state, shipping_tracking=number)
    assert isinstance(ship(Partner().says(CARRIERS, stands)), outcome)
    client = mirakl(Partner().says(CARRIERS, stands))
    assert client.ship.look([client.ship.prepare(shipment())]) == [seen]


def test_a_tracking_number_alone_is_not_shipped() -> None:
    half = one(shipping_tracking="1Z")
    client = mirakl(Partner().says(CARRIERS, half))
    assert client.ship.look([client.ship.prepare(shipment())]) == [Absent()]
    assert client.parcels(half["orders"][0]) == frozenset()
    assert client.parcels(mirakl_order(order_state="SHIPPED", shipping_tracking="1Z")) == {"1Z"}


@pytest.mark.covers("mirakl:ship")
def test_the_ship_is_of_a_whole_order() -> None:
    two = second_line(mirakl_order("A"))
    assert isinstance(ship(Partner().says(CARRIERS, {"orders": [two]})), Puzzling)
    assert isinstance(ship(Partner().says(CARRIERS, one(order_lines__0__quantity=3))), Puzzling)
    both = shipment(parcel(lines=(*LINES, LineQuantity(id="A-2", quantity=2))))
    assert ship(Partner().says(CARRIERS, {"orders": [two]}, OK, OK), both) == Taken()
    refused = second_line(mirakl_order("A"), "REFUSED")
    assert ship(Partner().says(CARRIERS, {"orders": [refused]}, OK, OK)) == Taken()
    assert ship(Partner().says(CARRIERS, {"orders": [two]}, OK, OK), shipment(parcel(lines=()))) == Taken()


def test_two_parcels_are_held_with_the_setting_that_takes_them() -> None:
    with pytest.raises(Puzzling, match="multi"):
        ship(Partner().says(CARRIERS), shipment(parcel(), parcel(number="2Z")))


def test_all_that_a_shipment_lacks_at_once() -> None:
    with pytest.raises(Invalid) as raised:
        ship(Partner(), Shipment(parcels=(parcel(number=None, carrier_raw=None),)))
    assert {fault.path for fault in raised.value.fields} == {"order_id", "parcels.0.number", "parcels.0.carrier"}
    with pytest.raises(Invalid):
        ship(Partner(), Shipment(order_id="A"))


@pytest.mark.covers("mirakl:carrier_code")
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"carrier_raw": "COLI"}, {"carrier_code": "COLI", "carrier_name": "Colissimo"}),
        ({"carrier_raw": "colissimo"}, {"carrier_code": "COLI", "carrier_name": "Colissimo"}),
        ({"carrier": "DHL1", "carrier_raw": "Poste"}, {"carrier_code": "DHL1", "carrier_name": "DHL"}),
        ({"carrier_raw": "DHL"}, {"carrier_code": "DHL1", "carrier_name": "DHL"}),
        ({"carrier_raw": "Poste", "url": "https://p/1Z"}, {"carrier_name": "Poste", "carrier_url": "https://p/1Z"}),
        ({"carrier_raw": "Poste"}, None),
        ({"carrier_raw": "dhL"}, None),
        ({"carrier_raw": None}, None),
    ],
)
def test_carriers(given: dict[str, Any], sent: Any) -> None:
    client = mirakl(Partner().says(CARRIERS))
    if sent is None:
        with pytest.raises(Puzzling, match="carrier_map"):
            client.ship.prepare(shipment(parcel(**given)))
    else:
        content = client.ship.prepare(shipment(parcel(**given))).content
        assert content["tracking"] == {**sent, "tracking_number": "1Z"}


def test_carriers_are_asked_once_for_all() -> None:
    partner = Partner().says(CARRIERS)
    client = mirakl(partner)
    for word in ("UPS", "Colissimo", "UPS"):
        client.ship.prepare(shipment(parcel(carrier_raw=word)))
    assert len(partner.requests) == 1


# ---------------------------------------------------------------- several parcels


def created(*numbers: str, status: str = "SHIPPED") -> dict[str, Any]:
    return {"data": [{"order_id": "A", "status": status, "tracking": {"tracking_number": one}} for one in numbers]}


TWO = shipment(
    parcel(lines=(LineQuantity(id="A-1", quantity=1),)),
    parcel(number="2Z", carrier_raw="Poste", url="https://p/2Z", lines=(LineQuantity(id="A-1", quantity=1),)),
)


@pytest.mark.covers("mirakl:POST /api/shipments", "mirakl:GET /api/shipments", "mirakl:shipments")
def test_several_parcels_in_one_call() -> None:
    partner = Partner().says(CARRIERS, one(), created(), httpx.Response(201, json={"shipment_success": [{"id": "1"}]}))
    assert ship(partner, TWO, shipments="multi") == Taken()
    assert paths(partner)[1:] == ["GET /api/orders", "GET /api/shipments", "POST /api/shipments"]
    assert dict(partner.requests[2].url.params) == {"order_id": "A"}
    assert partner.sent() == {
        "shipments": [
            {
                "order_id": "A",
                "shipment_lines": [{"order_line_id": "A-1", "package_reference": "1Z", "quantity": 1}],
                "tracking": {
                    "carrier_code": "UPS", "carrier_standard_code": "UPS", "carrier_name": "UPS",
                    "tracking_number": "1Z",
                },
                "shipped": True,
            },
            {
                "order_id": "A",
                "shipment_lines": [{"order_line_id": "A-1", "package_reference": "2Z", "quantity": 1}],
                "tracking": {"carrier_name": "Poste", "tracking_url": "https://p/2Z", "tracking_number": "2Z"},
                "shipped": True,
            },
        ]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"shipment_success": [{}, {}], "shipment_errors": []}, Taken),
        ({"shipment_errors": [{"order_id": "A", "message": "quantity"}]}, Refused),
        ({"shipment_success": [{}], "shipment_errors": [{"message": "quantity"}]}, Ambiguous),
        ({"shipment_success": [], "shipment_errors": []}, Ambiguous),
        ({}, Ambiguous),
        (None, Ambiguous),
    ],
)
def test_what_the_answer_says_of_each_shipment(answer: Any, kind: Any) -> None:
    partner = Partner().says(CARRIERS, one(), created(), httpx.Response(201, json=answer))
    assert isinstance(ship(partner, TWO, shipments="multi"), kind)


@pytest.mark.parametrize(
    ("there", "seen"),
    [
        (created(), Absent()),
        (created("1Z"), None),
        (created("1Z", "2Z"), Taken()),
        (created("1Z", "2Z", status="SHIPPING"), Absent()),
    ],
)
def test_what_a_look_says_of_several(there: Any, seen: Any) -> None:
    client = mirakl(Partner().says(CARRIERS, one(), there), shipments="multi")
    assert client.ship.look([client.ship.prepare(TWO)]) == [seen]


def test_parcels_that_are_there_are_read_with_the_order_on_all_pages() -> None:
    partner = Partner().says(one(), {**created("1Z"), "next_page_token": "t2"}, created("2Z"))
    client = mirakl(partner, shipments="multi")
    row = client.get("A")
    assert client.parcels(row.raw) == {"1Z", "2Z"}
    assert partner.query() == {"order_id": "A", "page_token": "t2"}


def test_words_of_a_refusal_hold_no_ids() -> None:
    answer = {"shipment_errors": [{"message": "line Order_00010-A-1 of zoe@example.com: quantity"}]}
    outcome = ship(Partner().says(CARRIERS, one(), created(), httpx.Response(201, json=answer)), TWO, shipments="multi")
    assert "quantity" in outcome.message
    assert not any(word in outcome.message for word in ("Order_00010", "zoe"))


MADE = httpx.Response(201, json={"shipment_success": [{"id": "1"}]})


def test_lines_that_were_refused_are_in_no_parcel() -> None:
    refused = {"orders": [second_line(mirakl_order("A"), "REFUSED")]}
    partner = Partner().says(CARRIERS, refused, created(), MADE)
    everything = shipment(parcel(lines=(*LINES, LineQuantity(id="A-2", quantity=2))))
    assert ship(partner, everything, shipments="multi") == Taken()
    (sent,) = partner.sent()["shipments"]
    assert [line["order_line_id"] for line in sent["shipment_lines"]] == ["A-1"]
    with pytest.raises(Invalid):
        ship(Partner().says(CARRIERS), shipment(parcel(lines=())), shipments="multi")


WHOLE = shipment(parcel(), parcel(number="2Z"))  # each claims both pieces: nobody told which is in which


def test_parcels_whose_contents_are_not_told_apart_are_held_or_told_as_one() -> None:
    outcome = ship(Partner().says(CARRIERS, one(), created()), WHOLE, shipments="multi")
    assert isinstance(outcome, Puzzling)
    assert 'several_parcels = "join"' in outcome.message
    partner = Partner().says(CARRIERS, one(), created(), MADE)
    assert ship(partner, WHOLE, shipments="multi", several_parcels="join") == Taken()
    (sent,) = partner.sent()["shipments"]
    assert sent["tracking"]["tracking_number"] == "1Z, 2Z"
    assert [(line["order_line_id"], line["quantity"]) for line in sent["shipment_lines"]] == [("A-1", 2)]


def test_several_numbers_in_one_tracking_are_several_parcels_when_looked_at() -> None:
    client = mirakl(Partner(), several_parcels="join")
    raw = mirakl_order("A", order_state="SHIPPED", shipping_tracking="1Z, 2Z")
    assert client.parcels(raw) == {"1Z", "2Z"}
    partner = Partner().says(CARRIERS, one(), OK, OK)
    assert ship(partner, WHOLE, several_parcels="join") == Taken()
    assert b'"tracking_number":"1Z, 2Z"' in partner.requests[2].content


def test_one_tracking_names_one_carrier() -> None:
    mixed = shipment(parcel(), parcel(number="2Z", carrier_raw="Colissimo"))
    with pytest.raises(Puzzling, match="several carriers"):
        ship(Partner().says(CARRIERS), mixed, several_parcels="join")
    outcome = ship(Partner().says(CARRIERS, one(), created()), mixed, shipments="multi", several_parcels="join")
    assert isinstance(outcome, Puzzling)
