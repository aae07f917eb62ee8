"""receive: rows become records, once; newer versions take their place; requests begin again."""

import pytest

from pipeline.domain.endings import Advanced, Dead, Held, Parked, Pending, Target, Unknown, Waiting
from pipeline.domain.lifecycle import Condition, Flow, Item, Step
from tests.conformance.ledger.driver import FAULT, NOW, OTHER, Driver, new, ref_of


def test_a_new_row_is_due_in_its_lane_with_body_facts_and_a_hint(driver: Driver) -> None:
    got = driver.receive(new(facts={"market": "m1"}, deadline=NOW))
    assert (got.new, got.changed, got.seen, got.lanes, got.lost) == (1, 0, 0, ("normalize.m1",), False)
    _, holding = driver.one("normalize.m1")
    assert holding.raw == {"id": "A1", "say": 1}
    assert holding.item == Item(ref_of())
    assert (holding.step, holding.condition, holding.attempts, holding.maybe_sent) == (
        Step.NORMALIZE,
        Condition.DUE,
        0,
        False,
    )
    assert holding.facts == {"market": "m1"}
    assert holding.deadline == NOW
    assert holding.received_at is not None
    assert holding.earlier is None


def test_the_same_row_again_changes_nothing(driver: Driver) -> None:
    driver.receive(new())
    got = driver.receive(new(), new(minute=5))
    assert (got.new, got.changed, got.seen) == (0, 0, 2)
    assert len(driver.story(ref_of())) == 1


def test_twice_in_one_page_is_one_document(driver: Driver) -> None:
    assert driver.receive(new(), new()).new == 1


def test_any_id_is_possible(driver: Driver) -> None:
    ids = ["a:b/c#d e@o1", "x@y@o1", "é", ":"]
    driver.receive(*(new(id_) for id_ in ids))
    assert {holding.item.ref.id for holding in driver.take("normalize.m1").holdings} == set(ids)


def test_more_than_a_hundred_rows(driver: Driver) -> None:
    assert driver.receive(*(new(f"A{n}") for n in range(205))).new == 205
    assert len(driver.take("normalize.m1").holdings) == 100


def test_a_newer_version_takes_the_older_ones_place(driver: Driver) -> None:
    driver.route(facts={"accepted": "1"})
    got = driver.receive(new(say=2, minute=1, facts={"poll": "2"}))
    assert (got.changed, got.lanes) == (1, ("normalize.m1",))
    _, holding = driver.one("normalize.m1")
    assert holding.raw == {"id": "A1", "say": 2}
    assert holding.facts == {"accepted": "1", "poll": "2"}  # what earlier steps learnt is still so
    assert not driver.take("push.o1").holdings


def test_an_older_version_is_nothing(driver: Driver) -> None:
    driver.receive(new(say=2, minute=1))
    assert driver.receive(new(say=1, minute=0)).seen == 1
    assert driver.one("normalize.m1")[1].raw == {"id": "A1", "say": 2}


def test_without_versions_the_last_one_counts(driver: Driver) -> None:
    driver.receive(new(say=2, minute=None))
    assert driver.receive(new(say=1, minute=None)).changed == 1


@pytest.mark.parametrize(
    "ending",
    [
        Advanced(step=Step.VALIDATE, document={}),
        Parked(error=FAULT, until=NOW),
        Waiting(reason="paid"),
        Held(error=OTHER),
        Dead(error=OTHER),
        Advanced(),
    ],
)
def test_kept_beside_while_in_hand_and_applied_at_settle(driver: Driver, ending: Advanced) -> None:
    driver.receive(new())
    take = driver.take("normalize.m1")
    assert driver.receive(new(say=2, minute=1)).changed == 1
    assert driver.receive(new(say=2, minute=1)).seen == 1
    assert driver.receive(new(say=3, minute=2)).changed == 1  # the newest of those beside
    assert driver.receive(new(say=2, minute=1)).seen == 1
    assert not driver.take("normalize.m1").holdings
    assert "normalize.m1" in {*driver.settle(take, ending), *driver.ledger.release(take.token, "normalize.m1")}
    assert driver.one("normalize.m1")[1].raw == {"id": "A1", "say": 3}


def test_what_is_in_hand_is_the_newest_again(driver: Driver) -> None:
    driver.receive(new(minute=None))
    driver.take("normalize.m1")
    driver.receive(new(say=2, minute=None))
    driver.receive(new(minute=None))
    driver.end_leases()
    assert driver.one("normalize.m1")[1].raw == {"id": "A1", "say": 1}


@pytest.mark.parametrize("ending", [Unknown(evidence=FAULT), Pending(handle="h", until=NOW)])
def test_kept_beside_while_a_delivery_is_at_a_partner(driver: Driver, ending: Unknown | Pending) -> None:
    ref = driver.route("o1", "o2")
    driver.step("push.o1", ending, send=True)
    driver.receive(new(say=2, minute=1))
    assert not driver.take("normalize.m1").holdings
    assert driver.stands(ref, "o2") == "push/due"
    driver.redis.zadd("op:due:push.o1", {f"{ref}@o1": 1})
    driver.redis.hset(f"op:d:{ref}", "du@o1", "1")
    driver.push("push.o1", "R1")
    assert driver.stands(ref) == "normalize/due"
    _, holding = driver.one("normalize.m1")
    assert holding.deliveries["o1"] == {"co": "done", "rc": "R1", "bf": "ab" * 6, "mb": "1"}
    assert not driver.take("push.o2").holdings  # decided anew


def test_dead_on_arrival(driver: Driver) -> None:
    assert driver.receive(new(fault=OTHER)).lanes == ()
    assert driver.stands(ref_of()) == "normalize/dead"
    assert driver.receive(new(fault=OTHER)).seen == 1


# -- after the end


def test_finished_and_gone_is_still_seen_before(driver: Driver) -> None:
    driver.forget_bodies(driver.finish())
    assert driver.receive(new()).seen == 1
    assert not driver.redis.keys("op:d:*")


def test_changed_after_it_was_gone_comes_with_what_is_remembered(driver: Driver) -> None:
    driver.forget_bodies(driver.finish())
    assert driver.receive(new(say=0, minute=-1)).seen == 1  # older than what was finished
    assert driver.receive(new(say=2, minute=1)).new == 1
    _, holding = driver.one("normalize.m1")
    assert holding.earlier is not None
    assert (holding.earlier.pushed, holding.earlier.sent, holding.earlier.receipt) == (True, "ab" * 6, "R1")
    assert holding.earlier.version == NOW
    driver.ledger.release("token-5", "normalize.m1")


def test_changed_within_keep_begins_again_and_lives(driver: Driver) -> None:
    ref = driver.finish()
    assert driver.redis.pttl(f"op:d:{ref}") > 0
    assert driver.receive(new()).seen == 1
    assert driver.receive(new(say=2, minute=1)).changed == 1
    assert driver.redis.pttl(f"op:d:{ref}") == driver.redis.pttl(f"op:t:{ref}") == -1
    assert driver.one("normalize.m1")[1].deliveries["o1"]["rc"] == "R1"


def test_a_week_later_the_line_is_found_in_the_older_bucket(driver: Driver) -> None:
    driver.forget_bodies(driver.finish())
    week = int(driver.redis.keys("op:f:*")[0].split(b":")[2]) + 1
    driver.scripts.run("week", "orders:m1", str(week), 15)
    assert driver.receive(new()).seen == 1


# -- requests: rows that may begin again


def test_a_request_while_live_is_seen(driver: Driver) -> None:
    row = new(flow=Flow.STATUSES, occurrence=True, minute=None)
    assert driver.receive(row).new == 1
    assert driver.receive(row).seen == 1


def test_a_request_after_its_end_begins_again(driver: Driver) -> None:
    row = new(flow=Flow.STATUSES, occurrence=True, minute=None, facts={"market": "m1"})
    driver.receive(row)
    driver.step("normalize.m1", Advanced(facts={"acknowledged": "1"}))
    assert driver.receive(row).changed == 1
    assert driver.one("normalize.m1")[1].facts == {"market": "m1"}  # to be acknowledged again


def test_a_request_after_its_record_is_gone_begins_again(driver: Driver) -> None:
    row = new(flow=Flow.STATUSES, occurrence=True, minute=None)
    driver.receive(row)
    driver.step("normalize.m1", Advanced())
    driver.forget_bodies(ref_of(flow=Flow.STATUSES))
    assert driver.receive(row).new == 1
    assert driver.one("normalize.m1")[1].earlier is not None


def test_another_request_while_live_is_a_newer_version(driver: Driver) -> None:
    driver.receive(new(flow=Flow.STATUSES, occurrence=True, minute=None))
    assert driver.receive(new(flow=Flow.STATUSES, occurrence=True, minute=None, say=2)).changed == 1


def test_the_timeline_folds(driver: Driver) -> None:
    for n in range(230):
        driver.receive(new(say=n, minute=n))
    story = driver.story(ref_of())
    assert 200 <= len(story) <= 220
    assert len(story) + int(driver.field(ref_of(), "folded") or 0) == 230
    driver.redis.hset(f"op:d:{ref_of()}", "v", "1")


def test_an_optional_delivery_still_open_keeps_a_request_live(driver: Driver) -> None:
    driver.route("o1", Target(account="o2", required=False), occurrence=True)
    driver.push()
    driver.step("acknowledge.m1", Advanced())
    assert driver.receive(new(occurrence=True)).seen == 1
