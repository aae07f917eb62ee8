"""What lies over a document as its partner sent it: a route's defaults, an operator's overrides."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.domain.codec import to_json
from pipeline.domain.errors import FieldError, Puzzling
from pipeline.domain.paths import read_path, write_path

Indexes = tuple[str, ...]
_REFERENCE: Final = re.compile(r"\{([a-z0-9_.*]+)\}")


def references(value: Any) -> tuple[str, ...]:
    """The paths that a default refers to."""
    return tuple(_REFERENCE.findall(value)) if isinstance(value, str) else ()


def apply_defaults(fields: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """New fields with the defaults where they have nothing; `lines.*.tax_rate` fills every line.

    `{path}` is the same document's value (the same item's, where both have a `*`), defaults included whatever their
    order; absent, it leaves its place absent too. No list item is ever made up.
    """
    filled = dict(fields)
    for _ in range(len(defaults)):  # a default may lean on another one
        before = filled
        for pattern, value in defaults.items():
            for path, indexes in _places(filled, pattern.split(".")):
                if read_path(filled, path) is None:
                    found = _resolved(filled, value, indexes)
                    filled = filled if found is None else write_path(filled, path, found)
        if filled is before:
            break
    return filled


def apply_overrides(fields: Mapping[str, Any], overrides: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """New fields with an operator's edits: path -> {"value", "raw": what it replaced, ...}.

    Raises Puzzling with every path whose value is neither the one replaced nor already the edited one.
    """
    laid = dict(fields)
    riddles: list[FieldError] = []
    for path, override in overrides.items():
        present = read_path(fields, path)
        if present == override["value"]:
            continue
        if present != override.get("raw"):
            riddles.append(FieldError(path, "override", _CHANGED))
            continue
        try:
            laid = write_path(laid, path, override["value"])
        except ValueError:
            riddles.append(FieldError(path, "override", _GONE))
    if riddles:
        raise Puzzling.of(tuple(riddles))
    return laid


_CHANGED: Final = "was edited, and the partner has changed its value since; look at both and edit it again"
_GONE: Final = "was edited, and the partner has removed what holds it; discard the order or edit it again"


def _places(fields: Any, parts: list[str], at: str = "", indexes: Indexes = ()) -> Iterator[tuple[str, Indexes]]:
    """The concrete paths that a pattern names in these fields, each with the indexes its stars stand for."""
    if not parts:
        yield at, indexes
        return
    part, rest = parts[0], parts[1:]
    dot = f"{at}." if at else ""
    if part == "*":
        items = fields if isinstance(fields, list | tuple) else ()
        for index, item in enumerate(items):
            yield from _places(item, rest, f"{dot}{index}", (*indexes, str(index)))
    elif isinstance(fields, list | tuple):
        if part.isdigit() and int(part) < len(fields):
            yield from _places(fields[int(part)], rest, f"{dot}{part}", indexes)
    elif fields is None and (part.isdigit() or "*" in rest):
        return
    elif fields is None or isinstance(fields, Mapping):
        yield from _places((fields or {}).get(part), rest, f"{dot}{part}", indexes)


def _resolved(fields: Mapping[str, Any], value: Any, indexes: Indexes) -> Any:
    """The default's value here; None where something it refers to is absent."""
    if not isinstance(value, str):
        return to_json(value)
    found: list[Any] = []
    for reference in references(value):
        path = reference
        for index in indexes:
            path = path.replace("*", index, 1)
        present = read_path(fields, path)
        if present is None or isinstance(present, Mapping | list):
            return None
        found.append(present)
    if found and _REFERENCE.fullmatch(value):
        return found[0]  # a number stays a number
    texts = iter(found)
    return _REFERENCE.sub(lambda _: _word(next(texts)), value)


def _word(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
