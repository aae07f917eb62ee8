"""Calls to an operator's Mirakl: the key, the shop, the budget of the operation, and its errors in words."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.budget import Rate, within_budget
from pipeline.connectors.contract import Rig
from pipeline.domain.errors import Conflict, PartnerTrouble, RateLimited, Refused

WORDS: Final = ("message", "errors")  # {"status":400,"message":".."}
QUIET: Final = 60.0  # seconds after a 429 that does not say how long: limits are calls per minute
_CODE: Final = re.compile(rb"\b[A-Z]+(?:_[A-Z]+)+\b")

INVALID_STATE: Final = "ORDER_INVALID_STATE"
CODES: Final[Mapping[str, str]] = {  # OR21 (contracts/marketplaces.md section 5)
    INVALID_STATE: "the order is not, or no longer, in the state that this needs; it is looked up",
    "ORDER_LINE_ACCEPTANCE_DECISION_MISSING": "a line has no decision: the order has lines that were not read; "
    "pull it and replay",
    "ORDER_PARTIAL_ACCEPTANCE_DISABLED": "this operator takes all lines or none: accept each, or refuse the order",
    "ORDER_LINE_NOT_FOUND": "a line's id is unknown to Mirakl: pull the order and replay",
    "ORDER_LINE_DUPLICATE_ID": "a line's id was sent twice: the order has two lines of one id; edit it",
    "ORDER_LINE_NULL_ELEMENT": "a line was sent without content: pull the order and replay",
    "ORDER_NOT_FOUND": "Mirakl does not know this order: is it another shop's (shop_id), or of another instance?",
    "ORDER_FULFILLED_UNAUTHORIZED": "the operator fulfils this order, the shop may not decide on it: discard it",
    "VALIDATION_ERROR": "Mirakl found a value malformed",
}


class Calls:
    """One shop at one operator."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._root = f"{rig.settings['base_url'].rstrip('/')}/api"
        self._key = rig.settings["api_key"]
        self.frequency: timedelta = max(rig.settings["frequency"], timedelta(milliseconds=1))
        shop = rig.settings["shop_id"]
        self._shop = {"shop_id": shop} if shop else {}

    def read(self, rate: Rate, path: str, query: Mapping[str, Any] | None = None, *, what: str = "") -> Answer:
        """One GET. Raises OverBudget (nothing was asked) where the operation's calls are used up."""
        with within_budget(self._rig, rate):
            return self._call("GET", path, what=what or f"GET {path}", write=False, query=query)

    def write(
        self, rate: Rate, method: str, path: str, content: Any = None, *, what: str = "", marked: bool = True
    ) -> Answer:
        """One write. `marked` False: a failure of it proves that nothing happened that matters (`client.py`)."""
        with within_budget(self._rig, rate):
            answer = self._call(method, path, what=what or f"{method} {path}", write=marked, content=content)
        if answer.content.strip():
            answer.json()  # most say 204; a page of HTML with a 2xx says nothing
        return answer

    def _call(
        self,
        method: str,
        path: str,
        *,
        what: str,
        write: bool,
        query: Mapping[str, Any] | None = None,
        content: Any = None,
    ) -> Answer:
        return self._rig.http.call(
            method,
            f"{self._root}/{path}",
            what=what,
            write=write,
            query={**(query or {}), **self._shop},
            json=content,
            headers={"Authorization": self._key.reveal()},  # the bare key, no "Bearer"
            words=WORDS,
            explain=_explain,
        )


def _explain(trouble: PartnerTrouble, answer: Answer) -> PartnerTrouble:
    """The documented code in words. A wrong state may mean that an earlier call was taken: looked up, never dead."""
    if isinstance(trouble, RateLimited) and not trouble.retry_after:
        return RateLimited(trouble.message, cause=trouble.cause, retry_after=QUIET, status=trouble.status)
    if not isinstance(trouble, Refused):
        return trouble
    code = next((found for found in map(bytes.decode, _CODE.findall(answer.content)) if found in CODES), None)
    if code is None:
        return trouble
    kind = Conflict if code == INVALID_STATE and answer.write else Refused
    words = f"{answer.what}: {answer.status} {code}: {CODES[code]}"
    return kind(words, cause=words, status=trouble.status)
