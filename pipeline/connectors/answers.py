"""What an answer means: each one, and each missing one, as a trouble that says what it is (field-notes sections 4, 5).

not sent (no connection, or no byte written)  Unavailable: nothing was taken
401, 403 / 429                                Unauthorized / RateLimited: nothing was taken
a write:  other 4xx but 408, 409, 425         Refused: certainly not taken
          409                                 Conflict
          301, 307, 308                       Refused: a request that was pointed elsewhere, not followed
          408, 425, other 3xx, 5xx, no answer Ambiguous
a read:   404 with missing_ok                 an answer
          408, 409, 425, 5xx, no answer       Unavailable
          other 4xx, 3xx                      Refused
"""

import re
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
import msgspec

from pipeline.connectors.transport import CALL
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    PartnerTrouble,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    Unreadable,
)

LONGEST_WAIT: Final = 86_400.0  # seconds: no partner shuts our gate for longer than a day
SHOWN: Final = 200  # characters kept of a partner's own words

_DECODE: Final = msgspec.json.Decoder(float_hook=Decimal).decode
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_EMAIL: Final = re.compile(r"[^\s<>\"'@]+@[^\s<>\"'@]+")
_NUMBERS: Final = re.compile(r"\+?\d[\d .()/-]{4,}\d")  # phones, dates, account numbers
_REFERENCE: Final = re.compile(r"\b[\w-]*\d[\w-]{3,}\b")  # ids: they differ per document


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was read to its end. `headers` by lower-case name."""

    what: str
    write: bool
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    def json(self) -> Any:
        """The body, with Decimal for numbers that have a point. Raises Unreadable, after a write Ambiguous."""
        try:
            return decode(self.content)
        except ValueError:
            raise self.unclear("not JSON") from None

    def unclear(self, why: str) -> PartnerTrouble:
        """The trouble for a 2xx that can't be understood: a write may have been taken."""
        words = f"{self.what}: {self.status}, but its answer is {why}"
        return (Ambiguous if self.write else Unreadable)(words, status=self.status)


def decode(content: bytes) -> Any:
    """JSON, a byte order mark before it forgiven (PHP). Raises ValueError."""
    try:
        return _DECODE(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ValueError("not JSON") from fault


def no_answer(fault: httpx.HTTPError, what: str, *, write: bool) -> PartnerTrouble:
    """The trouble for a call without an answer."""
    name = type(fault).__name__
    if isinstance(fault, _NEVER_SENT) or CALL.sent is False:
        return Unavailable(f"{what}: {_why_unreached(fault)} ({name}); nothing was sent")
    if write:
        return Ambiguous(f"{what}: no answer ({name}) after it was sent; it may have been taken")
    return Unavailable(f"{what}: no answer ({name})")


def judge(answer: Answer, *, broken: str | None, missing_ok: bool, words: Sequence[str]) -> PartnerTrouble | None:
    """The trouble of a status, None for a good one. `broken`: why the body could not be read; `words`: the fields
    in which this partner tells errors.
    """
    status = answer.status
    if 200 <= status < 300:
        return answer.unclear(broken) if broken else None
    if status == 404 and missing_ok and not answer.write:
        return None
    text = f"{answer.what}: {status}{said(answer.content, words)}"
    return _kind(status, answer.write)(
        text + _remedy(status), cause=text, status=status, retry_after=retry_after(answer.headers)
    )


def said(content: bytes, words: Sequence[str]) -> str:
    """` (...)` with the partner's own words from its declared error fields, masked and cut; else nothing."""
    if not words or len(content) > 100_000:
        return ""
    try:
        body = decode(content)
    except ValueError:
        return ""
    found = spoken(body, words)
    return f" ({found})" if found else ""


def spoken(body: Any, words: Sequence[str]) -> str:
    """The words in these fields of a body, masked and cut."""
    if not isinstance(body, Mapping):
        return ""
    return masked(": ".join(dict.fromkeys(text for name in words for text in _texts(body.get(name)))))


def masked(text: str) -> str:
    """One line of at most 200 characters without addresses, numbers or references."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: SHOWN * 10]).split())
    line = _EMAIL.sub("***", line)
    line = _NUMBERS.sub("#", _REFERENCE.sub("#", line))
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from seconds or an HTTP date; None where it is absent or nonsense."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value, re.ASCII):
        return min(float(value), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(at - time.time(), 0.0), LONGEST_WAIT)


def _kind(status: int, write: bool) -> type[PartnerTrouble]:
    if status in (401, 403):
        return Unauthorized
    if status == 429:
        return RateLimited
    if status in (408, 425) or status >= 500 or status < 200:
        return Ambiguous if write else Unavailable
    if status == 409:
        return Conflict if write else Unavailable
    if write and status < 400 and status not in (301, 307, 308):
        return Ambiguous  # 302 and 303 are also how a web form says "done"
    return Refused


def _remedy(status: int) -> str:
    if 300 <= status < 400:
        return "; redirects are not followed: base_url probably misses something (https, www, a path)"
    return "; is base_url right?" if status == 404 else ""


def _why_unreached(fault: BaseException) -> str:
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return "its TLS certificate or connection was not accepted"
        if isinstance(seen, ssl.CertificateError):
            return "its TLS certificate was not accepted"
        seen = seen.__cause__ or seen.__context__
    return "not reached"


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in list(value.items())[:5]:
            for text in _texts(inner):
                yield f"{name}: {text}"
    elif isinstance(value, list):
        for inner in value[:5]:
            yield from _texts(inner)
