"""POST /tokens/2021-03-01/restrictedDataToken: tokens for named resources, which show what they were asked to show."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.amazon.dials import ELEMENTS, Board
from sandbox.amazon.errors import Denial
from sandbox.exchange import Ask
from sandbox.reply import Reply, reply_json

MOST = 50
# Any id: Amazon's own example in tokens_2021-03-01.json has one that is not 3-7-7.
ORDER = "/orders/v0/orders/[^/]+"
# By what a token for such a path shows without being told more; None: it must be told.
RESTRICTED: tuple[tuple[str, frozenset[str] | None], ...] = (
    ("/orders/v0/orders", None),
    (ORDER, None),
    (f"{ORDER}/orderItems", None),
    (f"{ORDER}/address", frozenset({"shippingAddress"})),
    (f"{ORDER}/buyerInfo", frozenset({"buyerInfo", "buyerTaxInformation"})),
)


@dataclass(frozen=True, slots=True)
class Grant:
    """By method and path, with `{orderId}` for any order: the data elements."""

    until: datetime
    resources: dict[tuple[str, str], frozenset[str]]

    def match(self, method: str, path: str) -> frozenset[str] | None:
        """None: it is for other resources."""
        anyone = re.sub(r"\d{3}-\d{7}-\d{7}", "{orderId}", path)
        return self.resources.get((method, path), self.resources.get((method, anyone)))


class Restricted:
    """Every restricted token ever given."""

    def __init__(self, board: Board) -> None:
        self.issued = 0
        self._board = board
        self._given: dict[str, Grant] = {}

    def find(self, token: str) -> Grant | None:
        """None: no restricted token of ours."""
        return self._given.get(token)

    def void(self, token: str) -> None:
        """From now on it has expired."""
        if grant := self._given.get(token):
            self._given[token] = Grant(datetime.min.replace(tzinfo=grant.until.tzinfo), grant.resources)

    def give(self, ask: Ask, _: frozenset[str]) -> Reply:
        """A token for at most fifty resources."""
        raw = ask.read_json_body()
        rows = raw.get("restrictedResources") if isinstance(raw, dict) else None
        errors: dict[str, list[str]] = {}
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
            errors["restrictedResources"] = [f"a list of 1 to {MOST}"]
            rows = []
        for name in set(raw) - {"restrictedResources", "targetApplication"} if isinstance(raw, dict) else ():
            errors[name] = ["not documented"]
        resources: dict[tuple[str, str], frozenset[str]] = {}
        for n, row in enumerate(rows):
            if fault := _find_fault(row):
                errors[f"restrictedResources.{n}"] = [fault]
            else:
                resources[row["method"], row["path"]] = _list_elements(row)
        if errors:
            title = "Request is missing or has invalid parameters"
            raise Denial(400, title, code="InvalidRequest", errors=errors)
        asked = {element for row in rows for element in row.get("dataElements") or ()}
        if asked - set(self._board.dials.roles):
            raise Denial(400, "Application does not have access to one or more requested data elements", breach=False)
        seconds = self._board.dials.restricted_seconds
        token = f"Atz.sprdt|{secrets.token_urlsafe(24)}"
        self._given[token] = Grant(ask.now + timedelta(seconds=seconds), resources)
        self.issued += 1
        return reply_json(200, {"restrictedDataToken": token, "expiresIn": int(seconds)})


def _find_default(path: Any) -> frozenset[str] | None:
    return next((shown for form, shown in RESTRICTED if re.fullmatch(form, path)), None)


def _find_fault(row: Any) -> str | None:
    if not isinstance(row, dict) or not {"method", "path"} <= set(row) <= {"method", "path", "dataElements"}:
        return "method and path, perhaps dataElements"
    path, elements = row["path"], row.get("dataElements")
    if row["method"] != "GET" or not isinstance(path, str):
        return "GET and a path"
    if not any(re.fullmatch(form, path) for form, _ in RESTRICTED):
        return "no restricted operation that is simulated"
    if elements is None:
        return None if _find_default(path) is not None else "dataElements are required here"
    if not isinstance(elements, list) or not elements or not set(map(str, elements)) <= set(ELEMENTS):
        return f"dataElements are some of {', '.join(ELEMENTS)}"
    return None


def _list_elements(row: dict[str, Any]) -> frozenset[str]:
    return frozenset(row.get("dataElements") or ()) | (_find_default(row["path"]) or frozenset())
