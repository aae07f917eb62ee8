"""One declared setting of a connector: how it is written, what it means, where that is documented."""

from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["text", "secret", "url", "integer", "flag", "choice", "texts", "table", "amount", "duration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting below `settings`. `default` None and not `required`: off ("not configured" when used)."""

    name: str
    form: Form = "text"
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    meaning: str = ""
    source: str = ""


class Secret:
    """A credential: prints as `***`; `reveal()` is the only way in."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the one line that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")
