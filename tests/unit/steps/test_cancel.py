"""Canceled at its marketplace: before the push, after it, and while nobody knows whether it was pushed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.config.model import Route
from pipeline.domain.errors import Ambiguous, Refused
from pipeline.domain.lifecycle import Flow
from pipeline.domain.reports import Cancellation
from pipeline.operations.desk import Desk
from pipeline.ports import Body
from tests.fakes.partners import VOLATILE, FakeMarketplace, FakeOms, raw_order
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

T1 = datetime(2026, 11, 22, 1, tzinfo=UTC)
GONE = raw_order("A1", "Gone", updated_at=T1)
FLOW: dict[str, Any] = {"flow": Flow.CANCELLATIONS}


def oms(*, cancels: bool = False, asks: bool = False, **write: Any) -> FakeOms:
    more = {"cancel": FakeWrite()} if cancels else {}
    if asks:
        more["answer_status"] = FakeWrite(listed_again=True, looked=False)
    return FakeOms(import_orders=FakeWrite(volatile=VOLATILE, **write), **more)


def pushed(*targets: FakeOms, **more: Any) -> World:
    w = World(oms={f"o{number}": target for number, target in enumerate(targets, 1)}, **more)
    w.receive(raw_order())
    w.run()
    return w


def test_a_target_that_takes_cancellations_is_told() -> None:
    w = pushed(oms(cancels=True))
    w.receive(GONE)
    w.run()
    assert (w.stands(), w.stands(**FLOW), w.stands(target="o1", **FLOW)) == ("done done",) * 3
    (body,) = w.oms["o1"].writes["cancel"].calls[0]
    assert body.content == {"order_id": "A1", "requested_by": "marketplace", "raw_reason": "Gone"}
    assert "o1 is told" in w.notes()
    w.receive(raw_order("A1", "Gone", comment="again", updated_at=T1 + timedelta(hours=1)))
    w.run()
    assert w.sent(write="cancel") == ["A1"], "once"


def test_a_target_whose_call_needs_the_order_is_given_it_as_its_route_has_it() -> None:
    def prepare(cancellation: Cancellation) -> Body:
        order = cancellation.extra["order"]
        return Body(cancellation.order_id or "", {"id": order.id, "status": order.status, "url": order.url})

    whole = FakeOms(import_orders=FakeWrite(volatile=VOLATILE), cancel=FakeWrite(prepare=prepare, with_order=True))
    route = Route(source="m1", to=("o1", "o2"), defaults={"url": "https://shop.example/{id}"})
    w = pushed(whole, oms(cancels=True), routes=[route])
    w.receive(GONE)
    w.run()
    (body,) = w.oms["o1"].writes["cancel"].calls[0]
    assert body.content == {"id": "A1", "status": "canceled", "url": "https://shop.example/A1"}
    assert (w.stands(**FLOW), w.stands(target="o1", **FLOW)) == ("done done", "done done")


def test_one_that_asks_for_statuses_learns_by_that() -> None:
    w = pushed(oms(asks=True))
    w.receive(GONE)
    w.run()
    assert w.stands() == "done done"
    assert "o1 has no cancel call and learns by its status question" in w.notes()
    assert not w.redis.keys("op:d:cancellations:*")


def test_one_that_does_neither_is_a_persons() -> None:
    w = pushed(oms())
    w.receive(GONE)
    w.run()
    assert w.stands(target="o1") == "push held"
    assert "neither takes a cancellation nor asks" in w.fault(target="o1")["message"]
    desk = Desk(w.ledger, w.gates, accounts=["m1", "o1"])
    desk.discard([str(w.ref())], reason="canceled by phone", who="me")
    assert w.stands().startswith("done")
    assert w.sent() == ["A1"]


def test_each_target_in_its_own_way() -> None:
    w = pushed(oms(cancels=True), oms(asks=True), oms(), oms(cancels=True))
    w.receive(GONE)
    w.run()
    assert w.sent("o1", "cancel") == w.sent("o4", "cancel") == ["A1"]
    assert [w.stands(target=f"o{n}") for n in (1, 2, 3, 4)] == ["done done", "done done", "push held", "done done"]


def test_a_route_may_leave_cancellations_out() -> None:
    w = pushed(oms(cancels=True), routes=[Route(source="m1", to=("o1",), flows=("orders",))])
    w.receive(GONE)
    w.run()
    assert (w.sent(write="cancel"), w.stands(target="o1")) == ([], "push held")


def test_finished_and_gone_is_told_too() -> None:
    w = pushed(oms(cancels=True))
    w.forget_bodies()
    w.receive(GONE)
    w.run()
    assert (w.sent(write="cancel"), w.stands()) == (["A1"], "done done")


def test_before_its_push_nothing_is_sent_even_where_the_cancellation_came_first() -> None:
    w = World(oms={"o1": oms(cancels=True)})
    w.receive(GONE)
    w.receive(raw_order())
    w.run()
    assert (w.stands(), w.sent(), w.sent(write="cancel")) == ("done done", [], [])


def test_waiting_for_release_and_then_canceled() -> None:
    w = World(oms={"o1": oms(cancels=True)}, markets={"m1": FakeMarketplace(accept=FakeWrite())})
    w.receive(raw_order("A1", "Waiting"))
    w.run()
    w.receive(GONE)
    w.run()
    assert (w.stands(), w.sent(), w.sent(write="cancel")) == ("done done", [], [])


def test_unknown_is_settled_first_and_then_told() -> None:
    w = World(oms={"o1": oms(cancels=True)})
    w.imports().answers.append(Ambiguous("no answer"))
    w.imports().before = lambda bodies: [w.imports().take(body) for body in bodies][:0]
    w.receive(raw_order())
    w.run()
    w.receive(GONE)
    w.run()
    assert (w.stands(target="o1"), w.sent(write="cancel")) == ("push unknown", [])
    w.ripen()
    w.run()
    assert (w.sent(), w.sent(write="cancel"), w.stands()) == (["A1"], ["A1"], "done done")


def in_doubt(target: FakeOms, *, took: bool) -> World:
    """Dead, and perhaps taken: an earlier call had no answer, and the repeated one was refused."""
    w = World(oms={"o1": target})
    imports = w.imports()
    imports.answers += [Ambiguous("no answer"), Refused("400")]
    object.__setattr__(imports.write, "repeat_is_safe", True)
    look = imports.write.look
    object.__setattr__(imports.write, "look", None)
    w.receive(raw_order())
    w.run()
    w.ripen()
    w.run()
    object.__setattr__(imports.write, "repeat_is_safe", False)
    object.__setattr__(imports.write, "look", look)
    if took:
        imports.took["A1"] = [{}]
    assert (w.stands(target="o1"), w.word("mb@o1")) == ("push dead", "1")
    w.receive(GONE)
    w.ripen()
    return w


def test_in_doubt_it_is_looked_at_and_one_that_has_it_is_told() -> None:
    w = in_doubt(oms(cancels=True), took=True)
    w.run()
    assert (w.imports().looked_at, w.sent(write="cancel"), w.stands()) == (["A1"], ["A1"], "done done")
    assert w.sent() == ["A1", "A1"], "nothing was pushed for the look"


def test_in_doubt_it_is_looked_at_and_one_that_has_it_not_is_let_be() -> None:
    w = in_doubt(oms(cancels=True), took=False)
    w.run()
    assert (w.imports().looked_at, w.sent(write="cancel"), w.sent()) == (["A1"], [], ["A1", "A1"])
    assert w.stands() == "done discarded"


@pytest.mark.parametrize("asks", [True, False])
def test_in_doubt_without_a_look(asks: bool) -> None:
    w = in_doubt(oms(cancels=True, asks=asks, looked=False), took=True)
    w.run()
    assert w.sent() == ["A1", "A1"]
    if asks:
        assert w.stands() == "done discarded"
        assert "may have it, and learns by its status question" in w.notes()
        return
    assert w.stands(target="o1") == "push unknown"
    assert "canceled at m1, and o1 may have it" in w.fault(target="o1")["message"]


@pytest.mark.parametrize("found", [True, False])
def test_and_a_person_says(found: bool) -> None:
    w = in_doubt(oms(cancels=True, looked=False), took=True)
    w.run()
    desk = Desk(w.ledger, w.gates, accounts=["m1", "o1"])
    if found:
        desk.resolve(str(w.ref()), found="X9", absent=False, reason="seen", who="me")
    else:
        desk.resolve(str(w.ref()), found=None, absent=True, reason="not there", who="me")
    w.run()
    assert w.sent() == ["A1", "A1"], "a canceled order is never pushed"
    assert w.sent(write="cancel") == (["A1"] if found else [])
    assert w.stands().startswith("done")


def test_a_rehearsing_route_tells_nobody() -> None:
    w = pushed(oms(cancels=True))
    w.network._routes = (Route(source="m1", to=("o1",), mode="rehearse"),)
    w.receive(GONE)
    w.run()
    assert (w.sent(write="cancel"), w.stands(**FLOW)) == ([], "validate held")


def test_an_edited_cancellation_goes_out_as_edited() -> None:
    w = pushed(oms(cancels=True))
    w.oms["o1"].writes["cancel"].answers.append(Refused("400: no such reason"))
    w.receive(GONE)
    w.run()
    assert w.stands(target="o1", **FLOW) == "push dead"
    desk = Desk(w.ledger, w.gates, accounts=["m1", "o1"])
    ref = "cancellations:m1:A1"
    desk.edit(ref, {"reason": "BUYER"}, reason="their word", who="me")
    desk.replay([ref], who="me")
    w.run()
    assert w.oms["o1"].writes["cancel"].calls[-1][0].content["reason"] == "BUYER"
    assert w.stands(**FLOW) == "done done"
