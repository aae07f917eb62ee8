from collections.abc import Mapping
from typing import Any

import pytest

from pipeline.domain.endings import Advanced, Dead
from pipeline.domain.lifecycle import Flow, Step
from pipeline.operations.desk import Desk
from pipeline.operations.errors import NotAllowed, NotFound
from pipeline.stores.bodies import Bodies
from pipeline.stores.record import Record
from tests.unit.operations.conftest import OpenDesk
from tests.unit.stores.driver import PHONE, Drive


def overrides(desk: Desk, ref: object) -> Mapping[str, Any]:
    found = desk.show(str(ref), reveal=True, who="test")
    assert found
    stored: Mapping[str, Any] = found["overrides"]
    return stored


def test_an_edit_remembers_what_it_replaced_and_does_not_re_queue(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.dead(ref)
    edited = desk.edit(f"{ref}@o1", {"shipping_address.city": "Paris", "buyer.phone": "0612345678"}, "asked", "ann")
    assert edited == {"ref": str(ref), "paths": ["buyer.phone", "shipping_address.city"]}
    city, phone = overrides(desk, ref)["shipping_address.city"], overrides(desk, ref)["buyer.phone"]
    assert (city["value"], city["raw"], city["who"], city["reason"]) == ("Paris", "Lyon", "ann", "asked")
    assert city["at"].endswith("Z")
    assert (phone["value"], phone["raw"]) == ("0612345678", None)
    assert next(iter(desk.orders(ids=[str(ref)])))["condition"] == "dead"


def test_its_timeline_line_has_paths_but_no_values(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1")
    desk.edit(str(ref), {"buyer.phone": "0612345678"}, "asked the buyer", "ann")
    line = drive.redis.lrange(f"op:t:{ref}", -1, -1)[0]
    assert b"buyer.phone" in line
    assert b"asked the buyer" in line
    assert b"0612345678" not in line


def test_the_step_that_lays_it_over_gets_it(drive: Drive, desk: Desk) -> None:
    ref = drive.receive("A1")
    drive.held(ref)
    desk.edit(str(ref), {"total": "12.5"}, "", "ann")
    desk.replay([str(ref)], who="ann")
    _, (holding,) = drive.take("normalize.m1")
    assert holding.overrides["total"]["value"] == "12.5"


def test_a_second_edit_still_knows_the_first_raw_value(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1")
    desk.edit(str(ref), {"shipping_address.city": "Paris"}, "", "ann")
    drive.end("validate.m1", Dead(error=PHONE))
    desk.replay([str(ref)], who="ann")
    laid = {"id": "A1", "shipping_address": {"city": "Paris"}}  # as normalize lays it over
    drive.end("normalize.m1", Advanced(step=Step.VALIDATE, document=laid))
    desk.edit(str(ref), {"shipping_address.city": "Nice"}, "", "bob")
    city = overrides(desk, ref)["shipping_address.city"]
    assert (city["value"], city["raw"], city["who"]) == ("Nice", "Lyon", "bob")
    # the partner changed it since: what stands there now is what the next edit replaces
    drive.end("validate.m1", Dead(error=PHONE))
    desk.replay([str(ref)], who="ann")
    drive.end("normalize.m1", Dead(error=PHONE, document={"id": "A1", "shipping_address": {"city": "Lille"}}))
    desk.edit(str(ref), {"shipping_address.city": "Nice"}, "", "bob")
    assert overrides(desk, ref)["shipping_address.city"]["raw"] == "Lille"


def test_what_it_replaces_is_read_anew_from_the_raw_where_that_can_be_done(drive: Drive, open_desk: OpenDesk) -> None:
    ref = drive.validated("A1")

    def plain(record: Record) -> Mapping[str, Any]:
        return {"shipping_address": {"city": f"as sent in {record.ref.id}"}}

    desk = open_desk(plain=plain)
    desk.edit(str(ref), {"shipping_address.city": "Paris"}, "", "ann")
    assert overrides(desk, ref)["shipping_address.city"]["raw"] == "as sent in A1"


def test_every_wrong_path_is_named_and_nothing_is_kept(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1")
    with pytest.raises(NotAllowed) as raised:
        desk.edit(str(ref), {"shipping_adress.city": "x", "total": "secret", "currency": "EUR"}, "", "ann")
    assert "did you mean shipping_address" in str(raised.value)
    assert "total: expected a decimal number" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert overrides(desk, ref) == {}


def test_paths_are_those_of_the_flow_s_document(drive: Drive, desk: Desk) -> None:
    ref = drive.receive("S1", flow=Flow.STATUSES, source="o1")
    desk.edit(str(ref), {"status": "shipped"}, "", "ann")
    with pytest.raises(NotAllowed, match="shipping_address"):
        desk.edit(str(ref), {"shipping_address.city": "Paris"}, "", "ann")


def test_null_removes(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1")
    desk.edit(str(ref), {"shipping_address.city": "null"}, "", "ann")
    assert overrides(desk, ref)["shipping_address.city"]["value"] is None


def test_in_hand_anywhere_is_refused(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.dead(ref, "o1")
    token, (holding,) = drive.take("push.o2")
    for _ in ("in hand", "sending"):
        with pytest.raises(NotAllowed, match="in hand right now; try again in a moment"):
            desk.edit(f"{ref}@o1", {"buyer.phone": "06"}, "", "ann")
        drive.send(token, "push.o2", [holding.item])


def test_done_and_unknown_documents_are_refused(drive: Drive, desk: Desk) -> None:
    ref = drive.finished("F1")
    with pytest.raises(NotAllowed, match="done"):
        desk.edit(str(ref), {"buyer.phone": "06"}, "", "ann")
    with pytest.raises(NotFound):
        desk.edit("orders:m1:none", {"buyer.phone": "06"}, "", "ann")
    with pytest.raises(NotAllowed, match="PATH=VALUE"):
        desk.edit(str(ref), {}, "", "ann")


def test_two_editors_do_not_lose_each_other_s_work(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1")
    read = desk.books.records.read
    raced: list[bool] = []

    def race(name: Any) -> Any:
        record = read(name)
        if not raced:
            raced.append(True)
            desk.edit(str(ref), {"buyer.phone": "06"}, "", "bob")
        return record

    object.__setattr__(desk.books.records, "read", race)
    desk.edit(str(ref), {"shipping_address.city": "Paris"}, "", "ann")
    assert set(overrides(desk, ref)) == {"buyer.phone", "shipping_address.city"}


def test_values_are_sealed() -> None:
    drive = Drive(bodies=Bodies(b"k" * 32))
    desk = Desk(drive.ledger, drive.gates, accounts=["m1", "o1"])
    ref = drive.validated("A1")
    desk.edit(str(ref), {"buyer.phone": "0612345678"}, "", "ann")
    assert b"0612345678" not in drive.redis.hget(f"op:d:{ref}", "ovr")
    assert overrides(desk, ref)["buyer.phone"]["value"] == "0612345678"
