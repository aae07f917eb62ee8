"""Which tests cover what: the `covers` markers, as pytest itself collects them.

Only the files that hold such a marker are collected, in a process of their own. A test that is marked as skipped (also
if only under a condition) or as an expected failure proves nothing everywhere, so it does not count.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
_ASIDE: Final = {"skip", "skipif", "xfail"}
_REPORT: Final = "ORDERPIPE_COVERS_INTO"
Covering = Mapping[str, tuple["Test", ...]]  # "connector:name" -> its tests, in the order of collection


@dataclass(frozen=True, slots=True)
class Test:
    """A test function, however many parameters it has."""

    __test__ = False

    path: str  # from the repository's top
    name: str


def collect_covering(folder: Path = ROOT / "tests") -> Covering:
    """Every marker of the tests below `folder`. RuntimeError, with pytest's words, where they can't be collected."""
    files = sorted(str(path) for path in folder.rglob("test_*.py") if "mark.covers(" in path.read_text())
    if not files:
        return {}
    words = [
        "-m",
        "pytest",
        "-c",
        str(ROOT / "pyproject.toml"),
        "--collect-only",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-p",
        __name__,
    ]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with TemporaryDirectory() as place:
        report = Path(place) / "covers.json"
        ran = subprocess.run(
            [sys.executable, *words, *files],
            cwd=ROOT,
            env={**inherited, _REPORT: str(report)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        if ran.returncode != 0:
            raise RuntimeError(f"the tests can't be collected:\n{ran.stdout[-3000:]}{ran.stderr[-1000:]}")
        found: list[list[str]] = json.loads(report.read_text())
    tests: dict[str, dict[Test, None]] = {}
    for name, path, test in found:
        tests.setdefault(name, {})[Test(path, test)] = None
    return {name: tuple(listed) for name, listed in tests.items()}


def pytest_collection_finish(session: Any) -> None:
    """In the collecting process: one line per marker and test."""
    if _REPORT not in os.environ:
        return
    found = [
        (
            str(name),
            str(Path(item.path).relative_to(ROOT) if Path(item.path).is_relative_to(ROOT) else item.path),
            _name_of(item),
        )
        for item in session.items
        if not _ASIDE & {mark.name for mark in item.iter_markers()}
        for mark in item.iter_markers("covers")
        for name in mark.args
    ]
    Path(os.environ[_REPORT]).write_text(json.dumps(found))


def _name_of(item: Any) -> str:
    return str(getattr(item, "originalname", None) or item.name)
