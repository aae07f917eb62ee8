"""Keeping personal values out of words: a partner's error may repeat what it was sent, and words travel further."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pipeline.domain.endings import Dead, Ending, GivenBack, Held, Parked, Unknown
from pipeline.domain.errors import Fault
from pipeline.domain.paths import personal

SHORTEST: Final = 3  # shorter ones are parts of words
SHORTEST_EXTRA: Final = 8  # below `extra` there are partners' own words, too
MASK: Final = "***"


def scrubbed(ending: Ending, document: Mapping[str, Any] | None) -> Ending:
    """The ending without the personal values of its document in any of its words."""
    if not document or not isinstance(ending, Parked | Held | Dead | Unknown | GivenBack):
        return ending
    pattern = _pattern([document])
    if pattern is None:
        return ending
    match ending:
        case Unknown(evidence=evidence):
            return replace(ending, evidence=_without(evidence, pattern))
        case GivenBack(reason=reason):
            return replace(ending, reason=pattern.sub(MASK, reason))
        case Parked(error=error) | Held(error=error) | Dead(error=error):
            return replace(ending, error=_without(error, pattern))


def scrub(text: str, documents: Sequence[Mapping[str, Any]]) -> str:
    """A text without the personal values of these documents."""
    pattern = _pattern(documents)
    return pattern.sub(MASK, text) if pattern else text


def _pattern(documents: Sequence[Mapping[str, Any]]) -> re.Pattern[str] | None:
    values = sorted({value for document in documents for value in _personal(document)}, key=len, reverse=True)
    if not values:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, values)) + r")(?!\w)", re.IGNORECASE)


def _without(fault: Fault, pattern: re.Pattern[str]) -> Fault:
    return replace(
        fault,
        cause=pattern.sub(MASK, fault.cause),
        message=pattern.sub(MASK, fault.message),
        fields=tuple(replace(one, message=pattern.sub(MASK, one.message)) for one in fault.fields),
    )


def _personal(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _personal(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _personal(item, f"{path}.{index}")
    elif isinstance(value, str) and personal(path) and len(value) >= _shortest(path):
        yield value


def _shortest(path: str) -> int:
    return SHORTEST_EXTRA if path.startswith("extra") else SHORTEST
