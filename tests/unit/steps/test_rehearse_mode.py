"""A route in mode rehearse: everything up to the exact body, and nothing is sent to anybody."""

from typing import Any

import pytest

from pipeline.config.model import Route
from pipeline.domain.lifecycle import Flow
from pipeline.operations.desk import Desk
from pipeline.operations.rehearse import Rehearsal
from tests.fakes.partners import FakeMarketplace, FakeOms, raw_order, requests, shipped
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite


def world(*modes: Any) -> World:
    oms = {
        f"o{number}": FakeOms(
            import_orders=FakeWrite(),
            answer_status=FakeWrite(looked=False, listed_again=True),
            acknowledge_shipped=FakeWrite(),
        )
        for number in range(1, len(modes) + 1)
    }
    routes = [Route(source="m1", to=(f"o{number}",), mode=mode) for number, mode in enumerate(modes, 1)]
    return World(markets={"m1": FakeMarketplace(ship=FakeWrite())}, oms=oms, routes=routes)


def test_a_valid_order_is_held_as_rehearsed() -> None:
    w = world("rehearse")
    w.receive(raw_order("A1"), raw_order("A2", currency=None))
    w.run()
    assert (w.stands("A1"), w.fault("A1")["cause"], w.sent()) == ("validate held", "rehearsed", [])
    assert w.stands("A2") == "validate dead"


def test_show_has_the_exact_body_of_what_is_rehearsed_only() -> None:
    w = world("live", "rehearse")
    w.receive(raw_order())
    w.run()
    desk = Desk(w.ledger, w.gates, accounts=["m1", "o1", "o2"], rehearsed=Rehearsal(w.context).bodies)
    (body,) = (desk.show(str(w.ref()), reveal=True, who="me") or {})["would_send"].items()
    assert body[0] == "o2"
    assert body[1]["id"] == "A1"
    w = world("rehearse")
    w.receive(raw_order("A1"), raw_order("A2", currency=None))
    w.run()
    desk = Desk(w.ledger, w.gates, accounts=["m1", "o1"], rehearsed=Rehearsal(w.context).bodies)
    assert set((desk.show(str(w.ref("A1"))) or {})["would_send"]) == {"o1"}
    assert "would_send" not in (desk.show(str(w.ref("A2"))) or {})


def test_beside_a_live_route_only_its_own_target_is_held() -> None:
    w = world("live", "rehearse")
    w.receive(raw_order())
    w.run()
    assert (w.sent("o1"), w.sent("o2")) == (["A1"], [])
    assert (w.stands(target="o1"), w.stands(target="o2")) == ("done done", "push held")
    assert w.fault(target="o2")["cause"] == "rehearsed"
    w.network._routes = tuple(Route(source="m1", to=(name,)) for name in ("o1", "o2"))
    Desk(w.ledger, w.gates, accounts=["m1", "o1", "o2"]).replay([str(w.ref())], who="me")
    w.run()
    assert (w.sent("o1"), w.sent("o2"), w.stands()) == (["A1"], ["A1"], "done done")


@pytest.mark.parametrize("parcels", [[], ["P1"]])
def test_no_shipment_is_told_to_either_side(parcels: list[str]) -> None:
    w = world("rehearse")
    w.markets["m1"].orders["A1"] = raw_order(raw={"parcels": parcels})
    w.oms["o1"].lists["shipped"].append(shipped("A1", {"number": "P1", "carrier": "DHL"}))
    w.poll("o1", Flow.SHIPMENTS)
    w.run()
    assert w.stands(flow=Flow.SHIPMENTS, source="o1") == "validate held"
    assert (w.markets["m1"].writes["ship"].calls, w.sent(write="acknowledge_shipped")) == ([], [])


def test_no_status_is_told() -> None:
    w = world("rehearse")
    w.markets["m1"].orders["A1"] = raw_order(word="Sent")
    w.oms["o1"].lists["status_requests"].append(requests("A1"))
    w.poll("o1", Flow.STATUSES)
    w.run()
    assert w.stands(flow=Flow.STATUSES, source="o1") == "validate held"
    assert w.sent(write="answer_status") == []
