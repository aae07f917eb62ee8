"""OIS' access token: a client credentials grant whose fields are posted as JSON (contracts/oms.md section 4.1)."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from pipeline.connectors.answers import Answer
from pipeline.connectors.auth import Grant
from pipeline.connectors.contract import Rig
from pipeline.connectors.http import Http


def grant_of(settings: Mapping[str, Any]) -> Grant:
    """The `audience` differs per environment, even where the credentials are the same."""
    return Grant(
        f"{settings['base_url'].rstrip('/')}/{settings['token_path'].strip('/')}",
        lambda _: {
            "client_id": settings["client_id"].reveal(),
            "client_secret": settings["client_secret"].reveal(),
            "audience": settings["audience"],
            "grant_type": "client_credentials",
        },
    )


class _JsonForms(Http):
    """Sends as JSON what RFC 6749 sends as a form."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def call(self, *arguments: Any, form: Mapping[str, str] | None = None, **more: Any) -> Answer:
        return self._http.call(*arguments, json=form, **more)

    def within(self) -> AbstractContextManager[None]:  # type: ignore[override]  # the decorated method's own type
        return self._http.within()


def fetching_json(rig: Rig) -> Rig:
    """The rig that the token is fetched with; calls themselves go through the rig as it is."""
    return replace(rig, http=_JsonForms(rig.http))
