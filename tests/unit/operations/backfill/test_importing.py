"""A file into the ledger: what is stored, told and kept; where it stands; what is history."""

import gzip
import io
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain.endings import Advanced
from pipeline.domain.lifecycle import Flow, Pace, Step
from pipeline.operations.backfill import waits
from pipeline.operations.backfill.lines import Unfit
from pipeline.operations.backfill.opening import pace_for
from pipeline.operations.backfill.wish import FileWish
from pipeline.operations.errors import NotAllowed
from pipeline.stores.ledger import RedisLedger
from tests.fakes.partners import VOLATILE, FakeMarketplace, FakeOms, raw_order, requests
from tests.fakes.writes import FakeWrite
from tests.unit.operations.backfill.conftest import START, Desk, canonical, make_desk

LATER = START + timedelta(days=30)


def test_an_order_of_a_file_goes_the_way_of_any_other(desk: Desk) -> None:
    live = canonical("A1", "unshipped", purchased_at=LATER, updated_at=LATER)
    report = desk.read(desk.file(live))
    assert report.text == "old.jsonl: 1 read: 1 new, 0 changed, 0 seen; 0 dead lines"
    desk.world.run()
    assert desk.world.sent("o1") == ["A1"]
    assert desk.world.markets["m1"].writes["acknowledge"].sent == ["A1"]
    assert desk.world.record("A1").raw == live


def test_history_is_pushed_whatever_its_status_and_its_marketplace_hears_nothing(desk: Desk) -> None:
    path = desk.file(canonical("H1"), canonical("H2", "canceled"), canonical("H3", "unshipped"))
    assert desk.counts(desk.read(path, historic=True)) == {"read": 3, "new": 3}
    desk.world.run()
    assert sorted(desk.world.sent("o1")) == ["H1", "H2", "H3"]
    for id_ in ("H1", "H2", "H3"):
        assert desk.world.stands(id_) == "done done"
        assert "history: m1 is told nothing" in str(desk.world.timeline(id_))
    assert not desk.world.markets["m1"].writes["acknowledge"].sent
    assert not desk.world.markets["m1"].writes["accept"].sent


def test_without_historic_what_is_over_is_done_without_being_sent_and_what_is_older_is_skipped(desk: Desk) -> None:
    over = [canonical(id_, status, purchased_at=LATER) for id_, status in (("A1", "shipped"), ("A2", "canceled"))]
    report = desk.read(desk.file(*over, canonical("H1"), canonical("H2", "unshipped")))
    assert desk.counts(report) == {"read": 4, "new": 2, "skipped": 2}
    assert "2 skipped: bought before the account's start" in report.text
    desk.world.run()
    assert desk.world.sent("o1") == []
    assert {desk.world.stands("A1"), desk.world.stands("A2")} == {"done done"}


def test_forgotten_the_first_time_historic_takes_them_after_all(desk: Desk) -> None:
    path = desk.file(canonical("A1", "shipped", purchased_at=LATER))
    desk.read(path)
    desk.world.run()
    desk.world.forget_bodies()
    assert desk.counts(desk.read(path, historic=True)) == {"read": 1, "new": 1}
    desk.world.run()
    assert desk.world.sent("o1") == ["A1"]


def test_history_that_nobody_takes_is_told_and_not_stored(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, o1=FakeOms(import_orders=FakeWrite()))
    live = canonical("A1", "unshipped", purchased_at=LATER)
    report = desk.read(desk.file(canonical("H1"), live), historic=True)
    assert desk.counts(report) == {"read": 2, "new": 1, "skipped": 1}
    assert "1 skipped: history, and no target takes history (o1)" in report.text
    assert not desk.world.redis.exists("op:d:orders:m1:H1")


def test_history_goes_only_where_it_is_taken(tmp_path: Path) -> None:
    taker, other = FakeWrite(takes_history=True), FakeWrite()
    desk = make_desk(tmp_path, o1=FakeOms(import_orders=other), o2=FakeOms(import_orders=taker))
    desk.read(desk.file(canonical("H1")), historic=True)
    desk.world.run()
    assert (taker.sent, other.sent) == (["H1"], [])
    assert desk.world.stands("H1") == "done done"


def test_the_same_history_again_is_the_same_document(desk: Desk) -> None:
    path = desk.file(canonical("H1"), canonical("H2", "canceled"))
    for expected in ({"new": 2}, {"seen": 2}):
        assert desk.counts(desk.read(path, historic=True, restart=True)) == {"read": 2, **expected}
        desk.world.run()
    desk.world.forget_bodies()
    assert desk.counts(desk.read(path, historic=True, restart=True)) == {"read": 2, "seen": 2}
    assert sorted(desk.world.sent("o1")) == ["H1", "H2"]


@pytest.mark.parametrize(("word", "status"), [("Sent", "shipped"), ("Gone", "canceled"), ("Open", "unshipped")])
def test_history_that_its_marketplace_lists_live_afterwards_is_not_sent_again(
    desk: Desk, word: str, status: str
) -> None:
    desk.read(desk.file(canonical("H1", status)), historic=True)
    desk.world.run()
    order = raw_order("H1", word)
    order["fields"] = {**canonical("H1"), "updated_at": "2026-11-21T00:00:00+00:00"}
    desk.world.receive(order)
    desk.world.run()
    assert desk.world.sent("o1") == ["H1"]
    assert desk.world.stands("H1") == "done done"


def test_what_its_marketplace_told_since_is_newer_than_a_file(desk: Desk) -> None:
    desk.world.receive(raw_order("A1", purchased_at=LATER, updated_at=LATER + timedelta(days=1)))
    old = canonical("A1", "unshipped", purchased_at=LATER, updated_at=None)
    assert desk.counts(desk.read(desk.file(old))) == {"read": 1, "seen": 1}


def test_a_live_version_is_read_by_its_connector_again(desk: Desk) -> None:
    desk.read(desk.file(canonical("A1", "unshipped", purchased_at=LATER, updated_at=LATER)))
    desk.world.receive(raw_order("A1", "Gone", updated_at=LATER + timedelta(days=1)))
    desk.world.run()
    assert desk.world.stands("A1") == "done done"
    assert desk.world.sent("o1") == []


def test_replayed_from_fetch_it_is_the_marketplaces_own(desk: Desk) -> None:
    desk.read(desk.file(canonical("A1", "unshipped", purchased_at=LATER, updated_at=LATER)))
    desk.world.markets["m1"].orders["A1"] = raw_order("A1", purchased_at=LATER)
    take = desk.world.ledger.take("normalize.m1", "t")
    (holding,) = take.holdings
    assert holding.facts["as"].startswith("canonical:")
    desk.world.ledger.settle("t", [(holding, Advanced(step=Step.FETCH))], who="w")
    desk.world.ledger.release("t", "normalize.m1")
    desk.world.run()
    assert desk.world.sent("o1") == ["A1"]
    assert desk.world.record("A1").raw == desk.world.markets["m1"].orders["A1"]


def test_raw_orders_are_read_by_their_connector_and_are_the_ones_that_it_lists(desk: Desk) -> None:
    raw = raw_order("A1", purchased_at=LATER, updated_at=LATER)
    assert desk.counts(desk.read(desk.file(json.loads(json.dumps(raw))), form="raw")) == {"read": 1, "new": 1}
    desk.world.run()
    assert desk.world.sent("o1") == ["A1"]
    assert desk.counts(desk.read(desk.file(b'{"word": "Open"}'), form="raw", restart=True)) == {
        "read": 1, "new": 1, "dead": 1,
    }  # fmt: skip


BAD = (
    (b"garbage", "no JSON"),
    (b'{"id": "B1", "linez": []}', "linez: unknown name; did you mean lines?"),
    (b'{"id": "B2", "lines": [{"quantity": "2"}]}', "lines.0.quantity: is text, expected a whole number"),
    (b'{"status": "shipped"}', "no id"),
    (b'{"id": 7}', "id: is a number, expected text"),
    (b'{"id": "' + b"x" * 300 + b'"}', "an id of more than 200 letters"),
    (b'{"id": "\\ud800"}', "half a surrogate pair"),
    (b'{"id": "B3", "total": 1e400}', "total"),
    (b'{"id": "B5", "extra": {"x": {"n": 1e999999}}}', "extra"),
)


def test_bad_lines_are_dead_documents_and_the_others_go_on(desk: Desk) -> None:
    report = desk.read(desk.file(canonical("H1"), *(line for line, _ in BAD), canonical("H2")), historic=True)
    assert desk.counts(report) == {"read": 2 + len(BAD), "new": 2 + len(BAD), "dead": len(BAD)}
    assert report.died
    for number, ((_, told), said) in enumerate(zip(BAD, report.tally.dead_lines, strict=True), 2):
        assert said["line"] == number
        assert told in said["why"]
    desk.world.run()
    assert sorted(desk.world.sent("o1")) == ["H1", "H2"]
    dead = [key.decode() for key in desk.world.redis.keys("op:d:orders:m1:unreadable-*")]
    assert len(dead) == len(BAD)
    faults = [desk.world.fault(key.removeprefix("op:d:orders:m1:")) for key in dead]
    assert any(fault["message"].startswith("line 2 of old.jsonl: no JSON") for fault in faults)
    kept = [desk.world.record(key.removeprefix("op:d:orders:m1:")).raw for key in dead]
    assert {"unreadable": "garbage\n"} in kept


def test_dead_lines_are_dead_once_and_named_up_to_a_point(desk: Desk) -> None:
    path = desk.file(*(f"garbage {n}".encode() for n in range(30)))
    report = desk.read(path)
    assert report.tally.dead == 30
    assert len([said for said in desk.said if "is dead" in said]) == 20
    again = desk.read(path, restart=True)
    assert (again.tally.dead, again.tally.stored["seen"]) == (30, 30)


def test_a_rule_that_is_broken_is_told_by_validate_and_can_be_mended(desk: Desk) -> None:
    broken = canonical("H1")
    del broken["currency"]
    assert not desk.read(desk.file(broken), historic=True).died
    desk.world.run()
    assert [fault["path"] for fault in desk.world.fault("H1")["fields"]] == ["currency"]


def test_read_to_its_end_the_same_command_says_so_with_the_same_result(desk: Desk) -> None:
    path = desk.file(canonical("H1"), b"garbage")
    first = desk.read(path, historic=True)
    again = desk.read(path, historic=True)
    assert (first.died, again.died, again.tally.read) == (True, True, 2)
    assert "was read to its end on" in desk.said[-1]
    assert desk.read(path, historic=True, restart=True).tally.stored["seen"] == 2


def test_another_file_under_the_name_of_one_that_was_read_begins_anew(desk: Desk) -> None:
    desk.read(desk.file(canonical("H1")), historic=True)
    report = desk.read(desk.file(canonical("H2"), canonical("H3")), historic=True)
    assert desk.counts(report) == {"read": 2, "new": 2}
    assert "begins anew" in str(desk.said)


class Broken(Exception):
    pass


def break_off(desk: Desk, monkeypatch: pytest.MonkeyPatch, after: int, how: type[BaseException]) -> None:
    """The process ends in the middle of the store after so many; what it holds is never given back."""
    real, left = RedisLedger.receive, [after]

    def receive(self: RedisLedger, documents: Any, **more: Any) -> Any:
        if left[0] == 0:
            raise how
        left[0] -= 1
        return real(self, documents, **more)

    with monkeypatch.context() as patch:
        patch.setattr(RedisLedger, "receive", receive)
        if how is Broken:
            patch.setattr(RedisLedger, "poll_end", lambda *_, **__: None)
        with pytest.raises(how):
            desk.read(desk.folder / "old.jsonl", historic=True, in_flight=8)


@pytest.mark.parametrize("zipped", [False, True])
def test_broken_off_it_goes_on_after_the_last_batch_that_was_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, zipped: bool
) -> None:
    path = desk.file(b"garbage", *(canonical(f"H{n}") for n in range(5)))
    if zipped:
        (desk.folder / "old.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    break_off(desk, monkeypatch, 2, KeyboardInterrupt)
    assert "the same command goes on" in desk.said[-1]
    report = desk.read(path, historic=True)
    assert report.tally.resumed_at == 4
    assert desk.counts(report) == {"read": 6, "new": 2, "dead": 1}
    desk.world.run()
    assert sorted(desk.world.sent("o1")) == [f"H{n}" for n in range(5)]


def test_killed_its_claim_ends_with_its_lease(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.file(*(canonical(f"H{n}") for n in range(4)))
    break_off(desk, monkeypatch, 1, Broken)

    def sleep(seconds: float) -> None:  # its lease ends while the next one waits
        for key in desk.world.redis.keys("op:cur:*"):
            desk.world.redis.hset(key, "until", 1)

    monkeypatch.setattr("pipeline.operations.backfill.importing.time.sleep", sleep)
    report = desk.read(desk.folder / "old.jsonl", historic=True)
    assert "or was killed less than 60 s ago" in str(desk.said)
    assert desk.counts(report) == {"read": 4, "new": 2}


def test_one_file_is_read_by_one_process(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.file(*(canonical(f"H{n}") for n in range(4)))
    break_off(desk, monkeypatch, 1, Broken)
    clock = iter(range(0, 1000, 30))
    monkeypatch.setattr("pipeline.operations.backfill.importing.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("pipeline.operations.backfill.importing.time.sleep", lambda seconds: None)
    with pytest.raises(NotAllowed, match=r"another process is reading old\.jsonl"):
        desk.read(desk.folder / "old.jsonl", historic=True)


def test_a_file_that_changed_under_its_reader_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.file(*(canonical(f"H{n}") for n in range(4)))
    break_off(desk, monkeypatch, 1, KeyboardInterrupt)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(Unfit, match=r"has changed since line 2 .* --restart"):
        desk.read(path, historic=True)
    assert desk.counts(desk.read(path, historic=True, restart=True)) == {"read": 4, "new": 2, "seen": 2}


def test_no_more_on_their_way_than_allowed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.file(*(canonical(f"H{n}") for n in range(50)))
    most = 0

    def work(seconds: float) -> None:  # the workers, while the reader waits
        nonlocal most
        most = max(most, len(desk.world.redis.keys("op:d:orders:m1:*")) - len(set(desk.world.sent("o1"))))
        desk.world.run()

    monkeypatch.setattr("pipeline.operations.backfill.importing.time.sleep", work)
    desk.read(path, historic=True, in_flight=8)
    desk.world.run()
    assert most == 8
    assert len(desk.world.sent("o1")) == 50


def test_it_waits_while_paused_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.file(*(canonical(f"H{n}") for n in range(3)))
    for account in ("m1", "o1"):
        desk.world.gates.shut(account, wait=None, why="paused by anna: lunch", kind="paused")
        monkeypatch.setattr(waits.time, "sleep", lambda seconds, name=account: desk.world.gates.open(name))
        desk.said.clear()
        report = desk.read(path, historic=True, restart=True)
        assert desk.said == [f"waits: {account}: paused by anna: lunch", "goes on"]
        assert report.tally.read == 3


def test_with_one_target_open_it_goes_on(tmp_path: Path) -> None:
    writes = [FakeWrite(takes_history=True) for _ in range(2)]
    desk = make_desk(tmp_path, o1=FakeOms(import_orders=writes[0]), o2=FakeOms(import_orders=writes[1]))
    desk.world.gates.shut("o1", wait=None, why="paused", kind="paused")
    assert desk.read(desk.file(canonical("H1")), historic=True).tally.read == 1


def test_where_no_worker_runs_it_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.file(*(canonical(f"H{n}") for n in range(20)))
    monkeypatch.setattr(waits, "SILENCE", -1.0)
    monkeypatch.setattr(
        "pipeline.operations.backfill.importing.time.sleep",
        lambda seconds: desk.world.run() if "does a worker run?" in str(desk.said) else None,
    )
    desk.read(path, historic=True, in_flight=4)
    assert "does a worker run?" in str(desk.said)


def test_the_pace_follows_how_many_a_target_takes_a_call(desk: Desk, tmp_path: Path) -> None:
    config, network = desk.fetching._config, desk.world.network
    assert pace_for(config, network, "m1", None) == Pace("m1", 200)
    slow = make_desk(tmp_path, o1=FakeOms(import_orders=FakeWrite(batch=1)))
    assert pace_for(slow.fetching._config, slow.world.network, "m1", None) == Pace("m1", 6)
    assert pace_for(slow.fetching._config, slow.world.network, "m1", 7) == Pace("m1", 7)


def test_standard_input_is_read_once_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps(canonical("H1")).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert desk.counts(desk.read("-", format="jsonl", historic=True)) == {"read": 1, "new": 1}
    assert "can't be read again" in desk.said[0]
    assert not desk.world.redis.keys("op:cur:*file*")


def test_what_is_wrong_with_the_file_is_told_before_anything_is_stored(desk: Desk) -> None:
    for path, wish, told in (
        (desk.file(canonical("H1"), name="old.txt"), {}, "named neither .jsonl nor .csv"),
        (desk.file(b"id,foo", b"1,2", name="old.csv"), {}, "foo: no such path"),
        (desk.file(b"[", name="list.jsonl"), {}, "one order per line"),
        (desk.file(b"id", name="raw.csv"), {"form": "raw"}, "no table"),
        (desk.file(name="empty.csv"), {}, "has no header"),
    ):
        with pytest.raises(Unfit, match=told):
            desk.read(path, **wish)
    with pytest.raises(FileNotFoundError):
        desk.read(desk.folder / "no.jsonl")
    with pytest.raises(NotAllowed, match="o1 is an OMS"):
        desk.fetching.backfill_file("o1", FileWish(path="x.csv"), print)
    assert not desk.world.redis.keys("op:d:*")


def test_an_empty_file_is_nothing(desk: Desk) -> None:
    assert desk.read(desk.file()).empty
    assert desk.read(desk.file(b"", b" ", name="blank.jsonl")).empty


def test_a_table_is_read_like_lines(desk: Desk) -> None:
    old = canonical("H1")
    columns = {
        "id": "H1", "status": "shipped", "purchased_at": old["purchased_at"], "currency": "EUR",
        "lines.*.sku": "S1", "lines.*.quantity": "1", "lines.*.unit_price": "5", "lines.*.title": "A kettle",
        **{f"shipping_address.{name}": value for name, value in old["shipping_address"].items()},
    }  # fmt: skip
    second = {**dict.fromkeys(columns, ""), "id": "H1", "lines.*.sku": "S2", "lines.*.quantity": "2",
              "lines.*.unit_price": "7", "lines.*.title": "A pot"}  # fmt: skip
    rows = [";".join(cells).encode() for cells in (columns, columns.values(), second.values())]
    assert desk.counts(desk.read(desk.file(*rows, name="old.csv"), historic=True)) == {"read": 1, "new": 1}
    desk.world.run()
    assert desk.world.sent("o1") == ["H1"]
    assert [line["sku"] for line in desk.world.record("H1").document["lines"]] == ["S1", "S2"]


def test_what_its_oms_has_shipped_of_history_is_told_to_no_marketplace(tmp_path: Path) -> None:
    taker = FakeWrite(takes_history=True, volatile=VOLATILE)
    oms = FakeOms(import_orders=taker, acknowledge_shipped=FakeWrite())
    desk = make_desk(tmp_path, market=FakeMarketplace(ship=FakeWrite()), o1=oms)
    world = desk.world
    live = canonical("A1", "unshipped", purchased_at=LATER, updated_at=LATER)
    desk.read(desk.file(canonical("H1"), canonical("H2", "unshipped"), live), historic=True)
    world.run()
    for _ in range(2):
        oms.lists["shipped"].append(requests("H1", "H2", "A1"))
        world.poll("o1", Flow.SHIPMENTS)
        listed = {key.decode() for key in world.redis.keys("op:d:shipments:*")}
        assert listed == {"op:d:shipments:o1:A1"}
        world.forget_bodies()
