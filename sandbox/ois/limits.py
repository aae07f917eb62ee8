"""The XPRT limits (S003, XPRT-specific fields; contracts, OMS 4.4): one table, single fields and sums of fields."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from sandbox.checks import Errors

XPRT: Mapping[str, int] = {
    "FirstName": 30,
    "LastName": 30,
    "Street": 50,
    "HouseNo": 20,
    "HouseNoExt": 20,
    "ZipCode": 20,
    "City": 30,
    "CountryCode": 10,
    "PhoneNumber": 30,
    "Email": 80,
    "PickupLocationName": 30,
    "FirstName+LastName": 100,
    "Street+HouseNo+HouseNoExt": 100,
}


def check_limits(block: Any, limits: Mapping[str, int], prefix: str, errors: Errors) -> None:
    """Wherever in the order a field of that name stands, in any casing (S003 itself has `Firstname`)."""
    if isinstance(block, list):
        for n, item in enumerate(block):
            check_limits(item, limits, f"{prefix}{n}.", errors)
    if not isinstance(block, dict):
        return
    found = {key.lower(): key for key in block}
    for names, limit in limits.items():
        keys = [found[name.lower()] for name in names.split("+") if name.lower() in found]
        values = [block[key] for key in keys]
        if any(not isinstance(value, str) for value in values):
            errors.setdefault(prefix + keys[0], ["text"])
        elif sum(map(_count, values)) > limit:
            errors.setdefault(prefix + keys[0], []).append(f"{names}: at most {limit} characters")
    for key, value in block.items():
        check_limits(value, limits, f"{prefix}{key}.", errors)


def _count(text: str) -> int:
    """Characters as a reader counts them: code points after NFC."""
    return len(unicodedata.normalize("NFC", text))
