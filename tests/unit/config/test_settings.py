"""A connector's settings: forms, defaults, secrets."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.config.setting import Secret
from tests.unit.config.declared import GOOD, market, problems, read


def test_settings_are_checked_and_defaults_filled_in(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).marketplaces["shop-fr"].settings == {
        "base_url": "https://api.market.example/v2",
        "client_id": "id-1",
        "client_secret": Secret("s3cret"),
        "accept": "after_validation",
        "page_size": 100,
        "shops": (),
        "fee": Decimal("4.90"),
        "wait": timedelta(seconds=2),
        "sandboxed": False,
        "headers": None,
    }


def test_each_form_is_read(tmp_path: Path) -> None:
    more = ', accept = "manual", page_size = 5, shops = ["a", "b"], fee = 0.1, wait = "1m", sandboxed = true'
    found = read(tmp_path, market(settings=more + ', headers = { X = "y" }')).marketplaces["shop-fr"].settings
    assert found["shops"] == ("a", "b")
    assert found["fee"] == Decimal("0.1")  # through Decimal, not through a float
    assert str(found["fee"]) == "0.1"
    assert found["wait"] == timedelta(minutes=1)
    assert (found["accept"], found["page_size"], found["sandboxed"]) == ("manual", 5, True)
    assert found["headers"] == {"X": "y"}


@pytest.mark.parametrize(
    ("settings", "place", "words"),
    [
        (', accept = "never"', "accept", "auto, after_validation, manual"),
        (", accept = 1", "accept", "auto, after_validation, manual"),
        (', page_size = "5"', "page_size", "whole number"),
        (", page_size = 1.5", "page_size", "whole number"),
        (', shops = "a"', "shops", '["one", "two"]'),
        (", shops = [1]", "shops", '["one", "two"]'),
        (', fee = "much"', "fee", "4.90"),
        (", fee = nan", "fee", "4.90"),
        (", wait = 5", "wait", "30s"),
        (', sandboxed = "true"', "sandboxed", "without quotes"),
        (', headers = "x"', "headers", "table"),
        (', base_url = "api.example"', "base_url", "https://host/path"),
        (', base_url = "ftp://api.example"', "base_url", "https://host/path"),
        (', base_url = "https://me:hunter2@api.example"', "base_url", "credentials"),
        (', base_url = "https://api.example/?key=hunter2"', "base_url", "base path"),
        (', base_url = "https://api.example:x"', "base_url", "https://host/path"),
        (', base_url = ["hunter2"]', "base_url", "text"),
    ],
)
def test_a_wrong_value_is_named_and_never_shown_where_it_may_be_secret(
    tmp_path: Path, settings: str, place: str, words: str
) -> None:
    (line,) = problems(tmp_path, market(settings=settings))
    assert line.startswith(f"marketplaces.shop-fr.settings.{place}: ")
    assert words in line
    assert "hunter2" not in line


def test_a_required_setting_may_not_be_empty(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, GOOD.replace('client_id = "env:MARKET_ID"', 'client_id = ""'))
    assert "client_id: is empty (the application's id)" in line


@pytest.mark.parametrize("value", ['"hunter2"', "5", '["hunter2"]', '""', '"environment:hunter2"'])
def test_a_secret_in_clear_is_refused_without_showing_it(tmp_path: Path, value: str) -> None:
    (line,) = problems(tmp_path, GOOD.replace('"env:MARKET_SECRET"', value))
    assert line.startswith("marketplaces.shop-fr.settings.client_secret: ")
    assert 'write "env:NAME" or "file:PATH"' in line
    assert "hunter2" not in line


def test_a_variable_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD, {"MARKET_ID": "x", "MARKET_SECRET": " "})
    assert "the environment variable MARKET_SECRET is empty" in found[0]
    assert "the environment variable OMS_KEY is not set: export OMS_KEY=..." in found[1]


def test_a_file_is_relative_to_the_config_and_stripped(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "market").write_text("s3cret-é\n")
    found = read(tmp_path, GOOD.replace("env:MARKET_SECRET", "file:keys/market"))
    secret = found.marketplaces["shop-fr"].settings["client_secret"]
    assert secret.reveal() == "s3cret-é"
    assert "s3cret" not in repr(found)


def test_a_file_that_gives_nothing_is_named(tmp_path: Path) -> None:
    text = GOOD.replace("env:MARKET_SECRET", "file:key")
    assert "key can't be read" in problems(tmp_path, text)[0]
    (tmp_path / "key").write_text("\n")
    assert "key is empty" in problems(tmp_path, text)[0]
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    assert "key is not text" in problems(tmp_path, text)[0]
    (tmp_path / "key").write_text("x" * 70_000)
    assert "too large" in problems(tmp_path, text)[0]
    assert "names no file" in problems(tmp_path, GOOD.replace("env:MARKET_SECRET", "file:"))[0]
