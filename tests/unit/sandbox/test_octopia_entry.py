"""Octopia's door: tokens and headers."""

import pytest

from sandbox import OctopiaDials
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import OAUTH, ORDERS, TurnedClock


def test_a_token_opens_for_two_hours(start: Start, clock: TurnedClock) -> None:
    partners = start()
    answer = partners.http.post("/octopia/token", data=OAUTH).json()
    assert answer["expires_in"] == 7200
    assert answer["token_type"] == "Bearer"
    partners.headers["Authorization"] = f"Bearer {answer['access_token']}"
    clock.turn(7199)
    assert partners.octopia("GET", "/orders").status_code == 200
    clock.turn(1)
    late = partners.octopia("GET", "/orders")
    assert late.status_code == 401
    assert late.headers["content-type"] == "application/problem+json"
    assert partners.violations() == []  # an expired token is no breach


def test_tokens_per_hour_are_counted(start: Start, clock: TurnedClock) -> None:
    partners = start(octopia=OctopiaDials(tokens_per_hour=2))
    codes = [partners.http.post("/octopia/token", data=OAUTH).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert int(partners.http.post("/octopia/token", data=OAUTH).headers["retry-after"]) > 3500
    clock.turn(3601)
    assert partners.http.post("/octopia/token", data=OAUTH).status_code == 200


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (OAUTH | {"client_secret": "wrong"}, 401),
        (OAUTH | {"grant_type": "password"}, 400),
        ({}, 400),
    ],
)
def test_wrong_credentials_get_no_token(start: Start, form: dict[str, str], status: int) -> None:
    partners = start()
    assert partners.http.post("/octopia/token", data=form).status_code == status
    assert partners.http.post("/octopia/token", json=OAUTH).status_code == 400
    assert partners.violations()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"SellerId": None}, 400),
        ({"SellerId": "1"}, 403),
        ({"Accept": "*/*"}, 400),
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer made-up"}, 401),
    ],
)
def test_the_three_headers_are_required(start: Start, changes: dict[str, str | None], status: int) -> None:
    partners = start().log_in()
    headers = {key: value for key, value in (partners.headers | changes).items() if value is not None}
    assert partners.http.get(ORDERS, headers=headers).status_code == status
    assert len(partners.violations()) == 1


def test_an_unknown_path_and_a_wrong_method_are_breaches(start: Start) -> None:
    partners = start().log_in()
    assert partners.octopia("GET", "/order").status_code == 404
    assert partners.octopia("DELETE", "/orders").status_code == 405
    assert partners.violations() == ["octopia.unknown: No such path", "octopia.unknown: No such method here"]
