"""Operators' acts as the script carries them out: where they are allowed, once, and with their audit line."""

import pytest

from pipeline.domain.endings import Advanced, Dead, Held, Parked, Pending, Target, Unknown, Waiting
from pipeline.domain.lifecycle import Condition, Item, Step
from tests.conformance.ledger.driver import FAULT, FP, NOW, OTHER, Driver, new, ref_of

DOCUMENT = Item(ref_of())
DELIVERY = Item(ref_of(), "o1")


def test_of_nothing(driver: Driver) -> None:
    assert driver.act(DOCUMENT, "again", "dead") == [b"none"]


def test_only_where_it_is_allowed(driver: Driver) -> None:
    driver.receive(new())
    assert driver.act(DOCUMENT, "again", "dead,held") == [b"no", b"due"]
    assert driver.told(ref_of(), "again") == 0


def test_once(driver: Driver) -> None:
    driver.receive(new())
    for _ in range(2):
        assert driver.act(DOCUMENT, "hold", "due,held", once="7")[0] == b"done"
    assert driver.told(ref_of(), "hold") == 1


@pytest.mark.parametrize("ending", [Dead(error=OTHER), Held(error=OTHER), Waiting(reason="x"), Parked(error=FAULT)])
def test_again_is_due_now_with_its_attempts_forgotten(driver: Driver, ending: Dead) -> None:
    driver.receive(new())
    driver.step("normalize.m1", ending)
    assert driver.act(DOCUMENT, "again", "dead,held,waiting,parked") == [b"done", [b"normalize.m1"]]
    _, holding = driver.one("normalize.m1")
    assert (holding.condition, holding.attempts, holding.error) == (Condition.DUE, 0, None)


@pytest.mark.parametrize(
    ("ending", "was"),
    [
        (Unknown(evidence=FAULT), Condition.UNKNOWN),
        (Pending(handle="h", until=NOW.replace(year=2030)), Condition.PENDING),
        (Dead(error=OTHER), Condition.DUE),
        (Held(error=OTHER), Condition.DUE),
    ],
)
def test_again_never_clears_the_mark(driver: Driver, ending: Dead, was: Condition) -> None:
    driver.route()
    driver.step("push.o1", ending, send=True)
    driver.act(DELIVERY, "again", "unknown,pending,dead,held")
    _, holding = driver.one("push.o1")
    assert (holding.maybe_sent, holding.condition) == (True, was)


def test_restart_keeps_marks_receipts_and_what_was_sent(driver: Driver) -> None:
    driver.route("o1", "o2", "o3")
    driver.push("push.o1")
    driver.step("push.o2", Dead(error=FAULT), send=True)
    assert driver.act(Item(ref_of(), "o2"), "restart", "dead", st="validate", ln="validate.m1")[0] == b"done"
    take, holding = driver.one("validate.m1")
    assert holding.document == {"id": "A1"}
    assert holding.deliveries["o1"] == {"co": "done", "rc": "R1", "bf": FP, "mb": "1"}
    assert holding.deliveries["o2"]["mb"] == "1"
    assert not driver.take("push.o3").holdings
    unchanged = Target(account="o1", ending=Advanced(fingerprint=FP, receipt="R1"))
    driver.settle(take, Advanced(targets=(unchanged, Target(account="o2"), Target(account="o3"))))
    assert driver.one("push.o2")[1].maybe_sent
    assert not driver.one("push.o3")[1].maybe_sent
    assert not driver.take("push.o1").holdings


def test_restart_of_a_finished_one(driver: Driver) -> None:
    driver.finish()
    assert driver.act(DOCUMENT, "restart", "done", st="normalize", ln="normalize.m1")[0] == b"done"
    assert driver.one("normalize.m1")[1].raw == {"id": "A1", "say": 1}


def test_a_hold_outlives_a_newer_version(driver: Driver) -> None:
    driver.receive(new())
    driver.act(DOCUMENT, "hold", "due")
    assert driver.receive(new(say=2, minute=1)).changed == 1
    assert driver.stands(ref_of()) == "normalize/held"
    driver.act(DOCUMENT, "restart", "held", st="validate", ln="validate.m1")
    assert driver.one("normalize.m1")[1].raw == {"id": "A1", "say": 2}
    assert not driver.take("validate.m1").holdings


def test_a_hold_outlives_a_version_kept_beside(driver: Driver) -> None:
    driver.route("o1", Target(account="o2", required=False))
    driver.push("push.o1")
    take = driver.take("push.o2")
    driver.ledger.send(take.token, "push.o2", [take.holdings[0].item])
    driver.settle(take, Unknown(evidence=FAULT))
    assert driver.act(DOCUMENT, "hold", "due")[0] == b"done"
    driver.receive(new(say=2, minute=1))
    driver.act(Item(ref_of(), "o2"), "found", "unknown", rc="R2")
    assert driver.stands(ref_of()) == "acknowledge/held"
    driver.act(DOCUMENT, "restart", "held", st="validate", ln="validate.m1")
    assert driver.one("normalize.m1")[1].raw == {"id": "A1", "say": 2}


def test_a_delivery_held_outlives_a_newer_version(driver: Driver) -> None:
    driver.route("o1", "o2")
    driver.act(DELIVERY, "hold", "due")
    driver.receive(new(say=2, minute=1))
    driver.route_on("o1", "o2")
    assert not driver.take("push.o1").holdings
    driver.push("push.o2")
    driver.act(DELIVERY, "again", "held")
    driver.push("push.o1")
    assert driver.stands(ref_of()) == "acknowledge/due"


def test_absent_clears_the_mark(driver: Driver) -> None:
    driver.route()
    driver.step("push.o1", Unknown(evidence=FAULT), send=True)
    assert driver.act(DELIVERY, "absent", "unknown")[0] == b"done"
    _, holding = driver.one("push.o1")
    assert (holding.maybe_sent, holding.condition) == (False, Condition.DUE)


def test_found_is_a_receipt(driver: Driver) -> None:
    driver.route()
    driver.step("push.o1", Unknown(evidence=FAULT), send=True)
    assert driver.act(DELIVERY, "found", "unknown", rc="R9") == [b"done", [b"acknowledge.m1"]]
    assert driver.one("acknowledge.m1")[1].deliveries["o1"]["rc"] == "R9"


def test_found_of_an_accept_waits_for_the_order_to_come_released(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Unknown(evidence=FAULT), send=True)
    driver.act(DOCUMENT, "found", "unknown")
    assert driver.stands(ref_of()) == "normalize/waiting"
    assert driver.field(ref_of(), "mb") == ""


@pytest.mark.parametrize("optional_open", [False, True])
def test_found_of_an_acknowledge_ends_it(driver: Driver, optional_open: bool) -> None:
    targets = ["o1", Target(account="o2", required=False)] if optional_open else ["o1"]
    driver.route(*targets)
    driver.push()
    driver.step("acknowledge.m1", Unknown(evidence=FAULT), send=True)
    driver.act(DOCUMENT, "found", "unknown")
    if optional_open:
        assert driver.stands(ref_of()) == "acknowledge/done"
        driver.push("push.o2", "R2")
    assert driver.stands(ref_of()) == "done/done"


def test_discarding_a_document_ends_it(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Dead(error=OTHER))
    assert driver.act(DOCUMENT, "discard", "dead")[0] == b"done"
    assert driver.stands(ref_of()) == "done/discarded"
    assert driver.receive(new()).seen == 1
    driver.receive(new(say=2, minute=1))
    assert driver.stands(ref_of()) == "done/discarded"  # a newer version does not bring it back


def test_discarding_a_delivery_lets_the_others_go_on(driver: Driver) -> None:
    driver.route("o1", "o2")
    driver.step("push.o1", Dead(error=OTHER))
    driver.push("push.o2")
    assert driver.stands(ref_of()) == "push/"
    assert driver.act(DELIVERY, "discard", "dead") == [b"done", [b"acknowledge.m1"]]
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref_of()) == "done/done"


def test_a_kept_version_is_applied_when_an_act_ends_the_doubt(driver: Driver) -> None:
    driver.route()
    driver.step("push.o1", Unknown(evidence=FAULT), send=True)
    driver.receive(new(say=2, minute=1))
    driver.act(DELIVERY, "absent", "unknown")
    assert driver.one("normalize.m1")[1].raw == {"id": "A1", "say": 2}
    assert not driver.take("push.o1").holdings


def test_what_is_in_hand_stays_with_its_holder(driver: Driver) -> None:
    driver.receive(new())
    take = driver.take("normalize.m1")
    for act in ("hold", "discard", "restart", "edit"):
        assert driver.act(DOCUMENT, act, "in_hand", st="normalize", ln="normalize.m1", overrides="x") == [
            b"no",
            b"in_hand",
        ]
    driver.settle(take, Advanced(step=Step.VALIDATE))


def test_an_edit_is_kept(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Dead(error=OTHER))
    assert driver.act(DOCUMENT, "edit", overrides='j{"sku":"B"}')[0] == b"done"
    driver.act(DOCUMENT, "again", "dead")
    assert driver.one("normalize.m1")[1].overrides == {"sku": "B"}
