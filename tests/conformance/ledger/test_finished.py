"""The finished: small lines that make "seen before" true, bodies that go, and what brings a record back to life."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.domain.endings import Advanced
from pipeline.ports import Finished
from pipeline.stores.line import pack_line, unpack_line
from tests.conformance.ledger.driver import FP, KEEP, NOW, Driver, new


def test_bodies_go_after_keep_and_the_line_stays(driver: Driver) -> None:
    ref = driver.finish()
    keep = KEEP.total_seconds() * 1000
    for key in (f"op:d:{ref}", f"op:t:{ref}"):
        assert keep - 60_000 < driver.redis.pttl(key) <= keep
    [bucket] = driver.redis.keys("op:f:*")
    assert driver.redis.ttl(bucket) > 97 * 86400
    line = unpack_line(driver.redis.hget(bucket, "A1"))
    assert (line.receipt, line.sent, line.pushed, line.discarded, line.version) == ("R1", FP, True, False, NOW)


def test_found_by_the_omss_id(driver: Driver) -> None:
    driver.finish()
    [bucket] = driver.redis.keys("op:x:*")
    assert driver.redis.hgetall(bucket) == {b"R1": b"A1"}
    assert driver.redis.ttl(bucket) > 97 * 86400


def test_no_second_index_where_the_ids_are_one(driver: Driver) -> None:
    driver.route()
    driver.push(receipt="A1")
    driver.step("acknowledge.m1", Advanced())
    assert not driver.redis.keys("op:x:*")


def test_a_second_life_leaves_one_line_and_one_count(driver: Driver) -> None:
    driver.finish()
    driver.receive(new(say=2, minute=1))
    driver.route_on()
    driver.push(receipt="R2")
    driver.step("acknowledge.m1", Advanced())
    assert driver.redis.hgetall("op:counts") == {b"orders|m1|done|done": b"1"}
    [bucket] = driver.redis.keys("op:f:*")
    assert driver.redis.hlen(bucket) == 1


def test_a_life_after_the_record_is_gone_is_counted_once(driver: Driver) -> None:
    ref = driver.finish()
    driver.forget_bodies(ref)
    driver.receive(new(say=2, minute=1))
    assert b"orders|m1|done|done" not in driver.redis.hgetall("op:counts")
    driver.step("normalize.m1", Advanced(discarded=True))
    assert driver.redis.hgetall("op:counts") == {b"orders|m1|done|discarded": b"1"}
    [bucket] = driver.redis.keys("op:f:*")
    assert unpack_line(driver.redis.hget(bucket, "A1")).pushed  # what was pushed once is not forgotten


@pytest.mark.parametrize("receipt", [None, "R", "x" * 24, "é" * 12, "x" * 25])
def test_a_line_is_small_and_reads_as_it_was_written(receipt: str | None) -> None:
    finished = Finished(
        fingerprint="01" * 6, sent="ff" * 6, version=NOW, finished_at=datetime(2026, 11, 22, tzinfo=UTC),
        discarded=True, pushed=True, receipt=receipt,
    )  # fmt: skip
    line = pack_line(finished)
    assert len(line) <= 64
    kept = receipt if receipt is None or len(receipt.encode()) <= 24 else None
    assert unpack_line(line) == Finished(
        fingerprint="01" * 6,
        sent="ff" * 6,
        version=NOW,
        finished_at=finished.finished_at,
        discarded=True,
        pushed=True,
        receipt=kept,
    )


def test_nothing_is_nothing() -> None:
    empty = Finished(fingerprint="00" * 6, sent="", version=None, finished_at=NOW)
    assert unpack_line(pack_line(empty)) == empty


def test_buckets_stay_small(driver: Driver, redis: Any, request: pytest.FixtureRequest) -> None:
    """As many as 512 lines of the longest kind are a listpack on the real server: that is what makes them cheap."""
    if "valkey" not in request.node.callspec.id:
        pytest.skip("the fake has no encodings")
    driver.finish(id_="A1")
    [bucket] = redis.keys("op:f:*")
    line = pack_line(Finished(fingerprint="01" * 6, sent="ff" * 6, version=NOW, finished_at=NOW, receipt="x" * 24))
    redis.hset(bucket, mapping={f"order-{n:026}": line for n in range(511)})
    assert redis.hlen(bucket) == 512
    assert redis.object("encoding", bucket) == b"listpack"
    assert redis.object("encoding", redis.keys("op:x:*")[0]) == b"listpack"
    redis.hdel(bucket, *(f"order-{n:026}" for n in range(511)))


def test_a_new_week_has_as_many_buckets_as_the_last_one_needed(driver: Driver) -> None:
    driver.finish()
    [bucket] = driver.redis.keys("op:f:*")
    _, _, week, number, _ = bucket.decode().split(":")
    driver.redis.hset(bucket, mapping={f"x{n}": b"1" for n in range(64 * 128)})
    assert driver.scripts.run("week", "orders:m1", str(int(week) + 1), 15) == [number.encode(), b"128"]
    assert driver.scripts.run("week", "orders:m1", str(int(week) + 1), 15) == [number.encode(), b"128"]  # fixed
    assert driver.scripts.run("week", "orders:m1", week, 15) == [number.encode(), b"64"]
    assert driver.scripts.run("week", "orders:m2", week, 15)[0] != number.encode()
    driver.redis.delete(bucket)
    driver.redis.hdel("op:counts", "orders|m1|done|done")
    driver.redis.delete(*driver.redis.keys("op:d:*"))


def test_old_weeks_are_forgotten(driver: Driver) -> None:
    driver.scripts.run("week", "orders:m1", "100", 15)
    driver.scripts.run("week", "orders:m1", "120", 15)
    assert driver.redis.hget("op:meta", "wk:1") == b"120:64"
