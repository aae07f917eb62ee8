"""The command itself, without a browser: who may in, and what it says when it can't start."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.browser.live import running_system


def test_with_basic_auth_in_the_config_nobody_else_gets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWER_LOGIN", "anna:planted-password")
    with running_system(tmp_path, lambda config: None, flower='basic_auth = "env:FLOWER_LOGIN"') as system:
        for path in ("/orders", "/tasks", "/workers", "/broker"):
            assert httpx.get(system.url + path).status_code == 401, path
            assert httpx.get(system.url + path, auth=("anna", "wrong")).status_code == 401, path
        assert httpx.get(f"{system.url}/tasks", auth=("anna", "planted-password")).status_code == 200
        answer = httpx.get(f"{system.url}/orders", auth=("anna", "planted-password"))
        assert answer.status_code == 503  # a Redis that is no ledger yet, in words
        assert "orderpipe init" in answer.text
        assert "planted-password" not in (tmp_path / "flower.log").read_text() + answer.text


def test_without_a_config_it_says_so_and_exits_2(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "celery", "-A", "tasks.app", "--quiet", "flower"]
    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "orderpipe.toml" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_celery_lists_it(tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "celery", "--help"], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert "Flower, and with orderpipe's app" in listed.stdout
