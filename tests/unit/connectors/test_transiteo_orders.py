"""Transiteo's body: the exact wire form, the settings that shape it, and every fault at once."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from pipeline.connectors.oms.transiteo.schema import AMOUNTS, NEEDS, faults_of, fits
from pipeline.domain.address import Address, Buyer
from pipeline.domain.errors import Invalid, NotConfigured, Puzzling
from pipeline.domain.order import Agent, Customs, Delivery, Line, Named, Order, OrderStatus, Payment
from tests.builders import build_address, build_line, build_order
from tests.unit.connectors.rig import GONE, Partner, client_for, put

TOKEN = {"id_token": "id-1", "access_token": "other", "expires_in": 3600, "token_type": "Bearer"}
CUSTOMS = Customs(departure_country="FR")
ENCODE = msgspec.json.Encoder(decimal_format="number").encode


def transiteo(partner: Partner, **given: Any) -> Any:
    return client_for("transiteo", partner, **given)


def order(**given: Any) -> Order:
    return build_order(**{"customs": CUSTOMS} | given)


def prepare(document: Order, **settings: Any) -> Any:
    return transiteo(Partner(), **settings).import_orders.prepare(document).content


def faults(document: Order, **settings: Any) -> dict[str, Any]:
    with pytest.raises(Invalid) as raised:
        prepare(document, **settings)
    return {fault.path: fault for fault in raised.value.fields}


@pytest.mark.covers("transiteo:id-in-path", "transiteo:order_id")
def test_the_path_holds_the_id_whatever_is_in_it() -> None:
    client = transiteo(Partner())
    assert client.import_orders.prepare(order(id="A/1 #2?é")).path == "/v1/customer/orders/A%2F1%20%232%3F%C3%A9"
    assert transiteo(Partner(), orders_path="v2/o/").import_orders.prepare(order(id="A")).path == "/v2/o/A"
    with pytest.raises(Puzzling):
        client.import_orders.prepare(order(id=".."))


@pytest.mark.covers(
    "transiteo:time-unit",
    "transiteo:order_date_hour",
    "transiteo:order_update_statut",
    "transiteo:duty_calculation_timestamp",
)
def test_times_are_whole_epoch_milliseconds_or_seconds() -> None:
    at = datetime(2026, 11, 20, 13, 32, 5, 999_999, tzinfo=UTC)
    customs = replace(CUSTOMS, duty_calculated_at=at + timedelta(seconds=1))
    document = order(purchased_at=at, customs=customs, updated_at=at)
    found = prepare(document, send_order_update_statut=True)
    assert found["order_date_hour"] == found["order_update_statut"] == 1_795_181_525_999
    assert found["duty_calculation_timestamp"] == 1_795_181_526_999
    assert prepare(document, time_unit="s")["order_date_hour"] == 1_795_181_525
    assert "order_update_statut" not in prepare(document)
    assert "order_update_statut" in transiteo(Partner()).import_orders.volatile


@pytest.mark.covers(
    "transiteo:country-format", "transiteo:arrival_country", "transiteo:customer_country", "transiteo:buyer_country"
)
def test_countries_have_three_letters_and_arrival_is_the_shipping_address_unless_customs_say_so() -> None:
    found = prepare(order(shipping_address=build_address(country="CH")))
    assert (found["departure_country"], found["arrival_country"], found["customer_country"]) == ("FRA", "CHE", "CHE")
    assert prepare(order(customs=replace(CUSTOMS, arrival_country="NO")))["arrival_country"] == "NOR"
    found = prepare(order(), country_format="alpha2")
    assert (found["departure_country"], found["buyer_country"]) == ("FR", "FR")


@pytest.mark.covers("transiteo:departure_country")
def test_departure_must_be_given_and_is_never_guessed() -> None:
    found = faults(order(customs=Customs()))
    assert set(found) == {"customs.departure_country"}
    assert found["customs.departure_country"].rule == "required"
    assert "Transiteo" in found["customs.departure_country"].message
    assert "defaults" in found["customs.departure_country"].message


@pytest.mark.covers(
    "transiteo:country-format", "transiteo:departure_country", "transiteo:agent_country", "transiteo:customer_country"
)
def test_a_country_that_is_none_is_told_where_it_stands() -> None:
    bad = replace(CUSTOMS, departure_country="XX", agent=Agent(country="QQ"))
    found = faults(order(customs=bad, shipping_address=build_address(country="ZZ")))
    assert set(found) == {"customs.departure_country", "customs.agent.country", "shipping_address.country"}
    assert {fault.rule for fault in found.values()} == {"form"}
    found = faults(order(shipping_address=build_address(country=None)))
    assert set(found) == {"customs.arrival_country"}


@pytest.mark.covers("transiteo:order_statut")
@pytest.mark.parametrize(
    ("status", "statut"),
    [("pending", "AWAITING"), ("unshipped", "PAID"), ("partially_shipped", "PAID"), ("shipped", "PAID"),
     ("canceled", "CANCELLED")],
)  # fmt: skip
def test_statuts(status: str, statut: str) -> None:
    assert prepare(order(status=OrderStatus(status)))["order_statut"] == statut


@pytest.mark.covers("transiteo:statut-map", "transiteo:order_statut")
def test_the_statut_map_names_what_differs_and_takes_known_words_only() -> None:
    mapped = {"unshipped": "AWAITING"}
    assert prepare(order(), statut_map=mapped)["order_statut"] == "AWAITING"
    assert prepare(order(status=OrderStatus.SHIPPED), statut_map=mapped)["order_statut"] == "PAID"
    assert set(faults(order(status=None))) == {"status"}
    for wrong in ({"unshipped": "OPEN"}, {"paid": "PAID"}, {"unshipped": 1}):
        with pytest.raises(NotConfigured, match="statut_map"):
            transiteo(Partner(), statut_map=wrong)


@pytest.mark.covers("transiteo:agent_address", "transiteo:agent_country")
def test_agents_address_in_the_spelling_that_is_set() -> None:
    document = order(customs=replace(CUSTOMS, agent=Agent(first_name="A", line1="Quai 1", country="FR")))
    for key, names in (
        ("agent_address", {"agent_address"}),
        ("agent_adress", {"agent_adress"}),
        ("both", {"agent_address", "agent_adress"}),
    ):
        found = prepare(document, agent_address_key=key)
        assert {name for name, value in found.items() if value == "Quai 1"} == names
        assert found["agent_country"] == "FRA"
    assert not [name for name in prepare(order()) if name.startswith("agent")]


@pytest.mark.covers(
    "transiteo:amount_products",
    "transiteo:amount_shipping",
    "transiteo:amount_duty",
    "transiteo:amount_vat",
    "transiteo:amount_specialtaxes",
)
def test_amounts_are_the_orders_then_the_lines_then_zero() -> None:
    found = prepare(order())
    assert [found[name] for name in AMOUNTS] == [Decimal("42.80"), Decimal("4.90"), 0, 0, 0]
    assert b'"amount_duty":0,' in ENCODE(found)
    given = order(
        goods_total=Decimal("40.00"), duty_total=Decimal("1.10"), tax_total=Decimal("8.56"),
        special_tax_total=Decimal("0.20"),
    )  # fmt: skip
    assert [prepare(given)[name] for name in AMOUNTS] == [
        Decimal("40.00"), Decimal("4.90"), Decimal("1.10"), Decimal("8.56"), Decimal("0.20"),
    ]  # fmt: skip
    line = build_line(tax_amount=Decimal("6.30"), shipping_price=Decimal("2.00"), total=Decimal("37.80"))
    both = prepare(order(lines=(line, replace(line, id="2")), shipping_total=None, total=Decimal(80)))
    assert [both[name] for name in AMOUNTS[:2]] == [Decimal("75.60"), Decimal("4.00")]
    assert both["amount_vat"] == Decimal("12.60")
    part = prepare(order(lines=(line, replace(line, id="2", tax_amount=None)), shipping_total=None, total=Decimal(80)))
    assert part["amount_vat"] == 0  # a part of the VAT is not the VAT
    assert set(faults(order(duty_total=Decimal(-1)))) == {"duty_total"}


@pytest.mark.covers("transiteo:products", "transiteo:products.*.sku")
def test_lines_that_are_canceled_cross_no_border_and_the_others_keep_their_numbers() -> None:
    gone = build_line(id="1", status=OrderStatus.CANCELED)
    kept = build_line(id="2", quantity=1, discounts=())
    found = prepare(order(lines=(gone, kept), goods_total=Decimal("57.70")))
    assert (len(found["products"]), found["amount_products"]) == (1, Decimal("19.90"))
    assert set(faults(order(lines=(gone, replace(kept, sku=None))))) == {"lines.1.sku"}
    assert set(faults(order(lines=(gone,)))) == {"lines"}
    whole = order(status=OrderStatus.CANCELED, lines=(gone,))
    assert len(prepare(whole)["products"]) == 1  # a canceled order keeps what was bought


@pytest.mark.covers("transiteo:sku-template")
def test_skus_by_template() -> None:
    document = order(store=Named(id="7"))
    assert [one["sku"] for one in prepare(document, sku_template="{store_id}_{sku}")["products"]] == [
        "7_KETTLE-17", "7_FILTER-5",
    ]  # fmt: skip
    assert set(faults(order(), sku_template="{store_id}_{sku}")) == {"store.id", "lines.0.sku", "lines.1.sku"}
    assert "lines.1.product_id" in faults(order(), sku_template="{product_id}")
    for wrong in ("{id}", "{sku", "same", "{store_id}", "{}"):
        with pytest.raises(NotConfigured, match="sku_template"):
            transiteo(Partner(), sku_template=wrong)


@pytest.mark.covers("transiteo:url")
@pytest.mark.parametrize(
    "url", ["/orders/1", "shop.example", "ftp://shop.example", "https://", "https://a b", "http://["]
)
def test_an_address_must_be_absolute(url: str) -> None:
    assert set(faults(order(url=url))) == {"url"}
    assert prepare(order(url="https://shop.example/o/1"))["url"] == "https://shop.example/o/1"


@pytest.mark.covers("transiteo:incoterm")
def test_incoterms_pass_in_their_case_and_others_are_held() -> None:
    for case, word in (("as_is", "Ddp"), ("lower", "ddp"), ("upper", "DDP")):
        assert prepare(order(customs=replace(CUSTOMS, incoterm="Ddp")), incoterm_case=case)["incoterm"] == word
    with pytest.raises(Puzzling, match="EXW") as raised:
        prepare(order(customs=replace(CUSTOMS, incoterm="EXW")))
    assert [riddle.path for riddle in raised.value.fields] == ["customs.incoterm"]
    assert set(faults(order(customs=Customs(incoterm="EXW")))) == {"customs.departure_country", "customs.incoterm"}


@pytest.mark.covers("transiteo:category_of_item")
def test_one_category_for_all_lines_or_none() -> None:
    one, other = build_line(category="Kettles"), build_line(id="2", category="Filters")
    assert "category_of_item" not in prepare(order(lines=(one, other)))
    assert prepare(order(lines=(one, replace(other, category="Kettles"))))["category_of_item"] == "Kettles"
    named = replace(CUSTOMS, category="Kitchen")
    assert prepare(order(lines=(one, other), customs=named))["category_of_item"] == "Kitchen"


@pytest.mark.covers("transiteo:payment_type", "transiteo:order_payment_type")
def test_the_unexplained_payment_type_is_only_what_a_person_put_there() -> None:
    found = prepare(order())
    assert found["order_payment_type"] == "card"
    assert "payment_type" not in found
    assert prepare(order(extra={"transiteo": {"payment_type": "X"}}))["payment_type"] == "X"
    assert set(faults(order(extra={"transiteo": {"payment_type": []}}))) == {"extra.transiteo.payment_type"}


@pytest.mark.covers("transiteo:customer_firstname", "transiteo:customer_lastname")
def test_names_are_one_persons() -> None:
    company = build_address(first_name=None, last_name="Lefèvre SARL")
    found = prepare(order(shipping_address=company, buyer=Buyer(first_name="Ada", last_name="Payeur")))
    assert (found["customer_firstname"], found["customer_lastname"]) == ("Ada", "Payeur")
    assert set(faults(order(shipping_address=company, buyer=Buyer(first_name="Ada")))) == {
        "shipping_address.first_name"
    }
    place = Address(street="Damrak", house_number="12", house_number_extension="a", line3="c/o X", country="NL")
    assert prepare(order(billing_address=place))["buyer_address"] == "Damrak 12 a, c/o X"


@pytest.mark.covers(
    "transiteo:order_id",
    "transiteo:order_date_hour",
    "transiteo:products.*.sku",
    "transiteo:products.*.quantity",
    "transiteo:products.*.unit_price",
    "transiteo:currency",
)
def test_everything_that_is_missing_is_told_at_once_with_transiteos_name() -> None:
    found = faults(Order(lines=(Line(), Line(quantity=0, unit_price=Decimal(-1)))))
    assert set(found) == {
        "id", "purchased_at", "shipping_address.first_name", "shipping_address.last_name", "customs.departure_country",
        "customs.arrival_country", "currency", "status", "lines.0.sku", "lines.0.quantity", "lines.0.unit_price",
        "lines.1.sku", "lines.1.quantity", "lines.1.unit_price",
    }  # fmt: skip
    assert all("Transiteo" in fault.message for fault in found.values())
    assert (found["lines.0.quantity"].rule, found["lines.1.quantity"].rule) == ("required", "form")
    assert set(faults(order(currency="€"))) == {"currency"}


@pytest.mark.covers("transiteo:absent-left-out")
def test_nothing_absent_is_sent() -> None:
    bare = order(
        buyer=Buyer(), billing_address=Address(), payment=Payment(), delivery=Delivery(),
        shipping_address=Address(first_name="A", last_name="B", country="CH"),
    )  # fmt: skip
    assert set(prepare(bare)) == NEEDS | {"customer_country"}


def test_the_fast_yes_is_never_more_than_marshmallows() -> None:
    content = prepare(order(url="https://shop.example"))
    assert fits(content)
    assert not faults_of(content, (0, 1))
    paths = [[name] for name in content] + [["products", "1", name] for name in content["products"][1]]
    refused = 0
    for path in paths:
        known = content["products"][1][path[2]] if len(path) == 3 else content[path[0]]
        odd = [Decimal(-1), 0] if isinstance(known, int | Decimal) else []
        odd += ["€"] if path[0] in ("currency", "url") else [[]] if path == ["products"] else []
        for value in (GONE, *odd):
            broken = deepcopy(content)
            put(broken, path, value)
            if faults_of(broken, (0, 1)):
                refused += 1
                assert not fits(broken), (path, value)
    assert refused > 25
