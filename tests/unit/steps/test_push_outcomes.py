"""What each answer makes of a delivery, of the rest of its batch, and of the partner's gate."""

from datetime import timedelta
from typing import Any

import pytest

from pipeline.config.model import Limits
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    Invalid,
    NotConfigured,
    PartnerTrouble,
    Puzzling,
    RateLimited,
    Refused,
    Trouble,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.domain.lifecycle import Condition
from pipeline.ports import Absent, NotDurable, Promised, Taken
from tests.fakes.partners import VOLATILE, FakeOms, raw_order
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

# trouble, condition, mark kept, attempts, the rest goes on, the gate shuts
TROUBLES: list[tuple[Trouble, str, bool, str, bool, bool]] = [
    (Refused("400"), "dead", False, "1", True, False),
    (Conflict("409"), "unknown", True, "1", True, False),
    (Ambiguous("no answer"), "unknown", True, "1", False, False),
    (Unavailable("not reached"), "parked", False, "0", False, True),
    (Unavailable("503 of its table", status=503), "parked", False, "1", False, False),
    (Unreadable("HTML of its table"), "parked", False, "1", False, False),
    (RateLimited("429", retry_after=30), "parked", False, "0", False, True),
    (Unauthorized("401"), "parked", False, "0", False, True),
    (Invalid("too long"), "dead", False, "1", True, False),
    (Puzzling("which one"), "held", False, "0", True, False),
    (NotConfigured("a setting"), "held", False, "0", True, False),
    (PartnerTrouble("whatever this is"), "held", True, "0", False, False),
]
IDS = [type(case[0]).__name__ + (f"-{case[0].message}" if "table" in case[0].message else "") for case in TROUBLES]


def world(**write: Any) -> World:
    oms = FakeOms(import_orders=FakeWrite(volatile=VOLATILE, **write))
    return World(oms={"o1": oms})


@pytest.mark.parametrize(("trouble", "condition", "marked", "attempts", "goes_on", "shuts"), TROUBLES, ids=IDS)
@pytest.mark.parametrize("raised", [True, False], ids=["raised", "told"])
def test_each_trouble(
    trouble: Trouble, condition: str, marked: bool, attempts: str, goes_on: bool, shuts: bool, raised: bool
) -> None:
    w = world(batch=1)
    w.receive(raw_order("A1"), raw_order("A2"), raw_order("A3"))
    w.imports().answers.append(trouble if raised else [trouble])
    w.over("normalize.m1")
    w.over("validate.m1")
    w.over("push.o1")
    assert w.stands(target="o1") == f"push {condition}"
    assert (w.word("mb@o1") == "1", w.word("at@o1")) == (marked, attempts)
    rest = {w.stands(id_, "o1") for id_ in ("A2", "A3")}
    assert rest == ({"done done"} if goes_on else {"push due"})
    assert all(w.word("at@o1", id_) == "0" and (w.word("mb@o1", id_) == "1") is goes_on for id_ in ("A2", "A3"))
    assert (w.gates.is_shut("o1") is not None) is shuts
    assert w.fault(target="o1")["cause"] == trouble.cause


def test_one_call_for_a_batch_and_one_ending_for_each() -> None:
    w = world(batch=3)
    w.receive(*(raw_order(f"A{n}") for n in range(1, 8)))
    w.imports().answers += [[None, Refused("A2 is bad"), Ambiguous("A3 is left out")]]  # type: ignore[list-item]
    w.run()
    assert [len(call) for call in w.imports().calls] == [3, 3, 1]
    assert [w.stands(f"A{n}", "o1") for n in (1, 2, 3, 4)] == ["done done", "push dead", "push unknown", "done done"]
    assert w.word("mb@o1", "A2") == ""


def test_an_account_may_ask_for_smaller_batches() -> None:
    w = World(batch=2)
    w.receive(*(raw_order(f"A{n}") for n in range(5)))
    w.run()
    assert [len(call) for call in w.imports().calls] == [2, 2, 1]


@pytest.mark.parametrize("answer", [[Taken("R1")], [Taken("R1")] * 3, []], ids=["fewer", "more", "none"])
def test_another_number_of_outcomes_says_nothing(answer: list[Any]) -> None:
    w = world()
    w.receive(raw_order("A1"), raw_order("A2"))
    w.imports().answers.append(answer)
    w.over("normalize.m1"), w.over("validate.m1"), w.over("push.o1")
    assert {w.stands(id_, "o1") for id_ in ("A1", "A2")} == {"push unknown"}


def test_attempts_used_up_end_it() -> None:
    w = world()
    w.imports().answers += [Unavailable("503", status=503)] * 8
    w.receive(raw_order())
    for _ in range(12):
        w.run()
        w.ripen()
    assert w.stands(target="o1") == "push dead"
    assert w.word("at@o1") == "8"
    assert "tried 8 times, given up" in w.fault(target="o1")["message"]
    assert w.word("mb@o1") == "", "nothing was ever taken: an edit and a replay need no look"
    assert len(w.imports().calls) == 8


def test_no_connection_never_ends_a_document() -> None:
    w = world()
    w.imports().answers += [Unavailable("not reached")] * 30
    w.receive(raw_order())
    for _ in range(30):
        w.run()
        w.ripen()
    w.run()
    assert w.stands(target="o1") == "done done"
    assert len(w.imports().calls) == 31


def test_a_connector_that_raises_something_else_leaves_what_was_sent_to_its_lease() -> None:
    w = world(batch=1)
    w.imports().answers.append(RuntimeError("Zoé"))
    w.receive(raw_order("A1"), raw_order("A2"))
    w.over("normalize.m1"), w.over("validate.m1")
    with pytest.raises(RuntimeError):
        w.over("push.o1")
    assert w.stands(target="o1") == "push sending"
    assert w.stands("A2", "o1") == "push due"
    assert w.due("push.o1") == 0, "what is left backs off: due at once it would fail at once, for ever"
    assert "Zoé" not in w.notes("A2")
    w.ripen(leases=True)
    w.over("push.o1")
    assert w.imports().looked_at == ["A1"], "it may have been taken"
    assert {w.stands(id_, "o1") for id_ in ("A1", "A2")} == {"done done"}


def test_too_many_troubles_in_a_row_shut_the_gate() -> None:
    w = world(batch=1)
    w.receive(*(raw_order(f"A{n}") for n in range(9)))
    w.imports().answers += [Ambiguous("500")] * 9
    w.run()
    assert len(w.imports().calls) == 5
    assert w.gates.is_shut("o1") == "500"
    assert w.over("push.o1").text == "gate shut: 500"


def test_a_good_answer_ends_a_row_of_troubles() -> None:
    w = world(batch=1)
    w.receive(*(raw_order(f"A{n}") for n in range(9)))
    w.imports().answers += [*([Ambiguous("500")] * 4), [Refused("no")], *([Ambiguous("500")] * 4)]  # type: ignore[list-item]
    w.run()
    assert len(w.imports().calls) == 9
    assert w.gates.is_shut("o1") is None


def test_a_probe_opens_the_gate_or_shuts_it_for_longer() -> None:
    w = world(batch=1)
    w.imports().answers += [RateLimited("429", retry_after=30), RateLimited("429", retry_after=30)]
    w.receive(raw_order("A1"), raw_order("A2"))
    w.run()
    w.ripen()
    w.run()
    assert len(w.imports().calls) == 2, "one probe at a time"
    assert w.gates.is_shut("o1") == "429"
    w.ripen()
    w.run()
    assert w.gates.is_shut("o1") is None
    assert {w.stands(id_, "o1") for id_ in ("A1", "A2")} == {"done done"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_mark_that_is_not_durable_sends_nothing(when: str) -> None:
    """After: the replicas did not confirm a mark that the server has. It was not sent, so it is no doubt."""
    w = world(batch=1)
    w.receive(raw_order("A1"), raw_order("A2"))
    w.over("normalize.m1"), w.over("validate.m1")

    def refuse() -> None:
        raise NotDurable("appendfsync always is missing")

    kept = getattr(w.ledger._durability, "check" if when == "before" else "wait")
    setattr(w.ledger._durability, "check" if when == "before" else "wait", refuse)
    report = w.over("push.o1")
    assert w.imports().calls == []
    assert {w.stands(id_, "o1") for id_ in ("A1", "A2")} == {"push due"}
    assert {w.word("mb@o1", id_) for id_ in ("A1", "A2")} == {""}
    assert w.gates.is_shut("o1") == "appendfsync always is missing"
    assert "appendfsync" in report.text
    setattr(w.ledger._durability, "check" if when == "before" else "wait", kept)
    w.gates.open("o1")
    w.run()
    assert w.sent() == ["A1", "A2"]


def test_time_over_gives_back_what_was_not_sent() -> None:
    w = World(oms={"o1": FakeOms(import_orders=FakeWrite(batch=1))}, limits=Limits(lease=timedelta(milliseconds=400)))
    import time

    w.imports().before = lambda bodies: time.sleep(0.15)
    w.receive(*(raw_order(f"A{n}") for n in range(4)))
    w.over("normalize.m1"), w.over("validate.m1")
    report = w.over("push.o1")
    assert len(w.imports().calls) == 2
    assert report.counts == {"advanced": 2, "given back": 2}
    assert {w.stands(f"A{n}", "o1") for n in (2, 3)} == {"push due"}
    assert w.word("at@o1", "A3") == "0"


def test_what_was_taken_over_meanwhile_is_not_sent() -> None:
    w = world(batch=1)
    w.receive(raw_order("A1"), raw_order("A2"))
    w.over("normalize.m1"), w.over("validate.m1")

    def lose(bodies: Any) -> None:
        if bodies[0].id == "A1":  # while the first call goes on, the lease of the other ends, and another takes it
            w.redis.zadd("op:hand:push.o1", {f"{w.ref('A2')}@o1": 1})
            w.ledger.take("push.o1", "another")

    w.imports().before = lose
    report = w.over("push.o1")
    assert w.sent() == ["A1"]
    assert w.stands("A2", "o1") == "push in_hand"
    assert report.counts == {"advanced": 1}


def test_a_promise_is_asked_for_later_and_costs_no_attempt() -> None:
    w = world(promising=True, looked=False)
    w.imports().answers.append([Promised("feed-7", timedelta(minutes=2))])
    w.imports().results["feed-7"] = Promised("feed-7", timedelta(minutes=2))
    w.receive(raw_order())
    w.run()
    assert w.stands(target="o1") == "push pending"
    for _ in range(10):
        w.ripen()
        w.run()
    assert (w.stands(target="o1"), w.word("at@o1"), w.imports().asked) == ("push pending", "0", ["feed-7"] * 10)
    w.imports().results["feed-7"] = Taken("R9")
    w.ripen()
    w.run()
    assert (w.stands(target="o1"), w.word("rc@o1"), len(w.imports().calls)) == ("done done", "R9", 1)


@pytest.mark.parametrize(
    ("outcome", "condition", "marked"),
    [
        (Refused("bad"), "dead", ""),
        (Ambiguous("lost"), "unknown", "1"),
        (Unavailable("503", status=503), "parked", "1"),
        (RateLimited("429"), "parked", "1"),
    ],
)
def test_what_a_promise_comes_to(outcome: Trouble, condition: str, marked: str) -> None:
    w = world(promising=True, looked=False)
    w.imports().answers.append([Promised("feed-7", timedelta(minutes=2))])
    w.imports().results["feed-7"] = outcome
    w.receive(raw_order())
    w.run()
    w.ripen()
    w.run()
    assert (w.stands(target="o1"), w.word("mb@o1")) == (f"push {condition}", marked)
    if condition == "parked":  # its result could not be told: it is asked for again, never sent again
        w.imports().results["feed-7"] = Taken("R9")
        w.gates.open("o1")
        w.ripen()
        w.run()
        assert (w.stands(target="o1"), len(w.imports().calls)) == ("done done", 1)


def in_parts(*answers: Any) -> World:
    """The first part was taken, and seen; the next write answers as told."""
    w = world(promising=True)
    w.imports().answers += [[Promised("part-1", timedelta(minutes=2))], *answers]
    w.imports().results["part-1"] = Absent()
    w.receive(raw_order())
    w.run()
    assert w.stands(target="o1") == "push pending"
    w.ripen()
    return w


def test_what_a_kept_promise_leaves_is_sent_at_once_and_marked_anew() -> None:
    w = in_parts()
    marked = w.word("se@o1")
    w.run()
    assert (w.stands(target="o1"), w.sent(), w.imports().asked) == ("done done", ["A1", "A1"], ["part-1"])
    assert (w.word("at@o1"), w.imports().looked_at) == ("0", [])
    assert w.word("se@o1") > marked


@pytest.mark.parametrize(
    ("trouble", "condition"),
    [
        (Refused("400"), "dead"),
        (RateLimited("429"), "parked"),
        (Conflict("409"), "unknown"),
        (Ambiguous("?"), "unknown"),
    ],
)
def test_a_part_that_is_there_keeps_its_mark_whatever_becomes_of_the_next(trouble: Trouble, condition: str) -> None:
    w = in_parts([trouble])
    w.run()
    assert (w.stands(target="o1"), w.word("mb@o1")) == (f"push {condition}", "1")


def test_a_worker_lost_in_a_later_part_leaves_a_doubt_that_no_promise_answers() -> None:
    w = in_parts(RuntimeError("killed"))
    w.imports().looks["A1"] = Absent()
    with pytest.raises(RuntimeError):
        w.over("push.o1")
    w.ripen(leases=True)
    w.over("push.o1")
    assert (w.stands(target="o1"), w.imports().looked_at, w.imports().asked) == ("done done", ["A1"], ["part-1"])


def test_a_result_that_can_not_be_asked_leaves_the_promise() -> None:
    w = world(promising=True)
    w.imports().answers.append([Promised("feed-7", timedelta(minutes=2))])
    w.receive(raw_order())
    w.run()
    w.ripen()

    def fail(handles: Any) -> Any:
        raise Unreadable("HTML")

    object.__setattr__(w.imports().write, "outcome", fail)
    w.run()
    assert w.stands(target="o1") == "push pending"
    assert w.record().words["was@o1"] == Condition.PENDING


def test_a_reference_that_can_not_be_read_ends_the_batch() -> None:
    calls = []

    def prepare(order: Any) -> Any:
        calls.append(order.id)
        raise Unavailable("GET agents: not reached")

    w = world()
    w.receive(raw_order("A1"), raw_order("A2"))
    w.over("normalize.m1"), w.over("validate.m1")
    object.__setattr__(w.imports().write, "prepare", prepare)
    w.over("push.o1")
    assert calls == ["A1"]
    assert (w.stands(target="o1"), w.stands("A2", "o1")) == ("push parked", "push due")
    assert w.gates.is_shut("o1")


def test_a_target_that_lost_its_capability_or_route_holds() -> None:
    w = world()
    w.receive(raw_order())
    w.over("normalize.m1"), w.over("validate.m1")
    w.network._routes = ()
    w.over("push.o1")
    assert (w.stands(target="o1"), w.fault(target="o1")["kind"]) == ("push held", "not_configured")
    w = world()
    w.receive(raw_order())
    w.over("normalize.m1"), w.over("validate.m1")
    w.oms["o1"].import_orders = None  # type: ignore[attr-defined]
    w.over("push.o1")
    assert w.fault(target="o1")["message"].startswith("o1 cannot import orders")
