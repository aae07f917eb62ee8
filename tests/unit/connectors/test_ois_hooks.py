"""OIS' webhook log as shipments: off until it is set, page by page, each entry once, by a user's pointers."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from pipeline.connectors.oms.ois import CONNECTOR
from pipeline.connectors.oms.ois.hooks import OFF, UNKNOWN
from pipeline.domain.errors import Invalid, NotConfigured, Puzzling, Unreadable
from pipeline.domain.lifecycle import Flow
from pipeline.ports import Page
from tests.fakes.partners import FakeMarketplace, raw_order
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite
from tests.unit.connectors.rig import NOW, Partner, ask
from tests.unit.connectors.test_ois_orders import ois

POINTERS = {
    "event": "/Event",
    "shipped": "Shipped",
    "created_at": "/At",
    "entry_id": "/Id",
    "order_id": "/Payload/Order",
    "parcels": "/Payload/Parcels",
    "number": "/Number",
    "carrier": "/Agent",
}


def entry(number: int, order_id: Any = "A", event: str = "Shipped", age: int = 0, **more: Any) -> dict[str, Any]:
    parcels = [{"Number": f"3S{number}", "Agent": "POSTNL"}]
    at = (NOW - timedelta(minutes=age)).isoformat()
    return {"Id": number, "Event": event, "At": at, "Payload": {"Order": order_id, "Parcels": parcels}, **more}


def log(partner: Partner, size: int = 2, **changes: Any) -> Any:
    table = {name: value for name, value in {**POINTERS, **changes}.items() if value is not None}
    return ois(partner, webhook_log_poll=True, webhook_pointers=table, webhook_page_size=size)


def pages(client: Any, **given: Any) -> list[Page]:
    found = [client.shipped(ask(**given))]
    while found[-1].page:
        found.append(client.shipped(ask(**given, page=found[-1].page)))
    return found


def ids(found: list[Page]) -> list[str]:
    return [row.id for page in found for row in page.rows]


@pytest.mark.covers("ois:webhook-payload")
def test_it_is_off_until_both_settings_are_there() -> None:
    for given, words in (({}, OFF), ({"webhook_pointers": POINTERS}, OFF), ({"webhook_log_poll": True}, UNKNOWN)):
        client = ois(Partner(), **given)
        assert client.shipped is None
        assert CONNECTOR.lacks(given) == {"shipped": words}
        with pytest.raises(NotConfigured, match="not configured"):
            client.read_shipment({"rows": []})
    assert CONNECTOR.lacks({"webhook_log_poll": True, "webhook_pointers": POINTERS}) == {}


@pytest.mark.covers("ois:webhook-log", "ois:GET v1/webhooks/status", "ois:webhook-payload")
def test_the_log_is_read_page_by_page_to_its_end() -> None:
    partner = Partner().says([entry(1), entry(2, event="Created")], {"Items": [entry(3, "B/2"), entry(4)]}, [])
    client = log(partner, status="Failed")
    found = pages(client)
    assert ids(found) == ["A/1", "B/2/3", "A/4"]
    assert [row.order for page in found for row in page.rows] == ["A", "B/2", "A"]
    assert [partner.query(index) for index in range(3)] == [
        {"Page": str(number), "PageSize": "2", "Status": "Failed"} for number in (1, 2, 3)
    ]
    assert [page.cursor is None for page in found] == [True, True, False]  # it moves when all of it was seen
    shipment = client.read_shipment(found[1].rows[0].raw)
    assert (shipment.id, shipment.order_id) == ("B/2/3", "B/2")
    assert [(parcel.number, parcel.carrier_raw) for parcel in shipment.parcels] == [("3S3", "POSTNL")]


def test_a_listing_goes_on_where_it_stopped() -> None:
    partner = Partner().says([entry(1), entry(2)], httpx.Response(503), [entry(3)])
    client = log(partner)
    first = client.shipped(ask())
    with pytest.raises(Exception, match="503"):
        client.shipped(ask(page=first.page))
    assert ids([client.shipped(ask(page=first.page))]) == ["A/3"]
    assert partner.query()["Page"] == "2"


@pytest.mark.covers("ois:webhook-once")
def test_what_was_seen_before_the_cursor_is_left_out() -> None:
    partner = Partner().says([entry(1, age=60), entry(2, age=4), entry(3)])
    cursor = NOW.isoformat()
    assert ids([log(partner, size=9).shipped(ask(cursor=cursor))]) == ["A/2", "A/3"]  # overlap: five minutes
    undated = Partner().says([entry(1, age=60)])
    assert ids([log(undated, created_at=None).shipped(ask(cursor=cursor))]) == ["A/1"]
    later = Partner().says([entry(1, age=60), entry(2, age=-60)])
    (page,) = pages(log(later, size=9))
    assert page.cursor == NOW.isoformat()  # never later than now, whatever OIS' clock says
    span = {"since": NOW - timedelta(minutes=70), "until": NOW - timedelta(minutes=30)}
    (page,) = pages(log(Partner().says([entry(1, age=60), entry(2)]), size=9), **span)
    assert (ids([page]), page.cursor) == (["A/1"], None)


@pytest.mark.parametrize(("ages", "ends"), [((60, 70), True), ((70, 60), False), ((60, 60), False), ((1, 70), False)])
def test_a_log_that_is_newest_first_is_read_no_further_than_needed(ages: tuple[int, int], ends: bool) -> None:
    rows = [entry(number, age=age) for number, age in enumerate(ages)]
    found = log(Partner().says(rows)).shipped(ask(cursor=NOW.isoformat()))
    assert (found.page is None) == ends


def test_a_log_that_does_not_page_ends() -> None:
    same = [entry(1), entry(2)]
    assert ids(pages(log(Partner().says(same, same)))) == ["A/1", "A/2"]


@pytest.mark.covers("ois:webhook-once")
def test_an_entry_is_known_by_its_id_else_by_what_it_says() -> None:
    once = pages(log(Partner().says([entry(1, Status="Failed")]), entry_id=None))
    again = pages(log(Partner().says([entry(1, Status="Delivered")]), entry_id=None))
    other = pages(log(Partner().says([entry(2)]), entry_id=None))
    assert ids(once) == ids(again) != ids(other)


def test_entries_without_an_order_are_kept_and_other_shapes_move_nothing() -> None:
    (page,) = pages(log(Partner().says([entry(1, None), "odd", entry(2, {})]), size=9))
    assert (page.rows, len(page.unreadable)) == ([], 2)
    (page,) = pages(log(Partner().says({"a/b": [[entry(1)]]}), size=9, rows="/a~1b/0"))
    assert ids([page]) == ["A/1"]
    for reply, changes in (({"x": 1}, {}), ({"x": 1}, {"rows": "/y"}), (httpx.Response(200, content=b"<"), {})):
        with pytest.raises(Unreadable):
            log(Partner().says(reply), **changes).shipped(ask())


def test_parcels_with_lines_and_the_entry_as_the_parcel() -> None:
    lines = {"lines": "/Lines", "line_id": "/Id", "quantity": "/Qty"}
    client = log(Partner().says([entry(1) | {"Number": "N", "Lines": [{"Id": "L1", "Qty": 2}]}]), parcels=None, **lines)
    (page,) = pages(client)
    (parcel,) = client.read_shipment(page.rows[0].raw).parcels
    assert (parcel.number, [(line.id, line.quantity) for line in parcel.lines]) == ("N", [("L1", 2)])
    with pytest.raises(Invalid):
        client.read_shipment({"order_id": "A", "rows": [{"Number": "N", "Lines": [{"Id": "L1", "Qty": 0}]}]})
    twice = {"order_id": "A", "rows": [{"Number": "N", "Agent": "A"}, {"Number": "N", "Agent": "B"}]}
    with pytest.raises(Puzzling, match="OIS has one tracking number under two carriers"):
        client.read_shipment(twice)
    (page,) = pages(log(Partner().says([entry(1) | {"Payload": {"Order": "A", "Parcels": []}}])))
    assert client.read_shipment(page.rows[0].raw).parcels[0].number is None  # told as missing, not passed over


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"event": None}, "event is missing"),
        ({"shipped": None}, "shipped is missing"),
        ({"order_id": None, "number": None}, "order_id is missing; number is missing"),
        ({"number": "Number"}, "number is no pointer"),
        ({"colour": "/x"}, "colour is unknown"),
        ({"lines": "/L"}, "lines needs line_id and quantity"),
    ],
)
def test_pointers_that_can_not_be_used(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(NotConfigured, match=f"webhook_pointers can't be used: {words}"):
        log(Partner(), **changes)


@pytest.mark.covers("ois:webhook-once")
def test_two_shipments_of_one_order_reach_its_marketplace_each_once() -> None:
    market = FakeMarketplace(ship=FakeWrite())
    market.orders["A"] = raw_order("A")
    partner = Partner().says([entry(1), entry(2)], [entry(1), entry(2)], [entry(2), entry(3)])
    w = World(markets={"m1": market}, oms={"o1": log(partner, size=9)})
    for expected in (["3S1", "3S2"], ["3S1", "3S2"], ["3S1", "3S2", "3S3"]):
        w.poll("o1", Flow.SHIPMENTS)
        w.run()
        bodies = [body for call in market.writes["ship"].calls for body in call]
        sent = [parcel["number"] for body in bodies for parcel in body.content["parcels"]]
        assert sorted(sent) == expected
    assert set(market.got) == {"A"}
