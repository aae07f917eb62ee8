"""Who may come in, and how often: tokens by Basic, the API-Key header, Mashery's limits (contracts, OMS 5.1, 5.6)."""

import base64
import binascii
from collections import deque
from datetime import datetime, timedelta

from sandbox.exchange import Ask, Refusal
from sandbox.kibo.dials import KiboDials
from sandbox.kibo.errors import OVER_QPS, OVER_RATE, Limited
from sandbox.reply import Reply, reply_json
from sandbox.tokens import Tokens

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class Entry:
    """Mashery stands before the API: its limits count every call but the token's."""

    def __init__(self, dials: KiboDials) -> None:
        self.dials = dials
        self.tokens = Tokens()
        self._calls: deque[datetime] = deque()

    def give_token(self, ask: Ask) -> Reply:
        """Client credentials by HTTP Basic."""
        errors = {}
        if ask.read_form() != {"grant_type": "client_credentials"}:
            errors["body"] = ["a form with grant_type=client_credentials, and nothing else"]
        if "application/json" not in ask.headers.get("accept", ""):
            errors["Accept"] = ["application/json"]
        if errors:
            raise Refusal(400, "invalid_request", errors)
        if _read_basic(ask.headers.get("authorization", "")) != f"{self.dials.api_key}:{self.dials.api_secret}":
            raise Refusal(401, "invalid_client", {"Authorization": ["Basic, of the key and its secret"]})
        token = self.tokens.give(ask.now, self.dials.token_seconds)
        answer = {"access_token": token, "token_type": "bearer", "expires_in": int(self.dials.token_seconds)}
        return reply_json(200, answer)

    def check(self, ask: Ask) -> None:
        """Limits first, as the gateway does; then the two headers. An expired token is no breach."""
        self._count(ask.now)
        if ask.headers.get("api-key") != self.dials.api_key:
            raise Refusal(403, "Not authorized", {"API-Key": ["this client's"]})
        kind, _, token = ask.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not self.tokens.is_known(token):
            raise Refusal(401, "No such token", {"Authorization": ["Bearer and a token that was given"]})
        if ask.draw_room_fault("expired_token"):
            self.tokens.void(token, ask.now)
        if not self.tokens.holds(token, ask.now):
            raise Refusal(self.dials.expired_status, "Not authorized", breach=False)

    def _count(self, now: datetime) -> None:
        while self._calls and self._calls[0] <= now - DAY:
            self._calls.popleft()
        if self.dials.per_day is not None and len(self._calls) >= self.dials.per_day:
            raise Limited(OVER_RATE, int((self._calls[0] + DAY - now).total_seconds()) + 1)
        if self.dials.per_second is not None:
            last = sum(1 for call in self._calls if call > now - SECOND)
            if last >= self.dials.per_second:
                raise Limited(OVER_QPS, 1)
        if self.dials.per_day is not None or self.dials.per_second is not None:
            self._calls.append(now)


def _read_basic(header: str) -> str | None:
    kind, _, words = header.partition(" ")
    try:
        return base64.b64decode(words, validate=True).decode() if kind == "Basic" else None
    except (binascii.Error, UnicodeDecodeError):
        return None
