"""An order as one route's OMS is to see it."""

from decimal import Decimal
from typing import Any

import pytest

from pipeline.config.model import Route
from pipeline.domain.codec import to_fields
from pipeline.domain.errors import Invalid, Puzzling
from pipeline.domain.order import Delivery, Payment
from pipeline.flows.dressing import dress
from tests.builders import build_address, build_line, build_order


def dressed(order: Any, **route: Any) -> Any:
    return dress(to_fields(order), Route(source="m1", to=("o1",), **route))


def test_nothing_to_do() -> None:
    assert dressed(build_order()) == build_order()


def test_defaults_fill_what_is_absent_only() -> None:
    order = build_order(shipping_address=build_address(state=None), lines=(build_line(tax_rate=None), build_line()))
    found = dressed(order, defaults={"shipping_address.state": "{shipping_address.city}", "lines.*.tax_rate": "5.5"})
    assert found.shipping_address.state == "Lyon"
    assert [line.tax_rate for line in found.lines] == [Decimal("5.5"), Decimal("20")]


def test_a_default_of_the_wrong_type_is_named() -> None:
    with pytest.raises(Invalid) as raised:
        dressed(build_order(comment=None), defaults={"comment": 7})
    assert raised.value.fields[0].path == "comment"


MAPS: list[tuple[str, dict[str, Any], str, Any]] = [
    ("sku_map", {"lines": (build_line(sku="K1"),)}, "lines.0.sku", lambda order: order.lines[0].sku),
    ("shipping_map", {"delivery": Delivery(carrier="K1")}, "delivery.carrier", lambda order: order.delivery.carrier),
    ("shipping_map", {"delivery": Delivery(service="K1")}, "delivery.carrier", lambda order: order.delivery.carrier),
    ("payment_map", {"payment": Payment(method="K1")}, "payment.method", lambda order: order.payment.method),
]


@pytest.mark.parametrize(("name", "fields", "path", "got"), MAPS)
def test_maps(name: str, fields: dict[str, Any], path: str, got: Any) -> None:
    order = build_order(**fields)
    assert got(dressed(order, **{name: {"K1": "X1"}})) == "X1"
    assert got(dressed(order, **{name: {"*": "Y"}})) == "Y"
    with pytest.raises(Puzzling) as raised:
        dressed(order, **{name: {"other": "X1"}})
    assert [(fault.path, fault.rule) for fault in raised.value.fields] == [(path, name)]
    assert "'K1' has no entry" in raised.value.fields[0].message


def test_no_word_takes_the_entry_for_the_rest() -> None:
    order = build_order(delivery=Delivery(), payment=Payment())
    found = dressed(order, shipping_map={"*": "DPD"}, payment_map={"*": "card"})
    assert (found.delivery.carrier, found.payment.method) == ("DPD", "card")
    assert dressed(order, payment_map={"K1": "card"}).payment.method is None


def test_all_riddles_at_once() -> None:
    with pytest.raises(Puzzling) as raised:
        dressed(build_order(), sku_map={"x": "y"}, shipping_map={"x": "y"}, payment_map={"x": "y"})
    assert [fault.path for fault in raised.value.fields] == [
        "lines.0.sku", "lines.1.sku", "delivery.carrier", "payment.method",
    ]  # fmt: skip
