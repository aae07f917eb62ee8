"""Canonical documents to JSON-able dicts and back: compiled once per class, absent things left out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeVar, cast

from pipeline.domain.errors import FieldError, Invalid
from pipeline.domain.money import decimal_of, plain
from pipeline.domain.shape import Form, Member, nearest, once_a_class, shape_of

D = TypeVar("D")
Convert = Callable[[Any], Any]
LARGEST = 2**53  # beyond it a JSON reader may round


class ShapeError(Exception):
    """What is wrong with one value, its paths still relative to it."""

    def __init__(self, faults: list[FieldError]) -> None:
        super().__init__()
        self.faults = faults

    @classmethod
    def said(cls, message: str, rule: str = "type") -> "ShapeError":
        """One fault, at the value itself."""
        return cls([FieldError("", rule, message)])

    def under(self, name: object) -> list[FieldError]:
        """The faults as seen from one level up."""
        return [FieldError(f"{name}.{f.path}" if f.path else str(name), f.rule, f.message) for f in self.faults]


def to_fields(document: Any) -> dict[str, Any]:
    """A document as JSON-able fields: what is absent or empty is left out, amounts are decimal strings.

    Raises Invalid for what JSON can't say: a time without an offset, an amount that is no number.
    """
    try:
        return _writer(type(document))(document)
    except ShapeError as wrong:
        raise Invalid.of(tuple(wrong.faults)) from None


def from_fields(cls: type[D], fields: Mapping[str, Any]) -> D:
    """The document that the fields describe; null is absent. Raises Invalid with every fault and its path at once."""
    try:
        return cast(D, _reader(cls)(fields))
    except ShapeError as wrong:
        raise Invalid.of(tuple(wrong.faults)) from None


def read_member(member: Member, value: Any) -> Any:
    """One value of a document, read as `from_fields` would and written again: its canonical JSON. Raises ShapeError."""
    read, write = _read_of(member), _write_of(member)
    found = read(value)
    return write(found) if write else found


def to_json(value: Any) -> Any:
    """Free JSON (`extra`): amounts become decimal strings, times ISO 8601, tuples lists. Raises ShapeError."""
    if value is None or type(value) in (str, int, bool):
        return value
    if type(value) is dict or isinstance(value, Mapping):  # the ABC's own check costs ten times as much
        return {str(name): to_json(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        return _write_amount(value)
    if isinstance(value, datetime):
        return _write_time(value)
    if isinstance(value, str):
        return str.__str__(value)
    raise ShapeError.said(f"is a {type(value).__name__}, which canonical JSON does not hold")


# ---------------------------------------------------------------- writing


@once_a_class
def _writer(cls: type[Any]) -> Callable[[Any], dict[str, Any]]:
    shape = shape_of(cls)
    values_of = attrgetter(*shape)
    names, converts = tuple(shape), tuple(_write_of(member) for member in shape.values())
    nothing = (None,) * len(names)

    def write(document: Any) -> dict[str, Any]:
        written: dict[str, Any] = {}
        faults: list[FieldError] = []
        values = values_of(document)
        if values == nothing:  # most addresses, agents and gifts: one comparison instead of a loop
            return written
        for name, convert, value in zip(names, converts, values):  # noqa: B905 -- one length by construction; hot
            if value is None:
                continue
            if convert is None:
                if value != "":  # an empty text says nothing: absent
                    written[name] = value
                continue
            try:
                converted = convert(value)
            except ShapeError as wrong:
                faults += wrong.under(name)
                continue
            if converted:
                written[name] = converted
        if faults:
            raise ShapeError(faults)
        return written

    return write


def _write_of(member: Member) -> Convert | None:
    if member.form in (Form.TEXT, Form.WHOLE, Form.FLAG):
        return None
    if member.of and member.form is Form.RECORD:
        return _writer(member.of)
    if member.of and member.form is Form.RECORDS:
        return _each(_writer(member.of))
    convert: Convert = _WRITES.get(member.form, to_json)
    return convert


def _each(convert: Convert) -> Convert:
    def convert_each(values: Any) -> list[Any]:
        converted: list[Any] = []
        faults: list[FieldError] = []
        for index, value in enumerate(values):
            try:
                converted.append(convert(value))
            except ShapeError as wrong:
                faults += wrong.under(index)
        if faults:
            raise ShapeError(faults)
        return converted

    return convert_each


def _write_amount(value: Decimal) -> str:
    try:
        return plain(value)
    except ValueError as fault:
        raise ShapeError.said(f"is {fault}") from None


def _write_time(value: datetime) -> str:
    if value.tzinfo is None:
        raise ShapeError.said("has no offset from UTC", "offset")
    return value.isoformat()


_WRITES: Mapping[Form, Convert] = {Form.AMOUNT: _write_amount, Form.TIME: _write_time, Form.WORD: str.__str__}


# ---------------------------------------------------------------- reading


@once_a_class
def _reader(cls: type[Any]) -> Convert:
    reads = {name: _read_of(member) for name, member in shape_of(cls).items()}

    def read(fields: Any) -> Any:
        if type(fields) is not dict and not isinstance(fields, Mapping):
            raise ShapeError.said(f"is {_kind(fields)}, expected an object")
        found: dict[str, Any] = {}
        faults: list[FieldError] = []
        for name, value in fields.items():
            convert = reads.get(name)
            if convert is _read_text and type(value) is str and value:  # most values: no call
                found[name] = value
            elif convert is None:
                faults.append(FieldError(str(name), "unknown", _unknown(str(name), reads)))
            elif value is not None:
                try:
                    found[name] = convert(value)
                except ShapeError as wrong:
                    faults += wrong.under(name)
        if faults:
            raise ShapeError(faults)
        return cls(**found)

    return read


def _read_of(member: Member) -> Convert:
    if member.form is Form.RECORD and member.of:
        return _reader(member.of)
    if member.form is Form.RECORDS and member.of:
        return _read_records(_each(_reader(member.of)))
    if member.form is Form.WORD and member.of:
        return _read_word(member.of, member.expected)
    reads: Mapping[Form, Convert] = {
        Form.TEXT: _read_text,
        Form.WHOLE: _read_whole,
        Form.FLAG: _read_flag,
        Form.AMOUNT: _read_amount,
        Form.TIME: _read_time,
        Form.FREE: _read_extra,
        Form.RECORD: _read_object,  # of no class: one connector's own, below `extra`
    }
    return reads[member.form]


def _read_text(value: Any) -> str:
    if type(value) is str:
        if value:
            return value
        raise ShapeError.said("is empty; leave it out where it is unknown", "empty")
    raise ShapeError.said(f"is {_kind(value)}, expected text")


def _read_whole(value: Any) -> int:
    if type(value) is not int:
        raise ShapeError.said(f"is {_kind(value)}, expected a whole number")
    if abs(value) > LARGEST:
        raise ShapeError.said("is too large a number", "range")
    return value


def _read_flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ShapeError.said(f"is {_kind(value)}, expected true or false")
    return value


def _read_amount(value: Any) -> Decimal:
    try:
        return decimal_of(value)
    except ValueError as fault:
        raise ShapeError.said(f"is {_kind(value)}: {fault}") from None


def _read_time(value: Any) -> datetime:
    if type(value) is not str:
        raise ShapeError.said(f"is {_kind(value)}, expected {Form.TIME.value}")
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise ShapeError.said(f"is no time, expected {Form.TIME.value}") from None
    if time.tzinfo is None:
        raise ShapeError.said(f"has no offset from UTC, expected {Form.TIME.value}", "offset")
    return time


def _read_word(words: type[Any], expected: str) -> Convert:
    known: dict[str, StrEnum] = {str(word): word for word in words}

    def read(value: Any) -> StrEnum:
        if type(value) is str and value in known:
            return known[value]
        raise ShapeError.said(f"is none of the known words, expected {expected}")

    return read


def _read_records(read_each: Convert) -> Convert:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise ShapeError.said(f"is {_kind(value)}, expected a list")
        return tuple(read_each(value))

    return read


def _read_extra(value: Any) -> Any:
    if type(value) is not dict and not isinstance(value, Mapping):
        raise ShapeError.said(f"is {_kind(value)}, expected an object")
    loose = [name for name, item in value.items() if type(item) is not dict and not isinstance(item, Mapping)]
    if loose:
        raise ShapeError(
            [FieldError(str(name), "type", "expected an object named after its connector") for name in loose]
        )
    return to_json(value)


def _read_object(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise ShapeError.said(f"is {_kind(value)}, expected an object")
    return to_json(value)


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    close = nearest(name, known)
    return f"unknown name; did you mean {close}?" if close else f"unknown name; known are {', '.join(known)}"


_KINDS: Mapping[type[Any], str] = {str: "text", bool: "true or false", int: "a number", float: "a number"}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return "a number" if isinstance(value, Decimal) else _KINDS.get(type(value), f"a {type(value).__name__}")
