"""The shape of a canonical document: its names and what each holds, read once per class from its type hints."""

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum, StrEnum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

R = TypeVar("R")


def once_a_class(build: Callable[[type[Any]], R]) -> Callable[[type[Any]], R]:
    """Build it at the first call for a class, keep it for all others."""
    built: dict[type[Any], R] = {}

    def find(cls: type[Any]) -> R:
        try:
            return built[cls]
        except KeyError:
            return built.setdefault(cls, build(cls))

    return find


class Form(Enum):
    """What a name holds; the value says it in words, as a message wants it."""

    TEXT = "text that is not empty"
    WHOLE = "a whole number"
    FLAG = "true or false"
    AMOUNT = "a decimal number such as 12.50"
    TIME = "a time with an offset such as 2026-11-22T10:00:00+01:00"
    WORD = "one of a few words"
    RECORD = "an object"
    RECORDS = "a list of objects"
    FREE = "an object for each connector"


@dataclass(frozen=True, slots=True)
class Member:
    """One name. `of`: the class below it (RECORD, RECORDS), or the enumeration of its words (WORD)."""

    name: str
    form: Form
    of: type[Any] | None = None

    @property
    def expected(self) -> str:
        """What it takes, in words."""
        if self.form is Form.WORD and self.of is not None and issubclass(self.of, StrEnum):
            return f"one of {', '.join(self.of)}"
        return self.form.value


_PLAIN: Mapping[Any, Form] = {
    str: Form.TEXT,
    int: Form.WHOLE,
    bool: Form.FLAG,
    Decimal: Form.AMOUNT,
    datetime: Form.TIME,
}


@once_a_class
def shape_of(cls: type[Any]) -> Mapping[str, Member]:
    """Every name of a document class, in its order."""
    hints = get_type_hints(cls)
    return types.MappingProxyType({field.name: _member(field.name, hints[field.name]) for field in fields(cls)})


@once_a_class
def paths_of(cls: type[Any]) -> tuple[str, ...]:
    """Every known path, containers included, `*` for a list's items (`lines`, `lines.*`, `lines.*.sku`)."""
    found: list[str] = []
    for name, member in shape_of(cls).items():
        found.append(name)
        if member.of is None or member.form is Form.WORD:
            continue
        head = f"{name}.*" if member.form is Form.RECORDS else name
        if head != name:
            found.append(head)
        found.extend(f"{head}.{path}" for path in paths_of(member.of))
    return tuple(found)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def _member(name: str, hint: Any) -> Member:
    if get_origin(hint) in (types.UnionType, Union):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    if hint in _PLAIN:
        return Member(name, _PLAIN[hint])
    if get_origin(hint) is tuple:
        return Member(name, Form.RECORDS, get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Member(name, Form.WORD, hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return Member(name, Form.RECORD, hint)
    if name == "extra":
        return Member(name, Form.FREE)
    raise TypeError(f"no canonical form for {name}: {hint}")
