"""Durations and sizes as people write them: `30s`, `500ms`, `10MB`."""

import re
from datetime import timedelta
from typing import Any, Final

UNITS: Final = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
BYTES: Final = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
LONGEST: Final = timedelta(days=3650)


def read_duration(value: Any) -> timedelta:
    """`"30s"`, `"1.5h"`. Raises ValueError in words; a bare number is refused, for it has no unit."""
    remedy = 'write a number with ms, s, m, h or d, as in "30s"'
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no duration: {remedy}")
    found = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)\s*", value, re.ASCII)
    if not found:
        raise ValueError(f"{value!r} is no duration: {remedy}")
    try:
        length = float(found[1]) * UNITS[found[2]]
    except OverflowError:
        length = LONGEST * 2
    if length > LONGEST:
        raise ValueError(f"{value!r} is longer than ten years: {remedy}")
    return length


def read_size(value: Any) -> int:
    """Bytes of `"10MB"`, or of a plain whole number. Raises ValueError in words."""
    remedy = 'write bytes, or a number with KB, MB or GB, as in "10MB"'
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value if isinstance(value, str) else ""
    found = re.fullmatch(r"\s*(\d{1,15})\s*([KMG]?I?B)\s*", text, re.ASCII | re.IGNORECASE)
    if not found or found[2].upper() not in BYTES:
        raise ValueError(f"{value!r} is no size: {remedy}")
    return int(found[1]) * BYTES[found[2].upper()]


def say_duration(length: timedelta) -> str:
    """As one would write it: the largest unit that divides it."""
    for unit in ("d", "h", "m", "s"):
        if length and not length % UNITS[unit]:
            return f"{length // UNITS[unit]}{unit}"
    return f"{length // UNITS['ms']}ms"
