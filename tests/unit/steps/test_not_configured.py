"""A target whose settings keep it from taking orders: its deliveries are held with the reason, the others go on."""

import pytest

from pipeline.config.model import Route
from pipeline.domain.lifecycle import Flow
from pipeline.operations.desk import Desk
from tests.fakes.partners import FakeMarketplace, FakeOms, raw_order
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

LACKS = {"o2": {"import_orders": "not configured: set create_order_path"}}
ONE = [Route(source="m1", to=("o1", "o2"))]
TWO = [Route(source="m1", to=("o1",)), Route(source="m1", to=("o2",))]


def world(routes: list[Route], lacks: dict[str, dict[str, str]]) -> World:
    market = FakeMarketplace(acknowledge=FakeWrite())
    return World(
        markets={"m1": market},
        oms={"o1": FakeOms(import_orders=FakeWrite()), "o2": FakeOms()},
        routes=routes,
        lacks=lacks,
    )


@pytest.mark.parametrize("routes", [ONE, TWO])
def test_its_delivery_is_held_in_words_and_the_other_is_made(routes: list[Route]) -> None:
    w = world(routes, LACKS)
    w.receive(raw_order())
    w.run()
    assert w.stands(target="o1") == "done done"
    assert w.stands(target="o2") == "push held"
    fault = w.fault(target="o2")
    assert fault["kind"] == "not_configured"
    assert "o2 cannot import orders: not configured: set create_order_path" in fault["message"]
    assert w.markets["m1"].writes["acknowledge"].sent == []  # it is required, and is not in


def test_once_it_is_configured_only_it_is_sent_and_the_order_is_acknowledged_once() -> None:
    w = world(ONE, LACKS)
    w.receive(raw_order())
    w.run()
    late = FakeWrite()
    w.oms["o2"].import_orders = late.write  # type: ignore[attr-defined] # the fake sets its writes by name
    desk = Desk(w.ledger, w.gates, accounts=["m1", "o1", "o2"])
    desk.replay([f"{w.ref()}@o2"], who="me")
    w.run()
    assert (w.sent("o1"), len(late.sent)) == (["A1"], 1)
    assert w.stands() == "done done"
    assert len(w.markets["m1"].writes["acknowledge"].sent) == 1


def test_sent_again_before_that_it_is_held_again() -> None:
    w = world(ONE, LACKS)
    w.receive(raw_order())
    w.run()
    Desk(w.ledger, w.gates, accounts=["m1", "o1", "o2"]).replay([f"{w.ref()}@o2"], who="me")
    w.run()
    assert w.stands(target="o2") == "push held"
    assert w.sent("o1") == ["A1"]


def test_an_optional_one_keeps_nothing_from_being_acknowledged() -> None:
    w = world([Route(source="m1", to=("o1", "o2"), ack_when=("o1",))], LACKS)
    w.receive(raw_order())
    w.run()
    assert w.stands(target="o2") == "push held"
    assert len(w.markets["m1"].writes["acknowledge"].sent) == 1


def test_where_it_is_the_only_one_orders_are_fetched_and_held() -> None:
    w = world([Route(source="m1", to=("o2",))], LACKS)
    assert ("m1", Flow.ORDERS) in list(w.network.polls())
    w.receive(raw_order())
    w.run()
    assert w.stands() == "validate held"
    assert "set create_order_path" in w.fault()["message"]


def test_a_connector_that_never_takes_orders_is_no_target_of_them() -> None:
    w = world(ONE, {})
    w.receive(raw_order())
    w.run()
    assert w.record().targets == ("o1",)
    assert w.stands() == "done done"
