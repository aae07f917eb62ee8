"""The partner of the benchmarks: a stub Octopia and Egenta, as fast as Python goes, in a process of its own.

Not the sandbox: it checks nothing. It counts what it was sent, so that a run which lost or doubled an order is noticed.
Everything it answers is encoded beforehand, at `POST /_/load`.
"""

import asyncio
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from sandbox.octopia.wire import write_order
from sandbox.samples import PLAIN, make_samples

PAGE: Final = 100
ORDERS: Final = "/octopia/seller/v2/orders"
TOKEN: Final = "/octopia/token"  # a path
IMPORT: Final = "/egenta/api/order_import.php"
_ENCODE: Final = msgspec.json.Encoder().encode
_TAKEN: Final = b'{"success":true}'


class _Sent(msgspec.Struct):
    OrderId: str


class _Import(msgspec.Struct):
    orders: list[_Sent]


class Stub:
    """The orders on offer, and what was taken in."""

    def __init__(self) -> None:
        self.pages: list[bytes] = [b'{"items":[]}']
        self.single: dict[str, bytes] = {}
        self.taken: Counter[str] = Counter()
        self.calls = 0
        self.busy = 0.0  # seconds between a request's last byte and its answer's first
        self.listed_at = 0.0
        self._read = msgspec.json.Decoder(_Import).decode

    def load(self, count: int, start: int) -> bytes:
        """New orders take the old ones' place; their ids begin at `start`."""
        moment = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
        samples = make_samples(count, 1, plant=0, shares=PLAIN, start=start)
        orders = [write_order(sample, "1001", "InPreparation", moment) for sample in samples]
        encoded = [_ENCODE({"itemsPerPage": PAGE, "items": orders[i : i + PAGE]}) for i in range(0, count, PAGE)]
        self.pages = encoded or [b'{"items":[]}']
        self.single = {order["orderId"]: _ENCODE(order) for order in orders}
        self.taken.clear()
        self.calls, self.busy, self.listed_at = 0, 0.0, 0.0
        return b"{}"

    def state(self) -> bytes:
        """What was taken in since the last load."""
        wanted = self.single.keys()
        return _ENCODE(
            {
                "taken": len(wanted & self.taken.keys()),
                "doubled": sum(1 for times in self.taken.values() if times > 1),
                "strange": len(self.taken.keys() - wanted),
                "calls": self.calls,
                "busy": self.busy,
                "listed_at": self.listed_at,
                "newest": next(reversed(self.single), ""),
            }
        )

    def answer(self, method: str, target: str, body: bytes) -> bytes:
        """One call's answer; always 200."""
        parts = urlsplit(target)
        path = parts.path
        if path.startswith("/_/"):
            query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
            return self.load(query["count"], query["start"]) if path == "/_/load" else self.state()
        began = time.perf_counter()
        found = self._partner(method, path, parts.query, body)
        self.calls += 1
        self.busy += time.perf_counter() - began
        return found

    def _partner(self, method: str, path: str, query: str, body: bytes) -> bytes:
        if path == IMPORT and method == "PUT":
            self.taken.update([order.OrderId for order in self._read(body).orders])
            return _TAKEN
        if path == ORDERS:
            index = int(parse_qs(query)["pageIndex"][0])
            self.listed_at = time.time()
            return self.pages[index - 1] if index <= len(self.pages) else b'{"items":[]}'
        if path.startswith(ORDERS):
            return self.single[unquote(path.removeprefix(ORDERS + "/"))]
        if path == TOKEN:
            return b'{"access_token":"stub","expires_in":7200}'
        return b"[]"


class Connection(asyncio.Protocol):
    """As much HTTP/1.1 as our clients speak: lengths, and connections that stay open."""

    def __init__(self, stub: Stub) -> None:
        self._stub = stub
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's call."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Asyncio's call: answer every whole request."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            sizes = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
            size = int(sizes[0]) if sizes else 0
            if len(rest) < size:
                return
            method, target, _ = first.split(" ")
            self._buffer = rest[size:]
            answer = self._stub.answer(method, target, rest[:size])
            start = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
            self._transport.write(start.encode() + answer)


async def serve() -> None:
    """Until killed; the first line on stdout is the URL. Ends with its parent (a closed stdin)."""
    loop = asyncio.get_running_loop()
    stub = Stub()
    server = await loop.create_server(lambda: Connection(stub), "127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
