"""Flower's application with a fake desk, on a loop of its own thread, asked over HTTP."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from celery import Celery
from flower.command import settings
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.options import options as real_options

from tasks.flower.application import OrdersFlower
from tests.unit.flower.desk import FakeDesk


@dataclass
class Site:
    """What a browser would do. `token` is the page's XSRF token, cookie and field alike."""

    url: str
    desk: FakeDesk
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: Any) -> httpx.Response:
        answer = httpx.get(self.url + path, params=query, headers=self.headers)
        cookie = SimpleCookie(answer.headers.get("set-cookie", ""))
        if "_xsrf" in cookie:
            self.token = cookie["_xsrf"].value
        return answer

    def post(self, address: str, /, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        if not self.token:
            self.get("/orders")
        sent = {"Sec-Fetch-Site": "same-origin", "Cookie": f"_xsrf={self.token}", **self.headers, **(headers or {})}
        body = urlencode({"_xsrf": self.token, **fields}, doseq=True)
        return httpx.post(
            self.url + address, content=body, headers={"Content-Type": "application/x-www-form-urlencoded", **sent}
        )


def options_with(**given: Any) -> SimpleNamespace:
    """Flower's defaults."""
    return SimpleNamespace(**{**real_options.as_dict(), **given})


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """A site with these of Flower's options."""
    running: list[tuple[IOLoop, threading.Thread, OrdersFlower, HTTPServer]] = []

    def start(desk: FakeDesk | None = None, open_desk: Callable[[], Any] | None = None, **given: Any) -> Site:
        found, ready, chosen = desk or FakeDesk(), threading.Event(), {}

        def run() -> None:
            asyncio.set_event_loop(asyncio.new_event_loop())
            loop = IOLoop.current()
            app = OrdersFlower(
                open_desk=open_desk or (lambda: found), accounts=["shop-fr", "oms-1"], capp=Celery("test"),
                options=options_with(**given), io_loop=loop, **settings,
            )  # fmt: skip
            sockets = bind_sockets(0, "127.0.0.1")
            server = HTTPServer(app)
            server.add_sockets(sockets)
            chosen["port"] = sockets[0].getsockname()[1]
            running.append((loop, threading.current_thread(), app, server))
            loop.add_callback(ready.set)
            loop.start()
            loop.close()

        threading.Thread(target=run).start()
        assert ready.wait(10)
        return Site(f"http://127.0.0.1:{chosen['port']}", found)

    yield start
    for loop, thread, app, server in running:
        loop.add_callback(server.stop)
        loop.add_callback(app.desk.close)
        loop.add_callback(loop.stop)
        thread.join(10)
        app.executor.shutdown()


@pytest.fixture
def site(serve: Callable[..., Site]) -> Site:
    """As on loopback without authentication."""
    return serve()
