"""Drives a ledger in tests: rows in, batches out, leases that end when the test says so."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pipeline.domain.endings import Advanced, Ending, Target
from pipeline.domain.errors import Fault, Kind
from pipeline.domain.lifecycle import Flow, Item, Ref, Step
from pipeline.ports import Finished, Holding, NewDocument, Received, Row, Take
from pipeline.stores.ledger import RedisLedger, Terms, Times
from pipeline.stores.packing import Settlement, pack_fault
from pipeline.stores.scripts import Scripts
from tests.conformance.ledger.audit import records
from tests.conformance.ledger.twice import TwiceScripts

NOW = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)  # of the documents; by the servers' clocks it is over
FAULT = Fault("push", Kind.UNAVAILABLE, "503", "the partner is down")
OTHER = Fault("push", Kind.INVALID, "phone missing", "shipping_address.phone: missing")
KEEP = timedelta(hours=24)
FP = "ab" * 6


def ref_of(id_: str = "A1", flow: Flow = Flow.ORDERS) -> Ref:
    """A reference of the account m1."""
    return Ref(flow, "m1", id_)


def new(
    id_: str = "A1",
    *,
    say: object = 1,
    minute: int | None = 0,
    occurrence: bool = False,
    flow: Flow = Flow.ORDERS,
    **more: Any,
) -> NewDocument:
    """A row whose raw says `say`, changed at a minute."""
    version = None if minute is None else NOW + timedelta(minutes=minute)
    row = Row(id=id_, raw={"id": id_, "say": say}, version=version, occurrence=occurrence)
    return NewDocument(ref_of(id_, flow), row, Step.NORMALIZE, "m1", **more)


class Driver:
    """A ledger, and short words for what workers do with it."""

    def __init__(self, redis: Any, *, cap: int = 50, twice: bool = False) -> None:
        self.redis = redis
        self.cap = cap
        self.looks: dict[str, timedelta] = {}
        times = Times(lease=timedelta(seconds=60), keep=KEEP)
        self.ledger = RedisLedger(redis, times=times, terms=lambda lane: Terms(cap=self.cap, looks=self.looks))
        if twice:
            self.ledger.scripts = TwiceScripts(redis, self.ledger.prefix)
        self._tokens = (f"token-{number}" for number in count(1))

    @property
    def scripts(self) -> Scripts:
        """Of the ledger."""
        return self.ledger.scripts

    def token(self) -> str:
        """A new one."""
        return next(self._tokens)

    # -- what workers do

    def receive(self, *documents: NewDocument, **more: Any) -> Received:
        """Rows in."""
        return self.ledger.receive(documents, **more)

    def take(self, lane: str, token: str | None = None, **more: Any) -> Take:
        """A batch."""
        return self.ledger.take(lane, token or self.token(), **more)

    def one(self, lane: str) -> tuple[Take, Holding]:
        """The only item that is due in the lane."""
        take = self.take(lane)
        assert len(take.holdings) == 1, [str(holding.item) for holding in take.holdings]
        return take, take.holdings[0]

    def settle(self, take: Take, *endings: Ending) -> Sequence[str]:
        """Ends the batch's items, one ending each (or the same for all)."""
        given = list(endings) * len(take.holdings) if len(endings) == 1 else list(endings)
        return self.ledger.settle(take.token, list(zip(take.holdings, given, strict=True)), who="worker")

    def step(self, lane: str, ending: Ending, *, send: bool = False) -> Take:
        """One whole batch: take, mark if asked, settle, release."""
        take = self.take(lane)
        assert take.holdings, f"nothing is due in {lane}"
        if send:
            self.ledger.send(take.token, lane, [holding.item for holding in take.holdings])
        self.settle(take, ending)
        self.ledger.release(take.token, lane)
        return take

    def route(self, *targets: Target | str, id_: str = "A1", **more: Any) -> Ref:
        """A new document, brought to its push lanes."""
        self.receive(new(id_, **more))
        return self.route_on(*targets, id_=id_)

    def route_on(self, *targets: Target | str, id_: str = "A1") -> Ref:
        """One that is due at normalize, brought to its push lanes."""
        made = tuple(Target(account=target) if isinstance(target, str) else target for target in targets)
        self.step("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": id_}))
        self.step("validate.m1", Advanced(targets=made or (Target(account="o1"),)))
        return ref_of(id_)

    def push(self, lane: str = "push.o1", receipt: str | None = "R1", fingerprint: str = FP) -> Take:
        """Everything due there is pushed."""
        return self.step(lane, Advanced(receipt=receipt, fingerprint=fingerprint), send=True)

    def finish(self, id_: str = "A1", **more: Any) -> Ref:
        """A new document, brought to its end."""
        ref = self.route(id_=id_, **more)
        self.push()
        self.step("acknowledge.m1", Advanced())
        return ref

    def act(self, item: Item, act: str, allowed: str = "", *, once: str | None = None, **header: Any) -> list[Any]:
        """An operator's act, as the operations pack it."""
        settlement = Settlement(
            self.ledger.bodies,
            self.ledger.prefix,
            int(KEEP.total_seconds() * 1000),
            self.ledger.now_ms(),
            "anna",
            self.ledger._place,
        )
        discarded = act == "discard"
        line = settlement.finished_fields(
            item.ref, Finished(fingerprint=FP, sent="", version=None, finished_at=NOW, discarded=discarded)
        )
        packed = line.pop("packed")
        fields = {"once": once or self.token(), "f": line, "al": "acknowledge.m1", **pack_fault(OTHER), **header}
        sfx = f"@{item.target}" if item.target else ""
        told = json.dumps({"who": "anna", "what": act})
        answer: list[Any] = self.scripts.run(
            "act",
            60_000,
            str(item.ref),
            sfx,
            act,
            allowed,
            told,
            json.dumps(fields),
            packed,
            header.get("overrides", ""),
            "",
        )
        return answer

    # -- what time does

    def end_leases(self, token: str | None = None) -> None:
        """Every lease (of a token) is over; what lives as long as a lease is gone."""
        for key in self.redis.keys("op:hand:*"):
            for item in self.redis.zrange(key, 0, -1):
                if token is None or self._holder(item.decode()) == token:
                    self.redis.zadd(key, {item: 1})
        for key in self.redis.keys("op:hands:*"):
            for member in self.redis.zrange(key, 0, -1):
                if token is None or member.decode() == token:
                    self.redis.zadd(key, {member: 1})
        for key in self.redis.keys(f"op:take:{token or '*'}"):
            self.redis.delete(key)

    def ripen(self) -> None:
        """Whatever is due later is due now."""
        for ref, fields in records(self.redis).items():
            for name, lane in fields.items():
                sfx = name[2:]
                if name.split("@")[0] == "ln" and self.redis.zscore(f"op:due:{lane}", ref + sfx) is not None:
                    self.redis.zadd(f"op:due:{lane}", {ref + sfx: 1})
                    self.redis.hset(f"op:d:{ref}", "du" + sfx, "1")

    def forget_bodies(self, ref: Ref) -> None:
        """`keep.finished` is over."""
        assert self.redis.delete(f"op:d:{ref}", f"op:t:{ref}") == 2

    def _holder(self, item: str) -> str:
        ref, _, target = item.rpartition("@")
        if ref and (found := self.redis.hget(f"op:d:{ref}", f"to@{target}")):
            return str(found.decode())
        return str((self.redis.hget(f"op:d:{item}", "to") or b"").decode())

    # -- what the records say

    def field(self, ref: Ref, name: str) -> str | None:
        """One field of a record."""
        value = self.redis.hget(f"op:d:{ref}", name)
        return None if value is None else value.decode()

    def stands(self, ref: Ref, target: str | None = None) -> str:
        """`stage/condition` of a position."""
        sfx = f"@{target}" if target else ""
        return f"{self.field(ref, 'st' + sfx)}/{self.field(ref, 'co' + sfx)}"

    def story(self, ref: Ref) -> list[dict[str, Any]]:
        """The timeline."""
        return [json.loads(line.split(b" ", 1)[1]) for line in self.redis.lrange(f"op:t:{ref}", 0, -1)]

    def told(self, ref: Ref, what: str) -> int:
        """How often the timeline tells this."""
        return sum(line["what"] == what for line in self.story(ref))
