"""Misspells one key at a time: of a document, or of a text. A check that lets one through checks nothing."""

import copy
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

Path_ = tuple[Any, ...]


def misspell(key: str) -> str:
    """The last letter twice."""
    return key + key[-1]


def misspelt(document: Any, free: Collection[str] = ()) -> Iterator[tuple[str, Any]]:
    """(key, a copy of the document with it misspelt), once for each key and parent; below `free` keys are names."""
    seen: set[tuple[str, str]] = set()
    for path in _keys(document, free):
        parents = [part for part in path[:-1] if isinstance(part, str)]
        place = (parents[-1] if parents else "", path[-1])
        if place in seen:
            continue
        seen.add(place)
        wrong = copy.deepcopy(document)
        at = wrong
        for part in path[:-1]:
            at = at[part]
        at[misspell(path[-1])] = at.pop(path[-1])
        yield ".".join(str(part) for part in path), wrong


def _keys(document: Any, free: Collection[str], path: Path_ = ()) -> Iterator[Path_]:
    if isinstance(document, Mapping):
        for key, value in document.items():
            if not (path and path[-1] in free):
                yield (*path, key)
            yield from _keys(value, free, (*path, key))
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from _keys(value, free, (*path, number))


def misspelt_lines(text: str, key: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """(key, the text with it misspelt at one place), for each different match of the pattern's first group."""
    seen: set[str] = set()
    for found in key.finditer(text):
        if found[1] not in seen:
            seen.add(found[1])
            yield found[1], text[: found.start(1)] + misspell(found[1]) + text[found.end(1) :]
