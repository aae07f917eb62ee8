"""Dotted paths: checked, read, written, parsed, masked."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from pipeline.domain.codec import from_fields, to_fields
from pipeline.domain.order import Order
from pipeline.domain.paths import check_path, mask, parse_value, personal, read_path, write_path
from pipeline.domain.reports import Shipment
from pipeline.domain.shape import paths_of
from tests.builders import build_address, build_order
from tests.unit.domain.strategies import fields_of


@pytest.mark.parametrize(
    "path",
    ["id", "lines", "lines.0", "lines.12.sku", "lines.0.discounts.1.amount", "buyer.vat_number", "customs.agent.city",
     "extra", "extra.octopia", "extra.octopia.offer_condition", "extra.egenta.a.0.b"],
)  # fmt: skip
def test_known_paths(path: str) -> None:
    check_path(Order, path)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("shiping_address.city", "did you mean shipping_address.city?"),
        ("lines.3.skuu", "did you mean lines.3.sku?"),
        ("lines.sku", r"did you mean lines.0.sku?"),
        ("line.0.sku", "did you mean lines.0.sku?"),
        ("lines.0.discount.1.amount", "did you mean lines.0.discounts.1.amount?"),
        ("lines.*.sku", "did you mean lines.0.sku?"),
        ("lines.-1.sku", "did you mean lines.0.sku?"),
        ("city", "did you mean shipping_address.city?"),
        ("id.x", "did you mean id?"),
        ("", "it begins with one of id, reference"),
        ("zzzzzz", "it begins with one of id, reference"),
        ("extra.octopia.", "expected extra.<connector>.<name>"),
        ("extra..x", "expected extra.<connector>.<name>"),
    ],
)
def test_unknown_paths_name_the_nearest(path: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_path(Order, path)
    assert words in str(caught.value)


def test_stars_only_where_they_are_wanted() -> None:
    check_path(Order, "lines.*.tax_rate", stars=True)
    check_path(Shipment, "parcels.*.lines.*.id", stars=True)
    with pytest.raises(ValueError, match="no such path"):
        check_path(Order, "*.tax_rate", stars=True)


def test_every_path_that_there_is_is_known() -> None:
    for path in paths_of(Order):
        check_path(Order, path, stars=True)


FIELDS: dict[str, Any] = {"id": "4", "lines": [{"sku": "A"}, {"sku": "B"}], "buyer": {"email": "a@b.example"}}


@pytest.mark.parametrize(
    ("path", "value"),
    [("id", "4"), ("lines.1.sku", "B"), ("lines.2.sku", None), ("lines.x.sku", None), ("buyer.phone", None),
     ("id.x", None), ("buyer", {"email": "a@b.example"}), ("lines.1.sku.0", None), ("lines.²", None)],
)  # fmt: skip
def test_reads(path: str, value: Any) -> None:
    assert read_path(FIELDS, path) == value


def test_writes_a_new_document_and_leaves_the_old_one() -> None:
    before = json.dumps(FIELDS)
    written = write_path(FIELDS, "lines.1.sku", "C")
    assert written["lines"] == [{"sku": "A"}, {"sku": "C"}]
    assert json.dumps(FIELDS) == before


def test_makes_what_is_missing_on_the_way() -> None:
    assert write_path({}, "customs.agent.city", "Nice") == {"customs": {"agent": {"city": "Nice"}}}
    assert write_path({}, "lines.0.sku", "A") == {"lines": [{"sku": "A"}]}
    assert write_path(FIELDS, "lines.2.sku", "C")["lines"][2] == {"sku": "C"}


def test_none_removes_and_leaves_nothing_empty() -> None:
    assert write_path(FIELDS, "buyer.email", None) == {"id": "4", "lines": FIELDS["lines"]}
    assert write_path(FIELDS, "lines.0", None)["lines"] == [{"sku": "B"}]
    assert write_path(FIELDS, "customs.agent.city", None) == FIELDS
    assert write_path({"id": "4"}, "id", None) == {}


@pytest.mark.parametrize("path", ["lines.3.sku", "lines.x", "id.deeper"])
def test_does_not_write_where_there_is_no_place(path: str) -> None:
    with pytest.raises(ValueError, match=f"^{path}: "):
        write_path(FIELDS, path, "v")


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("total", "12.50", "12.50"),
        ("total", '"12.50"', "12.50"),
        ("total", "3", "3"),
        ("lines.0.quantity", "2", 2),
        ("released", "true", True),
        ("ship_by", "2026-11-24T17:00:00Z", "2026-11-24T17:00:00+00:00"),
        ("status", "shipped", "shipped"),
        ("shipping_address.postal_code", "75001", "75001"),
        ("shipping_address.postal_code", "01000", "01000"),
        ("shipping_address.city", '"Lyon"', "Lyon"),
        ("shipping_address.city", "Villefranche-sur-Saône", "Villefranche-sur-Saône"),
        ("buyer.id", "12345678901234567890123", "12345678901234567890123"),
        ("comment", "null", None),
        ("comment", "NaN", "NaN"),
        ("lines.0", '{"sku": "A", "unit_price": 1.10}', {"sku": "A", "unit_price": "1.10"}),
        ("lines", '[{"sku": "A"}]', [{"sku": "A"}]),
        ("extra.octopia.score", "1.50", "1.50"),
        ("extra.octopia.flag", "false", False),
        ("extra.octopia", '{"a": 1}', {"a": 1}),
    ],
)
def test_values_are_read_as_their_path_wants_them(path: str, text: str, value: Any) -> None:
    found = parse_value(Order, path, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("total", "12,50", "total: expected a decimal number such as 12.50"),
        ("lines.0.quantity", "2.5", "lines.0.quantity: expected a whole number"),
        ("released", "yes", "released: expected true or false"),
        ("ship_by", "2026-11-24", "ship_by: expected a time with an offset such as 2026-11-22T10:00:00+01:00"),
        ("status", "lost", "status: expected one of pending, unshipped, partially_shipped, shipped, canceled"),
        ("comment", "[1]", "comment: expected text that is not empty"),
        ("comment", "", "comment: expected text that is not empty"),
        ("buyer", "Zoé", "buyer: expected an object"),
        ("extra.octopia", "1", "extra.octopia: expected an object"),
        ("extra", '{"octopia": 1}', "extra.octopia: expected an object named after its connector"),
        ("lines.0", '{"quantity": "x"}', "lines.0.quantity: is text, expected a whole number"),
        ("lines.0.skuu", "A", "lines.0.skuu: no such path; did you mean lines.0.sku?"),
    ],
)
def test_values_that_do_not_fit_are_told_what_is_expected(path: str, text: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_value(Order, path, text)
    assert str(caught.value) == words


def test_deep_json_is_no_crash() -> None:
    assert parse_value(Order, "comment", "[" * 100_000) == "[" * 100_000


@pytest.mark.parametrize(
    ("path", "is_personal"),
    [("buyer.email", True), ("buyer.id", True), ("buyer.ip", True), ("buyer", True), ("shipping_address.line1", True),
     ("shipping_address.company", True), ("shipping_address.country", False), ("billing_address.state", False),
     ("shipping_address", True), ("customs.agent.city", True), ("customs.agent.country", False),
     ("customs.incoterm", False), ("gift.message", True), ("comment", True), ("delivery.pickup_name", True),
     ("delivery.carrier", False), ("lines.0.title", False), ("lines.0.sku", False), ("id", False), ("total", False),
     ("extra.octopia.anything", True)],
)  # fmt: skip
def test_what_is_personal(path: str, is_personal: bool) -> None:
    assert personal(path) is is_personal


def test_masks_people_and_leaves_the_goods() -> None:
    fields = to_fields(build_order(comment="ring twice", shipping_address=build_address(company="Lefèvre SARL")))
    masked = mask(fields)
    assert masked["lines"] == fields["lines"]
    assert masked["total"] == fields["total"]
    assert masked["shipping_address"]["country"] == "FR"
    assert masked["shipping_address"]["state"] == "Rhône"
    assert masked["comment"] == "***"
    text = json.dumps(masked, ensure_ascii=False)
    for secret in ("Zoé", "Lefèvre", "69003", "Lyon", "@", "+33", "12bis", "ring", "c-88"):
        assert secret not in text
    assert "Zoé" in json.dumps(fields, ensure_ascii=False), "mask must not change what it is given"


@settings(max_examples=40, deadline=None)
@given(fields_of(Order))
def test_masking_keeps_the_shape(fields: dict[str, Any]) -> None:
    masked = mask(fields)
    assert masked.keys() == fields.keys()
    for name in fields.keys() - {"extra"}:
        assert read_path(masked, name) is not None
    from_fields(Order, {name: value for name, value in masked.items() if name != "extra"})
