"""Calls to OIS: token, language, webshop, the length of a query (contracts/oms.md section 4.1)."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from pipeline.connectors.answers import Answer
from pipeline.connectors.auth import call_with_bearer
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.ois.token import grant_of
from pipeline.connectors.wire import segment
from pipeline.domain.errors import FieldError, Invalid, NotConfigured

WORDS: Final = ("message", "error", "errors", "title", "detail")  # no error's shape is published
LANGUAGE: Final = "nl-NL"  # what OIS takes where it is told none
QUERY_LIMIT: Final = 2048


class Calls:
    """Makes OIS' calls for an account."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._grant = grant_of(rig.settings)
        self._base = rig.settings["base_url"].rstrip("/")
        self._webshop = rig.settings["webshop_code"]

    def get(self, path: str, query: Mapping[str, Any] | None = None, **more: Any) -> Answer:
        """A read."""
        return self.call("GET", path, query=query, **more)

    def call(
        self,
        method: str,
        path: str,
        *,
        ids: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        webshop: bool = False,
        write: bool = False,
        **more: Any,
    ) -> Answer:
        """One call. `path` is a template, filled with `ids`; `webshop`: this endpoint is one of those that tell
        webshops apart, in the path where it has a `{webshop_code}`, else as a parameter.
        """
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        filled = dict(ids or {})
        if "{webshop_code}" in path:
            if not self._webshop:
                raise NotConfigured(f"{method} {path} names the webshop: set webshop_code")
            filled["webshop_code"] = self._webshop
        elif webshop and self._webshop:
            asked["WebshopCode"] = self._webshop
        if len(urlencode(asked)) > QUERY_LIMIT:
            words = f"OIS takes at most {QUERY_LIMIT} characters of query, and these arguments are longer"
            raise Invalid.of((FieldError("query", "length", words),))
        url = path
        for name, value in filled.items():
            url = url.replace(f"{{{name}}}", segment(value))

        def make(authorization: Mapping[str, str]) -> Answer:
            return self._rig.http.call(
                method,
                f"{self._base}/{url.lstrip('/')}",
                what=f"{method} {path}",
                write=write,
                query=asked or None,
                headers={**authorization, "Accept-Language": LANGUAGE},
                words=WORDS,
                **more,
            )

        return call_with_bearer(self._rig, self._grant, make)
