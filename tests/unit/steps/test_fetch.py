"""One document read at its marketplace; one that does not know it is followed by the next."""

from typing import Any

import pytest

from pipeline.domain.errors import Puzzling, RateLimited, Refused, Trouble, Unauthorized, Unavailable, Unreadable
from pipeline.domain.lifecycle import Flow
from pipeline.operations.desk import Desk
from tests.fakes.partners import FakeMarketplace, FakeOms, raw_order, requests
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

STATUS: dict[str, Any] = {"flow": Flow.STATUSES, "source": "o1"}


def world(markets: int = 1) -> World:
    oms = FakeOms(import_orders=FakeWrite(), answer_status=FakeWrite(looked=False, listed_again=True))
    return World(markets={f"m{n}": FakeMarketplace() for n in range(1, markets + 1)}, oms={"o1": oms})


def ask(w: World, *ids: str) -> None:
    w.oms["o1"].lists["status_requests"].append(requests(*ids))
    w.poll("o1", Flow.STATUSES)


def test_unknown_to_all_is_held_by_name() -> None:
    w = world(2)
    ask(w, "A1")
    w.run()
    assert w.stands(**STATUS) == "fetch held"
    assert w.fault(**STATUS)["message"] == "unknown to m1, m2"
    assert (w.markets["m1"].got, w.markets["m2"].got) == (["A1"], ["A1"])


def test_the_second_marketplace_is_tried() -> None:
    w = world(2)
    w.markets["m2"].orders["A1"] = raw_order(word="Sent")
    ask(w, "A1")
    w.run()
    assert (w.stands(**STATUS), w.record(**STATUS).facts["market"]) == ("done done", "m2")


def test_the_marketplace_that_is_known_to_have_it_is_asked_first() -> None:
    w = world(2)
    w.markets["m2"].orders["A1"] = raw_order(word="Sent")
    w.receive(raw_order(), source="m2")
    w.run()
    for forgotten in (False, True):
        if forgotten:
            w.forget_bodies()
        ask(w, "A1")
        w.run()
    assert (w.markets["m1"].got, w.markets["m2"].got) == ([], ["A1", "A1"])


def test_replayed_each_is_asked_again() -> None:
    w = world(2)
    ask(w, "A1")
    w.run()
    w.markets["m1"].orders["A1"] = raw_order(word="Sent")
    desk = Desk(w.ledger, w.gates, accounts=["m1", "m2", "o1"])
    desk.replay(["statuses:o1:A1"], from_step="fetch", who="me")
    w.run()
    assert w.stands(**STATUS) == "done done"


@pytest.mark.parametrize(
    ("trouble", "stands", "attempts", "goes_on", "shuts"),
    [
        (Refused("400"), "fetch dead", "1", True, False),
        (Unavailable("not reached"), "fetch parked", "1", False, True),
        (Unavailable("503", status=503), "fetch parked", "1", False, False),
        (Unreadable("HTML"), "fetch parked", "1", False, False),
        (RateLimited("429"), "fetch parked", "0", False, True),
        (Unauthorized("401"), "fetch parked", "0", False, True),
        (Puzzling("which one"), "fetch held", "0", True, False),
    ],
)
def test_each_trouble(trouble: Trouble, stands: str, attempts: str, goes_on: bool, shuts: bool) -> None:
    w = world()
    w.markets["m1"].get_trouble["A1"] = trouble
    w.markets["m1"].orders["A2"] = raw_order("A2", "Sent")
    ask(w, "A1", "A2")
    w.over("fetch.m1")
    assert (w.stands(**STATUS), w.word("at", **STATUS)) == (stands, attempts)
    assert w.stands("A2", **STATUS) == ("normalize due" if goes_on else "fetch due")
    assert (w.gates.is_shut("m1") is not None) is shuts


def test_attempts_used_up() -> None:
    w = world()
    w.markets["m1"].get_trouble["A1"] = Unreadable("HTML")
    ask(w, "A1")
    for _ in range(10):
        w.gates.open("m1")
        w.ripen()
        w.run()
    assert (w.stands(**STATUS), len(w.markets["m1"].got)) == ("fetch dead", 8)


def test_an_account_that_is_no_longer_configured() -> None:
    w = world()
    w.markets["m1"].orders["A1"] = raw_order(word="Sent")
    ask(w, "A1")
    w.over("fetch.m1")
    w.network._marketplaces = {}
    w.over("normalize.o1")
    assert (w.stands(**STATUS), w.fault(**STATUS)["kind"]) == ("normalize held", "not_configured")
