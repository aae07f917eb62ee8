"""How long a text is to Kibo: latin1 with XHTML entities (contracts, OMS 5.5)."""

from html.entities import codepoint2name
from typing import Any

from sandbox.checks import Check

BEYOND = 0xFFFF


def measure(text: str) -> int:
    """Characters after expansion. Which entity the server writes is not stated: the longer one counts."""
    return sum(_measure_one(ord(character)) for character in text)


def _measure_one(point: int) -> int:
    if point < 128:
        return 1
    named = codepoint2name.get(point)
    return max(len(f"&#{point};"), len(f"&{named};") if named else 0)


def check_length(least: int, most: int | None) -> Check:
    """Text of `least` to `most` characters as Kibo stores it; no emojis."""
    words = f"text of {least} to {most} characters, entities expanded" if most else "text without emojis"

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or any(ord(character) > BEYOND for character in value):
            return words
        if len(value.strip()) < min(least, 1) or measure(value) < least or (most and measure(value) > most):
            return words
        return None

    return check
