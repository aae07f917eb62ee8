"""Defaults and overrides."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from pipeline.domain.errors import Puzzling
from pipeline.domain.overlay import apply_defaults, apply_overrides, references

FIELDS: dict[str, Any] = {
    "id": "4",
    "released": True,
    "shipping_address": {"city": "Lyon", "country": "FR"},
    "lines": [{"sku": "A", "tax_rate": "5.5"}, {"sku": "B", "discounts": [{"amount": "1"}, {"code": "X"}]}],
}


def filled(defaults: dict[str, Any]) -> dict[str, Any]:
    fields = copy.deepcopy(FIELDS)
    found = apply_defaults(fields, defaults)
    assert fields == FIELDS, "what is given is not changed"
    return found


def test_fills_only_what_is_absent() -> None:
    found = filled({"shipping_address.city": "Paris", "shipping_address.state": "Rhône", "buyer.email": "a@b.example"})
    assert found["shipping_address"] == {"city": "Lyon", "country": "FR", "state": "Rhône"}
    assert found["buyer"] == {"email": "a@b.example"}


def test_refers_to_the_same_document() -> None:
    found = filled(
        {"shipping_address.state": "{shipping_address.city}", "reference": "{id}/{shipping_address.country}"}
    )
    assert found["shipping_address"]["state"] == "Lyon"
    assert found["reference"] == "4/FR"


def test_a_reference_alone_keeps_its_type() -> None:
    assert filled({"is_business": "{released}"})["is_business"] is True
    assert filled({"comment": "released: {released}"})["comment"] == "released: true"


def test_what_refers_to_nothing_stays_absent() -> None:
    assert filled({"comment": "{buyer.phone}", "url": "x{buyer.phone}y", "reference": "{lines}"}) == FIELDS


@pytest.mark.parametrize("names", [("reference", "basket_id"), ("basket_id", "reference")])
def test_a_default_may_lean_on_a_later_one(names: tuple[str, str]) -> None:
    values = {"reference": "{basket_id}", "basket_id": "B-1"}
    found = filled({name: values[name] for name in names})
    assert (found["reference"], found["basket_id"]) == ("B-1", "B-1")


def test_a_circle_stays_absent() -> None:
    assert filled({"reference": "{basket_id}", "basket_id": "{reference}"}) == FIELDS


def test_a_star_fills_every_item() -> None:
    found = filled({"lines.*.tax_rate": Decimal("20.0"), "lines.*.seller_id": "{id}", "lines.*.gtin": "{lines.*.sku}"})
    assert [line["tax_rate"] for line in found["lines"]] == ["5.5", "20.0"]
    assert [line["gtin"] for line in found["lines"]] == ["A", "B"]
    assert [line["seller_id"] for line in found["lines"]] == ["4", "4"]


def test_stars_in_stars() -> None:
    found = filled({"lines.*.discounts.*.code": "{lines.*.sku}-off"})
    assert found["lines"][0] == FIELDS["lines"][0]
    assert [discount["code"] for discount in found["lines"][1]["discounts"]] == ["B-off", "X"]


def test_no_item_is_made_up() -> None:
    assert filled({"lines.2.sku": "C", "fraud.*.kind": "k", "fraud.0.kind": "k"}) == FIELDS
    assert apply_defaults({}, {"lines.0.sku": "A", "lines.*.sku": "A"}) == {}


def test_names_what_it_refers_to() -> None:
    assert references("{id}/{lines.*.sku}") == ("id", "lines.*.sku")
    assert references(20) == ()


def test_an_override_replaces_what_it_remembers() -> None:
    overrides: dict[str, dict[str, Any]] = {
        "shipping_address.city": {"value": "Villeurbanne", "raw": "Lyon", "who": "ann", "reason": "moved"},
        "buyer.phone": {"value": "+33 1", "raw": None},
        "released": {"value": None, "raw": True},
    }
    found = apply_overrides(FIELDS, overrides)
    assert found["shipping_address"]["city"] == "Villeurbanne"
    assert found["buyer"] == {"phone": "+33 1"}
    assert "released" not in found
    assert FIELDS["shipping_address"]["city"] == "Lyon"


def test_what_is_as_edited_already_is_fine() -> None:
    assert apply_overrides(FIELDS, {"id": {"value": "4", "raw": "3"}}) == FIELDS


def test_changed_raw_values_hold_the_document_all_named() -> None:
    overrides: dict[str, dict[str, Any]] = {
        "shipping_address.city": {"value": "Villeurbanne", "raw": "Paris"},
        "buyer.phone": {"value": "+33 1", "raw": "+33 2"},
        "lines.5.sku": {"value": "Z", "raw": None},
        "id": {"value": "5", "raw": "4"},
    }
    with pytest.raises(Puzzling) as caught:
        apply_overrides(FIELDS, overrides)
    assert [field.path for field in caught.value.fields] == ["shipping_address.city", "buyer.phone", "lines.5.sku"]
    for personal in ("Lyon", "Villeurbanne", "Paris", "+33"):
        assert personal not in str(caught.value)
