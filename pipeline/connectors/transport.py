"""The sockets below every call: one deadline over all of it, and whether any byte of the request went out."""

import threading
import time
from collections.abc import Iterable
from typing import Any, Final

import httpcore
import httpx

CONNECT: Final = 5.0  # seconds for one attempt to connect; nothing has been sent by then
SLICE: Final = 65_536  # bytes written between two looks at the deadline
IDLE: Final = 3.0  # seconds a connection is kept: below the 5 s of common servers, so that few die in our hands


class Call(threading.local):
    """The call of this thread: when it must be over, and what is known of its request (None: not tracked)."""

    until: float | None = None
    outer: float | None = None  # the deadline of several calls together
    sent: bool | None = None


CALL: Final = Call()


def wait(timeout: float | None, late: type[Exception]) -> float | None:
    """Seconds the next operation on a socket may take; raises `late` when the call's deadline is over."""
    if CALL.until is None:
        return timeout
    left = CALL.until - time.monotonic()
    if left <= 0:
        raise late("deadline")
    return left if timeout is None else min(timeout, left)


class Stream(httpcore.NetworkStream):
    """A stream that looks at the deadline before each read and, last thing before the socket, before each write."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What is there."""
        return self._inner.read(max_bytes, wait(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it, in slices."""
        for start in range(0, len(buffer), SLICE):
            left = wait(timeout, httpcore.WriteTimeout)
            CALL.sent = True  # from here on the partner may have something
            self._inner.write(buffer[start : start + SLICE], left)

    def close(self) -> None:
        """Close it."""
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The handshake: still nothing of the request."""
        return Stream(self._inner.start_tls(ssl_context, server_hostname, wait(timeout, httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a stream."""
        return self._inner.get_extra_info(info)


class Sockets(httpcore.NetworkBackend):
    """Opens such streams."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """One connection."""
        left = wait(timeout, httpcore.ConnectTimeout)
        return Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))


class Transport(httpx.HTTPTransport):
    """httpx's transport over these sockets: no retries, no proxy, certificates verified."""

    def __init__(self, *, connections: int) -> None:
        context = httpx.create_ssl_context(verify=True, trust_env=False)
        super().__init__(verify=context, trust_env=False)
        # httpx has no door for a network backend; the test of dripping headers fails should this name ever change.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=IDLE,
            retries=0,
            network_backend=Sockets(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """From here on it is known whether anything was sent."""
        CALL.sent = False
        return super().handle_request(request)
