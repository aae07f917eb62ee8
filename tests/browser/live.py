"""A ledger with documents in it and Flower in front of it, both as an operator starts them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipeline.config.model import Config
from pipeline.supervisor.loading import load_config
from pipeline.supervisor.processes import Program
from pipeline.supervisor.programs import program
from sandbox.write_config import example_config
from tests.integration.live import embedded_server
from tests.servers import free_port


@dataclass(frozen=True, kw_only=True)
class System:
    """`password` of the ledger's server, which nobody may ever see."""

    url: str
    config: Config
    password: str
    folder: Path


@contextmanager
def running_system(folder: Path, prepare: Callable[[Config], None], flower: str = "") -> Iterator[System]:
    """A server with a password, prepared, and Flower by the supervisor's own command; partners are out of reach."""
    port = free_port()
    with embedded_server(folder / "server-files") as url, ExitStack() as stack:
        written = example_config("http://127.0.0.1:9")
        for name, secret in written.secrets.items():
            (folder / name).write_text(secret)
        path = folder / "orderpipe.toml"
        path.write_text(f'{written.toml}\n[redis]\nurl = "{url}"\n[flower]\nlisten = "127.0.0.1:{port}"\n{flower}\n')
        config = load_config(path)
        prepare(config)
        stack.enter_context(running(program(config, "flower"), folder))
        system = System(
            url=f"http://127.0.0.1:{port}", config=config, password=url.split("@")[0].rpartition(":")[2], folder=folder
        )
        _wait_for(f"{system.url}/healthcheck", folder / "flower.log")
        yield system


@contextmanager
def running(role: Program, folder: Path, more: Sequence[str] = ()) -> Iterator[Path]:
    """One role as the supervisor starts it; gives its log."""
    path = folder / f"{role.name}.log"
    with path.open("w") as log:
        process = subprocess.Popen(
            [*role.argv, *more], env=role.env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield path
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(url: str, log: Path) -> None:
    until = time.monotonic() + 40
    while time.monotonic() < until:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"Flower did not answer: {log.read_text()[-2000:]}")
