"""Drives documents through a ledger on fakeredis, one ending at a time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import fakeredis

from pipeline.domain.endings import Advanced, Dead, Ending, Held, Parked, Target, Unknown
from pipeline.domain.errors import Fault, FieldError, Kind
from pipeline.domain.lifecycle import Flow, Item, Ref, Step
from pipeline.ports import Holding, NewDocument, Row
from pipeline.stores.bodies import Bodies
from pipeline.stores.gates import RedisGates
from pipeline.stores.ledger import RedisLedger, Times

PHONE = Fault(
    "push", Kind.REFUSED, "phone missing", "phone missing; edit it", (FieldError("buyer.phone", "required", "missing"),)
)
DOUBT = Fault("push", Kind.AMBIGUOUS, "no answer", "read timeout after 20 s")
BUSY = Fault("push", Kind.RATE_LIMITED, "429", "too many calls")
RIDDLE = Fault(
    "normalize", Kind.INVALID, "unknown status", "status: unknown", (FieldError("status", "vocabulary", "unknown"),)
)
RAW: Mapping[str, Any] = {"orderId": "A1", "state": "Shipped", "buyer": {"firstName": "Zoé"}}
DOCUMENT: Mapping[str, Any] = {
    "id": "A1",
    "currency": "EUR",
    "buyer": {"first_name": "Zoé"},
    "shipping_address": {"city": "Lyon", "country": "FR"},
}


class Drive:
    """One ledger and what a test wants done to it."""

    def __init__(self, keep: timedelta = timedelta(hours=24), bodies: Bodies | None = None) -> None:
        self.redis: Any = fakeredis.FakeRedis()
        self.ledger = RedisLedger(
            self.redis, times=Times(lease=timedelta(seconds=10), keep=keep), bodies=bodies or Bodies()
        )
        self.gates = RedisGates(self.redis, self.ledger.scripts)
        self._tokens = (f"t{number}" for number in count())

    def receive(
        self, id: str = "A1", *, flow: Flow = Flow.ORDERS, source: str = "m1", raw: Mapping[str, Any] = RAW,
        step: Step = Step.NORMALIZE, deadline: datetime | None = None, fault: Fault | None = None,
    ) -> Ref:  # fmt: skip
        ref = Ref(flow, source, id)
        row = Row(id=id, raw={**raw, "orderId": id})
        self.ledger.receive([NewDocument(ref, row, step, source, deadline=deadline, fault=fault)])
        return ref

    def take(self, lane: str) -> tuple[str, Sequence[Holding]]:
        token = next(self._tokens)
        return token, self.ledger.take(lane, token).holdings

    def end(self, lane: str, ending: Ending, *, only: str | None = None, send: bool = False) -> None:
        """Takes what is due and ends it so; with `only`, that item, and the rest goes back."""
        token, holdings = self.take(lane)
        chosen = [one for one in holdings if only in (None, str(one.item), str(one.item.ref))]
        assert chosen, f"nothing is due in {lane}"
        if send:
            self.send(token, lane, [one.item for one in chosen])
        self.ledger.settle(token, [(one, ending) for one in chosen], who="w1")
        self.ledger.release(token, lane)

    def send(self, token: str, lane: str, items: Sequence[Item]) -> None:
        assert list(self.ledger.send(token, lane, items)) == list(items)

    def validated(self, id: str = "A1", **more: Any) -> Ref:
        """Received and normalized."""
        ref = self.receive(id, **more)
        self.end(
            f"normalize.{ref.source}", Advanced(step=Step.VALIDATE, document={**DOCUMENT, "id": id}), only=str(ref)
        )
        return ref

    def routed(
        self, id: str = "A1", targets: Sequence[str] = ("o1",), optional: Sequence[str] = (), **more: Any
    ) -> Ref:
        """Due at its targets."""
        ref = self.validated(id, **more)
        self.route(ref, targets, optional)
        return ref

    def route(self, ref: Ref, targets: Sequence[str], optional: Sequence[str] = ()) -> None:
        made = tuple(Target(account=name, required=name not in optional) for name in targets)
        self.end(f"validate.{ref.source}", Advanced(targets=made), only=str(ref))

    def pushed(self, ref: Ref, target: str = "o1", receipt: str = "R1") -> None:
        self.end(f"push.{target}", Advanced(receipt=receipt, fingerprint="ab" * 6), only=f"{ref}@{target}", send=True)

    def finished(self, id: str = "A1", receipt: str = "R1", **more: Any) -> Ref:
        ref = self.routed(id, **more)
        self.pushed(ref, receipt=receipt)
        self.end(f"acknowledge.{ref.source}", Advanced(), only=str(ref))
        return ref

    def dead(self, ref: Ref, target: str = "o1") -> None:
        self.end(f"push.{target}", Dead(error=PHONE, unsent=True), only=f"{ref}@{target}", send=True)

    def unknown(self, ref: Ref, target: str = "o1") -> None:
        self.end(f"push.{target}", Unknown(evidence=DOUBT), only=f"{ref}@{target}", send=True)

    def parked(self, ref: Ref, target: str = "o1") -> None:
        later = datetime.now(UTC) + timedelta(hours=1)
        self.end(f"push.{target}", Parked(error=BUSY, until=later), only=f"{ref}@{target}")

    def held(self, ref: Ref) -> None:
        self.end(f"normalize.{ref.source}", Held(error=RIDDLE), only=str(ref))

    def due(self, lane: str) -> list[str]:
        return [item.decode() for item in self.redis.zrange(f"op:due:{lane}", 0, -1)]

    def word(self, ref: Ref, name: str) -> str:
        return (self.redis.hget(f"op:d:{ref}", name) or b"").decode()
