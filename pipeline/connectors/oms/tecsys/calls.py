"""Calls through Tecsys' gateway (contracts/oms.md section 3.1): the key, no caching, trace ids kept."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.tecsys.answers import APART, WORDS, explained, in_doubt, told
from pipeline.domain.errors import Ambiguous, NotConfigured, Unavailable

LONGEST: Final = 2047  # characters of a URL: Azure's default is below 2048 (section 3.5)

REMEDY: Final = "see whether it was done before you call it again"


class Calls:
    """An account's way in. Nothing is repeated here: the ledger does that, or a person."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._base = rig.settings["base_url"].rstrip("/")
        if "orderdyanmics" in self._base.lower():  # the seed's own slip: a stranger's host would get the key
            raise NotConfigured("base_url is misspelt as in the vendor's document: it is orderdynamics.net")

    def call(self, method: str, path: str, *, write: bool, what: str = "", **more: Any) -> Answer:
        """One call; `path` begins with a slash, and is sent with exactly its slashes and case."""
        headers = {
            "Ocp-Apim-Subscription-Key": self._rig.settings["subscription_key"].reveal(),
            "Cache-Control": "no-cache",
        }
        what = what or f"{method} {path.strip('/')}"
        url = f"{self._base}{path}"
        try:
            return self._rig.http.call(
                method, url, what=what, write=write, words=WORDS, headers=headers, explain=explained, **more
            )
        except Unavailable as trouble:  # also without any answer to be explained
            trouble.retry_after = trouble.retry_after or APART
            raise

    def get(self, path: str, query: Mapping[str, Any] | None = None, **more: Any) -> Answer:
        """A read."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        return self.call("GET", path, write=False, query=given, **more)

    def change(self, method: str, path: str, *, remedy: str = REMEDY, **more: Any) -> dict[str, Any]:
        """One write by hand; a doubt says what to do before it is made again."""
        try:
            return told(self.call(method, path, write=True, **more))
        except Ambiguous as doubt:
            raise in_doubt(doubt, remedy) from None

    def room(self, path: str) -> int:
        """Characters that a query of this path may have."""
        return LONGEST - len(self._base) - len(path) - 1


def slashed(path: str) -> str:
    """A path of the settings, with the slash that it begins with."""
    return "/" + path.lstrip("/")
