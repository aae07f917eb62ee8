"""Tokens that a partner has given: which it knows, and which still hold."""

import secrets
from datetime import datetime, timedelta


class Tokens:
    """By token, until when it holds. An expired one stays known: to use it is no breach."""

    def __init__(self) -> None:
        self.issued = 0
        self._until: dict[str, datetime] = {}

    def give(self, now: datetime, seconds: float) -> str:
        """A new token."""
        token = secrets.token_urlsafe(24)
        self._until[token] = now + timedelta(seconds=seconds)
        self.issued += 1
        return token

    def is_known(self, token: str) -> bool:
        """Whether it was ever given."""
        return token in self._until

    def holds(self, token: str, now: datetime) -> bool:
        """Whether it is good now."""
        return token in self._until and now < self._until[token]

    def void(self, token: str, now: datetime) -> None:
        """From now on it has expired."""
        self._until[token] = now
