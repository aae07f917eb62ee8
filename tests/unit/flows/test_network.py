"""Who trades with whom."""

import pytest

from pipeline.config.model import Route
from pipeline.domain.errors import NotConfigured
from pipeline.domain.lifecycle import Flow
from pipeline.flows.deliveries import delivering
from tests.fakes.partners import FakeMarketplace, FakeOms
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite


def world() -> World:
    return World(
        markets={"m1": FakeMarketplace(ship=FakeWrite()), "m2": FakeMarketplace()},
        oms={
            "o1": FakeOms(import_orders=FakeWrite(), acknowledge_shipped=FakeWrite(), answer_status=FakeWrite()),
            "o2": FakeOms(cancel=FakeWrite()),
        },
        routes=[
            Route(source="m1", to=("o1", "o2")),
            Route(source="m2", to=("o1",), flows=("orders", "statuses")),
        ],
    )


def test_a_flow_exists_where_both_can() -> None:
    network = world().network
    (both, _) = network._routes
    can = {(flow, name) for flow in Flow for name in ("o1", "o2") if network.carries(both, flow, name)}
    assert can == {
        (Flow.ORDERS, "o1"), (Flow.SHIPMENTS, "o1"), (Flow.STATUSES, "o1"), (Flow.CANCELLATIONS, "o2"),
    }  # fmt: skip


def test_what_is_polled() -> None:
    polls = list(world().network.polls())
    assert polls == [("m1", Flow.ORDERS), ("m2", Flow.ORDERS), ("o1", Flow.SHIPMENTS), ("o1", Flow.STATUSES)]


def test_the_marketplaces_of_an_oms() -> None:
    network = world().network
    assert network.markets_of(Flow.STATUSES, "o1") == ["m1", "m2"]
    assert network.markets_of(Flow.SHIPMENTS, "o1") == ["m1"]
    assert network.markets_of(Flow.SHIPMENTS, "o2") == []


def test_a_route_in_either_direction_or_none() -> None:
    network = world().network
    assert network.route(Flow.SHIPMENTS, "o1", "m1") is network.route(Flow.ORDERS, "m1", "o1")
    with pytest.raises(NotConfigured, match="no route carries shipments between o1 and m2"):
        network.route(Flow.SHIPMENTS, "o1", "m2")


def test_accounts_by_name() -> None:
    network = world().network
    assert network.is_marketplace("m1")
    assert not network.is_marketplace("o1")
    for ask in (network.marketplace, network.oms):
        with pytest.raises(NotConfigured):
            ask("nobody")
    with pytest.raises(KeyError):
        network.party("nobody")


def test_a_capability_that_is_not_there_is_named() -> None:
    with pytest.raises(NotConfigured, match="o2 cannot import orders"):
        delivering(world().network, Flow.ORDERS, "o2")
    with pytest.raises(NotConfigured, match="o1 cannot update"):
        delivering(world().network, Flow.ORDERS, "o1", again=True)
