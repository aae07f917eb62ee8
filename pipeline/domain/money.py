"""Amounts of money: read strictly, written plainly, never through a float."""

import re
from decimal import Decimal
from typing import Any, Final

PLACES: Final = 28  # what the default context adds up without rounding
_PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_TOO_LONG: Final = f"a number of more than {PLACES} digits"


def decimal_of(value: Any) -> Decimal:
    """The exact decimal of an int, a Decimal or a plain decimal string. Raises ValueError in words; never shows it."""
    if type(value) is str:
        if not _PLAIN.fullmatch(value):
            raise ValueError("expected a decimal number such as 12.50")
        return Decimal(_short(value))
    if isinstance(value, Decimal):
        return Decimal(plain(value))
    if type(value) is int:
        if abs(value) >= 10**PLACES:
            raise ValueError(_TOO_LONG)
        return Decimal(value)
    if isinstance(value, float):
        raise ValueError("a binary float, which is never exact; expected a decimal number such as 12.50")
    raise ValueError("expected a decimal number such as 12.50")


def plain(amount: Decimal) -> str:
    """Without exponent, as many places as it has. Raises ValueError for what is no number, or has too many digits."""
    if not amount.is_finite():
        raise ValueError("not a number")
    text = str(amount)
    if "E" in text:
        if abs(amount.adjusted()) >= PLACES:
            raise ValueError(_TOO_LONG)
        text = format(amount, "f")
    return text if len(text) <= PLACES else _short(text)


def _short(text: str) -> str:
    if len(text) > PLACES and len(text.lstrip("-").replace(".", "")) > PLACES:
        raise ValueError(_TOO_LONG)
    return text


def shown(amount: Decimal) -> str:
    """For a message: at least two places, more only where they are not zero."""
    text = format(amount.normalize(), "f")
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"
