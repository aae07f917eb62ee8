"""OIS' access token: a client credentials grant whose fields are posted as JSON (contracts/oms.md section 4.1)."""

from collections.abc import Mapping
from typing import Any

from pipeline.connectors.auth import Grant


def grant_of(settings: Mapping[str, Any]) -> Grant:
    """The `audience` differs per environment, even where the credentials are the same."""
    return Grant(
        url=f"{settings['base_url'].rstrip('/')}/{settings['token_path'].strip('/')}",
        form=lambda _: {
            "client_id": settings["client_id"].reveal(),
            "client_secret": settings["client_secret"].reveal(),
            "audience": settings["audience"],
            "grant_type": "client_credentials",
        },
        as_json=True,
    )
