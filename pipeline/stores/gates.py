"""One gate per account: shut until when, and why; and how many troubles in a row an account has had."""

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from redis import Redis

from pipeline.stores.keys import PREFIX
from pipeline.stores.scripts import Scripts
from pipeline.stores.stamps import stamp

_ROW_LIFE = 300  # seconds without a further trouble, after which a row of them is forgotten
_ASK_AGAIN = 5.0  # seconds: so often a process with good answers looks whether another one counts troubles


class RedisGates:
    """Implements `ports.Gates`."""

    def __init__(self, redis: "Redis", scripts: Scripts | None = None, *, prefix: str = PREFIX) -> None:
        self._redis: Any = redis
        self._scripts = scripts or Scripts(redis, prefix)
        self._prefix = prefix
        self._quiet: dict[str, float] = {}  # account -> until when no row of troubles is believed to be there

    def shut(self, account: str, *, wait: timedelta | None, why: str, kind: str) -> None:
        """A pause gives way only to an opening; a longer time never gives way to a shorter one."""
        relative = "" if wait is None else str(max(0, int(wait.total_seconds() * 1000)))
        self._scripts.run("gate", account, "shut", kind, why, relative, "")

    def open(self, account: str, *, kinds: Sequence[str] = ()) -> bool:
        """True if it was shut (for one of `kinds`, when given)."""
        return bool(int(self._scripts.run("gate", account, "open", "", "", "", ",".join(kinds))))

    def failed(self, account: str) -> int:
        """One more trouble in a row, over all hosts."""
        key = self._row(account)
        count, _ = self._redis.pipeline(transaction=True).incr(key).expire(key, _ROW_LIFE).execute()
        self._quiet.pop(account, None)
        return int(count)

    def worked(self, account: str) -> None:
        """Asks Redis at most every few seconds while there is no trouble."""
        if self._quiet.get(account, 0.0) < time.monotonic():
            self._redis.delete(self._row(account))
            self._quiet[account] = time.monotonic() + _ASK_AGAIN

    def is_shut(self, account: str) -> str | None:
        """Why; None too where its time is over and nobody probes yet."""
        found = self.state([account])[account]
        return None if found["state"] in ("open", "half-open") else found["why"]

    def state(self, accounts: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Of each account: `state` (open, shut, probing), `kind`, `why`, `since`, `until` (null: until opened)."""
        names = list(accounts)
        pipe = self._redis.pipeline(transaction=False)
        pipe.time()
        for name in names:
            pipe.hgetall(f"{self._prefix}gate:{name}")
        (seconds, micros), *gates = pipe.execute()
        now = int(seconds) * 1000 + int(micros) // 1000
        return {name: _shown(gate, now) for name, gate in zip(names, gates, strict=True)}

    def _row(self, account: str) -> str:
        return f"{self._prefix}troubles:{account}"


def _shown(gate: dict[bytes, bytes], now: int) -> dict[str, Any]:
    if not gate:
        return {"state": "open", "kind": None, "why": None, "since": None, "until": None}
    until = int(gate[b"until"])
    probed = int(gate.get(b"probe_until") or 0) > now
    return {
        "state": "shut" if until == 0 or until > now else "probing" if probed else "half-open",
        "kind": gate[b"kind"].decode(),
        "why": gate[b"why"].decode(),
        "since": stamp(gate.get(b"since")),
        "until": stamp(until) if until else None,
    }
