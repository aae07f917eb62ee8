"""Token buckets, one for each operation: a call takes one token, and they come back at a rate."""

from collections import Counter
from datetime import datetime


class Buckets:
    """`refused` counts the calls that found no token."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, operation: str, rate: float, burst: int, now: datetime) -> bool:
        """Whether there was one. A refused call takes nothing."""
        left, when = self._left.get(operation, (float(burst), now))
        left = min(float(burst), left + rate * (now - when).total_seconds())
        granted = left >= 1
        self._left[operation] = (left - granted, now)
        if not granted:
            self.refused[operation] += 1
        return granted
