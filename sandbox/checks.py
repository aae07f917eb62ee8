"""Checks of single values and of blocks of fields, for every OMS's contract."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pycountry

Errors = dict[str, list[str]]
# Says what is wrong with a value, or None.
Check = Callable[[Any], str | None]


@cache
def list_currencies() -> frozenset[str]:
    """ISO 4217."""
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


@cache
def list_countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2, and Kosovo's user-assigned code."""
    return frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}


@cache
def list_long_countries() -> frozenset[str]:
    """ISO 3166-1 alpha-3, and Kosovo's."""
    return frozenset(country.alpha_3 for country in pycountry.countries) | {"XKX"}


def is_number(value: object) -> bool:
    """A JSON number: a boolean is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """A JSON number without a fraction, written as such."""
    return isinstance(value, int) and not isinstance(value, bool)


def check_text(value: Any) -> str | None:
    """Any text."""
    return None if isinstance(value, str) else "text"


def check_filled(value: Any) -> str | None:
    """Text with something in it."""
    return None if isinstance(value, str) and value.strip() else "text, not empty"


def check_currency(value: Any) -> str | None:
    """A currency that exists."""
    return None if isinstance(value, str) and value in list_currencies() else "an ISO 4217 code"


def check_country(value: Any) -> str | None:
    """A country that exists."""
    return None if isinstance(value, str) and value in list_countries() else "two letters, ISO 3166"


def check_long_country(value: Any) -> str | None:
    """A country that exists, by its three letters."""
    return None if isinstance(value, str) and value in list_long_countries() else "three letters, ISO 3166"


def check_amount(value: Any) -> str | None:
    """Money: a JSON number."""
    return None if is_number(value) and value >= 0 else "a number, not negative"


def check_number(value: Any) -> str | None:
    """Any JSON number."""
    return None if is_number(value) else "a number"


def check_bool(value: Any) -> str | None:
    """A JSON boolean."""
    return None if isinstance(value, bool) else "true or false"


def check_object(value: Any) -> str | None:
    """A JSON object, whatever is in it."""
    return None if isinstance(value, dict) else "an object"


def check_from(least: int) -> Check:
    """A whole number from `least`."""

    def check(value: Any) -> str | None:
        return None if is_whole(value) and value >= least else f"a whole number from {least}"

    return check


def check_choice(*words: str) -> Check:
    """One of these, as written."""

    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and value in words else f"one of {', '.join(words)}"

    return check


def check_fields(
    block: Any,
    required: Mapping[str, Check],
    optional: Mapping[str, Check],
    prefix: str,
    errors: Errors,
    *,
    nulls: bool = False,
) -> bool:
    """Every fault of one block, by path; gives whether it is an object. `nulls`: an optional field may be null."""
    if not isinstance(block, dict):
        errors[prefix.rstrip(".")] = ["required, an object"]
        return False
    for key in required.keys() - block.keys():
        errors[prefix + key] = ["required"]
    for key, value in block.items():
        check = required.get(key) or optional.get(key)
        if check is not None and value is None and nulls and key not in required:
            continue
        fault = "not documented" if check is None else check(value)
        if fault:
            errors[prefix + key] = [fault]
    return True
