"""Documents to JSON fields and back."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.domain.address import Buyer
from pipeline.domain.codec import from_fields, to_fields
from pipeline.domain.errors import Invalid
from pipeline.domain.order import Customs, Line, Named, Order, OrderStatus
from pipeline.domain.reports import Cancellation, Parcel, Shipment, StatusReport
from tests.builders import build_cancellation, build_line, build_order, build_shipment, build_status_report
from tests.unit.domain.strategies import fields_of

modest = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    "document",
    [build_order(), Order(), build_shipment(), build_status_report(), build_cancellation()],
    ids=lambda document: type(document).__name__,
)
def test_a_document_comes_back_as_it_was(document: Any) -> None:
    fields = json.loads(json.dumps(to_fields(document)))
    assert from_fields(type(document), fields) == document


def test_fields_are_plain_json_without_what_is_absent() -> None:
    fields = to_fields(build_order(lines=(build_line(),), gift=Order().gift, comment=""))
    assert "gift" not in fields
    assert "customs" not in fields
    assert "comment" not in fields
    assert fields["released"] is True
    assert fields["is_business"] is False
    assert fields["purchased_at"] == "2026-11-20T14:32:05+01:00"
    assert type(fields["status"]) is str
    assert fields["lines"][0] == {
        "id": "1",
        "product_id": "AUC3700389900123",
        "sku": "KETTLE-17",
        "gtin": "3700389900123",
        "title": "Bouilloire émaillée 1,7 l",
        "quantity": 2,
        "unit_price": "19.90",
        "discounts": [{"code": "BLACKFRIDAY", "amount": "2.00"}],
        "tax_rate": "20",
        "status": "unshipped",
        "raw_status": "InPreparation",
    }


def test_zero_and_false_are_known_and_stay() -> None:
    fields = to_fields(Line(quantity=0, unit_price=Decimal(0), shipping_price=Decimal("0.00")))
    assert fields == {"quantity": 0, "unit_price": "0", "shipping_price": "0.00"}


@pytest.mark.parametrize(
    ("amount", "text"), [("1E+2", "100"), ("1.50", "1.50"), ("1E-7", "0.0000001"), ("-0.10", "-0.10")]
)
def test_amounts_have_no_exponent(amount: str, text: str) -> None:
    assert to_fields(Line(unit_price=Decimal(amount))) == {"unit_price": text}


def test_what_json_can_not_say_is_refused_with_its_path() -> None:
    naive = datetime(2026, 11, 20)  # noqa: DTZ001 -- the fault under test
    order = build_order(
        purchased_at=naive,
        customs=Customs(duty_calculated_at=naive),
        lines=(build_line(), build_line(unit_price=Decimal("NaN"), tax_rate=Decimal("1E+999999"))),
        total=Decimal(1),
    )
    with pytest.raises(Invalid) as caught:
        to_fields(order)
    assert {(field.path, field.rule) for field in caught.value.fields} == {
        ("purchased_at", "offset"),
        ("customs.duty_calculated_at", "offset"),
        ("lines.1.unit_price", "type"),
        ("lines.1.tax_rate", "type"),
    }


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        from_fields(
            Order,
            {
                "shiping_address": {},
                "id": 4711,
                "total": 12.5,
                "released": "yes",
                "purchased_at": "2026-11-20T10:00:00",
                "ship_by": "tomorrow",
                "status": "lost",
                "buyer": {"e_mail": "a@b.example", "phone": ""},
                "lines": [{"quantity": "2"}, {"discounts": [{"amount": "1,50"}], "quantity": True}],
                "fraud": {},
                "delivery": "home",
                "extra": {"octopia": "x"},
            },
        )
    said = {field.path: field.message for field in caught.value.fields}
    assert said == {
        "shiping_address": "unknown name; did you mean shipping_address?",
        "id": "is a number, expected text",
        "total": "is a number: a binary float, which is never exact; expected a decimal number such as 12.50",
        "released": "is text, expected true or false",
        "purchased_at": "has no offset from UTC, expected a time with an offset such as 2026-11-22T10:00:00+01:00",
        "ship_by": "is no time, expected a time with an offset such as 2026-11-22T10:00:00+01:00",
        "status": "is none of the known words, expected one of pending, unshipped, partially_shipped, shipped,"
        " canceled",
        "buyer.e_mail": "unknown name; did you mean email?",
        "buyer.phone": "is empty; leave it out where it is unknown",
        "lines.0.quantity": "is text, expected a whole number",
        "lines.1.discounts.0.amount": "is text: expected a decimal number such as 12.50",
        "lines.1.quantity": "is true or false, expected a whole number",
        "fraud": "is an object, expected a list",
        "delivery": "is text, expected an object",
        "extra.octopia": "expected an object named after its connector",
    }


def test_messages_never_show_a_value() -> None:
    with pytest.raises(Invalid) as caught:
        from_fields(Order, {"id": {"secret": 1}, "total": "geheim", "status": "geheim", "ship_by": "geheim"})
    assert "geheim" not in str(caught.value)
    assert "geheim" not in caught.value.cause


def test_a_name_like_no_other_is_told_what_there_is() -> None:
    with pytest.raises(Invalid, match=r"qqq: unknown name; known are number, carrier, carrier_raw, url, lines"):
        from_fields(Parcel, {"qqq": 1})


def test_null_is_absent_and_numbers_are_amounts() -> None:
    line = from_fields(Line, {"sku": None, "unit_price": 3, "total": Decimal("6.00")})
    assert line == Line(unit_price=Decimal(3), total=Decimal("6.00"))


def test_no_object_at_all() -> None:
    with pytest.raises(Invalid, match="is a list, expected an object"):
        from_fields(Order, cast(Any, []))


def test_words_are_enumerations_again() -> None:
    assert from_fields(StatusReport, {"status": "shipped"}).status is OrderStatus.SHIPPED


def test_extra_holds_no_python_objects() -> None:
    order = Order(extra={"octopia": {"score": Decimal("1.50"), "tags": ("a", "b"), "status": OrderStatus.SHIPPED}})
    assert to_fields(order) == {"extra": {"octopia": {"score": "1.50", "tags": ["a", "b"], "status": "shipped"}}}
    with pytest.raises(Invalid, match=r"extra: is a float"):
        to_fields(Order(extra={"octopia": {"score": 1.5}}))


def test_the_smallest_classes() -> None:
    assert to_fields(Named(id="1")) == {"id": "1"}
    assert to_fields(Buyer()) == {}


@modest
@given(fields_of(Order))
def test_any_order_survives_the_round_trip(fields: dict[str, Any]) -> None:
    order = from_fields(Order, fields)
    assert to_fields(order) == fields
    assert from_fields(Order, to_fields(order)) == order


@pytest.mark.parametrize("cls", [Shipment, StatusReport, Cancellation])
def test_any_other_document_survives_the_round_trip(cls: type[Any]) -> None:
    @modest
    @given(fields_of(cls))
    def check(fields: dict[str, Any]) -> None:
        assert to_fields(from_fields(cls, fields)) == fields

    check()
