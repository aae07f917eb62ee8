"""Who is there: each process tells the ledger every few seconds, and each queue's canary that it lives."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pipeline.stores.keys import PREFIX

GONE: Final = timedelta(seconds=90)  # who has not told for so long is not there
EVERY: Final = 20.0  # seconds between two words of one process


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """One process. `skew`: seconds that its host's clock is ahead of Redis'. `age`: since its last word."""

    name: str  # host/pid
    role: str
    version: str
    schema: int
    queues: Sequence[str]
    skew: float
    age: float
    since: float  # seconds since its first word

    @property
    def host(self) -> str:
        """The host's name."""
        return self.name.rpartition("/")[0]


class RedisPresence:
    """All times by Redis' clock."""

    def __init__(self, redis: Any, *, prefix: str = PREFIX) -> None:
        self._redis = redis
        self._key = f"{prefix}here"
        self._canaries = f"{prefix}canary"

    def tell(self, name: str, role: str, told: Mapping[str, Any], *, clock: float | None = None) -> None:
        """`told`: version, schema, queues. `clock`: this host's own time, in seconds."""
        here = time.time() if clock is None else clock
        now = self._now()
        stored = self._redis.hget(self._key, name)
        since = json.loads(stored)["since"] if stored else now
        word = {**told, "role": role, "skew": round(here - now / 1000, 3), "at": now, "since": since}
        self._redis.hset(self._key, name, json.dumps(word))

    def leave(self, name: str) -> None:
        """It ends in good order."""
        self._redis.hdel(self._key, name)

    def everybody(self) -> list[Present]:
        """Who is there; who was and did not take leave is forgotten."""
        now = self._now()
        found = []
        for name, stored in sorted(self._redis.hgetall(self._key).items()):
            word = json.loads(stored)
            age = (now - word["at"]) / 1000
            if age > GONE.total_seconds():
                self._redis.hdel(self._key, name)
                continue
            found.append(
                Present(
                    name=name.decode(),
                    role=word["role"],
                    version=word["version"],
                    schema=word["schema"],
                    queues=tuple(word["queues"]),
                    skew=word["skew"],
                    age=age,
                    since=(now - word["since"]) / 1000,
                )
            )
        return found

    def sing(self, queue: str) -> None:
        """A canary got through this queue."""
        self._redis.hset(self._canaries, queue, self._now())

    def canaries(self) -> dict[str, float]:
        """Queue -> seconds since a canary got through."""
        now = self._now()
        return {name.decode(): (now - int(at)) / 1000 for name, at in self._redis.hgetall(self._canaries).items()}

    def _now(self) -> int:
        seconds, micros = self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000
