"""Tecsys' answers: trace ids, the gateway's words, what a yes is, and lists in whatever they are wrapped. Pure.

No body is published. 204, 202 and empty ones are never parsed (contracts/oms.md section 3.4.6).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.answers import Answer, decode, spoken
from pipeline.connectors.wire import Unfit, text
from pipeline.domain.errors import Ambiguous, PartnerTrouble, RateLimited, Unauthorized, Unavailable, Unreadable

APART: Final = 5.0  # seconds at least before a call is made again: the vendor's best practices (section 3.1)
WORDS: Final = ("message", "Message", "error", "Error", "errors", "Errors", "ErrorMessage")  # where errors are told
_ERRORS: Final = ("error", "errors", "errormessage", "errormessages")
_WRAPS: Final = frozenset({"orders", "results", "result", "items", "data", "records", "rows", "value"})
_TRACES: Final = ("traceid", "trace-id", "x-traceid", "x-trace-id")
_TRACE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:|-]{3,99}", re.ASCII)
_SECONDS: Final = re.compile(r"try again in (\d{1,6}) seconds?", re.I | re.ASCII)
_QUOTA: Final = re.compile(r"quota.{0,60}?replenished in (?:(\d{1,3})[.:])?(\d\d):(\d\d):(\d\d)", re.I | re.ASCII)
_GATEWAY: Final = re.compile(r'"statuscode"\s*:\s*404', re.I | re.ASCII)


def trace_in(headers: Mapping[str, str], content: bytes) -> str | None:
    """The TraceID that every answer has, "in the response section" (vendor's troubleshooting guide): header or body."""
    told: list[Any] = [headers.get(name) for name in _TRACES]
    if len(content) < 100_000 and b"race" in content:
        try:
            body = decode(content)
        except ValueError:
            body = None
        if isinstance(body, Mapping):
            told += [field_of(body, name.replace("-", "")) for name in ("traceid", "trace_id")]
    return next((one for one in told if isinstance(one, str) and _TRACE.fullmatch(one)), None)


def explained(trouble: PartnerTrouble, answer: Answer) -> PartnerTrouble:
    """The trouble with its trace id, which the vendor's support asks for. It is no part of the cause: it differs by
    call. Azure's gateway tells its waits in words, and a used-up quota by 403.
    """
    body = answer.content[:10_000].decode(errors="replace")
    kind, wait, cause, words = type(trouble), trouble.retry_after, trouble.cause, trouble.message
    if kind is RateLimited and wait is None and (found := _SECONDS.search(body)):
        wait = float(found[1])
    if kind is Unauthorized and trouble.status == 403 and (found := _QUOTA.search(body)):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        kind, cause = RateLimited, "403: the subscription's call quota is used up"
        words = f"{words}; the subscription's call quota is used up"
        wait = wait or float(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
    if kind is Unauthorized:
        words = f"{words}; is subscription_key the one of this host, and not one that was regenerated since?"
    if kind in (Unavailable, Unreadable):
        wait = wait or APART
    trace = trace_in(answer.headers, answer.content)
    if trace:
        words = f"{words}; TraceID {trace}"
    return kind(words, cause=cause, fields=trouble.fields, retry_after=wait, status=trouble.status)


def unclear(answer: Answer, why: str) -> PartnerTrouble:
    """The trouble for a 2xx that can't be understood."""
    return explained(answer.unclear(why), answer)


def in_doubt(doubt: Ambiguous, words: str) -> Ambiguous:
    """The doubt, with what to do about it."""
    return Ambiguous(f"{doubt.message}; {words}", cause=doubt.cause, status=doubt.status)


def body_of(answer: Answer) -> Any:
    """The JSON of a 2xx; None for 204, 202 and empty ones. Raises Ambiguous (Unreadable for a read) for what is no
    JSON, or says that it is an error.
    """
    if answer.status in (202, 204) or not answer.content.strip():
        return None
    try:
        body = decode(answer.content)
    except ValueError:
        raise unclear(answer, "not JSON") from None
    if isinstance(body, Mapping):
        code = field_of(body, "statuscode")
        success = next(
            (found for name in ("success", "issuccess") if (found := field_of(body, name)) is not None), True
        )
        if (
            any(field_of(body, name) for name in _ERRORS)
            or str(success).lower() in ("false", "0")
            or (type(code) is int and code >= 400)
        ):
            raise unclear(answer, f"an error ({spoken(body, WORDS) or 'without words'})")
    return body


def told(answer: Answer) -> dict[str, Any]:
    """What `orderpipe call` shows of a write: the status, its trace id, and the body where there is one."""
    body = body_of(answer)
    shown = {"status": answer.status, "trace_id": trace_in(answer.headers, answer.content), "answer": body}
    return {name: value for name, value in shown.items() if value is not None}


def rows_of(body: Any, depth: int = 0) -> list[Mapping[str, Any]] | None:
    """The rows of a list, also in an object around it; None for what is no list."""
    if isinstance(body, list):
        return body if all(isinstance(row, Mapping) for row in body) else None
    if isinstance(body, Mapping) and depth < 2 and not order_id_of(body):
        for name, inner in body.items():
            if name.lower() in _WRAPS and (found := rows_of(inner, depth + 1)) is not None:
                return found
    return None


def orders_in(answer: Answer) -> list[Mapping[str, Any]]:
    """The orders of an answer, one alone too; nothing for an empty one. Raises Unreadable."""
    body = body_of(answer)
    if body is None:
        return []
    if isinstance(body, Mapping) and order_id_of(body):
        return [body]
    found = rows_of(body)
    if found is None:
        raise unclear(answer, "no list of orders")
    return found


def is_gateways_404(answer: Answer) -> bool:
    """Whether no such path is meant, or nothing is said, rather than no such order."""
    return not answer.content.strip() or bool(_GATEWAY.search(answer.content[:1000].decode(errors="replace")))


def field_of(row: Mapping[str, Any], name: str) -> Any:
    """A field by its lower-case name: the document writes ExternalOrderId and ExternalOrderID (section 3.4.5)."""
    return next((value for key, value in row.items() if key.lower() == name), None)


def order_id_of(row: Mapping[str, Any], names: Sequence[str] = ("externalorderid", "internalorderid")) -> str | None:
    """The first of these ids that an order tells."""
    for name in names:
        try:
            found = text(field_of(row, name))
        except Unfit:
            continue
        if found and found != "0":
            return found
    return None


def is_canceled(row: Mapping[str, Any]) -> bool | None:
    """By its status; None for a word whose meaning is not published (only three are, section 3.4.10)."""
    word = next((found for name in ("orderstatus", "status") if isinstance(found := field_of(row, name), str)), "")
    if word.lower() in ("canceled", "cancelled"):
        return True
    return False if word in ("NotStarted", "PaymentPending", "Paid") else None
