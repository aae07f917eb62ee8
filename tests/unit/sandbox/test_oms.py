"""Each OMS: its audit from generated orders, its config, and a default that stays as it was."""

import tomllib
from typing import Any

import pytest

from sandbox import SandboxConfig, TecsysDials, create_app, example_config
from sandbox.__main__ import make_config, read_arguments
from sandbox.oms import OMS
from sandbox.routing import choose_fulfillers
from sandbox.samples import PLAIN, make_samples, shorten, unname_pickup
from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import Partners
from tests.unit.sandbox.test_ois import Client as Ois
from tests.unit.sandbox.test_tecsys import HEADERS


def translate(order: dict[str, Any]) -> dict[str, Any]:
    """An Octopia order for OIS, by hand: a line for every unit, one for every shipping cost and fee."""

    def priced(kind: str, amount: float, **more: Any) -> dict[str, Any]:
        return {"LineType": kind, "OriginalPrice": amount, "Price": amount, **more}

    goods = [
        priced(
            "Article",
            line["sellingPrice"]["unitSalesPrice"],
            VariantIdentifier=line["offer"]["sellerProductId"],
            VATPercentage=20,
        )
        for line in order["lines"]
        for _ in range(line["quantity"])
    ]
    costs = [priced("ShippingCost", line["sellingPrice"]["shippingCost"]) for line in order["lines"]]
    to = order["lines"][0]["shippingAddress"]
    return {
        "Identifier": order["orderId"],
        "OrderDate": order["purchasedAt"],
        "OrderLines": goods + costs + [priced("PaymentFee", fee["amount"]) for fee in order["serviceFees"]],
        "DeliveryMethod": "1",
        "ShippingAgentId": "DHL",
        "PaymentOptionId": "MARKETPLACE",
        "PaymentReference": order["reference"],
        "ShippingAddress": {
            "FirstName": to["firstName"],
            "LastName": to["lastName"],
            "Street": to["addressLine1"],
            "ZipCode": to["postalCode"],
            "City": to["city"],
            "CountryCode": to["countryCode"],
        },
    }


def planted(partners: Partners) -> set[str]:
    return {plant["order_id"] for plant in partners.state()["octopia"]["planted"]}


def test_the_audit_is_of_the_chosen_oms(start: Start) -> None:
    partners = start(oms=("ois",), orders=12, plant=3).log_in()
    kinds = {plant["kind"] for plant in partners.state()["octopia"]["planted"]}
    assert kinds == {"postal_code_missing", "quantity_zero", "currency_unknown"}
    ois = Ois(partners)
    for order in partners.items():
        if order["orderId"] not in planted(partners):
            assert ois("POST", "order/v1/Orders", json=translate(order)).status_code == 201
    audit = partners.state()["audit"]
    assert [audit["expected"], audit["arrived"]] == [9, 9]
    bad = ("missing", "unexpected", "doubled", "planted_arrived", "shipped_not_acked", "not_shipped_at_marketplace")
    assert [audit[key] for key in bad] == [[], {}, [], [], [], []]
    assert len(partners.control("GET", "/ois/orders")["orders"]) == 9


def test_what_left_tecsys_must_be_shipped_at_the_marketplace(start: Start) -> None:
    dials = TecsysDials(create_order_path="orders", auto_shipments=True, shipments_appear_seconds=0)
    partners = start(oms=("tecsys",), orders=1, tecsys=dials).log_in()
    partners.control("POST", "/tecsys", ship_after_seconds=0)
    (order,) = partners.items()
    raw = {"ExternalOrderId": order["orderId"], "Lines": [{"Sku": "S", "Quantity": 1}]}
    assert partners.http.post("/tecsys/v1/orders", headers=HEADERS, json=raw).status_code == 201
    assert partners.state()["audit"]["not_shipped_at_marketplace"] == [order["orderId"]]


def test_only_the_chosen_one_is_there(start: Start) -> None:
    partners = start(oms=("ois",))
    assert partners.http.post("/tecsys/v1/orders").status_code == 404
    assert partners.http.request("POST", "/_/tecsys", json={"repeat": "upsert"}).status_code == 404
    assert partners.http.request("POST", "/_/ois", json={"repeat": "twice"}).status_code == 400
    assert partners.http.request("POST", "/_/egenta", json={"mode": "insert"}).status_code == 404
    assert "egenta" not in partners.state()
    assert "Ois: 0 orders" in partners.http.get("/").text
    with pytest.raises(ValueError, match="unknown OMS"):
        create_app(SandboxConfig(orders=0, plant=0, shares=PLAIN, oms=("sap",)))


@pytest.mark.parametrize("oms", OMS)
def test_the_example_config_leads_to_it(oms: str) -> None:
    config = example_config("http://127.0.0.1:1/", oms=(oms,))
    read = tomllib.loads(config.toml)
    assert read["routes"][0]["to"] == [f"{oms}-cdiscount"]
    account = read["oms"][f"{oms}-cdiscount"]
    assert account["connector"] == oms
    assert account["settings"]["base_url"].startswith(f"http://127.0.0.1:1/{oms}")
    named = {value[5:] for value in account["settings"].values() if str(value).startswith("file:")}
    assert named <= config.secrets.keys()
    with pytest.raises(ValueError, match="unknown OMS"):
        example_config("http://127.0.0.1:1", oms=("sap",))


def test_the_command_line_opens_tecsys_for_orders() -> None:
    assert make_config(read_arguments(["--oms", "tecsys"])).dials["tecsys"].create_order_path == "orders"
    assert make_config(read_arguments([])).oms == ("egenta",)


def test_the_command_line_lets_ois_and_tecsys_ship() -> None:
    for name in ("ois", "tecsys"):
        quiet, ships = (
            make_config(read_arguments(["--oms", name, *more])).dials[name] for more in ((), ("--oms-ship-after", "2"))
        )
        assert (quiet.ship_after_seconds, ships.ship_after_seconds) == (None, 2)
    assert ships.auto_shipments
    assert not quiet.auto_shipments


@pytest.mark.parametrize(
    ("words", "shipping"),
    [
        (["--oms", "egenta,kibo,transiteo"], {"egenta"}),
        (["--oms", "transiteo,kibo,egenta"], {"kibo"}),
        (["--oms", "ois,kibo"], {"kibo"}),
        (["--oms", "ois,kibo", "--oms-ship-after", "1"], {"ois"}),
        (["--oms", "egenta,ois", "--ship-after", "-1"], set()),
    ],
)
def test_one_order_is_shipped_by_one_oms(words: list[str], shipping: set[str]) -> None:
    dials = make_config(read_arguments(words)).dials
    assert {name for name, one in dials.items() if getattr(one, "ship_after_seconds", None) is not None} == shipping


def test_a_pickup_point_without_a_name_is_none_for_ois() -> None:
    samples = [sample for sample in make_samples(60, 1) if sample.shipping.pickup_id]
    assert samples
    assert all(shorten(sample).shipping.pickup_name for sample in samples)
    for nameless in map(unname_pickup, samples):
        assert nameless.shipping.pickup_id
        assert (shorten(nameless).shipping.pickup_id, shorten(nameless).delivery_mode) == (None, "Standard")


def test_oms_that_share_no_marketplace_all_ship() -> None:
    routes = {"a": ("x", "z"), "b": ("y", "z"), "c": ("y",)}
    assert choose_fulfillers(routes, ["x", "y", "z"]) == {"x", "y"}
    assert choose_fulfillers(routes, ["z", "y", "x"]) == {"z"}


def find(content: Any, pointer: str) -> Any:
    for name in pointer.split("/")[1:]:
        content = content[int(name)] if isinstance(content, list) else content[name]
    return content


def test_the_examples_pointers_lead_to_what_ois_and_tecsys_ship(start: Start) -> None:
    settings = {
        oms: tomllib.loads(example_config("http://x", oms=(oms,)).toml)["oms"][f"{oms}-cdiscount"]["settings"]
        for oms in ("ois", "tecsys")
    }
    partners = start(
        oms=("tecsys",),
        orders=1,
        tecsys=TecsysDials(
            create_order_path="orders", auto_shipments=True, shipments_appear_seconds=0, ship_after_seconds=0
        ),
    )
    raw = {"ExternalOrderId": "A/1", "Lines": [{"Sku": "S", "Quantity": 1}]}
    partners.http.post("/tecsys/v1/orders", headers=HEADERS, json=raw)
    where = settings["tecsys"]["tracking_pointers"]
    condition = {"Field": where["search_field"], "Operator": "equals", "Value": where["search_value"]}
    (order,) = partners.http.post("/tecsys/v1/orders/Search", headers=HEADERS, json=condition).json()
    assert find(order["Shipments"][0], where["number"]).startswith("TO")
    assert find(order["Shipments"][0], where["carrier"]) == "DHL"
    assert find(order, where["updated_at"])

    partners = start(oms=("ois",), orders=1).log_in()
    partners.control("POST", "/ois", ship_after_seconds=0)
    client = Ois(partners)
    (made,) = partners.items()
    assert client("POST", "order/v1/Orders", json=translate(made)).status_code == 201
    where = settings["ois"]["webhook_pointers"]
    log = client("GET", "v1/webhooks/status", params={"Status": where["status"]}).json()
    (entry,) = [row for row in log if find(row, where["event"]) == where["shipped"]]
    assert find(entry, where["order_id"]) == made["orderId"]
    (parcel,) = find(entry, where["parcels"])
    assert find(parcel, where["number"]).startswith("3S")
    assert find(parcel, where["carrier"]) == "DHL"
    assert find(entry, where["entry_id"])
    assert find(entry, where["created_at"])
