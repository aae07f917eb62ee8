"""The group: where the config comes from, exit codes of what goes wrong, what starts fast."""

import json
import subprocess
import sys

import pytest
import redis

from pipeline.bootstrap import LedgerUnavailable
from pipeline.cli import main
from pipeline.operations.errors import NotAllowed, NotFound
from pipeline.supervisor.whereabouts import CannotStart
from tests.unit.cli.conftest import Shell

FIXED = {  # design, section 3, as far as they are built
    "demo", "up", "worker", "beat", "flower", "init", "adopt", "check", "doctor", "status", "poll", "backfill", "pull",
    "orders", "show", "causes", "replay", "edit", "discard", "hold", "release", "refuse", "resolve", "pause", "resume",
    "sandbox", "connectors", "call", "reconcile", "forget",
}  # fmt: skip


def test_the_commands_are_those_of_the_design() -> None:
    assert set(main.commands) == FIXED


@pytest.mark.parametrize("name", sorted(FIXED))
def test_each_command_explains_itself_with_an_example(shell: Shell, name: str) -> None:
    result = shell(name, "--help")
    assert result.exit_code == 0
    assert f"Example:  orderpipe {name}" in result.stdout
    assert "--config FILE" in result.stdout


def test_config_stands_before_and_after_the_command_and_in_the_environment(shell: Shell) -> None:
    path = str(shell.path)
    assert shell("--config", path, "status", config=False).exit_code == 0
    assert shell("status", "--config", path, config=False).exit_code == 0
    assert shell("status", config=False, env={"ORDERPIPE_CONFIG": path}).exit_code == 0
    assert [config.path for config in shell.opened] == [shell.path.resolve()] * 3


def test_the_config_named_last_wins(shell: Shell) -> None:
    assert shell("--config", "/none.toml", "status", "--config", str(shell.path), config=False).exit_code == 0
    assert (
        shell("--config", "/none.toml", "status", config=False, env={"ORDERPIPE_CONFIG": str(shell.path)}).exit_code
        == 2
    )


def test_the_default_config_is_in_the_working_directory(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.folder)
    assert shell("status", config=False).exit_code == 0
    shell.path.unlink()
    result = shell("status", config=False)
    assert result.exit_code == 2
    assert "orderpipe sandbox --write-config orderpipe.toml" in result.stderr


def test_a_wrong_config_is_exit_2_with_every_problem_on_stderr(shell: Shell) -> None:
    shell.path.write_text("[worker]\nconcurency = 2\n[keep]\nfinished = 3\n")
    result = shell("orders")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "worker.concurency: unknown key" in result.stderr
    assert "keep.finished: " in result.stderr
    assert "2 problems" in result.stderr
    assert shell.opened == []


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (NotFound("orders:shop-fr:A 1"), 1, "not found: orders:shop-fr:A 1"),
        (NotAllowed("it is pushed already"), 1, "it is pushed already"),
        (LedgerUnavailable("this Redis has no ledger: orderpipe init"), 2, "orderpipe init"),
        (CannotStart("port 5555 is not free"), 2, "port 5555"),
        (redis.ConnectionError("refused"), 2, "out of reach"),
        (redis.TimeoutError("slow"), 2, "out of reach"),
        (redis.ResponseError("NOSCRIPT"), 2, "NOSCRIPT"),
        (ConnectionRefusedError(111, "refused"), 2, "out of reach"),
        (PermissionError(13, "Permission denied", "/var/x"), 2, "/var/x: Permission denied"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_goes_wrong_is_words_and_a_code(shell: Shell, error: BaseException, code: int, words: str) -> None:
    shell.desk.answers["status"] = error
    result = shell("status", "--json")
    assert result.exit_code == code
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert shell.desk.closed


def test_a_bug_keeps_its_traceback(shell: Shell) -> None:
    shell.desk.answers["status"] = KeyError("oops")
    assert isinstance(shell("status").exception, KeyError)


def test_a_command_that_does_not_exist_names_the_nearest(shell: Shell) -> None:
    result = shell("statu")
    assert result.exit_code == 2
    assert "'status'" in result.stderr


def test_usage_errors_are_exit_2(shell: Shell) -> None:
    assert shell("show").exit_code == 2
    assert shell("orders", "--condition", "ded").exit_code == 2
    assert shell("orders", "--since", "yesterday-ish").exit_code == 2


def test_help_does_not_wait_for_heavy_modules() -> None:
    script = "import json, sys; import pipeline.cli; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", script]))
    assert {"celery", "kombu", "redis", "httpx", "marshmallow", "rich"} & set(loaded) == set()
