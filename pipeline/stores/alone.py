"""Tokens, references and budgets of one process: for `orderpipe check` before there is any ledger."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pipeline.ports import Token


class AloneTokens:
    """Implements `ports.Tokens` for as long as the process lives."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def get(self, account: str, refresh: Callable[[str | None], Token]) -> str:
        """One token an account."""
        if account not in self._tokens:
            self._tokens[account] = refresh(None)
        return self._tokens[account].value

    def drop(self, account: str, token: str) -> None:
        """The next one asks anew."""
        if account in self._tokens and self._tokens[account].value == token:
            del self._tokens[account]


class AloneReferences:
    """Implements `ports.References`: loads each time."""

    def get(self, account: str, name: str, load: Callable[[], Any], *, life: timedelta, fresh: bool = False) -> Any:  # noqa: ARG002 - nothing is kept
        """What the partner says now."""
        return load()


class AloneBudgets:
    """Implements `ports.Budgets`: a single try needs none."""

    def reserve(self, account: str, endpoint: str, *, rate: float, burst: int) -> float:  # noqa: ARG002 - always free
        """At once."""
        return 0.0

    def learn(self, account: str, endpoint: str, *, rate: float | None = None, empty: float | None = None) -> None:
        """Forgotten."""
