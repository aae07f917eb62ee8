"""settle: every ending at every position, once; what is not settled comes back."""

from datetime import timedelta

import pytest

from pipeline.domain.endings import (
    Advanced,
    Dead,
    Ending,
    GivenBack,
    Held,
    Parked,
    Pending,
    Unknown,
    Waiting,
)
from pipeline.domain.lifecycle import Ref, Step
from tests.conformance.ledger.driver import FAULT, FP, NOW, OTHER, Driver, new, ref_of

SOON = NOW + timedelta(days=900)
DOCUMENT_LANES = {"normalize.m1": "normalize", "validate.m1": "validate", "acknowledge.m1": "acknowledge"}

# ending -> condition, attempts spent, in the due index, cause kept
ENDINGS: dict[str, tuple[Ending, str, str, bool, bool]] = {
    "parked": (Parked(error=FAULT, until=SOON), "parked", "1", True, True),
    "parked by the gate": (Parked(error=FAULT, spend=False), "parked", "0", True, True),
    "pending": (Pending(handle="h", until=SOON), "pending", "0", True, False),
    "waiting": (Waiting(reason="paid", deadline=SOON), "waiting", "0", False, False),
    "held": (Held(error=OTHER), "held", "0", False, True),
    "unknown": (Unknown(evidence=FAULT), "unknown", "1", False, True),
    "unknown, looked at later": (Unknown(evidence=FAULT, look_at=SOON, spend=False), "unknown", "0", True, True),
    "dead": (Dead(error=OTHER), "dead", "1", False, True),
    "given back": (GivenBack(reason="no time"), "due", "0", True, False),
    "given back until": (GivenBack(reason="no budget", until=SOON), "due", "0", True, False),
}


def bring_to(driver: Driver, lane: str) -> tuple[Ref, str]:
    """A document whose only due item lies in the lane; its suffix."""
    if lane == "normalize.m1":
        driver.receive(new())
    elif lane == "validate.m1":
        driver.receive(new())
        driver.step("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": "A1"}))
    else:
        driver.route()
        if lane == "acknowledge.m1":
            driver.push()
    return ref_of(), "@o1" if lane == "push.o1" else ""


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize("lane", [*DOCUMENT_LANES, "push.o1"])
def test_each_ending_at_each_position(driver: Driver, lane: str, name: str) -> None:
    ending, condition, attempts, due, cause = ENDINGS[name]
    ref, sfx = bring_to(driver, lane)
    take, holding = driver.one(lane)
    driver.settle(take, ending)
    driver.ledger.release(take.token, lane)
    assert driver.stands(ref, sfx[1:] or None) == f"{lane.split('.')[0]}/{condition}"
    assert driver.field(ref, "at" + sfx) == attempts
    assert (driver.redis.zscore(f"op:due:{lane}", f"{ref}{sfx}") is not None) is due
    assert bool(driver.field(ref, "cf" + sfx)) is cause
    assert (driver.field(ref, "mb" + sfx) == "1") is (condition == "unknown")
    story = driver.story(ref)
    assert story[-1]["what"] == ("given back" if isinstance(ending, GivenBack) else type(ending).__name__.lower())
    before = len(story)
    driver.settle(take, ending)  # a repeated settle is nobody's
    assert len(driver.story(ref)) == before
    assert driver.field(ref, "at" + sfx) == attempts
    assert holding.item.target == (sfx[1:] or None)


def test_a_batch_ends_apart(driver: Driver) -> None:
    driver.receive(*(new(f"A{n}") for n in range(4)))
    take = driver.take("normalize.m1")
    driver.settle(
        take, Advanced(step=Step.VALIDATE), Dead(error=OTHER), Parked(error=FAULT, until=SOON), GivenBack(reason="x")
    )
    stages = [driver.stands(holding.item.ref) for holding in take.holdings]
    assert stages == ["validate/due", "normalize/dead", "normalize/parked", "normalize/due"]


def test_what_is_not_settled_is_released_with_no_attempt_spent(driver: Driver) -> None:
    driver.receive(new("A1"), new("A2"))
    take = driver.take("normalize.m1")
    driver.ledger.settle(take.token, [(take.holdings[0], Dead(error=OTHER))], who="w")
    assert "normalize.m1" in driver.ledger.release(take.token, "normalize.m1")
    driver.ledger.release(take.token, "normalize.m1")
    _, holding = driver.one("normalize.m1")
    assert (holding.item, holding.attempts) == (take.holdings[1].item, 0)


def test_what_is_being_sent_is_not_released(driver: Driver) -> None:
    ref = driver.route()
    take, holding = driver.one("push.o1")
    driver.ledger.send(take.token, "push.o1", [holding.item])
    driver.ledger.release(take.token, "push.o1")
    assert driver.stands(ref, "o1") == "push/sending"
    driver.settle(take, Advanced(receipt="R1", fingerprint=FP))
    assert driver.stands(ref, "o1") == "done/done"


def test_advancing_keeps_bodies_facts_and_deadline(driver: Driver) -> None:
    driver.receive(new(facts={"a": "1", "b": "1"}))
    driver.step(
        "normalize.m1",
        Advanced(step=Step.VALIDATE, document={"x": 1}, facts={"b": "2"}, deadline=SOON, raw={"enriched": True}),
    )
    _, holding = driver.one("validate.m1")
    assert (holding.document, holding.facts, holding.deadline) == ({"x": 1}, {"a": "1", "b": "2"}, SOON)
    assert driver.ledger.bodies.unpack(str(ref_of()), driver.redis.hget(f"op:d:{ref_of()}", "raw")) == {
        "enriched": True
    }


def test_another_accounts_lane(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Advanced(step=Step.FETCH, account="m2"))
    assert driver.one("fetch.m2")[1].raw == {"id": "A1", "say": 1}


def test_waiting_has_its_alarm_until_it_goes_on(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Waiting(reason="paid", deadline=SOON))
    assert driver.redis.zrange("op:deadlines", 0, -1) == [str(ref_of()).encode()]
    driver.receive(new(say=2, minute=1))
    assert not driver.redis.exists("op:deadlines")


def test_a_settled_accept_clears_its_mark(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Waiting(reason="accepted", settled=True), send=True)
    assert driver.field(ref_of(), "mb") == ""


def test_an_advance_after_a_write_clears_its_mark(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Unknown(evidence=FAULT, look_at=NOW), send=True)
    driver.ripen()
    driver.step("normalize.m1", Advanced(step=Step.VALIDATE))
    assert not driver.one("validate.m1")[1].maybe_sent


def test_alike_faults_share_a_cause(driver: Driver) -> None:
    driver.receive(new("A1"), new("A2"), new("A3"))
    take = driver.take("normalize.m1")
    driver.settle(take, Dead(error=OTHER), Held(error=OTHER), Dead(error=FAULT))
    assert sorted(driver.redis.zcard(key) for key in driver.redis.keys("op:cause:*")) == [1, 2]
    driver.receive(new("A3", say=2, minute=1))
    assert len(driver.redis.keys("op:cause:*")) == driver.redis.hlen("op:causes") == 1


def test_parked_without_a_time_backs_off(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Parked(error=FAULT))
    assert not driver.take("normalize.m1").holdings


def test_a_handle_is_kept_until_its_answer(driver: Driver) -> None:
    ref = driver.route()
    driver.step("push.o1", Pending(handle="h1", until=NOW), send=True)
    _, holding = driver.one("push.o1")
    assert (holding.handle, holding.maybe_sent, holding.condition) == ("h1", True, "pending")
    driver.end_leases()
    driver.push()
    assert driver.field(ref, "hd@o1") == ""
