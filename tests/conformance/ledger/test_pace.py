"""A pace: no more than so many of its documents are on their way at once, whatever becomes of the process."""

from datetime import timedelta

import pytest

from pipeline.domain.endings import Advanced, Dead, Held, Parked, Target, Unknown, Waiting
from pipeline.domain.lifecycle import Flow, Mark, Pace, Step
from pipeline.ports import NewDocument, Received
from tests.conformance.ledger.driver import FAULT, NOW, OTHER, Driver, new, ref_of

PACE = Pace("m1", 2)


def paced(driver: Driver, *ids: str, **more: object) -> Received:
    return driver.receive(*(new(id_) for id_ in ids), pace=PACE, **more)


def test_up_to_the_limit_and_not_one_more(driver: Driver) -> None:
    assert paced(driver, "A1", "A2").new == 2
    got = paced(driver, "A3")
    assert (got.full, got.new) == (True, 0)
    assert driver.field(ref_of("A3"), "st") is None


def test_nothing_of_a_part_that_does_not_fit_nor_its_page(driver: Driver) -> None:
    poll = driver.ledger.poll_begin("m1", Flow.ORDERS, "t1", every=timedelta(), force=True, key="m1:orders:x")
    assert poll
    assert not paced(driver, "A1", poll=poll, page="p2").full
    assert paced(driver, "A2", "A3", poll=poll, page="p3").full
    driver.ledger.poll_end(poll, keep_page=True)
    again = driver.ledger.poll_begin("m1", Flow.ORDERS, "t2", every=timedelta(), force=True, key="m1:orders:x")
    assert again
    assert again.page == "p2"
    assert driver.field(ref_of("A2"), "st") is None


def test_those_that_come_without_a_pace_are_neither_counted_nor_kept_back(driver: Driver) -> None:
    paced(driver, "A1", "A2")
    assert driver.receive(new("L1")).new == 1
    assert paced(driver, "A3").full


def test_what_is_seen_takes_no_room(driver: Driver) -> None:
    driver.receive(new("A1"))
    assert paced(driver, "A1", "A2").seen == 1
    assert not paced(driver, "A3").full


@pytest.mark.parametrize(
    "ending",
    [Advanced(), Advanced(discarded=True), Dead(error=OTHER), Held(error=OTHER), Waiting(reason="paid"),
     Unknown(evidence=OTHER)],
)  # fmt: skip
def test_what_does_not_go_on_by_itself_makes_room(driver: Driver, ending: object) -> None:
    paced(driver, "A1", "A2")
    driver.step("normalize.m1", ending)  # type: ignore[arg-type]
    assert paced(driver, "A3", "A4").new == 2


@pytest.mark.parametrize(
    "ending",
    [Parked(error=FAULT, until=NOW), Unknown(evidence=OTHER, look_at=NOW), Advanced(step=Step.VALIDATE, document={})],
)
def test_what_goes_on_by_itself_does_not(driver: Driver, ending: object) -> None:
    paced(driver, "A1", "A2")
    driver.step("normalize.m1", ending)  # type: ignore[arg-type]
    assert paced(driver, "A3").full


def test_in_hand_and_at_every_delivery_it_is_on_its_way(driver: Driver) -> None:
    paced(driver, "A1", "A2")
    take = driver.take("normalize.m1")
    assert paced(driver, "A3").full
    driver.settle(take, Advanced(step=Step.VALIDATE, document={"id": "A"}))
    driver.ledger.release(take.token, "normalize.m1")
    driver.step("validate.m1", Advanced(targets=(Target(account="o1"), Target(account="o2", required=False))))
    assert paced(driver, "A3").full
    driver.push()
    assert paced(driver, "A3").full
    driver.step("acknowledge.m1", Advanced())
    assert paced(driver, "A3").full, "the optional delivery is still due"
    driver.push("push.o2")
    assert not paced(driver, "A3").full


def test_a_newer_version_of_what_is_over_is_on_its_way_again(driver: Driver) -> None:
    paced(driver, "A1", "A2")
    driver.step("normalize.m1", Advanced())
    assert driver.receive(new("A1", say=2, minute=1), new("A2", say=2, minute=1), pace=PACE).changed == 2
    assert paced(driver, "A3").full


def test_each_key_has_its_own(driver: Driver) -> None:
    paced(driver, "A1", "A2")
    assert not driver.receive(new("A3"), pace=Pace("m2", 2)).full


def test_more_than_ever_fit_is_a_mistake(driver: Driver) -> None:
    with pytest.raises(ValueError, match="never fit"):
        paced(driver, "A1", "A2", "A3")


def test_a_mark_is_of_its_version(driver: Driver) -> None:
    plain = new("A1")

    def marked(*marks: Mark) -> NewDocument:
        return NewDocument(plain.ref, plain.row, plain.step, plain.account, marks=marks)

    assert driver.receive(marked(Mark.HISTORIC)).new == 1
    assert driver.receive(marked(Mark.HISTORIC)).seen == 1
    take, holding = driver.one("normalize.m1")
    assert holding.is_marked(Mark.HISTORIC)
    assert not holding.is_marked(Mark.CANONICAL)
    driver.settle(take, Advanced())
    driver.ledger.release(take.token, "normalize.m1")
    assert driver.receive(marked(Mark.HISTORIC)).seen == 1
    assert driver.receive(plain).changed == 1
    assert not driver.one("normalize.m1")[1].is_marked(Mark.HISTORIC)
