"""XPRT's limits (seed 003; contracts/oms.md section 4.4): data, each field by itself and some together. Pure.

The seed follows XPRT's latest version, so that all of them can be overridden by `xprt_limits`.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.domain.errors import FieldError, NotConfigured

LIMITS: Final[Mapping[str, int]] = {
    "FirstName": 30,
    "LastName": 30,
    "Street": 50,
    "ZipCode": 20,
    "HouseNo": 20,
    "HouseNoExt": 20,
    "City": 30,
    "CountryCode": 10,
    "PhoneNumber": 30,
    "Email": 80,
    "PickupLocationName": 30,
    "FirstName + LastName": 100,
    "Street + HouseNo + HouseNoExt": 100,
}
_NAMES: Final = {name.lower(): name for name in LIMITS if "+" not in name}  # the seed also writes Firstname
Limits = Mapping[tuple[str, ...], int]


def limits_of(overrides: Mapping[str, Any]) -> Limits:
    """XPRT's limits with the setting's over them. Raises NotConfigured for a field or a limit that is none."""
    found: dict[tuple[str, ...], int] = {}
    for key, limit in (*LIMITS.items(), *overrides.items()):
        names = tuple(_NAMES.get(part.strip().lower(), "") for part in key.split("+"))
        if not all(names):
            raise NotConfigured(f"xprt_limits: {key!r} is none of {', '.join(_NAMES.values())}, or some joined by +")
        if type(limit) is not int or limit < 1:
            raise NotConfigured(f"xprt_limits: {key!r} must be a whole number of characters, at least 1")
        found[names] = limit
    return found


def too_long(content: Mapping[str, Any], limits: Limits, paths: Mapping[str, str]) -> Iterator[FieldError]:
    """What is longer than it may be. `paths`: the fields of `content` and the canonical path of each; separators are
    not counted.
    """
    for names, limit in limits.items():
        if not paths.keys() >= set(names):
            continue
        if sum(len(nfc(content.get(name) or "")) for name in names) > limit:
            what = " and ".join((", ".join(names[:-1]), names[-1])) + " together" if len(names) > 1 else names[0]
            rule = "combined_length" if len(names) > 1 else "length"
            words = f"OIS (XPRT) takes at most {limit} characters in {what}; shorten it by `edit`"
            yield FieldError(paths[names[0]], rule, words)


def cut(name: str, limits: Limits) -> str:
    """A pickup point's name, cut where it is too long: only where the setting `pickup_name` says so."""
    return name[: limits[("PickupLocationName",)]].rstrip()


def nfc(text: str) -> str:
    """Composed, as it is counted and sent: é is one character."""
    return unicodedata.normalize("NFC", text)
