"""History from a file into Kibo: each order once, whatever happens meanwhile; and never more than so many at once."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.kibo import KiboSystem, write_history

pytestmark = pytest.mark.timeout(240)
IDS = [f"H{number:04}" for number in range(240)]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[KiboSystem]:
    with KiboSystem(tmp_path) as found:
        yield found


def finish(system: KiboSystem, *words: str) -> tuple[int, str, str]:
    out, err = (running := system.backfill(*words)).communicate(timeout=150)
    return running.returncode, out, err


def wait_for_all(system: KiboSystem, count: int) -> None:
    system.wait(lambda: system.counts("orders") == {"done": count}, 90, "every order is done")


def test_history_arrives_once_and_as_what_it_is_though_all_goes_wrong(system: KiboSystem, tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    told = write_history(path, IDS)
    system.partners.fail({"kind": "status", "status": 429, "retry_after": 1, "endpoint": "kibo.import", "count": 3})
    system.start("worker", "beat")
    words = ("--file", str(path), "--historic", "--in-flight", "40")
    first = system.backfill(*words)
    system.wait(lambda: len(system.at_kibo()) > 20, 60, "some have arrived")
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert sum(system.counts("orders").values()) < len(IDS), "it was killed in the middle"
    code, out, err = finish(system, *words)
    assert (code, "goes on after line" in err) == (0, True), err
    assert f"{len(IDS)} read" in out
    wait_for_all(system, len(IDS))
    code, out, err = finish(system, *words)
    assert (code, "was read to its end" in err) == (0, True), err
    code, out, err = finish(system, *words, "--restart", "--json")
    assert json.loads(out)["seen"] == len(IDS)
    wait_for_all(system, len(IDS))
    arrived = system.at_kibo()
    # Kibo ships what came READY, and lists it; that is no business of the marketplace either
    system.wait(
        lambda: "READY" not in {one["order"]["orderStatus"] for one in system.at_kibo()}, 30, "Kibo has shipped"
    )
    listed = len(system.partners.requests("kibo.shipments"))
    system.wait(lambda: len(system.partners.requests("kibo.shipments")) > listed + 1, 30, "its shipments were listed")
    assert not system.counts("shipments")
    shipped = {id_: "SHIPPED" if word == "READY" else word for id_, word in told.items()}
    assert {one["externalOrderID"]: one["order"]["orderStatus"] for one in system.at_kibo()} == shipped
    assert len(arrived) == len(IDS)
    assert all(one["puts"] == 1 for one in arrived)
    assert {one["order"]["importedCreationDate"] for one in arrived} == {"2025-03-01T12:00:00Z"}
    books = system.partners.books()
    assert books["faults"]["fired"] == {"status 429": 3}
    assert not books["violations"]
    for endpoint in ("octopia.approval", "octopia.shipments", "octopia.order", "octopia.cancel"):
        assert not system.partners.requests(endpoint), "no marketplace hears of history"


def test_no_more_than_so_many_are_on_their_way_at_any_moment(system: KiboSystem, tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    write_history(path, IDS[:150])
    limit = 12
    system.partners.fail({"kind": "slow", "endpoint": "kibo.import", "seconds": 0.02})
    system.start("worker", "beat")
    running = system.backfill("--file", str(path), "--historic", "--in-flight", str(limit))
    seen: set[int] = set()
    while running.poll() is None:
        seen.add(system.on_their_way())
    running.communicate()
    wait_for_all(system, 150)
    assert max(seen) <= limit, sorted(seen)
    assert max(seen) > limit // 2, "it was full at times, so the limit was what held it back"


def test_paused_it_waits_and_resumed_it_goes_on(system: KiboSystem, tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    write_history(path, IDS[:20])
    system.start("worker", "beat")
    system.desk.pause("kibo-cdiscount", "lunch", "anna")
    running = system.backfill("--file", str(path), "--historic")
    assert running.stderr is not None
    assert running.stderr.readline() == "waits: kibo-cdiscount: paused by anna: lunch\n"
    assert not system.counts("orders")
    os.killpg(running.pid, signal.SIGINT)
    running.communicate(timeout=20)
    assert running.returncode == 130
    system.desk.resume("kibo-cdiscount", "anna")
    assert finish(system, "--file", str(path), "--historic")[0] == 0
    wait_for_all(system, 20)
