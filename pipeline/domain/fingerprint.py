"""Whether two bodies say the same: a short hash over canonical JSON, volatile parts left out."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from pipeline.domain.money import PLACES

LENGTH: Final = 12  # hex digits
_Tree = dict[str, Any]  # what to remove: name -> what to remove below it, {} for all of it


def fingerprint(value: Any) -> str:
    """12 hex digits over JSON with sorted keys; 1, 1.0 and 1.00 are one number, equal instants one time."""
    return sha256(_encode(value).encode()).hexdigest()[:LENGTH]


def together(fingerprints: Mapping[str, str]) -> str:
    """One fingerprint for what all targets were sent; one target's is its own. Empty ones are left out."""
    known = {target: text for target, text in fingerprints.items() if text}
    return next(iter(known.values())) if len(known) == 1 else fingerprint(known) if known else ""


def without(value: Any, volatile: frozenset[str]) -> Any:
    """The value without these dotted paths; `*` stands for every item of a list. The value itself is not touched."""
    return _without(value, _tree(volatile)) if volatile else value


def _plain(value: Any) -> Any:
    """What the encoder does not know, as it does."""
    if type(value) is Decimal or isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"no fingerprint of a {type(value).__name__}")


def _number(value: Decimal) -> Any:
    """A whole one as the int it equals; the rest apart from every text that may look like it."""
    text = str(value)
    if len(text) <= PLACES and "E" not in text and value.is_finite():  # every amount of money: no arithmetic needed
        whole, _, places = text.partition(".")
        places = places.rstrip("0")
        return {"number": f"{whole}.{places}"} if places else int(whole)
    if not value.is_finite() or abs(value.adjusted()) > 100:
        return {"number": str(value)}
    if value == value.to_integral_value():
        return int(value)
    return {"number": format(value, "f").rstrip("0")}


_encode: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain).encode


@lru_cache(maxsize=256)
def _tree(volatile: frozenset[str]) -> _Tree:
    root: _Tree = {}
    for path in sorted(volatile, key=len, reverse=True):  # the shorter one last: it takes all below it
        *heads, last = path.split(".")
        at = root
        for part in heads:
            at = at.setdefault(part, {})
        at[last] = {}
    return root


def _without(value: Any, tree: _Tree) -> Any:
    if type(value) is dict or isinstance(value, Mapping):  # the ABC's own check costs ten times as much
        return {
            name: _without(item, tree[name]) if name in tree else item
            for name, item in value.items()
            if tree.get(name) != {}
        }
    if isinstance(value, list | tuple):
        return [
            _all_without(item, below)
            for index, item in enumerate(value)
            if {} not in (below := [tree[key] for key in ("*", str(index)) if key in tree])
        ]
    return value


def _all_without(value: Any, trees: list[_Tree]) -> Any:
    for tree in trees:
        value = _without(value, tree)
    return value
