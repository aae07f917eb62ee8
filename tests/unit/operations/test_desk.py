from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain.endings import Dead
from pipeline.operations.desk import Desk
from pipeline.operations.errands import Errands
from pipeline.operations.errors import NotAllowed, NotFound
from tests.unit.operations.conftest import OpenDesk
from tests.unit.stores.driver import BUSY, PHONE, Drive


def test_pause_and_resume(drive: Drive, desk: Desk) -> None:
    drive.routed("A1")
    paused = desk.pause("o1", "maintenance", "ann")
    assert (paused["state"], paused["why"]) == ("shut", "paused by ann: maintenance")
    assert drive.ledger.take("push.o1", "t").shut == "paused by ann: maintenance"
    assert desk.status()["gates"]["o1"]["kind"] == "paused"
    assert desk.resume("o1", "ann")["opened"]
    assert not desk.resume("o1", "ann")["opened"]
    assert len(drive.take("push.o1")[1]) == 1


def test_only_configured_accounts_have_a_gate(desk: Desk) -> None:
    with pytest.raises(NotFound, match="o9"):
        desk.pause("o9", "", "ann")
    with pytest.raises(NotFound, match="o9"):
        desk.resume("o9", "ann")


def test_causes_whole_and_filtered(drive: Drive, desk: Desk) -> None:
    for number in range(7):
        drive.receive(f"X{number}")
    drive.receive("Y1", source="m2")
    drive.end("normalize.m1", Dead(error=PHONE))
    drive.end("normalize.m2", Dead(error=PHONE))
    drive.receive("Z1")
    drive.end("normalize.m1", Dead(error=BUSY))
    assert [(cause["cause"], cause["count"]) for cause in desk.causes()] == [("phone missing", 8), ("429", 1)]
    (only,) = desk.causes(account="m2")
    assert (only["cause"], only["count"], only["refs"]) == ("phone missing", 1, ["orders:m2:Y1"])
    assert len(desk.causes(account="m1")[0]["refs"]) == 5
    assert desk.causes(condition="held") == []
    assert desk.causes(since=datetime.now(UTC) + timedelta(hours=1)) == []


def test_what_needs_partners_is_handed_on(open_desk: OpenDesk) -> None:
    told: list[object] = []
    desk = open_desk(
        errands=Errands(
            init=lambda: {"id": "1"},
            adopt=lambda who: {"by": who},
            check=lambda: [{"account": "m1"}],
            poll=lambda account, flow: (account, flow),
            pull=lambda account, id: (account, id),
            backfill=lambda *given, **_: given[:3],
            call=lambda *given: given,
            close=lambda: told.append("closed"),
        )
    )
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert desk.init() == {"id": "1"}
    assert desk.adopt(who="ann") == {"by": "ann"}
    assert desk.check() == [{"account": "m1"}]
    assert desk.poll("m1", "orders") == ("m1", "orders")
    assert desk.pull("m1", "A1") == ("m1", "A1")
    assert desk.backfill("m1", since, None, print) == ("m1", since, None)
    assert desk.call("m1", "stock", {}, False) == ("m1", "stock", {}, False)
    desk.close()
    assert told == ["closed"]
    with pytest.raises(NotAllowed):
        desk.doctor()


def test_an_act_asked_twice_by_a_lost_reply_is_done_once(
    drive: Drive, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = drive.routed("A1")
    drive.dead(ref)
    run = drive.ledger.scripts.run

    def twice(name: str, *arguments: str | bytes | int) -> object:
        run(name, *arguments)
        return run(name, *arguments)

    monkeypatch.setattr(drive.ledger.scripts, "run", twice)
    assert desk.replay([str(ref)], who="ann").done == [str(ref)]
    assert [line["what"] for line in desk.books.timeline.read(str(ref))].count("replay") == 1
