"""Mirakl's list of orders: by updates, paged by offset over a set that moves, and nothing lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import OverBudget, Puzzling, Unauthorized, Unreadable
from tests.unit.connectors.rig import ENCODE, NOW, Partner, ask, mirakl, mirakl_order, rig_for

RATE = 1 / 60


def listed(*order_ids: str, total: int | None, at: str = "2026-11-22T08:00:00Z") -> dict[str, Any]:
    found: dict[str, Any] = {"orders": [mirakl_order(one, last_updated_date=at) for one in order_ids]}
    return found if total is None else {**found, "total_count": total}


@pytest.mark.covers(
    "mirakl:GET /api/orders", "mirakl:Authorization", "mirakl:start_update_date", "mirakl:max", "mirakl:shop_id"
)
def test_the_call() -> None:
    partner = Partner().says(listed("A", total=1))
    page = mirakl(partner, shop_id="2031", page_size=500).new_orders(ask())
    request = partner.requests[0]
    assert request.url.path == "/api/orders"
    assert request.headers["authorization"] == "hush"
    assert partner.query() == {
        "start_update_date": "2026-11-21T09:00:00Z",
        "sort": "dateCreated",
        "max": "100",
        "offset": "0",
        "shop_id": "2031",
    }
    (row,) = page.rows
    assert (row.id, row.version) == ("A", datetime(2026, 11, 22, 8, tzinfo=UTC))
    assert row.purchased_at == datetime(2026, 11, 20, 13, 32, 5, tzinfo=UTC)
    assert (page.page, page.cursor) == (None, "2026-11-22T08:00:00+00:00")


def test_the_cursor_goes_on_with_the_overlap_and_waits_for_the_last_page() -> None:
    partner = Partner().says(
        listed("A", "B", total=3, at="2026-11-22T08:50:00Z"), listed("C", total=3, at="2026-11-22T07:00:00Z")
    )
    client = mirakl(partner, page_size=2)
    first = client.new_orders(ask(cursor="2026-11-22T08:00:00+00:00"))
    assert partner.query()["start_update_date"] == "2026-11-22T07:55:00Z"
    assert (first.cursor, first.page is None) == (None, False), "page two may hold an older update than page one"
    last = client.new_orders(ask(page=first.page))
    assert (partner.query()["offset"], partner.query()["start_update_date"]) == ("2", "2026-11-22T07:55:00Z")
    assert (last.page, last.cursor) == (None, "2026-11-22T08:50:00+00:00")


def test_the_cursor_never_passes_the_time_at_which_the_listing_began() -> None:
    partner = Partner().says(listed("A", total=2), listed("B", total=2, at="2026-11-22T09:10:00Z"))
    client = mirakl(partner, page_size=1)
    first = client.new_orders(ask())
    last = client.new_orders(ask(page=first.page, now=NOW + timedelta(minutes=15)))
    assert last.cursor == NOW.isoformat(), "A changed at 09:05 on a page that was read would be lost"


class Moving:
    """A partner whose set of orders moves between two pages; `moves` are applied one after each answer."""

    def __init__(self, orders: list[str], *moves: Any) -> None:
        self.orders, self.moves = orders, iter(moves)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        offset, size = int(request.url.params["offset"]), int(request.url.params["max"])
        answer = listed(*self.orders[offset : offset + size], total=len(self.orders))
        next(self.moves, lambda orders: None)(self.orders)
        return httpx.Response(200, content=ENCODE(answer))


def read_all(market: Moving, **asked: Any) -> Iterator[str]:
    partner = Partner().says(*[market] * 40)
    client = mirakl(partner, page_size=3)
    page = client.new_orders(ask(**asked))
    yield from (row.id for row in page.rows)
    while page.page:
        page = client.new_orders(ask(page=page.page))
        yield from (row.id for row in page.rows)


@pytest.mark.covers("mirakl:offset")
@pytest.mark.parametrize("asked", [{}, {"since": NOW - timedelta(days=9), "until": NOW - timedelta(days=2)}])
@pytest.mark.parametrize(
    "moves",
    [
        [],
        [lambda orders: orders.insert(0, "old one, changed just now")],
        [lambda orders: orders.append("a new one"), lambda orders: orders.append("one more")],
        [lambda orders: orders.remove("2")],  # out of a range that has an end: those behind it move up
        [lambda orders: orders.remove("1"), lambda orders: orders.remove("4"), lambda orders: orders.remove("7")],
        [lambda orders: [orders.remove(one) for one in ("0", "1", "2", "3", "4")]],
        [lambda orders: orders.remove("9"), lambda orders: orders.remove("8")],
    ],
)
def test_no_order_is_lost_while_the_set_moves(moves: list[Any], asked: dict[str, Any]) -> None:
    market = Moving([str(number) for number in range(10)], *moves)
    found = list(read_all(market, **asked))
    # what enters a page that was read changed after the listing began: the next one has it, by its cursor
    assert set(market.orders) - {"old one, changed just now"} <= set(found)


def test_a_backfill_has_an_end_as_long_as_a_total_tells_of_what_leaves_it() -> None:
    since, until = NOW - timedelta(days=9), NOW - timedelta(days=2, microseconds=-1)
    partner = Partner().says(listed("A", total=None), listed("B", total=None), listed(total=None))
    client = mirakl(partner, page_size=1)
    page = client.new_orders(ask(since=since, until=until))
    assert partner.query()["end_update_date"] == "2026-11-20T09:00:01Z"
    page = client.new_orders(ask(page=page.page, since=since, until=until))
    assert "end_update_date" not in partner.query(), "the wider range holds all of the narrower one behind an offset"
    page = client.new_orders(ask(page=page.page, since=since, until=until))
    assert (page.page, page.cursor) == (None, None)


def test_a_page_that_comes_again_is_asked_for_again_and_then_believed_a_trouble() -> None:
    partner = Partner().says(listed("A", total=2), listed("A", total=2), listed("B", total=2))
    client = mirakl(partner, page_size=1)
    page = client.new_orders(ask())
    page = client.new_orders(ask(page=page.page))
    assert (list(page.rows), page.cursor) == ([], None)
    page = client.new_orders(ask(page=page.page))
    assert [row.id for row in page.rows] == ["B"]
    assert partner.query()["offset"] == "1"
    stuck = mirakl(Partner().says(*[listed("A", total=2)] * 4), page_size=1)
    page = stuck.new_orders(ask())
    for _ in range(2):
        page = stuck.new_orders(ask(page=page.page))
    with pytest.raises(Unreadable, match="again and again"):
        stuck.new_orders(ask(page=page.page))


@pytest.mark.parametrize("body", [{}, [], {"orders": None}, {"orders": [], "total_count": 7}])
def test_what_is_no_page_is_unreadable(body: Any) -> None:
    with pytest.raises(Unreadable):
        mirakl(Partner().says(body)).new_orders(ask())


def test_rows_without_an_id_are_kept_apart() -> None:
    page = mirakl(Partner().says({"orders": [{"order_state": "SHIPPING"}, mirakl_order("A"), 7]})).new_orders(ask())
    assert [row.id for row in page.rows] == ["A"]
    assert page.unreadable == [b'{"order_state":"SHIPPING"}', b"7"]


@pytest.mark.covers("mirakl:OR11 frequency")
def test_a_listing_is_one_question_a_minute_and_its_pages_follow_at_once() -> None:
    rig = rig_for("mirakl", Partner().says(listed("A", total=2), listed("B", total=2), listed(total=0)), page_size=1)
    client: Any = CONNECTORS["mirakl"].build(rig)
    page = client.new_orders(ask())
    client.new_orders(ask(page=page.page))
    client.new_orders(ask(since=NOW, until=None))
    taken: Any = rig.budgets
    assert taken.taken == [("OR11 poll", RATE, 1), ("OR11 pages", 2, 20), ("OR11 range", RATE, 3)]
    taken.waits = [59.0]
    with pytest.raises(OverBudget) as raised:
        client.new_orders(ask())
    assert raised.value.retry_after == 59.0


@pytest.mark.covers("mirakl:429")
@pytest.mark.parametrize(("headers", "wait"), [({"retry-after": "17"}, 17.0), ({}, 60.0)])
def test_a_429_empties_the_budget_of_its_operation(headers: dict[str, str], wait: float) -> None:
    rig = rig_for("mirakl", Partner().says(httpx.Response(429, headers=headers)))
    client: Any = CONNECTORS["mirakl"].build(rig)
    with pytest.raises(OverBudget) as raised:
        client.get("A")
    assert raised.value.retry_after == wait
    budgets: Any = rig.budgets
    assert budgets.learnt == [("OR11 order_ids", None, wait)]


def test_one_order_by_id() -> None:
    partner = Partner().says({"orders": [mirakl_order("B"), mirakl_order("A")]}, {"orders": []}, {"orders": []})
    client = mirakl(partner)
    row = client.get("A")
    assert row is not None
    assert row.id == "A"
    assert partner.query() == {"order_ids": "A", "max": "100"}
    assert client.get("C") is None
    with pytest.raises(Puzzling, match="comma"):
        client.get("A,B")
    with pytest.raises(Unauthorized):
        mirakl(Partner().says(httpx.Response(401, json={"message": "Unauthorized"}))).get("A")
