"""Fetch by hand and by habit: a poll now, one document, a range that was broken off, a look further back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import polling
from pipeline.config.model import Account, Config
from pipeline.domain.errors import Unavailable
from pipeline.operations.errors import NotAllowed, NotFound
from pipeline.operations.fetching import Fetching, sweep
from tests.fakes.partners import FakeMarketplace, FakeOms, page_of, raw_order, requests
from tests.fakes.world import START, World
from tests.fakes.writes import FakeWrite

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def world() -> tuple[World, Fetching]:
    oms = FakeOms(import_orders=FakeWrite(), answer_status=FakeWrite(looked=False, listed_again=True))
    w = World(markets={"m1": FakeMarketplace(), "m2": FakeMarketplace()}, oms={"o1": oms})
    return w, Fetching(config(), w.network, w.ledger, w.polling, w.hinted.append)


def config() -> Config:
    def account(name: str, kind: str) -> Account:
        return Account(name=name, kind=kind, connector="x", start=START)  # type: ignore[arg-type]

    return Config(
        path=Path("orderpipe.toml"),
        data_dir=Path(),
        marketplaces={name: account(name, "marketplace") for name in ("m1", "m2")},
        oms={"o1": account("o1", "oms")},
    )


def test_a_poll_now_whatever_the_period() -> None:
    w, fetching = world()
    w.markets["m1"].pages += [page_of(raw_order("A1")), page_of(raw_order("A2"))]
    assert fetching.poll("m1").text == "orders: 1 new, 0 changed, 0 seen"
    assert fetching.poll("m1", "orders").text == "orders: 1 new, 0 changed, 0 seen"
    assert w.hinted == ["normalize.m1"]


def test_all_that_an_oms_lists() -> None:
    w, fetching = world()
    w.oms["o1"].lists["status_requests"].append(requests("A1", "A2"))
    assert fetching.poll("o1").text == "statuses: 2 new, 0 changed, 0 seen"


@pytest.mark.parametrize(("account", "flow"), [("o1", "shipments"), ("m1", "statuses"), ("o1", "orders")])
def test_nothing_to_poll_there(account: str, flow: str) -> None:
    with pytest.raises(NotAllowed, match=f"no route gives {account} anything to poll for {flow}"):
        world()[1].poll(account, flow)


def test_pull_one_that_the_start_leaves_out() -> None:
    w, fetching = world()
    w.markets["m1"].orders["A1"] = raw_order("A1", purchased_at=START - timedelta(days=1), ship_by=None)
    assert fetching.pull("m1", "A1").text == "orders:m1:A1: new"
    assert fetching.pull("m1", "A1").text == "orders:m1:A1: seen before, nothing to do"
    w.markets["m1"].orders["A1"] = raw_order("A1", comment="new", updated_at=SINCE + timedelta(days=21))
    assert fetching.pull("m1", "A1").text == "orders:m1:A1: changed"
    w.run()
    assert w.sent() == ["A1"]


def test_pull_an_unknown_id() -> None:
    with pytest.raises(NotFound, match="m1 does not know an order 'B7'"):
        world()[1].pull("m1", "B7")


def test_pull_from_an_oms() -> None:
    with pytest.raises(NotAllowed, match="o1 is an OMS"):
        world()[1].pull("o1", "A1")


def test_pull_while_the_partner_is_in_trouble_says_so() -> None:
    w, fetching = world()
    w.markets["m1"].get_trouble["A1"] = Unavailable("GET orders: not reached")
    with pytest.raises(NotAllowed, match="m1: unavailable: GET orders: not reached"):
        fetching.pull("m1", "A1")


def test_a_backfill_goes_on_over_slots_and_says_how_far(monkeypatch: pytest.MonkeyPatch) -> None:
    w, fetching = world()
    monkeypatch.setattr(polling, "SLOT", -1.0)
    monkeypatch.setattr("pipeline.operations.fetching._AGAIN", 0.0)
    w.markets["m1"].pages += [page_of(raw_order("A1"), page="p2"), page_of(raw_order("A2"), page="p3"), page_of()]
    said: list[str] = []
    report = fetching.backfill("m1", SINCE, None, said.append)
    assert said == ["m1: 1 orders read", "m1: 2 orders read", "m1: 2 orders read"]
    assert [ask.page for ask in w.markets["m1"].asks] == [None, "p2", "p3"]
    assert {ask.since for ask in w.markets["m1"].asks} == {SINCE}
    assert report.text.startswith("orders: ")
    assert (w.redis.hget("op:cur:m1:orders", "cursor"), w.redis.hget("op:cur:m1:orders", "page")) == (None, None)


def test_a_backfill_that_was_broken_off_resumes_at_its_page() -> None:
    w, fetching = world()
    w.markets["m1"].pages += [page_of(raw_order("A1"), page="p2"), Unavailable("503", status=503)]
    assert fetching.backfill("m1", SINCE, None, lambda words: None).counts == {"parked": 1}
    w.markets["m1"].pages.append(page_of(raw_order("A2")))
    assert fetching.backfill("m1", SINCE, None, lambda words: None).text == "orders: 1 new, 0 changed, 0 seen"
    assert [ask.page for ask in w.markets["m1"].asks] == [None, "p2", "p2"]


def test_only_a_marketplace_lists_by_time() -> None:
    with pytest.raises(NotAllowed):
        world()[1].backfill("o1", SINCE, None, lambda words: None)


def test_a_sweep_looks_twice_as_far_back_as_its_period_and_keeps_to_it() -> None:
    w, _ = world()
    w.markets["m1"].pages.append(page_of(raw_order("A1")))
    first, second = sweep(w.polling, config(), w.hinted.append)
    assert (first.text, second.text) == ("orders: 1 new, 0 changed, 0 seen", "orders: 0 new, 0 changed, 0 seen")
    (ask,) = w.markets["m1"].asks
    assert ask.since is not None
    assert timedelta(hours=47) < datetime.now(UTC) - ask.since < timedelta(hours=49)
    again = sweep(w.polling, config(), w.hinted.append)
    assert "was just made" in again[0].text
    assert len(w.markets["m1"].asks) == 1


def test_no_sweep_where_it_is_off() -> None:
    w, _ = world()
    off = Config(
        path=Path("orderpipe.toml"),
        data_dir=Path(),
        marketplaces={"m1": Account(name="m1", kind="marketplace", connector="x", start=START, sweep=None)},
    )
    assert sweep(w.polling, off, w.hinted.append) == []
