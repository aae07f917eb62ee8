"""For tests: an embedded server of their own, and looking at processes until something is so."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.supervisor.processes import Supervisor
from pipeline.supervisor.server import prepare_data_dir, start_server


@contextmanager
def embedded_server(data_dir: Path) -> Iterator[str]:
    """Its URL while the block runs."""
    prepare_data_dir(data_dir)
    supervisor = Supervisor()
    try:
        yield start_server(supervisor, data_dir)
    finally:
        supervisor.stop()


def wait_until(so: Callable[[], object], seconds: float = 20.0, what: str = "") -> None:
    """Fails when it does not come to be."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, f"not within {seconds} s: {what or so}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
