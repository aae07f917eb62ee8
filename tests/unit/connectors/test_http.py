"""The HTTP policy against real sockets: one deadline, bounded answers, and what each failure means."""

import gzip
import logging
import socket
import struct
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from pipeline.connectors.http import Http, open_client
from pipeline.domain.errors import Ambiguous, NotConfigured, PartnerTrouble, Refused, Unavailable, Unreadable

Behave = Callable[[socket.socket], None]


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with open_client() as opened:
        yield opened


@contextmanager
def partner(behave: Behave) -> Iterator[str]:
    """A server on loopback that does `behave` with each connection after its request's head came."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            try:
                seen = b""
                while b"\r\n\r\n" not in seen:
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    seen += chunk
                behave(connection)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def send(head: str, body: bytes = b"") -> Behave:
    def behave(connection: socket.socket) -> None:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)

    return behave


def drip(head: bytes, piece: bytes) -> Behave:
    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(100):
            connection.sendall(piece)
            time.sleep(0.05)

    return behave


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_in_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    time.sleep(0.05)
    reset(connection)


def silent(connection: socket.socket) -> None:
    connection.recv(1)


def call(client: httpx.Client, url: str, *, write: bool, deadline: float = 0.2, max_body: int = 100_000) -> object:
    http = Http(client, deadline=deadline, max_body=max_body)
    return http.call("POST" if write else "GET", url, what="CALL it", write=write, json={"a": 1} if write else None)


def trouble_of(client: httpx.Client, behave: Behave, *, write: bool, **more: object) -> PartnerTrouble:
    with partner(behave) as url, pytest.raises(PartnerTrouble) as raised:
        call(client, url, write=write, **more)  # type: ignore[arg-type] # keyword arguments of call()
    return raised.value


HEAD = "HTTP/1.1 200 OK\nContent-Length: {}\nContent-Encoding: {}"


def test_good_answers_are_read_packed_or_plain(client: httpx.Client) -> None:
    body = b'{"total": 12.50}'
    for encoding, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body)), ("identity", body)):
        with partner(send(HEAD.format(len(packed), encoding), packed)) as url:
            answer = call(client, url, write=False)
        assert str(answer.json()["total"]) == "12.50"  # type: ignore[attr-defined] # an Answer


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(
    "behave",
    [
        silent,
        reset,
        reset_in_body,
        send("HTTP/1.1 200 OK\nContent-Length: 50", b'{"cut": '),
        send("nonsense"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n"),
        drip(b"", b"H"),
    ],
    ids=["silent", "reset", "reset in body", "cut off", "no HTTP", "drip body", "drip headers", "drip status"],
)
def test_no_answer_is_unavailable_on_a_read_and_ambiguous_on_a_write(
    client: httpx.Client, behave: Behave, write: bool
) -> None:
    began = time.monotonic()
    trouble = trouble_of(client, behave, write=write)
    assert time.monotonic() - began < 1.5  # a drip lasts 5 s: one deadline ends it
    assert type(trouble) is (Ambiguous if write else Unavailable)
    assert "127.0.0.1" not in trouble.message


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(
    "behave",
    [
        send(HEAD.format(len(b := gzip.compress(b"0" * 5_000_000)), "gzip"), b),
        send("HTTP/1.1 200 OK\nContent-Length: 200000", b"0" * 200_000),
        send("HTTP/1.1 200 OK\nConnection: close", b"0" * 200_000),
        send(HEAD.format(3, "br"), b"abc"),
        send(HEAD.format(3, "gzip"), b"abc"),
        send(HEAD.format(20, "gzip"), gzip.compress(b"0" * 100)[:20]),
    ],
    ids=["gzip bomb", "too large", "too large, untold", "unasked packing", "broken gzip", "half a gzip"],
)
def test_answers_that_can_not_be_read_are_unreadable_or_ambiguous(
    client: httpx.Client, behave: Behave, write: bool
) -> None:
    assert type(trouble_of(client, behave, write=write, deadline=5.0)) is (Ambiguous if write else Unreadable)


def test_a_refusal_stays_one_though_its_body_is_too_large(client: httpx.Client) -> None:
    behave = send("HTTP/1.1 422 No\nContent-Length: 200000", b"0" * 200_000)
    assert type(trouble_of(client, behave, write=True, deadline=5.0)) is Refused


@pytest.mark.parametrize("write", [True, False])
def test_a_connection_never_made_says_that_nothing_was_sent(client: httpx.Client, write: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable, match="nothing was sent"):
        call(client, f"http://127.0.0.1:{port}", write=write)


def test_a_certificate_nobody_trusts_says_so(client: httpx.Client) -> None:
    with partner(send("HTTP/1.1 200 OK")) as url, pytest.raises(Unavailable, match="nothing was sent"):
        call(client, url.replace("http:", "https:"), write=True, deadline=2.0)


def test_a_deadline_that_is_over_sends_nothing(client: httpx.Client) -> None:
    arrived = threading.Event()
    with partner(lambda _: arrived.set()) as url, pytest.raises(Unavailable, match="nothing was sent"):
        call(client, url, write=True, deadline=0.0)
    assert not arrived.is_set()


def test_a_kept_connection_is_not_written_to_after_the_deadline(client: httpx.Client) -> None:
    arrived: list[bytes] = []
    settled = threading.Event()

    def keep(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        connection.settimeout(0.3)
        with suppress(TimeoutError):
            while chunk := connection.recv(1000):
                arrived.append(chunk)  # the first request's body may come late
        settled.set()

    with partner(keep) as url:
        call(client, url, write=True, deadline=2.0)
        with pytest.raises(Unavailable, match="nothing was sent"):
            call(client, url, write=True, deadline=0.0)
        assert settled.wait(2)
    assert b"POST" not in b"".join(arrived)


def test_a_bomb_is_not_unpacked_before_it_is_measured(client: httpx.Client) -> None:
    packed = gzip.compress(b"0" * 50_000_000)
    tracemalloc.start()
    try:
        trouble_of(client, send(HEAD.format(len(packed), "gzip"), packed), write=False, deadline=5.0)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_calls_within_share_one_deadline(client: httpx.Client) -> None:
    def slow(connection: socket.socket) -> None:
        time.sleep(0.3)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    http = Http(client, deadline=0.5, max_body=1000)
    with partner(slow) as url:
        for _ in range(2):  # each alone is in time
            http.call("GET", url, what="GET it", write=False)
        with http.within():
            http.call("GET", url, what="GET it", write=False)
            with pytest.raises(Unavailable):
                http.call("GET", url, what="GET it", write=False)


def test_redirects_are_not_followed_and_cookies_not_kept(client: httpx.Client) -> None:
    with partner(send("HTTP/1.1 200 OK\nSet-Cookie: PHPSESSID=1\nContent-Length: 2", b"{}")) as url:
        call(client, url, write=False)
    assert not client.cookies.jar
    behave = send("HTTP/1.1 301 Moved\nLocation: http://127.0.0.1:9/\nContent-Length: 0")
    trouble = trouble_of(client, behave, write=True)
    assert type(trouble) is Refused
    assert "base_url" in trouble.message


def test_a_credential_that_http_can_not_carry_is_not_shown(client: httpx.Client) -> None:
    http = Http(client, deadline=1.0, max_body=1000)
    with pytest.raises(NotConfigured) as raised:
        http.call("GET", "http://127.0.0.1:9/", what="GET it", write=False, headers={"Authorization": "geheim-é"})
    assert "geheim" not in str(raised.value)


def test_urls_with_secrets_are_not_logged(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="root")
    with partner(send("HTTP/1.1 200 OK\nContent-Length: 2", b"{}")) as url:
        Http(client, deadline=1.0, max_body=10).call(
            "GET", url, what="GET it", write=False, query={"secret_key": "hush"}
        )
    assert "hush" not in caplog.text
