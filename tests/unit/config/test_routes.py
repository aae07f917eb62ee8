"""Routes: from, to, flows that both can do, maps and defaults."""

from pathlib import Path

import pytest

from pipeline.config.routes import missing_for
from tests.unit.config.declared import GOOD, market, problems, read, route

DEAF = '[oms.deaf]\nconnector = "deaf"\n'


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ('mode = "dry"', "mode", "live, rehearse"),
        ('flows = ["order"]', "flows", "'orders'"),
        ("flows = []", "flows", "names none"),
        ('flows = "orders"', "flows", '["name"]'),
        ('ack_when = ["shop-fr"]', "ack_when", "not among this route's targets (central)"),
        ("ack_when = []", "ack_when", "names none"),
        ("status_map = { New = 1 }", "status_map.New", "text in quotes"),
        ('status_map = "x"', "status_map", "must be a table"),
        ('status_mapp = { New = "x" }', "status_mapp", "'status_map'"),
        ('defaults = { "shipping_adress.state" = "x" }', "defaults.shipping_adress.state", "shipping_address.state"),
        ('defaults = { "comment" = "{shiping_address.city}" }', "defaults.comment", "shipping_address.city"),
        ("defaults = { comment = [1] }", "defaults.comment", "one value"),
        ('defaults = { is_business = "perhaps" }', "defaults.is_business", "expected"),
        ('defaults = { "lines.*.tax_rat" = "20" }', "defaults.lines.*.tax_rat", "tax_rate"),
        ('defaults = { "lines.*.tax_rate" = "much" }', "defaults.lines.*.tax_rate", "expected"),
    ],
)
def test_a_routes_own_keys_are_checked(tmp_path: Path, line: str, place: str, words: str) -> None:
    (found,) = problems(tmp_path, route(line))
    assert found.startswith(f"routes.0.{place}: ")
    assert words in found


def test_defaults_are_kept_by_path_however_they_are_written(tmp_path: Path) -> None:
    state = '"shipping_address.state" = "{shipping_address.city}"'
    text = f'defaults = {{ {state}, billing_address.state = "-", is_business = false }}'
    assert read(tmp_path, route(text)).routes[0].defaults == {
        "shipping_address.state": "{shipping_address.city}",
        "billing_address.state": "-",
        "is_business": False,
    }


def test_from_and_to_are_missed(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + "[[routes]]\n")
    assert found[0].startswith("routes.1.from: missing: name a marketplace account (shop-fr)")
    assert found[1].startswith("routes.1.to: missing")


def test_a_route_goes_from_marketplace_to_oms(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + '[[routes]]\nfrom = "central"\nto = ["shop-fr"]\n')
    assert found[0].startswith("routes.1.from: central is an OMS")
    assert found[1] == "routes.1.to: shop-fr is a marketplace: a route goes to an OMS"


@pytest.mark.parametrize("to", ["[]", '["central", "central"]', '"central"'])
def test_to_is_a_list_of_different_names(tmp_path: Path, to: str) -> None:
    (line,) = problems(tmp_path, GOOD.replace('["central"]', to))
    assert line.startswith("routes.0.to: ")


def test_a_pair_is_routed_once(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, GOOD + '[[routes]]\nfrom = "shop-fr"\nto = ["central"]\n')
    assert line == "routes.1.to: shop-fr to central is already routes.0: remove one of them"


def test_a_flow_named_must_be_possible(tmp_path: Path) -> None:
    text = GOOD.replace('["central"]', '["deaf"]') + 'flows = ["orders", "shipments", "statuses"]\n' + DEAF
    found = problems(tmp_path, text)
    assert found[0].startswith("routes.0.flows: shipments is not possible here (deaf has no shipped)")
    assert found[1].startswith(
        "routes.0.flows: statuses is not possible here (deaf has no answer_status, status_requests)"
    )
    assert len(found) == 2


def test_the_way_back_is_possible_by_one_of_two_targets(tmp_path: Path) -> None:
    text = GOOD.replace('["central"]', '["deaf", "central"]') + 'flows = ["orders", "shipments"]\n' + DEAF
    assert read(tmp_path, text).routes[0].flows == ("orders", "shipments")


def test_flows_of_an_unknown_connector_are_not_judged(tmp_path: Path) -> None:
    text = market().replace('"market"', '"markett"') + 'flows = ["cancellations"]\n'
    assert [line.partition(": ")[0] for line in problems(tmp_path, text)] == ["marketplaces.shop-fr.connector"]


def test_what_a_flow_lacks() -> None:
    none: frozenset[str] = frozenset()
    everything = frozenset({"new_orders", "get", "ship", "cancel", "import_orders", "shipped", "status_requests"})
    assert missing_for("orders", everything, everything) == (none, none)
    assert missing_for("shipments", frozenset({"ship"}), everything) == (frozenset({"get"}), none)
    assert missing_for("statuses", everything, everything) == (none, frozenset({"answer_status"}))
    assert missing_for("cancellations", frozenset({"new_orders"}), frozenset({"cancel"})) == (none, none)
    assert missing_for("cancellations", frozenset({"cancel"}), none) == (none, none)
    assert missing_for("cancellations", none, none) == (frozenset({"cancel"}), none)


def test_a_default_of_every_line(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD + 'defaults = { "lines.*.tax_rate" = "20" }\n')
    assert config.routes[0].defaults == {"lines.*.tax_rate": "20"}
