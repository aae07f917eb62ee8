"""Forget: a person's data is gone from every key, what became of the document stays known."""

from typing import Any

import pytest

from pipeline.operations.desk import Desk
from pipeline.operations.errors import NotFound
from tests.unit.stores.driver import DOCUMENT, Drive

EMAIL = "zoe@example.com"
PERSON = {**DOCUMENT, "buyer": {"first_name": "Zoé", "email": EMAIL}}


@pytest.fixture(autouse=True)
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.stores.driver.DOCUMENT", PERSON)


def bodies(drive: Drive, ref: object) -> set[str]:
    names: Any = drive.redis.hkeys(f"op:d:{ref}")
    return {name.decode() for name in names} & {"raw", "doc", "ovr", "nraw"}


def test_a_finished_document_keeps_its_times_and_its_receipt_only(drive: Drive, desk: Desk) -> None:
    ref = drive.finished()
    desk.books.acts.perform(desk.books.records.read(ref), None, "note", allowed=(), line={"who": "a", "reason": "Zoé"})  # type: ignore[arg-type] # it is there
    assert bodies(drive, ref) == {"raw", "doc"}
    result = desk.forget([str(ref)], None, "anna")
    assert (list(result.done), list(result.refused)) == ([str(ref)], [])
    assert bodies(drive, ref) == set()
    shown = desk.show(str(ref))
    assert shown is not None
    assert shown["raw"] is None
    assert shown["deliveries"][0]["receipt"] == "R1"
    assert shown["timeline"][-1]["what"] == "forgotten"
    assert shown["timeline"][-1]["who"] == "anna"
    assert not any("reason" in line for line in shown["timeline"])
    assert 0 < drive.redis.pttl(f"op:d:{ref}") == pytest.approx(drive.redis.pttl(f"op:t:{ref}"), abs=2000)


def test_the_same_version_is_still_known(drive: Drive, desk: Desk) -> None:
    ref = drive.finished()
    desk.forget([str(ref)], None, "anna")
    drive.receive()
    assert drive.word(ref, "st") == "done"


def test_what_was_given_up_is_discarded_with_it(drive: Drive, desk: Desk) -> None:
    ref = drive.routed()
    drive.dead(ref)
    assert list(desk.forget([str(ref)], None, "anna").done) == [str(ref)]
    assert bodies(drive, ref) == set()
    assert drive.word(ref, "co") == "discarded"
    assert b"phone" not in drive.redis.hgetall(f"op:d:{ref}").get(b"er@o1", b"")


def test_what_may_be_at_a_partner_is_settled_first(drive: Drive, desk: Desk) -> None:
    ref = drive.routed()
    drive.unknown(ref)
    (refused,) = desk.forget([str(ref)], None, "anna").refused
    assert "unknown" in refused[1]
    assert "resolve" in refused[1]
    assert bodies(drive, ref) == {"raw", "doc"}


def test_everything_of_one_buyer_and_nothing_of_another(drive: Drive, desk: Desk, monkeypatch: Any) -> None:
    mine, live = drive.finished("A1"), drive.validated("A2")
    monkeypatch.setattr("tests.unit.stores.driver.DOCUMENT", {**PERSON, "buyer": {"email": "other@example.com"}})
    other = drive.finished("B1")
    result = desk.forget([], f" {EMAIL.upper()} ", "anna")
    assert list(result.done) == [str(mine)]
    assert [ref for ref, _ in result.refused] == [str(live)]
    assert bodies(drive, other) == {"raw", "doc"}


def test_nobody_by_that_name_is_told(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.forget([], "nobody@example.com", "anna")
    assert [why for _, why in desk.forget(["orders:m1:X"], None, "anna").refused] == ["not found"]


def test_a_cancellation_that_carries_its_order_is_found_by_the_buyer(
    drive: Drive, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = {"order_id": "gone", "extra": {"order": PERSON}}
    monkeypatch.setattr("tests.unit.stores.driver.DOCUMENT", carried)
    ref = drive.finished()
    assert list(desk.forget([], EMAIL, "anna").done) == [str(ref)]
    assert bodies(drive, ref) == set()
