"""Pause and resume: an operator shuts and opens one partner's gate."""

from typing import Any

from pipeline.operations.books import Books
from pipeline.operations.errors import NotFound


def pause(books: Books, account: str, reason: str, who: str) -> dict[str, Any]:
    """Nothing but a resume opens it. Raises NotFound."""
    _check(books, account)
    why = f"paused by {who}" + (f": {reason}" if reason else "")
    books.gates.shut(account, wait=None, why=why, kind="paused")
    return {"account": account, **books.gates.state([account])[account]}


def resume(books: Books, account: str, who: str) -> dict[str, Any]:  # noqa: ARG001 -- asked of every act; a gate keeps no history
    """Opens it, whatever shut it. `opened` False: it was open. Raises NotFound."""
    _check(books, account)
    opened = books.gates.open(account)
    return {"account": account, "opened": opened, **books.gates.state([account])[account]}


def _check(books: Books, account: str) -> None:
    if account not in books.accounts:
        raise NotFound(f"there is no account {account}")
