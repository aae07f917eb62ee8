"""Collecting broken rules: every one of a document, in words, without personal values."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pipeline.domain.codes import countries, currencies
from pipeline.domain.errors import FieldError
from pipeline.domain.money import shown

MISSING: Final = "missing; set a default on the route or edit it"
NOT_SENT: Final = "missing; the partner has to send it, or edit it"
PAST_MIDNIGHT: Final = timedelta(days=1)  # how far ahead a partner's clock and time zone may be
ABSURD: Final = timedelta(days=5 * 365)  # how far ahead a deadline may lie
_EMAIL: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s.,;<>\"]+(?:\.[^@\s.,;<>\"]+)+")
_MEANT: Final = {"UK": "GB", "EL": "GR"}  # what the European Commission writes, not ISO


class Faults:
    """The list under construction. Paths are given relative to `under`."""

    def __init__(self, now: datetime) -> None:
        self.found: list[FieldError] = []
        self.now = now

    def add(self, path: str, rule: str, message: str) -> None:
        """One broken rule."""
        self.found.append(FieldError(path, rule, message))

    def require(self, path: str, value: object, message: str = MISSING) -> None:
        """It must be there."""
        if value is None or value == "":
            self.add(path, "required", message)

    def at_least(self, path: str, value: int | Decimal | None, least: int) -> None:
        """It must be there and not below `least`."""
        if value is None:
            self.require(path, value)
        elif value < least:
            amount = shown(value) if isinstance(value, Decimal) else value
            self.add(path, "range", f"is {amount}, must be at least {least}; edit it")

    def one_of(self, path: str, value: str | None, words: tuple[str, ...]) -> None:
        """Where present, one of the words."""
        if value is not None and value not in words:
            self.add(path, "choice", f"must be one of {', '.join(words)}; edit it")

    def country(self, path: str, value: str | None) -> None:
        """Where present, it exists."""
        if value is not None and value not in countries():
            meant = _MEANT.get(value.upper()) or (value.upper() if value.upper() in countries() else None)
            hint = f"write {meant}" if meant else "edit it, two capital letters such as FR"
            self.add(path, "country", f"{_code(value)} is no country of ISO 3166-1; {hint}")

    def currency(self, path: str, value: str | None) -> None:
        """Where present, it exists."""
        if value is not None and value not in currencies():
            self.add(path, "currency", f"{_code(value)} is no currency of ISO 4217; edit it, such as EUR")

    def email(self, path: str, value: str | None) -> None:
        """Where present, it is well formed."""
        if value is not None and (len(value) > 254 or not _EMAIL.fullmatch(value)):
            self.add(path, "email", "is no well-formed e-mail address; edit it")

    def order(self, times: Mapping[str, datetime | None], *pairs: tuple[str, str]) -> None:
        """In each pair of these times, where both are present, the first is not after the second."""
        for first, second in pairs:
            early, late = times[first], times[second]
            if early is not None and late is not None and early > late:
                message = f"{late.isoformat()} is before {first} {early.isoformat()}; edit the wrong one"
                self.add(second, "order", message)

    def not_ahead(self, path: str, value: datetime | None, most: timedelta = PAST_MIDNIGHT) -> None:
        """Where present, not further in the future than time allows."""
        if value is not None and value - self.now > most:
            self.add(path, "future", f"{value.isoformat()} is too far in the future; edit it")


def _code(value: str) -> str:
    """A code is not personal; what is too long to be one may be."""
    return value if len(value) <= 3 else "what is sent"
