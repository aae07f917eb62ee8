"""Transiteo's answers: its error shapes, its quota, and what they prove (contracts/oms.md sections 2.5, 2.6). Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.answers import Answer, decode, spoken
from pipeline.domain.errors import Conflict, PartnerTrouble, RateLimited, Refused, Unauthorized

# The gateway's `{"message"}`; the services' `{"code", "httpCode", "name", "message", "details"}`, an unexpected error
# with `reason` instead of `message`. Never `details`: they repeat the value that was refused, which may be a name.
WORDS: Final = ("code", "name", "message", "reason")
CODES: Final = WORDS[:2]  # of a call that sends what its document does not hold: sentences might repeat that
QUOTA: Final = ("MAX_REQUESTS_EXCEED", "TRIAL_LIMIT_EXCEED")
QUOTA_WAIT: Final = 6 * 3600.0  # seconds: credits come back by a person, not by waiting a minute
_UNEXPECTED: Final = "UNEXPECTED_ERROR"
_EXISTS: Final = re.compile(r"already[ _-]?exist", re.IGNORECASE)
_QUOTA: Final = re.compile("|".join(QUOTA))
_PLAIN: Final = 200  # characters: a longer text is a page, not a word
_SUSPECT: Final = re.compile(r"error|exception|denied|invalid|fail|refus|forbid|not ", re.IGNORECASE)


def understood(trouble: PartnerTrouble, _: Answer | None = None) -> PartnerTrouble:
    """The trouble as Transiteo means it: a 403 that names the quota is about credits, not credentials."""
    if isinstance(trouble, Unauthorized) and trouble.status == 403 and _QUOTA.search(trouble.message):
        words = f"{trouble.cause}: the quota of Transiteo calls is used up"
        return RateLimited(words, retry_after=trouble.retry_after or QUOTA_WAIT, status=403)
    return trouble


def body_of(answer: Answer, words: Sequence[str] = WORDS) -> Any:
    """The JSON of a 2xx, None for an empty one and for a plain word. Raises what an error inside it says; the trouble
    of an answer that nobody understands.
    """
    if not answer.content.strip():
        return None
    try:
        body = decode(answer.content)
    except ValueError:
        plain = answer.content.decode(errors="replace").strip()
        if len(plain) > _PLAIN or plain[:1] in ("{", "[", "<") or _SUSPECT.search(plain) or "\ufffd" in plain:
            raise answer.unclear("neither JSON nor a plain word") from None
        return None
    trouble = _error_in(body, answer, words)
    if trouble is not None:
        raise trouble
    return body


def is_missing(trouble: PartnerTrouble) -> bool:
    """Whether it says that there is no such order."""
    return isinstance(trouble, Refused) and trouble.status in (404, 410)


def is_there_already(trouble: PartnerTrouble) -> bool:
    """Whether it says that the order exists."""
    return isinstance(trouble, Conflict) or (isinstance(trouble, Refused) and bool(_EXISTS.search(trouble.message)))


def is_no_look_up(trouble: PartnerTrouble) -> bool:
    """Whether orders can't be got one by one here: 403 (the quota is another trouble by now) or 405."""
    return isinstance(trouble, Unauthorized | Refused) and trouble.status in (403, 405)


def record_in(body: Any, order_id: str) -> Mapping[str, Any] | None:
    """The order in an answer whose shape is not published: the object itself, or one level inside."""
    inner = list(body.values()) if isinstance(body, Mapping) else body if isinstance(body, list) else []
    for found in (body, *inner):
        if isinstance(found, Mapping) and str(found.get("order_id")) == order_id:
            return found
    return None


def _error_in(body: Any, answer: Answer, words: Sequence[str]) -> PartnerTrouble | None:
    """The services' error shape under a 2xx."""
    if not isinstance(body, Mapping):
        return None
    code = body.get("code")
    status = body.get("httpCode")
    status = int(status) if isinstance(status, str) and status.isascii() and status.isdecimal() else status
    wrong = isinstance(status, int) and status >= 400
    if not (wrong or code in (*QUOTA, _UNEXPECTED) or body.get("name") == "ClientError"):
        return None
    said = spoken(body, words)
    text = f"{answer.what}: {answer.status}, but its answer is an error ({said})"
    if code in QUOTA:
        return understood(Unauthorized(text, status=403))
    if code == _UNEXPECTED or (isinstance(status, int) and status >= 500):
        return answer.unclear(f"an error ({said})")
    if status in (401, 403):
        return Unauthorized(text, status=403)
    if status == 429:
        return RateLimited(text, status=429)
    return (Conflict if status == 409 else Refused)(text, status=status if isinstance(status, int) else answer.status)
