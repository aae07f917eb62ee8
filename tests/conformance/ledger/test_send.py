"""send: the mark before each call, for its holder only, and only if it is durable."""

from datetime import timedelta
from typing import Any

import pytest
from redis.exceptions import ResponseError

from pipeline.domain.endings import Advanced, Dead, GivenBack, Parked, Unknown
from pipeline.domain.lifecycle import Condition, Item
from pipeline.ports import NotDurable
from pipeline.stores.durability import Durability
from tests.conformance.ledger.driver import FAULT, NOW, OTHER, Driver, new, ref_of


def test_the_holder_is_granted_and_marked(driver: Driver) -> None:
    ref = driver.route()
    take, holding = driver.one("push.o1")
    assert driver.ledger.send(take.token, "push.o1", [holding.item]) == [holding.item]
    assert (driver.field(ref, "co@o1"), driver.field(ref, "mb@o1")) == ("sending", "1")
    assert driver.ledger.send(take.token, "push.o1", [holding.item]) == [holding.item]
    assert not driver.take("push.o1").holdings


def test_only_the_items_of_this_call_are_marked(driver: Driver) -> None:
    driver.route(id_="A1")
    driver.route(id_="A2")
    take = driver.take("push.o1")
    driver.ledger.send(take.token, "push.o1", [take.holdings[0].item])
    assert [driver.field(h.item.ref, "mb@o1") for h in take.holdings] == ["1", ""]


def test_nobody_else_is_granted(driver: Driver) -> None:
    ref = driver.route()
    _, holding = driver.one("push.o1")
    assert driver.ledger.send("forged", "push.o1", [holding.item]) == []
    assert driver.ledger.send("forged", "push.o1", [Item(ref_of("none"), "o1")]) == []
    assert driver.field(ref, "mb@o1") in (None, "")


def test_not_in_another_lane(driver: Driver) -> None:
    driver.route("o1", "o2")
    take, holding = driver.one("push.o1")
    assert driver.ledger.send(take.token, "push.o2", [holding.item]) == []


def test_not_after_it_was_settled(driver: Driver) -> None:
    driver.route()
    take, holding = driver.one("push.o1")
    driver.settle(take, Parked(error=FAULT, until=NOW))
    assert driver.ledger.send(take.token, "push.o1", [holding.item]) == []


def test_not_after_a_late_receipt(driver: Driver) -> None:
    driver.route()
    first = driver.take("push.o1")
    driver.ledger.send(first.token, "push.o1", [first.holdings[0].item])
    driver.looks = {"orders": timedelta(0)}
    driver.end_leases()
    second = driver.take("push.o1")
    driver.settle(first, Advanced(receipt="R1", fingerprint="ab" * 6))
    assert driver.ledger.send(second.token, "push.o1", [second.holdings[0].item]) == []


def test_the_lease_and_the_slot_are_renewed(driver: Driver) -> None:
    driver.route()
    take, holding = driver.one("push.o1")
    driver.redis.zadd("op:hand:push.o1", {str(holding.item): 5})
    driver.redis.zadd("op:hands:o1", {take.token: 5})
    driver.redis.pexpire(f"op:take:{take.token}", 5000)
    driver.ledger.send(take.token, "push.o1", [holding.item])
    soon = driver.ledger.now_ms() + 30_000
    assert driver.redis.zscore("op:hand:push.o1", str(holding.item)) > soon
    assert driver.redis.zscore("op:hands:o1", take.token) > soon
    assert driver.redis.pttl(f"op:take:{take.token}") > 30_000


@pytest.mark.parametrize(
    ("ending", "mark"),
    [
        (Parked(error=FAULT, until=NOW, unsent=True), False),
        (GivenBack(reason="no connection", unsent=True), False),
        (Dead(error=OTHER, unsent=True), False),
        (Parked(error=FAULT, until=NOW), True),
        (GivenBack(reason="?"), True),
        (Dead(error=OTHER), True),
        (Unknown(evidence=FAULT, look_at=NOW), True),
    ],
)
def test_only_proof_clears_the_mark(driver: Driver, ending: Parked, mark: bool) -> None:
    ref = driver.route()
    driver.step("push.o1", ending, send=True)
    assert (driver.field(ref, "mb@o1") == "1") is mark
    if isinstance(ending, Dead):
        driver.act(Item(ref, "o1"), "again", "dead")
    driver.ripen()
    _, holding = driver.one("push.o1")
    assert holding.maybe_sent is mark
    assert holding.sent_at is not None
    if not mark:
        assert holding.condition is not Condition.UNKNOWN


def test_not_durable_marks_nothing(driver: Driver, redis: Any) -> None:
    ref = driver.route()
    take, holding = driver.one("push.o1")
    driver.ledger._durability = Durability(redis)
    try:
        redis.config_get("appendfsync")
        redis.config_set("appendfsync", "everysec")
        words = "appendfsync always"
    except ResponseError:
        words = "promised"  # the fake, as some managed servers, hides its configuration
    try:
        with pytest.raises(NotDurable, match=words):
            driver.ledger.send(take.token, "push.o1", [holding.item])
        assert driver.stands(ref, "o1") == "push/in_hand"
        assert driver.field(ref, "mb@o1") in (None, "")
    finally:
        if words != "promised":
            redis.config_set("appendfsync", "always")
    if words != "promised":
        assert driver.ledger.send(take.token, "push.o1", [holding.item]) == [holding.item]


def test_a_missing_replica_is_told_after_the_mark(driver: Driver, redis: Any) -> None:
    ref = driver.route()
    take, holding = driver.one("push.o1")
    durability = Durability(redis, promised=True, replicas=1)
    durability.wait = _no_replica  # type: ignore[method-assign]  # neither server has a replica to wait for
    driver.ledger._durability = durability
    with pytest.raises(NotDurable):
        driver.ledger.send(take.token, "push.o1", [holding.item])
    driver.settle(take, GivenBack(reason="not durable", unsent=True))
    assert driver.stands(ref, "o1") == "push/due"
    assert driver.field(ref, "mb@o1") == ""


def _no_replica() -> None:
    raise NotDurable("fewer than 1 replicas confirmed the mark within 1 s")


def test_accepts_and_acknowledges_are_marked_too(driver: Driver) -> None:
    driver.receive(new())
    take, holding = driver.one("normalize.m1")
    assert driver.ledger.send(take.token, "normalize.m1", [holding.item])
    driver.end_leases()
    driver.take("normalize.m1")
    assert driver.stands(ref_of()) == "normalize/unknown"
