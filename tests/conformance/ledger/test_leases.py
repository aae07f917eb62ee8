"""Leases that end: in hand becomes due with no attempt spent, sending becomes unknown, and poison is found."""

from datetime import timedelta

import pytest

from pipeline.domain.endings import Dead, GivenBack, Parked, Pending, Unknown
from pipeline.domain.lifecycle import Condition
from tests.conformance.ledger.driver import FAULT, NOW, OTHER, Driver, new, ref_of


def test_in_hand_becomes_due_with_no_attempt_spent(driver: Driver) -> None:
    driver.receive(new())
    driver.take("normalize.m1")
    assert not driver.take("normalize.m1").holdings
    driver.end_leases()
    _, holding = driver.one("normalize.m1")
    assert (holding.condition, holding.attempts) == (Condition.DUE, 0)
    assert driver.told(ref_of(), "lease ended") == 1


def test_who_lost_it_settles_nothing(driver: Driver) -> None:
    driver.receive(new())
    take = driver.take("normalize.m1")
    driver.end_leases()
    other = driver.take("normalize.m1")
    driver.settle(take, Dead(error=OTHER))
    assert driver.ledger.send(take.token, "normalize.m1", [take.holdings[0].item]) == []
    driver.ledger.release(take.token, "normalize.m1")
    assert driver.stands(ref_of()) == "normalize/in_hand"
    driver.settle(other, Dead(error=OTHER))
    assert driver.stands(ref_of()) == "normalize/dead"


def test_an_ended_lease_is_not_taken_for_granted(driver: Driver) -> None:
    """The token decides, not the clock: nobody took it over, so its holder settles it."""
    driver.receive(new())
    take = driver.take("normalize.m1")
    driver.end_leases()
    driver.settle(take, Dead(error=OTHER))
    assert driver.stands(ref_of()) == "normalize/dead"


@pytest.mark.parametrize("look", [None, timedelta(0), timedelta(hours=1)])
def test_sending_becomes_unknown(driver: Driver, look: timedelta | None) -> None:
    ref = driver.route()
    driver.looks = {} if look is None else {"orders": look}
    take, holding = driver.one("push.o1")
    driver.ledger.send(take.token, "push.o1", [holding.item])
    assert driver.stands(ref, "o1") == "push/sending"
    driver.end_leases()
    after = driver.take("push.o1")
    if look == timedelta(0):
        assert after.holdings[0].condition is Condition.UNKNOWN
        assert after.holdings[0].maybe_sent
        assert (after.holdings[0].error or {})["kind"] == "ambiguous"
        return
    assert not after.holdings
    assert driver.stands(ref, "o1") == "push/unknown"
    due = driver.redis.zscore("op:due:push.o1", str(holding.item))
    assert due is None if look is None else due > driver.ledger.now_ms() + 3_500_000
    assert driver.redis.zcard("op:c:unknown:orders:m1") == 1


def test_the_rest_of_the_batch_is_due_again(driver: Driver) -> None:
    driver.route(id_="A1")
    driver.route(id_="A2")
    take = driver.take("push.o1")
    driver.ledger.send(take.token, "push.o1", [take.holdings[0].item])
    driver.end_leases()
    assert [h.item for h in driver.take("push.o1").holdings] == [take.holdings[1].item]


def test_reaping_needs_no_open_gate(driver: Driver) -> None:
    driver.route()
    driver.take("push.o1")
    driver.end_leases()
    driver.scripts.run("gate", "o1", "shut", "paused", "why", "", "")
    driver.ledger.reap("push.o1")
    assert driver.stands(ref_of(), "o1") == "push/due"


@pytest.mark.parametrize("back", ["lease", "release", "given back"])
@pytest.mark.parametrize("was", [Condition.UNKNOWN, Condition.PENDING, Condition.PARKED])
def test_a_doubt_stays_a_doubt_and_a_promise_a_promise(driver: Driver, back: str, was: Condition) -> None:
    ref = driver.route()
    endings = {
        Condition.UNKNOWN: Unknown(evidence=FAULT, look_at=NOW),
        Condition.PENDING: Pending(handle="h1", until=NOW),
        Condition.PARKED: Parked(error=FAULT, until=NOW),
    }
    driver.step("push.o1", endings[was], send=True)
    driver.ripen()
    take, holding = driver.one("push.o1")
    assert holding.condition is was
    if back == "lease":
        driver.end_leases()
    elif back == "release":
        driver.ledger.release(take.token, "push.o1")
    else:
        driver.settle(take, GivenBack(reason="no time"))
    _, again = driver.one("push.o1")
    assert again.condition is (was if was is not Condition.PARKED else Condition.DUE)
    assert again.maybe_sent
    assert again.attempts == holding.attempts
    assert again.handle == ("h1" if was is Condition.PENDING else None)
    assert driver.stands(ref, "o1") == "push/in_hand"


def lose(driver: Driver, lane: str, times: int) -> None:
    for _ in range(times):
        assert driver.take(lane).holdings
        driver.end_leases()


def test_poison_is_taken_alone_and_dies_alone(driver: Driver) -> None:
    driver.receive(new("A1"))
    lose(driver, "normalize.m1", 3)
    driver.take("normalize.m1")
    driver.end_leases()
    driver.ledger.reap("normalize.m1")
    driver.receive(new("A2"), new("A3"))
    suspect = driver.take("normalize.m1")
    assert [h.item.ref.id for h in suspect.holdings] == ["A1"]
    assert {h.item.ref.id for h in driver.take("normalize.m1").holdings} == {"A2", "A3"}
    driver.end_leases()
    driver.ledger.reap("normalize.m1")
    for _ in range(10):
        if driver.stands(ref_of("A1")) == "normalize/dead":
            break
        for _ in range(2):
            driver.take("normalize.m1")
        driver.end_leases()
        driver.ledger.reap("normalize.m1")
    assert driver.stands(ref_of("A1")) == "normalize/dead"
    assert driver.field(ref_of("A1"), "lo") == "10"
    assert driver.redis.zcard("op:cause:workers-die") == 1


def test_poison_that_was_settled_is_none(driver: Driver) -> None:
    driver.receive(new())
    lose(driver, "normalize.m1", 4)
    driver.step("normalize.m1", Parked(error=FAULT, until=NOW))
    assert driver.field(ref_of(), "lo") == "0"


def test_poison_that_may_have_been_sent_waits_for_an_operator(driver: Driver) -> None:
    ref = driver.route()
    driver.looks = {"orders": timedelta(0)}
    for _ in range(10):
        take, holding = driver.one("push.o1")
        driver.ledger.send(take.token, "push.o1", [holding.item])
        driver.end_leases()
    assert not driver.take("push.o1").holdings
    assert driver.stands(ref, "o1") == "push/unknown"
    assert driver.field(ref, "mb@o1") == "1"


def test_the_lost_ones_newer_version_is_applied(driver: Driver) -> None:
    driver.receive(new())
    driver.take("normalize.m1")
    driver.receive(new(say=2, minute=1))
    driver.end_leases()
    assert driver.one("normalize.m1")[1].raw == {"id": "A1", "say": 2}


def test_a_late_release_gives_back_nothing_of_anothers(driver: Driver) -> None:
    """A send keeps the batch's list alive; the rest of the batch may be another's by then."""
    driver.route(id_="A1")
    driver.route(id_="A2")
    first = driver.take("push.o1")
    driver.ledger.send(first.token, "push.o1", [first.holdings[0].item])
    rest = first.holdings[1].item
    driver.redis.zadd("op:hand:push.o1", {str(rest): 1})
    second = driver.take("push.o1")
    assert [holding.item for holding in second.holdings] == [rest]
    driver.ledger.release(first.token, "push.o1")
    assert driver.field(rest.ref, "to@o1") == second.token
    assert driver.stands(rest.ref, "o1") == "push/in_hand"
