"""Bearer tokens over the shared store: fetched once for all hosts, dropped and fetched anew on a 401."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.config.setting import Secret
from pipeline.connectors.answers import Answer
from pipeline.connectors.contract import Rig
from pipeline.domain.errors import Refused, Unauthorized
from pipeline.ports import Token

SHORT_LIFE: Final = 300.0  # seconds, where a token endpoint does not tell how long its token lives
EARLY: Final = 60.0  # seconds before its end in which a token is no longer used (at most a tenth of its life)


@dataclass(frozen=True, slots=True)
class Grant:
    """How an account comes by a token: `form` makes the fields to post, given the kept refresh token."""

    url: str
    form: Callable[[str | None], Mapping[str, str]] = field(repr=False)


def client_credentials(url: str, client_id: Secret, client_secret: Secret) -> Grant:
    """RFC 6749 section 4.4."""
    return Grant(
        url,
        lambda _: {
            "grant_type": "client_credentials",
            "client_id": client_id.reveal(),
            "client_secret": client_secret.reveal(),
        },
    )


def refresh_token(url: str, client_id: Secret, first: Secret) -> Grant:
    """RFC 6749 section 6; `first` is used until the partner hands out another."""
    return Grant(
        url,
        lambda rotating: {
            "grant_type": "refresh_token",
            "client_id": client_id.reveal(),
            "refresh_token": rotating or first.reveal(),
        },
    )


def bearer(rig: Rig, grant: Grant) -> str:
    """The account's live token. Raises Unauthorized where the token endpoint refuses the credentials."""
    return rig.tokens.get(rig.account, lambda rotating: _fetch(rig, grant, rotating))


def call_with_bearer(rig: Rig, grant: Grant, call: Callable[[Mapping[str, str]], Answer]) -> Answer:
    """`call(headers)` with a token; once more with a new one after a 401, which proves that nothing was taken.

    All of it under one deadline.
    """
    with rig.http.within():
        token = bearer(rig, grant)
        try:
            return call({"Authorization": f"Bearer {token}"})
        except Unauthorized as refused:
            if refused.status != 401:
                raise
        rig.tokens.drop(rig.account, token)
        return call({"Authorization": f"Bearer {bearer(rig, grant)}"})


def _fetch(rig: Rig, grant: Grant, rotating: str | None) -> Token:
    what = "POST token"
    try:
        answer = rig.http.call("POST", grant.url, what=what, write=False, form=grant.form(rotating), words=("error",))
    except Refused as refused:
        raise Unauthorized(
            f"{refused.message}; no token for these credentials", cause=refused.cause, status=refused.status
        ) from None
    body = answer.json()
    value = body.get("access_token") if isinstance(body, Mapping) else None
    if not isinstance(value, str) or not value:
        raise answer.unclear("without an access_token")
    following = body.get("refresh_token")
    return Token(value, _life(body.get("expires_in")), following if isinstance(following, str) else None)


def _life(expires_in: object) -> float:
    """Seconds the token is used: a little less than the partner says."""
    try:
        told = float(str(expires_in))
    except ValueError:
        told = SHORT_LIFE
    if not 0 < told < 10**9:
        told = SHORT_LIFE
    return told - min(EARLY, told / 10)
