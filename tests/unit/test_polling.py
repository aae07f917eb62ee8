"""Listing: pages and cursors, troubles between them, polls that are lost, and what a row becomes."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from pipeline import polling
from pipeline.domain.errors import Invalid, RateLimited, Refused, Trouble, Unauthorized, Unavailable, Unreadable
from pipeline.domain.lifecycle import Flow
from pipeline.polling import Range
from pipeline.ports import Page, Row
from tests.fakes.partners import FakeMarketplace, FakeOms, page_of, raw_order, requests
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite


def world() -> World:
    oms = FakeOms(import_orders=FakeWrite(), answer_status=FakeWrite(looked=False, listed_again=True))
    return World(oms={"o1": oms})


def two_pages(w: World) -> None:
    w.markets["m1"].pages += [
        page_of(raw_order("A1"), page="p2"),
        page_of(raw_order("A2"), raw_order("A3"), cursor="c9"),
    ]


def cursor(w: World, name: str) -> str:
    return (w.redis.hget("op:cur:m1:orders", name) or b"").decode()


def test_two_pages_and_then_the_cursor() -> None:
    w = world()
    two_pages(w)
    report = w.poll()
    assert report.text == "orders: 3 new, 0 changed, 0 seen"
    assert [ask.page for ask in w.markets["m1"].asks] == [None, "p2"]
    assert (cursor(w, "cursor"), cursor(w, "page"), cursor(w, "token")) == ("c9", "", "")
    assert w.poll().text == "orders: 0 new, 0 changed, 0 seen"
    assert w.markets["m1"].asks[-1].cursor == "c9"
    assert set(w.hinted) == {"normalize.m1"}


@pytest.mark.parametrize(
    "trouble", [Unavailable("503", status=503), Unreadable("HTML"), RateLimited("429"), Refused("400"), Invalid("odd")]
)
def test_a_trouble_in_page_two_keeps_page_and_cursor(trouble: Trouble) -> None:
    w = world()
    first, second = page_of(raw_order("A1"), page="p2"), page_of(raw_order("A2"), cursor="c9")
    w.markets["m1"].pages += [first, trouble, second]
    report = w.poll()
    assert (report.counts, report.causes) == ({"parked": 1}, (("orders:m1:poll", "parked", trouble.message),))
    assert (cursor(w, "cursor"), cursor(w, "page")) == ("", "p2")
    assert cursor(w, "error") == f"{trouble.kind}: {trouble.message}"
    w.gates.open("m1")
    assert w.poll().text == "orders: 1 new, 0 changed, 0 seen"
    assert w.markets["m1"].asks[-1].page == "p2"
    assert (cursor(w, "cursor"), cursor(w, "error")) == ("c9", "")


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Unavailable("not reached"), "circuit"),
        (RateLimited("429"), "retry_after"),
        (Unauthorized("401"), "credentials"),
    ],
)
def test_a_shut_gate_and_what_opens_it(trouble: Trouble, kind: str) -> None:
    w = world()
    w.markets["m1"].pages.append(trouble)
    w.poll()
    assert w.gates.state(["m1"])["m1"]["kind"] == kind
    assert "the gate is shut" in w.poll().text
    assert len(w.markets["m1"].asks) == 1
    w.ripen()
    assert w.poll().text == "orders: 0 new, 0 changed, 0 seen"
    assert w.gates.state(["m1"])["m1"]["state"] == "open"


def test_a_gate_that_was_shut_while_the_poll_went_on_stays_shut() -> None:
    w = world()

    class Slow(FakeMarketplace):
        def new_orders(self, ask: Any) -> Page:
            w.gates.shut("m1", wait=timedelta(minutes=5), why="429 of another", kind="retry_after")
            return Page(rows=())

    object.__setattr__(w.network._marketplaces["m1"], "client", Slow())
    w.poll()
    assert w.gates.is_shut("m1") == "429 of another"


def test_a_pause_is_not_opened_by_a_poll() -> None:
    w = world()
    w.gates.shut("m1", wait=None, why="paused", kind="paused")
    assert "the gate is shut" in w.poll().text
    assert w.gates.is_shut("m1") == "paused"


def test_a_poll_that_was_taken_over_stores_nothing() -> None:
    w = world()
    two_pages(w)
    listing = w.markets["m1"].new_orders

    def lose(ask: Any) -> Page:
        if ask.page == "p2":
            w.redis.hset("op:cur:m1:orders", "token", "another")
        return listing(ask)

    w.markets["m1"].new_orders = lose  # type: ignore[method-assign]
    assert w.poll().text == "orders: another poll has taken over"
    assert len(w.redis.keys("op:d:*")) == 1
    assert cursor(w, "token") == "another"


def test_a_slot_that_is_over_goes_on_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    w = world()
    two_pages(w)
    monkeypatch.setattr(polling, "SLOT", -1.0)
    assert w.poll().text == "orders: 1 new, 0 changed, 0 seen; goes on next time"
    assert (cursor(w, "page"), cursor(w, "token")) == ("p2", "")
    assert w.poll().text == "orders: 2 new, 0 changed, 0 seen"


def test_a_listing_without_end_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    w = world()
    monkeypatch.setattr(polling, "PAGES", 3)
    w.markets["m1"].pages += [page_of(raw_order(f"A{n}"), page=f"p{n}") for n in range(9)]
    assert w.poll().text.endswith("goes on next time")
    assert len(w.markets["m1"].asks) == 3


def test_rows_bought_before_the_start_are_not_ours() -> None:
    w = world()
    bought = datetime(2026, 11, 20, tzinfo=UTC)
    undated = Row(id="A3", raw=raw_order("A3"))
    rows = page_of(raw_order("A1", purchased_at=bought), raw_order("A2", purchased_at=bought + timedelta(days=1)))
    w.markets["m1"].pages.append(Page(rows=[*rows.rows, undated]))
    w.poll(start=bought + timedelta(hours=1))
    assert sorted(w.redis.keys("op:d:*")) == [b"op:d:orders:m1:A2", b"op:d:orders:m1:A3"]
    assert w.markets["m1"].asks[0].start == bought + timedelta(hours=1)


def test_a_row_without_an_id_is_dead_and_found() -> None:
    w = world()
    w.markets["m1"].pages += [page_of(raw_order(), unreadable=[b'{"no": "id"}', b'{"no": "id"}', b"\xff"])] * 2
    w.poll()
    w.run()
    ids = sorted(key.decode().rpartition(":")[2] for key in w.redis.keys("op:d:*"))
    odd = "unreadable-" + sha256(b'{"no": "id"}').hexdigest()[:12]
    assert ids == sorted(["A1", odd, f"unreadable-{sha256(bytes([255])).hexdigest()[:12]}"])
    assert w.stands(odd) == "normalize dead"
    assert w.fault(odd)["kind"] == "unreadable"
    assert w.record(odd).raw == {"unreadable": '{"no": "id"}'}
    w.poll()
    assert len(w.redis.keys("op:d:*")) == 3


@pytest.mark.parametrize("before", ["memory", "adoption"])
def test_beyond_the_horizon_it_is_looked_up_first(before: str) -> None:
    w = world()
    old = datetime.now(UTC) - (timedelta(days=31) if before == "memory" else timedelta(days=2))
    if before == "adoption":
        w.adopted = datetime.now(UTC) - timedelta(days=1)
    w.markets["m1"].pages.append(page_of(raw_order("A1", purchased_at=old, ship_by=None, deliver_by=None)))
    w.poll()
    w.imports().took["A1"] = [{}]
    w.run()
    assert (w.imports().looked_at, w.sent(), w.stands()) == (["A1"], [], "done done")


def test_several_hundred_rows_in_one_page() -> None:
    """Egenta's lists have no pages."""
    w = world()
    w.oms["o1"].lists["status_requests"].append(requests(*(f"A{n}" for n in range(350))))
    assert w.poll("o1", Flow.STATUSES).text == "statuses: 350 new, 0 changed, 0 seen"
    assert w.due("fetch.m1") == 350


def test_a_listing_that_is_answered_by_nobody_is_not_polled() -> None:
    w = World()
    assert w.poll("o1", Flow.STATUSES).text == "statuses: no route needs it"
    assert w.poll("m1", Flow.CANCELLATIONS).text == "cancellations: no route needs it"


def test_a_range_has_a_cursor_of_its_own() -> None:
    w = world()
    since = datetime(2026, 11, 1, tzinfo=UTC)
    w.markets["m1"].pages += [page_of(raw_order("A1"), page="p2"), Unavailable("503", status=503)]
    w.poll(span=Range(name="backfill:1", since=since))
    assert (cursor(w, "page"), w.redis.hget("op:cur:m1:orders:backfill:1", "page")) == ("", b"p2")
    assert w.markets["m1"].asks[0].since == since


def test_two_polls_in_one_period_are_one() -> None:
    from pipeline.config.model import Account

    w = world()
    account = Account(name="m1", kind="marketplace", connector="x", poll={Flow.ORDERS: timedelta(minutes=1)})
    for _ in range(2):
        report = w.polling.poll(account, Flow.ORDERS, w.hinted.append)
    assert "was just made" in report.text
    assert len(w.markets["m1"].asks) == 1


def test_a_row_that_is_not_whole_is_fetched_before_it_is_read() -> None:
    w = world()
    w.markets["m1"].pages.append(Page(rows=[Row(id="A1", raw={"id": "A1"}, whole=False)]))
    w.markets["m1"].orders["A1"] = raw_order("A1")
    w.poll()
    assert (w.stands("A1"), set(w.hinted)) == ("fetch due", {"fetch.m1"})
    w.run()
    assert (w.stands("A1"), w.markets["m1"].got, w.sent()) == ("done done", ["A1"], ["A1"])
