"""Dotted paths into a document's JSON fields (`lines.0.sku`): checked, read, written, masked."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NoReturn

from pipeline.domain.codec import ShapeError, read_member, to_json
from pipeline.domain.shape import Form, Member, nearest, paths_of, shape_of

MASK: Final = "***"
_OPEN_ADDRESS: Final = frozenset({"country", "state"})  # what an operator needs to see, and nobody is found by
_WHOLE: Final = frozenset({"buyer", "gift", "comment", "extra"})  # extra: nobody knows what a partner puts there
_ADDRESSES: Final = (("shipping_address",), ("billing_address",), ("customs", "agent"))
_DELIVERY: Final = frozenset({"instructions", "pickup_id", "pickup_name"})


def check_path(cls: type[Any], path: str, *, stars: bool = False) -> None:
    """Raises ValueError naming the nearest known path. `stars`: `lines.*.sku` too, for all items of a list."""
    member_at(cls, path, stars=stars)


def read_path(fields: Mapping[str, Any], path: str) -> Any:
    """The value there, None where there is none."""
    found: Any = fields
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list | tuple) and _is_index(part) and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def write_path(fields: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """New fields with the value there; None removes it, and what is empty then. Objects on the way are made.

    A list's index must exist or be the next one. Raises ValueError naming the path.
    """
    try:
        written = _written(fields, path.split("."), value)
    except ValueError as fault:
        raise ValueError(f"{path}: {fault}") from None
    return written if isinstance(written, dict) else {}


def parse_value(cls: type[Any], path: str, text: str) -> Any:
    """What `--set PATH=VALUE` means: VALUE as JSON if it parses, else a string, then as the path wants it.

    `null` gives None, which removes. Raises ValueError with the path and what is expected, never with the value.
    """
    member = member_at(cls, path)
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        value = text
    if value is None:
        return None
    if member and member.form is Form.TEXT and type(value) in (int, Decimal):
        value = text.strip()  # 01234 and 75001 are the same sort of thing to whoever types a postal code
    try:
        return read_member(member, value) if member else to_json(value)
    except ShapeError as wrong:
        inside = [fault for fault in wrong.faults if fault.path]
        if inside:
            words = "; ".join(f"{path}.{fault.path}: {fault.message}" for fault in inside)
            raise ValueError(words) from None
        raise ValueError(f"{path}: expected {member.expected if member else 'JSON'}") from None


def personal(path: str) -> bool:
    """Whether the value there is, or holds, personal data."""
    parts = tuple(path.split("."))
    if parts[0] in _WHOLE:
        return True
    if parts[0] == "delivery":
        return len(parts) == 1 or parts[1] in _DELIVERY
    for head in _ADDRESSES:
        if parts[: len(head)] == head:
            return len(parts) == len(head) or parts[len(head)] not in _OPEN_ADDRESS
    return parts == ("customs",)


def mask(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with every personal value as `***`; country and state stay."""
    return {name: _masked(value, name) for name, value in fields.items()}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 7


def member_at(cls: type[Any], path: str, *, stars: bool = False) -> Member | None:
    """What the path holds; None for free JSON below `extra.<connector>`."""
    at: type[Any] = cls
    member: Member | None = None
    parts = path.split(".")
    while parts:
        name = parts.pop(0)
        member = shape_of(at).get(name)
        if member is None:
            raise ValueError(_unknown(cls, path))
        if member.form is Form.FREE and parts:
            if all(parts):
                return None if len(parts) > 1 else Member(parts[0], Form.RECORD)
            raise ValueError(f"{path}: an empty name; expected extra.<connector>.<name>")
        if member.form is Form.RECORDS and parts:
            index = parts.pop(0)
            if not _is_index(index) and not (stars and index == "*"):
                raise ValueError(_unknown(cls, path))
            member = Member(name, Form.RECORD, member.of)
        if parts and (member.form is not Form.RECORD or member.of is None):
            raise ValueError(_unknown(cls, path))
        at = member.of or at
    return member


def _unknown(cls: type[Any], path: str) -> str:
    known = paths_of(cls)
    indexes = [part for part in path.split(".") if part.isdigit()]
    close = nearest(".".join("*" if part.isdigit() else part for part in path.split(".")), known)
    if close is None:
        leaves = [name for name in known if name.rpartition(".")[2] == path.rpartition(".")[2]]
        close = leaves[0] if leaves else None
    if close is None:
        return f"{path}: no such path; it begins with one of {', '.join(shape_of(cls))}"
    for index in indexes:
        close = close.replace("*", index, 1)
    return f"{path}: no such path; did you mean {close.replace('*', '0')}?"


def _written(held: Any, parts: list[str], value: Any) -> Any:
    """`held` with the value at `parts`; None when nothing is left of it."""
    if not parts:
        return value
    part, rest = parts[0], parts[1:]
    if isinstance(held, list | tuple) or (held is None and _is_index(part)):
        return _written_list(list(held or ()), part, rest, value)
    if held is not None and not isinstance(held, Mapping):
        raise ValueError("goes through something that is neither an object nor a list")
    inside = dict(held or {})
    below = _written(inside.get(part), rest, value)
    if below is None:
        inside.pop(part, None)
    else:
        inside[part] = below
    return inside or None


def _written_list(items: list[Any], part: str, rest: list[str], value: Any) -> Any:
    if not _is_index(part) or int(part) > len(items):
        raise ValueError(f"there are {len(items)} items; expected an index from 0 to {len(items)}")
    index = int(part)
    below = _written(items[index] if index < len(items) else None, rest, value)
    if below is None:
        del items[index : index + 1]
    else:
        items[index : index + 1] = [below]
    return items or None


def _masked(value: Any, path: str) -> Any:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {name: _masked(item, f"{path}.{name}") for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, f"{path}.{index}") for index, item in enumerate(value)]
    return MASK if personal(path) else value
