"""Budgets around calls: waited for briefly, else given back; a 429 empties the budget and not the account."""

import pytest

from pipeline.connectors.budget import Rate, spend, within_budget
from pipeline.connectors.contract import Rig
from pipeline.domain.errors import OverBudget, RateLimited
from tests.unit.connectors.rig import Budgets, Partner, rig_for

ORDERS = Rate("GET orders", 0.5, burst=3)


def made(*waits: float) -> tuple[Rig, Budgets]:
    rig = rig_for("octopia", Partner())
    budgets = rig.budgets
    assert isinstance(budgets, Budgets)
    budgets.waits = list(waits)
    return rig, budgets


def test_a_short_wait_is_waited_and_a_long_one_given_back() -> None:
    slept: list[float] = []
    rig, budgets = made(0.5, 1.0)
    spend(rig, ORDERS, sleep=slept.append)
    assert slept == [0.5, 1.0]
    assert budgets.taken == [("GET orders", 0.5, 3)]
    rig, budgets = made(1.5, 1.0)
    with pytest.raises(OverBudget) as raised:
        spend(rig, ORDERS, sleep=slept.append)
    assert raised.value.retry_after == 1.0
    assert budgets.taken == []


@pytest.mark.parametrize(("told", "wait"), [(7.0, 7.0), (None, 2.0)])
def test_a_429_empties_the_budget(told: float | None, wait: float) -> None:
    rig, budgets = made()
    with pytest.raises(OverBudget) as raised, within_budget(rig, ORDERS):
        raise RateLimited("GET orders: 429", retry_after=told, status=429)
    assert raised.value.retry_after == wait
    assert budgets.learnt == [("GET orders", None, wait)]


def test_what_is_over_budget_inside_is_told_once() -> None:
    rig, budgets = made()
    with pytest.raises(OverBudget), within_budget(rig, ORDERS):
        raise OverBudget("another endpoint", retry_after=3)
    assert budgets.learnt == []
