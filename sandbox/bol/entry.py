"""Who may come in: tokens, budgets, media types (contracts, marketplaces section 8: Auth, Limits, Errors)."""

import base64
from typing import Any
from urllib.parse import parse_qsl

from sandbox.bol.dials import Board
from sandbox.exchange import Answer, Ask, Refusal, refuse_fields
from sandbox.reply import Reply, reply_json
from sandbox.tokens import Tokens
from sandbox.windows import Left, Windows

MEDIA = "application/vnd.retailer.v10+json"
OAUTH_ERRORS = frozenset({"invalid_client", "unsupported_grant_type"})


def reply_media(status: int, content: Any) -> Reply:
    """In the vendor's own media type."""
    return reply_json(status, content, f"{MEDIA};charset=UTF-8")


def write_refusal(refusal: Refusal) -> Reply:
    """problem+json; the token endpoint's errors are OAuth's."""
    if refusal.title in OAUTH_ERRORS:
        return reply_json(refusal.status, {"error": refusal.title}, headers=refusal.headers)
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.title,
        "host": "sandbox",
        "instance": "about:blank",
    }
    if refusal.errors:
        content["violations"] = [{"name": name, "reason": "; ".join(why)} for name, why in refusal.errors.items()]
    return reply_json(refusal.status, content, "application/problem+json", refusal.headers)


def read_params(ask: Ask, *known: str) -> dict[str, str]:
    """Refusal names every parameter that is unknown, empty or given twice."""
    errors: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    for name, value in parse_qsl(ask.query, keep_blank_values=True):
        if name not in known:
            errors[name] = ["not documented"]
        elif name in found or not value:
            errors[name] = ["once, and not empty"]
        found[name] = value
    if errors:
        refuse_fields("Wrong parameters", errors)
    return found


def read_number(params: dict[str, str], name: str, default: int, most: int, errors: dict[str, list[str]]) -> int:
    """A whole number from 1; else noted as wrong."""
    text = params.get(name, str(default))
    if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    errors[name] = [f"a whole number from 1 to {most}"]
    return default


def read_media(ask: Ask) -> Any:
    """A write's body. Refusal 400 without a content type, 415 with another than the vendor's."""
    kind = ask.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != MEDIA:
        raise Refusal(415 if kind else 400, f"Content-Type must be {MEDIA}", {"Content-Type": ["the vendor's"]})
    return ask.read_json()


class Entry:
    """Tokens live for some minutes; each endpoint has a budget, and every answer says what is left of it."""

    def __init__(self, board: Board) -> None:
        self.tokens = Tokens()
        self.windows = Windows()
        self._board = board

    def give_token(self, ask: Ask) -> Reply:
        """Client credentials, by Basic. `grant_type` stands in the query; OAuth's own place, the form, is taken too."""
        dials = self._board.dials
        left = self._spend("token", ask)
        grant = {**dict(parse_qsl(ask.query)), **(ask.read_form() or {})}
        if grant != {"grant_type": "client_credentials"}:
            raise Refusal(400, "unsupported_grant_type", {"grant_type": ["client_credentials, and nothing else"]})
        expected = base64.b64encode(f"{dials.client_id}:{dials.client_secret}".encode()).decode()
        if ask.headers.get("authorization") != f"Basic {expected}":
            raise Refusal(401, "invalid_client", {"Authorization": ["Basic, of client id and secret"]})
        token = self.tokens.give(ask.now, dials.token_seconds)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": int(dials.token_seconds)}
        return _tell_left(reply_json(200, answer), left)

    def enter(self, endpoint: str, answer: Answer) -> Answer:
        """The endpoint's answer, behind the token, the budget and the media type."""

        def checked(ask: Ask) -> Reply:
            self._check_token(ask)
            left = self._spend(endpoint, ask)
            try:
                kinds = [kind.split(";")[0].strip().lower() for kind in ask.headers.get("accept", "").split(",")]
                if MEDIA not in kinds:
                    raise Refusal(406, f"Accept must be {MEDIA}", {"Accept": ["the vendor's media type"]})
                reply = answer(ask)
            except Refusal as refusal:
                refusal.headers += _write_left(left)
                raise
            return _tell_left(reply, left)

        return checked

    def _check_token(self, ask: Ask) -> None:
        kind, _, token = ask.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not self.tokens.is_known(token):
            raise Refusal(401, "No such token", {"Authorization": ["Bearer and a token that was given"]})
        if ask.draw_room_fault("expired_token"):
            self.tokens.void(token, ask.now)
        if not self.tokens.holds(token, ask.now):
            raise Refusal(401, "The token has expired", breach=False)

    def _spend(self, endpoint: str, ask: Ask) -> Left | None:
        limit = self._board.dials.limits.get(endpoint)
        if limit is None:
            return None
        left = self.windows.spend(endpoint, *limit, ask.now)
        if not left.granted:
            headers = (("retry-after", str(left.reset)), *_write_left(left))
            raise Refusal(429, "Too many requests", breach=False, headers=headers)
        return left


def _write_left(left: Left | None) -> tuple[tuple[str, str], ...]:
    if left is None:
        return ()
    told = {"limit": left.limit, "remaining": left.remaining, "reset": left.reset}
    return tuple((f"x-ratelimit-{name}", str(value)) for name, value in told.items())


def _tell_left(reply: Reply, left: Left | None) -> Reply:
    return Reply(reply.status, reply.body, (*reply.headers, *_write_left(left)))
