import pytest

from pipeline.domain.endings import Advanced, Dead, Unknown
from pipeline.operations.desk import Desk
from pipeline.operations.errors import NotAllowed, NotFound
from tests.unit.operations.test_replay import stands
from tests.unit.stores.driver import DOUBT, Drive


def test_found_ends_the_push_with_that_receipt(drive: Drive, desk: Desk, hinted: list[str]) -> None:
    ref = drive.routed("A1")
    drive.unknown(ref)
    assert desk.resolve(f"{ref}@o1", found="OMS-9", who="ann") == {"ref": f"{ref}@o1", "resolved": "found"}
    assert stands(desk, ref) == {"o1": "acknowledge/due"}
    assert hinted == ["acknowledge.m1"]
    drive.end("acknowledge.m1", Advanced())
    drive.redis.delete(f"op:d:{ref}")
    (row,) = desk.orders(ids=["OMS-9"])
    assert (row["ref"], row["receipt"]) == (str(ref), "OMS-9")


def test_absent_sends_again_without_a_doubt(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.unknown(ref)
    desk.resolve(f"{ref}@o1", absent=True, reason="looked twice", who="ann")
    _, (holding,) = drive.take("push.o1")
    assert (holding.condition, holding.maybe_sent, holding.attempts) == ("due", False, 0)
    last = desk.books.timeline.read(str(ref))[-1]
    assert (last["what"], last["as"], last["reason"], last["target"]) == ("resolve", "absent", "looked twice", "o1")


def test_without_a_target_the_only_doubtful_one_is_meant(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.unknown(ref, "o2")
    desk.resolve(str(ref), found="R2", who="ann")
    assert stands(desk, ref) == {"o1": "push/due", "o2": "acknowledge/waiting"}
    both = drive.routed("A2", ["o1", "o2"])
    drive.unknown(both, "o1")
    drive.unknown(both, "o2")
    with pytest.raises(NotAllowed, match="say which: orders:m1:A2@o1, orders:m1:A2@o2"):
        desk.resolve(str(both), absent=True, who="ann")


def test_dead_or_held_only_with_a_mark(drive: Drive, desk: Desk) -> None:
    marked, unmarked = drive.routed("A1"), drive.routed("A2")
    drive.end("push.o1", Dead(error=DOUBT), only=str(marked), send=True)
    drive.end("push.o1", Dead(error=DOUBT), only=str(unmarked))
    with pytest.raises(NotAllowed):
        desk.resolve(f"{unmarked}@o1", found="R2", who="ann")
    record = desk.books.records.read(unmarked)
    assert record
    for act in ("found", "absent"):  # nor past the desk
        line = {"who": "ann", "what": "resolve"}
        answer = desk.books.acts.perform(record, "o1", act, allowed=("dead",), line=line, receipt="R2")
        assert (answer.word, answer.condition) == ("no", "unmarked")
    desk.resolve(f"{marked}@o1", absent=True, who="ann")
    assert drive.due("push.o1") == [f"{marked}@o1"]


def test_nothing_to_resolve(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    with pytest.raises(NotAllowed, match="due"):
        desk.resolve(str(ref), absent=True, who="ann")
    drive.take("push.o1")
    with pytest.raises(NotAllowed, match="in hand"):
        desk.resolve(f"{ref}@o1", absent=True, who="ann")
    with pytest.raises(NotFound):
        desk.resolve("orders:m1:none", absent=True, who="ann")


def test_one_of_found_and_absent(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.unknown(ref)
    for wrong in ({}, {"found": "R1", "absent": True}, {"found": "  "}):
        with pytest.raises(NotAllowed):
            desk.resolve(str(ref), **wrong, who="ann")
    assert stands(desk, ref) == {"o1": "push/unknown"}


def test_an_unknown_accept_that_was_found_waits_for_its_release(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1")
    drive.end("validate.m1", Unknown(evidence=DOUBT), send=True)
    desk.resolve(str(ref), found="accepted", who="ann")
    assert stands(desk, ref) == {None: "validate/waiting"}
    assert drive.word(ref, "mb") == ""


def test_an_unknown_acknowledge_that_was_found_is_the_end(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.pushed(ref)
    drive.end("acknowledge.m1", Unknown(evidence=DOUBT), send=True)
    assert stands(desk, ref) == {"o1": "acknowledge/unknown"}
    desk.resolve(str(ref), found="seen on their screen", who="ann")
    assert stands(desk, ref) == {"o1": "done/done"}
    (row,) = desk.orders(ids=["A1"])
    assert row["receipt"] == "R1"


def test_with_an_optional_sister_open_it_is_acknowledged_and_stays(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"], optional=["o2"])
    drive.pushed(ref)
    drive.end("acknowledge.m1", Unknown(evidence=DOUBT), send=True)
    desk.resolve(str(ref), found="seen", who="ann")
    assert stands(desk, ref) == {"o1": "done/done", "o2": "push/due"}
    drive.pushed(ref, "o2", "R2")
    assert stands(desk, ref) == {"o1": "done/done", "o2": "done/done"}
