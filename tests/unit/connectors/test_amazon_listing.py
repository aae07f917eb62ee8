"""Amazon's listing: the range, the echoed bound, tokens that expire or repeat, budgets."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from pipeline.connectors.marketplaces.amazon.calls import rate_in
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import NotConfigured, OverBudget, Refused, Unreadable
from tests.unit.connectors.amazon_seller import DE, FR, ID, amazon, amazon_order, v0_order
from tests.unit.connectors.rig import NOW, Budgets, Partner, ask, rig_for

ECHO = "2026-11-22T08:58:00Z"
OVER = {"errors": [{"code": "QuotaExceeded", "message": "You exceeded your quota for the requested resource."}]}


def page(*orders: Any, token: str | None = None, before: str | None = ECHO) -> dict[str, Any]:
    found: dict[str, Any] = {"orders": list(orders)}
    if token:
        found["pagination"] = {"nextToken": token}
    return found | ({"lastUpdatedBefore": before} if before else {})


def v0_page(*orders: Any, token: str | None = None, **more: Any) -> dict[str, Any]:
    return {"payload": {"Orders": list(orders), **({"NextToken": token} if token else {}), **more}}


def invalid(status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"errors": [{"code": "InvalidInput", "message": None}]})


@pytest.mark.covers(
    "amazon:GET /orders/2026-01-01/orders",
    "amazon:lastUpdatedAfter",
    "amazon:marketplaceIds",
    "amazon:fulfilledBy",
    "amazon:includedData",
    "amazon:echoed lastUpdatedBefore",
)
def test_what_changed_since_the_cursor_is_asked_for_and_the_echo_is_the_next_cursor() -> None:
    partner = Partner().says(page(amazon_order()))
    found = amazon(partner, marketplace_ids=(FR, DE)).new_orders(ask(cursor="2026-11-22T08:00:00+00:00"))
    assert partner.query() == {
        "lastUpdatedAfter": "2026-11-22T07:55:00Z",
        "marketplaceIds": f"{FR},{DE}",
        "fulfilledBy": "MERCHANT",
        "maxResultsPerPage": "100",
        "includedData": "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT",
    }
    (row,) = found.rows
    assert (row.id, row.version, row.whole) == (ID, datetime(2026, 11, 21, 8, tzinfo=UTC), True)
    assert row.purchased_at == datetime(2026, 11, 20, 13, 32, 5, tzinfo=UTC)
    assert row.raw == amazon_order()
    assert (found.page, found.cursor) == (None, "2026-11-22T08:58:00+00:00")


@pytest.mark.covers("amazon:echoed lastUpdatedBefore")
@pytest.mark.parametrize(
    ("before", "cursor", "expected"),
    [
        (None, None, "2026-11-21T08:00:00+00:00"),  # no echo: the newest that was seen
        ("1.569521782042E9", None, "2026-11-21T08:00:00+00:00"),
        ("2026-11-22T10:00:00Z", None, "2026-11-22T09:00:00+00:00"),  # never beyond now
        ("2026-11-22T07:00:00Z", "2026-11-22T08:00:00+00:00", "2026-11-22T08:00:00+00:00"),  # never back
    ],
)
def test_how_far_the_cursor_goes(before: str | None, cursor: str | None, expected: str) -> None:
    client = amazon(Partner().says(page(amazon_order(), before=before)))
    assert client.new_orders(ask(cursor=cursor)).cursor == expected


def test_an_empty_page_without_an_echo_moves_nothing() -> None:
    assert amazon(Partner().says(page(before=None))).new_orders(ask()).cursor is None


@pytest.mark.covers("amazon:paginationToken", "amazon:echoed lastUpdatedBefore")
def test_a_token_goes_encoded_with_the_same_parameters_and_the_cursor_waits_for_the_last_page() -> None:
    token = "a+b/c=& d"
    partner = Partner().says(
        page(amazon_order("1"), token=token), page(amazon_order("2"), before="2026-11-22T08:59:00Z")
    )
    client = amazon(partner)
    first = client.new_orders(ask())
    assert first.cursor is None
    last = client.new_orders(ask(page=first.page, now=NOW + timedelta(hours=1)))
    assert b"paginationToken=a%2Bb%2Fc%3D%26" in partner.requests[1].url.raw_path
    assert partner.query() == {**partner.query(0), "paginationToken": token}
    assert (last.page, last.cursor) == (None, "2026-11-22T08:58:00+00:00")  # the earlier bound of the two


@pytest.mark.covers("amazon:lastUpdatedBefore")
@pytest.mark.parametrize(
    ("until", "before"), [(None, "2026-11-22T08:58:00Z"), (NOW - timedelta(days=1), "2026-11-21T09:00:00Z")]
)
def test_a_backfill_ends_two_minutes_ago_at_the_latest_and_moves_no_cursor(until: Any, before: str) -> None:
    partner = Partner().says(page(amazon_order()))
    found = amazon(partner).new_orders(ask(since=NOW - timedelta(days=9), until=until))
    assert partner.query()["lastUpdatedBefore"] == before
    assert found.cursor is None


@pytest.mark.covers("amazon:lastUpdatedBefore")
def test_a_range_that_begins_within_two_minutes_costs_no_call() -> None:
    partner = Partner()
    assert amazon(partner).new_orders(ask(start=NOW - timedelta(minutes=1))).rows == ()
    assert partner.requests == []


@pytest.mark.covers("amazon:token life")
def test_a_token_of_yesterday_begins_the_range_again() -> None:
    partner = Partner().says(page(amazon_order("1"), token="t1"), page(amazon_order("1"), token="t2"))
    client = amazon(partner)
    first = client.new_orders(ask())
    again = client.new_orders(ask(page=first.page, now=NOW + timedelta(hours=23, minutes=1)))
    assert partner.query() == partner.query(0)
    assert again.page is not None


@pytest.mark.covers("amazon:token life")
def test_a_refused_token_begins_the_range_again_but_not_for_ever() -> None:
    partner = Partner().says(page(token="t1"))
    client = amazon(partner)
    at = client.new_orders(ask()).page
    for _ in range(2):
        partner.says(invalid(), page(token="t1"))
        lost = client.new_orders(ask(page=at))
        assert (list(lost.rows), lost.cursor) == ([], None)
        at = client.new_orders(ask(page=lost.page)).page
        assert partner.query() == partner.query(0)
    partner.says(invalid())
    with pytest.raises(Refused):
        client.new_orders(ask(page=at))


def test_a_refused_first_page_is_told() -> None:
    with pytest.raises(Refused, match="InvalidInput"):
        amazon(Partner().says(invalid())).new_orders(ask())


@pytest.mark.covers("amazon:repeated token")
def test_a_token_that_comes_again_ends_the_listing_where_it_was() -> None:
    partner = Partner().says(*[page(amazon_order(str(n)), token=token) for n, token in enumerate(["a", "b", "a"])])
    client = amazon(partner)
    first = client.new_orders(ask(cursor="2026-11-22T08:00:00+00:00"))
    second = client.new_orders(ask(page=first.page))
    third = client.new_orders(ask(page=second.page))
    assert [row.id for row in third.rows] == ["2"]  # what it brought is kept
    assert (third.page, third.cursor) == (None, None)


@pytest.mark.covers("amazon:repeated token")
def test_a_listing_has_at_most_a_thousand_pages() -> None:
    partner = Partner()
    client, at, pages = amazon(partner), None, 0
    for number in range(1100):
        partner.says(page(token=f"t{number}"))
        found = client.new_orders(ask(page=at))
        at, pages = found.page, pages + 1
        if at is None:
            break
    assert (pages, found.cursor) == (1000, None)


@pytest.mark.covers("amazon:fulfilledBy")
def test_what_amazon_ships_is_left_out_and_rows_without_an_id_are_kept() -> None:
    theirs = amazon_order("2", fulfillment__fulfilledBy="AMAZON")
    found = amazon(Partner().says(page(amazon_order("1"), theirs, {"x": 1}, "y"))).new_orders(ask())
    assert [row.id for row in found.rows] == ["1"]
    assert found.unreadable == [b'{"x":1}', b'"y"']


@pytest.mark.parametrize("body", [{}, [], {"orders": None}, {"payload": {"Orders": []}}])
def test_a_page_that_is_none(body: Any) -> None:
    with pytest.raises(Unreadable, match="without a list of orders"):
        amazon(Partner().says(body)).new_orders(ask())


# ---------------------------------------------------------------- v0


@pytest.mark.covers("amazon:GET /orders/v0/orders", "amazon:payload", "amazon:OrderItems", "amazon:CreatedBefore")
def test_v0_lists_orders_that_are_to_be_fetched() -> None:
    partner = Partner().says(
        v0_page(v0_order("1"), v0_order("2", FulfillmentChannel="AFN"), token="n=", LastUpdatedBefore=ECHO),
        v0_page(CreatedBefore="1.569521782042E9", LastUpdatedBefore="1.569521782042E9"),
    )
    client = amazon(partner, orders_api="v0")
    first = client.new_orders(ask())
    assert partner.query() == {
        "LastUpdatedAfter": "2026-11-21T09:00:00Z",
        "MarketplaceIds": FR,
        "FulfillmentChannels": "MFN",
        "MaxResultsPerPage": "100",
    }
    assert [(row.id, row.whole) for row in first.rows] == [("1", False)]
    last = client.new_orders(ask(page=first.page))
    assert partner.query() == {**partner.query(0), "NextToken": "n="}
    assert (last.page, last.cursor) == (None, "2026-11-22T08:58:00+00:00")


# ---------------------------------------------------------------- budgets


def rig_of(partner: Partner, *waits: float) -> tuple[Any, Budgets]:
    rig = rig_for("amazon", partner, "amazon-fr")
    budgets = rig.budgets
    assert isinstance(budgets, Budgets)
    budgets.waits = list(waits)
    return CONNECTORS["amazon"].build(rig), budgets


@pytest.mark.covers("amazon:usage plans")
def test_a_used_up_budget_asks_nothing_and_the_same_page_goes_on() -> None:
    partner = Partner().says(page(token="t"))
    client, budgets = rig_of(partner)
    at = client.new_orders(ask()).page
    budgets.waits = [150.0]
    with pytest.raises(OverBudget) as raised:
        client.new_orders(ask(page=at))
    assert (raised.value.retry_after, len(partner.requests)) == (150.0, 1)
    partner.says(page())
    assert client.new_orders(ask(page=at)).cursor is not None
    assert budgets.taken == [("searchOrders", 0.0056, 20)] * 2


@pytest.mark.covers("amazon:429", "amazon:usage plans")
def test_a_429_costs_one_refill() -> None:
    client, budgets = rig_of(Partner().says(httpx.Response(429, json=OVER)))
    with pytest.raises(OverBudget, match="QuotaExceeded"):
        client.new_orders(ask())
    assert budgets.learnt == [("searchOrders", None, 1 / 0.0056)]


@pytest.mark.covers("amazon:x-amzn-RateLimit-Limit")
@pytest.mark.parametrize(
    ("value", "rate"),
    [("0.0167", 0.0167), ("20", 20.0), (" 5.0 ", 5.0), ("0", None), ("0.0", None), ("", None), ("nan", None),
     ("string", None), ("Your rate limit", None), ("1e9", None), ("-1", None), (None, None)],
)  # fmt: skip
def test_the_rate_is_learnt_from_a_header_that_may_be_a_placeholder(value: str | None, rate: float | None) -> None:
    headers: Mapping[str, str] = {} if value is None else {"x-amzn-ratelimit-limit": value}
    assert rate_in(headers) == rate
    client, budgets = rig_of(Partner().says(page(), headers=headers))
    client.new_orders(ask())
    assert budgets.learnt == ([("searchOrders", rate, None)] if rate else [])


@pytest.mark.covers("amazon:marketplaceIds")
@pytest.mark.parametrize("count", [0, 51])
def test_there_are_one_to_fifty_marketplaces(count: int) -> None:
    with pytest.raises(NotConfigured, match="1 to 50"):
        amazon(Partner(), marketplace_ids=tuple(f"M{n}" for n in range(count)))


def test_where_a_listing_goes_on_is_small() -> None:
    partner = Partner()
    client, at = amazon(partner), None
    for number in range(30):
        partner.says(page(token=f"t{number}" * 20))
        at = client.new_orders(ask(page=at)).page
    assert len(at or "") < 900
    assert set(msgspec.json.decode(at or "")) == {
        "since", "until", "token", "given", "seen", "index", "again", "before", "newest",
    }  # fmt: skip
