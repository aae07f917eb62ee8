"""A rehearsal: today's mapping, rules and edits over a record; nothing is kept or sent. And a refusal."""

from typing import Any

import pytest

from pipeline.config.model import Route
from pipeline.domain.errors import Refused
from pipeline.domain.lifecycle import Flow
from pipeline.operations.errors import NotAllowed
from pipeline.operations.rehearse import Rehearsal
from tests.builders import build_line
from tests.fakes.partners import FakeMarketplace, FakeOms, raw_order, requests
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite


def world(**market: FakeWrite) -> World:
    oms = FakeOms(import_orders=FakeWrite(), answer_status=FakeWrite(looked=False, listed_again=True))
    return World(markets={"m1": FakeMarketplace(**market)}, oms={"o1": oms})


def faults(w: World, id_: str = "A1", **where: Any) -> list[str] | None:
    found = Rehearsal(w.context).faults(w.record(id_, **where))
    return None if found is None else [f"{fault.path} {fault.rule}" for fault in found]


def test_one_that_would_pass_now() -> None:
    w = world()
    w.receive(raw_order("A1", "Packing"))
    w.run()
    assert faults(w) == ["status vocabulary"]
    w.network._routes = (Route(source="m1", to=("o1",), status_map={"Packing": "unshipped"}),)
    before = (w.timeline(), w.stands())
    assert faults(w) is None
    assert (w.timeline(), w.stands(), w.sent()) == (*before, [])


def test_every_fault() -> None:
    w = world()
    w.receive(raw_order(currency=None, lines=(build_line(sku=None, product_id=None),)))
    w.run()
    assert faults(w) == ["currency required", "lines.0.sku required"]


@pytest.mark.parametrize("mode", ["live", "rehearse"])
def test_the_routes_mode_is_no_fault(mode: Any) -> None:
    w = world()
    w.network._routes = (Route(source="m1", to=("o1",), mode=mode),)
    w.receive(raw_order())
    w.over("normalize.m1")
    assert faults(w) is None


def test_one_that_waits_would_pass() -> None:
    w = world(accept=FakeWrite())
    w.receive(raw_order("A1", "Waiting"))
    w.run()
    assert faults(w) is None
    assert w.markets["m1"].writes["accept"].sent == ["A1"], "by the run, not by the rehearsal"


def test_no_route() -> None:
    w = world()
    w.receive(raw_order())
    w.run()
    w.network._routes = ()
    assert faults(w) == [" not_configured"]


def test_a_request_that_was_not_read_yet() -> None:
    w = world()
    w.oms["o1"].lists["status_requests"].append(requests("A1"))
    w.poll("o1", Flow.STATUSES)
    assert faults(w, flow=Flow.STATUSES, source="o1") == [" unreadable"]


def test_the_canonical_fields_before_any_edit_even_of_a_riddle() -> None:
    w = world()
    w.receive(raw_order("A1", "Packing", raw={"riddles": ["shipping_address"]}))
    w.run()
    plain = Rehearsal(w.context).plain(w.record())
    assert plain is not None
    assert plain["shipping_address"]["city"] == "Lyon"
    assert "status" not in plain


def test_none_where_the_raw_can_not_be_read() -> None:
    w = world()
    raw = raw_order()
    raw["fields"]["currency"] = 7
    w.receive(raw)
    assert Rehearsal(w.context).plain(w.record()) is None


# ---------------------------------------------------------------- refuse


def refuse(w: World, id_: str = "A1", **where: Any) -> None:
    Rehearsal(w.context).refuse(w.record(id_, **where), "sold out", "me")


def test_a_refusal_is_told_to_the_marketplace() -> None:
    w = world(refuse=FakeWrite(), accept=FakeWrite())
    w.receive(raw_order("A1", "Waiting", currency=None))
    w.run()
    refuse(w)
    assert w.markets["m1"].writes["refuse"].sent == ["A1"]


@pytest.mark.parametrize(
    ("word", "writes", "says"),
    [
        ("Open", {"refuse": FakeWrite()}, "m1 does not wait for our answer"),
        ("Waiting", {}, "m1 can't be told that an order is refused; discard it instead"),
    ],
)
def test_where_it_can_not_be(word: str, writes: dict[str, FakeWrite], says: str) -> None:
    w = world(**writes)
    w.receive(raw_order("A1", word))
    w.over("normalize.m1")
    with pytest.raises(NotAllowed, match=says):
        refuse(w)


@pytest.mark.parametrize("raised", [True, False])
def test_the_marketplaces_no_is_said(raised: bool) -> None:
    w = world(refuse=FakeWrite(), accept=FakeWrite())
    w.receive(raw_order("A1", "Waiting"))
    w.over("normalize.m1")
    trouble = Refused("POST refuse: 409")
    w.markets["m1"].writes["refuse"].answers.append(trouble if raised else [trouble])
    with pytest.raises(NotAllowed, match="m1: refused: POST refuse: 409; pull the order"):
        refuse(w)


def test_only_orders_are_refused() -> None:
    w = world(refuse=FakeWrite())
    w.oms["o1"].lists["status_requests"].append(requests("A1"))
    w.poll("o1", Flow.STATUSES)
    with pytest.raises(NotAllowed, match="is not an order that a marketplace waits for"):
        refuse(w, flow=Flow.STATUSES, source="o1")
