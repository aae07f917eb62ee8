"""Tokens: fetched once, dropped and fetched anew on one 401, refused credentials as such."""

import httpx
import pytest

from pipeline.config.setting import Secret
from pipeline.connectors.auth import call_with_bearer, client_credentials, refresh_token, token_of
from pipeline.connectors.contract import Rig
from pipeline.domain.errors import Refused, Unauthorized, Unavailable, Unreadable
from pipeline.ports import Token
from tests.unit.connectors.rig import Partner, Tokens, rig_for

GRANT = client_credentials("https://oct.test/auth", Secret("client"), Secret("hush"))


def rig(partner: Partner) -> Rig:
    return rig_for("octopia", partner)


def call(rig: Rig) -> int:
    return call_with_bearer(
        rig,
        GRANT,
        lambda headers: rig.http.call("POST", "https://oct.test/x", what="POST x", write=True, headers=headers),
    ).status


def test_a_token_is_fetched_once_and_used_until_refused() -> None:
    partner = Partner().says({"access_token": "a", "expires_in": 7200}, {}, {})
    made = rig(partner)
    assert (call(made), call(made)) == (200, 200)
    assert [request.headers.get("authorization") for request in partner.requests] == [None, "Bearer a", "Bearer a"]
    assert partner.requests[0].content == b"grant_type=client_credentials&client_id=client&client_secret=hush"


def test_a_401_fetches_a_new_token_and_repeats_once() -> None:
    partner = Partner().says({"access_token": "a"}, httpx.Response(401), {"access_token": "b"}, {})
    assert call(rig(partner)) == 200
    assert partner.requests[-1].headers["authorization"] == "Bearer b"


def test_a_second_401_is_unauthorized_and_a_403_is_not_repeated() -> None:
    partner = Partner().says({"access_token": "a"}, httpx.Response(401), {"access_token": "b"}, httpx.Response(401))
    with pytest.raises(Unauthorized):
        call(rig(partner))
    assert len(partner.requests) == 4
    partner = Partner().says({"access_token": "a"}, httpx.Response(403))
    with pytest.raises(Unauthorized):
        call(rig(partner))
    assert len(partner.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_token_endpoint_that_refuses_is_unauthorized(status: int) -> None:
    reply = httpx.Response(status, json={"error": "invalid_client", "error_description": "client hush"})
    with pytest.raises(Unauthorized) as raised:
        call(rig(Partner().says(reply)))
    assert "invalid_client" in raised.value.message
    assert "hush" not in raised.value.message


def test_a_token_endpoint_in_trouble_is_unavailable_or_unreadable_never_ambiguous() -> None:
    for reply, kind in (
        (httpx.Response(503), Unavailable),
        (httpx.ReadTimeout("x"), Unavailable),
        (httpx.Response(200, content=b"<html>"), Unreadable),
        (httpx.Response(200, json={"token": "x"}), Unreadable),
    ):
        with pytest.raises(kind):
            call(rig(Partner().says(reply)))


def test_lives_are_a_little_shorter_than_told() -> None:
    for told, life in ((7200, 7140.0), ("100", 90.0), (None, 270.0), ("soon", 270.0), (-5, 270.0), ("nan", 270.0)):
        made = rig(Partner().says({"access_token": "a", "expires_in": told}))
        token_of(made, GRANT)
        assert isinstance(made.tokens, Tokens)
        assert made.tokens.kept["acc"].life == life


def test_a_refresh_token_rotates() -> None:
    grant = refresh_token("https://oct.test/auth", Secret("client"), Secret("first"))
    assert grant.form(None)["refresh_token"] == "first"
    assert grant.form("second")["refresh_token"] == "second"
    made = rig(Partner().says({"access_token": "a", "refresh_token": "third"}))
    token_of(made, grant)
    assert isinstance(made.tokens, Tokens)
    assert made.tokens.kept["acc"].rotating == "third"
    assert "hush" not in repr(GRANT)
    assert "a" not in repr(Token("a", 1.0))[5:]


def test_a_missing_order_stays_refused_with_a_good_token() -> None:
    with pytest.raises(Refused):
        call(rig(Partner().says({"access_token": "a"}, httpx.Response(404))))
