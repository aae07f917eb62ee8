"""Every test of the suite runs three times: on the fake, on a real Valkey, and with every script run twice."""

from collections.abc import Iterator
from typing import Any

import fakeredis
import pytest
from redis import Redis

from pipeline.stores.audit import RedisAudit
from tests.conformance.ledger.audit import audit
from tests.conformance.ledger.driver import Driver


@pytest.fixture(params=["fake", "valkey", "twice"])
def redis(request: pytest.FixtureRequest) -> Iterator[Any]:
    """An empty server."""
    if request.param == "valkey":
        with Redis(port=request.getfixturevalue("valkey_port")) as client:
            client.flushall()
            yield client
    else:
        with fakeredis.FakeRedis() as client:
            yield client


@pytest.fixture
def driver(redis: Any, request: pytest.FixtureRequest) -> Iterator[Driver]:
    """A ledger on it; whatever the test did, the audit holds at its end."""
    made = Driver(redis, twice="twice" in request.node.callspec.id)
    yield made
    audit(redis)
    found = RedisAudit(redis, made.scripts, prefix=made.ledger.prefix).look()
    assert (found.missing, found.strays, found.counts) == ([], [], {}), "the doctor's own audit sees it otherwise"
