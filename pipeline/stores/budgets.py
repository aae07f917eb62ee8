"""Rate budgets: one token bucket per account and endpoint, shared by all hosts, by Redis' clock."""

from math import ceil
from typing import Final

from redis import Redis

from pipeline.stores.keys import PREFIX
from pipeline.stores.scripts import Scripts

DAY_MS: Final = 24 * 3600 * 1000


class RedisBudgets:
    """Implements `ports.Budgets`. `rate` is calls per second, `burst` how many may go at once."""

    def __init__(self, redis: "Redis", scripts: Scripts | None = None, *, prefix: str = PREFIX) -> None:
        self._scripts = scripts or Scripts(redis, prefix)

    def reserve(self, account: str, endpoint: str, *, rate: float, burst: int) -> float:
        """0 when one call was taken, else the seconds until it could be (nothing is taken then)."""
        if rate <= 0 or burst < 1:
            raise ValueError(f"{account}: a budget needs a rate above 0 and a burst of at least 1")
        answer = self._scripts.run("reserve", f"{account}:{endpoint}", repr(1000.0 / rate), burst)
        return int(answer) / 1000

    def learn(self, account: str, endpoint: str, *, rate: float | None = None, empty: float | None = None) -> None:
        """The partner's own word: its `rate` from now on (for a day), and for how many seconds no call is left."""
        if rate is None and empty is None:
            return
        every = f"{1000 / rate:.3f}" if rate and rate > 0 else ""
        none = ceil(1000 * empty) if empty and empty > 0 else ""
        self._scripts.run("budget", f"{account}:{endpoint}", every, DAY_MS, none)
