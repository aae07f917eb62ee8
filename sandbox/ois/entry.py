"""Who may come in (contracts, OMS 4.1): a token for one audience, within its scope."""

from sandbox.exchange import Ask, Refusal, require_object
from sandbox.ois.dials import OisDials
from sandbox.reply import Reply, reply_json
from sandbox.tokens import Tokens


class Entry:
    """Tokens live for `token_seconds`, a day at most."""

    def __init__(self, dials: OisDials) -> None:
        self.dials = dials
        self.tokens = Tokens()

    def give_token(self, ask: Ask) -> Reply:
        """JSON in, JSON out (neither is published). An audience of another environment is refused."""
        raw = require_object(ask.read_json_body(), {"client_id", "client_secret", "audience", "grant_type"})
        if raw["grant_type"] != "client_credentials":
            raise Refusal(400, "Wrong grant_type", {"grant_type": ["client_credentials"]})
        if (raw["client_id"], raw["client_secret"]) != (self.dials.client_id, self.dials.client_secret):
            raise Refusal(401, "Wrong credentials")
        if raw["audience"] != self.dials.audience:
            raise Refusal(401, "Wrong audience", {"audience": ["not this environment's"]})
        token = self.tokens.give(ask.now, self.dials.token_seconds)
        seconds = int(self.dials.token_seconds)
        return reply_json(200, {"access_token": token, "expires_in": seconds, "token_type": "Bearer"})

    def check(self, ask: Ask) -> None:
        """An expired token is no breach; one never given is."""
        kind, _, token = ask.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not self.tokens.is_known(token):
            raise Refusal(401, "No such token", {"Authorization": ["Bearer and a token that was given"]})
        if ask.draw_room_fault("expired_token"):
            self.tokens.void(token, ask.now)
        if not self.tokens.holds(token, ask.now):
            raise Refusal(401, "The token has expired", breach=False)
        if ask.endpoint in self.dials.out_of_scope:
            raise Refusal(403, "Not in the token's scope")
