"""What an act on several documents did."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.domain.errors import FieldError


@dataclass(frozen=True, slots=True)
class ActResult:
    """References it was done to; references it was not done to, each with why."""

    done: Sequence[str] = ()
    refused: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """`would_pass` and `would_fail` only of a rehearsal, whose failures are in `refused` too, in words."""

    done: Sequence[str] = ()
    refused: Sequence[tuple[str, str]] = ()
    would_pass: int | None = None
    would_fail: Sequence[tuple[str, Sequence[FieldError]]] = field(default=())
