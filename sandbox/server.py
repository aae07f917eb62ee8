"""Serving: blocking, or in a thread; on a socket of our own, so that port 0 is a free port without a race."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.app import create_app
from sandbox.settings import SandboxConfig

PR_SET_PDEATHSIG = 1


class CuttableProtocol(H11Protocol):
    """Hands its transport to the application, which may cut it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As usual, and the transport goes into every request's state."""
        super().connection_made(cast(asyncio.Transport, transport))
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announcement: str | None) -> None:
        super().__init__(config)
        self.listening = threading.Event()
        self._announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._announcement:
            sys.stderr.write(f"{self._announcement}\n")
            sys.stderr.flush()
        self.listening.set()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket's address, taken; OSError: it can't be had."""
    # The protocol is named: asyncio sets TCP_NODELAY only on sockets that say TCP (40 ms a request otherwise).
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    plug = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        plug.bind((host, port))
    except OSError:
        plug.close()
        raise
    return plug


def describe_url(plug: socket.socket) -> str:
    """The address as a URL."""
    host, port = plug.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(config: SandboxConfig, host: str = "127.0.0.1", port: int = 0) -> None:
    """Serve until SIGINT or SIGTERM; prints `sandbox: URL` on stderr once it listens. OSError: the port is taken."""
    with bind(host, port) as plug:
        server = _make_server(create_app(config), f"sandbox: {describe_url(plug)}")
        with suppress(KeyboardInterrupt):
            server.run([plug])


@contextmanager
def serve_in_thread(config: SandboxConfig) -> Iterator[str]:
    """For tests: the sandbox's URL while the block runs."""
    with bind("127.0.0.1", 0) as plug:
        server = _make_server(create_app(config), None)
        thread = threading.Thread(target=server.run, args=([plug],), name="sandbox", daemon=True)
        thread.start()
        if not server.listening.wait(10):
            raise RuntimeError("the sandbox did not start")
        try:
            yield describe_url(plug)
        finally:
            server.should_exit = True
            thread.join(5)


def _make_server(app: Starlette, announcement: str | None) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=1,
            backlog=256,
        ),
        announcement,
    )


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends (Linux only; elsewhere it says so and does nothing)."""
    if not sys.platform.startswith("linux"):
        sys.stderr.write("sandbox: --die-with-parent works on Linux only\n")
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        raise SystemExit(1)
