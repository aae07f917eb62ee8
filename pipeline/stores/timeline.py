"""A record's timeline as it is read: every transition and every operator's act."""

import json
from typing import Any

from redis import Redis

from pipeline.stores.keys import PREFIX
from pipeline.stores.stamps import stamp


class RedisTimeline:
    """Written by the scripts, each with the change it tells of."""

    def __init__(self, redis: "Redis", *, prefix: str = PREFIX) -> None:
        self._redis: Any = redis
        self._prefix = prefix

    def read(self, ref: str, *, folded: int = 0) -> list[dict[str, Any]]:
        """Oldest first: `{at, who, what, ...}`. `folded`: how many older lines were dropped, told in a first one."""
        lines = [_parsed(line) for line in self._redis.lrange(f"{self._prefix}t:{ref}", 0, -1)]
        if folded:
            first = lines[0]["at"] if lines else None
            lines.insert(0, {"at": first, "who": "ledger", "what": "folded", "lines": folded})
        return lines


def _parsed(line: bytes) -> dict[str, Any]:
    at, _, text = line.decode().partition(" ")
    told = json.loads(text)
    return {"at": stamp(at), "who": told.pop("who", None), "what": told.pop("what", None), **told}
