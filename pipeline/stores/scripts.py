"""The Lua scripts, one file each below lua/, every one behind the shared prelude."""

from importlib.resources import files
from typing import Any

from redis import Redis
from redis.exceptions import NoScriptError

_NAMES = (
    "receive",
    "take",
    "send",
    "settle",
    "release",
    "poll_begin",
    "poll_end",
    "hints",
    "gate",
    "reserve",
    "budget",
    "verify",
    "forget",
    "strays",
    "act",
    "week",
    "token",
)


class Scripts:
    """Runs a script by name. Scripts are safe to run twice, so a lost reply may be asked for again."""

    def __init__(self, redis: "Redis", prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix
        folder = files("pipeline.stores") / "lua"
        prelude = (folder / "prelude.lua").read_text()
        self._texts = {name: prelude + (folder / f"{name}.lua").read_text() for name in _NAMES}
        self._digests: dict[str, str] = {}

    def run(self, name: str, *arguments: str | bytes | int) -> Any:
        """The script's answer, bytes as Redis gives them."""
        digest = self._digests.get(name)
        if digest is None:
            digest = self._load(name)
        try:
            return self._redis.evalsha(digest, 0, self._prefix, *arguments)
        except NoScriptError:  # the server was restarted or flushed its scripts
            return self._redis.evalsha(self._load(name), 0, self._prefix, *arguments)

    def _load(self, name: str) -> str:
        digest = str(self._redis.script_load(self._texts[name]))
        self._digests[name] = digest
        return digest
