from decimal import Decimal

from pipeline.domain.lifecycle import Flow, Ref, Step
from pipeline.stores.bodies import Bodies
from pipeline.stores.record import RedisRecords
from pipeline.stores.timeline import RedisTimeline
from tests.unit.stores.driver import Drive


def records(drive: Drive) -> RedisRecords:
    return RedisRecords(drive.redis, drive.ledger.bodies)


def test_a_whole_record() -> None:
    drive = Drive(bodies=Bodies(b"k" * 32))
    ref = drive.routed("A@1", ["o1", "o2"], raw={"total": Decimal("12.50")})
    drive.pushed(ref)
    record = records(drive).read(ref)
    assert record is not None
    assert record.raw == {"total": Decimal("12.50"), "orderId": "A@1"}
    assert record.document is not None
    assert record.document["currency"] == "EUR"
    assert (record.stage, record.condition(), record.condition("o1"), record.condition("o2")) == (
        "push",
        "",
        "done",
        "due",
    )
    assert record.targets == ("o1", "o2")
    assert record.done == ("o1",)
    assert record.position("o1")["rc"] == "R1"
    assert "co@o1" not in record.position()
    assert not record.newer
    assert "12.50" not in repr(record)


def test_what_a_step_would_be_handed(drive: Drive) -> None:
    ref = drive.receive("A1")
    record = records(drive).read(ref)
    assert record is not None
    holding, (taken,) = record.holding(), drive.take("normalize.m1")[1]
    assert (holding.item, holding.step, holding.raw) == (taken.item, Step.NORMALIZE, taken.raw)
    assert (holding.raw_fingerprint, holding.received_at) == (taken.raw_fingerprint, taken.received_at)


def test_a_newer_version_beside_is_told(drive: Drive) -> None:
    ref = drive.routed("A1")
    drive.take("push.o1")
    drive.receive("A1", raw={"changed": True})
    record = records(drive).read(ref)
    assert record is not None
    assert record.newer


def test_none(drive: Drive) -> None:
    assert records(drive).read(Ref(Flow.ORDERS, "m1", "A1")) is None


def test_the_timeline_is_read_oldest_first(drive: Drive) -> None:
    ref = drive.routed("A1")
    lines = RedisTimeline(drive.redis).read(str(ref))
    assert [line["what"] for line in lines] == ["received", "advanced", "advanced"]
    assert [line["step"] for line in lines[1:]] == ["normalize", "validate"]
    assert lines[0]["who"] == "poll"
    assert lines[0]["at"].endswith("Z")
    folded = RedisTimeline(drive.redis).read(str(ref), folded=7)
    assert (folded[0]["what"], folded[0]["lines"]) == ("folded", 7)
    assert RedisTimeline(drive.redis).read("orders:m1:none") == []
