"""A small supervisor: starts programs, starts them again when they end, and stops them in order.

Each child leads a session of its own (so that Ctrl-C reaches only us) and, on Linux, is signalled by the kernel when
we die, however we die. Start children from the main thread only: that signal follows the *thread* that forked.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

TICK = 0.1  # seconds between looks
STEADY = 10.0  # seconds a child must live for its failures to be forgotten
LONGEST_PAUSE = 30.0

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run. `rank`: lower ones are stopped first. `log` None: lines go to our stderr, `name | line`."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    rank: int = 0
    grace: float = 10.0  # seconds between SIGTERM and SIGKILL
    log: Path | None = None
    prefixed: bool = True
    on_our_death: signal.Signals = signal.SIGKILL
    once: bool = False  # when it ends, it stays ended
    keep_open: tuple[int, ...] = ()  # file descriptors the child inherits
    started: Callable[[int], None] = field(default=lambda _: None, repr=False)


class Child:
    """One program and the process that runs it now."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[str] | None = None
        self.restarts = 0
        self._failures = 0
        self._began = 0.0
        self._not_before = 0.0

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Main thread only."""
        program = self.program
        target: int | IO[str] | None = subprocess.PIPE
        if program.log is not None:
            target = open(program.log, "a", opener=_private)  # noqa: SIM115 - closed below, after the child has it
        elif not program.prefixed:
            target = None
        self.process = subprocess.Popen(  # noqa: S603 - argv is ours
            list(program.argv),
            env=None if program.env is None else dict(program.env),
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.STDOUT if target is not None else None,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=program.keep_open,
            preexec_fn=_die_with(os.getpid(), program.on_our_death),
        )
        self._began = time.monotonic()
        if target is not None and not isinstance(target, int):
            target.close()
        if self.process.stdout is not None:
            threading.Thread(target=_pass_on, args=(program.name, self.process.stdout), daemon=True).start()
        program.started(self.process.pid)

    def keep_up(self) -> None:
        """Start it again if it has ended, after a pause that grows while it keeps ending at once."""
        if self.alive or self.program.once:
            return
        now = time.monotonic()
        if self.process is not None:
            self._sweep()
            self._failures = 1 if now - self._began > STEADY else self._failures + 1
            self._not_before = now + min(LONGEST_PAUSE, 0.5 * 2 ** (self._failures - 1))
            say(f"{self.program.name} ended ({_ending(self.process.returncode)}); starts again")
            self.process = None
        if now >= self._not_before:
            self.restarts += 1
            self.start()

    def ask_to_stop(self) -> None:
        """SIGTERM to its leader; what that means is its own matter."""
        if self.process is not None and self.alive:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def end(self, *, at: float, cut_short: Callable[[], bool]) -> None:
        """Wait until monotonic `at`, or until `cut_short`, then kill; nothing of its group stays."""
        while self.alive and time.monotonic() < at and not cut_short():
            time.sleep(TICK / 2)
        self._sweep()
        if self.process is not None:
            self.process.wait()

    def _sweep(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Children in the order they were started. Use from the main thread."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.signals = 0  # how often we were asked to stop
        self.afterwards = contextlib.ExitStack()  # closed once everything has stopped

    def heed_signals(self) -> None:
        """SIGINT, SIGTERM and SIGHUP end `watch`; the second one cuts every grace short."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)

    def add(self, program: Program) -> Child:
        """Start it, and from now on keep it up."""
        child = Child(program)
        self.children.append(child)
        child.start()
        return child

    def drop(self, child: Child) -> None:
        """End one child for good."""
        self.children.remove(child)
        child.ask_to_stop()
        child.end(at=time.monotonic() + child.program.grace, cut_short=lambda: self.signals > 1)

    def look(self) -> None:
        """One tick: whatever has ended is started again."""
        for child in self.children:
            child.keep_up()

    def watch(self) -> None:
        """Keep everything up until asked to stop."""
        while not self.signals:
            self.look()
            time.sleep(TICK)

    def stop(self, *, grace: float | None = None) -> None:
        """Rank by rank: ask, wait as long as each program's grace (or `grace`) allows, kill what is left."""
        for rank in sorted({child.program.rank for child in self.children}):
            leaving = [child for child in self.children if child.program.rank == rank]
            for child in leaving:
                child.ask_to_stop()
            asked = time.monotonic()
            for child in leaving:
                patience = child.program.grace if grace is None else min(grace, child.program.grace)
                child.end(at=asked + patience, cut_short=lambda: self.signals > 1)
        self.children.clear()
        self.afterwards.close()

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1


def say(words: str) -> None:
    """One line of talk, on stderr."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()


def _pass_on(name: str, lines: IO[str]) -> None:
    with lines:
        for line in lines:
            say(f"{name:<7}| {line.rstrip()}")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _die_with(parent: int, number: signal.Signals) -> Callable[[], None]:
    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # the parent died between fork and prctl: the signal will never come
                os._exit(1)

    return prepare


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit {code}"
