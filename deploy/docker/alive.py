"""Whether the role of this container lives: exit 0 or 1, with one line why. Costs 0.3 s of CPU and one Redis call.

alive.py                 the role's process is there, and the ledger (Flower: its page) has heard of it
alive.py --process       the process alone: for a liveness probe, which must not kill workers when Redis is away
"""

import argparse
import os
import socket
import sys
import urllib.request
from pathlib import Path

PROC = Path("/proc")
ROLES = ("worker", "beat", "flower")


def find_role(proc: Path) -> str | None:
    """The role whose Celery command runs here, by its command line; None while there is none."""
    for path in proc.glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it has just ended
        if "tasks.app" in words:
            role = next((word for word in words[words.index("tasks.app") :] if word in ROLES), None)
            if role:
                return role
    return None


def find_trouble(role: str | None) -> str | None:
    """Why it is not alive."""
    if role is None:
        return "no worker, beat or flower runs here"
    if role == "flower":
        return _ask_flower()
    return _ask_ledger(role)


def _ask_flower() -> str | None:
    address = os.environ.get("ORDERPIPE_ALIVE_URL", "http://127.0.0.1:5555/healthcheck")
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own page, on loopback
            return None
    except OSError as error:
        return f"Flower does not answer at {address} ({type(error).__name__})"


def _ask_ledger(role: str) -> str | None:
    """Every process tells the ledger each 20 s that it is there; who has not for 90 s is gone."""
    from redis.exceptions import RedisError

    from pipeline.stores.connect import open_redis
    from pipeline.stores.presence import RedisPresence

    url, master = os.environ.get("ORDERPIPE_REDIS_URL"), os.environ.get("ORDERPIPE_REDIS_MASTER")
    if not url:
        return None  # an embedded ledger: the process is all that can be asked
    client = open_redis(url, master=master, socket_timeout=5, socket_connect_timeout=3)
    try:
        here = RedisPresence(client).everybody()
    except (RedisError, OSError) as error:
        return f"the ledger does not answer ({type(error).__name__})"
    finally:
        client.close()
    if any(one.role == role and one.host == socket.gethostname() for one in here):
        return None
    return f"the ledger has not heard of a {role} on {socket.gethostname()} for 90 s"


def main() -> int:
    """0 or 1."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--process", action="store_true", help="look at the process alone")
    words.add_argument("--proc", type=Path, default=PROC, help=argparse.SUPPRESS)
    given = words.parse_args()
    role = find_role(given.proc)
    trouble = find_trouble(None if role is None else role) if not (given.process and role) else None
    sys.stdout.write(f"{trouble or f'{role} is there'}\n")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
