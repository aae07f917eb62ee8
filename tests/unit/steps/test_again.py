"""A document that comes again: the same, newer, older, shipped, finished long ago."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.config.model import Route
from pipeline.domain.errors import Ambiguous
from tests.builders import build_line
from tests.fakes.partners import VOLATILE, FakeOms, raw_order
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

T1 = datetime(2026, 11, 22, 1, tzinfo=UTC)
T2 = T1 + timedelta(hours=1)


def world(*, updates: bool = True, targets: int = 1, **write: Any) -> World:
    oms = {}
    for number in range(1, targets + 1):
        imports = FakeWrite(volatile=VOLATILE, **write)
        oms[f"o{number}"] = FakeOms(
            import_orders=imports, **({"update": FakeWrite(volatile=VOLATILE)} if updates else {})
        )
    return World(oms=oms)


def test_the_same_is_nothing_at_all() -> None:
    w = world()
    w.receive(raw_order())
    w.run()
    before = w.timeline()
    w.receive(raw_order())
    w.run()
    assert (w.sent(), w.timeline()) == (["A1"], before)


def test_the_newest_wins_before_the_push() -> None:
    w = world()
    w.receive(raw_order(comment="second", updated_at=T2))
    w.receive(raw_order(comment="first", updated_at=T1))
    w.run()
    assert [body.content["comment"] for body in w.imports().calls[0]] == ["second"]


def test_changed_after_the_push_is_an_update() -> None:
    w = world()
    w.receive(raw_order())
    w.run()
    w.receive(raw_order(comment="new", updated_at=T1))
    w.run()
    assert (w.sent(), w.sent(write="update"), w.stands()) == (["A1"], ["A1"], "done done")
    w.receive(raw_order(comment="new", updated_at=T2))
    w.run()
    assert w.sent(write="update") == ["A1"], "what would be sent is the same"


def test_an_update_with_a_wire_of_its_own_is_compared_as_an_import() -> None:
    def prepare(order: Any) -> Any:
        from pipeline.ports import Body

        return Body(order.id, {"only": order.comment})

    w = world()
    object.__setattr__(w.oms["o1"].writes["update"].write, "prepare", prepare)
    w.receive(raw_order())
    w.run()
    w.receive(raw_order(comment="new", updated_at=T1))
    w.run()
    w.receive(raw_order("A1", "Partly", comment="new", updated_at=T2))
    w.run()
    assert len(w.sent(write="update")) == 1


def test_changed_after_the_push_is_held_where_there_is_no_update() -> None:
    w = world(updates=False)
    w.receive(raw_order())
    w.run()
    w.receive(raw_order(comment="new", updated_at=T1))
    w.run()
    assert (w.stands(target="o1"), w.fault(target="o1")["kind"], w.sent()) == ("push held", "conflict", ["A1"])
    assert "after o1 had it" in w.fault(target="o1")["message"]


@pytest.mark.parametrize("word", ["Partly", "Sent"])
def test_a_volatile_change_only_is_nothing_to_a_target(word: str) -> None:
    w = world(updates=False)
    w.receive(raw_order())
    w.run()
    w.receive(raw_order("A1", word, updated_at=T1))
    w.run()
    assert (w.stands(), w.sent()) == ("done done", ["A1"])


def test_kept_beside_while_it_is_unknown_and_applied_then() -> None:
    w = world()
    w.imports().answers.append(Ambiguous("no answer"))
    w.imports().before = lambda bodies: [w.imports().take(body) for body in bodies][:0]
    w.receive(raw_order())
    w.run()
    w.receive(raw_order(comment="new", updated_at=T1))
    assert w.stands(target="o1") == "push unknown"
    w.ripen()
    w.run()
    assert (w.sent(), w.sent(write="update"), w.stands()) == (["A1"], ["A1"], "done done")


@pytest.mark.parametrize("targets", [1, 2])
def test_finished_and_gone_and_unchanged_but_for_its_status(targets: int) -> None:
    """Every order is listed again when it is on its way, long after its bodies are gone."""
    w = world(updates=False, targets=targets)
    w.receive(raw_order())
    w.run()
    w.forget_bodies()
    w.receive(raw_order("A1", "Partly", updated_at=T1))
    w.run()
    assert w.stands() == "done done"
    assert [w.sent(name) for name in w.oms] == [["A1"]] * targets
    assert w.redis.hgetall("op:counts") == {b"orders|m1|done|done": b"1"}


@pytest.mark.parametrize(("updates", "stands"), [(True, "done done"), (False, "push held")])
def test_finished_and_gone_and_changed(updates: bool, stands: str) -> None:
    w = world(updates=updates)
    w.receive(raw_order())
    w.run()
    w.forget_bodies()
    w.receive(raw_order(comment="new", updated_at=T1))
    w.run()
    assert (w.stands(target="o1"), w.sent()) == (stands, ["A1"])


def test_finished_and_gone_and_the_same() -> None:
    w = world()
    w.receive(raw_order())
    w.run()
    w.forget_bodies()
    w.receive(raw_order())
    assert w.redis.keys("op:d:*") == []


def test_finished_and_gone_and_shipped() -> None:
    w = world(updates=False)
    w.receive(raw_order())
    w.run()
    w.forget_bodies()
    w.receive(raw_order("A1", "Sent", lines=(build_line(sku=None, product_id=None),), updated_at=T1))
    w.run()
    assert w.stands() == "done done"


@pytest.mark.parametrize(("word", "note"), [("Sent", "first seen Sent"), ("Gone", "Gone before its push")])
def test_first_seen_over(word: str, note: str) -> None:
    w = world()
    w.receive(raw_order("A1", word))
    w.run()
    assert (w.stands(), w.sent()) == ("done done", [])
    assert note in w.notes()
    assert w.record().targets == ()


def test_first_seen_over_even_where_no_rule_holds() -> None:
    w = world()
    w.receive(raw_order("A1", "Sent", lines=()))
    w.run()
    assert w.stands() == "done done"


def test_two_routes_and_one_target_that_does_not_like_it() -> None:
    """Each delivery has its own trouble; the other goes on."""

    def prepare(order: Any) -> Any:
        from pipeline.domain.errors import FieldError, Invalid

        raise Invalid.of((FieldError("buyer.phone", "required", "o2 needs the buyer's phone"),))

    oms = {"o1": FakeOms(import_orders=FakeWrite()), "o2": FakeOms(import_orders=FakeWrite(prepare=prepare))}
    w = World(oms=oms, routes=[Route(source="m1", to=("o1",)), Route(source="m1", to=("o2",))])
    w.receive(raw_order())
    w.run()
    assert (w.stands(target="o1"), w.stands(target="o2")) == ("done done", "push dead")
    assert w.fault(target="o2")["fields"][0]["path"] == "buyer.phone"
    assert w.stands() == "push", "the second one is required"


def test_a_trouble_that_all_targets_share_is_the_documents() -> None:
    w = world(targets=2)
    w.receive(raw_order(currency=None))
    w.run()
    assert (w.stands(), w.record().targets) == ("validate dead", ())


def test_no_route_at_all_holds() -> None:
    w = World(routes=[])
    w.receive(raw_order())
    w.run()
    assert (w.stands(), w.fault()["kind"]) == ("validate held", "not_configured")


def test_one_document_that_our_code_can_not_stand_ends_alone() -> None:
    def prepare(order: Any) -> Any:
        from pipeline.ports import Body

        return Body(order.id, {"n": {"A2": {}}[order.id]} if order.id == "A2" else {"n": [][0]})

    w = world(prepare=prepare)
    w.receive(raw_order("A1"), raw_order("A2"))
    w.run()
    assert w.stands("A2") == "done done"
    assert w.stands("A1") == "validate dead"
    assert w.fault("A1")["cause"].startswith("a defect: IndexError at test_again.py:")
