"""The doctor's audit: an index or a count that does not say what the records say is found, and mended."""

from datetime import timedelta
from typing import Any

import pytest

from pipeline.domain.endings import Advanced, Dead, Parked, Unknown, Waiting
from pipeline.domain.lifecycle import Step
from pipeline.stores.audit import RedisAudit
from tests.conformance.ledger.audit import audit
from tests.conformance.ledger.driver import FAULT, NOW, OTHER, Driver, new


@pytest.fixture
def ledger(driver: Driver) -> Driver:
    """A document in most conditions, a deadline, a cause, one that is finished."""
    driver.finish("F1")
    driver.route("o1", "o2", id_="B1")
    for id_, ending in (
        ("A1", Dead(error=OTHER)),
        ("A2", Parked(error=FAULT, until=NOW + timedelta(days=400))),
        ("A3", Waiting(reason="payment", document={"id": "A3"}, deadline=NOW + timedelta(days=1))),
    ):
        driver.receive(new(id_))
        driver.step("normalize.m1", ending)
    driver.step("push.o1", Unknown(evidence=FAULT, look_at=NOW + timedelta(days=400)), send=True)
    driver.receive(new("A4"))
    driver.receive(new("A5"))
    driver.take("normalize.m1", limit=1)
    return driver


def look(driver: Driver, *, mend: bool = False) -> Any:
    return RedisAudit(driver.redis, driver.scripts, prefix=driver.ledger.prefix).look(mend=mend)


def test_a_healthy_ledger_has_nothing_to_mend(ledger: Driver) -> None:
    found = look(ledger)
    assert (found.missing, found.strays, found.counts) == ([], [], {})
    assert found.records == 7


@pytest.mark.parametrize("pattern", ["due:*", "hand:*", "c:*", "cause:*", "causes", "deadlines", "lanes"])
def test_a_lost_index_is_found_and_mended(ledger: Driver, pattern: str) -> None:
    keys = ledger.redis.keys(f"op:{pattern}")
    assert keys
    ledger.redis.delete(*keys)
    found = look(ledger)
    assert found.missing
    assert not found.strays
    assert set(look(ledger, mend=True).missing) == set(found.missing)
    audit(ledger.redis)


@pytest.mark.parametrize(
    "index", ["due:normalize.m1", "hand:push.o1", "c:dead:orders:m1", "c:held:orders:m1", "cause:abc", "deadlines"]
)
def test_an_entry_without_its_record_is_found_and_removed(ledger: Driver, index: str) -> None:
    for item in ("orders:m1:nobody", "orders:m1:F1", "orders:m1:F1@o1"):
        ledger.redis.zadd(f"op:{index}", {item: 1})
    assert sorted(look(ledger).strays) == sorted(
        f"{index} {item}" for item in ("orders:m1:nobody", "orders:m1:F1", "orders:m1:F1@o1")
    )
    look(ledger, mend=True)
    audit(ledger.redis)


def test_wrong_counts_are_told_and_mended(ledger: Driver) -> None:
    ledger.redis.hincrby("op:counts", "orders|m1|normalize|dead", 4)
    ledger.redis.hdel("op:counts", "orders|m1|normalize|parked")
    assert look(ledger).counts == {"orders|m1|normalize|dead": (5, 1), "orders|m1|normalize|parked": (0, 1)}
    look(ledger, mend=True)
    audit(ledger.redis)


def test_what_was_taken_is_due_again_when_its_lease_was_lost_with_its_index(ledger: Driver) -> None:
    ledger.redis.delete("op:hand:normalize.m1")
    look(ledger, mend=True)
    again = ledger.take("normalize.m1")
    assert {str(holding.item) for holding in again.holdings} == {"orders:m1:A4", "orders:m1:A5"}
    ledger.settle(again, Advanced(step=Step.VALIDATE, document={}))
