"""How an answer leaves: whole, or as a fault makes it. Cutting uses the real socket (see `server`)."""

import asyncio
import socket
import struct
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from sandbox.faults import Rule
from sandbox.reply import Reply

HTML = (
    b"<!DOCTYPE html><html><head><title>Maintenance</title></head>"
    b"<body><h1>Warning</h1><p>mysqli_connect(): too many connections in db.php on line 12</p></body></html>"
)
DRIP_PIECES = 40
CHUNK = 65536


async def deliver(fault: Rule | None, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the answer as the fault has it; it may take long, or never arrive."""
    kind = fault.kind if fault else ""
    if fault is None or kind == "status":
        await send_reply(reply, send)
    elif kind == "slow":
        await asyncio.sleep(fault.duration)
        await send_reply(reply, send)
    elif kind == "drip":
        await _drip(reply, fault.duration, send)
    elif kind == "hang":
        await _hang(fault.duration, scope, receive)
    elif kind == "reset_after":
        await reset(scope, receive)
    elif kind == "html":
        await send_reply(Reply(200, HTML, (("content-type", "text/html; charset=utf-8"),)), send)
    elif kind == "truncated":
        cut = reply.body[: max(1, len(reply.body) // 2)] if reply.body else b'{"ok": tr'
        await send_reply(Reply(200, cut, (("content-type", "application/json"),)), send)
    else:
        await _send_huge(int(fault.megabytes * 1_000_000), send)


async def send_reply(reply: Reply, send: Send) -> None:
    """The whole answer at once."""
    await _start(reply, len(reply.body), send)
    await send({"type": "http.response.body", "body": reply.body})


async def _start(reply: Reply, length: int, send: Send) -> None:
    headers = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in reply.headers]
    if reply.status != 204:
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _drip(reply: Reply, seconds: float, send: Send) -> None:
    """Spaces, one at a time, then the body: still valid JSON for whoever waits."""
    if reply.status == 204:
        await asyncio.sleep(seconds)
        await send_reply(reply, send)
        return
    await _start(reply, DRIP_PIECES + len(reply.body), send)
    for _ in range(DRIP_PIECES):
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(seconds / DRIP_PIECES)
    await send({"type": "http.response.body", "body": reply.body})


async def _send_huge(size: int, send: Send) -> None:
    head, tail = b'{"itemsPerPage":100,"items":[],"padding":"', b'"}'
    await _start(Reply(200, b"", (("content-type", "application/json"),)), size, send)
    await send({"type": "http.response.body", "body": head, "more_body": True})
    left = size - len(head) - len(tail)
    while left > 0:
        await send({"type": "http.response.body", "body": b"x" * min(CHUNK, left), "more_body": True})
        left -= CHUNK
        await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": tail})


async def _hang(seconds: float, scope: Scope, receive: Receive) -> None:
    """Silence, then the end of the connection (a FIN); earlier where the client gives up."""
    with suppress(TimeoutError):
        await asyncio.wait_for(_wait_for_the_end(receive), seconds)
        return
    find_transport(scope).close()
    await _wait_for_the_end(receive)


async def reset(scope: Scope, receive: Receive) -> None:
    """Cut with an RST: SO_LINGER of zero makes the kernel reset instead of finishing."""
    transport = find_transport(scope)
    plug = transport.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _wait_for_the_end(receive)


async def _wait_for_the_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def find_transport(scope: Scope) -> asyncio.Transport:
    """The connection's transport, as `server` leaves it in the scope."""
    transport = scope.get("state", {}).get("transport")
    if not isinstance(transport, asyncio.Transport):
        raise RuntimeError("faults that cut the connection need sandbox.server's protocol")
    return transport
