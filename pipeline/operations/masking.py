"""A raw body without personal data: nobody knows a partner's words for it, so only what is harmless for sure stays."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from pipeline.domain.paths import MASK, personal

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PERSONAL: Final = frozenset(
    {
        "address", "addresses", "apartment", "billing", "birth", "building", "buyer", "city", "civility", "comment",
        "company", "consignee", "contact", "customer", "door", "email", "fax", "firstname", "floor", "gift", "house",
        "housenumber", "iban", "instruction", "instructions", "ip", "lastname", "line1", "line2", "line3", "mail",
        "message", "mobile", "name", "names", "note", "notes", "passport", "phone", "pickup", "postal", "postcode",
        "recipient", "siret", "street", "tel", "telephone", "title", "town", "user", "vat", "zip", "zipcode",
    }
)  # fmt: skip
_HARMLESS: Final = frozenset(
    {
        "amount", "amounts", "asin", "at", "carrier", "channel", "code", "count", "country", "created", "currency",
        "date", "ean", "gtin", "id", "ids", "kind", "method", "mode", "modified", "offer", "page", "price", "prices",
        "product", "purchased", "qty", "quantity", "rate", "ref", "reference", "shipped", "sku", "skus", "state",
        "status", "tax", "time", "total", "totals", "type", "unit", "updated", "version",
    }
)  # fmt: skip
_PLACES: Final = frozenset({"country", "state", "region", "countrycode"})  # as in canonical addresses: these stay


def mask_raw(raw: Any, document: Mapping[str, Any] | None) -> Any:
    """A copy. Masked: all below a name that looks personal, every text whose name is not known as harmless, and every
    value, whatever its name, that the canonical document holds as personal."""
    known = {_plain(value) for value in _personal_values(document or {}, "")}
    return _masked(raw, "", False, {value for value in known if len(value) > 2})


def _masked(value: Any, name: str, inside: bool, known: set[str]) -> Any:
    """`inside`: below a name that looks personal."""
    if isinstance(value, Mapping):
        return {key: _masked(item, str(key), inside or _is_personal(str(key)), known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, name, inside, known) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if inside and not _is_place(name):
        return MASK
    if _plain(value) in known:
        return MASK
    if isinstance(value, int | float | Decimal):
        return value
    return value if inside or _is_harmless(name) else MASK


def _words(name: str) -> set[str]:
    """`zipCode` is zip, code; `line1` is line, 1 and line1."""
    return {word.lower() for word in _WORD.findall(name)} | {name.lower()}


def _is_place(name: str) -> bool:
    """`country`, `countryCode`, `stateOrRegion`."""
    words = {word.lower() for word in _WORD.findall(name)}
    return bool(words & _PLACES) and words <= _PLACES | {"code", "or"}


def _is_personal(name: str) -> bool:
    return bool(_words(name) & _PERSONAL)


def _is_harmless(name: str) -> bool:
    words = _WORD.findall(name)
    return bool(words) and words[-1].lower() in _HARMLESS and not _is_personal(name)


def _plain(value: Any) -> str:
    return str(value).strip().casefold()


def _personal_values(value: Any, path: str) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _personal_values(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _personal_values(item, f"{path}.{index}")
    elif value is not None and not isinstance(value, bool) and personal(path):
        yield value
