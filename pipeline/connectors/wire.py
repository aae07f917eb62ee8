"""Wire values: plain readers, the marshmallow fields over them, and marshmallow's errors as field errors.

Mappings read with the same readers as the schemas do, so that a document is read once, by plain code; the schema is
asked only for the words when a reader found something unfit. Messages never show a value.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from pipeline.domain.errors import FieldError, NotConfigured, Puzzling
from pipeline.domain.money import decimal_of

T = TypeVar("T")
EMPTY: Final[Mapping[str, Any]] = {}


class Unfit(ValueError):
    """A wire value that is not what the contract says; the text says what it must be."""


# ---------------------------------------------------------------- readers: None for what is absent, else or Unfit


def text(value: Any) -> str | None:
    """Text, stripped; a whole number where ids come as numbers."""
    if value is None:
        return None
    if type(value) is str:
        return value.strip() or None
    if type(value) is int:
        return str(value)
    raise Unfit("must be text")


def needed_text(value: Any) -> str:
    """Text that is there."""
    found = text(value)
    if found is None:
        raise Unfit("is missing")
    return found


def amount(value: Any) -> Decimal | None:
    """An exact number, also as text."""
    if value is None:
        return None
    try:
        return decimal_of(value.strip() if type(value) is str else value)
    except ValueError:
        raise Unfit("must be a decimal number such as 12.50") from None


def whole(value: Any) -> int | None:
    """A whole number, also as 2.0 or text."""
    found = amount(value)
    if found is None:
        return None
    if found != found.to_integral_value():
        raise Unfit("must be a whole number")
    return int(found)


def flag(value: Any) -> bool | None:
    """True or false, also as 1, 0 or text."""
    if value is None or type(value) is bool:
        return value
    found = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if found is None or type(value) not in (str, int):
        raise Unfit("must be true or false")
    return found


def moment(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """An ISO 8601 time; without an offset it is in `zone`."""
    if value is None or value == "":
        return None
    try:
        if type(value) is not str or len(value) < 16:
            raise ValueError
        found = datetime.fromisoformat(value.strip())
        return found if found.tzinfo else found.replace(tzinfo=zone)
    except ValueError:
        raise Unfit("must be an ISO 8601 time such as 2026-11-22T10:00:00Z") from None


def record(value: Any) -> Mapping[str, Any]:
    """An object; absent is empty."""
    if value is None:
        return EMPTY
    if type(value) is not dict and not isinstance(value, Mapping):  # the ABC's own check costs ten times as much
        raise Unfit("must be an object")
    return value


def records(value: Any) -> Sequence[Mapping[str, Any]]:
    """A list of objects; absent is empty."""
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or not all(
        type(item) is dict or isinstance(item, Mapping) for item in value
    ):
        raise Unfit("must be a list of objects")
    return value


def maybe(read: Callable[[Any], T | None], value: Any) -> T | None:
    """None also for what is unfit: for what a row is known by, before anybody checks it."""
    try:
        return read(value)
    except Unfit:
        return None


# ---------------------------------------------------------------- marshmallow


class Reads(fields.Field[Any]):
    """A field that a reader reads."""

    def __init__(self, read: Callable[[Any], Any], *, missing: str | None = None) -> None:
        words = missing or "is missing"
        super().__init__(
            required=missing is not None,
            allow_none=missing is None,
            error_messages={"required": words, "null": words},
        )
        self.read = read

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002 (marshmallow's)
        try:
            return self.read(value)
        except ValueError as unfit:
            raise ValidationError(str(unfit)) from None


class Wire(Schema):
    """A shape that tolerates fields it does not know."""

    error_messages = {"type": "must be an object"}  # noqa: RUF012 (marshmallow's own declaration)

    class Meta:
        """Unknown fields: partners add some without telling."""

        unknown = EXCLUDE


def one(schema: type[Schema], *, missing: str | None = None) -> fields.Nested:
    """An object inside."""
    words: dict[str, Any] = {"required": missing or "", "null": missing or ""}
    return fields.Nested(schema, required=missing is not None, allow_none=missing is None, error_messages=words)


def many(schema: type[Schema], *, missing: str | None = None) -> fields.List[Any]:
    """A list of objects inside."""
    words: dict[str, Any] = {"required": missing or "", "null": missing or "", "invalid": "must be a list of objects"}
    inner = fields.Nested(schema, error_messages={"null": "must be an object"})
    return fields.List(inner, required=missing is not None, allow_none=missing is None, error_messages=words)


def violations(schema: Schema, content: Mapping[str, Any], names: Mapping[str, str]) -> tuple[FieldError, ...]:
    """Every error of a document at once. `names`: wire path -> canonical path, `*` for an index."""
    found = schema.validate(dict(content))
    return tuple(
        FieldError(canonical(path, names), "required" if _at(content, path) is None else "form", words)
        for path, words in _flat(found, ())
    )


def canonical(path: Sequence[str], names: Mapping[str, str]) -> str:
    """The canonical path of a wire path, or of the nearest thing above it that has one."""
    indices = [part for part in path if part.isdigit()]
    pattern = ["*" if part.isdigit() else part for part in path]
    for length in range(len(pattern), 0, -1):
        name = names.get(".".join(pattern[:length]))
        if name is not None:
            rest = iter(indices)
            return ".".join(next(rest) if part == "*" else part for part in name.split("."))
    return ".".join(path)


def _flat(found: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(found, Mapping):
        for name, inner in found.items():
            yield from _flat(inner, path if name == "_schema" else (*path, str(name)))
    else:
        for words in found if isinstance(found, list) else [found]:
            yield path, str(words)


def _at(content: Any, path: Sequence[str]) -> Any:
    for part in path:
        if isinstance(content, Mapping):
            content = content.get(part)
        elif isinstance(content, list | tuple) and part.isdigit() and int(part) < len(content):
            content = content[int(part)]
        else:
            return None
    return content


def zone_of(name: str) -> ZoneInfo:
    """The `timezone` setting."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise NotConfigured(f"timezone {name!r} is none; write one such as Europe/Paris") from None


def segment(order_id: str) -> str:
    """An id as one segment of a path, whatever is in it."""
    if set(order_id) <= {"."}:
        raise Puzzling("an id of dots only can't be asked for: it would name another path")
    return quote(order_id, safe="")


REMEDY: Final = "set it by `edit`, or for all by the route's defaults"


class Demands:
    """What one OMS demands of a field, in words that name it."""

    def __init__(self, oms: str) -> None:
        self._oms = oms

    def needed(self, what: str, read: Callable[[Any], Any] = text) -> Reads:
        """A required field; `what` names it in words."""
        missing = f"{self._oms} needs {what}; {REMEDY}"

        def read_it(value: Any) -> Any:
            found = read(value)
            if found is None:
                raise Unfit(missing)
            return found

        return Reads(read_it, missing=missing)

    def shaped(self, pattern: re.Pattern[str], form: str) -> Callable[[Any], str | None]:
        """A reader of text in this form."""

        def read(value: Any) -> str | None:
            found = text(value)
            if found is not None and not pattern.fullmatch(found):
                raise Unfit(f"{self._oms} takes {form} only")
            return found

        return read

    def price(self, value: Any) -> Decimal | None:
        """An amount that is not below zero."""
        found = amount(value)
        if found is not None and found < 0:
            raise Unfit(f"{self._oms} takes no amount below zero")
        return found

    def count(self, value: Any) -> int | None:
        """At least one."""
        found = whole(value)
        if found is not None and found < 1:
            raise Unfit(f"{self._oms} takes at least 1")
        return found
