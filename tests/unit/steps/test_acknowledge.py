"""The acknowledge: after every required yes, once, retried alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.config.model import Route
from pipeline.domain.errors import Ambiguous, Invalid, RateLimited, Refused, Trouble, Unauthorized, Unavailable
from tests.fakes.partners import VOLATILE, FakeMarketplace, FakeOms, raw_order
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

LATER = datetime(2026, 11, 22, 1, tzinfo=UTC)


def world(**acknowledge: Any) -> World:
    market = FakeMarketplace(acknowledge=FakeWrite(batch=1, **acknowledge))
    oms = FakeOms(import_orders=FakeWrite(volatile=VOLATILE), update=FakeWrite(volatile=VOLATILE))
    return World(markets={"m1": market}, oms={"o1": oms})


def told(w: World) -> FakeWrite:
    return w.markets["m1"].writes["acknowledge"]


@pytest.mark.parametrize(
    ("trouble", "condition", "marked", "goes_on", "shuts"),
    [
        (Refused("400"), "dead", False, True, False),
        (Ambiguous("no answer"), "unknown", True, False, False),
        (Unavailable("not reached"), "parked", False, False, True),
        (RateLimited("429"), "parked", False, False, True),
        (Unauthorized("401"), "parked", False, False, True),
    ],
)
def test_each_trouble_leaves_the_push_alone(
    trouble: Trouble, condition: str, marked: bool, goes_on: bool, shuts: bool
) -> None:
    w = world()
    told(w).answers.append(trouble)
    w.receive(raw_order("A1"), raw_order("A2"))
    for lane in ("normalize.m1", "validate.m1", "push.o1", "acknowledge.m1"):
        w.over(lane)
    assert (w.stands(), w.stands(target="o1")) == (f"acknowledge {condition}", "done done")
    assert (w.word("mb") == "1") is marked
    assert w.stands("A2") == ("done done" if goes_on else "acknowledge due")
    assert (w.gates.is_shut("m1") is not None) is shuts
    for _ in range(3):
        w.gates.open("m1")
        w.ripen()
        w.run()
    assert sorted(w.sent()) == ["A1", "A2"], "it never pushes again"
    assert w.stands() == ("acknowledge dead" if condition == "dead" else "done done")


def test_an_unknown_one_is_looked_at() -> None:
    w = world()
    told(w).answers.append(Ambiguous("no answer"))
    told(w).before = lambda bodies: [told(w).take(body) for body in bodies][:0]
    w.receive(raw_order())
    w.run()
    w.ripen()
    w.run()
    assert (w.stands(), told(w).sent, told(w).looked_at) == ("done done", ["A1"], ["A1"])


def test_what_can_not_be_said_dies_with_its_fields() -> None:
    def prepare(order: Any) -> Any:
        raise Invalid("no reference")

    w = world(prepare=prepare)
    w.receive(raw_order())
    w.run()
    assert w.stands() == "acknowledge dead"


def test_a_table_that_can_not_be_read_is_no_fault_of_the_order() -> None:
    def prepare(order: Any) -> Any:
        raise Unavailable("GET words: 503", status=503)

    w = world(prepare=prepare)
    w.receive(raw_order())
    w.run()
    assert w.stands() == "acknowledge parked"


def test_an_order_is_acknowledged_once_whatever_updates_follow() -> None:
    w = world()
    w.receive(raw_order())
    w.run()
    w.receive(raw_order(comment="leave it at the door", updated_at=LATER))
    w.run()
    assert (w.sent(write="update"), told(w).sent, w.stands()) == (["A1"], ["A1"], "done done")
    w.forget_bodies()
    w.receive(raw_order(comment="ring twice", updated_at=LATER.replace(hour=2)))
    w.run()
    assert (w.sent(write="update"), told(w).sent, w.stands()) == (["A1", "A1"], ["A1"], "done done")


def test_required_targets_decide() -> None:
    market = FakeMarketplace(acknowledge=FakeWrite())
    w = World(
        markets={"m1": market},
        oms={"o1": FakeOms(import_orders=FakeWrite()), "o2": FakeOms(import_orders=FakeWrite())},
        routes=[Route(source="m1", to=("o1", "o2"), ack_when=("o1",))],
    )
    w.imports("o2").answers.append(Refused("400"))
    w.receive(raw_order())
    w.run()
    assert told(w).sent == ["A1"]
    assert (w.stands(target="o1"), w.stands(target="o2")) == ("done done", "push dead")


def test_every_target_is_required_where_nothing_is_said() -> None:
    market = FakeMarketplace(acknowledge=FakeWrite())
    w = World(
        markets={"m1": market},
        oms={"o1": FakeOms(import_orders=FakeWrite()), "o2": FakeOms(import_orders=FakeWrite())},
    )
    w.imports("o2").answers.append(Refused("400"))
    w.receive(raw_order())
    w.run()
    assert told(w).sent == []


def test_the_source_is_told_by_which_references_the_oms_have_it() -> None:
    market = FakeMarketplace(acknowledge=FakeWrite())
    markets, oms = {"m1": market}, {name: FakeOms(import_orders=FakeWrite()) for name in ("o2", "o1", "o3")}
    w = World(markets=markets, oms=oms, routes=(Route(source="m1", to=("o2", "o1", "o3"), ack_when=("o2", "o1")),))
    w.receive(raw_order())
    for lane in ("normalize.m1", "validate.m1", "push.o1", "push.o2", "acknowledge.m1"):
        w.over(lane)
    (content,) = told(w).took["A1"]
    assert content["order_id"] == "A1"
    assert content["receipts"] == [{"account": name, "reference": "R-A1"} for name in ("o2", "o1")], "o3 has it not yet"
