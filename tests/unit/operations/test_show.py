import json
from decimal import Decimal

from pipeline.operations.desk import Desk
from tests.unit.stores.driver import Drive

RAW = {"state": "Shipped", "total": Decimal("12.50"), "buyer": {"firstName": "Zoé"}}


def test_everything_about_one_document(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"], raw=RAW)
    drive.pushed(ref, "o1")
    drive.dead(ref, "o2")
    found = desk.show(str(ref))
    assert found
    assert {name: found[name] for name in ("ref", "flow", "source", "id")} == {
        "ref": str(ref), "flow": "orders", "source": "m1", "id": "A1",
    }  # fmt: skip
    assert (found["stage"], found["condition"]) == ("push", None)
    assert found["received_at"].endswith("Z")
    assert [(row["target"], row["stage"], row["condition"], row["receipt"]) for row in found["deliveries"]] == [
        ("o1", "acknowledge", "waiting", "R1"), ("o2", "push", "dead", None),
    ]  # fmt: skip
    assert found["deliveries"][1]["error"]["fields"] == [
        {"path": "buyer.phone", "rule": "required", "message": "missing"}
    ]
    assert [line["what"] for line in found["timeline"]] == ["received", "advanced", "advanced", "advanced", "dead"]
    assert set(found) >= {"raw", "document", "overrides", "timeline", "deliveries"}
    json.dumps(found)


def test_personal_data_is_masked(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1", raw=RAW)
    desk.edit(str(ref), {"buyer.phone": "0612345678", "currency": "USD"}, "", "ann")
    found = desk.show(f"{ref}@o1")
    assert found is None or "0612345678" not in json.dumps(found)
    found = desk.show(str(ref))
    assert found
    assert found["document"]["buyer"] == {"first_name": "***"}
    assert found["document"]["shipping_address"] == {"city": "***", "country": "FR"}
    assert found["raw"] == {"orderId": "A1", "state": "Shipped", "total": 12.5, "buyer": {"firstName": "***"}}
    assert found["overrides"]["buyer.phone"]["value"] == "***"
    assert found["overrides"]["buyer.phone"]["raw"] is None
    assert found["overrides"]["currency"]["value"] == "USD"
    assert "Zoé" not in json.dumps(found, ensure_ascii=False)
    assert "revealed" not in [line["what"] for line in found["timeline"]]


def test_revealing_is_written_down(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1", raw=RAW)
    found = desk.show(str(ref), reveal=True, who="ann")
    assert found
    assert found["raw"] == {**RAW, "orderId": "A1", "total": 12.5}
    assert found["document"]["buyer"]["first_name"] == "Zoé"
    assert (found["timeline"][-1]["who"], found["timeline"][-1]["what"]) == ("ann", "revealed")


def test_revealing_what_is_finished_is_written_down_too_and_keeps_its_life(drive: Drive, desk: Desk) -> None:
    ref = drive.finished("A1")
    found = desk.show(str(ref), reveal=True, who="ann")
    assert found
    assert (found["stage"], found["timeline"][-1]["what"]) == ("done", "revealed")
    assert drive.redis.pttl(f"op:d:{ref}") > 0
    assert drive.redis.pttl(f"op:t:{ref}") > 0


def test_what_is_no_longer_kept_is_null(drive: Drive, desk: Desk) -> None:
    ref = drive.finished("A1")
    drive.redis.delete(f"op:d:{ref}", f"op:t:{ref}")
    found = desk.show(str(ref), reveal=True, who="ann")
    assert found
    assert (found["stage"], found["condition"], found["raw"], found["document"]) == ("done", "done", None, None)
    assert (found["timeline"], found["deliveries"][0]["receipt"]) == ([], "R1")
    assert not drive.redis.exists(f"op:t:{ref}")


def test_nothing(desk: Desk) -> None:
    assert desk.show("orders:m1:none") is None
    assert desk.show("A1") is None


def test_long_timelines_are_folded(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    for _ in range(230):
        desk.show(str(ref), reveal=True, who="ann")
    found = desk.show(str(ref))
    assert found
    assert found["timeline"][0]["what"] == "folded"
    assert found["timeline"][0]["lines"] + len(found["timeline"]) - 1 == 233
