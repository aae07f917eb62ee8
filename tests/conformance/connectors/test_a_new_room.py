"""`orderpipe connectors new` for real: in a copy of the checkout, the suite runs at once and says what is missing."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("pipeline", "sandbox", "tests", "tasks")
UNWANTED = ignore_patterns("__pycache__", "*.egg-info")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A child in the copy, which is found before the installed package."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH"))}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=plain, capture_output=True, text=True, timeout=100, check=False
    )


def test_a_new_room_runs_the_suite_at_once_and_is_told_what_it_lacks(tmp_path: Path) -> None:
    for part in PARTS:
        copytree(ROOT / part, tmp_path / part, ignore=UNWANTED)
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name, kind in (("acme", "oms"), ("bazaar", "marketplace")):
        made = run(tmp_path, "pipeline.cli", "connectors", "new", name, "--kind", kind)
        assert made.returncode == 0, made.stderr
    shown = run(tmp_path, "pipeline.cli", "connectors", "bazaar")
    assert "bazaar: Bazaar (marketplace)" in shown.stdout, shown.stderr
    suite = run(
        tmp_path, "pytest", "tests/conformance/connectors", "-k", "acme or bazaar", "-q", "-p", "no:cacheprovider"
    )
    words = suite.stdout
    assert suite.returncode == 1, words + suite.stderr  # it ran, and found what it should
    for name, path in (("acme", "oms/acme"), ("bazaar", "marketplaces/bazaar")):
        assert f"{name}: the room is complete" in words
        assert f"it declares no capability: name them in `capabilities` of pipeline/connectors/{path}" in words
        assert f"write sandbox/{name} from the partner's documents" in words
        assert f"docs/checklists/{name}.md has 10 open boxes" in words
    assert "no status table: every word of the marketplace's" in words
    assert "\nE  " not in words, words  # in words: no test broke by anything but a rule
    tests = run(tmp_path, "pytest", "tests/unit/connectors/test_acme.py", "tests/unit/connectors/test_bazaar.py", "-q")
    assert tests.returncode == 0, tests.stdout
    linted = run(tmp_path, "ruff", "check", "pipeline", "tests", "--no-cache")
    assert linted.returncode == 0, linted.stdout
    assert run(tmp_path, "ruff", "format", "--check", "pipeline", "tests", "--no-cache").returncode == 0
