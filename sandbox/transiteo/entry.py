"""Who may come in: the id token from the refresh token, and bare in the Authorization header (contracts, OMS 2.1)."""

from sandbox.exchange import Ask, Refusal
from sandbox.reply import Reply, reply_json
from sandbox.tokens import Tokens
from sandbox.transiteo.dials import TransiteoDials

EXPIRED = "The incoming token has expired"
FORM = {"client_id", "grant_type", "refresh_token"}


class Entry:
    """Only id tokens open the API: an access token is given with each, and is none."""

    def __init__(self, dials: TransiteoDials) -> None:
        self.dials = dials
        self.tokens = Tokens()

    def give_token(self, ask: Ask) -> Reply:
        """Cognito's own errors: 400 and a word."""
        form = ask.read_form()
        if form is None:
            raise Refusal(400, "invalid_request", {"Content-Type": ["application/x-www-form-urlencoded"]})
        if set(form) != FORM:
            raise Refusal(400, "invalid_request", {key: ["wrong"] for key in sorted(set(form) ^ FORM)})
        if form["grant_type"] != "refresh_token":
            raise Refusal(400, "unsupported_grant_type", {"grant_type": ["refresh_token only"]})
        if form["client_id"] != self.dials.client_id:
            raise Refusal(400, "invalid_client", {"client_id": ["unknown"]})
        if form["refresh_token"] != self.dials.refresh_token:
            raise Refusal(400, "invalid_grant", {"refresh_token": ["unknown"]})
        token = self.tokens.give(ask.now, self.dials.token_seconds)
        return reply_json(
            200,
            {
                "id_token": token,
                "access_token": f"access-{token[:12]}",
                "expires_in": int(self.dials.token_seconds),
                "token_type": "Bearer",
            },
        )

    def check(self, ask: Ask) -> None:
        """An expired token is no breach; `Bearer`, an access token and one never given are."""
        token = ask.headers.get("authorization", "")
        if not self.tokens.is_known(token):
            raise Refusal(401, "Unauthorized", {"Authorization": ["the id token, bare"]})
        if ask.draw_room_fault("expired_token"):
            self.tokens.void(token, ask.now)
        if not self.tokens.holds(token, ask.now):
            raise Refusal(401, EXPIRED, breach=False)
