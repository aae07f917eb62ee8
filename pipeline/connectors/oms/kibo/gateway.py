"""Calls through Kibo's gateway (contracts/oms.md sections 5.1, 5.6): token, API-Key, and what a 403 means."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import httpx

from pipeline.connectors.answers import Answer
from pipeline.connectors.contract import Rig
from pipeline.connectors.http import Http
from pipeline.connectors.oms.kibo.answers import GATEWAY, WORDS, explained
from pipeline.domain.errors import PartnerTrouble, Refused, Unauthorized
from pipeline.ports import Token

LIFE: Final = 3600.0  # seconds, "normally" (section 5.1), where the answer does not tell
EARLY: Final = 60.0  # seconds before its end in which a token is no longer used (at most a tenth of its life)


class Listening(Http):
    """The same policy for one call, keeping what a trouble does not carry: the gateway's header and the body."""

    gateway = ""
    body = b""

    @classmethod
    def of(cls, http: Http) -> "Listening":
        """Over the same pool, deadline and bound."""
        return cls(http._client, deadline=http._deadline, max_body=http._max_body)

    def _read(self, response: httpx.Response) -> bytes:
        self.gateway = response.headers.get(GATEWAY, "")
        self.body = super()._read(response)
        return self.body


class Gateway:
    """An account's way in."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._base = rig.settings["base_url"].rstrip("/")

    def call(self, method: str, path: str, *, what: str, write: bool = False, **more: Any) -> Answer:
        """Once; once more with a new token after a 401 or a 403, which prove that nothing was taken. A 403 for too many
        calls is no reason for one. All of it under one deadline.
        """
        with self._rig.http.within():
            token = self._token()
            try:
                return self._once(method, path, token, what=what, write=write, **more)
            except Unauthorized:
                self._rig.tokens.drop(self._rig.account, token)
            return self._once(method, path, self._token(), what=what, write=write, **more)

    def _once(self, method: str, path: str, token: str, **more: Any) -> Answer:
        headers = {
            **self._rig.settings["extra_headers"],
            "Authorization": f"Bearer {token}",
            "API-Key": self._rig.settings["api_key"].reveal(),
        }
        return self._heard(method, f"{self._base}/{path}", headers=headers, **more)

    def _heard(self, method: str, url: str, **more: Any) -> Answer:
        http = Listening.of(self._rig.http)
        try:
            return http.call(method, url, words=WORDS, **more)
        except PartnerTrouble as met:
            raise explained(met, http.gateway, http.body) from None

    def _token(self) -> str:
        return self._rig.tokens.get(self._rig.account, self._fetch)

    def _fetch(self, rotating: str | None) -> Token:  # noqa: ARG002 (client credentials: nothing rotates)
        settings = self._rig.settings
        pair = f"{settings['api_key'].reveal()}:{settings['api_secret'].reveal()}"
        headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
        form = {"grant_type": "client_credentials"}
        try:
            answer = self._heard(
                "POST", settings["token_url"], what="POST token", write=False, form=form, headers=headers
            )
        except Refused as refused:
            words = f"{refused.message}; no token for these credentials"
            raise Unauthorized(words, cause=refused.cause, status=refused.status) from None
        body = answer.json()
        value = body.get("access_token") if isinstance(body, Mapping) else None
        if not isinstance(value, str) or not value:
            raise answer.unclear("without an access_token")
        return Token(value, _life(body.get("expires_in")))


def _life(told: object) -> float:
    """Seconds the token is used: a little less than it lives."""
    try:
        life = float(str(told))
    except ValueError:
        life = LIFE
    if not 0 < life < 10**9:
        life = LIFE
    return life - min(EARLY, life / 10)
