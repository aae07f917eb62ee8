"""demo, up, the roles, init, adopt, sandbox: what they hand to the supervisor, and what they refuse."""

import json
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import pipeline.supervisor
import pipeline.supervisor.demo
from pipeline.cli import simulators
from pipeline.config.model import Config
from pipeline.config.read import read_config
from pipeline.connectors.registry import CONNECTORS
from pipeline.supervisor.partners import Cast
from tests.unit.cli.conftest import Shell
from tests.unit.config import declared

REDIS = '[redis]\nurl = "redis://127.0.0.1:1/0"\n'


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was started, instead of starting it."""
    calls: list[tuple[Any, ...]] = []

    def run_role(config: Config, role: str, serve: Sequence[str] = ()) -> int:
        calls.append((role, tuple(serve)))
        return 0

    def run_up(config: Config) -> int:
        calls.append(("up", config.path))
        raise KeyboardInterrupt

    def run_demo(**given: Any) -> int:
        calls.append(("demo", given))
        return 1

    monkeypatch.setattr(pipeline.supervisor, "run_role", run_role)
    monkeypatch.setattr(pipeline.supervisor, "run_up", run_up)
    monkeypatch.setattr(pipeline.supervisor.demo, "run_demo", run_demo)
    return calls


@pytest.mark.parametrize("role", ["worker", "beat", "flower"])
def test_a_role_needs_a_ledger_of_its_own(shell: Shell, role: str, started: list[Any]) -> None:
    result = shell(role)
    assert result.exit_code == 2
    assert "redis.url: missing" in result.stderr
    assert "orderpipe up" in result.stderr
    shell.path.write_text(REDIS + declared.GOOD)
    assert shell(role).exit_code == 0
    assert started == [(role, ())]


@pytest.mark.parametrize("words", [["--serve", "central", "--serve", "shop-fr"], ["--serve", "central", "shop-fr"]])
def test_serve_takes_several_accounts(shell: Shell, words: list[str], started: list[Any]) -> None:
    owned = declared.GOOD.replace('"oms-one"', '"oms-one"\nown_queue = true')
    shell.path.write_text(REDIS + owned.replace('"market"', '"market"\nown_queue = true'))
    assert shell("worker", *words).exit_code == 0
    assert started == [("worker", ("central", "shop-fr"))]


def test_serve_refuses_an_account_without_a_queue_of_its_own(shell: Shell, started: list[Any]) -> None:
    shell.path.write_text(REDIS + declared.GOOD)
    assert "every worker serves it" in shell("worker", "--serve", "central").stderr
    assert "--serve central" in shell("worker", "central").stderr
    assert started == []


def test_ctrl_c_ends_up_with_0(shell: Shell, started: list[Any]) -> None:
    assert shell("up").exit_code == 0
    assert started == [("up", shell.path.resolve())]


def test_demo_passes_its_options_on_and_its_code_back(shell: Shell, started: list[Any]) -> None:
    shell.path.unlink()  # it needs no config
    assert shell("demo", "--orders", "7", "--faults", "worst", "--keep").exit_code == 1
    given = {"orders": 7, "faults": "worst", "cast": Cast(("octopia",), ("egenta",)), "rate": None, "keep": True}
    assert started == [("demo", {**given, "data_dir": Path(".orderpipe")})]
    several = ("--oms", "kibo,ois", "--oms", "egenta", "--marketplace", "octopia,x", "--route", "x=ois")
    assert shell("demo", *several, "--rate", "2.5").exit_code == 1
    assert started[1][1]["cast"] == Cast(("octopia", "x"), ("kibo", "ois", "egenta"), ("x=ois",))
    assert started[1][1]["rate"] == 2.5
    assert shell("demo", "--rate", "0").exit_code == 2
    assert shell("demo", "--orders", "0").exit_code == 2
    assert shell("demo", "--faults", "hard").exit_code == 2


def test_ctrl_c_ends_the_demo_with_130(shell: Shell, started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**given: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline.supervisor.demo, "run_demo", interrupted)
    assert shell("demo").exit_code == 130


def test_init_and_adopt(shell: Shell) -> None:
    assert json.loads(shell("init", "--json").stdout) == {"identity": "abc"}
    assert "identity: abc" in shell("adopt", "--who", "me").stdout
    assert shell.last() == ("adopt", {"who": "me"})


# ---------------------------------------------------------------- sandbox


CASTS = {
    Cast(): 4,
    Cast(oms=("egenta", "transiteo")): 6,
    Cast(oms=("kibo", "ois", "tecsys"), routes=("octopia=kibo,ois,tecsys",)): 7,
}


@pytest.mark.parametrize("cast", CASTS)
def test_a_written_config_is_in_order_and_its_secrets_are_private(tmp_path: Path, cast: Cast) -> None:
    path = tmp_path / "sandbox.toml"
    simulators._write(path, "http://127.0.0.1:1234", cast)
    text = path.read_text()
    assert text.startswith(simulators.OURS)
    assert "http://127.0.0.1:1234" in text
    secrets = [file for file in tmp_path.iterdir() if file != path]
    assert len(secrets) == CASTS[cast]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in secrets)
    assert not any(file.read_text() in text for file in secrets if file.name.endswith(("-secret", "-key")))
    routes = read_config(path, declared=CONNECTORS, env={}).routes
    assert all(route.mode == "live" for route in routes)
    assert sorted(name for route in routes for name in route.to) == [f"{one}-cdiscount" for one in sorted(cast.oms)]
    simulators._check_ours(path)  # it may be written again


def test_somebody_elses_config_is_not_overwritten(shell: Shell) -> None:
    before = shell.path.read_text()
    result = shell("sandbox", "--write-config", str(shell.path))
    assert result.exit_code == 2
    assert "exists" in result.stderr
    assert shell.path.read_text() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--oms", "sap"), "unknown OMS 'sap'; known: egenta, kibo"),
        (("--marketplace", "ebay"), "unknown marketplace 'ebay'; known: octopia"),
        (("--oms", "kibo,kibo"), "OMS named twice: kibo"),
        (("--oms", "kibo,ois", "--route", "octopia=kibo"), "no route for ois"),
        (("--route", "octopia"), "a route is MARKETPLACE=OMS,OMS"),
        (("--route", "octopia=ois"), "routes name what is not simulated here: ois"),
    ],
)
def test_partners_that_are_not_simulated_are_refused_in_words(shell: Shell, words: tuple[str, ...], told: str) -> None:
    for verb in ("sandbox", "demo"):
        result = shell(verb, *words)
        assert result.exit_code == 2
        assert told in result.stderr
        assert not result.stdout
