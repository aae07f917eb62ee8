"""Amounts."""

from decimal import Decimal
from typing import Any

import pytest

from pipeline.domain.money import decimal_of, plain, shown


@pytest.mark.parametrize(
    ("value", "amount"),
    [(3, "3"), ("12.50", "12.50"), ("-0.01", "-0.01"), (Decimal("1E+2"), "100"), ("9" * 28, "9" * 28)],
)
def test_reads_exact_numbers(value: Any, amount: str) -> None:
    assert str(decimal_of(value)) == amount


@pytest.mark.parametrize(
    "value",
    [1.5, True, None, "", " 1", "1,50", "1e3", "NaN", "Infinity", "1_000", "١", "+1", ".5", "5.", "9" * 29, 10**28,
     Decimal("NaN"), Decimal("-Infinity"), Decimal("1E+28"), Decimal("1E-40"), [], "0" * 5000],
)  # fmt: skip
def test_refuses_what_is_no_exact_number(value: Any) -> None:
    with pytest.raises(ValueError):
        decimal_of(value)


@pytest.mark.parametrize(
    ("amount", "text"), [("5", "5.00"), ("5.1", "5.10"), ("5.125", "5.125"), ("5.1000", "5.10"), ("100", "100.00")]
)
def test_a_message_shows_two_places(amount: str, text: str) -> None:
    assert shown(Decimal(amount)) == text


def test_plain_keeps_every_place() -> None:
    assert plain(Decimal("1.2300")) == "1.2300"
