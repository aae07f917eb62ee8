"""Calls through Kibo's gateway (contracts/oms.md sections 5.1, 5.6): token, API-Key, and what a 403 means."""

from dataclasses import replace
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.auth import call_with_token, client_credentials
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.kibo.answers import WORDS, explained

LIFE: Final = 3600.0  # seconds, "normally" (section 5.1), where the answer does not tell


class Gateway:
    """An account's way in."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._base = settings["base_url"].rstrip("/")
        basic = client_credentials(settings["token_url"], settings["api_key"], settings["api_secret"], basic=True)
        # "on 401 or 403 try a new token" (section 5.1); a 403 for too many calls is no longer one when it is explained
        self._grant = replace(basic, life=LIFE, renew=(401, 403), explain=explained)

    def call(self, method: str, path: str, *, what: str, write: bool = False, **more: Any) -> Answer:
        """Once; once more with a new token after a 401 or a 403, which prove that nothing was taken."""

        def once(token: str) -> Answer:
            headers = {
                **self._rig.settings["extra_headers"],
                "Authorization": f"Bearer {token}",
                "API-Key": self._rig.settings["api_key"].reveal(),
            }
            url = f"{self._base}/{path}"
            return self._rig.http.call(
                method, url, what=what, write=write, headers=headers, words=WORDS, explain=explained, **more
            )

        return call_with_token(self._rig, self._grant, once)
