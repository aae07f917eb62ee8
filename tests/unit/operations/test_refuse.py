import pytest

from pipeline.operations.desk import Desk
from pipeline.operations.errors import NotAllowed
from pipeline.stores.record import Record
from tests.unit.operations.conftest import OpenDesk
from tests.unit.stores.driver import Drive


def test_nobody_to_tell(drive: Drive, desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="discard it instead"):
        desk.refuse([str(drive.validated("A1"))], "no stock", "ann")


def test_each_is_told_or_refused_in_words(drive: Drive, open_desk: OpenDesk) -> None:
    told: list[tuple[str, str, str]] = []

    def refuser(record: Record, reason: str, who: str) -> None:
        if record.stage != "validate":
            raise NotAllowed("it is past acceptance")
        told.append((record.ref.id, reason, who))

    drive.routed("A1")
    drive.validated("A2")
    desk = open_desk(refuser=refuser)
    result = desk.refuse(["orders:m1:A1", "orders:m1:A2", "orders:m1:A3"], "no stock", "ann")
    assert told == [("A2", "no stock", "ann")]
    assert result.done == ["orders:m1:A2"]
    assert result.refused == [("orders:m1:A1", "it is past acceptance"), ("orders:m1:A3", "not found")]
    lines = {name: [line["what"] for line in desk.books.timeline.read(f"orders:m1:{name}")] for name in ("A1", "A2")}
    assert lines["A1"][-2:] == ["refuse", "refuse not taken"]
    assert lines["A2"][-1] == "refuse"
