"""GET /orders: its parameters, its pages, its order; GET one by a hostile id."""

from typing import Any

import pytest

from sandbox.samples import Shares
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import TurnedClock


def test_pages_are_linked_until_the_last(start: Start) -> None:
    partners = start(orders=25).log_in()
    url, ids = "/octopia/seller/v2/orders?pageSize=10&sort=updatedAt&desc=false", []
    while url:
        answer = partners.http.get(url, headers=partners.headers)
        assert answer.json()["itemsPerPage"] == 10
        ids += [item["orderId"] for item in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url", "")
        assert not url or url.startswith(partners.url)
    assert len(ids) == len(set(ids)) == 25
    assert partners.items(pageIndex=4, pageSize=10) == []


def test_sorting_by_update_both_ways(start: Start, clock: TurnedClock) -> None:
    partners = start(orders=10).log_in()
    before = [item["orderId"] for item in partners.items(sort="updatedAt")]
    clock.turn(5)
    partners.control("POST", f"/octopia/orders/{before[3]}", set={"reference": "R"})
    after = partners.items(sort="updatedAt", desc="false")
    assert [item["orderId"] for item in after] == before[:3] + before[4:] + [before[3]]
    assert [item["updatedAt"] for item in after] == sorted(item["updatedAt"] for item in after)
    assert partners.items(sort="updatedAt", desc="true") == after[::-1]
    assert [item["orderId"] for item in partners.items(updatedAtMin="2026-11-22T09:00:05Z")] == [before[3]]
    assert len(partners.items(updatedAtMax="2026-11-22T09:00:04.999Z")) == 9
    assert partners.items(updatedAtMin="2026-11-22T10:00:05+01:00") == [after[-1]]


def test_every_filter_filters(start: Start) -> None:
    shares = Shares(awaiting=0.2, processing=0.0, cancelled=0.0, foreign=0.2, hostile_ids=0.0)
    partners = start(orders=100, shares=shares).log_in()
    everything = partners.items()
    assert len(everything) == 100

    def count(**params: Any) -> int:
        found = len(partners.items(**params))
        assert partners.octopia("GET", "/orders/count", params=params).json() == {"count": found}
        return found

    assert count(status="WaitingAcceptance") == 20
    assert count(supplyMode="Seller") == 80
    assert count(supplyMode="Fulfillment") + count(supplyMode="Xdock") == 20
    assert count(businessOrder="true") + count(businessOrder="false") == 100
    assert 0 < count(businessOrder="true") < 30
    assert count(reference=everything[0]["reference"]) == 1
    assert count(salesChannelId="CDISFR") == 100
    assert count(salesChannelId="OTHER") == 0
    french = [o for o in everything if o["lines"][0].get("shippingAddress", {}).get("countryCode") == "FR"]
    assert count(shippingCountry="FR") == len(french) > 10
    created = sorted(item["createdAt"] for item in everything)
    assert count(createdAtMin=created[40]) + count(createdAtMax=created[39]) == 100
    assert count(shippedAtMin="2020-01-01T00:00:00Z") == 0


@pytest.mark.parametrize(
    "params",
    [
        {"page": "1"},
        {"pageSize": "101"},
        {"pageIndex": "0"},
        {"status": "inpreparation"},
        {"supplyMode": "FBC"},
        {"sort": "total"},
        {"desc": "True"},
        {"updatedAtMin": "2026-11-22"},
        {"updatedAtMin": "2026-11-22T09:00:00"},
        {"updatedAtMax": "2026-13-40T09:00:00Z"},
        {"businessOrder": "1"},
        {"shippingCountry": "fr"},
    ],
)
def test_a_parameter_out_of_contract_is_refused_by_name(start: Start, params: dict[str, str]) -> None:
    partners = start().log_in()
    answer = partners.octopia("GET", "/orders", params=params)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(params)
    assert partners.state()["violations"][0]["fields"] == list(params)


def test_an_order_with_a_hostile_id_is_one_encoded_segment(start: Start) -> None:
    partners = start(orders=10, shares=Shares(0, 0, 0, 0, hostile_ids=1.0)).log_in()
    ids = [item["orderId"] for item in partners.items()]
    assert all(any(mark in "".join(ids) for mark in mark_) for mark_ in ("/", "#", ":", " "))
    for order_id in ids:
        assert partners.order(order_id).json()["orderId"] == order_id
        partners.control("GET", f"/octopia/orders/{order_id.replace('/', '%2F').replace('#', '%23')}")
    slashed = next(order_id for order_id in ids if "/" in order_id and "#" not in order_id)
    assert partners.octopia("GET", f"/orders/{slashed}").status_code == 404  # not encoded: another path


def test_an_unknown_order_is_404_and_no_breach(start: Start) -> None:
    partners = start().log_in()
    assert partners.order("nobody").status_code == 404
    assert partners.violations() == []
