"""Several parcels of one order, through every step, at an Amazon that shows them late and with workers that die in
every call: each is confirmed exactly once.
"""

from typing import Any

import httpx
import msgspec
import pytest

from pipeline.domain.lifecycle import Flow
from tests.fakes.partners import FakeOms, shipped
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite
from tests.unit.connectors.amazon_seller import ID, amazon, amazon_order, package
from tests.unit.connectors.rig import unread

WHERE: dict[str, Any] = {"flow": Flow.SHIPMENTS, "source": "o1"}
NUMBERS = ("6C1", "6C2", "6C3")


class Killed(Exception):
    pass


class Shop:
    """One order. Parcels are shown once `show` was called; `kill_at` dies in that call, `committed` or not."""

    def __init__(self, kill_at: int = 0, *, committed: bool = False) -> None:
        self.calls = 0
        self.kill_at, self.committed = kill_at, committed
        self.confirmed: list[str] = []
        self.shown: list[str] = []

    def show(self) -> None:
        self.shown = list(self.confirmed)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return unread(httpx.Response(200, json={"access_token": "t", "expires_in": 3600}))
        self.calls += 1
        dies = self.calls == self.kill_at
        if dies and not self.committed:
            raise Killed
        if request.method == "POST":
            detail = msgspec.json.decode(request.content)["packageDetail"]
            self.confirmed.append(detail["trackingNumber"])
            answer = httpx.Response(204)
        else:
            packages = [package(number, "R", ("L1", 1)) for number in self.shown]
            done = len(self.shown) == len(NUMBERS)
            status = "SHIPPED" if done else "PARTIALLY_SHIPPED" if self.shown else "UNSHIPPED"
            order = amazon_order(
                packages=packages, orderItems__0__quantityOrdered=3, fulfillment__fulfillmentStatus=status
            )
            answer = httpx.Response(200, json={"order": order})
        if dies:
            raise Killed
        return unread(answer)


def world(shop: Any) -> World:
    oms = FakeOms(import_orders=FakeWrite(), acknowledge_shipped=FakeWrite())
    w = World(markets={"m1": amazon(shop)}, oms={"o1": oms})
    parcels = [{"number": number, "carrier_raw": "DPD", "lines": [{"id": "L1", "quantity": 1}]} for number in NUMBERS]
    oms.lists["shipped"].append(shipped(ID, *parcels))
    w.poll("o1", Flow.SHIPMENTS)
    return w


def run_to_the_end(w: World, shop: Shop) -> None:
    """What waits is ripened again and again; parcels are shown every second time, and after a settle delay."""
    for turn in range(40):
        try:
            for lane in ("fetch.m1", "push.m1"):
                w.over(lane)  # ends leases, also of a lane in which nothing is due
            w.run()
        except Killed:
            shop.show()
            w.ripen(leases=True)
            continue
        if w.stands(ID, **WHERE) == "done done":
            return
        if turn % 2:
            shop.show()
        w.ripen()
    raise AssertionError(w.stands(ID, "m1", **WHERE))


@pytest.mark.covers("amazon:one call per parcel")
def test_each_parcel_waits_for_the_one_before_and_is_confirmed_once() -> None:
    shop = Shop()
    w = world(shop)
    w.run()
    assert (w.stands(ID, "m1", **WHERE), shop.confirmed) == ("push pending", ["6C1"])
    for _ in range(3):  # however often it is asked: not shown, not sent
        w.ripen()
        w.run()
    assert shop.confirmed == ["6C1"]
    run_to_the_end(w, shop)
    assert shop.confirmed == list(NUMBERS)
    assert w.word("at@m1", ID, **WHERE) == "0"  # no attempt was spent on waiting


CALLS = 11  # of the run without a kill


@pytest.mark.covers("amazon:one call per parcel")
@pytest.mark.parametrize("committed", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kill_at", range(1, CALLS + 1))
def test_a_worker_that_dies_in_any_call_neither_loses_nor_doubles_a_parcel(kill_at: int, committed: bool) -> None:
    shop = Shop(kill_at, committed=committed)
    w = world(shop)
    run_to_the_end(w, shop)
    assert sorted(shop.confirmed) == list(NUMBERS)
    assert shop.calls >= kill_at, "the kill never happened"


def test_an_answer_that_is_lost_is_looked_up_and_the_rest_goes_on() -> None:
    shop = Shop()
    w = world(lambda request: lose_second(shop, request))
    run_to_the_end(w, shop)
    assert sorted(shop.confirmed) == list(NUMBERS)


def lose_second(shop: Shop, request: httpx.Request) -> httpx.Response:
    answer = shop(request)
    if request.method == "POST" and len(shop.confirmed) == 2:
        shop.show()  # by the time that the settle delay is over
        raise httpx.ReadTimeout("lost")
    return answer
