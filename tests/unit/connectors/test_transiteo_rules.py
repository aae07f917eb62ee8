"""Transiteo's documents rule by rule: each field alone, each word of a list, and cancellations without a GET."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from pipeline.connectors.oms.transiteo.client import Transiteo
from pipeline.connectors.oms.transiteo.schema import INCOTERMS, STATUTS
from pipeline.domain.errors import Ambiguous, Invalid, NotConfigured, Puzzling, Refused, Unauthorized
from pipeline.domain.order import Agent, Delivery, Order, OrderStatus, Payment
from pipeline.domain.reports import Cancellation
from pipeline.domain.rules import order_faults
from pipeline.ports import Taken
from sandbox.transiteo.contract import check_order
from tests.builders import build_address, build_line
from tests.unit.connectors.rig import Partner, rig_for
from tests.unit.connectors.test_transiteo_calls import EXPIRED, GET, POST, PUT, RUNS, asked, error, sending
from tests.unit.connectors.test_transiteo_orders import CUSTOMS, ENCODE, TOKEN, faults, order, prepare, transiteo

AT = datetime(2026, 11, 20, 13, 33, tzinfo=UTC)


def everything() -> Order:
    agent = Agent(
        first_name="Ana", last_name="Agent", line1="Quai 1", postal_code="4051", city="Basel", country="CH"
    )  # fmt: skip
    return order(
        customs=replace(
            CUSTOMS, invoice_id="F-1", exporting_carrier="DHL Express", agent=agent, category="Kitchen", incoterm="DDP",
            duty_calculated_at=AT,
        ),
        url="https://shop.example/o/1",
        lines=(build_line(seller_id="98979", discounts=()),),
        delivery=Delivery(carrier="DHL"),
        payment=Payment(method="CreditCard", paid_at=AT),
        billing_address=build_address(first_name="Pia", last_name="Payeur", line2=None),
        extra={"transiteo": {"payment_type": "prepaid"}},
    )  # fmt: skip


@pytest.mark.covers(
    "transiteo:invoice_id", "transiteo:customer_{address,zipcode,city}", "transiteo:customer_email",
    "transiteo:buyer_{firstname,lastname,address,zipcode,city}", "transiteo:buyer_country",
    "transiteo:agent_{firstname,lastname,zipcode,city}", "transiteo:agent_address", "transiteo:order_payment_type",
    "transiteo:order_payment_date", "transiteo:exporting_carrier", "transiteo:shipping_carrier",
    "transiteo:category_of_item", "transiteo:payment_type", "transiteo:products.*.seller_id",
    "transiteo:duty_calculation_timestamp", "transiteo:products.*.unit_price_currency",
)  # fmt: skip
def test_every_optional_field_goes_over_the_wire() -> None:
    content = prepare(everything())
    wire = {
        "invoice_id": "F-1", "url": "https://shop.example/o/1", "exporting_carrier": "DHL Express",
        "customer_address": "12bis rue de l'Église, Bâtiment C", "customer_zipcode": "69003", "customer_city": "Lyon",
        "customer_country": "FRA", "customer_email": "zoe.lefevre@example.com",
        "buyer_firstname": "Pia", "buyer_lastname": "Payeur", "buyer_address": "12bis rue de l'Église",
        "buyer_zipcode": "69003", "buyer_city": "Lyon", "buyer_country": "FRA",
        "agent_firstname": "Ana", "agent_lastname": "Agent", "agent_address": "Quai 1", "agent_zipcode": "4051",
        "agent_city": "Basel", "agent_country": "CHE",
        "order_payment_type": "CreditCard", "order_payment_date": 1_795_181_580_000, "payment_type": "prepaid",
        "shipping_carrier": "DHL", "category_of_item": "Kitchen", "incoterm": "DDP",
        "duty_calculation_timestamp": 1_795_181_580_000,
    }  # fmt: skip
    assert {name: content[name] for name in wire} == wire
    assert content["products"] == [
        {"sku": "KETTLE-17", "quantity": 2, "unit_price": Decimal("19.90"), "unit_price_currency": "EUR",
         "seller_id": "98979"},
    ]  # fmt: skip
    assert check_order({**content, **{name: float(content[name]) for name in content if name.startswith("amount_")},
                        "products": [content["products"][0] | {"unit_price": 19.9}]}) == {}  # fmt: skip
    assert prepare(order(delivery=Delivery(service="Express")))["shipping_carrier"] == "Express"


@pytest.mark.covers(
    "transiteo:order_id", "transiteo:order_date_hour", "transiteo:customer_firstname", "transiteo:customer_lastname",
    "transiteo:departure_country", "transiteo:arrival_country", "transiteo:currency", "transiteo:order_statut",
    "transiteo:products", "transiteo:products.*.sku", "transiteo:products.*.quantity",
    "transiteo:products.*.unit_price", "transiteo:products.*.unit_price_currency",
)  # fmt: skip
@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"id": None}, {"id"}),
        ({"purchased_at": None}, {"purchased_at"}),
        ({"shipping_address": build_address(first_name=None), "buyer": order().buyer}, set()),  # the buyer's name
        ({"customs": replace(CUSTOMS, departure_country=None)}, {"customs.departure_country"}),
        ({"shipping_address": build_address(country=None)}, {"customs.arrival_country"}),
        ({"currency": None}, {"currency"}),
        ({"status": None}, {"status"}),
        ({"lines": ()}, {"lines"}),
        ({"lines": (build_line(sku=None),)}, {"lines.0.sku"}),
        ({"lines": (build_line(quantity=None),)}, {"lines.0.quantity"}),
        ({"lines": (build_line(quantity=0),)}, {"lines.0.quantity"}),
        ({"lines": (build_line(unit_price=None),)}, {"lines.0.unit_price"}),
        ({"lines": (build_line(unit_price=Decimal("-0.01")),)}, {"lines.0.unit_price"}),
    ],
)
def test_each_required_field_alone(given: dict[str, Any], paths: set[str]) -> None:
    if paths:
        assert set(faults(order(total=Decimal(1), goods_total=Decimal(1), **given))) == paths
    else:
        assert prepare(order(**given))["customer_lastname"] == "Lefèvre"


@pytest.mark.covers(
    "transiteo:amount_products", "transiteo:amount_shipping", "transiteo:amount_duty", "transiteo:amount_vat",
    "transiteo:amount_specialtaxes",
)  # fmt: skip
@pytest.mark.parametrize(
    ("path", "wire"),
    [
        ("goods_total", "amount_products"),
        ("shipping_total", "amount_shipping"),
        ("duty_total", "amount_duty"),
        ("tax_total", "amount_vat"),
        ("special_tax_total", "amount_specialtaxes"),
    ],
)
def test_each_amount_from_zero_on(path: str, wire: str) -> None:
    assert prepare(order(total=Decimal(1), **{path: Decimal(0)}))[wire] == 0
    assert set(faults(order(total=Decimal(1), **{path: Decimal("-0.01")}))) == {path}


@pytest.mark.covers("transiteo:country-format", "transiteo:departure_country", "transiteo:arrival_country")
@pytest.mark.parametrize(
    ("code", "long"),
    [
        ("FR", "FRA"), ("RE", "REU"), ("GP", "GLP"), ("MQ", "MTQ"), ("GF", "GUF"), ("YT", "MYT"), ("MF", "MAF"),
        ("AX", "ALA"), ("GI", "GIB"), ("FO", "FRO"), ("GL", "GRL"), ("JE", "JEY"), ("IM", "IMN"), ("GB", "GBR"),
        ("GR", "GRC"), ("MC", "MCO"), ("XK", "XKX"),
    ],
)  # fmt: skip
def test_territories_and_special_codes(code: str, long: str) -> None:
    document = order(customs=replace(CUSTOMS, departure_country=code), shipping_address=build_address(country=code))
    found = prepare(document)
    assert (found["departure_country"], found["arrival_country"]) == (long, long)
    assert prepare(document, country_format="alpha2")["arrival_country"] == code
    assert not [
        fault
        for fault in order_faults(document, addressed=True, totals_add_up=False, now=AT)
        if fault.path.endswith("country")
    ]


@pytest.mark.covers("transiteo:country-format")
@pytest.mark.parametrize("code", ["UK", "EL", "IC", "XI", "EU", "FRA", "fr", ""])
def test_what_is_no_country_is_never_guessed(code: str) -> None:
    assert "customs.departure_country" in faults(order(customs=replace(CUSTOMS, departure_country=code)))


@pytest.mark.covers("transiteo:order_statut", "transiteo:incoterm")
def test_each_word_of_a_list() -> None:
    for statut in STATUTS:
        assert prepare(order(), statut_map={"unshipped": statut})["order_statut"] == statut
    for incoterm in INCOTERMS:
        assert prepare(order(customs=replace(CUSTOMS, incoterm=incoterm)))["incoterm"] == incoterm
    with pytest.raises(Puzzling):
        prepare(order(customs=replace(CUSTOMS, incoterm="DPU")))


@pytest.mark.covers("transiteo:one-currency", "transiteo:products.*.unit_price_currency", "transiteo:currency")
def test_products_are_in_the_orders_currency() -> None:
    assert {one["unit_price_currency"] for one in prepare(order(currency="CHF"))["products"]} == {"CHF"}
    product = {"sku": "a", "quantity": 1, "unit_price": 1, "unit_price_currency": "CHF"}
    content = ENCODE(prepare(order(id="A")) | {"products": [product]}).decode()
    with pytest.raises(Invalid, match="amounts are in one") as raised:
        RUNS["update"](transiteo(Partner()), {"order_id": "A", "content": content})
    assert [fault.rule for fault in raised.value.fields] == ["mixed"]


@pytest.mark.covers("transiteo:token-shared", "transiteo:token-renewed")
def test_one_token_for_all_and_one_refresh_for_all() -> None:
    partner = Partner().says(TOKEN, {}, {}, error(401, **EXPIRED), {**TOKEN, "id_token": "id-2"}, {}, {})
    rig = rig_for("transiteo", partner)
    first, second = Transiteo(rig), Transiteo(rig)
    body = first.import_orders.prepare(order())
    for client in (first, second, first, second):
        assert client.import_orders.send([body]) == [Taken()]
    assert [request.url.path for request in partner.requests].count("/oauth2/token") == 2
    assert partner.requests[-1].headers["authorization"] == "id-2"


@pytest.mark.covers("transiteo:invalid-grant")
def test_an_invalid_grant_is_not_repeated() -> None:
    send, partner = sending()
    partner.replies[:] = [error(400, error="invalid_grant")]
    with pytest.raises(Unauthorized, match="no token for these credentials"):
        send()
    assert len(partner.requests) == 1


@pytest.mark.covers("transiteo:doubt-without-get", "transiteo:put-error-never-post", "transiteo:doubt-put-404")
@pytest.mark.parametrize(
    ("replies", "kind", "calls"),
    [
        ([httpx.ReadTimeout("x")], Ambiguous, [PUT]),
        ([error(502)], Ambiguous, [PUT]),
        ([error(422, message="bad")], Refused, [PUT]),
        ([error(404, message="Not found"), error(500)], Ambiguous, [PUT, POST]),
        ([error(404, message="Not found"), error(400, message="no")], Refused, [PUT, POST]),
    ],
)
def test_what_follows_a_doubt(replies: list[Any], kind: type[Exception], calls: list[str]) -> None:
    send, partner = sending(*replies, doubtful=True)
    with pytest.raises(kind):
        send()
    assert asked(partner)[1:] == calls


@pytest.mark.covers("transiteo:doubt-get-404", "transiteo:first-send")
def test_what_a_get_did_not_find_is_posted_again() -> None:
    partner = Partner().says(TOKEN, error(404), {})
    client = transiteo(partner, get_enabled=True)
    body = client.import_orders.prepare(order(id="A/1"))
    client.import_orders.look([body])
    assert client.import_orders.send([body]) == [Taken()]
    assert asked(partner)[1:] == [GET, POST]


def canceled(document: Order | None = None, **settings: Any) -> tuple[Any, Any]:
    partner = Partner().says(TOKEN)
    client = transiteo(partner, **settings)
    gone = document or order(id="A/1", status=OrderStatus.CANCELED)
    return client.cancel.prepare(Cancellation(order_id="A/1", extra={"order": gone})), (client, partner)


@pytest.mark.covers("transiteo:cancel-status", "transiteo:order_statut")
def test_a_cancellation_with_its_order_needs_no_get() -> None:
    body, (client, partner) = canceled()
    partner.says({})
    assert client.cancel.send([body]) == [Taken()]
    assert asked(partner)[1:] == [PUT]
    assert check_order(partner.sent()) == {}
    assert (partner.sent()["order_statut"], len(partner.sent()["products"])) == ("CANCELLED", 2)
    mapped, _ = canceled(statut_map={"canceled": "AWAITING"})
    assert mapped.content["order_statut"] == "CANCELLED"
    assert client.cancel.with_order
    assert not transiteo(Partner(), delete_mode="delete").cancel.with_order


@pytest.mark.covers("transiteo:cancel-status", "transiteo:put-error-never-post")
@pytest.mark.parametrize(("reply", "kind"), [(error(404), Refused), (error(500), Ambiguous), (error(400), Refused)])
def test_a_cancellation_never_creates(reply: httpx.Response, kind: type[Exception]) -> None:
    body, (client, partner) = canceled()
    partner.says(reply)
    with pytest.raises(kind):
        client.cancel.send([body])
    assert asked(partner)[1:] == [PUT]


@pytest.mark.covers("transiteo:cancel-status")
def test_a_cancellation_whose_order_is_not_whole_names_the_fields_or_reads_it_first() -> None:
    lacking = order(id="A/1", currency=None, status=OrderStatus.CANCELED)
    with pytest.raises(Invalid) as raised:
        canceled(lacking)
    assert [fault.path for fault in raised.value.fields] == ["extra.order.currency"]
    body, (client, partner) = canceled(lacking, get_enabled=True)
    there = prepare(order(id="A/1"))
    partner.says(there, {})
    assert client.cancel.send([body]) == [Taken()]
    assert asked(partner)[1:] == [GET, PUT]
    with pytest.raises(NotConfigured, match="not configured"):
        transiteo(Partner()).cancel.prepare(Cancellation(order_id="A/1"))
