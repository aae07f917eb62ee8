"""The sandbox as the demo sees it: a child process, a config that points at it, and its own books over HTTP."""

import json
import re
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.supervisor.processes import TICK, Program, Supervisor
from pipeline.supervisor.programs import environment_of
from pipeline.supervisor.whereabouts import CannotStart

MARKETPLACE = "octopia"
PATIENCE = 30.0  # seconds


def list_oms() -> tuple[str, ...]:
    """The OMS that are simulated."""
    from sandbox.oms import NAMES

    return NAMES


def start_partners(supervisor: Supervisor, folder: Path, *, orders: int, faults: str, oms: str) -> str:
    """Start the simulators; gives their URL. Raises CannotStart."""
    log = folder / "logs" / "sandbox.log"
    words = [
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--seed",
        "1",
        "--ship-after",
        "1.0",
        "--oms",
        oms,
        "--die-with-parent",
    ]
    child = supervisor.add(
        Program(
            name="sandbox",
            argv=[sys.executable, "-m", "sandbox", "--orders", str(orders), "--faults", faults, *words],
            env=environment_of({}),
            rank=3,
            grace=3.0,
            log=log,
            once=True,  # another one's books would be empty, and prove nothing
        )
    )
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not supervisor.signals:
        said = re.search(r"^sandbox: (http://\S+)", log.read_text(), re.MULTILINE)
        if said:
            return said[1]
        if not child.alive:
            break
        time.sleep(TICK)
    raise CannotStart(f"the simulated partners did not start; their last words are in {log}")


def write_config(folder: Path, partners: str, flower_port: int, *, oms: str) -> Path:
    """A config in `folder` that points at the simulators and keeps everything there."""
    from sandbox.write_config import example_config  # the simulators bring a web server along

    example = example_config(partners, oms=oms)
    for name, secret in example.secrets.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(secret)
    path = folder / "orderpipe.toml"
    text, found = re.subn(r"^data_dir = .*$", 'data_dir = "."', example.toml, count=1, flags=re.MULTILINE)
    if not found:
        text = f'data_dir = "."\n{text}'
    path.write_text(f'{text}\n[flower]\nlisten = "127.0.0.1:{flower_port}"\n')
    return path


def read_books(partners: str) -> Mapping[str, Any]:
    """What the simulated partners hold, in their own words. Raises CannotStart when they are gone."""
    try:
        with urllib.request.urlopen(f"{partners}/_/state", timeout=30) as answer:  # noqa: S310 - our own child, over HTTP
            books: Mapping[str, Any] = json.load(answer)
            return books
    except (OSError, ValueError) as error:
        raise CannotStart(f"the simulated partners no longer answer ({type(error).__name__})") from None
