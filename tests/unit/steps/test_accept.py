"""The accept: once what can be checked holds, marked and settled like every write, and never mistaken for a push."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.config.model import Limits, Route
from pipeline.domain.address import Address
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    FieldError,
    Invalid,
    Puzzling,
    RateLimited,
    Refused,
    Trouble,
    Unauthorized,
    Unavailable,
)
from pipeline.ports import Absent, NotDurable
from tests.builders import build_line
from tests.fakes.partners import FakeMarketplace, FakeOms, raw_order
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

BY = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 1, tzinfo=UTC)
NOWHERE = Address()


def world(policy: str = "after_validation", **more: Any) -> World:
    market = FakeMarketplace(accept=FakeWrite(batch=1))
    more.setdefault("oms", {"o1": FakeOms(import_orders=FakeWrite())})
    return World(markets={"m1": market}, accept=policy, **more)


def accepts(w: World) -> FakeWrite:
    return w.markets["m1"].writes["accept"]


def waiting(id_: str = "A1", **more: Any) -> dict[str, Any]:
    return raw_order(
        id_, "Waiting", **{"accept_by": BY, "shipping_address": NOWHERE, "billing_address": NOWHERE, **more}
    )


def test_accepted_it_waits_and_comes_again_released() -> None:
    w = world()
    w.receive(waiting())
    w.run()
    assert (accepts(w).sent, w.sent(), w.stands()) == (["A1"], [], "validate waiting")
    assert w.redis.zscore("op:deadlines", str(w.ref())) is not None
    w.receive(raw_order(updated_at=LATER))
    w.run()
    assert (w.stands(), w.sent(), accepts(w).sent) == ("done done", ["A1"], ["A1"])
    assert w.imports().looked_at == [], "a promise at the marketplace is no doubt about the OMS"


@pytest.mark.parametrize(
    ("policy", "asked", "reason"),
    [
        ("after_validation", ["A1"], "accepted; m1 has yet to release it"),
        ("manual", [], 'waits to be accepted at m1 by a person (accept = "manual")'),
        ("auto", ["A1"], "accepted; m1 has yet to release it"),
    ],
)
def test_policies(policy: str, asked: list[str], reason: str) -> None:
    w = world(policy)
    w.receive(waiting())
    w.run()
    assert (accepts(w).sent, w.stands(), w.word("wf")) == (asked, "validate waiting", reason)
    assert int(w.word("dl")) == int(BY.timestamp() * 1000), "its deadline is its alarm"


@pytest.mark.parametrize("policy", ["after_validation", "manual"])
def test_invalid_is_not_accepted(policy: str) -> None:
    w = world(policy)
    w.receive(waiting(lines=(build_line(sku=None, product_id=None),), currency=None))
    w.run()
    assert (accepts(w).sent, w.stands()) == ([], "validate dead")
    assert {fault["path"] for fault in w.fault()["fields"]} == {"lines.0.sku", "currency"}


def test_automatic_means_whatever_our_rules_will_say() -> None:
    w = world("auto")
    w.receive(waiting(currency=None))
    w.run()
    assert (accepts(w).sent, w.stands()) == (["A1"], "validate waiting")


def targeting(trouble: Trouble) -> World:
    def prepare(order: Any) -> Any:
        raise trouble

    return world(oms={"o1": FakeOms(import_orders=FakeWrite(prepare=prepare))})


@pytest.mark.parametrize(
    "path", ["shipping_address.state", "billing_address.city", "buyer.phone", "delivery.pickup_id"]
)
@pytest.mark.parametrize("kind", [Invalid, Puzzling])
def test_what_the_target_needs_of_an_address_is_not_asked_before_there_is_one(path: str, kind: Any) -> None:
    w = targeting(kind.of((FieldError(path, "required", "missing"),)))
    w.receive(waiting())
    w.run()
    assert accepts(w).sent == ["A1"]
    w.receive(raw_order(updated_at=LATER))
    w.run()
    assert w.stands() == ("validate dead" if kind is Invalid else "validate held")


@pytest.mark.parametrize(("kind", "stands"), [(Invalid, "validate dead"), (Puzzling, "validate held")])
def test_what_the_target_needs_of_the_rest_is(kind: Any, stands: str) -> None:
    fields = (FieldError("lines.0.sku", "length", "too long"), FieldError("buyer.phone", "required", "missing"))
    w = targeting(kind.of(fields))
    w.receive(waiting())
    w.run()
    assert (accepts(w).sent, w.stands()) == ([], stands)
    assert [fault["path"] for fault in w.fault()["fields"]] == ["lines.0.sku"]


@pytest.mark.parametrize(
    ("trouble", "condition", "marked", "goes_on", "shuts"),
    [
        (Refused("400"), "dead", False, True, False),
        (Conflict("409"), "unknown", True, True, False),
        (Ambiguous("no answer"), "unknown", True, False, False),
        (Unavailable("not reached"), "parked", False, False, True),
        (RateLimited("429"), "parked", False, False, True),
        (Unauthorized("401"), "parked", False, False, True),
        (Puzzling("a riddle"), "held", False, True, False),
    ],
)
def test_each_trouble(trouble: Trouble, condition: str, marked: bool, goes_on: bool, shuts: bool) -> None:
    w = world()
    w.receive(waiting("A1"), waiting("A2"))
    accepts(w).answers.append(trouble)
    w.over("normalize.m1")
    w.over("validate.m1")
    assert (w.stands(), w.word("mb") == "1") == (f"validate {condition}", marked)
    assert w.stands("A2") == ("validate waiting" if goes_on else "validate due")
    assert (w.gates.is_shut("m1") is not None) is shuts


def test_a_shut_gate_gives_back_and_does_not_spin() -> None:
    w = world()
    w.gates.shut("m1", wait=timedelta(hours=1), why="paused", kind="paused")
    w.receive(waiting())
    w.run()
    assert (accepts(w).sent, w.stands(), w.word("at")) == ([], "validate due", "0")
    assert "the gate is shut: paused" in w.notes()


def test_no_answer_is_looked_at_and_found() -> None:
    w = world()
    accepts(w).answers.append(Ambiguous("no answer"))
    accepts(w).before = lambda bodies: [accepts(w).take(body) for body in bodies][:0]
    w.receive(waiting())
    w.run()
    w.ripen()
    w.run()
    assert (w.stands(), accepts(w).sent, accepts(w).looked_at) == ("validate waiting", ["A1"], ["A1"])


def test_a_list_that_lags_behind_our_accept_is_looked_at_and_not_accepted_twice() -> None:
    w = world()
    w.receive(waiting())
    w.run()
    w.receive(waiting(updated_at=LATER))
    w.run()
    w.ripen()
    w.run()
    assert (accepts(w).sent, accepts(w).looked_at, w.stands()) == (["A1"], ["A1"], "validate waiting")
    accepts(w).looks["A1"] = Absent()
    w.receive(waiting(updated_at=LATER + timedelta(hours=1)))
    w.ripen()
    w.run()
    w.ripen()
    w.run()
    assert accepts(w).sent == ["A1", "A1"], "its marketplace says that it still waits"


def test_a_doubt_survives_a_replay() -> None:
    """Dead after a doubt: begun again at normalize, the accept is still looked at first."""
    w = world()
    accepts(w).answers += [Ambiguous("no answer"), Refused("400")]
    accepts(w).looks["A1"] = None
    object.__setattr__(accepts(w).write, "repeat_is_safe", True)
    w.receive(waiting())
    w.run()
    w.ripen()
    w.run()
    assert (w.stands(), w.word("mb")) == ("validate dead", "1")
    w.receive(waiting(updated_at=LATER))
    w.over("normalize.m1")
    assert w.word("mb") == "1"


def test_a_mark_that_is_not_durable_accepts_nothing() -> None:
    w = world()
    w.receive(waiting("A1"), waiting("A2"))

    def refuse() -> None:
        raise NotDurable("no replica")

    w.ledger._durability.wait = refuse  # type: ignore[method-assign]
    w.over("normalize.m1"), w.over("validate.m1")
    assert (accepts(w).sent, w.stands(), w.word("mb"), w.gates.is_shut("m1")) == ([], "validate due", "", "no replica")


def test_one_that_is_not_for_us_to_accept_just_waits() -> None:
    w = world()
    w.receive(raw_order(word="New", accept_by=BY))
    w.run()
    assert (w.stands(), w.word("wf")) == ("validate waiting", "m1 has not released it (New)")
    assert accepts(w).sent == []


def test_a_connector_without_accept_says_so() -> None:
    w = World(markets={"m1": FakeMarketplace()})
    w.receive(waiting())
    w.run()
    assert (w.stands(), w.fault()["kind"]) == ("validate held", "not_configured")


def test_time_over_accepts_the_rest_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("pipeline.hand.time", SimpleNamespace(monotonic=lambda: clock[0]))
    w = world(limits=Limits(lease=timedelta(seconds=4)))  # a slot is half of it

    def take_long(bodies: object) -> None:
        clock[0] += 1.5

    accepts(w).before = take_long
    w.receive(*(waiting(f"A{n}") for n in range(4)))
    w.over("normalize.m1")
    w.over("validate.m1")
    assert len(accepts(w).sent) == 2
    w.run()
    assert sorted(accepts(w).sent) == ["A0", "A1", "A2", "A3"]


def test_a_rehearsing_route_accepts_nothing() -> None:
    w = world(routes=[Route(source="m1", to=("o1",), mode="rehearse")])
    w.receive(waiting())
    w.run()
    assert (accepts(w).sent, w.stands()) == ([], "validate held")
    assert "would be accepted at m1" in w.fault()["message"]
    assert "then replay" in w.fault()["message"]
