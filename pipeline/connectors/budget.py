"""A partner's calls per second, one budget an endpoint for all hosts: reserved before a call, corrected by answers."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from pipeline.connectors.contract import Rig
from pipeline.domain.errors import OverBudget, RateLimited

PATIENCE: Final = 2.0  # seconds that a worker waits for a call; longer, and the work goes back


@dataclass(frozen=True, slots=True)
class Rate:
    """What one endpoint allows: `per_second` calls in the long run, `burst` of them at once. The partner's account is
    meant: hosts, workers and threads share it.
    """

    endpoint: str
    per_second: float
    burst: int = 1


def spend(rig: Rig, rate: Rate, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """One call. Raises OverBudget (nothing was sent) where none is free within 2 s: it says when one will be."""
    left = PATIENCE
    while wait := rig.budgets.reserve(rig.account, rate.endpoint, rate=rate.per_second, burst=rate.burst):
        if wait > left:
            words = f"{rate.endpoint}: the calls that this endpoint allows are used up"
            raise OverBudget(words, retry_after=wait)
        sleep(wait)
        left -= wait


@contextmanager
def within_budget(rig: Rig, rate: Rate) -> Iterator[None]:
    """Around one call: reserves it, and where the partner says 429 all the same, empties the budget for as long as it
    says (or until the next call is due) instead of shutting the account. Raises OverBudget.
    """
    spend(rig, rate)
    try:
        yield
    except RateLimited as limited:
        if isinstance(limited, OverBudget):
            raise
        wait = limited.retry_after or 1 / rate.per_second
        rig.budgets.learn(rig.account, rate.endpoint, empty=wait)
        raise OverBudget(limited.message, cause=limited.cause, retry_after=wait, status=limited.status) from None
