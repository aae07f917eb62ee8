from datetime import timedelta

import pytest

from pipeline.stores.gates import RedisGates
from tests.unit.stores.driver import Drive

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def gates(drive: Drive) -> RedisGates:
    return drive.gates


def test_open_until_shut(gates: RedisGates) -> None:
    assert gates.is_shut("o1") is None
    gates.shut("o1", wait=HOUR, why="429", kind="retry_after")
    assert gates.is_shut("o1") == "429"
    assert gates.state(["o1", "o2"])["o2"]["state"] == "open"
    shown = gates.state(["o1"])["o1"]
    assert (shown["state"], shown["kind"], shown["why"]) == ("shut", "retry_after", "429")
    assert shown["until"].endswith("Z")
    assert shown["until"] > shown["since"]


def test_a_longer_time_never_gives_way_to_a_shorter_one(gates: RedisGates) -> None:
    gates.shut("o1", wait=HOUR, why="long", kind="circuit")
    gates.shut("o1", wait=MINUTE, why="short", kind="retry_after")
    assert gates.is_shut("o1") == "long"
    gates.shut("o1", wait=2 * HOUR, why="longer", kind="circuit")
    assert gates.is_shut("o1") == "longer"


def test_until_opened_outlasts_every_time(gates: RedisGates) -> None:
    gates.shut("o1", wait=None, why="no credentials", kind="credentials")
    gates.shut("o1", wait=MINUTE, why="short", kind="retry_after")
    assert gates.state(["o1"])["o1"]["until"] is None
    assert gates.is_shut("o1") == "no credentials"


def test_a_pause_gives_way_only_to_an_opening(gates: RedisGates) -> None:
    gates.shut("o1", wait=None, why="paused by ann", kind="paused")
    gates.shut("o1", wait=HOUR, why="429", kind="retry_after")
    gates.shut("o1", wait=None, why="no credentials", kind="credentials")
    assert not gates.open("o1", kinds=("circuit", "credentials", "retry_after"))
    assert gates.is_shut("o1") == "paused by ann"
    assert gates.open("o1")
    assert not gates.open("o1")
    assert gates.is_shut("o1") is None


def test_its_time_over_one_may_probe(gates: RedisGates) -> None:
    gates.shut("o1", wait=timedelta(0), why="429", kind="retry_after")
    assert gates.state(["o1"])["o1"]["state"] == "half-open"
    assert gates.is_shut("o1") is None


def test_while_one_probes_it_is_shut_for_all_others(drive: Drive) -> None:
    drive.routed()
    drive.gates.shut("o1", wait=timedelta(0), why="429", kind="retry_after")
    assert drive.ledger.take("push.o1", "probe").probe
    assert drive.gates.state(["o1"])["o1"]["state"] == "probing"
    assert drive.gates.is_shut("o1") == "429"


def test_troubles_in_a_row_are_counted_over_hosts_and_ended_by_one_good_answer(drive: Drive) -> None:
    one, other = drive.gates, RedisGates(drive.redis)
    other.worked("o1")  # a quiet process does not ask again at once
    assert [one.failed("o1"), other.failed("o1"), one.failed("o1")] == [1, 2, 3]
    assert one.failed("o2") == 1
    one.worked("o1")
    assert other.failed("o1") == 1
    assert 0 < drive.redis.ttl("op:troubles:o1") <= 300


def test_good_answers_cost_nothing_while_there_is_no_trouble(drive: Drive) -> None:
    drive.gates.worked("o1")
    RedisGates(drive.redis).failed("o1")  # another host's, a moment later
    drive.gates.worked("o1")
    assert drive.redis.get("op:troubles:o1") == b"1"
