"""How often Mirakl may be called (contracts/marketplaces.md section 5: limits are prose, one for each operation).

OR11 "every 5 min recommended, maximum once per minute" bounds how often the *question* is asked: what changed since?
One answer of it has as many pages as it needs, and those follow at once: a backlog of 5,000 orders would take 50
minutes otherwise. So the first page of a listing spends from a budget of one a minute; its further pages, and the
reading of single orders by id, which is no listing, have budgets of their own, as wide as is polite. An account's own
poll, and the other ranges (a sweep, a backfill, a check), are different listings.

Only the once-a-minute numbers are Mirakl's (`frequency` changes them, for an operator that agrees); the others are
ours. Mirakl sends no header that tells a rate; what it says is 429 with Retry-After, and that empties the budget of the
operation that met it for as long as it says (`within_budget`), for a minute where it does not say (`calls.py`). Other
operations go on.
"""

from datetime import timedelta
from typing import Final

from pipeline.connectors.budget import Rate

A_MINUTE: Final = timedelta(minutes=1)
PAGES: Final = Rate("OR11 pages", 2, burst=20)
BY_ID: Final = Rate("OR11 order_ids", 10, burst=50)


def poll(every: timedelta) -> Rate:
    """What changed since the last listing."""
    return Rate("OR11 poll", 1 / every.total_seconds(), burst=1)


def other_range(every: timedelta) -> Rate:
    """A sweep, a backfill, a check."""
    return Rate("OR11 range", 1 / every.total_seconds(), burst=3)


def reference_back(every: timedelta) -> Rate:
    """OR04."""
    return Rate("OR04", 1 / every.total_seconds(), burst=1)


def polite(operation: str) -> Rate:
    """An operation whose frequency the contract does not tell: wide, and there to be emptied by a 429."""
    return Rate(operation, 10, burst=50)
