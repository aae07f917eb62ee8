"""The product's own transport, with a hand between the partner's answer and the connector."""

import re
from collections.abc import Callable

import httpx

from pipeline.connectors.transport import Transport

Rewrite = Callable[[httpx.Request, httpx.Response], httpx.Response]


class Tamper(httpx.BaseTransport):
    """Every request goes over a real socket; `rewrite` changes what comes back, for those `meant`."""

    def __init__(self) -> None:
        self._inner = Transport(connections=8)
        self.let_be()

    def let_be(self) -> None:
        """From now on answers come as they are."""
        self.rewrite: Rewrite | None = None
        self.meant: Callable[[httpx.Request], bool] = lambda request: True
        self.times = 0
        self.calls = 0

    def change(
        self, rewrite: Rewrite, *, meant: Callable[[httpx.Request], bool], times: int = 1, after: int = 0
    ) -> None:
        """The next `times` answers of the calls that are meant, after so many; token calls never are."""
        self.rewrite, self.meant, self.times, self.calls = rewrite, meant, times, -after

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        if self.rewrite is None or is_token(request) or not self.meant(request):
            return response
        self.calls += 1
        if not 0 < self.calls <= self.times:
            return response
        response.read()
        response.close()
        return self.rewrite(request, response)

    def close(self) -> None:
        self._inner.close()


def is_token(request: httpx.Request) -> bool:
    """Whether it asks for a token."""
    return "token" in request.url.path.lower()


def is_write(request: httpx.Request) -> bool:
    """Whether it changes anything, by its method."""
    return request.method != "GET"


def at(pattern: str) -> Callable[[httpx.Request], bool]:
    """Calls whose path has this pattern."""
    return lambda request: re.search(pattern, request.url.path) is not None


def instead(content: bytes, status: int | None = None, kind: str = "application/json") -> Rewrite:
    """Another body, and perhaps another status."""

    def rewrite(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        headers = {"content-type": kind, "content-length": str(len(content))}
        return httpx.Response(status or response.status_code, headers=headers, stream=httpx.ByteStream(content))

    return rewrite
