"""One marketplace or more, one OMS or more, and everything between them over a ledger on fakeredis."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import fakeredis

from pipeline.config.model import Account, Limits, Route
from pipeline.domain.lifecycle import Flow, Ref, Step, split_lane
from pipeline.flows.network import Network, Party
from pipeline.hand import Report
from pipeline.polling import Polling
from pipeline.ports import NewDocument
from pipeline.steps.context import Context
from pipeline.stores.bodies import Bodies
from pipeline.stores.gates import RedisGates
from pipeline.stores.ledger import RedisLedger, Terms, Times
from pipeline.stores.owners import Owners
from pipeline.stores.record import Record, RedisRecords
from pipeline.walk import Walk
from tests.fakes.partners import STATUSES, VOLATILE, FakeMarketplace, FakeOms, row_of
from tests.fakes.writes import FakeWrite

DELAY = timedelta(seconds=60)
START = datetime(2020, 1, 1, tzinfo=UTC)
LANES = [f"{step}.{{}}" for step in ("fetch", "normalize", "validate", "push", "acknowledge")]


class World:
    """`run` walks every lane until nothing is due. `ripen` makes all that waits for a time due now."""

    def __init__(
        self,
        *,
        markets: Mapping[str, FakeMarketplace] | None = None,
        oms: Mapping[str, FakeOms] | None = None,
        routes: Sequence[Route] | None = None,
        limits: Limits | None = None,
        horizon: datetime | None = None,
        owner: Callable[[Sequence[str], str], str | None] | None = None,
        keep: timedelta = timedelta(hours=24),
        lacks: Mapping[str, Mapping[str, str]] | None = None,
        **party: Any,
    ) -> None:
        self.redis: Any = fakeredis.FakeRedis()
        self.markets = markets or {"m1": FakeMarketplace()}
        self.oms = oms or {"o1": FakeOms(import_orders=FakeWrite(volatile=VOLATILE))}
        routes = routes if routes is not None else [Route(source=m, to=tuple(self.oms)) for m in self.markets]
        self.network = Network(
            {
                name: Party(name=name, client=client, statuses=STATUSES, **party)
                for name, client in self.markets.items()
            },
            {
                name: Party(
                    name=name,
                    client=client,
                    statuses={},
                    lacks=(lacks or {}).get(name, {}),
                    **{k: v for k, v in party.items() if k in ("batch", "probe")},
                )
                for name, client in self.oms.items()
            },
            routes,
        )
        limits = limits or Limits(lease=timedelta(seconds=60))
        self.ledger = RedisLedger(
            self.redis, times=Times(lease=limits.lease, keep=keep), terms=self._terms, bodies=Bodies()
        )
        self.gates = RedisGates(self.redis, self.ledger.scripts)
        self.adopted = horizon
        self.context = Context(
            network=self.network, limits=limits, gates=self.gates, jitter=lambda: 0.0, horizon=lambda: self.adopted
        )
        self.walk = Walk(ledger=self.ledger, context=self.context, who="w1")
        self.polling = Polling(
            ledger=self.ledger,
            context=self.context,
            owner=owner or Owners(self.redis, self.ledger).owner,
            horizon=lambda: self.adopted,
            history=Owners(self.redis, self.ledger).is_history,
        )
        self.reports: list[Report] = []
        self.hinted: list[str] = []

    def _terms(self, lane: str) -> Terms:
        step, name = split_lane(lane)
        client = self.network.party(name).client
        names: Mapping[Flow, str] = {
            Step.PUSH: {Flow.ORDERS: "import_orders", Flow.SHIPMENTS: "ship", Flow.STATUSES: "answer_status",
                        Flow.CANCELLATIONS: "cancel"},
            Step.VALIDATE: {Flow.ORDERS: "accept"},
            Step.ACKNOWLEDGE: {Flow.ORDERS: "acknowledge", Flow.SHIPMENTS: "acknowledge_shipped"},
        }.get(step, {})  # fmt: skip
        writes = {flow: getattr(client, attribute, None) for flow, attribute in names.items()}
        looks = {str(flow): DELAY for flow, write in writes.items() if write is not None and write.can_be_settled}
        return Terms(cap=10, looks=looks, gated=step not in (Step.NORMALIZE, Step.VALIDATE))

    # -- what happens

    def receive(self, *raws: Mapping[str, Any], source: str = "m1", facts: Mapping[str, str] | None = None) -> None:
        """As a poll of the marketplace stores them."""
        documents = [
            NewDocument(Ref(Flow.ORDERS, source, row.id), row, Step.NORMALIZE, source, facts=facts or {})
            for row in map(row_of, raws)
        ]
        self.ledger.receive(documents)

    def poll(self, account: str = "m1", flow: Flow = Flow.ORDERS, **more: Any) -> Report:
        """One poll, forced."""
        kind: Any = "marketplace" if account in self.markets else "oms"
        start = more.pop("start", START if kind == "marketplace" else None)
        declared = Account(name=account, kind=kind, connector="fake", start=start)
        return self.polling.poll(declared, flow, self.hinted.append, force=True, **more)

    def over(self, lane: str, limit: int = 100) -> Report:
        """One walk of one lane."""
        report = self.walk.over(lane, self.hinted.append, limit=limit)
        self.reports.append(report)
        return report

    def run(self) -> None:
        """Until nothing is due any more."""
        lanes = [pattern.format(name) for pattern in LANES for name in (*self.markets, *self.oms)]
        for _ in range(60):
            if not sum(len(self.over(lane).counts) for lane in lanes if self.due(lane)):
                return
        raise AssertionError("it never comes to rest")

    def due(self, lane: str) -> int:
        """How many are due in it now."""
        return int(self.redis.zcount(f"op:due:{lane}", "-inf", self.ledger.now_ms()))

    def ripen(self, *, leases: bool = False) -> None:
        """Whatever waits for a time has waited long enough; with `leases`, those are over too."""
        for key in self.redis.keys("op:due:*") + (self.redis.keys("op:hand:*") if leases else []):
            for item in self.redis.zrange(key, 0, -1):
                self.redis.zadd(key, {item: 1})
        for key in self.redis.keys("op:d:*"):
            for name in self.redis.hkeys(key):
                if name.startswith(b"se"):
                    self.redis.hset(key, name, 1)
        for key in self.redis.keys("op:gate:*"):
            if self.redis.hget(key, "until") != b"0":
                self.redis.hset(key, "until", 1)

    def forget_bodies(self) -> None:
        """`keep.finished` is over: only the lines are left."""
        for key in [*self.redis.keys("op:d:*"), *self.redis.keys("op:t:*")]:
            if self.redis.ttl(key) >= 0:
                self.redis.delete(key)

    # -- what is there

    def ref(self, id_: str = "A1", flow: Flow = Flow.ORDERS, source: str = "m1") -> Ref:
        return Ref(flow, source, id_)

    def record(self, id_: str = "A1", flow: Flow = Flow.ORDERS, source: str = "m1") -> Record:
        found = RedisRecords(self.redis, self.ledger.bodies).read(Ref(flow, source, id_))
        assert found is not None, f"no record of {id_}"
        return found

    def stands(self, id_: str = "A1", target: str | None = None, **where: Any) -> str:
        """`stage condition` of the document, or of one of its deliveries."""
        words = self.record(id_, **where).position(target)
        return f"{words.get('st', '')} {words.get('co', '')}".strip()

    def fault(self, id_: str = "A1", target: str | None = None, **where: Any) -> dict[str, Any]:
        """Its error."""
        text = self.record(id_, **where).position(target).get("er") or "{}"
        found: dict[str, Any] = json.loads(text)
        return found

    def word(self, name: str, id_: str = "A1", **where: Any) -> str:
        """A stored field, `mb@o1`."""
        return self.record(id_, **where).words.get(name, "")

    def timeline(self, id_: str = "A1", flow: Flow = Flow.ORDERS, source: str = "m1") -> list[dict[str, Any]]:
        lines = self.redis.lrange(f"op:t:{Ref(flow, source, id_)}", 0, -1)
        return [json.loads(line.decode().partition(" ")[2]) for line in lines]

    def notes(self, id_: str = "A1", **where: Any) -> str:
        """Every note and why of its timeline, in one text."""
        lines = self.timeline(id_, **where)
        return " | ".join(str(line[name]) for line in lines for name in ("what", "note", "why") if name in line)

    def sent(self, oms: str = "o1", write: str = "import_orders") -> list[str]:
        return self.oms[oms].writes[write].sent

    def imports(self, oms: str = "o1") -> FakeWrite:
        return self.oms[oms].writes["import_orders"]
