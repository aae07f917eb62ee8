"""Their words to ours: statuses, edits on top, riddles that an edit answers, parcels that are there already."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.config.model import Route
from pipeline.domain.lifecycle import Flow
from pipeline.operations.desk import Desk
from pipeline.operations.rehearse import Rehearsal
from tests.fakes.partners import FakeMarketplace, FakeOms, raw_order, requests, shipped
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

T1 = datetime(2026, 11, 22, 1, tzinfo=UTC)
SHIPMENT: dict[str, Any] = {"flow": Flow.SHIPMENTS, "source": "o1"}
STATUS: dict[str, Any] = {"flow": Flow.STATUSES, "source": "o1"}


def mapped(**maps: Any) -> World:
    oms = FakeOms(
        import_orders=FakeWrite(),
        answer_status=FakeWrite(looked=False, listed_again=True),
        acknowledge_shipped=FakeWrite(looked=False, repeat_is_safe=True),
    )
    market = FakeMarketplace(ship=FakeWrite(batch=1))
    return World(markets={"m1": market}, oms={"o1": oms}, routes=[Route(source="m1", to=("o1",), **maps)])


def desk_of(w: World) -> Desk:
    rehearsal = Rehearsal(w.context)
    return Desk(
        w.ledger, w.gates, accounts=["m1", "o1"], rehearse=rehearsal.faults, plain=rehearsal.plain, hint=w.hinted.append
    )


@pytest.mark.parametrize(
    ("word", "table", "status"),
    [
        ("Open", {}, "unshipped"),
        ("Packing", {"Packing": "unshipped"}, "unshipped"),
        ("Packing", {"Packing": "Unshipped"}, "unshipped"),
        ("Packing", {"*": "unshipped"}, "unshipped"),
        ("Partly", {"Partly": "unshipped"}, "unshipped"),
        ("Partly", {"partially_shipped": "unshipped"}, "unshipped"),
        ("Partly", {"*": "canceled"}, "partially_shipped"),
    ],
)
def test_statuses(word: str, table: dict[str, str], status: str) -> None:
    w = mapped(status_map=table)
    w.receive(raw_order("A1", word))
    w.run()
    document = w.record().document or {}
    assert (document["status"], document["raw_status"]) == (status, word)
    assert w.sent() == ["A1"], "what a map makes of it says whether it may be pushed"


def test_a_map_may_take_the_release_away() -> None:
    w = mapped(status_map={"Open": "pending"})
    w.receive(raw_order())
    w.run()
    assert w.stands() == "validate waiting"


@pytest.mark.parametrize(
    ("word", "table", "says"),
    [
        ("Packing", {}, "'Packing' is no status that m1 is known to use; name it in the route's status_map"),
        ("Packing", {"Packing": "shiped"}, "the route maps 'Packing' to 'shiped', which is none of pending"),
    ],
)
def test_an_unknown_status_is_held(word: str, table: dict[str, str], says: str) -> None:
    w = mapped(status_map=table)
    w.receive(raw_order("A1", word))
    w.run()
    assert (w.stands(), w.sent()) == ("normalize held", [])
    assert says in w.fault()["message"]
    assert w.fault()["fields"][0]["path"] == "status"


def test_an_unknown_status_of_a_line_is_held_and_mapped() -> None:
    w = mapped()
    w.receive(raw_order(line_word="Packing"))
    w.run()
    assert [field["path"] for field in w.fault()["fields"]] == ["lines.0.status", "lines.1.status"]
    w = mapped(status_map={"Packing": "unshipped"})
    w.receive(raw_order(line_word="Packing"))
    w.run()
    assert w.stands() == "done done"


def test_an_edit_answers_an_unknown_status() -> None:
    w, desk = mapped(), None
    w.receive(raw_order("A1", "Packing"))
    w.run()
    desk = desk_of(w)
    desk.edit(str(w.ref()), {"status": "unshipped"}, reason="asked them", who="me")
    assert desk.replay([str(w.ref())], who="me").done
    w.run()
    assert (w.stands(), w.sent()) == ("done done", ["A1"])


def test_riddles_hold_and_an_edit_answers_them() -> None:
    w = mapped()
    w.receive(raw_order(raw={"riddles": ["shipping_address", "delivery.service"]}))
    w.run()
    assert w.stands() == "normalize held"
    desk = desk_of(w)
    desk.edit(str(w.ref()), {"shipping_address.line1": "2 rue Neuve"}, reason="asked them", who="me")
    desk.replay([str(w.ref())], who="me")
    w.run()
    assert [field["path"] for field in w.fault()["fields"]] == ["delivery.service"]
    desk.edit(str(w.ref()), {"delivery.service": "Express"}, reason="asked them", who="me")
    desk.replay([str(w.ref())], who="me")
    w.run()
    assert w.stands() == "done done"
    assert w.imports().calls[0][0].content["shipping_address"]["line1"] == "2 rue Neuve"


def test_a_riddle_of_the_order_holds_no_status_and_no_shipment() -> None:
    w = mapped()
    w.markets["m1"].orders["A1"] = raw_order(word="Sent", raw={"riddles": ["shipping_address"]})
    w.oms["o1"].lists["status_requests"].append(requests("A1"))
    w.oms["o1"].lists["shipped"].append(shipped("A1", {"number": "P1", "carrier": "DHL"}))
    w.poll("o1", Flow.STATUSES)
    w.poll("o1", Flow.SHIPMENTS)
    w.run()
    assert (w.stands(**STATUS), w.stands(**SHIPMENT)) == ("done done", "done done")


def test_an_edit_whose_raw_value_changed_is_held() -> None:
    w = mapped()
    w.receive(raw_order("A1", "Packing"))
    w.run()
    desk = desk_of(w)
    desk.edit(str(w.ref()), {"comment": "ring twice"}, reason="they called", who="me")
    w.receive(raw_order("A1", "Open", comment="leave it at the door", updated_at=T1))
    w.run()
    assert w.stands() == "normalize held"
    assert w.fault()["fields"] == [
        {"path": "comment", "rule": "override", "message": w.fault()["fields"][0]["message"]}
    ]
    assert "leave it" not in w.fault()["message"]


def test_wrong_types_die_and_say_all_at_once() -> None:
    w = mapped()
    raw = raw_order()
    raw["fields"] |= {"currency": 7, "is_business": "maybe"}
    w.receive(raw)
    w.run()
    assert (w.stands(), {f["path"] for f in w.fault()["fields"]}) == ("normalize dead", {"currency", "is_business"})


def test_a_raw_that_our_code_can_not_stand_ends_alone() -> None:
    w = mapped()
    broken = raw_order("A1")
    del broken["word"]
    w.receive(broken, raw_order("A2"))
    w.run()
    assert w.stands("A2") == "done done"
    assert w.fault("A1")["cause"].startswith("a defect: KeyError at partners.py:")


# ---------------------------------------------------------------- shipments and statuses


def ship(w: World, *parcels: dict[str, Any], times: int = 1, **order: Any) -> None:
    w.markets["m1"].orders["A1"] = raw_order(**order)
    w.oms["o1"].lists["shipped"].append(shipped("A1", *parcels, times=times))
    w.poll("o1", Flow.SHIPMENTS)
    w.run()


def test_parcels_that_the_marketplace_has_are_not_sent_again() -> None:
    w = mapped()
    ship(w, {"number": "P1", "carrier": "DHL"}, {"number": "P2", "carrier": "DHL"}, raw={"parcels": ["P1"]})
    (body,) = w.markets["m1"].writes["ship"].calls[0]
    assert [parcel["number"] for parcel in body.content["parcels"]] == ["P2"]
    assert [line["id"] for line in body.content["parcels"][0]["lines"]] == ["1", "2"], "no lines are all lines"
    assert w.sent(write="acknowledge_shipped") == ["A1"]


def test_all_confirmed_is_acknowledged_at_once() -> None:
    w = mapped()
    ship(w, {"number": "P1", "carrier": "DHL"}, raw={"parcels": ["P1"]})
    assert w.markets["m1"].writes["ship"].calls == []
    assert w.sent(write="acknowledge_shipped") == ["A1"]
    assert "m1 has every parcel already" in w.notes(**SHIPMENT)


def test_listed_again_new_parcels_go_and_it_is_acknowledged_again() -> None:
    w = mapped()
    ship(w, {"number": "P1", "carrier": "DHL"})
    two = ({"number": "P1", "carrier": "DHL"}, {"number": "P2", "carrier": "DHL"})
    ship(w, *two, times=2, raw={"parcels": ["P1"]})
    ship(w, *two, times=2, raw={"parcels": ["P1", "P2"]})
    sent = [[p["number"] for p in call[0].content["parcels"]] for call in w.markets["m1"].writes["ship"].calls]
    assert sent == [["P1"], ["P2"]]
    assert w.sent(write="acknowledge_shipped") == ["A1"] * 3


@pytest.mark.parametrize(
    ("table", "parcel", "carrier"),
    [
        ({"COLI": "Colissimo"}, {"carrier_raw": "COLI"}, "Colissimo"),
        ({"*": "Other"}, {"carrier_raw": "COLI"}, "Other"),
        ({"*": "Other"}, {}, "Other"),
        ({}, {"carrier": "DHL", "carrier_raw": "dhl"}, "DHL"),
        ({"COLI": "Colissimo"}, {"carrier": "DHL", "carrier_raw": "dhl"}, "DHL"),
    ],
)
def test_carriers(table: dict[str, str], parcel: dict[str, Any], carrier: str) -> None:
    w = mapped(carrier_map=table)
    ship(w, {"number": "P1", **parcel})
    assert w.markets["m1"].writes["ship"].calls[0][0].content["parcels"][0]["carrier"] == carrier


def test_an_unknown_carrier_is_held() -> None:
    from pipeline.domain.errors import FieldError, Puzzling

    def prepare(shipment: Any) -> Any:
        raise Puzzling.of((FieldError("parcels.0.carrier", "unknown", "carrier 'COLI' is not known"),))

    w = mapped(carrier_map={"DHL": "DHL"})
    object.__setattr__(w.markets["m1"].writes["ship"].write, "prepare", prepare)
    ship(w, {"number": "P1", "carrier_raw": "COLI"})
    assert (w.stands(**SHIPMENT), w.markets["m1"].writes["ship"].calls) == ("validate held", [])
    assert w.gates.is_shut("o1") is None


def test_no_parcel_at_all_dies() -> None:
    w = mapped()
    ship(w)
    assert (w.stands(**SHIPMENT), w.fault(**SHIPMENT)["fields"][0]["path"]) == ("validate dead", "parcels")


def test_a_table_of_the_marketplace_that_can_not_be_read_shuts_no_gate_of_the_oms() -> None:
    from pipeline.domain.errors import Unauthorized

    def prepare(shipment: Any) -> Any:
        raise Unauthorized("GET carriers: 401")

    w = mapped()
    object.__setattr__(w.markets["m1"].writes["ship"].write, "prepare", prepare)
    ship(w, {"number": "P1"})
    assert w.stands(**SHIPMENT) == "validate parked"
    assert w.gates.is_shut("o1") is None


def test_a_status_is_answered_again_even_if_equal() -> None:
    w = mapped()
    w.markets["m1"].orders["A1"] = raw_order(word="Sent")
    for _ in range(2):
        w.oms["o1"].lists["status_requests"].append(requests("A1"))
        w.poll("o1", Flow.STATUSES)
        w.run()
    assert [call[0].content["status"] for call in w.oms["o1"].writes["answer_status"].calls] == ["shipped"] * 2


def test_an_unknown_status_is_held_as_an_answer_too_and_an_edit_answers() -> None:
    w = mapped()
    w.markets["m1"].orders["A1"] = raw_order(word="Packing")
    w.oms["o1"].lists["status_requests"].append(requests("A1"))
    w.poll("o1", Flow.STATUSES)
    w.run()
    assert w.stands(**STATUS) == "normalize held"
    desk = desk_of(w)
    desk.edit("statuses:o1:A1", {"status": "unshipped"}, reason="asked them", who="me")
    desk.replay(["statuses:o1:A1"], who="me")
    w.run()
    assert w.oms["o1"].writes["answer_status"].calls[0][0].content["status"] == "unshipped"


def test_a_request_that_was_never_read_at_its_marketplace_says_so() -> None:
    w = mapped()
    w.oms["o1"].lists["status_requests"].append(requests("A1"))
    w.poll("o1", Flow.STATUSES)
    found = Rehearsal(w.context).faults(w.record(**STATUS))
    assert found is not None
    assert "replay it from fetch" in found[0].message
