"""CPU seconds of processes and all their descendants, and what a Redis server counts of itself. Linux only."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of_tree(pid: int) -> float:
    """Seconds so far, user and system, of the process, its living descendants, and those it has waited for."""
    own = _times(pid)
    return own + sum(cpu_of_tree(child) for child in _children(pid))


def _times(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK  # utime, stime, and both of children that ended


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


@dataclass(frozen=True, slots=True)
class ServerCount:
    """A Redis server's own counters."""

    cpu: float  # seconds
    commands: int  # all, those inside scripts too
    reads: int  # times it read from a socket: about one per round trip

    def __sub__(self, before: "ServerCount") -> "ServerCount":
        return ServerCount(self.cpu - before.cpu, self.commands - before.commands, self.reads - before.reads)


NOTHING: Final = ServerCount(0.0, 0, 0)


def count_server(redis: Any) -> ServerCount:
    """Now."""
    cpu, stats = redis.info("cpu"), redis.info("stats")
    return ServerCount(
        cpu=float(cpu["used_cpu_sys"]) + float(cpu["used_cpu_user"]),
        commands=int(stats["total_commands_processed"]),
        reads=int(stats["total_reads_processed"]),
    )
