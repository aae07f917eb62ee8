"""Tecsys' new order: the default body, a field map of one's own, and what is refused before it is sent."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from pipeline.connectors.oms.tecsys.mapping import DEFAULT_FIELDS
from pipeline.domain.address import Address
from pipeline.domain.errors import Invalid, NotConfigured
from pipeline.domain.order import OrderStatus
from tests.builders import build_line, build_order
from tests.unit.connectors.rig import Partner, client_for

ENCODE = msgspec.json.Encoder(decimal_format="number").encode


def write(fields: Any = None, **given: Any) -> Any:
    settings = {"create_order_path": "/orders", "create_order_fields": fields} | given
    return client_for("tecsys", Partner(), **settings).import_orders


def prepare(order: Any, fields: Any = None) -> Any:
    return write(fields).prepare(order).content


def test_absent_is_left_out_and_amounts_are_exact() -> None:
    content = prepare(build_order(total=Decimal("47.70"), tax_total=None))
    assert "TaxTotal" not in content
    assert b'"OrderTotal":47.70' in ENCODE(content)
    assert content["LineItems"][0]["Discounts"] == [{"Code": "BLACKFRIDAY", "Amount": Decimal("2.00")}]
    assert "Discounts" not in content["LineItems"][1]
    assert content["OrderDate"] == "2026-11-20T14:32:05+01:00"
    assert content["LineItems"][0]["Qty"] == 2
    assert "null" not in ENCODE(content).decode()


def test_street_and_number_make_a_first_line_where_there_is_none() -> None:
    apart = Address(street="Kerkstraat", house_number="12", house_number_extension="hs", city="Gouda")
    assert prepare(build_order(shipping_address=apart))["ShippingAddress"]["AddressLine1"] == "Kerkstraat 12 hs"
    assert prepare(build_order())["ShippingAddress"]["AddressLine1"] == "12bis rue de l'Église"


def test_canceled_lines_are_not_sent() -> None:
    order = build_order()
    lines = (replace(order.lines[0], status=OrderStatus.CANCELED), order.lines[1])
    assert [line["Sku"] for line in prepare(replace(order, lines=lines))["LineItems"]] == ["FILTER-5"]


def test_all_that_is_missing_at_once() -> None:
    with pytest.raises(Invalid) as raised:
        prepare(build_order(id=None, lines=(build_line(status=OrderStatus.CANCELED),)))
    assert {fault.path for fault in raised.value.fields} == {"id", "lines"}


@pytest.mark.covers("tecsys:create-order-fields")
def test_a_field_map_of_ones_own_replaces_all() -> None:
    fields = {
        "Order.Ref": "id",
        "Order.State": "status",
        "Order.Market": "=cdiscount",
        "Order.Express": True,
        "Order.Level": 3,
        "Lines.*.Item.Code": "lines.*.sku",
        "Lines.*.Off.*.Sum": "lines.*.discounts.*.amount",
        "Extra": "extra.octopia.offer_condition",
    }
    assert prepare(build_order(id="A"), fields) == {
        "Order": {"Ref": "A", "State": "unshipped", "Market": "cdiscount", "Express": True, "Level": 3},
        "Lines": [{"Item": {"Code": "KETTLE-17"}, "Off": [{"Sum": Decimal("2.00")}]}, {"Item": {"Code": "FILTER-5"}}],
        "Extra": "New",
    }
    assert write(fields).volatile == {"Order.State"}
    assert write().volatile == frozenset()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"A": "reference"}, "no field is filled from id"),
        ({"A": "id", "B": "shipping_addres.city"}, "no canonical path"),
        ({"A": "id", "B": "shipping_address"}, "no canonical path of one value"),
        ({"A": "id", "B": "extra.octopia"}, "no canonical path"),
        ({"A": "id", "B": "lines.*.sku"}, "another number of lists"),
        ({"A": "id", "L.*.Sku": "id"}, "another number of lists"),
        ({"A": "id", "*.Sku": "lines.*.sku"}, "no path of fields"),
        ({"A": "id", "L.*": "lines.*.sku"}, "no path of fields"),
        ({"A": "id", "L.*.*.S": "lines.*.discounts.*.code"}, "no path of fields"),
        ({"A": "id", "A.B": "currency"}, "within another field"),
        ({"A": "id", "L.*.S": "lines.*.sku", "L.*.F": "fraud.*.kind"}, "mixes two lists"),
        ({"A": "id", "L.*.S": "=x"}, "constant"),
        ({"A": "id", "": "currency"}, "no path of fields"),
    ],
)
@pytest.mark.covers("tecsys:create-order-fields")
def test_a_field_map_that_can_not_be_used(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(NotConfigured, match=words):
        write(fields)


def test_the_default_map_is_usable_and_shown() -> None:
    assert set(prepare(build_order())) <= {name.partition(".")[0] for name in DEFAULT_FIELDS}
    assert write(None, create_order_path="v2/orders").prepare(build_order()).path == "/v2/orders"
