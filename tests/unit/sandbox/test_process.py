"""The sandbox as a process of its own; its example configuration; what it may import."""

import ast
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import httpx
import pytest

from sandbox import example_config
from sandbox.oms import OMS

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "sandbox", "--orders", "5"]


def read_url(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("sandbox: http://127.0.0.1:"), line
    return line.removeprefix("sandbox: ").strip()


def test_it_prints_its_url_and_ends_on_sigterm() -> None:
    with subprocess.Popen(
        [*COMMAND, "--egenta-mode", "insert"], stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        state = httpx.get(f"{read_url(process)}/_/state", trust_env=False).json()
        assert (state["octopia"]["orders"], state["egenta"]["mode"]) == (5, "insert")
        process.send_signal(signal.SIGTERM)
        process.wait(5)


def test_a_port_in_use_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--port", str(port)], capture_output=True, text=True, cwd=ROOT, timeout=20, check=False
        )
    assert done.returncode == 2
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


def test_it_dies_with_its_parent() -> None:
    """A parent that is killed outright, after it passed on the sandbox's first line."""
    script = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({[*COMMAND, '--die-with-parent']!r}, stderr=subprocess.PIPE, text=True)\n"
        "print(child.pid, child.stderr.readline(), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        pid, _, url = parent.stdout.readline().split()
        assert httpx.get(f"{url}/_/faults", trust_env=False).status_code == 200
        parent.kill()
        parent.wait(5)
    deadline = time.monotonic() + 5
    while is_alive(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(int(pid))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_the_example_configuration_is_toml_that_names_its_secret_files() -> None:
    example = example_config("http://127.0.0.1:1234/", reput_is_safe=False)
    raw = tomllib.loads(example.toml)
    market, oms = raw["marketplaces"]["cdiscount-fr"], raw["oms"]["egenta-cdiscount"]
    assert market["settings"]["base_url"] == "http://127.0.0.1:1234/octopia/seller/v2"
    assert oms["settings"]["reput_is_safe"] is False
    named = {
        value.removeprefix("file:")
        for account in (market, oms)
        for value in account["settings"].values()
        if isinstance(value, str) and value.startswith("file:")
    }
    assert named == set(example.secrets)
    assert not any(secret in example.toml for secret in ("sandbox-secret", "sandbox-key"))
    assert "sandbox-key" not in repr(example)
    assert raw["routes"] == [{"from": "cdiscount-fr", "to": ["egenta-cdiscount"], "mode": "live"}]


@pytest.mark.parametrize("oms", OMS)
def test_every_oms_has_an_example_configuration(oms: str) -> None:
    example = example_config("http://127.0.0.1:1234", oms=(oms,))
    raw = tomllib.loads(example.toml)
    account = raw["oms"][f"{oms}-cdiscount"]
    assert account["settings"]["base_url"].startswith(f"http://127.0.0.1:1234/{oms}")
    named = {value for value in account["settings"].values() if isinstance(value, str) and value.startswith("file:")}
    assert named == {f"file:{name}" for name in example.secrets if not name.startswith("octopia")}
    (route,) = raw["routes"]
    assert (route["from"], route["to"], route["mode"]) == ("cdiscount-fr", [f"{oms}-cdiscount"], "live")
    keys = {secret for secret in example.secrets.values() if secret != "1"}  # Egenta's secret_id is no secret
    assert not any(f'"{key}"' in example.toml for key in keys)


def test_an_unknown_oms_is_said_in_words() -> None:
    with pytest.raises(ValueError, match=r"unknown OMS 'x'; known: egenta, kibo"):
        example_config("http://127.0.0.1:1234", oms=("x",))


def test_the_sandbox_imports_nothing_of_the_product() -> None:
    for file in (ROOT / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {name.split(".")[0] for name in names} & {"pipeline", "tasks"}, file
