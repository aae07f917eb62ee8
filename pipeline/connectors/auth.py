"""Access tokens over the shared store: fetched once for all hosts, dropped and fetched anew when refused."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.config.setting import Secret
from pipeline.connectors.answers import Answer
from pipeline.connectors.contract import Rig
from pipeline.connectors.http import Explain
from pipeline.domain.errors import Refused, Unauthorized
from pipeline.ports import Token

SHORT_LIFE: Final = 300.0  # seconds, where neither a token endpoint nor its contract tells how long a token lives
EARLY: Final = 60.0  # seconds before its end in which a token is no longer used (at most a tenth of its life)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """How an account comes by a token: `form` makes the fields to post, given the kept refresh token.

    `token` names the answer's field; `life` is in seconds, where the answer does not tell; `renew` are the statuses
    by which a call says that its token is over: each proves that nothing was taken.
    """

    url: str
    form: Callable[[str | None], Mapping[str, str]] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    as_json: bool = False
    token: str = "access_token"  # noqa: S105 (a field's name)
    life: float = SHORT_LIFE
    renew: tuple[int, ...] = (401,)
    explain: Explain | None = field(default=None, repr=False)


def client_credentials(url: str, client_id: Secret, client_secret: Secret, *, basic: bool = False) -> Grant:
    """RFC 6749 section 4.4; `basic`: the client's name and secret go in the header (section 2.3.1)."""
    if basic:
        pair = f"{client_id.reveal()}:{client_secret.reveal()}"
        headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
        return Grant(url=url, form=lambda _: {"grant_type": "client_credentials"}, headers=headers)
    return Grant(
        url=url,
        form=lambda _: {
            "grant_type": "client_credentials",
            "client_id": client_id.reveal(),
            "client_secret": client_secret.reveal(),
        },
    )


def refresh_token(url: str, client_id: Secret, first: Secret, client_secret: Secret | None = None) -> Grant:
    """RFC 6749 section 6; `first` is used until the partner hands out another."""
    proof = {"client_secret": client_secret} if client_secret else {}
    return Grant(
        url=url,
        form=lambda rotating: {
            "grant_type": "refresh_token",
            "client_id": client_id.reveal(),
            "refresh_token": rotating or first.reveal(),
            **{name: secret.reveal() for name, secret in proof.items()},
        },
    )


def token_of(rig: Rig, grant: Grant) -> str:
    """The account's live token. Raises Unauthorized where the token endpoint refuses the credentials."""
    return rig.tokens.get(rig.account, lambda rotating: _fetch(rig, grant, rotating))


def call_with_token(rig: Rig, grant: Grant, call: Callable[[str], Answer]) -> Answer:
    """`call(token)`; once more with a new one when the first is refused. All of it under one deadline."""
    return call_renewing(rig, rig.account, lambda rotating: _fetch(rig, grant, rotating), grant.renew, call)


def call_renewing(
    rig: Rig, name: str, fetch: Callable[[str | None], Token], renew: Sequence[int], call: Callable[[str], Answer]
) -> Answer:
    """The same for a token that is kept under `name` and fetched by `fetch`: a partner may have several kinds."""
    with rig.http.within():
        token = rig.tokens.get(name, fetch)
        try:
            return call(token)
        except Unauthorized as refused:
            if refused.status not in renew:
                raise
        rig.tokens.drop(name, token)
        return call(rig.tokens.get(name, fetch))


def call_with_bearer(rig: Rig, grant: Grant, call: Callable[[Mapping[str, str]], Answer]) -> Answer:
    """The same for `call(headers)` with an `Authorization: Bearer` header (RFC 6750)."""
    return call_with_token(rig, grant, lambda token: call({"Authorization": f"Bearer {token}"}))


def _fetch(rig: Rig, grant: Grant, rotating: str | None) -> Token:
    fields = grant.form(rotating)
    try:
        answer = rig.http.call(
            "POST",
            grant.url,
            what="POST token",
            write=False,
            headers=grant.headers,
            words=("error",),
            json=fields if grant.as_json else None,
            form=None if grant.as_json else fields,
            explain=grant.explain,
        )
    except Refused as refused:
        raise Unauthorized(
            f"{refused.message}; no token for these credentials", cause=refused.cause, status=refused.status
        ) from None
    body = answer.json()
    value = body.get(grant.token) if isinstance(body, Mapping) else None
    if not isinstance(value, str) or not value:
        raise answer.unclear(f"without {grant.token}")
    following = body.get("refresh_token")
    return Token(value, life_of(body.get("expires_in"), grant.life), following if isinstance(following, str) else None)


def life_of(expires_in: object, otherwise: float) -> float:
    """Seconds the token is used: a little less than the partner says."""
    try:
        told = float(str(expires_in))
    except ValueError:
        told = otherwise
    if not 0 < told < 10**9:
        told = otherwise
    return told - min(EARLY, told / 10)
