"""Who is there, by the ledger's own clock."""

import json

from pipeline.stores.presence import GONE, RedisPresence
from tests.unit.stores.driver import Drive

TOLD = {"version": "0.1.0", "schema": 1, "queues": ["push"]}


def test_who_told_is_there_until_it_leaves(drive: Drive) -> None:
    presence = RedisPresence(drive.redis)
    presence.tell("h1/7", "worker", TOLD, clock=drive.ledger.now_ms() / 1000 + 61)
    presence.tell("h1/7", "worker", TOLD, clock=drive.ledger.now_ms() / 1000 + 61)
    (one,) = presence.everybody()
    assert (one.host, one.role, one.queues, one.version) == ("h1", "worker", ("push",), "0.1.0")
    assert 60.5 < one.skew < 61.5
    presence.leave("h1/7")
    assert presence.everybody() == []


def test_who_is_silent_for_long_is_forgotten(drive: Drive) -> None:
    presence = RedisPresence(drive.redis)
    presence.tell("h1/7", "worker", TOLD)
    word = json.loads(drive.redis.hget("op:here", "h1/7"))
    word["at"] -= GONE.total_seconds() * 1000 + 1
    drive.redis.hset("op:here", "h1/7", json.dumps(word))
    assert presence.everybody() == []
    assert drive.redis.hlen("op:here") == 0


def test_a_canary_is_known_by_its_age(drive: Drive) -> None:
    presence = RedisPresence(drive.redis)
    presence.sing("push")
    assert 0 <= presence.canaries()["push"] < 5
