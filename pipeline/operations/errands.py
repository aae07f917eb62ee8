"""What the desk hands on: what needs partners or the server, and is joined in `bootstrap`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from pipeline.operations.errors import NotAllowed


def _not_here(*_: Any, **__: Any) -> NoReturn:
    raise NotAllowed("this can't be done here: no partner is connected")


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """Each is a function of the same name and arguments as the desk's method."""

    init: Callable[[], Mapping[str, Any]] = _not_here
    adopt: Callable[[str], Mapping[str, Any]] = _not_here  # who
    check: Callable[[], Sequence[Mapping[str, Any]]] = _not_here
    doctor: Callable[[bool], Sequence[Mapping[str, Any]]] = _not_here  # rebuild
    poll: Callable[[str, str | None], Any] = _not_here  # account, flow
    pull: Callable[[str, str], Any] = _not_here  # account, id
    backfill: Callable[..., Any] = _not_here  # account, since, until, progress; historic, in_flight
    backfill_file: Callable[[str, Any, Callable[[str], None]], Any] = _not_here  # account, wish, progress
    call: Callable[[str, str, Mapping[str, str], bool], Any] = _not_here  # account, operation, arguments, yes
    reconcile: Callable[[datetime, bool, Callable[[str], None]], Mapping[str, Any]] = (
        _not_here  # since, fetch, progress
    )
    close: Callable[[], None] = _nothing
