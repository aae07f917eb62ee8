"""`orderpipe sandbox`: the simulators as a process of their own, and a config that points at them."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

from pipeline.cli.errors import DONE
from pipeline.cli.printing import say
from pipeline.supervisor.partners import Cast, check_cast, write_example

OURS: Final = "# Points at the sandbox"  # how a config of ours begins; nobody else's is overwritten
LISTENS: Final = "sandbox: "


def run_sandbox(*, port: int, faults: str, cast: Cast, write_config: Path | None) -> int:
    """Until Ctrl-C (0). The config is written once the simulators listen, so that it names the right port.

    Raises CannotStart for partners that are not simulated."""
    check_cast(cast)
    if write_config is not None:
        _check_ours(write_config)
    words = ["--port", str(port), "--faults", faults, *cast.words, "--die-with-parent"]
    with subprocess.Popen(  # noqa: S603 - argv is ours, its words are checked by us
        [sys.executable, "-m", "sandbox", *words], stderr=subprocess.PIPE, text=True, env=_environment()
    ) as simulators:
        signal.signal(signal.SIGTERM, lambda *_: simulators.terminate())
        try:
            for line in simulators.stderr or ():
                say(line.rstrip())
                if write_config is not None and line.startswith(LISTENS):
                    _write(write_config, line.removeprefix(LISTENS).strip(), cast)
            code = simulators.wait()
        except KeyboardInterrupt:  # the terminal sends it to both of us
            simulators.terminate()
            simulators.wait()
            return DONE
        except OSError:
            simulators.terminate()
            raise
    return DONE if code in (-signal.SIGTERM, -signal.SIGINT) else code


def _check_ours(path: Path) -> None:
    try:
        ours = path.read_text(errors="replace").startswith(OURS)
    except FileNotFoundError:
        return
    if not ours:
        raise click.UsageError(f"{path} exists and was not written by this command: name another file")


def _write(path: Path, url: str, cast: Cast) -> None:
    example = write_example(url, cast)
    for name, secret in example.secrets.items():
        _write_private(path.parent / name, secret)
    path.write_text(example.toml, encoding="utf-8")
    say(f"config: {path}")


def _write_private(path: Path, text: str) -> None:
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        stream.write(text)


def _environment() -> dict[str, str]:
    import pipeline

    root = str(Path(pipeline.__file__).parent.parent)  # so that `sandbox` is found from any folder
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
