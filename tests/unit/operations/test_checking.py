"""`orderpipe check`: each account tried by a read."""

from pipeline.domain.errors import Unauthorized
from pipeline.operations.checking import check
from tests.fakes.partners import FakeMarketplace, FakeOms
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite


def test_one_row_for_each_account() -> None:
    w = World(
        markets={"m1": FakeMarketplace(), "m2": FakeMarketplace()},
        oms={
            "o1": FakeOms(import_orders=FakeWrite(), answer_status=FakeWrite()),
            "o2": FakeOms(import_orders=FakeWrite()),
            "o3": FakeOms(import_orders=FakeWrite(), acknowledge_shipped=FakeWrite()),
        },
    )
    w.markets["m2"].pages.append(Unauthorized("POST token: 401"))
    kinds = dict.fromkeys(w.markets, "marketplace") | dict.fromkeys(w.oms, "oms")
    assert {row["account"]: (row["ok"], row["message"]) for row in check(w.network, kinds)} == {
        "m1": (True, "the credentials work"),
        "m2": (False, "unauthorized: POST token: 401"),
        "o1": (True, "the credentials work"),
        "o2": (True, "nothing to try: this connector only writes"),
        "o3": (True, "the credentials work"),
    }
    assert len(w.oms["o1"].asks) == len(w.oms["o3"].asks) == 1
    assert w.redis.keys("op:d:*") == [], "it stores nothing"
