"""How long a text is at Kibo, and which texts it can't keep (contracts/oms.md section 5.5). Pure.

Its database is latin1: each character beyond ASCII becomes an XHTML entity, and that counts. Which form the server
uses is not stated, so the longer one is counted. Characters above the BMP (emojis) usually fail.
"""

from collections.abc import Iterator, Mapping
from html.entities import codepoint2name
from typing import Any, Final

from pipeline.connectors.wire import canonical
from pipeline.domain.errors import FieldError

LANDING: Final = (10, 200)
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "externalOrderID": (1, 100),
    "cartID": (0, 512),
    "orderComment": (0, 1000),
    "landingCode": LANDING,
    **{  # 250 is stated for billing addresses, and taken for shipping ones (section 5.2)
        f"{place}.addressLine{number}": (0, 250)
        for place in ("shippingAddress", "orderPayments.0.paymentMethod.billingAddress")
        for number in (1, 2, 3)
    },
}


def length_of(text: str, *, entities: bool) -> int:
    """Characters, each beyond ASCII as the longest entity it may become."""
    if text.isascii() or not entities:
        return len(text)
    return sum(1 if character < "\x80" else _entity(ord(character)) for character in text)


def riddles_in(content: Mapping[str, Any], names: Mapping[str, str], *, entities: bool) -> Iterator[FieldError]:
    """Texts too long, too short or of characters that Kibo can't keep: never cut, never stripped."""
    for path, text in _texts(content, ()):
        limits = LIMITS.get(".".join(path))
        if not text.isascii() and max(text) > "\uffff":
            words = "Kibo can't keep characters such as emojis; write it without them by `edit`"
            yield FieldError(canonical(path, names), "characters", words)
        elif limits and not limits[0] <= (length := length_of(text, entities=entities)) <= limits[1]:
            yield FieldError(canonical(path, names), "length", _words(length, len(text), limits))


def _words(length: int, visible: int, limits: tuple[int, int]) -> str:
    lowest, highest = limits
    why = f", {length} as Kibo counts them (a letter with an accent is up to 8)" if length != visible else ""
    if length < lowest:
        return f"Kibo takes at least {lowest} characters, and this has {visible}{why}"
    return f"Kibo takes at most {highest} characters, and this has {visible}{why}; shorten it by `edit`"


def _entity(code: int) -> int:
    name = codepoint2name.get(code)
    return max(len(f"&#{code};"), len(f"&{name};") if name else 0)


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if type(value) is str:
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if not name.isascii():
                yield path, name  # names of custom fields are texts too
            yield from _texts(inner, (*path, name))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, str(index)))
