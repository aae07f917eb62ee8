"""Orders all the way and back: the real server, real workers, a real beat, simulated partners."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from tests.chaos.door import Door
from tests.chaos.judge import broken, wait_settled
from tests.chaos.system import MARKET, OMS, Setup, System

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with System(tmp_path) as found:
        yield found


@pytest.fixture
def sender(system: System) -> Iterator[Celery]:
    with closing(Celery("sender", broker=system.url, set_as_current=False)) as app:
        yield app


def row_of(system: System, order_id: str) -> dict[str, Any]:
    return system.orders(order_id)[0]


def seconds_between(one: str, other: str) -> float:
    return (datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds()


def whole_ledger(system: System) -> dict[bytes, bytes | None]:
    """Every record as it is stored."""
    redis = system.pipeline.redis
    return {key: redis.dump(key) for pattern in ("op:d:*", "op:t:*", "op:c:*") for key in redis.scan_iter(pattern)}


def test_orders_arrive_once_come_back_shipped_and_questions_are_answered(system: System) -> None:
    ids = system.partners.place(80, plant=3)
    invalid = next(one for one in ids if system.partners.order(one)["status"] == "WaitingAcceptance")
    system.partners.change(invalid, set={"lines.0.quantity": 0})  # a promise that nobody could keep
    system.start("worker", "beat")
    wait_settled(system, ids, 90)
    books = system.partners.books()
    egenta, octopia = books["egenta"], books["octopia"]
    assert not egenta["repeated_puts"]
    assert egenta["acked"] == egenta["shipped"] == egenta["orders"] == books["audit"]["expected"] > 60
    assert egenta["questions_answered"] > 0
    # accepted after its rules held, and only then: the broken one was never promised
    approved = [line["path"].split("/")[-2] for line in system.partners.requests("octopia.approval")]
    assert len(approved) == len(set(approved)) > 0
    assert invalid not in approved
    dead = {row["id"]: row["error"] for row in system.orders(condition="dead")}
    assert set(dead) == {invalid, *(plant["order_id"] for plant in octopia["planted"])}
    assert "lines.0.quantity" in [field["path"] for field in dead[invalid]["fields"]]
    # never released by its buyer, so never pushed
    assert octopia["cancelled"]
    assert not set(octopia["cancelled"]) & set(system.partners.at_egenta())


def test_a_partner_that_is_down_shuts_its_gate_and_what_is_cancelled_meanwhile_is_not_pushed(tmp_path: Path) -> None:
    doors: list[Door] = []

    def through_a_door(url: str) -> str:
        doors.append(Door(url))
        return doors[0].url

    with System(tmp_path, Setup(egenta=through_a_door)) as system:
        door = doors[0]
        try:
            door.shut()
            ids = system.partners.place(30, plain=True)
            system.start("worker", "beat")
            system.wait(lambda: system.desk.status()["gates"][OMS]["state"] == "shut", 30, "the gate shuts")
            gate = system.desk.status()["gates"][OMS]
            assert gate["kind"] == "circuit"
            assert gate["why"]
            system.wait(lambda: system.at("push") == len(ids), 30, "all are ready to be pushed")
            assert all(row["attempts"] == 0 and not row["maybe_sent"] for row in system.orders())
            assert set(system.counts("orders")) <= {"due", "in_hand", "sending", "parked"}
            system.partners.change(ids[0], status="Cancelled")
            system.wait(lambda: row_of(system, ids[0])["condition"] == "done", 30, "its cancellation is taken in")
            door.open()
            wait_settled(system, ids, 60)
            assert system.desk.status()["gates"][OMS]["state"] == "open"
            assert ids[0] not in system.partners.at_egenta()
            assert len(system.partners.at_egenta()) == len(ids) - 1
            assert not system.partners.books()["egenta"]["repeated_puts"]
        finally:
            door.shut()


def test_too_many_requests_are_not_repeated_before_the_partner_said(system: System) -> None:
    system.partners.fail({"kind": "status", "status": 429, "retry_after": 3, "endpoint": "egenta.import", "count": 1})
    ids = system.partners.place(12, plain=True)
    system.start("worker", "beat")
    wait_settled(system, ids, 60)
    first, second = system.partners.requests("egenta.import")[:2]
    assert first["status"] == 429
    assert seconds_between(first["at"], second["at"]) >= 2.9


@pytest.mark.parametrize("kind", ["html", "truncated", "huge"])
def test_a_list_that_is_none_stores_nothing_and_is_read_again(kind: str, system: System) -> None:
    system.partners.fail({"kind": kind, "endpoint": "octopia.orders", "count": 3})
    ids = system.partners.place(10, plain=True)
    system.start("worker", "beat")

    def told() -> bool:
        return any(cursor["error"] for cursor in system.desk.status()["cursors"])

    system.wait(told, 30, "the trouble shows at the cursor")
    wait_settled(system, ids, 60)
    system.wait(lambda: not told(), 10, "it is over")
    assert system.partners.books()["faults"]["fired"] == {kind: 3}


def test_an_import_answered_with_nonsense_is_unknown_then_sent_again_and_the_rest_goes_on(system: System) -> None:
    kinds = ("html", "truncated", "huge", "reset_after")
    system.partners.fail(*({"kind": kind, "endpoint": "egenta.import", "count": 1} for kind in kinds))
    ids = system.partners.place(30, plain=True)
    system.start("worker", "beat")
    wait_settled(system, ids, 90)
    assert set(system.partners.books()["faults"]["fired"]) == set(kinds)
    doubted = [ref for ref in ids if "ambiguous" in json.dumps(system.desk.show(f"orders:{MARKET}:{ref}"))]
    assert doubted, "the timeline tells of the doubt"


def test_words_nobody_knows_hold_one_order_and_no_lines_kill_one(system: System) -> None:
    empty = system.partners.place(1, plain=True)[0]  # no list shows it: it has no line that is ours to ship
    system.partners.change(empty, set={"lines": []})
    ids = system.partners.place(10, plain=True)
    # until it is told otherwise: said once, the next poll might bring the word that is known before anybody read it
    system.partners.fail({"kind": "unknown_status", "endpoint": "octopia.orders", "seconds": 3600})
    system.start("worker", "beat")
    system.wait(lambda: system.orders(condition="held"), 30, "held for its status")
    assert "BankReview" in json.dumps(system.orders(condition="held")[0]["error"])
    system.partners.fail()
    system.desk.pull(MARKET, empty)
    system.wait(lambda: system.orders(condition="dead"), 30, "dead without lines")
    assert [row["id"] for row in system.orders(condition="dead")] == [empty]
    assert "lines" in [field["path"] for field in row_of(system, empty)["error"]["fields"]]
    system.wait(lambda: system.counts("orders").get("done", 0) >= len(ids) - 1, 60, "the rest goes on")
    system.wait(lambda: not system.orders(condition="held"), 30, "it comes again with a word that is known")
    system.wait(lambda: system.counts("orders") == {"done": len(ids), "dead": 1}, 60, "all but one are done")
    assert set(system.partners.at_egenta()) == set(ids)


def test_forged_hints_change_nothing(system: System, sender: Celery) -> None:
    ids = system.partners.place(10, plain=True, plant=1)
    system.start("worker", "beat")
    wait_settled(system, ids, 60)
    system.kill("beat")
    system.wait(lambda: not system.going() and not system.waiting_messages(), 20, "quiet")
    before, calls = whole_ledger(system), system.partners.books()["answers"]
    for lane in (
        "push.nobody",
        f"fetch.{OMS}",
        f"push.{OMS}",
        f"validate.{MARKET}",
        {"a": 1},
        None,
        7,
        "op:*",
        "x" * 9999,
    ):
        for task in ("fetch", "normalize", "validate", "push", "acknowledge"):
            sender.send_task(task, args=(lane,), queue=task)
    sender.send_task("push", args=(), kwargs={"token": "x"}, queue="push")
    sender.send_task("no.such.task", args=("x",), queue="push")
    sender.send_task("poll", args=("nobody", "orders"), queue="fetch")
    sender.send_task("poll", args=(MARKET, "gold"), queue="fetch")
    sender.send_task("upkeep", args=("../../etc",), queue="upkeep")
    system.pipeline.redis.lpush("push", b"no message at all")
    system.wait(lambda: not system.waiting_messages(), 30, "all are read")
    system.wait(lambda: not system.pipeline.redis.hlen("unacked"), 10, "all are handled")
    assert whole_ledger(system) == before
    assert system.partners.books()["answers"] == calls
    more = system.partners.place(5, plain=True)
    system.start("beat")
    wait_settled(system, [*ids, *more], 60)


def test_lost_hints_are_sent_again(system: System) -> None:
    ids = system.partners.place(40, plain=True)
    system.partners.fail({"kind": "slow", "endpoint": "egenta.import", "seconds": 0.3})
    system.start("worker", "beat")
    system.wait(system.sending, 60, "a push is under way")
    system.kill("worker", "beat")
    system.wait(system.pipeline.dispatch, 10, "hints that nobody publishes")
    system.lose_hints()
    assert system.going()
    system.partners.fail()
    system.start("worker", "beat")
    wait_settled(system, ids, 60)


def test_two_beats_make_no_double_polls(tmp_path: Path) -> None:
    with System(tmp_path, Setup(polls="1s")) as system:
        system.start("beat", "beat-2")

        def polls() -> list[dict[str, Any]]:
            found = [json.loads(text) for text in system.pipeline.redis.lrange("fetch", 0, -1)]
            return [
                one for one in found if one["headers"]["task"] == "poll" and f"'{MARKET}'" in one["headers"]["argsrepr"]
            ]

        def beats() -> set[str]:
            return {one["headers"]["origin"] for one in polls()}

        system.wait(lambda: len(beats()) == 2 and len(polls()) >= 8, 60, "both beats send polls")
        ids = system.partners.place(20, plain=True)
        system.start("worker")
        wait_settled(system, ids, 60)
        system.wait(lambda: len(system.partners.requests("octopia.orders")) >= 10, 60, "polls go on")
        starts = [line["at"] for line in system.partners.requests("octopia.orders")]
        gaps = [seconds_between(one, other) for one, other in pairwise(starts)]
        # half a period at least lies between two (beats tick as they like); the requests' own way takes a little
        assert min(gaps) > 0.35, sorted(gaps)[:5]
        assert not broken(system)
        assert not system.partners.books()["egenta"]["repeated_puts"]
