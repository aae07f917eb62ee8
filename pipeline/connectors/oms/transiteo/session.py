"""Calls with Transiteo's id_token, which all hosts share (contracts/oms.md section 2.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.auth import Grant, call_with_token, refresh_token, token_of
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.transiteo.answers import WORDS, understood

LIFE: Final = 3600.0  # seconds an id_token lives, where the answer does not tell


class Session:
    """One account's calls. The bare id_token is the whole header, though the token's type is said to be Bearer."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._base = settings["base_url"].rstrip("/")
        self._prefix = (settings["auth_prefix"] or "").strip()
        grant = refresh_token(settings["token_url"], settings["client_id"], settings["refresh_token"])
        self._grant: Grant = replace(grant, token="id_token", life=LIFE)  # noqa: S106 (a field's name)

    def try_token(self) -> None:
        """A token, from the shared store or a new one."""
        token_of(self._rig, self._grant)

    def call(
        self,
        method: str,
        path: str,
        *,
        what: str,
        write: bool,
        json: Any = None,
        missing_ok: bool = False,
        words: Sequence[str] = WORDS,
    ) -> Answer:
        """One call; after a 401 ("The incoming token has expired"), which proves that nothing was taken, once more
        with a new token. `words`: the fields of an error that may be told.
        """

        def once(token: str) -> Answer:
            return self._rig.http.call(
                method,
                f"{self._base}{path}",
                what=what,
                write=write,
                json=json,
                headers=self._headers(token),
                missing_ok=missing_ok,
                words=words,
                explain=understood,
            )

        return call_with_token(self._rig, self._grant, once)

    def _headers(self, token: str) -> Mapping[str, str]:
        return {"Authorization": f"{self._prefix} {token}" if self._prefix else token}
