"""`orderpipe check`: each account tried by a read."""

import httpx
import pytest

from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import Unauthorized
from pipeline.operations.checking import check
from tests.fakes.partners import FakeMarketplace, FakeOms
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite
from tests.unit.connectors.rig import Partner, client_for


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


def test_where_nothing_is_listed_a_probe_tries() -> None:
    def refuse(client: object) -> None:
        raise Unauthorized("GET order: 401")

    w = World(oms={"o1": FakeOms(import_orders=FakeWrite())}, probe=refuse)
    (row,) = check(w.network, {"o1": "oms"})
    assert (row["ok"], row["message"]) == (False, "unauthorized: GET order: 401")


@pytest.mark.parametrize(
    ("connector", "asked"), [("kibo", "/order/"), ("ois", "/v1/ShippingAgents"), ("tecsys", "/inventorylocations/")]
)
def test_rooms_that_list_nothing_are_tried_by_a_read(connector: str, asked: str) -> None:
    partner = Partner()
    if connector != "tecsys":
        partner.says({"access_token": "a"})
    partner.says([] if connector != "kibo" else {"totalCount": 0, "collection": []})
    probe = CONNECTORS[connector].probe
    assert probe is not None
    probe(client_for(connector, partner))
    assert [request.method for request in partner.requests][-1] == "GET"
    assert partner.requests[-1].url.path.endswith(asked)


def test_transiteo_is_tried_by_its_token() -> None:
    partner = Partner().says(httpx.Response(400, json={"error": "invalid_grant"}))
    probe = CONNECTORS["transiteo"].probe
    assert probe is not None
    with pytest.raises(Unauthorized, match="invalid_grant"):
        probe(client_for("transiteo", partner))
