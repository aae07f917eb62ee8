"""Budgets of calls by endpoint, in windows that begin with their first call."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

Limits = dict[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Left:
    """What one call left of its window. `granted`: it was within it; `reset`: whole seconds until the next begins."""

    granted: bool
    limit: int
    remaining: int
    reset: int


class Windows:
    """How much of each budget is spent. `refused` counts the calls that were one too many."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self._open: dict[str, tuple[datetime, int]] = {}

    def spend(self, name: str, calls: int, seconds: float, now: datetime) -> Left:
        """One call of `calls` within `seconds`. A refused one spends nothing."""
        began, spent = self._open.get(name, (now, 0))
        if now >= began + timedelta(seconds=seconds):
            began, spent = now, 0
        granted = spent < calls
        spent += granted
        self._open[name] = (began, spent)
        if not granted:
            self.refused[name] += 1
        wait = max(1, ceil(seconds - (now - began).total_seconds()))
        return Left(granted, calls, calls - spent, wait)


def read_limits(raw: Any, known: frozenset[str]) -> Limits:
    """`{endpoint: [calls, seconds]}`; what is not named has no limit. ValueError names what is wrong."""
    if not isinstance(raw, dict) or set(raw) - known:
        raise ValueError(f"limits are an object of {', '.join(sorted(known))}")
    for pair in raw.values():
        if len(pair) != 2 or pair[0] < 1 or pair[1] <= 0:
            raise ValueError("a limit is [calls, seconds], both above 0")
    return {name: (int(calls), float(seconds)) for name, (calls, seconds) in raw.items()}
