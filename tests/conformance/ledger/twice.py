"""Scripts that are run twice, as a client does that lost the first reply: the second run must change nothing."""

import re
from typing import Any

from pipeline.stores.scripts import Scripts

_MOMENT = re.compile(rb"(?<!\d)1[78]\d{11}(?!\d)")  # times of the two runs differ
ONCE = {"reserve"}  # takes one more, by its nature


class TwiceScripts(Scripts):
    """Gives the first answer."""

    def run(self, name: str, *arguments: str | bytes | int) -> Any:
        """Raises AssertionError when the second run left another state, or other items."""
        first = super().run(name, *arguments)
        if name in ONCE:
            return first
        before = snapshot(self._redis)
        second = super().run(name, *arguments)
        after = snapshot(self._redis)
        different = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        told = [(key, before.get(key), after.get(key)) for key in sorted(different)]
        assert not different, f"{name} run twice: {told}"
        if name == "take" and first[0] == b"taken":
            assert second[0] == b"taken"
            assert second[5] == first[5], "a repeated take gives other items"
        if name == "send":
            assert second == first
        return first


def snapshot(redis: Any) -> dict[bytes, Any]:
    """Every key's value, without the times in it."""
    return {key: _value(redis, key) for key in redis.keys("op:*")}


def _value(redis: Any, key: bytes) -> Any:
    lives = redis.pttl(key) > 0
    match redis.type(key):
        case b"hash":
            return lives, {name: _timeless(value) for name, value in redis.hgetall(key).items()}
        case b"zset":
            scores = redis.zrange(key, 0, -1, withscores=True)
            return lives, {item: _timeless(str(int(score)).encode()) for item, score in scores}
        case b"list":
            return lives, [_timeless(line) for line in redis.lrange(key, 0, -1)]
        case b"set":
            return lives, redis.smembers(key)
        case _:
            return lives, _timeless(redis.get(key))


def _timeless(value: bytes) -> bytes:
    return _MOMENT.sub(b"T", value)
