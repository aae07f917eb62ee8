"""The roles as programs: Celery's own commands, told by their environment which config to read."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pipeline
from pipeline.config.model import Config
from pipeline.supervisor.processes import Program

Role = Literal["worker", "beat", "flower"]

CONFIG = "ORDERPIPE_CONFIG"
SERVE = "ORDERPIPE_SERVE"  # accounts whose own queues this worker serves too, comma-separated
EVERYTHING = "*"

_RANKS: Mapping[Role, int] = {"beat": 1, "flower": 1, "worker": 2}


def program(
    config: Config,
    role: Role,
    *,
    serve: Sequence[str] = (),
    name: str | None = None,
    log: Path | None = None,
    prefixed: bool = True,
) -> Program:
    """One role as a child process. A worker gets one HTTP call's time to finish what it has in hand."""
    soft = config.limits.call_deadline.total_seconds() + 10
    node = ["--hostname", f"{name or f'worker-{os.getpid()}'}@%h"]
    words = {
        "worker": ["worker", *node, "--without-gossip", "--without-mingle", "--loglevel", "INFO"],
        "beat": ["beat", "--loglevel", "INFO"],
        "flower": ["flower"],
    }
    return Program(
        name=name or role,
        argv=[sys.executable, "-m", "celery", "-A", "tasks.app", "--quiet", *words[role]],
        env=environment(config, serve),
        rank=_RANKS[role],
        grace=soft if role == "worker" else 5.0,
        log=log,
        prefixed=prefixed,
    )


def environment(config: Config, serve: Sequence[str] = ()) -> Mapping[str, str]:
    """What a role sees: our config by its full path, and whose own queues it serves."""
    return environment_of({CONFIG: str(config.path), SERVE: ",".join(serve)})


def environment_of(extra: Mapping[str, str]) -> Mapping[str, str]:
    """What every child sees: our packages, whatever its working directory."""
    root = str(Path(pipeline.__file__).parent.parent)
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "PYTHONUNBUFFERED": "1",
        "REMAP_SIGTERM": "SIGQUIT",  # Celery's own warm shutdown hangs now and then; its soft one does not
        **extra,
    }
