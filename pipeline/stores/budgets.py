"""Rate budgets: one token bucket per account and endpoint, shared by all hosts, by Redis' clock."""

from redis import Redis

from pipeline.stores.keys import PREFIX
from pipeline.stores.scripts import Scripts


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
