"""`deploy/examples`: every file is in order, also with everything uncommented, and no misspelt key goes unnoticed."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.config.model import Config
from pipeline.config.read import ConfigError, read_config
from pipeline.connectors.registry import CONNECTORS, of_kind
from pipeline.domain.codec import to_fields
from pipeline.flows.dressing import dress
from tests.unit.connectors.amazon_seller import amazon_order
from tests.unit.connectors.bol_wire import detail
from tests.unit.connectors.rig import Partner, client_for, mirakl_order, octopia_order

FILES = sorted((Path(__file__).parents[3] / "deploy" / "examples").glob("*.toml"))
FOUR = "four-marketplaces"
OMS = {"egenta", "transiteo", "tecsys", "ois", "kibo"}
KEY = re.compile(r'^(?:# )?("[^"]+"|[a-z_.]+) = ', re.M)
FREE = re.compile(r"_map|extra_headers|tracking_pointers|webhook_pointers")  # tables whose keys are words of a partner
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def read(text: str, folder: Path) -> Config:
    """With a secret of four digits in every variable that the file names."""
    path = folder / "orderpipe.toml"
    path.write_text(text)
    return read_config(path, declared=CONNECTORS, env=dict.fromkeys(re.findall(r"env:(\w+)", text), "1234"))


def uncommented(path: Path) -> str:
    return re.sub(r"^# (?=\[|(?:\"[^\"]+\"|[a-z_.]+) = )", "", path.read_text(), flags=re.M)


def test_there_is_one_of_every_oms_one_for_two_and_one_of_every_marketplace() -> None:
    names = {path.stem.removeprefix("orderpipe-") for path in FILES}
    assert names == OMS | {"two-targets", FOUR}
    assert set(of_kind("oms")) >= OMS


@every_file
def test_an_example_is_in_order_and_sends_nothing_until_it_is_told_to(path: Path, tmp_path: Path) -> None:
    config = read(path.read_text(), tmp_path)
    assert {route.mode for route in config.routes} == {"rehearse"}
    assert all(route.flows for route in config.routes)
    wanted = ["octopia", "mirakl", "bol", "amazon"] if FOUR in path.stem else ["octopia"]
    assert [config.accounts[route.source].connector for route in config.routes] == wanted
    assert set(config.marketplaces) == {route.source for route in config.routes}
    assert set(config.oms) == {target for route in config.routes for target in route.to}


@every_file
def test_an_example_with_everything_uncommented_is_in_order(path: Path, tmp_path: Path) -> None:
    text = uncommented(path)
    assert text != path.read_text()
    assert read(text, tmp_path)


@every_file
def test_every_flow_of_an_example_is_possible_with_its_own_settings(path: Path, tmp_path: Path) -> None:
    """`lacks` tells what settings take away; the configuration's reader doesn't ask it."""
    config = read(path.read_text(), tmp_path)
    for name in (*config.marketplaces, *config.oms):
        account = config.accounts[name]
        lacking = CONNECTORS[account.connector].lacks(account.settings)
        assert lacking == {}, (name, lacking)


@every_file
def test_a_misspelt_key_is_noticed_whichever_it_is(path: Path, tmp_path: Path) -> None:
    text = uncommented(path)
    sections = [(match.start(), match[1]) for match in re.finditer(r"^\[+([^\]\n]+)\]", text, re.M)]
    tried = 0
    for match in KEY.finditer(text):
        below = [name for start, name in sections if start < match.start()]
        if below and FREE.search(below[-1].split(".")[-1]):
            continue
        wrong = f'{match[1][:-1]}x"' if match[1].endswith('"') else f"{match[1]}x"
        with pytest.raises(ConfigError) as raised:
            read(text[: match.start(1)] + wrong + text[match.end(1) :], tmp_path)
        assert wrong.strip('"').split(".")[-1] in str(raised.value), wrong
        tried += 1
    assert tried > 12


# OIS is asked for its shipping agents, payment options and payment providers
TABLES = {"ois": ({"access_token": "t"}, [{"Id": "1"}, {"Id": "2"}], [{"Id": "17"}], [{"Id": "1"}])}
# An order to be shipped, as each marketplace sends it, and the buyer's delivery mode in it.
ORDERS: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "octopia": lambda mode: octopia_order(lines__0__delivery__mode=mode),
    "mirakl": lambda mode: mirakl_order(shipping_type_code=mode.upper()),
    "bol": lambda _: detail(),
    "amazon": lambda mode: amazon_order(fulfillment__fulfillmentServiceLevel=mode.upper()),
}


@every_file
@pytest.mark.parametrize("mode", ["Standard", "Express"])
def test_an_order_of_the_market_can_be_prepared_for_each_target(path: Path, mode: str, tmp_path: Path) -> None:
    """Defaults and maps are such that nothing is missing and no word is unknown."""
    config = read(path.read_text(), tmp_path)
    for route in config.routes:
        source = config.accounts[route.source]
        order = client_for(source.connector, Partner(), **source.settings).read(ORDERS[source.connector](mode))
        assert order.released
        for target in route.to:
            account = config.accounts[target]
            partner = Partner().says(*TABLES.get(account.connector, ()))
            client = client_for(account.connector, partner, **account.settings)
            body = client.import_orders.prepare(dress(to_fields(order), route))
            assert body.id == order.id


def test_of_two_targets_one_counts_for_the_marketplace(tmp_path: Path) -> None:
    (path,) = [path for path in FILES if path.stem == "orderpipe-two-targets"]
    (route,) = read(path.read_text(), tmp_path).routes
    assert (len(route.to), route.ack_when) == (2, ("egenta-cdiscount",))
