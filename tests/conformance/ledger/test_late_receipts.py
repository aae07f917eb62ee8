"""Late receipts: evidence that is never refused, whatever became of the record meanwhile."""

from datetime import timedelta

import pytest

from pipeline.domain.endings import Advanced, Dead, Ending, GivenBack, Held, Parked, Pending, Target, Unknown, Waiting
from pipeline.domain.lifecycle import Item
from pipeline.ports import Take
from tests.conformance.ledger.driver import FAULT, FP, NOW, OTHER, Driver, new, ref_of

RECEIPT = Advanced(receipt="LATE", fingerprint=FP)
LATER = NOW + timedelta(days=900)


def lost_while_sending(driver: Driver, *targets: str, look: bool = False) -> Take:
    """A worker marked o1's delivery and was not heard of until its lease was over."""
    driver.route(*targets)
    driver.looks = {"orders": timedelta(0)} if look else {}
    take = driver.take("push.o1")
    driver.ledger.send(take.token, "push.o1", [take.holdings[0].item])
    driver.end_leases()
    driver.ledger.reap("push.o1")
    assert driver.stands(ref_of(), "o1") == "push/unknown"
    return take


def check_settled(driver: Driver, receipt: str = "LATE") -> None:
    ref = ref_of()
    assert driver.stands(ref, "o1") == "done/done"
    assert (driver.field(ref, "rc@o1"), driver.field(ref, "bf@o1"), driver.field(ref, "mb@o1")) == (receipt, FP, "1")
    assert driver.stands(ref) == "acknowledge/due"
    assert driver.told(ref, "late receipt") == 1
    assert not driver.take("push.o1").holdings


def test_of_an_unknown_one_settles_it(driver: Driver) -> None:
    take = lost_while_sending(driver)
    assert driver.settle(take, RECEIPT) == ("acknowledge.m1",)
    check_settled(driver)
    driver.settle(take, RECEIPT)
    assert driver.told(ref_of(), "late receipt") == 1


@pytest.mark.parametrize(
    "ending",
    [
        GivenBack(reason="no time"),
        Parked(error=FAULT, until=LATER),
        Unknown(evidence=FAULT, look_at=LATER),
        Held(error=OTHER),
        Dead(error=OTHER),
        Waiting(reason="?"),
        Pending(handle="h", until=LATER),
        GivenBack(reason="proven absent", unsent=True),
    ],
)
def test_after_another_holder_left_it(driver: Driver, ending: Ending) -> None:
    first = lost_while_sending(driver, look=True)
    driver.step("push.o1", ending)
    driver.settle(first, RECEIPT)
    check_settled(driver)


def test_of_one_that_is_due(driver: Driver) -> None:
    """Its lease ended before it was marked; the mark was refused, and yet a yes comes: believed."""
    driver.route()
    take = driver.take("push.o1")
    driver.end_leases()
    driver.ledger.reap("push.o1")
    driver.settle(take, RECEIPT)
    check_settled(driver)


@pytest.mark.parametrize(
    "ending",
    [
        Parked(error=FAULT, until=LATER),
        GivenBack(reason="x"),
        Dead(error=OTHER, unsent=True),
        Held(error=OTHER),
        Unknown(evidence=FAULT),
        Pending(handle="h", until=LATER),
        Waiting(reason="?"),
        Advanced(discarded=True),
    ],
)
@pytest.mark.parametrize("sending", [False, True])
def test_in_anothers_hand_it_becomes_the_others_ending(driver: Driver, ending: Ending, sending: bool) -> None:
    first = lost_while_sending(driver, look=True)
    second = driver.take("push.o1")
    if sending:
        driver.ledger.send(second.token, "push.o1", [second.holdings[0].item])
    driver.settle(first, RECEIPT)
    assert driver.stands(ref_of(), "o1") == ("push/sending" if sending else "push/in_hand")
    driver.settle(second, ending)
    check_settled(driver)
    assert driver.told(ref_of(), "late receipt settles it") == 1


def test_in_anothers_hand_who_has_a_receipt_too(driver: Driver) -> None:
    first = lost_while_sending(driver, look=True)
    second = driver.take("push.o1")
    driver.settle(first, RECEIPT)
    driver.settle(second, Advanced(receipt="FOUND", fingerprint=FP))
    check_settled(driver, "FOUND")


@pytest.mark.parametrize("end", ["release", "lease", "lease while sending"])
def test_in_anothers_hand_who_gives_no_ending(driver: Driver, end: str) -> None:
    first = lost_while_sending(driver, look=True)
    second = driver.take("push.o1")
    if end == "lease while sending":
        driver.ledger.send(second.token, "push.o1", [second.holdings[0].item])
    driver.settle(first, RECEIPT)
    if end == "release":
        driver.ledger.release(second.token, "push.o1")
    else:
        driver.end_leases()
        driver.ledger.reap("push.o1")
    check_settled(driver)


def test_the_late_one_may_be_the_last_of_all(driver: Driver) -> None:
    """An acknowledged document whose optional delivery is settled by another's late receipt: it is over."""
    driver.route("o2", Target(account="o1", required=False))
    driver.looks = {"orders": timedelta(0)}
    first = driver.take("push.o1")
    driver.ledger.send(first.token, "push.o1", [first.holdings[0].item])
    driver.end_leases()
    driver.push("push.o2")
    driver.step("acknowledge.m1", Advanced())
    second = driver.take("push.o1")
    driver.settle(first, RECEIPT)
    driver.settle(second, Parked(error=FAULT, until=LATER))
    assert driver.stands(ref_of()) == "done/done"


def test_of_a_done_one_is_told_but_not_kept(driver: Driver) -> None:
    first = lost_while_sending(driver, look=True)
    driver.push("push.o1", "FOUND")
    driver.settle(first, RECEIPT)
    assert driver.field(ref_of(), "rc@o1") == "FOUND"
    assert driver.told(ref_of(), "late receipt") == 1
    assert driver.stands(ref_of()) == "acknowledge/due"


def test_of_a_done_one_the_same_receipt_is_nothing(driver: Driver) -> None:
    first = lost_while_sending(driver, look=True)
    driver.push("push.o1", "LATE")
    driver.settle(first, RECEIPT)
    assert driver.told(ref_of(), "late receipt") == 0


def test_of_a_discarded_one_is_kept_as_evidence(driver: Driver) -> None:
    first = lost_while_sending(driver)
    assert driver.act(Item(ref_of(), "o1"), "discard", "unknown")[0] == b"done"
    driver.settle(first, RECEIPT)
    assert driver.stands(ref_of(), "o1") == "done/discarded"
    assert driver.field(ref_of(), "rc@o1") == "LATE"
    assert driver.told(ref_of(), "late receipt") == 1


def test_without_a_reference_of_its_own(driver: Driver) -> None:
    first = lost_while_sending(driver)
    driver.settle(first, Advanced(fingerprint=FP))
    check_settled(driver, "")


def restarted(driver: Driver) -> Take:
    """A delivery that was found absent, given back and begun again with a newer version; its first sender is late."""
    first = lost_while_sending(driver, look=True)
    driver.step("push.o1", GivenBack(reason="absent", unsent=True))
    driver.receive(new(say=2, minute=1))
    return first


def test_of_one_begun_again_the_routing_sees_what_was_sent(driver: Driver) -> None:
    first = restarted(driver)
    driver.settle(first, RECEIPT)
    assert driver.stands(ref_of()) == "normalize/due"
    _, holding = driver.one("normalize.m1")
    assert holding.deliveries["o1"] == {"co": "done", "rc": "LATE", "bf": FP, "mb": "1"}


def test_a_routing_decided_before_the_receipt_is_decided_anew(driver: Driver) -> None:
    first = restarted(driver)
    take = driver.take("normalize.m1")
    driver.settle(first, RECEIPT)
    driver.settle(take, Advanced(targets=(Target(account="o1"),)))
    assert driver.stands(ref_of()) == "normalize/due"
    assert not driver.take("push.o1").holdings
    driver.ledger.release(take.token, "normalize.m1")
    _, again = driver.one("normalize.m1")
    assert again.deliveries["o1"]["co"] == "done"


def test_of_an_older_version_does_not_settle_the_newer(driver: Driver) -> None:
    first = restarted(driver)
    driver.route_on("o1")
    assert driver.field(ref_of(), "mb@o1") == ""
    driver.settle(first, RECEIPT)
    assert driver.stands(ref_of(), "o1") == "push/due"
    _, holding = driver.one("push.o1")
    assert (holding.maybe_sent, holding.receipt) == (True, "LATE")  # looked up before anything is sent


def test_of_a_record_that_is_gone_is_nothing(driver: Driver) -> None:
    first = lost_while_sending(driver, look=True)
    driver.push("push.o1", "FOUND")
    driver.step("acknowledge.m1", Advanced())
    driver.forget_bodies(ref_of())
    driver.settle(first, RECEIPT)
    assert not driver.redis.keys("op:d:*")


@pytest.mark.parametrize("taken_over", [False, True])
def test_an_acknowledge_is_settled_in_the_same_way(driver: Driver, taken_over: bool) -> None:
    ref = driver.route()
    driver.push()
    driver.looks = {"orders": timedelta(0)}
    take, holding = driver.one("acknowledge.m1")
    driver.ledger.send(take.token, "acknowledge.m1", [holding.item])
    driver.end_leases()
    driver.ledger.reap("acknowledge.m1")
    assert driver.stands(ref) == "acknowledge/unknown"
    other = driver.take("acknowledge.m1") if taken_over else None
    driver.settle(take, Advanced())
    if other:
        assert driver.ledger.send(other.token, "acknowledge.m1", [holding.item]) == []
        driver.settle(other, Unknown(evidence=FAULT))
    assert driver.stands(ref) == "done/done"
    assert driver.told(ref, "late receipt") == 1


def test_a_failure_that_comes_late_is_nothing(driver: Driver) -> None:
    first = lost_while_sending(driver)
    driver.settle(first, Dead(error=OTHER, unsent=True))
    assert driver.stands(ref_of(), "o1") == "push/unknown"
    assert driver.field(ref_of(), "mb@o1") == "1"
