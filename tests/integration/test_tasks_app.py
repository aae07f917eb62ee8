"""The Celery app with real workers and a real beat over an embedded server; only the pipeline is a stand-in."""

import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from redis import Redis

from pipeline.supervisor.processes import Supervisor
from pipeline.supervisor.server import embedded_url, prepare_data_dir, start_server
from pipeline.supervisor.whereabouts import read_whereabouts
from tests.integration.live import alive, embedded_server, wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A data_dir and the URL of its server."""
    with embedded_server(tmp_path) as url:
        yield tmp_path, url


def celery(place: tuple[Path, str], *words: str, serve: str = "", **more: str) -> subprocess.Popen[str]:
    folder, url = place
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "STANDIN_DIR": str(folder),
        "STANDIN_URL": url,
        "ORDERPIPE_SERVE": serve,
        "REMAP_SIGTERM": "SIGQUIT",
        **more,
    }
    with (folder / f"{words[0]}.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.integration.standin", "--quiet", *words],
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def started(place: tuple[Path, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Whatever a test starts is killed at its end."""
    found: list[subprocess.Popen[str]] = []
    yield found
    for process in found:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def sender_to() -> Iterator[Callable[[str], Celery]]:
    with ExitStack() as stack:
        yield lambda url: stack.enter_context(closing(Celery("sender", broker=url, set_as_current=False)))


@pytest.fixture
def sender(place: tuple[Path, str], sender_to: Callable[[str], Celery]) -> Celery:
    return sender_to(place[1])


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    found = Supervisor()
    yield found
    found.stop()


def told(place: tuple[Path, str], words: str) -> list[str]:
    path = place[0] / "told"
    return [line for line in path.read_text().splitlines() if line.startswith(words)] if path.exists() else []


def start_worker(
    place: tuple[Path, str], started: list[subprocess.Popen[str]], serve: str = "", **more: str
) -> subprocess.Popen[str]:
    worker = celery(place, "worker", "--loglevel", "INFO", serve=serve, **more)
    started.append(worker)
    wait_until(lambda: " ready." in (place[0] / "worker.log").read_text(), what="worker ready")
    return worker


class Watcher:
    """Task events, as Flower gets them."""

    def __init__(self, app: Celery) -> None:
        self.seen: list[dict[str, Any]] = []
        self._app = app
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._ready = threading.Event()
        self._stop = threading.Event()

    def _listen(self) -> None:
        with self._app.connection_for_read() as connection:
            receiver = self._app.events.Receiver(connection, handlers={"*": self.seen.append})
            with receiver.consumer_context() as (own, _, _):  # on a connection of its own
                self._ready.set()
                while not self._stop.is_set():
                    try:
                        own.drain_events(timeout=0.2)
                    except OSError:
                        continue

    def __enter__(self) -> "Watcher":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def of(self, kind: str, name: str | None = None) -> list[dict[str, Any]]:
        uuids = {event["uuid"] for event in self.seen if event["type"] == "task-received" and event["name"] == name}
        return [
            event for event in list(self.seen) if event["type"] == kind and (name is None or event["uuid"] in uuids)
        ]


def test_one_step_hints_the_next_and_the_chain_shows(
    place: tuple[Path, str], started: list[subprocess.Popen[str]], sender: Celery
) -> None:
    with Watcher(sender) as watcher:
        start_worker(place, started)
        sent = sender.send_task("fetch", args=("fetch.shop",), queue="fetch")
        wait_until(lambda: watcher.of("task-succeeded", "normalize"))
        received = watcher.of("task-received", "normalize")[0]
        assert received["root_id"] == received["parent_id"] == sent.id
        assert "normalize.shop" in received["args"]
        assert place[1].split("@")[0].removeprefix("redis://:") not in repr(sender.control.inspect(timeout=2).conf())
        assert "1 advanced" in watcher.of("task-succeeded", "fetch")[0]["result"], "Flower shows the report"


def test_a_batch_with_dead_documents_fails_and_twenty_of_them_get_rows(
    place: tuple[Path, str], started: list[subprocess.Popen[str]], sender: Celery
) -> None:
    with Watcher(sender) as watcher:
        start_worker(place, started)
        sent = sender.send_task("validate", args=("validate.shop",), queue="validate")
        wait_until(lambda: watcher.of("task-failed", "validate"))
        assert "30 dead: phone missing" in watcher.of("task-failed", "validate")[0]["exception"]
        wait_until(lambda: len(watcher.of("task-failed", "validate.document")) == 20)
        row = watcher.of("task-received", "validate.document")[0]
        assert row["parent_id"] == sent.id
        assert row["args"] == "('orders:shop:0',)"
        assert watcher.of("task-failed", "validate.document")[0]["exception"] == "dead: phone missing"
        with Redis.from_url(place[1]) as client:
            assert not client.keys("validate.document*"), "rows are events only"


def test_forged_messages_are_ignored_and_the_worker_goes_on(
    place: tuple[Path, str], started: list[subprocess.Popen[str]], sender: Celery
) -> None:
    worker = start_worker(place, started)
    for forged in ("push.nobody", "fetch.shop", {"a": 1}, None, 7):
        sender.send_task("push", args=(forged,), queue="push")
    sender.send_task("push", args=(), kwargs={"wrong": 1}, queue="push")
    sender.send_task("no.such.task", args=(), queue="push")
    sender.send_task("poll", args=("nobody", "orders"), queue="fetch")
    sender.send_task("poll", args=("shop", "gold"), queue="fetch")
    sender.send_task("upkeep", args=("../../etc",), queue="upkeep")
    sender.send_task("upkeep", args=("sweep",), queue="upkeep")
    wait_until(lambda: told(place, "upkeep sweep"))
    sender.send_task("push", args=("push.shop",), queue="push")
    wait_until(lambda: told(place, "walk push.shop"))
    assert [line.split(" pid")[0] for line in told(place, "")] == ["upkeep sweep", "walk push.shop"]
    assert worker.poll() is None
    log = (place[0] / "worker.log").read_text()
    assert "ignored a push hint for 'push.nobody'" in log
    assert "ignored a poll of 'shop' 'gold'" in log


def test_own_queues_are_served_only_where_asked(
    place: tuple[Path, str], started: list[subprocess.Popen[str]], sender: Celery
) -> None:
    start_worker(place, started)
    sender.send_task("push", args=("push.oms",), queue="push.oms")
    sender.send_task("push", args=("push.shop",), queue="push")
    wait_until(lambda: told(place, "walk push.shop"))
    assert not told(place, "walk push.oms")
    start_worker(place, started, serve="oms")
    wait_until(lambda: told(place, "walk push.oms"))


def test_beat_polls_by_the_config_faster_than_a_second_and_keeps_its_file_private(
    place: tuple[Path, str], started: list[subprocess.Popen[str]]
) -> None:
    start_worker(place, started, serve="*")
    started.append(celery(place, "beat", "--loglevel", "INFO"))
    wait_until(lambda: told(place, "dispatch"))
    wait_until(lambda: told(place, "poll oms shipments"))
    before = len(told(place, "poll shop orders"))
    wait_until(lambda: len(told(place, "dispatch")) >= 4)
    assert len(told(place, "poll shop orders")) - before >= 4, "every 500 ms, over about 3 s"
    files = list((place[0] / "beat").iterdir())
    assert files
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert stat.S_IMODE((place[0] / "beat").stat().st_mode) == 0o700


def test_beat_stops_piling_up_where_no_worker_is(place: tuple[Path, str], started: list[subprocess.Popen[str]]) -> None:
    with Redis.from_url(place[1]) as client:
        client.lpush("upkeep", *["{}"] * 300)
        started.append(celery(place, "beat", "--loglevel", "INFO"))
        wait_until(lambda: client.llen("fetch") >= 4, what="the other queue still gets its polls")
        assert client.llen("upkeep") == 300


def test_a_stop_finishes_what_is_in_hand_and_is_prompt(
    place: tuple[Path, str], started: list[subprocess.Popen[str]], sender: Celery
) -> None:
    worker = start_worker(place, started)
    sender.send_task("acknowledge", args=("acknowledge.shop",), queue="acknowledge")
    wait_until(lambda: told(place, "slow begun"))
    worker.send_signal(signal.SIGTERM)
    worker.wait(8)
    assert told(place, "slow ended"), "the batch was cut off"


def test_kill_9_of_a_worker_takes_its_pool_along(
    place: tuple[Path, str], started: list[subprocess.Popen[str]], sender: Celery
) -> None:
    worker = start_worker(place, started)
    sender.send_task("push", args=("push.shop",), queue="push")
    wait_until(lambda: told(place, "walk push.shop"))
    child = int(re.findall(r"pid=(\d+)", told(place, "walk push.shop")[0])[0])
    assert alive(child)
    assert child != worker.pid, "the pipeline was opened before the fork"
    worker.kill()
    worker.wait()
    wait_until(lambda: not alive(child))


def test_a_deaf_worker_ends_when_messages_wait(
    place: tuple[Path, str], started: list[subprocess.Popen[str]], sender: Celery
) -> None:
    worker = start_worker(place, started, STANDIN_DEAF="1", STANDIN_PATIENCE="1")
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(3)  # nothing waits: no reason to end
    sender.send_task("push", args=("push.shop",), queue="push")
    assert worker.wait(10) != 0
    assert not told(place, "walk push.shop"), "the test's premise: it heard nothing"
    assert "nothing was heard" in (place[0] / "worker.log").read_text()


def test_a_broker_that_is_down_ends_no_worker(
    tmp_path: Path, supervisor: Supervisor, started: list[subprocess.Popen[str]], sender_to: Callable[[str], Celery]
) -> None:
    prepare_data_dir(tmp_path / "own")
    url = start_server(supervisor, tmp_path / "own")
    place = (tmp_path / "own", url)
    worker = start_worker(place, started, STANDIN_PATIENCE="1")
    whereabouts = read_whereabouts(tmp_path / "own")
    assert whereabouts is not None
    os.kill(whereabouts.pid, signal.SIGKILL)
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(4)
    wait_until(lambda: supervisor.look() or embedded_url(tmp_path / "own") == url)
    sender_to(url).send_task("push", args=("push.shop",), queue="push")
    wait_until(lambda: told(place, "walk push.shop"), 30, "the worker hears again")
    assert worker.poll() is None


def test_importing_reads_nothing_and_a_missing_config_is_told(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    env.pop("ORDERPIPE_CONFIG", None)
    run = [sys.executable, "-c", "import tasks.app, tasks.steps, tasks.polls, tasks.upkeep, tasks.schedule"]
    assert subprocess.run(run, cwd=tmp_path, env=env, check=False).returncode == 0
    for role in ("worker", "beat"):
        ended = subprocess.run(
            [sys.executable, "-m", "celery", "-A", "tasks.app", role],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 2, ended.stderr
        assert "orderpipe.toml" in ended.stderr
        assert "Traceback" not in ended.stderr
