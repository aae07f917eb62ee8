"""One table of the file while it is read: what is asked for is known, the rest is a problem."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from pipeline.config.durations import read_duration
from pipeline.config.problems import Problems
from pipeline.config.secrets import REMEDY, Sources, is_reference
from pipeline.config.setting import Secret

T = TypeVar("T")


class Table:
    """Asks a TOML table for its keys. A wrong value is a problem and reads as the default."""

    def __init__(self, values: Any, place: str, problems: Problems, sources: Sources) -> None:
        self.place = place
        self.problems = problems
        self.sources = sources
        self.asked: set[str] = set()
        if not isinstance(values, Mapping):
            problems.add(place, f"must be a table ({place} = {{ ... }} or [{place}]), not {_kind(values)}")
            values = {}
        self.values: Mapping[str, Any] = values

    def at(self, key: str) -> str:
        """The key's place in the file."""
        return f"{self.place}.{key}" if self.place else key

    def wrong(self, key: str, words: str) -> None:
        """A problem with this key."""
        self.problems.add(self.at(key), words)

    def get(self, key: str) -> Any:
        """The value as it is, None when absent (TOML has no null)."""
        self.asked.add(key)
        return self.values.get(key)

    def table(self, key: str) -> "Table":
        """A table below; empty when absent."""
        value = self.get(key)
        return Table({} if value is None else value, self.at(key), self.problems, self.sources)

    def read(self, key: str, reader: Callable[[Any], T], default: T) -> T:
        """Through a reader that raises ValueError in words."""
        value = self.get(key)
        if value is None:
            return default
        try:
            return reader(value)
        except ValueError as error:
            self.wrong(key, str(error))
            return default

    def text(self, key: str, default: str = "") -> str:
        """A string."""
        return self.read(key, read_text, default)

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        return self.read(key, read_flag, default)

    def whole(self, key: str, default: T, *, least: int, most: int = 1_000_000_000) -> int | T:
        """A whole number between two others."""
        standard: int | T = default

        def reader(value: Any) -> int | T:
            number = read_whole(value)
            if not least <= number <= most:
                raise ValueError(f"{number} is out of range: {least} to {most}")
            return number

        return self.read(key, reader, standard)

    def duration(self, key: str, default: timedelta, *, zero: bool = False) -> timedelta:
        """A duration; above zero unless zero makes sense."""

        def reader(value: Any) -> timedelta:
            length = read_duration(value)
            if not length and not zero:
                raise ValueError("must be longer than zero")
            return length

        return self.read(key, reader, default)

    def period(self, key: str, default: timedelta | None) -> timedelta | None:
        """A duration above zero, or `"off"`."""

        def reader(value: Any) -> timedelta | None:
            if value == "off":
                return None
            try:
                length = read_duration(value)
            except ValueError as error:
                raise ValueError(f'{error}, or "off"') from None
            if not length:
                raise ValueError('must be longer than zero, or "off"')
            return length

        return self.read(key, reader, default)

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of a few words."""

        def reader(value: Any) -> str:
            if value not in choices:
                raise ValueError(f"{value!r} is none of {', '.join(choices)}")
            return str(value)

        return self.read(key, reader, default)

    def secret(self, key: str, *, clear: bool = False) -> Secret | None:
        """From `env:` or `file:`; in clear only where a URL may be written out (`clear`)."""

        def reader(value: Any) -> Secret | None:
            if not isinstance(value, str) or not value:
                raise ValueError(f"must be text: {REMEDY}")
            if not clear and not is_reference(value):
                raise ValueError(f"a secret must not stand in this file: {REMEDY}")
            return Secret(self.sources.resolve(value))

        return self.read(key, reader, None)

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names; empty when absent."""
        nothing: tuple[str, ...] = ()
        return self.read(key, read_names, nothing)

    def finish(self) -> None:
        """Names each key that nobody asked for."""
        for key in self.values:
            if key not in self.asked:
                self.problems.unknown(self.at(key), "key", key, self.asked)


def read_text(value: Any) -> str:
    """Raises ValueError when it is no string."""
    if not isinstance(value, str):
        raise ValueError(f"must be text in quotes, not {_kind(value)}")
    return value


def read_flag(value: Any) -> bool:
    """Raises ValueError when it is no boolean."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false (without quotes), not {_kind(value)}")
    return value


def read_whole(value: Any) -> int:
    """Raises ValueError when it is no whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"must be a whole number, not {_kind(value)}")
    return value


def read_names(value: Any) -> tuple[str, ...]:
    """Raises ValueError when it is no list of strings."""
    if not isinstance(value, list):
        raise ValueError('must be a list of names: write ["name"]')
    return tuple(read_text(entry) for entry in value)


def _kind(value: Any) -> str:
    # the kind and never the value: it may be a secret in the wrong place
    names = {bool: "true/false", int: "a number", Decimal: "a number", str: "text", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")
