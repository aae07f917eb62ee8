import pytest

from pipeline.stores.durability import Durability
from pipeline.stores.identity import LedgerMissing, LedgerNewer, LedgerUnfit, adopt, init, require
from tests.unit.stores.driver import Drive


class Lacking(Durability):
    def missing(self) -> list[str]:
        return ["appendonly yes", "appendfsync always", "maxmemory-policy noeviction"]


def vouched(drive: Drive) -> Durability:
    return Durability(drive.redis, promised=True)


def test_init_gives_an_identity_once(drive: Drive) -> None:
    first = init(drive.redis, vouched(drive))
    again = init(drive.redis, vouched(drive))
    assert first["created"]
    assert not again["created"]
    assert first["id"] == again["id"]
    assert (first["schema"], first["horizon"]) == (1, 0)
    assert require(drive.redis)["id"] == first["id"]


def test_init_names_all_that_is_missing_and_changes_nothing(drive: Drive) -> None:
    with pytest.raises(LedgerUnfit) as raised:
        init(drive.redis, Lacking(drive.redis))
    for name in ("appendonly yes", "appendfsync always", "maxmemory-policy noeviction"):
        assert name in str(raised.value)
    assert not drive.redis.exists("op:meta")


def test_no_identity_names_the_remedies(drive: Drive) -> None:
    drive.receive()  # that something lies there makes it no ledger
    with pytest.raises(LedgerMissing, match=r"orderpipe init.*orderpipe adopt"):
        require(drive.redis)


def test_a_newer_schema_is_refused(drive: Drive) -> None:
    init(drive.redis, vouched(drive))
    drive.redis.hset("op:meta", "schema", 99)
    with pytest.raises(LedgerNewer, match="99"):
        require(drive.redis)


def test_adopt_moves_the_horizon_to_now(drive: Drive) -> None:
    init(drive.redis, vouched(drive))
    now = drive.ledger.now_ms()
    found = adopt(drive.redis)
    assert now <= found["horizon"] <= now + 5000
    assert require(drive.redis)["horizon"] == found["horizon"]
    assert not found["created"]


def test_adopt_gives_an_empty_one_its_identity(drive: Drive) -> None:
    assert adopt(drive.redis)["created"]
    assert require(drive.redis)["id"]


def test_what_a_restored_ledger_has_not_pushed_yet_is_marked(drive: Drive) -> None:
    due, dead, both = drive.routed("A1"), drive.routed("A2"), drive.routed("A3", ["o1", "o2"])
    drive.dead(dead)
    done = drive.finished("A4")
    waiting = drive.receive("A5")
    assert adopt(drive.redis, who="ann")["marked"] == 4
    assert [drive.word(due, "mb@o1"), drive.word(dead, "mb@o1")] == ["1", "1"]
    assert [drive.word(both, "mb@o1"), drive.word(both, "mb@o2")] == ["1", "1"]
    assert drive.word(waiting, "mb") == ""
    assert b'"adopted"' in drive.redis.lrange(f"op:t:{due}", -1, -1)[0]
    assert b"adopted" not in b"".join(drive.redis.lrange(f"op:t:{done}", 0, -1))
