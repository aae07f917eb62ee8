"""Who may come in: Login with Amazon, restricted tokens, the two headers, a bucket for each operation."""

import re
from collections.abc import Callable

from sandbox.amazon.buckets import Buckets
from sandbox.amazon.dials import Board
from sandbox.amazon.errors import SECRET_EXPIRED, Denial, make_request_id
from sandbox.amazon.restricted import Restricted
from sandbox.exchange import Answer, Ask, Refusal
from sandbox.reply import Reply, reply_json
from sandbox.tokens import Tokens

# What a request gets to see of persons: dataElements, as restricted tokens name them.
Elements = frozenset[str]
Answering = Callable[[Ask, Elements], Reply]
AGENT = re.compile(r"[^\s/()]+/\S+.*")
FORM = {"grant_type", "refresh_token", "client_id", "client_secret"}


class Entry:
    """`roles` decide what an application sees of persons: with its plain token in 2026, by a restricted one in v0."""

    def __init__(self, board: Board) -> None:
        self.tokens = Tokens()
        self.restricted = Restricted(board)
        self.buckets = Buckets()
        self._board = board

    def give_token(self, ask: Ask) -> Reply:
        """An access token for the seller's refresh token, which does not rotate."""
        dials = self._board.dials
        form = ask.read_form()
        if form is None:
            raise Refusal(400, "invalid_request", {"Content-Type": ["application/x-www-form-urlencoded"]})
        if form.get("grant_type") != "refresh_token":
            raise Refusal(400, "unsupported_grant_type", {"grant_type": ["refresh_token only"]})
        if wrong := FORM ^ set(form) or ({"query"} if ask.query else set()):
            raise Refusal(400, "invalid_request", {name: ["each of the four, in the form"] for name in sorted(wrong)})
        if (form["client_id"], form["client_secret"]) != (dials.client_id, dials.client_secret):
            raise Refusal(401, "invalid_client")
        if dials.secret_expired_status is not None:
            raise Denial(dials.secret_expired_status, "invalid_client", details=SECRET_EXPIRED, breach=False)
        if form["refresh_token"] != dials.refresh_token:
            raise Refusal(400, "invalid_grant")
        answer = {
            "access_token": f"Atza|{self.tokens.give(ask.now, dials.token_seconds)}",
            "token_type": "bearer",
            "expires_in": int(dials.token_seconds),
            "refresh_token": dials.refresh_token,
        }
        return reply_json(200, answer, headers=(make_request_id(),))

    def enter(self, operation: str, path: str, answer: Answering, *, plain: Elements | None = frozenset()) -> Answer:
        """The operation's answer, behind headers and bucket. `plain`: what a token without restrictions shows (None:
        all that the roles allow)."""

        def checked(ask: Ask) -> Reply:
            if not AGENT.fullmatch(ask.headers.get("user-agent", "")):
                raise Denial(400, "A user-agent with application and version", errors={"user-agent": ["required"]})
            shown = self._check_token(ask, "/" + path.format(*ask.ids), plain)
            told = self._spend(operation, ask)
            try:
                reply = answer(ask, shown)
            except Refusal as refusal:
                refusal.headers += told  # not on 403 and 429, which are said before this (Amazon's specifications)
                raise
            return Reply(reply.status, reply.body, (*reply.headers, *told, make_request_id()))

        return checked

    def _check_token(self, ask: Ask, resource: str, plain: Elements | None) -> Elements:
        """403 for what is no token, and for what is none any more; the latter is no breach."""
        roles = frozenset(self._board.dials.roles)
        token = ask.headers.get("x-amz-access-token", "")
        given, plain_token = self.restricted.find(token), token.removeprefix("Atza|")
        if given is None and not (token.startswith("Atza|") and self.tokens.is_known(plain_token)):
            raise Denial(403, "Access to requested resource is denied.", details="The access token is malformed")
        holds = given.until > ask.now if given else self.tokens.holds(plain_token, ask.now)
        if holds and ask.draw_room_fault("expired_token"):
            self.tokens.void(plain_token, ask.now)
            self.restricted.void(token)
            holds = False
        if not holds:
            details = "The access token you provided has expired."
            raise Denial(403, "Access to requested resource is denied.", details=details, breach=False)
        if given is None:
            return roles if plain is None else plain & roles
        if (elements := given.match(ask.method, resource)) is None:
            raise Denial(403, "The restricted token is for other resources", details="Access is denied")
        return elements & roles

    def _spend(self, operation: str, ask: Ask) -> tuple[tuple[str, str], ...]:
        """What the answer tells of it. The specification has no Retry-After."""
        dials = self._board.dials
        if operation not in dials.limits:
            return ()
        rate, burst = dials.limits[operation]
        if not self.buckets.take(operation, rate, burst, ask.now):
            raise Refusal(429, "QuotaExceeded", breach=False)
        return (("x-amzn-RateLimit-Limit", f"{rate:g}"),) if dials.tell_limits else ()
