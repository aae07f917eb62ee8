"""Reconcile: what is missing, extra or different is named; the day book balances."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.config.model import Account, Config
from pipeline.operations.books import open_books
from pipeline.operations.reconcile import Reconciling, reconcile_daily
from pipeline.stores.daybook import RedisDayBook
from tests.fakes.partners import page_of, raw_order
from tests.fakes.world import START, World

NOW = datetime.now(UTC)
SINCE = NOW - timedelta(days=20)
LONG_AGO = (NOW - timedelta(days=10)).isoformat()


def old(id_: str, **more: Any) -> dict[str, Any]:
    """An order that changed some time ago."""
    return raw_order(id_, updated_at=datetime.fromisoformat(more.pop("at", LONG_AGO)), **more)


@pytest.fixture
def w() -> World:
    return World()


def reconciling(w: World) -> Reconciling:
    config = Config(
        path=Path("orderpipe.toml"),
        data_dir=Path(),
        marketplaces={"m1": Account(name="m1", kind="marketplace", connector="x", start=START)},
        oms={"o1": Account(name="o1", kind="oms", connector="x")},
    )
    books = open_books(w.ledger, w.gates, accounts=["m1", "o1"], hint=w.hinted.append)
    return Reconciling(config, w.network, books, w.polling, w.hinted.append)


def run(w: World, *, fetch: bool = False) -> dict[str, Any]:
    found = reconciling(w).run(SINCE, fetch=fetch, progress=lambda words: None)
    return found | {side["account"]: side for side in found["accounts"]}


def test_all_agree(w: World) -> None:
    w.markets["m1"].pages.append(page_of(old("A1"), old("A2")))
    w.poll()
    w.run()
    w.markets["m1"].pages += [page_of(old("A1"), page="2"), page_of(old("A1"), old("A2"))]
    found = run(w)
    assert found["ok"]
    assert found["m1"]["matched"] == 2
    assert (found["m1"]["missing"], found["m1"]["extra"], found["m1"]["different"]) == ([], [], [])
    assert found["o1"]["matched"] == 2
    (day,) = found["days"]
    assert (day["came"], day["done"], day["residual"]) == (2, 2, 0)


def test_what_the_ledger_lacks_is_missing_and_fetched_when_asked(w: World) -> None:
    w.markets["m1"].pages.append(page_of(old("A1")))
    found = run(w)
    assert (found["ok"], found["m1"]["missing"], w.hinted) == (False, ["A1"], [])
    w.markets["m1"].pages.append(page_of(old("A1")))
    assert run(w, fetch=True)["m1"]["fetched"] == 1
    assert w.hinted == ["normalize.m1"]
    w.markets["m1"].pages.append(page_of(old("A1")))
    assert run(w)["m1"]["matched"] == 1


def test_a_version_that_no_poll_has_seen_differs_unless_it_is_quite_new(w: World) -> None:
    w.receive(old("A1"), old("A2"))
    later = (NOW - timedelta(days=1)).isoformat()
    w.markets["m1"].pages.append(page_of(old("A1", at=later), old("A2", at=datetime.now(UTC).isoformat())))
    found = run(w)["m1"]
    assert (found["different"], found["unclear"], found["missing"]) == (["A1"], 1, [])


def test_what_the_marketplace_does_not_know_is_extra(w: World) -> None:
    w.receive(old("A1"), old("A2"))
    w.markets["m1"].orders["A2"] = old("A2")
    found = run(w)["m1"]
    assert (found["extra"], found["matched"]) == (["A1"], 1)


def test_what_an_oms_lost_is_missing_there(w: World) -> None:
    w.receive(old("A1"), old("A2"))
    w.run()
    write = w.oms["o1"].writes["import_orders"]
    del write.took["A1"]
    w.markets["m1"].pages.append(page_of(old("A1"), old("A2")))
    found = run(w)
    assert (found["o1"]["missing"], found["o1"]["matched"]) == (["orders:m1:A1@o1"], 1)
    assert not found["ok"]


def test_what_was_bought_before_the_start_is_not_ours(w: World) -> None:
    w.markets["m1"].pages.append(page_of(old("A1", purchased_at=START - timedelta(days=1))))
    assert run(w)["m1"]["missing"] == []


def test_a_document_that_is_in_no_place_is_a_residual(w: World) -> None:
    w.receive(old("A1"), old("A2"))
    w.redis.delete("op:d:orders:m1:A1")
    (day,) = run(w)["days"]
    assert (day["came"], day["due"], day["residual"]) == (2, 1, 1)


def test_days_stand_where_their_worst_delivery_does_and_go_after_a_while(w: World) -> None:
    w.receive(old("A1"))
    book = RedisDayBook(w.redis)
    assert book.days(NOW - timedelta(days=1))[0].open == {"due": 1}
    book.prune(NOW + timedelta(days=99))
    assert len(book.days(SINCE)) == 1
    book.prune(NOW + timedelta(days=102))
    assert book.days(SINCE) == []


def test_once_a_day_whoever_asks(w: World) -> None:
    w.markets["m1"].pages.append(page_of(old("A1")))
    assert reconcile_daily(w.redis, "op:", reconciling(w)) is not None
    assert reconcile_daily(w.redis, "op:", reconciling(w)) is None
    told = open_books(w.ledger, w.gates, accounts=["m1"], hint=None).standing.status()["reconciled"]
    assert told["accounts"]["m1"]["missing"] == 1
