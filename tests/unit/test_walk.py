"""One step over a lane: what is taken, hinted, released, and what a report says."""

from datetime import timedelta
from typing import Any

import pytest

from pipeline.domain.errors import Ambiguous, Refused
from pipeline.hand import Report
from tests.fakes.partners import raw_order
from tests.fakes.world import World


def test_whoever_settles_hints_the_lanes_that_have_work_now() -> None:
    w = World()
    w.receive(raw_order())
    w.over("normalize.m1")
    assert w.hinted == ["validate.m1"]
    w.over("validate.m1")
    assert w.hinted == ["validate.m1", "push.o1"]
    w.over("push.o1")
    assert w.hinted[-1] == "acknowledge.m1"


def test_what_remains_is_hinted_too() -> None:
    w = World()
    w.receive(*(raw_order(f"A{n}") for n in range(5)))
    w.over("normalize.m1", limit=2)
    assert "normalize.m1" in w.hinted


@pytest.mark.parametrize("lane", ["push.nobody", "push", "eat.m1", "push.", ""])
def test_a_forged_lane(lane: str) -> None:
    with pytest.raises(ValueError):
        World().over(lane)


def test_an_empty_lane() -> None:
    assert World().over("push.o1").text == "nothing due"


def test_a_shut_gate_and_a_full_account_take_nothing() -> None:
    w = World()
    w.receive(raw_order())
    w.over("normalize.m1"), w.over("validate.m1")
    w.gates.shut("o1", wait=timedelta(minutes=1), why="paused", kind="paused")
    assert w.over("push.o1").text == "gate shut: paused"
    w.gates.open("o1")
    for n in range(10):
        w.redis.zadd("op:hands:o1", {f"t{n}": w.ledger.now_ms() + 60_000})
    assert w.over("push.o1").text == "at its cap"
    assert w.sent() == []


def test_a_report_counts_and_names_causes() -> None:
    w = World(batch=1)
    w.receive(raw_order("A1"), raw_order("A2"), raw_order("A3"), raw_order("A4", currency=None))
    w.over("normalize.m1")
    report = w.over("validate.m1")
    assert report.text == "3 advanced, 1 dead: currency required"
    assert report.died
    assert report.causes == (("orders:m1:A4", "dead", "currency required"),)
    w.imports().answers += [Refused("400: no"), Ambiguous("no answer")]
    report = w.over("push.o1")
    assert report.text == "1 given back: the batch ended, 1 unknown: no answer, 1 dead: 400: no"


def test_a_report_without_anything() -> None:
    assert Report("push.o1").text == "nothing due"
    assert not Report("push.o1").died


def test_a_batch_is_released_whatever_happens() -> None:
    w = World()
    w.receive(raw_order("A1"), raw_order("A2"))
    w.over("normalize.m1"), w.over("validate.m1")

    def crash(*_: Any, **__: Any) -> Any:
        raise MemoryError

    kept = w.imports().write.prepare
    object.__setattr__(w.imports().write, "prepare", crash)
    with pytest.raises(MemoryError):
        w.over("push.o1")
    assert w.redis.zcard("op:hands:o1") == 0
    assert {w.stands(id_, "o1") for id_ in ("A1", "A2")} == {"push due"}
    assert w.due("push.o1") == 0
    object.__setattr__(w.imports().write, "prepare", kept)
    w.ripen()
    w.run()
    assert w.sent() == ["A1", "A2"]


def test_a_killed_worker_leaves_the_rest_to_the_lease() -> None:
    w = World()
    w.receive(raw_order("A1"))
    w.over("normalize.m1"), w.over("validate.m1")
    w.ledger.take("push.o1", "killed")
    assert w.over("push.o1").text == "nothing due"
    w.ripen(leases=True)
    assert w.over("push.o1").text == "1 advanced"


def test_each_transition_is_one_line_of_log(caplog: pytest.LogCaptureFixture) -> None:
    w = World()
    with caplog.at_level("INFO", "pipeline.hand"):
        w.receive(raw_order())
        w.over("normalize.m1")
    (line,) = caplog.records
    assert (line.message, line.fields["ref"], line.fields["step"]) == ("advanced", "orders:m1:A1", "normalize")  # type: ignore[attr-defined]
