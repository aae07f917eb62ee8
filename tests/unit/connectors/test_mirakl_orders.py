"""Mirakl's orders in our words: states, releases, addresses, money."""

from decimal import Decimal
from typing import Any

import pytest

from pipeline.domain.errors import Invalid
from pipeline.domain.order import Order, OrderStatus
from tests.unit.connectors.rig import GONE, Partner, mirakl, mirakl_order, second_line

P, U, S, C = OrderStatus.PENDING, OrderStatus.UNSHIPPED, OrderStatus.SHIPPED, OrderStatus.CANCELED
PART = OrderStatus.PARTIALLY_SHIPPED


def read(raw: dict[str, Any]) -> Order:
    order: Order = mirakl(Partner()).read(raw)
    return order


@pytest.mark.covers("mirakl:order_state")
@pytest.mark.parametrize(
    ("state", "status", "released", "accepts"),
    [
        ("STAGING", P, False, False),
        ("WAITING_ACCEPTANCE", P, False, True),
        ("WAITING_DEBIT", P, False, False),
        ("WAITING_DEBIT_PAYMENT", P, False, False),
        ("SHIPPING", U, True, False),
        ("SHIPPED", S, True, False),
        ("TO_COLLECT", S, True, False),
        ("RECEIVED", S, True, False),
        ("CLOSED", S, True, False),
        ("REFUSED", C, False, False),
        ("CANCELED", C, False, False),
        ("ON_THE_MOON", None, False, False),
    ],
)
def test_states(state: str, status: Any, released: bool, accepts: bool) -> None:
    order = read(mirakl_order(order_state=state, order_lines__0__order_line_state=state))
    assert (order.status, order.raw_status, order.released) == (status, state, released)
    assert order.lines[0].status is status
    assert mirakl(Partner()).needs_accept(order) is accepts


@pytest.mark.covers("mirakl:customer.shipping_address")
@pytest.mark.parametrize("address", [None, {}, {"firstname": "Zoé", "country_iso_code": "FRA"}])
def test_without_an_address_it_is_not_released(address: Any) -> None:
    assert read(mirakl_order(customer__shipping_address=address)).released is False
    waiting = mirakl_order(order_state="WAITING_DEBIT_PAYMENT")
    assert read(waiting).released is False, "an address alone releases nothing"


@pytest.mark.covers("mirakl:order_lines.*.order_line_state")
@pytest.mark.parametrize(
    ("order", "one", "other", "status"),
    [
        ("SHIPPING", "SHIPPING", "SHIPPED", PART),
        ("SHIPPING", "RECEIVED", "SHIPPING", PART),
        ("SHIPPING", "SHIPPING", "REFUSED", U),
        ("SHIPPED", "SHIPPED", "CANCELED", S),
        ("SHIPPED", "SHIPPED", "RECEIVED", S),
        ("WAITING_DEBIT", "WAITING_DEBIT", "REFUSED", P),
    ],
)
def test_partly_shipped_is_told_by_the_lines(order: str, one: str, other: str, status: OrderStatus) -> None:
    raw = second_line(mirakl_order(order_state=order, order_lines__0__order_line_state=one), other)
    assert read(raw).status is status


@pytest.mark.covers("mirakl:order_state CLOSED")
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, S),
        ({"refunds": [{"amount": Decimal("39.80"), "quantity": 2}]}, C),
        ({"refunds": [{"amount": Decimal("39.80")}]}, C),
        ({"refunds": [{"amount": Decimal("5.00")}]}, S),
        ({"cancelations": [{"quantity": 1}], "refunds": [{"quantity": 1}]}, C),
        ({"refunds": [{"amount": Decimal("39.80")}], "shipped_date": "2026-11-22T10:00:00Z"}, S),
        ({"refunds": [{"amount": Decimal("39.80")}], "received_date": "2026-11-24T10:00:00Z"}, S),
    ],
)
def test_what_closed_an_order_is_told_by_its_lines(changes: dict[str, Any], status: OrderStatus) -> None:
    paths = {f"order_lines__0__{name}": value for name, value in changes.items()}
    raw = mirakl_order(order_state="CLOSED", order_lines__0__order_line_state="CLOSED", **paths)
    order = read(raw)
    assert (order.status, order.lines[0].status) == (status, status)
    with_one_shipped = second_line(raw, "CLOSED", refunds=[], cancelations=[], shipped_date="2026-11-22T10:00:00Z")
    assert read(with_one_shipped).status is S


@pytest.mark.covers("mirakl:country_iso_code")
@pytest.mark.parametrize(
    ("iso", "name", "country"),
    [
        ("FRA", "France", "FR"),
        ("FR", None, "FR"),
        (None, "ES", "ES"),
        (None, "germany", "DE"),
        ("XXX", "Atlantis", "XXX"),
        (None, "Atlantis", "Atlantis"),
        (None, None, None),
    ],
)
def test_countries(iso: Any, name: Any, country: Any) -> None:
    raw = mirakl_order(customer__shipping_address__country_iso_code=iso, customer__shipping_address__country=name)
    assert read(raw).shipping_address.country == country


@pytest.mark.covers("mirakl:order_tax_mode")
def test_prices_without_tax_have_it_added_for_what_the_buyer_pays() -> None:
    order = read(mirakl_order(order_tax_mode="TAX_EXCLUDED"))
    assert (order.prices_include_tax, order.total, order.tax_total) == (False, Decimal("52.15"), Decimal("7.45"))
    order = read(mirakl_order())
    assert (order.prices_include_tax, order.total) == (True, Decimal("44.70"))
    odd = mirakl_order(order_tax_mode="TAX_SOMETIMES")
    assert read(odd).prices_include_tax is None
    (riddle,) = mirakl(Partner()).riddles(odd)
    assert (riddle.path, riddle.rule) == ("prices_include_tax", "vocabulary")
    assert mirakl(Partner()).riddles(mirakl_order(order_tax_mode=GONE)) == ()
    assert mirakl(Partner()).riddles({**odd, "order_state": "RECEIVED"}) == ()


def test_a_line_canceled_in_part_is_held_where_it_is_to_be_shipped() -> None:
    raw = mirakl_order(order_lines__0__cancelations=[{"quantity": 1}])
    (riddle,) = mirakl(Partner()).riddles(raw)
    assert riddle.path == "lines.0.canceled_quantity"
    assert read(raw).lines[0].canceled_quantity == 1
    raw = mirakl_order(order_lines__0__order_line_state="CANCELED", order_lines__0__cancelations=[{"quantity": 2}])
    assert mirakl(Partner()).riddles(raw) == ()
    assert read(raw).lines[0].canceled_quantity == 2


def test_what_is_read_beside_and_not_guessed_at() -> None:
    order = read(mirakl_order(has_incident=True, shipping_pudo_id="P-7", shipping_carrier_code="MR"))
    assert order.accept_by is None, "no field tells it"
    assert order.delivery.method == "service_point"
    assert (order.delivery.pickup_id, order.delivery.carrier) == ("P-7", "HD")
    extra = order.extra["mirakl"]
    assert (extra["has_incident"], extra["shipping_carrier_code"]) == (True, "MR")
    assert extra["fulfillment_center"] == "DEFAULT"


def test_every_wrong_type_at_once() -> None:
    raw = mirakl_order(
        order_id=GONE,
        created_date="yesterday",
        total_price="a lot",
        order_lines__0__quantity=Decimal("1.5"),
        order_lines__0__refunds="none",
        customer__shipping_address="Lyon",
    )
    with pytest.raises(Invalid) as raised:
        read(raw)
    assert {fault.path for fault in raised.value.fields} == {
        "id", "purchased_at", "total", "lines.0.quantity", "lines.0.status", "shipping_address",
    }  # fmt: skip
