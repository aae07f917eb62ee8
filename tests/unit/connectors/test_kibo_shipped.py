"""What Kibo has shipped: off by default, by the marketplace's id, whole orders only, calls bounded."""

from typing import Any

import httpx
import pytest

from pipeline.connectors.oms.kibo import CONNECTOR
from pipeline.domain.errors import Invalid, NotConfigured, Puzzling, RateLimited, Refused, Unreadable
from tests.unit.connectors.rig import Partner, ask
from tests.unit.connectors.test_kibo_calls import error
from tests.unit.connectors.test_kibo_import import kibo


def shipment(number: int, order: int | None, external: str | None, *tracking: str, **more: Any) -> dict[str, Any]:
    told = [{"trackingNumber": one, "carrierType": "UPS"} for one in tracking]
    names = {"orderID": order, "externalOrderID": external, "shipmentID": number, "trackingInformation": told}
    return {name: value for name, value in names.items() if value is not None} | more


def page(*rows: Any, total: int | None = None) -> dict[str, Any]:
    return {"collection": list(rows)} | ({} if total is None else {"totalCount": total})


def listed(partner: Partner, given: str | None = None, **settings: Any) -> Any:
    return kibo(partner, shipment_poll=True, **settings).shipped(ask(page=given))


def asked(partner: Partner) -> list[str]:
    return [
        f"{request.url.path.split('/')[-2]} {request.url.params.get('orderID', '')}" for request in partner.requests
    ]


@pytest.mark.covers("kibo:shipment-poll", "kibo:GET /shipment/", "kibo:paging")
def test_one_page_is_one_call_and_off_by_default() -> None:
    partner = Partner().says(page(shipment(1, 7, "A1", "1Z"), shipment(2, 8, "A2"), total=2))
    found = listed(partner)
    assert [(row.id, row.occurrence) for row in found.rows] == [("A1", False)]  # A2 has not left
    assert (found.page, found.unreadable) == (None, [])
    assert partner.query() == {"manufacturerID": "1010", "page": "1", "perPage": "20"}
    assert len(partner.requests) == 1
    client = kibo(Partner())
    assert (client.shipped, client.acknowledge_shipped) == (None, None)
    assert "not configured" in CONNECTOR.lacks({"shipment_poll": False})["shipped"]
    assert CONNECTOR.lacks({"shipment_poll": True}) == {}
    with pytest.raises(NotConfigured):
        client.read_shipment({"rows": []})


@pytest.mark.covers("kibo:shipment-order", "kibo:GET /order/")
def test_an_order_that_its_shipment_does_not_name_is_searched() -> None:
    orders = page({"orderID": 7, "externalOrderID": "A&eacute;"}, {"orderID": 99, "externalOrderID": "other"}, total=2)
    partner = Partner().says(page(shipment(1, 7, None, "1Z"), shipment(2, 8, "A2", "2Z"), total=2), orders)
    assert [row.id for row in listed(partner).rows] == ["Aé", "A2"]
    assert asked(partner) == ["shipment ", "order 7"]
    partner = Partner().says(page(shipment(1, 7, None, "1Z"), total=1), page(total=0))
    found = listed(partner)
    assert (found.rows, len(found.unreadable)) == ([], 1)  # nobody's: kept, not dropped
    assert listed(Partner().says(page(shipment(1, None, "A1", "1Z"), total=1))).unreadable


@pytest.mark.covers("kibo:shipment-order", "kibo:shipment-poll")
def test_the_orders_of_a_page_are_asked_for_by_twenties() -> None:
    rows = [shipment(n, n, None, f"{n}Z") for n in range(1, 22)]
    names = [{"orderID": n, "externalOrderID": f"A{n}"} for n in range(1, 22)]
    partner = Partner().says(page(*rows, total=21), page(*names[:20], total=20), page(names[20], total=1))
    assert len(listed(partner, per_page=100).rows) == 21
    assert len(partner.requests) == 3


@pytest.mark.covers("kibo:shipment-complete", "kibo:paging")
def test_shipments_of_an_order_on_several_pages_come_together_and_are_no_news() -> None:
    first, second = shipment(1, 7, "A1", "1Z"), shipment(2, 7, "A1", "2Z")
    partner = Partner().says(page(first, total=2), page(second, first, total=2))
    one = listed(partner, per_page=1)
    assert asked(partner) == ["shipment ", "shipment 7"]
    partner.says(page(second, total=2), page(first, second, total=2))
    two = kibo(partner, shipment_poll=True, per_page=1).shipped(ask(page=one.page))
    assert one.rows == two.rows
    assert one.rows[0].raw["rows"] == [first, second]
    partner.says(page(total=2))
    last = kibo(partner, shipment_poll=True, per_page=1).shipped(ask(page=two.page))
    assert (last.rows, last.page) == ([], None)


@pytest.mark.covers("kibo:shipment-complete")
def test_an_order_is_told_when_all_that_is_to_leave_has_left() -> None:
    def rows(*shipments: dict[str, Any]) -> list[str]:
        return [row.id for row in listed(Partner().says(page(*shipments, total=len(shipments)))).rows]

    left, waits = shipment(1, 7, "A1", "1Z"), shipment(2, 7, "A1", shipmentStatus="READY")
    assert rows(left, waits) == []
    assert rows(left, waits | {"shipmentStatus": "CANCELED"}) == ["A1"]
    assert rows(waits | {"shipmentStatus": "CANCELLED"}) == []
    assert rows(left, shipment(2, 7, "A1", "")) == []


@pytest.mark.covers("kibo:shipment-poll", "kibo:paging")
def test_a_list_that_does_not_page_ends() -> None:
    same = page(shipment(1, 7, "A1", "1Z"))
    partner = Partner().says(same, page(shipment(1, 7, "A1", "1Z")), page(), same)
    first = listed(partner)
    assert [row.id for row in first.rows] == ["A1"]
    again = kibo(partner, shipment_poll=True).shipped(ask(page=first.page))
    assert (again.rows, again.page) == ([], None)


@pytest.mark.covers("kibo:shipment-order", "kibo:look-up-exact")
def test_a_search_that_ignores_its_filter_moves_nothing_and_takes_no_other_order() -> None:
    def others(start: int) -> dict[str, Any]:
        return page(*({"orderID": n, "externalOrderID": f"B{n}"} for n in range(start, start + 20)), total=9999)

    partner = Partner().says(page(shipment(1, 7, None, "1Z"), total=1), *(others(1000 + 20 * n) for n in range(20)))
    with pytest.raises(Unreadable, match="not all that a search by orderID finds"):
        listed(partner)
    assert len(partner.requests) == 11


@pytest.mark.covers("kibo:shipment-poll", "kibo:rate", "kibo:codes")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ({"rows": []}, Unreadable),
        ({"collection": [1]}, Unreadable),
        (httpx.Response(200, html="<h1>OK</h1>"), Unreadable),
        (error(400, 5016), Refused),
        (httpx.Response(403, headers={"X-Mashery-Error-Code": "ERR_403_DEVELOPER_OVER_QPS"}), RateLimited),
    ],
)
def test_an_answer_in_another_shape_parks_the_poll(reply: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        listed(Partner().says(reply))


def read(*rows: Any) -> Any:
    return kibo(Partner(), shipment_poll=True).read_shipment({"order_id": "A1", "rows": list(rows)})


@pytest.mark.covers("kibo:trackingNumber", "kibo:carrierTypeOther")
def test_parcels_and_their_carriers() -> None:
    other = [{"trackingNumber": "2Z", "carrierType": "other", "carrierTypeOther": "Chronopost &eacute;"}]
    found = read(
        shipment(1, 7, "A1", "1Z", "1Z", shipmentDate="2026-11-21T10:00:00Z"),
        shipment(2, 7, "A1", trackingInformation=other),
        {"shipmentID": 3, "trackingNumber": "3Z", "carrierType": "USPS"},
        shipment(4, 7, "A1", "4Z", shipmentStatus="CANCELED"),
    )
    assert [(parcel.number, parcel.carrier_raw) for parcel in found.parcels] == [
        ("1Z", "UPS"), ("2Z", "Chronopost é"), ("3Z", "USPS"),
    ]  # fmt: skip
    assert (found.order_id, found.shipped_at.isoformat()) == ("A1", "2026-11-21T10:00:00+00:00")


@pytest.mark.covers("kibo:trackingNumber", "kibo:carrierTypeOther")
@pytest.mark.parametrize(
    ("name", "path", "most"), [("trackingNumber", "number", 50), ("carrierTypeOther", "carrier_raw", 20)]
)
def test_longer_than_kibo_documents_is_held(name: str, path: str, most: int) -> None:
    def told(length: int) -> dict[str, Any]:
        return {"trackingInformation": [{"trackingNumber": "1Z", name: "x" * length}]}

    assert getattr(read(told(most)).parcels[0], path) == "x" * most
    with pytest.raises(Puzzling, match=f"at most {most} characters") as raised:
        read(told(most + 1))
    assert [(fault.path, fault.rule) for fault in raised.value.fields] == [(f"parcels.0.{path}", "length")]


@pytest.mark.covers("kibo:trackingNumber", "kibo:shipment-poll")
def test_a_shipment_in_another_shape_is_told_with_its_place() -> None:
    good = shipment(1, 7, "A1", "1Z")
    for wrong in (
        {"trackingInformation": "1Z"},
        {"trackingNumber": []},
        {"shipmentDate": "soon", "trackingNumber": "2"},
    ):
        with pytest.raises(Invalid) as raised:
            read(good, wrong)
        assert [fault.path for fault in raised.value.fields] == ["parcels.1"]
        listed_rows = listed(Partner().says(page(wrong | {"orderID": 7, "externalOrderID": "A1"}, total=1))).rows
        assert [row.id for row in listed_rows] == ["A1"]
