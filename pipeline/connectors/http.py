"""One HTTP policy for all partners: one deadline per call, bounded answers, no redirects, no retries, no cookies."""

import logging
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import msgspec

from pipeline.connectors.answers import Answer, judge, no_answer
from pipeline.connectors.transport import CALL, CONNECT, Transport
from pipeline.domain.errors import NotConfigured, PartnerTrouble

__all__ = ["Answer", "Explain", "Http", "open_client"]

Explain = Callable[[PartnerTrouble, Answer], PartnerTrouble]  # a trouble, and the answer that it was told by

CONNECTIONS: Final = 32  # more than the calls one worker process has under way
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode
_HEADERS: Final = {"User-Agent": "orderpipe", "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}


def open_client() -> httpx.Client:
    """The process's one pooled client; opened after the fork (it costs 30 ms). Proxies and netrc are not read."""
    for name in ("httpx", "httpcore"):  # httpx logs whole URLs at INFO, and a query may hold a secret
        logging.getLogger(name).setLevel(logging.WARNING)
    # A cookie of one account must never go with the call of another at the same host.
    no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(
        transport=Transport(connections=CONNECTIONS), trust_env=False, follow_redirects=False, cookies=no_cookies
    )


class Http:
    """Makes calls. `deadline`: seconds for one call, from connecting to the answer's last byte; `max_body`: bytes,
    also of what is unpacked.
    """

    def __init__(self, client: httpx.Client, *, deadline: float, max_body: int) -> None:
        self._client = client
        self._deadline = deadline
        self._max_body = max_body

    def call(
        self,
        method: str,
        url: str,
        *,
        what: str,
        write: bool,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        missing_ok: bool = False,
        words: Sequence[str] = (),
        explain: Explain | None = None,
    ) -> Answer:
        """One call, never repeated. `what` names it in messages (method and path template: no ids, no query).

        Gives a 2xx (and a read's 404 with `missing_ok`); raises a PartnerTrouble for everything else (`answers.py`).
        `explain` says what a refusing answer means by this partner's own headers and codes.
        """
        CALL.until = self._until()
        CALL.sent = None
        try:
            request = self._request(method, url, what, query, json, form, content, headers)
            return self._exchange(request, what, write=write, missing_ok=missing_ok, words=words, explain=explain)
        finally:
            CALL.until = None

    @contextmanager
    def within(self) -> Iterator[None]:
        """Calls inside share one deadline, so that a write with its token and its repeat stays below the lease."""
        before, CALL.outer = CALL.outer, self._until()
        try:
            yield
        finally:
            CALL.outer = before

    def _until(self) -> float:
        until = time.monotonic() + self._deadline
        return until if CALL.outer is None else min(until, CALL.outer)

    def _request(
        self,
        method: str,
        url: str,
        what: str,
        query: Mapping[str, Any] | None,
        json: Any,
        form: Mapping[str, str] | None,
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> httpx.Request:
        sent = dict(_HEADERS)
        if json is not None:
            content, sent["Content-Type"] = _ENCODE(json), "application/json"
        elif form is not None:
            content, sent["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        sent.update(headers or {})
        left = max((CALL.until or 0.0) - time.monotonic(), 0.001)
        timeout = httpx.Timeout(left, connect=min(left, CONNECT), pool=min(left, CONNECT))
        try:
            return self._client.build_request(
                method, url, params=dict(query) if query else None, content=content, headers=sent, timeout=timeout
            )
        except (httpx.InvalidURL, UnicodeError):  # not chained: the text of either may hold a credential
            raise NotConfigured(f"{what}: the address or a credential holds what HTTP can't carry") from None

    def _exchange(
        self,
        request: httpx.Request,
        what: str,
        *,
        write: bool,
        missing_ok: bool,
        words: Sequence[str],
        explain: Explain | None,
    ) -> Answer:
        try:
            response = self._client.send(request, stream=True)
        except httpx.HTTPError as fault:
            raise no_answer(fault, what, write=write) from None
        body, broken = b"", None
        try:
            body = self._read(response)
        except (httpx.HTTPError, ValueError) as fault:  # the status may still say all there is to know
            broken = str(fault) if isinstance(fault, ValueError) else f"cut off ({type(fault).__name__})"
            if isinstance(fault, httpx.HTTPError) and 200 <= response.status_code < 300:
                raise no_answer(fault, what, write=write) from None
        finally:
            response.close()
        answer = Answer(what, write, response.status_code, response.headers, body)
        trouble = judge(answer, broken=broken, missing_ok=missing_ok, words=words)
        if trouble is not None:
            raise explain(trouble, answer) if explain else trouble
        return answer

    def _read(self, response: httpx.Response) -> bytes:
        """The body as it comes in, against the deadline and the bound; raises ValueError in words."""
        too_large = f"larger than {self._max_body} bytes"
        length = response.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._max_body:
            raise ValueError(too_large)
        unpack = _unpacker(response.headers.get("content-encoding", ""))
        parts: list[bytes] = []
        taken = size = 0
        for chunk in response.iter_raw():
            if CALL.until is not None and time.monotonic() > CALL.until:
                raise httpx.ReadTimeout("deadline")
            taken += len(chunk)
            part = _unpack(unpack, chunk, self._max_body - size + 1) if unpack else chunk
            size += len(part)
            if max(size, taken) > self._max_body:
                raise ValueError(too_large)
            parts.append(part)
        if unpack and taken and not unpack.eof:
            raise ValueError("packed, and cut off")
        return b"".join(parts)


def _unpacker(encoding: str) -> Any:
    """A zlib object that stops at a length, None for a plain body (field-notes section 5: never let httpx unpack)."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if name == "deflate":
        return zlib.decompressobj()
    raise ValueError("packed in a way that was not asked for")


def _unpack(unpack: Any, chunk: bytes, limit: int) -> bytes:
    try:
        found: bytes = unpack.decompress(chunk, limit)
    except zlib.error:
        raise ValueError("packed, and broken") from None
    return found
