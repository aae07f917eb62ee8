"""Whether a mark outlives the server: proven before anything is sent that relies on it.

The server must run `appendonly yes` and `appendfsync always`, so that its reply is the proof (WAITAOF is no proof
under `everysec`; docs/decisions.md). Replicas that may be promoted must have it too: WAIT.
"""

import time

from redis import Redis
from redis.exceptions import ResponseError

from pipeline.ports import NotDurable

_AGAIN = 10.0  # seconds that a good answer is believed


class Durability:
    """`promised`: the operator vouches for a managed server that hides its configuration."""

    def __init__(self, redis: "Redis", *, promised: bool = False, replicas: int = 0) -> None:
        self._redis = redis
        self._promised = promised
        self._replicas = replicas
        self._good_until = 0.0

    def missing(self) -> list[str]:
        """What the server's configuration lacks, in the words of its own settings."""
        if self._promised:
            return []
        try:
            config = {
                name: _text(value)
                for pattern in ("appendonly", "appendfsync", "maxmemory-policy")
                for name, value in self._redis.config_get(pattern).items()
            }
        except ResponseError as error:
            return [
                f'CONFIG GET is refused ({str(error).split()[0]}): set redis.durability = "promised" if it is durable'
            ]
        want = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
        return [f"{name} {value}" for name, value in want.items() if config.get(name, value) != value]

    def check(self) -> None:
        """Raises NotDurable with the reason."""
        if self._promised or time.monotonic() < self._good_until:
            return
        missing = self.missing()
        if missing:
            raise NotDurable("Redis would not keep a mark through a crash: it needs " + ", ".join(missing))
        self._good_until = time.monotonic() + _AGAIN

    def wait(self) -> None:
        """Raises NotDurable when the replicas that may be promoted do not have the mark."""
        if self._replicas and int(self._redis.wait(self._replicas, 1000)) < self._replicas:
            raise NotDurable(f"fewer than {self._replicas} replicas confirmed the mark within 1 s")


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
