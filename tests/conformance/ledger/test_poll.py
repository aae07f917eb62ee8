"""Polls: one at a time, resumed where they stopped; page, cursor and token stored together or not at all."""

from datetime import timedelta

from pipeline.domain.lifecycle import Flow
from pipeline.ports import Poll
from tests.conformance.ledger.driver import Driver, new

MINUTE = timedelta(minutes=1)


def begin(driver: Driver, name: str = "p1", *, force: bool = False, key: str | None = None) -> Poll | None:
    return driver.ledger.poll_begin("m1", Flow.ORDERS, name, every=MINUTE, force=force, key=key)


def began_long_ago(driver: Driver, name: str = "m1:orders") -> None:
    driver.redis.hset(f"op:cur:{name}", "began", "1")


def test_a_first_poll_has_neither_cursor_nor_page(driver: Driver) -> None:
    poll = begin(driver)
    assert poll is not None
    assert (poll.cursor, poll.page, poll.token) == (None, None, "p1")


def test_one_poll_at_a_time(driver: Driver) -> None:
    assert begin(driver)
    began_long_ago(driver)
    assert begin(driver, "p2") is None
    assert begin(driver, "p2", force=True) is None
    assert driver.ledger.poll_begin("m1", Flow.STATUSES, "p3", every=MINUTE)  # another listing is its own


def test_a_poll_whose_worker_was_lost_is_taken_over(driver: Driver) -> None:
    poll = begin(driver)
    began_long_ago(driver)
    driver.redis.hset("op:cur:m1:orders", "until", "1")
    assert begin(driver, "p2")
    assert driver.receive(new(), poll=poll, page="2", cursor="c").lost
    assert not driver.redis.keys("op:d:*")


def test_two_beats_in_one_period_make_one_poll(driver: Driver) -> None:
    poll = begin(driver)
    assert poll
    driver.receive(new(), poll=poll, cursor="c1", end=True)
    assert begin(driver, "p2") is None
    assert begin(driver, "p3", force=True)


def test_page_and_cursor_are_stored_with_the_rows(driver: Driver) -> None:
    poll = begin(driver)
    assert poll
    assert driver.receive(new("A1"), poll=poll, page="2").new == 1
    assert driver.receive(new("A2"), poll=poll, cursor="c1", end=True).new == 1
    began_long_ago(driver)
    again = begin(driver, "p2")
    assert again is not None
    assert (again.cursor, again.page) == ("c1", None)


def test_an_empty_page_moves_the_cursor(driver: Driver) -> None:
    poll = begin(driver)
    assert driver.receive(poll=poll, cursor="c1", end=True).new == 0
    began_long_ago(driver)
    again = begin(driver, "p2")
    assert again
    assert again.cursor == "c1"


def test_a_listing_cut_short_goes_on_at_once(driver: Driver) -> None:
    poll = begin(driver)
    assert poll
    driver.receive(new(), poll=poll, page="2")
    driver.ledger.poll_end(poll, keep_page=True, error="503")
    assert driver.redis.hget("op:cur:m1:orders", "error") == b"503"
    again = begin(driver, "p2")
    assert again
    assert (again.page, again.cursor) == ("2", None)
    driver.ledger.poll_end(again, keep_page=False)
    assert begin(driver, "p3") is None
    began_long_ago(driver)
    third = begin(driver, "p3")
    assert third
    assert third.page is None


def test_a_page_of_several_scripts_is_not_half_a_page(driver: Driver) -> None:
    poll = begin(driver)
    assert poll
    driver.receive(new("A0"), poll=poll, page="2")
    driver.ledger.poll_end(poll, keep_page=True)
    again = begin(driver, "p2")
    seen: list[str] = []
    run = driver.scripts.run

    def watch(name: str, *arguments: str | bytes | int) -> object:
        answer = run(name, *arguments)
        if name == "receive":
            seen.append((driver.redis.hget("op:cur:m1:orders", "page") or b"").decode())
        return answer

    driver.scripts.run = watch  # type: ignore[method-assign]  # looks on
    driver.receive(*(new(f"A{n}") for n in range(150)), poll=again, page="3", cursor="c1")
    assert seen == ["2", "3"]


def test_only_the_poll_that_is_open_ends_it(driver: Driver) -> None:
    poll = begin(driver)
    assert poll
    driver.ledger.poll_end(Poll("m1", Flow.ORDERS, "other", None, None, poll.now, "m1:orders"), keep_page=False)
    assert not driver.receive(new(), poll=poll, page="2").lost


def test_after_its_end_a_poll_stores_nothing(driver: Driver) -> None:
    poll = begin(driver)
    assert poll
    driver.ledger.poll_end(poll, keep_page=False)
    assert driver.receive(new(), poll=poll, cursor="c", end=True).lost


def test_a_lost_reply_to_the_last_page_is_no_lost_poll(driver: Driver) -> None:
    poll = begin(driver)
    assert driver.receive(new(), poll=poll, cursor="c", end=True).new == 1
    again = driver.receive(new(), poll=poll, cursor="c", end=True)
    assert (again.lost, again.seen) == (False, 1)


def test_a_shut_gate_stops_polls(driver: Driver) -> None:
    driver.scripts.run("gate", "m1", "shut", "paused", "lunch", "", "")
    assert begin(driver, force=True) is None
    driver.scripts.run("gate", "m1", "open", "", "", "", "")
    assert begin(driver)


def test_a_backfill_is_a_listing_of_its_own(driver: Driver) -> None:
    poll = begin(driver)
    sweep = begin(driver, "s1", key="m1:orders:sweep")
    assert poll
    assert sweep
    assert not driver.receive(new("A1"), poll=sweep, page="9").lost
    assert not driver.receive(new("A2"), poll=poll, cursor="c", end=True).lost
    driver.ledger.poll_end(sweep, keep_page=True)
    again = begin(driver, "s2", key="m1:orders:sweep")
    assert again
    assert (again.page, again.cursor) == ("9", None)
