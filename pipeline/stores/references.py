"""Partners' slow tables (carriers, agents, branches), cached in Redis for all hosts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from redis import Redis

from pipeline.stores.bodies import Bodies, Unsealable
from pipeline.stores.keys import PREFIX

_FRESH = 60_000  # ms: so often a table is loaded anew because somebody found it lacking


class RedisReferences:
    """Implements `ports.References`. What `load` raises goes through; the cached table stays."""

    def __init__(self, redis: "Redis", bodies: Bodies | None = None, *, prefix: str = PREFIX) -> None:
        self._redis: Any = redis
        self._bodies = bodies or Bodies()
        self._prefix = prefix

    def get(self, account: str, name: str, load: Callable[[], Any], *, life: timedelta, fresh: bool = False) -> Any:
        """The cached JSON, or `load()`; `fresh` loads anew, once a minute over all hosts."""
        key, label = f"{self._prefix}table:{account}:{name}", f"table:{account}:{name}"
        found = self._read(label, self._redis.get(key))
        if found is not None and not (fresh and self._may_load(account, name)):
            return found[0]
        loaded = load()
        milliseconds = max(1, int(life.total_seconds() * 1000))
        self._redis.set(key, self._bodies.pack(label, [loaded]), px=milliseconds)
        return loaded

    def _may_load(self, account: str, name: str) -> bool:
        return bool(self._redis.set(f"{self._prefix}table-fresh:{account}:{name}", "1", nx=True, px=_FRESH))

    def _read(self, label: str, body: bytes | None) -> list[Any] | None:
        """In a list, so that a table that is null is told from none."""
        if not body:
            return None
        try:
            found: list[Any] = self._bodies.unpack(label, body)
        except Unsealable:
            return None
        return found
