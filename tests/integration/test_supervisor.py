"""The supervisor with real processes: the embedded server, restarts, ordered stops, nothing left behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from pipeline.config.model import Account, Config
from pipeline.config.setting import Secret
from pipeline.supervisor import processes, run_role, run_up
from pipeline.supervisor.processes import Program, Supervisor
from pipeline.supervisor.server import effective_redis_url, embedded_url, prepare_data_dir, start_server
from pipeline.supervisor.whereabouts import CannotStart, Whereabouts, note_whereabouts, read_whereabouts
from tests.integration.live import alive, embedded_server, wait_until


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    found = Supervisor()
    yield found
    found.stop(grace=2)


@pytest.fixture(autouse=True)
def _keep_signal_handlers() -> Iterator[None]:
    """`run_up` and `run_role` set their own."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def sh(name: str, script: str, log: Path, **rest: object) -> Program:
    return Program(name=name, argv=["sh", "-c", script], log=log, **rest)  # type: ignore[arg-type] # test's shorthand


def run_script(body: str, *words: object) -> subprocess.Popen[str]:
    """A supervisor in a process of its own, to be killed."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(body), *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(processes.__file__).parents[2])},
    )


SERVE = """
    import sys
    from pathlib import Path
    from pipeline.supervisor.processes import Program, Supervisor
    from pipeline.supervisor.server import hold_data_dir, prepare_data_dir, start_server
    folder = Path(sys.argv[1])
    prepare_data_dir(folder)
    with hold_data_dir(folder):
        supervisor = Supervisor()
        supervisor.heed_signals()
        start_server(supervisor, folder)
        child = supervisor.add(Program(name="idle", argv=["sleep", "300"], grace=2))
        print(*(child.process.pid for child in supervisor.children), flush=True)
        supervisor.watch()
        supervisor.stop()
"""


def test_the_server_is_private_and_writes_before_it_answers(tmp_path: Path) -> None:
    with embedded_server(tmp_path / "data") as url:
        with Redis.from_url(url) as client:
            found = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save", "bind", "protected-mode")
            assert found == {
                "appendonly": "yes",
                "appendfsync": "always",
                "maxmemory-policy": "noeviction",
                "save": "",
                "bind": "127.0.0.1",
                "protected-mode": "yes",
            }
            port = client.connection_pool.connection_kwargs["port"]
        with Redis(port=port) as stranger, pytest.raises(AuthenticationError):
            stranger.ping()
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data/server.json").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "data/server/valkey.conf").stat().st_mode) == 0o600
        whereabouts = read_whereabouts(tmp_path / "data")
        assert whereabouts is not None
        words = Path(f"/proc/{whereabouts.pid}/cmdline")
        if words.exists():
            assert whereabouts.password.reveal() not in words.read_text(), "the password shows in ps"
        assert embedded_url(tmp_path / "data") == url
    assert embedded_url(tmp_path / "data") is None, "nobody answers any more"


def test_a_killed_server_comes_back_in_the_same_place_with_everything(tmp_path: Path, supervisor: Supervisor) -> None:
    prepare_data_dir(tmp_path)
    url = start_server(supervisor, tmp_path)
    first = read_whereabouts(tmp_path)
    assert first is not None
    with Redis.from_url(url) as client:
        client.set("a", "1")
    os.kill(first.pid, signal.SIGKILL)

    def back() -> bool:
        supervisor.look()
        return embedded_url(tmp_path) == url

    wait_until(back)
    with Redis.from_url(url) as client:
        assert client.get("a") == b"1"
    second = read_whereabouts(tmp_path)
    assert second is not None
    assert second.pid != first.pid


def test_a_taken_port_is_left_to_its_owner(tmp_path: Path, supervisor: Supervisor) -> None:
    """The port of the last run belongs to somebody else now."""
    prepare_data_dir(tmp_path)
    with socket.socket() as owner:
        owner.bind(("127.0.0.1", 0))
        owner.listen()
        port = owner.getsockname()[1]
        note_whereabouts(tmp_path, Whereabouts(port, Secret("kept")))
        url = start_server(supervisor, tmp_path)
    assert f":{port}/" not in url
    assert "kept" in url


def test_kill_9_leaves_no_orphans_and_the_next_one_goes_on(tmp_path: Path) -> None:
    first = run_script(SERVE, tmp_path)
    assert first.stdout is not None
    pids = [int(word) for word in first.stdout.readline().split()]
    assert len(pids) == 2
    assert all(map(alive, pids))
    url = embedded_url(tmp_path)
    assert url is not None
    with Redis.from_url(url) as client:
        client.set("a", "1")
    first.kill()
    first.wait()
    second = run_script(SERVE, tmp_path)  # at once: the old server may still be ending
    assert second.stdout is not None
    assert len(second.stdout.readline().split()) == 2
    assert embedded_url(tmp_path) == url
    with Redis.from_url(url) as client:
        assert client.get("a") == b"1"
    wait_until(lambda: not any(map(alive, pids)), what="children of the killed supervisor live on")
    second.send_signal(signal.SIGINT)
    assert second.wait(10) == 0
    assert embedded_url(tmp_path) is None
    first.stdout.close()
    second.stdout.close()


def test_a_server_that_outlived_its_supervisor_is_taken_over(tmp_path: Path) -> None:
    """As on a system without the parent-death signal."""
    first = run_script(
        SERVE.replace("start_server(", "processes._libc = None; start_server(").replace(
            "import sys\n", "import sys\n    from pipeline.supervisor import processes\n", 1
        ),
        tmp_path,
    )
    assert first.stdout is not None
    server, idle = (int(word) for word in first.stdout.readline().split())
    url = embedded_url(tmp_path)
    assert url is not None
    with Redis.from_url(url) as client:
        client.set("a", "1")
    first.kill()
    first.wait()
    first.stdout.close()
    time.sleep(0.3)
    assert alive(server), "the test's premise: an orphan"
    os.kill(idle, signal.SIGKILL)
    with embedded_server(tmp_path) as again, Redis.from_url(again) as client:
        assert client.get("a") == b"1"
        assert not alive(server), "two servers on one append-only file"


def test_one_up_for_a_data_dir(tmp_path: Path) -> None:
    first = run_script(SERVE, tmp_path)
    assert first.stdout is not None
    first.stdout.readline()
    second = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SERVE), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "another `orderpipe up` runs on" in second.stderr
    assert embedded_url(tmp_path) is not None, "the first one goes on"
    first.terminate()
    first.wait(10)
    first.stdout.close()


def test_what_ends_is_started_again_and_told(tmp_path: Path, supervisor: Supervisor) -> None:
    log = tmp_path / "log"
    child = supervisor.add(sh("brief", "echo begun; exit 3", log))

    def restarted() -> bool:
        supervisor.look()
        return child.restarts >= 2

    wait_until(restarted)
    assert log.read_text().count("begun") >= 2
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_stops_rank_by_rank_and_takes_grandchildren_along(tmp_path: Path, supervisor: Supervisor) -> None:
    order = tmp_path / "order"
    script = 'trap "sleep 0.2; echo {0} >> {1}; exit 0" TERM; echo up; while :; do sleep 0.05; done'
    for name, rank in (("server", 9), ("worker", 2), ("beat", 1)):
        supervisor.add(sh(name, script.format(name, order), tmp_path / name, rank=rank))
    stray = supervisor.add(sh("stray", "sleep 300 & echo $!; wait", tmp_path / "stray", rank=0))
    wait_until(lambda: all((tmp_path / name).read_text().strip() for name in ("server", "worker", "beat", "stray")))
    grandchild = int((tmp_path / "stray").read_text())
    assert stray.alive
    supervisor.stop()
    assert order.read_text().split() == ["beat", "worker", "server"]
    wait_until(lambda: not alive(grandchild))


def test_what_does_not_heed_is_killed_after_its_grace_or_at_the_second_signal(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    deaf = 'trap "" TERM; echo up; while :; do sleep 0.05; done'
    child = supervisor.add(sh("deaf", deaf, tmp_path / "deaf", grace=60))
    wait_until((tmp_path / "deaf").read_text)
    began = time.monotonic()
    supervisor.stop(grace=0.5)
    assert 0.4 < time.monotonic() - began < 5
    assert not child.alive

    child = supervisor.add(sh("deaf", deaf, tmp_path / "again", grace=60))
    wait_until((tmp_path / "again").read_text)
    supervisor.signals = 2
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 5
    assert not child.alive


def make_config(tmp_path: Path, **rest: object) -> Config:
    return Config(path=tmp_path / "orderpipe.toml", data_dir=tmp_path / "data", **rest)  # type: ignore[arg-type] # shorthand


def test_up_names_a_port_in_use_and_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as owner:
        owner.bind(("127.0.0.1", 0))
        owner.listen()
        port = owner.getsockname()[1]
        assert run_up(make_config(tmp_path, flower_listen=("127.0.0.1", port))) == 2
    words = capsys.readouterr().err
    assert f"port {port}" in words
    assert "[flower] listen" in words
    assert embedded_url(tmp_path / "data") is None


def test_up_names_a_data_dir_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    assert run_up(make_config(tmp_path)) == 2
    assert f"data_dir {tmp_path}/data can't be written" in capsys.readouterr().err


def test_up_names_a_redis_out_of_reach_without_its_password(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = make_config(tmp_path, redis_url=Secret("redis://:hush@127.0.0.1:1/0"), flower_listen=("127.0.0.1", 0))
    assert run_up(config) == 2
    words = capsys.readouterr().err
    assert "does not answer" in words
    assert "hush" not in words


def test_a_role_needs_a_redis(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_role(make_config(tmp_path), "worker") == 2
    assert "redis.url" in capsys.readouterr().err


def test_a_role_serves_known_accounts_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    oms = Account(name="oms", kind="oms", connector="egenta")
    config = make_config(tmp_path, redis_url=Secret("redis://127.0.0.1:1/0"), oms={"oms": oms})
    assert run_role(config, "worker", ["shop"]) == 2
    assert "no such account; there are oms" in capsys.readouterr().err


def test_without_any_server_the_words_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="start `orderpipe up`, or set"):
        effective_redis_url(make_config(tmp_path))
