"""Access tokens in Redis, shared by all hosts: refreshed early, by one at a time.

A locks (fence 1), stalls in the partner's answer until its lock is over
B locks (fence 2), refreshes, stores with fence 2
A wakes, stores with fence 1: refused, B's is later; unlocks: refused, the lock is not A's
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from redis import Redis

from pipeline.domain.errors import Unavailable
from pipeline.ports import Token
from pipeline.stores.bodies import Bodies, Unsealable
from pipeline.stores.keys import PREFIX
from pipeline.stores.scripts import Scripts

_EARLY = 60_000  # ms before its end in which a token is renewed, at most a tenth of its life
_PAUSE = 0.05  # seconds between two looks at what another one refreshes


class RedisTokens:
    """Implements `ports.Tokens`. `lock` must be longer than a refresh may take."""

    def __init__(
        self,
        redis: "Redis",
        bodies: Bodies | None = None,
        scripts: Scripts | None = None,
        *,
        prefix: str = PREFIX,
        lock: timedelta = timedelta(seconds=30),
        patience: timedelta = timedelta(seconds=25),
    ) -> None:
        self._redis: Any = redis
        self._bodies = bodies or Bodies()
        self._scripts = scripts or Scripts(redis, prefix)
        self._prefix = prefix
        self._lock = int(lock.total_seconds() * 1000)
        self._patience = patience.total_seconds()

    def get(self, account: str, refresh: Callable[[str | None], Token]) -> str:
        """Raises what `refresh` raises, and Unavailable when another one has been refreshing for too long."""
        over = time.monotonic() + self._patience
        while True:
            found, early = self._read(account)
            if found and not early:
                return str(found["token"])
            value = self._renew(account, refresh)
            if value is not None:
                return value
            if found:  # another one renews it; until its end it is as good as before
                return str(found["token"])
            if time.monotonic() > over:
                raise Unavailable(f"the access token of {account} is being refreshed by another worker, for too long")
            time.sleep(_PAUSE)

    def drop(self, account: str, token: str) -> None:
        """Only this very token goes: another worker may have stored a new one meanwhile."""
        body = self._redis.get(self._key("token", account))
        found = self._open(account, body)
        if found and found["token"] == token:
            self._scripts.run("token", account, "drop", "", body)

    def _read(self, account: str) -> tuple[dict[str, Any] | None, bool]:
        """The token as stored, and whether its end is near."""
        key = self._key("token", account)
        body, left = self._redis.pipeline(transaction=False).get(key).pttl(key).execute()
        found = self._open(account, body)
        return found, bool(found) and left < min(_EARLY, found["life"] / 10 if found else 0)

    def _renew(self, account: str, refresh: Callable[[str | None], Token]) -> str | None:
        """None while another one does it."""
        nonce = uuid4().hex
        answer = self._scripts.run("token", account, "lock", nonce, self._lock)
        if answer[0] != b"locked":
            return None
        try:
            found, early = self._read(account)
            if found and not early:  # it was renewed between our look and our lock
                return str(found["token"])
            kept = self._open(account, self._redis.get(self._key("token-next", account)))
            token = refresh(kept["token"] if kept else None)
            self._store(account, nonce, int(answer[1]), token)
            return token.value
        finally:
            self._scripts.run("token", account, "unlock", nonce)

    def _store(self, account: str, nonce: str, fence: int, token: Token) -> None:
        life = max(1, int(token.life * 1000))
        rotating = self._seal(account, {"token": token.rotating}) if token.rotating else b""
        body = self._seal(account, {"token": token.value, "life": life})
        self._scripts.run("token", account, "store", nonce, fence, body, life, rotating)

    def _seal(self, account: str, value: dict[str, Any]) -> bytes:
        return self._bodies.pack(f"token:{account}", value)

    def _open(self, account: str, body: bytes | None) -> dict[str, Any] | None:
        """None too where no configured key opens it: it is fetched anew."""
        if not body:
            return None
        try:
            found: dict[str, Any] = self._bodies.unpack(f"token:{account}", body)
        except Unsealable:
            return None
        return found

    def _key(self, name: str, account: str) -> str:
        return f"{self._prefix}{name}:{account}"
