"""What a finished order keeps in Redis once its bodies are gone: its line, and what finds it by either id."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis

from benchmarks.ground import wait_until
from pipeline.domain.endings import Advanced
from pipeline.domain.lifecycle import Flow, Ref, Step
from pipeline.ports import NewDocument, Row
from pipeline.stores.ledger import RedisLedger, Times

BATCH = 100


def measure_bytes(server: str, orders: int, *, receipts: bool) -> float:
    """Bytes of `used_memory` per order, after `keep`, of a ledger that holds nothing else. `receipts`: the OMS gives
    each an id of its own, which is found too.
    """
    redis: Any = Redis.from_url(server)
    redis.flushall()
    ledger = RedisLedger(redis, times=Times(lease=timedelta(seconds=60), keep=timedelta(seconds=1)))
    _finish(ledger, range(BATCH), receipts=receipts)  # scripts, names and the week itself are there from now on
    _wait_for_expiry(redis)
    before = _used(redis)
    for start in range(BATCH, BATCH + orders, BATCH):
        _finish(ledger, range(start, start + BATCH), receipts=receipts)
    _wait_for_expiry(redis)
    return (_used(redis) - before) / orders


def _finish(ledger: RedisLedger, numbers: Sequence[int], *, receipts: bool) -> None:
    """Through the ledger's own scripts; what it was sent does not matter here, so one push stands for all steps."""
    now = datetime.now(UTC)
    rows = [Row(id=f"SCID{n:09d}AB", raw={"n": n}, version=now) for n in numbers]
    ledger.receive([NewDocument(Ref(Flow.ORDERS, "m", row.id), row, Step.NORMALIZE, "m") for row in rows])
    token = uuid.uuid4().hex
    holdings = ledger.take("normalize.m", token).holdings
    assert len(holdings) == len(numbers)
    endings = [
        (one, Advanced(receipt=f"{int(one.item.ref.id[4:13]) + 7_000_000}" if receipts else None)) for one in holdings
    ]
    ledger.settle(token, endings, who="bench")
    ledger.release(token, "normalize.m")


def _wait_for_expiry(redis: Any) -> None:
    wait_until(lambda: not any(redis.scan_iter(match="op:[dt]:*", count=100_000)), "bodies gone after keep", pause=0.2)


def _used(redis: Any) -> int:
    return int(redis.info("memory")["used_memory"])
