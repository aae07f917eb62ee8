"""The sandbox as the demo sees it: a child process, a config that points at it, and its own books over HTTP."""

import json
import re
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.supervisor.processes import TICK, Program, Supervisor
from pipeline.supervisor.programs import environment_of
from pipeline.supervisor.whereabouts import CannotStart

if TYPE_CHECKING:
    from sandbox.write_config import ExampleConfig

PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Cast:
    """Who trades with whom, by connector. `routes`: `MARKETPLACE=OMS,OMS` each; none: each marketplace with all."""

    marketplaces: tuple[str, ...] = ("octopia",)
    oms: tuple[str, ...] = ("egenta",)
    routes: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """As `python -m sandbox` takes them."""
        routes = [word for route in self.routes for word in ("--route", route)]
        return ["--marketplace", ",".join(self.marketplaces), "--oms", ",".join(self.oms), *routes]


def check_cast(cast: Cast) -> None:
    """Raises CannotStart with words: a partner that is not simulated, or a route that leads nowhere."""
    from sandbox.marketplaces import find_marketplace
    from sandbox.oms import find_oms
    from sandbox.routing import lay_routes, read_routes

    try:
        for name in cast.marketplaces:
            find_marketplace(name)
        for name in cast.oms:
            find_oms(name)
        lay_routes(cast.marketplaces, cast.oms, read_routes(cast.routes))
    except ValueError as fault:
        raise CannotStart(str(fault)) from None


def start_partners(
    supervisor: Supervisor, folder: Path, cast: Cast, *, orders: int, faults: str, rate: float | None
) -> str:
    """Start the simulators; gives their URL. Raises CannotStart."""
    log = folder / "logs" / "sandbox.log"
    words = ["--host", "127.0.0.1", "--port", "0", "--seed", "1", "--ship-after", "1.0", *cast.words]
    words += ["--orders", str(orders), "--faults", faults, "--die-with-parent"]
    words += [] if rate is None else ["--rate", f"{rate:g}"]
    child = supervisor.add(
        Program(
            name="sandbox",
            argv=[sys.executable, "-m", "sandbox", *words],
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


def write_example(partners: str, cast: Cast) -> "ExampleConfig":
    """A config that points at the simulators, and its secrets."""
    from sandbox.routing import read_routes
    from sandbox.write_config import example_config  # the simulators bring a web server along

    return example_config(partners, marketplaces=cast.marketplaces, oms=cast.oms, routes=read_routes(cast.routes))


def write_config(folder: Path, partners: str, flower_port: int, cast: Cast) -> Path:
    """A config in `folder` that points at the simulators and keeps everything there."""
    example = write_example(partners, cast)
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
