from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.domain.endings import Advanced, Dead, Waiting
from pipeline.domain.errors import Fault, Kind
from pipeline.domain.lifecycle import Flow, Step
from pipeline.stores.lookups import RedisLookups
from pipeline.stores.packing import cause_fingerprint
from tests.unit.stores.driver import PHONE, Drive

NASTY = "A:1/2@o1"


@pytest.fixture
def lookups(drive: Drive) -> RedisLookups:
    return RedisLookups(drive.redis, targets=["o1", "o2", "m1"])


def names(rows: Iterator[dict[str, Any]]) -> list[str]:
    return sorted(f"{row['id']}@{row['target'] or ''} {row['stage']}/{row['condition']}" for row in rows)


def test_without_a_filter_it_lists_what_is_unfinished(drive: Drive, lookups: RedisLookups) -> None:
    drive.finished("F1")
    drive.parked(drive.routed("P1"))
    drive.unknown(drive.routed("U1"))
    both = drive.routed("D2", ["o1", "o2"])
    drive.pushed(both, "o1")
    drive.held(drive.receive("H1"))
    drive.receive("N1")
    assert names(lookups.orders()) == [
        "D2@o1 acknowledge/waiting", "D2@o2 push/due", "H1@ normalize/held", "N1@ normalize/due",
        "P1@o1 push/parked", "U1@o1 push/unknown",
    ]  # fmt: skip


def test_what_is_in_hand_is_unfinished_too(drive: Drive, lookups: RedisLookups) -> None:
    drive.routed("S1")
    token, holdings = drive.take("push.o1")
    assert names(lookups.orders()) == ["S1@o1 push/in_hand"]
    drive.send(token, "push.o1", [holdings[0].item])
    assert names(lookups.orders(condition="sending")) == ["S1@o1 push/sending"]


def test_by_the_marketplace_s_id_live_finished_and_forgotten(drive: Drive, lookups: RedisLookups) -> None:
    ref = drive.finished(NASTY, receipt="OMS-77")
    assert names(lookups.orders(ids=[NASTY])) == [f"{NASTY}@o1 done/done"]
    drive.redis.delete(f"op:d:{ref}", f"op:t:{ref}")
    (row,) = lookups.orders(ids=[NASTY])
    assert (row["ref"], row["stage"], row["condition"], row["receipt"]) == (str(ref), "done", "done", "OMS-77")
    assert row["updated_at"] is not None
    for name in ("target", "attempts", "maybe_sent", "error", "received_at", "due_at", "deadline"):
        assert row[name] is None


def test_by_the_oms_s_id(drive: Drive, lookups: RedisLookups) -> None:
    ref = drive.finished("A1", receipt="OMS-77")
    for _ in ("kept", "forgotten"):
        assert [row["ref"] for row in lookups.orders(ids=["OMS-77"])] == [str(ref)]
        drive.redis.delete(f"op:d:{ref}")


def test_one_id_in_several_flows_gives_each(drive: Drive, lookups: RedisLookups) -> None:
    drive.routed("A1")
    drive.receive("A1", flow=Flow.SHIPMENTS, source="o1")
    drive.receive("A1", source="m2")
    assert sorted(row["ref"] for row in lookups.orders(ids=["A1"])) == [
        "orders:m1:A1",
        "orders:m2:A1",
        "shipments:o1:A1",
    ]
    assert list(lookups.orders(ids=["A2", "nothing at all"])) == []


def test_by_reference_with_and_without_a_target(drive: Drive, lookups: RedisLookups) -> None:
    ref = drive.routed(NASTY, ["o1", "o2"])
    assert names(lookups.orders(ids=[f"{ref}@o2"])) == [f"{NASTY}@o2 push/due"]
    plain = drive.routed("B1", ["o1", "o2"])
    assert len(list(lookups.orders(ids=[str(plain), "B1", f"{plain}@o1"]))) == 2  # each row once
    assert names(lookups.orders(ids=[f"{plain}@o1"])) == ["B1@o1 push/due"]


def test_an_id_that_looks_like_a_reference_with_a_target_is_found(drive: Drive, lookups: RedisLookups) -> None:
    """`orders:m1:A@o1` is the delivery of A by law; a document whose id is `A@o1` is found by its bare id."""
    ref = drive.routed("A@o1")
    assert [row["ref"] for row in lookups.orders(ids=["A@o1"])] == [str(ref)]
    assert [row["ref"] for row in lookups.orders(ids=[f"{ref}@o1"])] == [str(ref)]


def test_filters(drive: Drive, lookups: RedisLookups) -> None:
    drive.dead(drive.routed("X1"))
    drive.dead(drive.routed("X2", ["o1", "o2"]))
    drive.receive("S1", flow=Flow.STATUSES, source="o1")
    drive.receive("N1", source="m2")
    assert names(lookups.orders(condition="dead")) == ["X1@o1 push/dead", "X2@o1 push/dead"]
    assert names(lookups.orders(flow="statuses")) == ["S1@ normalize/due"]
    assert names(lookups.orders(account="o2")) == ["X2@o2 push/due"]
    assert names(lookups.orders(account="m2")) == ["N1@ normalize/due"]
    assert names(lookups.orders(account="o1", condition="due")) == ["S1@ normalize/due"]
    assert names(lookups.orders(ids=["X2"], condition="due")) == ["X2@o2 push/due"]
    assert list(lookups.orders(condition="held")) == []


def test_waiting_is_both_for_the_marketplace_and_for_sisters(drive: Drive, lookups: RedisLookups) -> None:
    drive.validated("W1")
    drive.end("validate.m1", Waiting(reason="released"))
    drive.pushed(drive.routed("D2", ["o1", "o2"]), "o1")
    assert names(lookups.orders(condition="waiting")) == ["D2@o1 acknowledge/waiting", "W1@ validate/waiting"]


@pytest.mark.parametrize("condition", ["done", "discarded"])
def test_what_is_finished_when_asked_for(drive: Drive, lookups: RedisLookups, condition: str) -> None:
    for number in range(3):
        drive.finished(f"F{number}")
    drive.validated("G1")
    drive.end("validate.m1", Advanced(discarded=True))
    drive.redis.delete("op:d:orders:m1:F2")
    drive.receive("N1")
    expected = {"done": ["F0@o1 done/done", "F1@o1 done/done", "F2@ done/done"], "discarded": ["G1@ done/discarded"]}
    assert names(lookups.orders(condition=condition)) == expected[condition]
    assert list(lookups.orders(condition=condition, flow="statuses")) == []


def test_by_cause(drive: Drive, lookups: RedisLookups) -> None:
    other = Fault("push", Kind.REFUSED, "vat number missing", "vat number missing")
    drive.dead(drive.routed("X1", ["o1", "o2"]))
    drive.routed("X2")
    drive.end("push.o1", Dead(error=other))
    for cause in (cause_fingerprint(PHONE), "phone", "Phone miss"):
        assert names(lookups.orders(cause=cause)) == ["X1@o1 push/dead"]
    assert names(lookups.orders(cause="vat")) == ["X2@o1 push/dead"]
    assert list(lookups.orders(cause="no such cause")) == []
    assert list(lookups.orders(cause="phone", condition="held")) == []


def test_since(drive: Drive, lookups: RedisLookups) -> None:
    drive.receive("N1")
    now = datetime.now(UTC)
    assert names(lookups.orders(since=now - timedelta(minutes=1))) == ["N1@ normalize/due"]
    assert list(lookups.orders(since=now + timedelta(minutes=1))) == []


def test_the_nearest_deadline_first(drive: Drive, lookups: RedisLookups) -> None:
    now = datetime.now(UTC)
    drive.receive("none")
    drive.receive("late", deadline=now + timedelta(days=2))
    drive.receive("soon", deadline=now + timedelta(hours=1))
    assert [row["id"] for row in lookups.orders(sort="deadline")] == ["soon", "late", "none"]


def test_many_are_streamed_each_once(drive: Drive, lookups: RedisLookups) -> None:
    for number in range(430):
        drive.receive(f"N{number}")
    rows = lookups.orders()
    first = next(rows)
    assert first["stage"] == "normalize"
    assert len({row["ref"] for row in rows} | {first["ref"]}) == 430


def test_no_key_is_ever_searched_for(drive: Drive, lookups: RedisLookups, monkeypatch: pytest.MonkeyPatch) -> None:
    drive.finished("F1")
    drive.routed("A1")

    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("KEYS or SCAN")

    for name in ("keys", "scan", "scan_iter"):
        monkeypatch.setattr(drive.redis, name, forbidden)
    assert list(lookups.orders())
    assert list(lookups.orders(ids=["F1", "A1"]))
    assert list(lookups.orders(condition="done"))


def test_an_index_entry_without_a_record_is_not_shown(drive: Drive, lookups: RedisLookups) -> None:
    drive.redis.delete(f"op:d:{drive.receive('N1')}")
    assert list(lookups.orders()) == []


def test_an_optional_delivery_left_open_is_unfinished(drive: Drive, lookups: RedisLookups) -> None:
    ref = drive.routed("A1", ["o1", "o2"], optional=["o2"])
    drive.pushed(ref, "o1")
    drive.end("acknowledge.m1", Advanced())
    assert names(lookups.orders()) == ["A1@o1 done/done", "A1@o2 push/due"]
    drive.pushed(ref, "o2", "R2")
    assert names(lookups.orders()) == []
    assert names(lookups.orders(ids=["A1"])) == ["A1@o1 done/done", "A1@o2 done/done"]


def test_parse_splits_at_the_last_known_target(drive: Drive, lookups: RedisLookups) -> None:
    drive.routed("A1", ["o1", "retired"])
    for text, expected in {
        "orders:m1:A@o1": ("A", "o1"),
        "orders:m1:A@x": ("A@x", None),
        "orders:m1:A@x@o2": ("A@x", "o2"),
        "orders:m1:A1@retired": ("A1", "retired"),  # no longer configured: the record still knows it
        "orders:m1:@o1": ("@o1", None),
        "orders:m1:A:b": ("A:b", None),
    }.items():
        parsed = lookups.parse(text)
        assert parsed is not None
        assert (parsed[0].id, parsed[1]) == expected
    assert lookups.parse("A1") is None
    assert lookups.parse("nothing:m1:A1") is None


def test_a_document_begun_again_is_found_in_its_lane(drive: Drive, lookups: RedisLookups) -> None:
    drive.receive("S1", step=Step.FETCH)
    assert names(lookups.orders(condition="due")) == ["S1@ fetch/due"]
