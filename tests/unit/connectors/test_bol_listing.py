"""bol's list and the orders of it: one call a page, nothing lost when a poll breaks off, nothing read in vain."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from pipeline.connectors.marketplaces.bol.spot import days_of, minutes
from pipeline.domain.errors import OverBudget, Unauthorized, Unavailable, Unreadable
from pipeline.ports import Page, Row
from tests.unit.connectors.bol_wire import bol, detail, item, listed, page
from tests.unit.connectors.rig import NOW, Partner, ask

RECENT = NOW - timedelta(minutes=40)


class Bolcom:
    """A partner that answers by what it is asked. `lists`: the pages of each list in turn; `orders`: by id."""

    def __init__(self, *lists: Any, **orders: Any) -> None:
        self.lists = list(lists)
        self.orders: dict[str, Any] = orders
        self.asked: list[str] = []
        self.queries: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/retailer/orders":
            self.queries.append(dict(request.url.params))
            self.asked.append(f"page {request.url.params['page']}")
            reply = self.lists.pop(0) if self.lists else {}
        else:
            order_id = path.rpartition("/")[2]
            self.asked.append(order_id)
            reply = self.orders.get(order_id, detail(order_id))
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx.Response):
            return reply
        content = msgspec.json.Encoder(decimal_format="number").encode(reply)
        return httpx.Response(200, content=content)

    def partner(self) -> Partner:
        return Partner([self] * 1000)


class Poll:
    """Polls as the ledger lets them: the page kept, the cursor kept, a trouble ends one and moves nothing."""

    def __init__(self, bolcom: Bolcom, **given: Any) -> None:
        self.client = bol(bolcom.partner())
        self.given: dict[str, Any] = {"start": RECENT, **given}
        self.cursor: str | None = None
        self.page: str | None = None
        self.rows: list[Row] = []
        self.unreadable: list[bytes] = []

    def call(self, **more: Any) -> Page:
        found: Page = self.client.new_orders(ask(**{**self.given, **more}, cursor=self.cursor, page=self.page))
        self.page, self.cursor = found.page, found.cursor or self.cursor
        self.rows += found.rows
        self.unreadable += found.unreadable
        return found

    def run(self, **more: Any) -> list[str]:
        """One poll to its end; the ids that it gave."""
        before = len(self.rows)
        for _ in range(200):
            if self.call(**more).page is None:
                return [row.id for row in self.rows[before:]]
        raise AssertionError("it does not end")


def kept_of(poll: Poll) -> dict[str, Any]:
    """What the cursor holds."""
    found: dict[str, Any] = msgspec.json.decode((poll.cursor or "").partition(" ")[2])
    return found


@pytest.mark.covers(
    "bol:GET /retailer/orders", "bol:GET /retailer/orders/{orderId}", "bol:N+1", "bol:page", "bol:status",
    "bol:change-interval-minute", "bol:fulfilment-method",
)  # fmt: skip
def test_a_page_of_ours_is_one_call() -> None:
    bolcom = Bolcom(page(listed("A"), listed("B")), {})
    poll = Poll(bolcom)
    for expected in (["page 1"], ["page 1", "page 2"], ["page 1", "page 2", "A"], ["page 1", "page 2", "A", "B"]):
        found = poll.call()
        assert bolcom.asked == expected
    assert found.page is None
    assert bolcom.queries[0] == {
        "page": "1", "status": "ALL", "change-interval-minute": "41", "fulfilment-method": "FBR",
    }  # fmt: skip
    assert [row.id for row in poll.rows] == ["A", "B"]
    (row, _) = poll.rows
    assert row.raw["shipmentDetails"]["city"] == "Amsterdam"
    assert row.raw["orderItems"][0]["fulfilmentStatus"] == "OPEN"  # the list's word, which the details do not have
    assert row.version == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    assert row.purchased_at == datetime(2026, 11, 22, 8, 25, tzinfo=UTC)


@pytest.mark.covers("bol:N+1", "bol:429")
def test_a_budget_that_ends_in_the_middle_loses_nothing_and_asks_nothing_twice() -> None:
    bolcom = Bolcom(page(*(listed(name) for name in "ABCDE")), {})
    poll = Poll(bolcom)
    rig = poll.client._rig
    for _ in range(4):
        poll.call()
    rig.budgets.waits = [50.0]
    with pytest.raises(OverBudget) as met:
        poll.call()
    assert met.value.retry_after == 50.0
    assert poll.run(now=NOW + timedelta(minutes=5)) == ["C", "D", "E"]
    assert bolcom.asked == ["page 1", "page 2", "A", "B", "C", "D", "E"]


@pytest.mark.covers("bol:N+1", "bol:cursor of what was seen")
def test_an_order_that_did_not_change_is_read_once_however_often_it_is_listed() -> None:
    bolcom = Bolcom(page(listed("A"), listed("B")))
    poll = Poll(bolcom)
    assert poll.run() == ["A", "B"]
    bolcom.lists = [page(listed("A"), listed("B"))]
    assert poll.run(now=NOW + timedelta(minutes=1)) == []
    changed = listed("A", orderItems__0__cancellationRequest=True)  # with the same time: its content counts
    bolcom.lists = [page(listed("B", "2026-11-22T10:01:00+01:00"), changed)]
    assert poll.run(now=NOW + timedelta(minutes=2)) == ["B", "A"]
    bolcom.lists = [page(listed("B", "2026-11-22T10:01:00+01:00"), changed)]
    assert poll.run(now=NOW + timedelta(minutes=3)) == []


@pytest.mark.covers("bol:N+1")
def test_a_list_may_leave_out_items_that_did_not_change_lately() -> None:
    both = listed("A")
    both["orderItems"].append({**both["orderItems"][0], "orderItemId": "A2"})
    bolcom = Bolcom(page(both))
    poll = Poll(bolcom)
    assert poll.run() == ["A"]
    one = {**both, "orderItems": both["orderItems"][1:]}
    for n, again in enumerate((one, both, one), 1):
        bolcom.lists = [page(again)]
        assert poll.run(now=NOW + timedelta(minutes=n)) == []
    one["orderItems"][0]["quantityShipped"] = 1
    bolcom.lists = [page(one)]
    assert poll.run(now=NOW + timedelta(minutes=4)) == ["A"]


@pytest.mark.covers("bol:cursor of what was seen")
def test_the_cursor_is_what_was_seen_and_never_now() -> None:
    poll = Poll(Bolcom(page(listed("A"))))
    poll.run()
    kept = kept_of(poll)
    assert datetime.fromisoformat(kept["newest"]) == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    ahead = Poll(Bolcom(page(listed("A", "2027-01-01T00:00:00+01:00"))))
    ahead.run()
    assert datetime.fromisoformat(kept_of(ahead)["newest"]) == NOW


@pytest.mark.covers("bol:cursor of what was seen", "bol:change-interval-minute")
@pytest.mark.parametrize(
    ("idle", "overlap", "interval"),
    [
        (timedelta(minutes=1), timedelta(minutes=5), "37"),  # 30 minutes before now, the overlap, a minute more
        (timedelta(hours=9), timedelta(minutes=5), "52"),  # nothing changed for hours: from the last listing
        (timedelta(hours=9), timedelta(hours=2), None),  # an overlap that no interval reaches: by day
    ],
)
def test_a_quiet_night_stays_within_the_interval(idle: timedelta, overlap: timedelta, interval: str | None) -> None:
    bolcom = Bolcom(page(listed("A")))
    poll = Poll(bolcom, overlap=overlap)
    poll.run()
    poll.run(now=NOW + idle - timedelta(minutes=1), start=NOW - timedelta(days=9))
    bolcom.queries.clear()
    poll.run(now=NOW + idle)
    assert bolcom.queries[0].get("change-interval-minute") == interval
    assert ("latest-change-date" in bolcom.queries[0]) == (interval is None)


@pytest.mark.covers("bol:latest-change-date")
def test_a_longer_gap_is_read_by_day_each_days_orders_before_the_next_day() -> None:
    bolcom = Bolcom(page(listed("A")))
    poll = Poll(bolcom)
    poll.run()
    old = listed("B", "2026-11-22T23:00:00+01:00", orderPlacedDateTime="2026-11-22T22:00:00+01:00")
    new = listed("C", "2026-11-24T09:00:00+01:00", orderPlacedDateTime="2026-11-24T08:00:00+01:00")
    bolcom.lists, bolcom.asked, bolcom.queries = [page(listed("A"), old), {}, {}, page(new)], [], []
    assert poll.run(now=NOW + timedelta(days=2)) == ["B", "C"]
    assert [query["latest-change-date"] for query in bolcom.queries] == [
        "2026-11-22", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-24",
    ]  # fmt: skip
    assert bolcom.asked == ["page 1", "page 2", "B", "page 1", "page 1", "page 2", "C"]


@pytest.mark.covers("bol:latest-change-date")
def test_the_days_of_a_range_are_bols_and_the_worlds() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # half past midnight in Amsterdam
    assert days_of(late, late) == ("2026-11-21", "2026-11-22")
    assert days_of(NOW, NOW) == ("2026-11-22",)


@pytest.mark.covers("bol:change-interval-minute")
@pytest.mark.parametrize(("ago", "interval"), [(0, 1), (1, 2), (60, 2), (61, 3), (3540, 60), (3541, 61)])
def test_the_interval_is_a_minute_more_than_what_has_gone_by(ago: int, interval: int) -> None:
    assert minutes(NOW - timedelta(seconds=ago), NOW) == interval


@pytest.mark.covers("bol:latest-change-date")
def test_a_backfill_has_bounds_and_moves_no_cursor_of_time() -> None:
    since, until = NOW - timedelta(days=3), NOW - timedelta(days=2)
    early, within, after = (
        listed(name, f"2026-11-{day}T09:30:00+01:00") for name, day in zip("ABC", (18, 20, 21), strict=True)
    )
    bolcom = Bolcom(page(early, within), {}, page(after))
    poll = Poll(bolcom, start=NOW - timedelta(days=30), since=since, until=until)
    assert poll.run() == ["B"]
    assert {query["latest-change-date"] for query in bolcom.queries} == {"2026-11-19", "2026-11-20"}
    assert kept_of(poll)["newest"] is None
    bolcom.lists = [page(early, within)]
    assert poll.run() == []  # what the same range has read is not read again


@pytest.mark.covers("bol:latest-change-date")
def test_no_more_than_three_months_are_asked_for() -> None:
    bolcom = Bolcom()
    Poll(bolcom, since=NOW - timedelta(days=400)).run()
    assert len(bolcom.queries) == 91
    assert bolcom.queries[0]["latest-change-date"] == "2026-08-24"


@pytest.mark.covers("bol:status")
def test_the_first_poll_of_an_older_account_asks_for_what_is_open() -> None:
    bolcom = Bolcom(page(listed("A", "2026-11-01T09:00:00+01:00")), {})
    poll = Poll(bolcom, start=NOW - timedelta(days=300))
    assert poll.run() == ["A"]
    assert bolcom.queries[0] == {"page": "1", "status": "OPEN", "fulfilment-method": "FBR"}
    poll.run(now=NOW + timedelta(minutes=1))
    assert bolcom.queries[-1]["change-interval-minute"] == "52"


def test_an_order_bought_before_the_start_costs_no_call() -> None:
    bolcom = Bolcom(page(listed("A", orderPlacedDateTime="2026-11-22T08:00:00+01:00")))
    assert Poll(bolcom).run() == []
    assert "A" not in bolcom.asked


@pytest.mark.covers("bol:pages that move")
def test_pages_that_moved_while_they_were_read_are_read_over() -> None:
    a, b, c, d = (listed(name) for name in "ABCD")
    bolcom = Bolcom(page(a, b), page(d), {}, page(b, c), page(d), {}, page(b, c), page(d), {})  # A left, C slipped by
    poll = Poll(bolcom)
    assert sorted(poll.run()) == ["A", "B", "C", "D"]
    assert bolcom.asked[:9] == ["page 1", "page 2", "page 3"] * 3
    assert len(bolcom.asked) == 9 + 4


@pytest.mark.covers("bol:pages that move", "bol:page")
def test_a_page_that_comes_twice_hides_none_and_one_for_ever_ends_where_it_was() -> None:
    a, b = page(listed("A"), listed("B")), page(listed("C"))
    poll = Poll(Bolcom(a, a, b, {}, a, b, {}))
    assert poll.run() == ["A", "B", "C"]
    bolcom = Bolcom(*[a] * 100)
    poll = Poll(bolcom)
    assert poll.run() == ["A", "B"]
    assert len(bolcom.asked) == 4 + 2
    kept = kept_of(poll)
    assert (kept["newest"], kept["listed"]) == (None, None)  # what was not listed is asked for again
    assert set(kept["seen"]) == {"A", "B"}


@pytest.mark.covers("bol:change-interval-minute")
def test_a_listing_that_outlasts_the_interval_goes_on_by_day() -> None:
    bolcom = Bolcom(page(listed("A")), page(listed("B")), {})
    poll = Poll(bolcom)
    poll.call()
    poll.call(now=NOW + timedelta(minutes=30))
    assert bolcom.queries[-1]["latest-change-date"] == "2026-11-22"
    assert bolcom.queries[-1]["page"] == "1"
    assert poll.run(now=NOW + timedelta(minutes=31)) == ["A", "B"]


@pytest.mark.covers("bol:page")
@pytest.mark.parametrize("body", [{"error": "away"}, {"unexpected": {}}, [], [1], 3, "no orders", None, {"orders": {}}])
def test_what_is_no_list_is_not_its_end(body: Any) -> None:
    poll = Poll(Bolcom(body))
    with pytest.raises(Unreadable):
        poll.call()
    assert poll.cursor is None


@pytest.mark.covers("bol:page")
@pytest.mark.parametrize("end", [{}, {"orders": []}])
def test_an_empty_list_is_the_end(end: Any) -> None:
    assert Poll(Bolcom(end)).run() == []


def test_a_row_without_an_id_is_kept_apart() -> None:
    poll = Poll(Bolcom(page({"orderItems": []}, listed("A"))))
    assert poll.run() == ["A"]
    assert poll.unreadable == [b'{"orderItems":[]}']


# ---------------------------------------------------------------- orders that can't be read


@pytest.mark.covers("bol:N+1")
@pytest.mark.parametrize("bad", [httpx.Response(500), httpx.Response(404), httpx.Response(200, content=b"<html>")])
def test_an_order_that_cannot_be_read_stops_no_other_and_is_asked_for_again(bad: Any) -> None:
    bolcom = Bolcom(page(listed("A"), listed("B")), B=detail("B"))
    bolcom.orders["A"] = lambda: None
    replies = [bad]
    answer = bolcom.__call__

    def call(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/A"):
            bolcom.asked.append("A")
            return replies[0]
        return answer(request)

    poll = Poll(bolcom)
    poll.client = bol(Partner([call] * 100))
    assert poll.run() == ["B"]
    assert poll.run(now=NOW + timedelta(minutes=1)) == []
    assert poll.run(now=NOW + timedelta(minutes=2)) == ["A"]  # the third time a document says so
    told = poll.rows[-1].raw
    assert set(told) == {"orderId", "unread"}
    (riddle,) = poll.client.riddles(told)
    assert "can't be read" in riddle.message
    replies[0] = httpx.Response(200, json={"orderId": "A", "orderItems": []})
    assert poll.run(now=NOW + timedelta(minutes=3)) == ["A"]
    assert "unread" not in poll.rows[-1].raw
    assert poll.run(now=NOW + timedelta(minutes=4)) == []


def test_three_in_a_row_are_the_partners_trouble() -> None:
    down = {name: httpx.Response(503) for name in "ABCDE"}
    bolcom = Bolcom(page(*(listed(name) for name in "ABCDE")), **down)
    poll = Poll(bolcom)
    with pytest.raises(Unavailable):
        poll.run()
    assert bolcom.asked == ["page 1", "page 2", "A", "B", "C"]
    with pytest.raises(Unavailable):
        poll.run()
    assert bolcom.asked[-1] == "C"
    bolcom.orders.clear()
    assert poll.run() == ["C", "D", "E"]
    assert poll.run(now=NOW + timedelta(minutes=1)) == ["A", "B"]


def test_many_that_cannot_be_read_hide_no_other_for_ever() -> None:
    bad = {name: httpx.Response(500) for name in "ABCDEF"}
    names = "ABCDEFG"
    bolcom = Bolcom(page(*(listed(name) for name in names)), **bad)
    poll = Poll(bolcom)
    for n in range(15):
        with pytest.raises(Unavailable):
            poll.run(now=NOW + timedelta(minutes=n))
    assert poll.run(now=NOW + timedelta(minutes=15)) == ["G"]
    bolcom.lists = [page(*(listed(name) for name in names), listed("H", "2026-11-22T10:14:00+01:00"))]
    assert poll.run(now=NOW + timedelta(minutes=16)) == ["H"]  # those that are owed raise no more
    bolcom.orders.clear()
    assert poll.run(now=NOW + timedelta(minutes=17))[-6:] == list("ABCDEF")


def test_an_order_that_is_never_read_is_given_up_after_a_while() -> None:
    bolcom = Bolcom(page(listed("A")), A=httpx.Response(404))
    poll = Poll(bolcom)
    for n in range(40):
        poll.run(now=NOW + timedelta(minutes=n))
    assert bolcom.asked.count("A") == 30
    assert [row.id for row in poll.rows] == ["A"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.ConnectError("x"), Unavailable),
        (httpx.ReadTimeout("x"), Unavailable),
        (httpx.Response(403), Unauthorized),
    ],
)
def test_what_says_nothing_of_one_order_is_raised(reply: Any, kind: type[Exception]) -> None:
    poll = Poll(Bolcom(page(listed("A"), listed("B")), A=reply))
    with pytest.raises(kind):
        poll.run()
    assert poll.page is not None


def test_an_answer_about_another_order_is_not_taken_for_this_one() -> None:
    poll = Poll(Bolcom(page(listed("A")), A=detail("B", item("1"))))
    assert poll.run() == []
