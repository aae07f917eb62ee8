"""Readers: what is taken, what is unfit; and marshmallow's errors under canonical paths."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from pipeline.connectors.wire import (
    Reads,
    Unfit,
    Wire,
    amount,
    canonical,
    flag,
    many,
    moment,
    record,
    records,
    segment,
    text,
    violations,
    whole,
    zone_of,
)
from pipeline.domain.errors import FieldError, NotConfigured, Puzzling


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (text, " a ", "a"),
        (text, 17, "17"),
        (text, "  ", None),
        (text, None, None),
        (amount, Decimal("12.50"), Decimal("12.50")),
        (amount, " 12.50 ", Decimal("12.50")),
        (amount, 3, Decimal(3)),
        (whole, Decimal("2.0"), 2),
        (whole, "4", 4),
        (flag, "True", True),
        (flag, 0, False),
        (flag, None, None),
        (moment, "2026-11-22T10:00:00.1234567+01:00",
         datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))),
        (moment, "2026-11-22 10:00:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        (moment, "", None),
        (record, None, {}),
        (records, None, ()),
    ],
)  # fmt: skip
def test_what_is_taken(read: Any, value: Any, found: Any) -> None:
    assert read(value) == found


@pytest.mark.parametrize(
    ("read", "value"),
    [
        *[(text, value) for value in (True, Decimal("1.5"), [], {})],
        *[(amount, value) for value in ("12,50", True, "NaN", Decimal("Infinity"), Decimal("1E+99"), 1.5, [])],
        *[(whole, value) for value in (Decimal("1.5"), "x", True)],
        *[(flag, value) for value in (2, "yes", [], Decimal(1))],
        *[(moment, value) for value in (17, "2026-11-22", "yesterday at ten", "2026-13-01T00:00:00Z")],
        *[(record, value) for value in ([], "x", 1)],
        *[(records, value) for value in ({}, "x", [1], [{}, None])],
    ],
)
def test_what_is_unfit(read: Any, value: Any) -> None:
    with pytest.raises(Unfit, match="must be"):
        read(value)


class Item(Wire):
    sku = Reads(text, missing="is missing")


class Thing(Wire):
    name = Reads(text)
    items = many(Item)


def test_every_error_at_once_under_its_canonical_path() -> None:
    names = {"name": "title", "items": "lines", "items.*": "lines.*", "items.*.sku": "lines.*.sku"}
    found = violations(Thing(), {"name": [], "items": [{"sku": {}}, 5, {}], "more": 1}, names)
    assert found == (
        FieldError("title", "form", "must be text"),
        FieldError("lines.0.sku", "form", "must be text"),
        FieldError("lines.1", "form", "must be an object"),
        FieldError("lines.2.sku", "required", "is missing"),
    )
    assert violations(Thing(), {"items": 5}, names)[0].path == "lines"
    assert canonical(("items", "3", "strange"), names) == "lines.3"
    assert canonical(("strange",), names) == "strange"


def test_an_id_is_one_segment_of_a_path() -> None:
    assert segment("a/b#c d:é?%") == "a%2Fb%23c%20d%3A%C3%A9%3F%25"
    with pytest.raises(Puzzling):
        segment("..")


def test_a_zone_that_is_none() -> None:
    assert str(zone_of("Europe/Paris")) == "Europe/Paris"
    for name in ("Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(NotConfigured):
            zone_of(name)
