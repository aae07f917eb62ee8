from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain.endings import Dead, Waiting
from pipeline.domain.errors import Fault, Kind
from pipeline.domain.lifecycle import Flow, Ref, Step
from pipeline.ports import NewDocument, Row
from pipeline.stores.packing import cause_fingerprint
from pipeline.stores.standing import RedisStanding
from tests.unit.stores.driver import PHONE, Drive


@pytest.fixture
def standing(drive: Drive) -> RedisStanding:
    return RedisStanding(drive.redis, drive.gates, ["m1", "o1", "o2"])


def test_nothing_yet(standing: RedisStanding) -> None:
    status = standing.status()
    assert (status["counts"], status["lanes"], status["cursors"], status["deadlines"]) == ([], [], [], [])
    assert (status["settled"], status["unsettled"], status["oldest_due_seconds"]) == (0, 0, None)
    assert status["gates"]["o1"]["state"] == "open"
    assert standing.causes() == []


def test_counts_are_by_flow_source_stage_and_condition(drive: Drive, standing: RedisStanding) -> None:
    drive.finished("F1")
    drive.finished("F2")
    drive.dead(drive.routed("X1"))
    drive.receive("S1", flow=Flow.STATUSES, source="o1")
    status = standing.status()
    assert status["counts"] == [
        {"flow": "orders", "account": "m1", "stage": "done", "condition": "done", "count": 2},
        {"flow": "orders", "account": "m1", "stage": "push", "condition": "dead", "count": 1},
        {"flow": "statuses", "account": "o1", "stage": "normalize", "condition": "due", "count": 1},
    ]
    assert (status["settled"], status["unsettled"]) == (2, 2)


def test_lanes_tell_backlog_and_age(drive: Drive, standing: RedisStanding) -> None:
    drive.parked(drive.routed("P1"))
    drive.routed("A1", ["o1", "o2"])
    drive.redis.zadd("op:due:push.o2", {"orders:m1:A1@o2": drive.ledger.now_ms() - 5000})
    drive.redis.delete("op:hinted:push.o2")
    drive.take("push.o1")
    status = standing.status()
    lanes = {lane.pop("lane"): lane for lane in status["lanes"]}
    assert list(lanes) == ["normalize.m1", "validate.m1", "push.o1", "push.o2"]
    assert (lanes["push.o1"]["due"], lanes["push.o1"]["due_later"], lanes["push.o1"]["in_hand"]) == (0, 1, 1)
    assert lanes["push.o1"]["oldest_due_seconds"] is None
    assert lanes["push.o2"]["due"] == 1
    assert not lanes["push.o2"]["hinted"]
    assert 5 <= lanes["push.o2"]["oldest_due_seconds"] < 6
    assert status["oldest_due_seconds"] == lanes["push.o2"]["oldest_due_seconds"]
    drive.ledger.hints()
    assert [lane["hinted"] for lane in standing.status()["lanes"] if lane["lane"] == "push.o2"] == [True]


def test_cursors(drive: Drive, standing: RedisStanding) -> None:
    poll = drive.ledger.poll_begin("m1", Flow.ORDERS, "t", every=timedelta(0))
    assert poll
    new = NewDocument(Ref(Flow.ORDERS, "m1", "A1"), Row(id="A1", raw={}), Step.NORMALIZE, "m1")
    drive.ledger.receive([new], poll=poll, page="2", cursor="2026-11-22")
    (open_,) = standing.status()["cursors"]
    assert (open_["account"], open_["flow"], open_["cursor"], open_["page"]) == ("m1", "orders", "2026-11-22", "2")
    assert open_["began"]
    assert open_["finished"] is None
    drive.ledger.poll_end(poll, keep_page=True, error="HTML with 200")
    assert standing.status()["cursors"][0]["error"] == "HTML with 200"
    poll = drive.ledger.poll_begin("m1", Flow.ORDERS, "t2", every=timedelta(0), force=True)
    drive.ledger.receive([], poll=poll, end=True)
    assert standing.status()["cursors"][0]["error"] is None


def test_the_nearest_deadlines_are_of_what_stands_still(drive: Drive, standing: RedisStanding) -> None:
    at = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    for number in range(12):
        drive.validated(f"W{number}")
    drive.end("validate.m1", Waiting(reason="released", deadline=at))
    drive.receive("moving", deadline=at)
    nearest = standing.status()["deadlines"]
    assert len(nearest) == 10
    assert nearest[0]["deadline"] == "2026-11-24T17:00:00.000Z"
    assert all(entry["ref"].startswith("orders:m1:W") for entry in nearest)


def test_causes_are_grouped_the_most_frequent_first(drive: Drive, standing: RedisStanding) -> None:
    rare = Fault("push", Kind.REFUSED, "vat number missing", "vat number missing")
    drive.routed("R1")
    drive.end("push.o1", Dead(error=rare))
    for number in range(7):
        drive.routed(f"X{number}")
    drive.end("push.o1", Dead(error=PHONE))
    first, second = standing.causes()
    assert (first["fingerprint"], first["count"]) == (cause_fingerprint(PHONE), 7)
    assert (first["step"], first["kind"], first["cause"]) == ("push", "refused", "phone missing")
    assert len(first["refs"]) == 5
    assert set(first["refs"]) <= {f"orders:m1:X{number}@o1" for number in range(7)}
    assert first["oldest"].endswith("Z")
    assert (second["count"], second["refs"]) == (1, ["orders:m1:R1@o1"])
