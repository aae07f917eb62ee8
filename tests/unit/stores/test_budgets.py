import time

import pytest

from pipeline.stores.budgets import RedisBudgets
from tests.unit.stores.driver import Drive


@pytest.fixture
def budgets(drive: Drive) -> RedisBudgets:
    return RedisBudgets(drive.redis, drive.ledger.scripts)


def test_a_burst_goes_at_once_then_the_next_has_to_wait(budgets: RedisBudgets) -> None:
    given = [budgets.reserve("o1", "orders", rate=2, burst=3) for _ in range(4)]
    assert given[:3] == [0, 0, 0]
    assert 0 < given[3] <= 0.5


def test_nothing_is_taken_by_who_has_to_wait(budgets: RedisBudgets) -> None:
    budgets.reserve("o1", "orders", rate=1, burst=1)
    waits = [budgets.reserve("o1", "orders", rate=1, burst=1) for _ in range(3)]
    assert all(0 < wait <= 1 for wait in waits)


def test_it_fills_again_with_time(budgets: RedisBudgets) -> None:
    assert budgets.reserve("o1", "orders", rate=50, burst=1) == 0
    assert budgets.reserve("o1", "orders", rate=50, burst=1) > 0
    time.sleep(0.03)
    assert budgets.reserve("o1", "orders", rate=50, burst=1) == 0


def test_accounts_and_endpoints_have_their_own(budgets: RedisBudgets) -> None:
    assert budgets.reserve("o1", "orders", rate=1, burst=1) == 0
    assert budgets.reserve("o1", "stock", rate=1, burst=1) == 0
    assert budgets.reserve("o2", "orders", rate=1, burst=1) == 0


def test_rates_are_not_rounded_to_milliseconds(budgets: RedisBudgets, drive: Drive) -> None:
    budgets.reserve("o1", "orders", rate=3, burst=1)
    assert float(drive.redis.get("op:rate:o1:orders").split()[0]) % 1 == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_budget_that_never_lets_go_is_refused(budgets: RedisBudgets, rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="budget"):
        budgets.reserve("o1", "orders", rate=rate, burst=burst)


def test_a_partner_that_says_that_none_is_left_is_waited_for(budgets: RedisBudgets) -> None:
    budgets.learn("o1", "orders", empty=30)
    assert 29 < budgets.reserve("o1", "orders", rate=2, burst=3) <= 30


def test_its_own_rate_goes_before_ours(budgets: RedisBudgets) -> None:
    budgets.learn("o1", "orders", rate=0.1)
    assert budgets.reserve("o1", "orders", rate=2, burst=1) == 0
    assert 9 < budgets.reserve("o1", "orders", rate=2, burst=1) <= 10


def test_none_left_after_a_learnt_rate_is_still_the_wait_told(budgets: RedisBudgets) -> None:
    budgets.learn("o1", "orders", rate=0.5, empty=7)
    assert 6.9 < budgets.reserve("o1", "orders", rate=2, burst=4) <= 7


def test_a_word_that_tells_nothing_changes_nothing(budgets: RedisBudgets, drive: Drive) -> None:
    budgets.learn("o1", "orders")
    assert drive.redis.keys("*rate:*") == []


def test_a_rate_that_is_told_later_counts_for_calls_made_before(budgets: RedisBudgets) -> None:
    assert [budgets.reserve("o1", "orders", rate=0.01, burst=3) for _ in range(2)] == [0, 0]
    budgets.learn("o1", "orders", rate=5)
    assert budgets.reserve("o1", "orders", rate=0.01, burst=3) == 0
    assert 0.1 < budgets.reserve("o1", "orders", rate=0.01, burst=3) <= 0.2
    budgets.learn("o1", "orders", rate=0.5)
    assert 1.5 < budgets.reserve("o1", "orders", rate=0.01, burst=3) <= 2
