"""A TCP door before a partner: while it is shut, connections are refused, as by a host that is down."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Door:
    """Passes bytes on to `behind` (a URL). Open at first; it keeps its port when it is shut and opened again."""

    def __init__(self, behind: str) -> None:
        parts = urlsplit(behind)
        self._behind = (str(parts.hostname), int(parts.port or 80))
        self._port = 0
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.open()

    @property
    def url(self) -> str:
        """What to call instead."""
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Listen (again)."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(64)
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._run(self._accept, listener)

    def shut(self) -> None:
        """Refuse from now on, and cut what is open."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for plug in list(self._open):
            with suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._threads.clear()

    def _run(self, act: object, *words: socket.socket) -> None:
        thread = threading.Thread(target=act, args=words, daemon=True)  # type: ignore[arg-type] # one of ours
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                plug, _ = listener.accept()
                onward = socket.create_connection(self._behind, 5)
            except OSError:
                return
            for one, other in ((plug, onward), (onward, plug)):
                self._open.add(one)
                self._run(self._pass_on, one, other)

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        self._open.discard(source)
        source.close()
