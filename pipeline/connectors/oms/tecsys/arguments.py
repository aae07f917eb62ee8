"""What `orderpipe call` was given, checked before anything is sent: every fault at once. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.wire import Unfit, amount
from pipeline.domain.errors import FieldError, Invalid

_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


class Checks:
    """Collects faults; `done` raises them."""

    def __init__(self) -> None:
        self.faults: list[FieldError] = []

    def fault(self, name: str, words: str, rule: str = "form") -> None:
        """One more."""
        self.faults.append(FieldError(name, rule, words))

    def text(self, name: str, value: str | None, *, needed: bool = False) -> str | None:
        """Text without blanks around it; None for none."""
        found = (value or "").strip() or None
        if found is None and needed:
            self.fault(name, "must not be empty", "required")
        return found

    def at_least(self, name: str, value: int | None, least: int) -> int | None:
        """A whole number."""
        if value is not None and value < least:
            self.fault(name, f"must be at least {least}", "range")
        return value

    def only_one(self, **given: Any) -> None:
        """Exactly one of them: the others are not sent at all, not even empty."""
        if sum(value is not None for value in given.values()) != 1:
            self.fault(next(iter(given)), f"give exactly one of {', '.join(given)}", "exclusive")

    def country(self, name: str, value: str | None) -> str | None:
        """Two letters."""
        found = self.text(name, value)
        if found and not _COUNTRY.fullmatch(found):
            self.fault(name, "must be a two-letter country code")
        return found

    def email(self, name: str, value: str | None) -> str | None:
        """Something@something."""
        found = self.text(name, value)
        if found and not _EMAIL.fullmatch(found):
            self.fault(name, "must be an e-mail address")
        return found

    def degrees(self, name: str, value: str | None, most: int) -> Decimal | None:
        """A latitude or a longitude, exactly as given."""
        try:
            found = amount(self.text(name, value))
        except Unfit as unfit:
            self.fault(name, str(unfit))
            return None
        if found is not None and abs(found) > most:
            self.fault(name, f"must be from -{most} to {most}", "range")
        return found

    def custom_fields(self, name: str, value: Any, kind: type[Any]) -> list[dict[str, Any]] | None:
        """`[{"Name", "Value"}]` from a table; values are objects for customers, else text (section 3.4.7)."""
        if value is None:
            return None
        if not isinstance(value, Mapping) or not value or not all(isinstance(one, kind) for one in value.values()):
            inner = '{"a": 1}' if kind is Mapping else '"text"'
            self.fault(name, f'must be JSON such as {{"Field": {inner}}}')
            return None
        return [{"Name": field, "Value": inner} for field, inner in value.items()]

    def quantities(self, name: str, value: Any) -> dict[str, int]:
        """Quantities of at least 1 by name."""
        fit = isinstance(value, Mapping) and bool(value)
        if not fit or not all(type(one) is int and one >= 1 for one in value.values()):
            self.fault(name, 'must be JSON such as {"NAME": 1}, with quantities of at least 1')
            return {}
        return dict(value)

    def done(self) -> None:
        """Raises Invalid with all of them."""
        if self.faults:
            raise Invalid.of(tuple(self.faults))


def present(content: Mapping[str, Any]) -> dict[str, Any]:
    """Absent, not null; also within objects."""
    found = {name: present(value) if isinstance(value, Mapping) else value for name, value in content.items()}
    return {name: value for name, value in found.items() if value is not None and value != {}}
