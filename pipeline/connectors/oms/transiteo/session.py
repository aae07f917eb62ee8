"""Calls with Transiteo's id_token, which all hosts share (contracts/oms.md section 2.1)."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.auth import Grant, refresh_token
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.transiteo.answers import WORDS, understood
from pipeline.domain.errors import Refused, Unauthorized
from pipeline.ports import Token

LIFE: Final = 3600.0  # seconds an id_token lives, where the answer does not tell
EARLY: Final = 60.0  # seconds before its end in which it is no longer used


class Session:
    """One account's calls. The bare id_token is the whole header, though the token's type is said to be Bearer."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._base = settings["base_url"].rstrip("/")
        self._prefix = (settings["auth_prefix"] or "").strip()
        self._grant: Grant = refresh_token(settings["token_url"], settings["client_id"], settings["refresh_token"])

    def call(
        self, method: str, path: str, *, what: str, write: bool, json: Any = None, missing_ok: bool = False
    ) -> Answer:
        """One call; after a 401 ("The incoming token has expired"), which proves that nothing was taken, once more
        with a new token. All of it under one deadline.
        """

        def once(token: str) -> Answer:
            try:
                return self._rig.http.call(
                    method,
                    f"{self._base}{path}",
                    what=what,
                    write=write,
                    json=json,
                    headers=self._headers(token),
                    missing_ok=missing_ok,
                    words=WORDS,
                )
            except Unauthorized as refused:
                raise understood(refused) from None

        rig = self._rig
        with rig.http.within():
            token = rig.tokens.get(rig.account, self._fetch)
            try:
                return once(token)
            except Unauthorized as refused:
                if refused.status != 401:
                    raise
            rig.tokens.drop(rig.account, token)
            return once(rig.tokens.get(rig.account, self._fetch))

    def _headers(self, token: str) -> Mapping[str, str]:
        return {"Authorization": f"{self._prefix} {token}" if self._prefix else token}

    def _fetch(self, rotating: str | None) -> Token:
        """A new id_token. Raises Unauthorized where the refresh token is refused (`invalid_grant`)."""
        try:
            answer = self._rig.http.call(
                "POST",
                self._grant.url,
                what="POST token",
                write=False,
                form=self._grant.form(rotating),
                words=("error",),
            )
        except Refused as refused:
            words = f"{refused.message}; no token for this client_id and refresh_token"
            raise Unauthorized(words, cause=refused.cause, status=refused.status) from None
        body = answer.json()
        value = body.get("id_token") if isinstance(body, Mapping) else None
        if not isinstance(value, str) or not value:
            raise answer.unclear("without an id_token")
        following = body.get("refresh_token")
        return Token(value, _life(body.get("expires_in")), following if isinstance(following, str) else None)


def _life(told: Any) -> float:
    """Seconds the token is used: a minute less than it lives (at most a tenth less)."""
    life = float(told) if type(told) is int and 0 < told < 10**9 else LIFE
    return life - min(EARLY, life / 10)
