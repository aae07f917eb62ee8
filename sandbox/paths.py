"""A value in a wire document by its dotted path: `lines.0.quantity`, `*` for every item of a list."""

from collections.abc import Collection, Mapping
from typing import Any


def read_path(wire: Any, path: str) -> Any:
    """The value at a dotted path (`lines.0.quantity`; `*` is the first of a list); None where there is none."""
    for part in path.split("."):
        wire = wire[0 if part == "*" else int(part)] if isinstance(wire, list) else wire.get(part)
        if wire is None:
            return None
    return wire


def set_path(wire: Any, path: str, value: Any) -> None:
    """Set a value by its path, `*` for every item. KeyError, IndexError or ValueError: no such place."""
    head, _, rest = path.partition(".")
    if isinstance(wire, list) and rest:
        for item in wire if head == "*" else [wire[int(head)]]:
            set_path(item, rest, value)
    elif not isinstance(wire, dict):
        raise KeyError(head)
    elif rest:
        set_path(wire[head], rest, value)
    else:
        wire[head] = value


def change_paths(wire: Any, changes: Mapping[str, Any], fixed: Collection[str]) -> None:
    """Set each value by its path. ValueError: one of `fixed`, which only what happens to the order moves."""
    for path, value in changes.items():
        if path in fixed:
            raise ValueError(f"{path} can't be set")
        set_path(wire, path, value)
