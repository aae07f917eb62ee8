"""Tecsys' shipped orders: the configured search page by page, tracking by pointers, pointers that can't be used."""

from typing import Any

import httpx
import pytest

from pipeline.domain.errors import Invalid, NotConfigured, Puzzling, Unreadable
from tests.unit.connectors.rig import Partner, ask
from tests.unit.connectors.test_tecsys_flows import POINTERS, tecsys, urls


def order_with(order_id: str, *numbers: str | None, **more: Any) -> dict[str, Any]:
    shipments = [{"Tracking": {"Number": number, "Carrier": "UPS"}} for number in numbers]
    return {"ExternalOrderId": order_id, "Shipments": shipments, "LastUpdated": "2026-11-22T08:00:00Z", **more}


@pytest.mark.covers("tecsys:POST /orders/Search", "tecsys:tracking-by-pointers", "tecsys:paging")
def test_shipped_orders_are_searched_page_by_page() -> None:
    partner = Partner().says(
        [order_with("A", "1Z"), order_with("B", None)], {"Orders": [order_with("C", "2Z", None), {"x": 1}]}, []
    )
    client = tecsys(partner, tracking_pointers=POINTERS, page_size=2)
    first = client.shipped(ask())
    assert [row.id for row in first.rows] == ["A"]
    assert first.rows[0].version is not None
    second = client.shipped(ask(page=first.page))
    assert [row.id for row in second.rows] == ["C"]
    assert second.unreadable == [b'{"x":1}']
    third = client.shipped(ask(page=second.page))
    assert (third.rows, third.page) == ([], None)
    assert urls(partner)[1] == "POST https://tecsys.test/v1/orders/Search?pageSize=2&pageNumber=2"
    assert partner.sent(0) == {"Field": "OrderStatus", "Operator": "equals", "Value": "Shipped"}
    shipment = client.read_shipment(second.rows[0].raw)
    assert [parcel.number for parcel in shipment.parcels] == ["2Z"]
    assert (shipment.order_id, shipment.parcels[0].carrier_raw) == ("C", "UPS")


def test_a_search_that_does_not_page_ends() -> None:
    same = [order_with("A", "1Z"), order_with("B", "2Z")]
    partner = Partner().says(same, same)
    client = tecsys(partner, tracking_pointers=POINTERS, page_size=2)
    first = client.shipped(ask())
    again = client.shipped(ask(page=first.page))
    assert (again.rows, again.page) == ([], None)


def test_a_search_whose_answer_is_no_list_moves_nothing() -> None:
    for reply in ({"Total": 1}, [1], httpx.Response(200, content=b"<html>")):
        with pytest.raises(Unreadable):
            tecsys(Partner().says(reply), tracking_pointers=POINTERS).shipped(ask())


def test_rows_and_ids_by_pointers_of_ones_own() -> None:
    pointers = POINTERS | {"orders": "/a~1b/0", "order_id": "/Ref/~0id", "shipments": "/S"}
    order = {"Ref": {"~id": 7}, "S": {"Tracking": {"Number": "1Z"}}}
    client = tecsys(Partner().says({"a/b": [[order]]}), tracking_pointers=pointers)
    (row,) = client.shipped(ask()).rows
    assert row.id == "7"
    assert client.read_shipment(row.raw).parcels[0].number == "1Z"


def test_parcels_with_lines_and_one_parcel_in_two_shipments() -> None:
    client = tecsys(Partner(), tracking_pointers=POINTERS)

    def part(number: str, line: Any, carrier: str = "UPS", quantity: Any = 1) -> dict[str, Any]:
        lines = [{"ExternalLineItemId": line, "Qty": quantity}]
        return {"Tracking": {"Number": number, "Carrier": carrier}, "Lines": lines}

    shipment = client.read_shipment({"order_id": "A", "rows": [part("1", "L1"), part("1", "L2"), part("2", "L3")]})
    found = {one.number: [line.id for line in one.lines] for one in shipment.parcels}
    assert found == {"1": ["L1", "L2"], "2": ["L3"]}
    with pytest.raises(Puzzling, match="two carriers"):
        client.read_shipment({"order_id": "A", "rows": [part("1", "L1"), part("1", "L2", "DHL")]})
    for wrong in (
        part("1", None),
        part("1", "L", quantity=0),
        part("1", "L", quantity="x"),
        {"Tracking": {"Number": {}}},
    ):
        with pytest.raises(Invalid) as raised:
            client.read_shipment({"order_id": "A", "rows": [part("0", "L"), wrong]})
        assert [fault.path for fault in raised.value.fields] == ["parcels.1"]
    with pytest.raises(Invalid):
        client.read_shipment({"order_id": "A", "rows": ["x"]})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": None}, "number is no text"),
        ({"number": "Number"}, "number is no pointer"),
        ({"number": "/a~2"}, "number is no pointer"),
        ({"colour": "/x"}, "colour is unknown"),
        ({"quantity": ...}, "lines needs line_id and quantity"),
        ({"search_field": ...}, "search_field is missing"),
    ],
)
@pytest.mark.covers("tecsys:tracking-by-pointers")
def test_pointers_that_can_not_be_used(change: dict[str, Any], words: str) -> None:
    table = {name: value for name, value in {**POINTERS, **change}.items() if value is not ...}
    with pytest.raises(NotConfigured, match=words):
        tecsys(Partner(), tracking_pointers=table)
