"""What may have been taken: looked up, repeated, told by a list, or left to a person; never sent again by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.domain.errors import Ambiguous, RateLimited, Refused, Unavailable, Unreadable
from pipeline.domain.lifecycle import Flow
from tests.fakes.partners import VOLATILE, FakeOms, raw_order, requests
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite


def doubtful(*, took: bool, **write: Any) -> World:
    """A1 was sent, and no answer came."""
    w = World(oms={"o1": FakeOms(import_orders=FakeWrite(volatile=VOLATILE, **write))})
    imports = w.imports()
    if took:
        imports.before = lambda bodies: [imports.take(body) for body in bodies][:0]
    imports.answers.append(Ambiguous("no answer"))
    w.receive(raw_order())
    w.run()
    imports.before = lambda bodies: None
    assert w.stands(target="o1") == "push unknown"
    return w


def test_found_is_done_and_not_sent_again() -> None:
    w = doubtful(took=True)
    w.ripen()
    w.run()
    assert (w.stands(), w.stands(target="o1"), w.word("rc@o1")) == ("done done", "done done", "R-A1")
    assert w.sent() == ["A1"]


def test_absent_is_sent_again() -> None:
    w = doubtful(took=False)
    w.ripen()
    w.run()
    assert w.stands(target="o1") == "done done"
    assert w.sent() == ["A1", "A1"]


def test_nobody_looks_before_the_partner_had_its_time() -> None:
    """A replay puts an unknown one into the lane at once: a look would say absent, and the first call still arrive."""
    w = doubtful(took=False)
    w.redis.zadd("op:due:push.o1", {f"{w.ref()}@o1": 1})
    w.run()
    assert w.imports().looked_at == []
    assert w.stands(target="o1") == "push unknown"
    assert "at work" in w.notes()


def test_nor_repeats_before_it() -> None:
    w = doubtful(took=False, looked=False, repeat_is_safe=True)
    w.redis.zadd("op:due:push.o1", {f"{w.ref()}@o1": 1})
    w.run()
    assert w.sent() == ["A1"]


def test_absent_and_then_refused_leaves_no_doubt() -> None:
    w = doubtful(took=False)
    w.imports().answers.append(Refused("400"))
    w.ripen()
    w.run()
    assert (w.stands(target="o1"), w.word("mb@o1")) == ("push dead", "")


def test_repeated_and_then_refused_leaves_the_doubt() -> None:
    w = doubtful(took=True, looked=False, repeat_is_safe=True)
    w.imports().answers.append(Refused("400"))
    w.ripen()
    w.run()
    assert (w.stands(target="o1"), w.word("mb@o1")) == ("push dead", "1")


def test_repeating_where_that_is_safe() -> None:
    w = doubtful(took=True, looked=False, repeat_is_safe=True)
    w.ripen()
    w.run()
    assert w.stands(target="o1") == "done done"
    assert w.sent() == ["A1", "A1"]


def test_neither_waits_for_a_person_with_the_evidence() -> None:
    w = doubtful(took=True, looked=False)
    for _ in range(5):
        w.ripen()
        w.run()
    assert w.stands(target="o1") == "push unknown"
    assert w.sent() == ["A1"]
    assert w.fault(target="o1")["message"] == "no answer; look it up at the partner, then `orderpipe resolve` it"


def test_a_look_that_can_not_tell_looks_again_and_then_asks_a_person() -> None:
    w = doubtful(took=True)
    w.imports().looks["A1"] = None
    for _ in range(12):
        w.ripen()
        w.run()
    assert w.stands(target="o1") == "push unknown"
    assert len(w.imports().looked_at) == 7, "the attempts are used up"
    assert "orderpipe resolve" in w.fault(target="o1")["message"]
    assert w.sent() == ["A1"]


def test_a_look_that_can_not_tell_repeats_where_that_is_safe() -> None:
    w = doubtful(took=True, repeat_is_safe=True)
    w.imports().looks["A1"] = None
    w.ripen()
    w.run()
    assert w.stands(target="o1") == "done done"


@pytest.mark.parametrize("trouble", [Unavailable("503", status=503), Unreadable("HTML"), RateLimited("429")])
def test_a_look_that_fails_spends_nothing(trouble: Any) -> None:
    w = doubtful(took=True)
    w.imports().look_trouble = trouble
    for _ in range(12):
        w.gates.open("o1")
        w.ripen()
        w.run()
    assert (w.stands(target="o1"), w.word("at@o1"), w.sent()) == ("push unknown", "1", ["A1"])
    w.imports().look_trouble = None
    w.gates.open("o1")
    w.ripen()
    w.run()
    assert w.stands(target="o1") == "done done"


def test_a_look_that_is_refused_comes_to_a_person() -> None:
    w = doubtful(took=True)
    w.imports().look_trouble = Refused("400: no such filter")
    for _ in range(12):
        w.ripen()
        w.run()
    assert "could not be looked up: 400" in w.fault(target="o1")["message"]
    assert len(w.imports().looked_at) == 7


def test_ambiguous_again_and_again_comes_to_a_person() -> None:
    w = doubtful(took=False)
    w.imports().answers += [Ambiguous("no answer")] * 20
    for _ in range(15):
        w.gates.open("o1")
        w.ripen()
        w.run()
    assert w.stands(target="o1") == "push unknown"
    assert len(w.sent()) == 8


def test_a_doubt_survives_a_newer_version_and_a_replay() -> None:
    w = doubtful(took=True, looked=False, repeat_is_safe=True)
    w.imports().answers.append(Refused("400"))
    w.ripen()
    w.run()
    w.receive(raw_order(comment="newer", updated_at=datetime(2026, 11, 22, tzinfo=UTC)))
    w.over("normalize.m1"), w.over("validate.m1")
    assert (w.stands(target="o1"), w.word("mb@o1")) == ("push due", "1")


def test_an_older_order_than_the_ledger_remembers_is_looked_up_first() -> None:
    w = World()
    w.imports().take_all = True  # type: ignore[attr-defined]
    w.receive(raw_order("A1"), raw_order("A2"), facts={"old": "1"})
    w.imports().took["A1"] = [{}]
    w.run()
    assert w.imports().looked_at == ["A1", "A2"]
    assert w.sent() == ["A2"]


def test_and_held_where_the_target_can_neither_be_asked_nor_repeated() -> None:
    w = World(oms={"o1": FakeOms(import_orders=FakeWrite(looked=False))})
    w.receive(raw_order(), facts={"old": "1"})
    w.run()
    assert w.stands(target="o1") == "push held"
    assert "can't be asked" in w.fault(target="o1")["message"]
    assert (w.sent(), w.word("mb@o1")) == ([], "1")


def test_after_an_adoption_what_was_known_before_is_looked_up_first() -> None:
    w = World(horizon=None)
    w.receive(raw_order())
    w.over("normalize.m1")
    w.adopted = datetime.now(UTC).replace(year=2100)
    w.imports().took["A1"] = [{}]
    w.run()
    assert (w.stands(), w.sent()) == ("done done", [])


def test_what_its_partner_lists_again_is_over() -> None:
    w = World(
        oms={
            "o1": FakeOms(import_orders=FakeWrite(), answer_status=FakeWrite(batch=1, looked=False, listed_again=True))
        }
    )
    w.markets["m1"].orders["A1"] = raw_order(word="Sent")
    w.oms["o1"].lists["status_requests"] += [requests("A1"), requests("A1")]
    answers = w.oms["o1"].writes["answer_status"]
    answers.answers.append(Ambiguous("no answer"))
    w.poll("o1", Flow.STATUSES)
    w.run()
    w.ripen()
    w.run()
    where: dict[str, Any] = {"flow": Flow.STATUSES, "source": "o1"}
    assert w.stands(**where) == "done done"
    assert answers.sent == ["A1"]
    w.poll("o1", Flow.STATUSES)
    w.run()
    assert answers.sent == ["A1", "A1"]
