"""The ledger's identity: a Redis is a ledger because somebody said so, never because it was empty."""

import json
from typing import Any
from uuid import uuid4

from redis import Redis

from pipeline.stores.durability import Durability
from pipeline.stores.keys import PREFIX, SCHEMA
from pipeline.stores.scripts import Scripts


class LedgerUnavailable(Exception):
    """This Redis cannot serve as the ledger; the message says what to do."""


class LedgerMissing(LedgerUnavailable):
    """It has no identity."""


class LedgerNewer(LedgerUnavailable):
    """Its records are of a newer schema."""


class LedgerUnfit(LedgerUnavailable):
    """It would lose marks. `missing` names each setting that it lacks."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__("this Redis cannot keep the ledger; it needs: " + ", ".join(missing))
        self.missing = missing


def init(redis: "Redis", durability: Durability, *, prefix: str = PREFIX) -> dict[str, Any]:
    """Gives an identity, or finds the one that is there. Raises LedgerUnfit."""
    if missing := durability.missing():
        raise LedgerUnfit(missing)
    return _identify(redis, prefix)


def require(redis: "Redis", *, prefix: str = PREFIX) -> dict[str, Any]:
    """The identity. Raises LedgerMissing, LedgerNewer."""
    meta = _meta(redis, prefix)
    if not meta["id"]:
        raise LedgerMissing(
            "this Redis has no ledger identity: `orderpipe init` gives one to a new ledger, "
            "`orderpipe adopt` takes on an empty or restored one in place of a ledger that was lost"
        )
    if meta["schema"] > SCHEMA:
        raise LedgerNewer(f"the ledger has schema {meta['schema']}, this version knows {SCHEMA}: update orderpipe")
    _open_book(redis, prefix)
    return meta


def adopt(redis: "Redis", *, who: str = "operator", prefix: str = PREFIX) -> dict[str, Any]:
    """Takes on an empty or restored Redis: whatever may have been sent since the backup is looked up before it is sent.

    `horizon` becomes now: documents purchased before it and not known here are taken as maybe sent. Deliveries that
    the backup shows as not yet made get their mark. Run it while no worker runs.
    """
    client: Any = redis
    found = _identify(redis, prefix)
    seconds, micros = client.time()
    horizon = int(seconds) * 1000 + int(micros) // 1000
    client.hset(f"{prefix}meta", "horizon", horizon)
    marked = _mark_open_deliveries(client, Scripts(redis, prefix), who, prefix)
    return {**found, "horizon": horizon, "marked": marked}


def _identify(redis: "Redis", prefix: str) -> dict[str, Any]:
    client: Any = redis
    key = f"{prefix}meta"
    created = bool(client.hsetnx(key, "id", uuid4().hex))
    client.hsetnx(key, "schema", SCHEMA)
    client.hsetnx(key, "horizon", 0)
    _open_book(redis, prefix)
    return {**_meta(redis, prefix), "created": created}


def _open_book(redis: "Redis", prefix: str) -> None:
    """From when on the day book counts: what an older version received is not in it."""
    client: Any = redis
    seconds, micros = client.time()
    client.hsetnx(f"{prefix}meta", "book", int(seconds) * 1000 + int(micros) // 1000)


def _meta(redis: "Redis", prefix: str) -> dict[str, Any]:
    client: Any = redis
    id_, schema, horizon = client.hmget(f"{prefix}meta", "id", "schema", "horizon")
    return {"id": id_.decode() if id_ else None, "schema": int(schema or 0), "horizon": int(horizon or 0)}


def _mark_open_deliveries(client: Any, scripts: Scripts, who: str, prefix: str) -> int:
    line = json.dumps({"who": who, "what": "adopted", "why": "may have been sent since the backup"})
    marked = 0
    for lane in client.smembers(f"{prefix}lanes"):
        step, _, account = lane.decode().partition(".")
        if step != "push":
            continue
        for index in ("due", "hand"):
            for item, _ in client.zscan_iter(f"{prefix}{index}:{lane.decode()}"):
                marked += _mark(scripts, item.decode(), account, line)
    for field in client.hkeys(f"{prefix}counts"):
        flow, source, stage, condition = field.decode().split("|")
        if stage == "push" and condition in ("held", "dead"):
            for item, _ in client.zscan_iter(f"{prefix}c:{condition}:{flow}:{source}"):
                marked += _mark(scripts, item.decode(), item.decode().rpartition("@")[2], line)
    return marked


def _mark(scripts: Scripts, item: str, account: str, line: str) -> bool:
    sfx = f"@{account}"
    if not item.endswith(sfx):
        return False
    ref = item.removesuffix(sfx)
    once = json.dumps({"once": uuid4().hex})
    answer = scripts.run("act", 60_000, ref, sfx, "adopt", "", line, once, "", "", "")
    return bool(answer[0] == b"done")
