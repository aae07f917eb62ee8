"""Accounts: names, connectors, start, polls."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.config.declared import GOOD, market, problems, read


def only(folder: Path, text: str) -> str:
    (line,) = problems(folder, text)
    return line


@pytest.mark.parametrize("name", ["Shop", "shop_fr", "shop.fr", "shop fr", "shöp"])
def test_account_names_are_plain(tmp_path: Path, name: str) -> None:
    found = problems(tmp_path, f'[marketplaces."{name}"]\nconnector = "market"')
    assert found[0].startswith(f"marketplaces.{name}: an account's name holds only a-z, 0-9 and -")


def test_one_name_is_one_account(tmp_path: Path) -> None:
    text = GOOD.replace("[oms.central]", "[oms.shop-fr]").replace('to = ["central"]', 'to = ["shop-fr"]')
    assert "oms.shop-fr: marketplaces.shop-fr has the same name: rename one of them" in problems(tmp_path, text)


def test_a_start_without_a_zone_is_refused_with_its_remedy(tmp_path: Path) -> None:
    line = only(tmp_path, GOOD.replace("00:00:00Z", "00:00:00"))
    assert line.startswith("marketplaces.shop-fr.start: ")
    assert "append Z" in line


@pytest.mark.parametrize("start", ["2026-11-21", "5", '"soon"', "true", "00:00:00"])
def test_a_start_that_is_no_time_is_refused(tmp_path: Path, start: str) -> None:
    assert "start = 2026-11-21T00:00:00Z" in only(tmp_path, GOOD.replace("2026-11-21T00:00:00Z", start))


def test_a_start_in_quotes_is_read_all_the_same(tmp_path: Path) -> None:
    text = GOOD.replace("2026-11-21T00:00:00Z", '"2026-11-21T00:00:00+01:00"')
    start = read(tmp_path, text).marketplaces["shop-fr"].start
    assert start is not None
    assert start.utcoffset() == timedelta(hours=1)


def test_an_oms_has_no_start(tmp_path: Path) -> None:
    text = GOOD.replace('connector = "oms-one"', 'connector = "oms-one"\nstart = 2026-11-21T00:00:00Z')
    assert only(tmp_path, text).startswith("oms.central.start: unknown key")


def test_a_connector_stands_on_its_own_side(tmp_path: Path) -> None:
    found = problems(tmp_path, '[oms.shop]\nconnector = "market"')
    assert found == ["oms.shop.connector: market is a marketplace: move this account to [marketplaces.NAME]"]


def test_a_missing_connector_lists_those_there_are(tmp_path: Path) -> None:
    assert only(tmp_path, "[oms.shop]") == "oms.shop.connector: missing: name one of deaf, oms-one"


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ('poll.orders = "1 minute"', "poll.orders", '"30s", or "off"'),
        ('poll.orders = "0s"', "poll.orders", "longer than zero"),
        ('poll.order = "1s"', "poll.order", "'orders'"),
        ('poll.shipments = "5m"', "poll.shipments", "polled at an OMS"),
        ('poll = "60s"', "poll", "must be a table"),
        ("in_hand = 0", "in_hand", "1 to"),
        ("batch = 101", "batch", "1 to 100"),
        ('own_queue = "yes"', "own_queue", "true or false"),
        ('settle_dely = "1s"', "settle_dely", "'settle_delay'"),
        ('overlap = "-1s"', "overlap", "duration"),
        ('client_id = "x"', "client_id", "move it into marketplaces.shop-fr.settings"),
    ],
)
def test_an_accounts_own_keys_are_checked(tmp_path: Path, line: str, place: str, words: str) -> None:
    found = only(tmp_path, market(line))
    assert found.startswith(f"marketplaces.shop-fr.{place}: ")
    assert words in found


def test_polls_are_read_in_any_unit(tmp_path: Path) -> None:
    assert read(tmp_path, market('poll.orders = "500ms"')).account("shop-fr").poll == {
        "orders": timedelta(milliseconds=500)
    }
    assert read(tmp_path, market('poll.shipments = "off"')).account("shop-fr").poll == {"orders": timedelta(minutes=1)}


def test_a_list_that_a_connector_lacks_is_not_polled(tmp_path: Path) -> None:
    deaf = '[oms.deaf]\nconnector = "deaf"\n'
    assert read(tmp_path, deaf).account("deaf").poll == {}
    assert "can't list shipments" in only(tmp_path, deaf + 'poll.shipments = "5m"')
