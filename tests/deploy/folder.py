"""Where deploy/ lies, its tools, and how they are run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent


def complaints(*words: str | Path, cwd: Path | None = None, name: str | None = None) -> str:
    """What a tool from our environment says when it is not content; nothing when it is."""
    done = subprocess.run(
        [BIN / words[0], *words[1:]], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )
    said = f"{done.stdout}{done.stderr}".strip()
    if done.returncode:
        return said or f"{name or words[0]} ended with {done.returncode}"
    return ""


def in_folder(path: Path) -> str:
    """For test names."""
    return str(path.relative_to(DEPLOY))
