"""Deliveries: taken, failing and replayed apart; the document is acknowledged once, and ends when all have."""

import pytest

from pipeline.domain.endings import Advanced, Dead, Ending, Held, Parked, Target, Unknown
from pipeline.domain.lifecycle import Item, Step
from tests.conformance.ledger.driver import FAULT, FP, KEEP, NOW, OTHER, Driver, new, ref_of

OPTIONAL = Target(account="o2", required=False)


def test_every_target_has_its_own_lane(driver: Driver) -> None:
    ref = driver.route("o1", "o2")
    assert (driver.stands(ref), driver.stands(ref, "o1"), driver.stands(ref, "o2")) == ("push/", "push/due", "push/due")
    _, holding = driver.one("push.o2")
    assert (holding.item, holding.document) == (Item(ref, "o2"), {"id": "A1"})


def test_acknowledged_when_the_last_required_one_is_in(driver: Driver) -> None:
    ref = driver.route("o1", "o2")
    driver.push("push.o1")
    assert not driver.take("acknowledge.m1").holdings
    take = driver.take("push.o2")
    assert driver.settle(take, Advanced(receipt="R2", fingerprint=FP)) == ("acknowledge.m1",)
    _, holding = driver.one("acknowledge.m1")
    assert {target: state["rc"] for target, state in holding.deliveries.items()} == {"o1": "R1", "o2": "R2"}
    assert driver.stands(ref) == "acknowledge/in_hand"


def test_acknowledged_once_though_an_optional_one_comes_later(driver: Driver) -> None:
    ref = driver.route("o1", OPTIONAL)
    driver.push("push.o1")
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref) == "acknowledge/done"
    assert driver.redis.pttl(f"op:d:{ref}") == -1
    driver.push("push.o2", "R2")
    assert driver.stands(ref) == "done/done"
    assert not driver.take("acknowledge.m1").holdings


def test_an_optional_one_before_the_required_one(driver: Driver) -> None:
    ref = driver.route("o1", OPTIONAL)
    driver.push("push.o2")
    assert driver.stands(ref) == "push/"
    driver.push("push.o1")
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref) == "done/done"


def test_only_optional_ones(driver: Driver) -> None:
    ref = driver.route(OPTIONAL)
    driver.push("push.o2")
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref) == "done/done"


def test_an_optional_one_fails_and_is_replayed_alone(driver: Driver) -> None:
    ref = driver.route("o1", OPTIONAL)
    driver.step("push.o2", Dead(error=OTHER))
    driver.push("push.o1")
    driver.step("acknowledge.m1", Advanced())
    assert (driver.stands(ref), driver.stands(ref, "o2")) == ("acknowledge/done", "push/dead")
    assert driver.act(Item(ref, "o2"), "again", "dead")[0] == b"done"
    driver.push("push.o2", "R2")
    assert driver.stands(ref) == "done/done"
    assert not driver.take("push.o1").holdings


def test_a_failed_acknowledge_never_pushes_again(driver: Driver) -> None:
    ref = driver.route()
    driver.push()
    driver.step("acknowledge.m1", Parked(error=FAULT, until=NOW))
    assert not driver.take("push.o1").holdings
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref) == "done/done"


def test_all_discarded_is_discarded(driver: Driver) -> None:
    ref = driver.route("o1", "o2")
    driver.step("push.o1", Advanced(discarded=True))
    assert driver.stands(ref) == "push/"
    driver.step("push.o2", Advanced(discarded=True))
    assert driver.stands(ref) == "done/discarded"
    assert not driver.take("acknowledge.m1").holdings


def test_one_discarded_of_two_is_acknowledged(driver: Driver) -> None:
    ref = driver.route("o1", "o2")
    driver.push("push.o1")
    driver.step("push.o2", Advanced(discarded=True))
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref) == "done/done"


def test_a_discarded_last_one_does_not_hide_what_was_pushed(driver: Driver) -> None:
    ref = driver.route("o1", OPTIONAL)
    driver.push("push.o1")
    driver.step("acknowledge.m1", Advanced())
    driver.step("push.o2", Advanced(discarded=True))
    assert driver.stands(ref) == "done/done"
    driver.forget_bodies(ref)
    driver.receive(new(say=2, minute=1))
    earlier = driver.one("normalize.m1")[1].earlier
    assert earlier is not None
    assert (earlier.pushed, earlier.discarded) == (True, False)


@pytest.mark.parametrize(
    ("ending", "stands", "document"),
    [
        (Advanced(receipt="R0", fingerprint=FP), "done/done", "acknowledge/due"),
        (Advanced(discarded=True), "done/discarded", "done/discarded"),
        (Held(error=OTHER), "push/held", "push/"),
        (Dead(error=OTHER), "push/dead", "push/"),
    ],
)
def test_decided_at_once(driver: Driver, ending: Ending, stands: str, document: str) -> None:
    ref = driver.route(Target(account="o1", ending=ending))
    assert (driver.stands(ref, "o1"), driver.stands(ref)) == (stands, document)


def test_older_than_the_ledger_remembers_is_looked_up_first(driver: Driver) -> None:
    driver.route(Target(account="o1", maybe_sent=True))
    assert driver.one("push.o1")[1].maybe_sent


def test_done_is_not_handed_out_again_by_a_newer_version(driver: Driver) -> None:
    ref = driver.route("o1", "o2")
    driver.push("push.o1")
    driver.receive(new(say=2, minute=1))
    driver.route_on(Target(account="o1", ending=Advanced(fingerprint=FP, receipt="R1")), "o2")
    assert not driver.take("push.o1").holdings
    driver.push("push.o2")
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref) == "done/done"


def test_an_update_was_never_sent(driver: Driver) -> None:
    driver.finish()
    driver.receive(new(say=2, minute=1))
    driver.route_on("o1")
    _, holding = driver.one("push.o1")
    assert (holding.maybe_sent, holding.receipt, holding.fingerprint) == (False, "R1", FP)


def test_a_mark_outlives_a_newer_version(driver: Driver) -> None:
    ref = driver.route("o1", "o2")
    driver.step("push.o1", Parked(error=FAULT, until=NOW), send=True)
    driver.receive(new(say=2, minute=1))
    driver.route_on("o1", "o2")
    assert driver.one("push.o1")[1].maybe_sent
    assert not driver.one("push.o2")[1].maybe_sent
    assert driver.field(ref, "at@o1") == "0"


def test_a_target_that_is_no_longer_routed_to_leaves_nothing_behind(driver: Driver) -> None:
    ref = driver.route("o1", "o2")
    driver.step("push.o1", Dead(error=OTHER))
    driver.push("push.o2")
    driver.receive(new(say=2, minute=1))
    driver.route_on("o3")
    assert not driver.take("push.o1").holdings
    driver.push("push.o3")
    _, holding = driver.one("acknowledge.m1")
    assert holding.deliveries["o2"]["rc"] == "R1"
    driver.end_leases()
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref) == "done/done"


def test_finished_before_any_routing(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Advanced(note="first seen shipped"))
    assert driver.stands(ref_of()) == "done/done"
    assert driver.story(ref_of())[-1]["note"] == "first seen shipped"
    assert 0 < driver.redis.pttl(f"op:d:{ref_of()}") <= KEEP.total_seconds() * 1000


def test_an_acknowledge_lane_of_another_account(driver: Driver) -> None:
    driver.receive(new(facts={"ack": "m9"}))
    driver.route_on()
    driver.settle(driver.take("push.o1"), Advanced(fingerprint=FP))
    assert driver.one("acknowledge.m9")[1].step is Step.ACKNOWLEDGE


def test_busy_deliveries_outlive_an_operators_restart(driver: Driver) -> None:
    ref = driver.route("o1", "o2")
    driver.step("push.o1", Unknown(evidence=FAULT), send=True)
    driver.step("push.o2", Dead(error=OTHER))
    assert driver.act(Item(ref, "o2"), "restart", "dead", st="normalize", ln="normalize.m1")[0] == b"done"
    assert driver.stands(ref, "o1") == "push/unknown"
    driver.route_on("o1", "o2")
    assert driver.stands(ref, "o1") == "push/unknown"
    driver.push("push.o2")
    assert driver.stands(ref) == "push/"
    driver.act(Item(ref, "o1"), "found", "unknown", rc="R9")
    assert driver.stands(ref) == "acknowledge/due"


def test_what_a_target_has_is_not_forgotten_by_a_version_that_comes_before_its_update(driver: Driver) -> None:
    """Pushed; then a change is routed as an update; then another comes before that was sent: still an update."""
    driver.finish()
    driver.receive(new(say=2, minute=1))
    driver.route_on("o1")
    driver.receive(new(say=3, minute=2))
    _, holding = driver.one("normalize.m1")
    assert holding.deliveries["o1"] == {"co": "done", "rc": "R1", "bf": FP, "mb": ""}


def test_what_was_found_by_hand_is_known_to_be_there(driver: Driver) -> None:
    ref = driver.route()
    driver.step("push.o1", Unknown(evidence=FAULT), send=True)
    driver.act(Item(ref, "o1"), "found", "unknown", rc="R9")
    _, holding = driver.one("acknowledge.m1")
    assert holding.deliveries["o1"]["bf"] == "?"  # of what, nobody knows: it equals nothing
    driver.end_leases()
    driver.step("acknowledge.m1", Advanced())
    assert driver.stands(ref) == "done/done"
    driver.forget_bodies(ref)
    driver.receive(new(say=2, minute=1))
    earlier = driver.one("normalize.m1")[1].earlier
    assert earlier is not None
    assert (earlier.pushed, earlier.sent) == (True, "")


def test_a_kept_version_waits_until_no_delivery_is_at_a_partner(driver: Driver) -> None:
    driver.route("o1", "o2")
    driver.step("push.o1", Unknown(evidence=FAULT), send=True)
    driver.receive(new(say=2, minute=1))
    driver.push("push.o2")
    assert not driver.take("normalize.m1").holdings
    assert driver.stands(ref_of(), "o1") == "push/unknown"


def test_what_was_found_by_hand_is_what_was_marked_as_being_sent(driver: Driver) -> None:
    ref = driver.route()
    take, holding = driver.one("push.o1")
    driver.ledger.send(take.token, "push.o1", [holding.item], fingerprints={holding.item: "cd" * 6})
    driver.settle(take, Unknown(evidence=FAULT))
    driver.act(Item(ref, "o1"), "found", "unknown", rc="R9")
    assert driver.one("acknowledge.m1")[1].deliveries["o1"]["bf"] == "cd" * 6
    driver.end_leases()
    driver.ledger.reap("acknowledge.m1")
    driver.act(Item(ref), "discard", "due")
    driver.forget_bodies(ref)
    driver.receive(new(say=2, minute=1))
    earlier = driver.one("normalize.m1")[1].earlier
    assert earlier is not None
    assert (earlier.pushed, earlier.sent) == (True, "cd" * 6)


def test_a_mark_without_a_yes_is_not_what_was_sent(driver: Driver) -> None:
    driver.route()
    take, holding = driver.one("push.o1")
    driver.ledger.send(take.token, "push.o1", [holding.item], fingerprints={holding.item: "cd" * 6})
    driver.settle(take, Advanced(discarded=True))
    assert driver.field(ref_of(), "bf@o1") in (None, "")
