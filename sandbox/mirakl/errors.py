"""How Mirakl says no: a status, a message, and a code for each error (contracts, marketplaces section 5: OR21)."""

import re
from typing import Any, NoReturn

from sandbox.exchange import Refusal
from sandbox.reply import Reply, reply_json

INVALID_STATE = "ORDER_INVALID_STATE"
NOT_FOUND = "ORDER_NOT_FOUND"
UNAUTHORIZED = "ORDER_FULFILLED_UNAUTHORIZED"
VALIDATION = "VALIDATION_ERROR"
_CODED = re.compile(r"([A-Z]+(?:_[A-Z]+)+): ")


def fail(
    code: str,
    message: str,
    *fields: str,
    status: int = 400,
    breach: bool = True,
    conflict: bool = False,
    order: str | None = None,
) -> NoReturn:
    """Refuse with a code; `fields` are those that are wrong."""
    errors = {name: [message] for name in fields}
    raise Refusal(status, f"{code}: {message}", errors, breach=breach, conflict=conflict, order=order)


def write_refusal(refusal: Refusal) -> Reply:
    """`status` and `message` are documented; where the code stands is not: it begins the message and is in `errors`."""
    content: dict[str, Any] = {"status": refusal.status, "message": refusal.title}
    found = _CODED.match(refusal.title)
    if found or refusal.status == 400:
        code = found[1] if found else VALIDATION
        rows = [{"code": code, "field": name, "message": "; ".join(words)} for name, words in refusal.errors.items()]
        content["errors"] = rows or [{"code": code, "field": None, "message": refusal.title}]
    return reply_json(refusal.status, content, headers=refusal.headers)
