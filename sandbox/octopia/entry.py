"""Who may come in: tokens given and tokens checked (contracts, marketplaces section 6: Token)."""

import secrets
from collections import deque
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from sandbox.exchange import Ask, Refusal
from sandbox.octopia.dials import OctopiaDials
from sandbox.reply import Reply, reply_json


class Entry:
    """Tokens live for `token_seconds`; at most `tokens_per_hour` are given."""

    def __init__(self, dials: OctopiaDials) -> None:
        self.dials = dials
        self.issued = 0
        self._given: deque[datetime] = deque()
        self._expiry: dict[str, datetime] = {}
        self._gone: set[str] = set()

    def give_token(self, ask: Ask) -> Reply:
        """OAuth client credentials; errors in OAuth's own form."""
        form = _read_form(ask)
        if form.get("grant_type") != "client_credentials":
            raise Refusal(400, "unsupported_grant_type", {"grant_type": ["client_credentials only"]})
        if (form.get("client_id"), form.get("client_secret")) != (self.dials.client_id, self.dials.client_secret):
            raise Refusal(401, "invalid_client")
        hour_ago = ask.now - timedelta(hours=1)
        while self._given and self._given[0] <= hour_ago:
            self._given.popleft()
        if len(self._given) >= self.dials.tokens_per_hour:
            wait = (self._given[0] - hour_ago).total_seconds()
            raise Refusal(429, "too_many_tokens", headers=(("retry-after", str(int(wait) + 1)),))
        token = secrets.token_urlsafe(24)
        self._given.append(ask.now)
        self._expiry[token] = ask.now + timedelta(seconds=self.dials.token_seconds)
        self.issued += 1
        answer = {"access_token": token, "expires_in": int(self.dials.token_seconds), "token_type": "Bearer"}
        return reply_json(200, answer)

    def check(self, ask: Ask) -> None:
        """The three headers every call needs. An expired token is no breach; one never given is."""
        errors = {}
        if ask.headers.get("accept", "").find("application/json") < 0:
            errors["Accept"] = ["application/json must be named"]
        if "sellerid" not in ask.headers:
            errors["SellerId"] = ["required"]
        if errors:
            raise Refusal(400, "Missing headers", errors)
        kind, _, token = ask.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or (token not in self._expiry and token not in self._gone):
            raise Refusal(401, "No such token", {"Authorization": ["Bearer and a token that was given"]})
        if token in self._expiry and ask.draw_room_fault("expired_token"):
            del self._expiry[token]
            self._gone.add(token)
        if token in self._gone or self._expiry[token] <= ask.now:
            raise Refusal(401, "The token has expired", breach=False)
        if ask.headers["sellerid"] != self.dials.seller_id:
            raise Refusal(403, "Not your seller", {"SellerId": ["not this client's"]})


def _read_form(ask: Ask) -> dict[str, str]:
    if ask.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refusal(400, "invalid_request", {"Content-Type": ["application/x-www-form-urlencoded"]})
    return dict(parse_qsl(ask.body.decode("latin-1")))
