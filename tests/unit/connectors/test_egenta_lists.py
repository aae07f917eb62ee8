"""Egenta's two lists and the two words back."""

from typing import Any

import httpx
import msgspec
import pytest

from pipeline.domain.errors import Invalid, Puzzling, Refused, Unauthorized, Unavailable, Unreadable
from pipeline.domain.order import OrderStatus
from pipeline.domain.reports import Parcel, Shipment, StatusReport
from pipeline.ports import Body, Taken
from tests.unit.connectors.rig import Partner, ask, egenta

ROWS = [{"orderId": "A", "carrierName": "DHL", "parcelNumber": "1"}, {"orderId": "B", "parcelNumber": 22}]


def raw(content: bytes, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=content)


@pytest.mark.covers(
    "egenta:credentials-of-lists", "egenta:GET order_update_get_list.php", "egenta:GET order_status_get_list.php"
)
def test_credentials_go_in_the_body_of_a_get_or_in_its_query() -> None:
    partner = Partner().says([], [])
    egenta(partner).shipped(ask())
    assert (partner.requests[0].method, partner.sent()) == ("GET", {"secret_id": "1", "secret_key": "hush"})
    assert str(partner.requests[0].url) == "https://oms.test/api/order_update_get_list.php"
    egenta(partner, get_credentials_in="query").status_requests(ask())
    assert partner.requests[1].content == b""
    assert partner.query() == {"secret_id": "1", "secret_key": "hush"}
    assert partner.requests[1].url.path == "/api/order_status_get_list.php"


@pytest.mark.covers("egenta:any-list")
@pytest.mark.parametrize(
    "listed",
    [ROWS, {"orders": ROWS}, {"Orders": ROWS}, {"0": ROWS[0], "1": ROWS[1]}, {"orders": {"x": ROWS[0], "y": ROWS[1]}},
     {"success": True, "orders": ROWS}],
)  # fmt: skip
def test_lists_in_any_wrapping(listed: Any) -> None:
    found = egenta(Partner().says(listed)).shipped(ask())
    assert [row.id for row in found.rows] == ["A", "B"]
    assert found.rows[0].raw == {"rows": [ROWS[0]]}
    assert found.rows[0].occurrence
    assert (found.page, found.cursor, found.unreadable) == (None, None, [])


@pytest.mark.covers("egenta:any-list")
@pytest.mark.parametrize("content", [b"", b" \n", b"[]", b"{}", b"null", b'{"orders": []}', b'{"orders": null}'])
def test_nothing_is_no_work(content: bytes) -> None:
    for name in ("shipped", "status_requests"):
        assert getattr(egenta(Partner().says(raw(content))), name)(ask()).rows == []


@pytest.mark.covers("egenta:no-page-of-php")
@pytest.mark.parametrize(
    "content",
    [b"<br /><b>Warning</b>", b'[{"orderId": "A"}', b'"x"', b"5", b"false", b'{"message": "hello"}',
     b'{"error": "busy"}', b'{"orders": "none"}', b'{"orders": 5}'],
)  # fmt: skip
def test_what_is_no_list_is_never_an_empty_one(content: bytes) -> None:
    with pytest.raises(Unreadable):
        egenta(Partner().says(raw(content))).shipped(ask())


@pytest.mark.covers("egenta:allow-listed-address")
def test_credentials_refused_in_any_way() -> None:
    for reply in (raw(b"", 403), raw(b"", 401), raw(b'{"error": "IP not on the white list"}')):
        with pytest.raises(Unauthorized):
            egenta(Partner().says(reply)).status_requests(ask())
    with pytest.raises(Unavailable):
        egenta(Partner().says(raw(b"", 500))).shipped(ask())


@pytest.mark.covers("egenta:three-spellings", "egenta:orderId", "egenta:any-list")
def test_ids_in_any_spelling_and_malformed_rows_kept_apart() -> None:
    listed = [{"orderId": " A "}, {"OrderId": 17}, {"OrderID": "C"}, {"orderId": "A"}, {"orderId": ""},
              {"orderId": True},
              {"x": 1}, "D", None, {"orderId": {"a": 1}}, {"orderId": 1.5}]  # fmt: skip
    found = egenta(Partner().says(listed)).status_requests(ask())
    assert [row.id for row in found.rows] == ["A", "17", "C"]
    assert all(row.occurrence for row in found.rows)
    assert len(found.unreadable) == 7
    assert found.unreadable[-1] == msgspec.json.encode({"orderId": 1.5})


@pytest.mark.covers(
    "egenta:several-parcels", "egenta:carrierName", "egenta:parcelNumber", "egenta:listed-until-acknowledged"
)
def test_the_rows_of_one_order_become_one_shipment_with_distinct_parcels() -> None:
    rows = [{"orderId": "A", "carrierName": "DHL", "parcelNumber": "1"},
            {"OrderId": "A", "carrierName": "DHL", "parcelNumber": 2},
            {"orderId": "A ", "carrierName": "DHL", "parcelNumber": "1"},
            {"orderId": "A", "carrierName": "DHL", "parcelNumber": "1"}]  # fmt: skip
    client = egenta(Partner().says(rows))
    (row,) = client.shipped(ask()).rows
    assert client.read_shipment(row.raw) == Shipment(
        id="A", order_id="A", parcels=(Parcel(number="1", carrier_raw="DHL"), Parcel(number="2", carrier_raw="DHL"))
    )


@pytest.mark.covers("egenta:parcelNumber", "egenta:carrierName")
def test_shipments_that_can_not_be_read() -> None:
    client = egenta(Partner())
    with pytest.raises(Puzzling) as raised:
        client.read_shipment({"rows": [ROWS[0], {**ROWS[0], "carrierName": "UPS"}]})
    assert raised.value.fields[0].path == "parcels.0.carrier_raw"
    with pytest.raises(Invalid) as invalid:
        client.read_shipment({"rows": [{"orderId": "A", "parcelNumber": []}]})
    assert invalid.value.fields[0].path == "parcels.0.number"
    with pytest.raises(Invalid):
        client.read_shipment({"rows": 5})
    assert client.read_shipment({"rows": [{"orderId": "A"}]}).parcels == (Parcel(),)


@pytest.mark.covers("egenta:POST order_update_update.php", "egenta:OrderID", "egenta:updated", "egenta:three-spellings")
def test_acknowledging_names_the_order_in_the_third_spelling() -> None:
    partner = Partner().says({"success": True})
    write = egenta(partner).acknowledge_shipped
    body = write.prepare(Shipment(id="A", order_id="A"))
    assert write.send([body]) == [Taken()]
    assert (partner.requests[0].method, partner.requests[0].url.path) == ("POST", "/api/order_update_update.php")
    assert partner.sent() == {"secret_id": "1", "secret_key": "hush", "OrderID": "A", "updated": 1}
    assert (write.batch, write.repeat_is_safe) == (1, True)
    with pytest.raises(Invalid):
        write.prepare(Shipment())


@pytest.mark.covers("egenta:POST order_status_update.php", "egenta:OrderStatusTranslated", "egenta:OrderID")
@pytest.mark.parametrize(
    ("status", "word"),
    [(OrderStatus.SHIPPED, "Shipped"), (OrderStatus.UNSHIPPED, "Unshipped"), (OrderStatus.CANCELED, "Canceled")],
)
def test_answers_are_one_of_three_words(status: OrderStatus, word: str) -> None:
    partner = Partner().says(httpx.Response(200, content=b"OK"))
    write = egenta(partner).answer_status
    write.send([write.prepare(StatusReport(order_id="A", status=status, raw_status="x"))])
    assert partner.requests[0].url.path == "/api/order_status_update.php"
    assert partner.sent() == {
        "secret_id": "1", "secret_key": "hush", "OrderID": "A", "OrderStatusTranslated": word,
    }  # fmt: skip
    assert (write.batch, write.listed_again) == (1, True)


@pytest.mark.covers("egenta:unknown-status", "egenta:OrderStatusTranslated")
@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.PARTIALLY_SHIPPED, None])
def test_what_egenta_has_no_word_for_is_held(status: OrderStatus | None) -> None:
    with pytest.raises(Puzzling) as raised:
        egenta(Partner()).answer_status.prepare(StatusReport(order_id="A", status=status, raw_status="Processing"))
    assert "Processing" in raised.value.message
    assert "status_map" in raised.value.message


def test_a_no_to_an_answer_is_a_refusal() -> None:
    write = egenta(Partner().says({"success": False, "error": "unknown order"})).answer_status
    with pytest.raises(Refused, match="unknown order"):
        write.send([Body("A", {"OrderID": "A"}, "order_status_update.php")])
