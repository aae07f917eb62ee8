"""The ledger against a model: workers that die, partners that answer late or never, operators, in any order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import fakeredis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from redis import Redis

from pipeline.domain.endings import Advanced, Dead, Ending, GivenBack, Held, Parked, Target, Unknown, Waiting
from pipeline.domain.lifecycle import Item, Step
from pipeline.ports import Holding, Take
from tests.conformance.ledger.audit import Records, audit, records
from tests.conformance.ledger.driver import FAULT, OTHER, Driver, new, ref_of
from tests.conformance.ledger.partner import Partner

IDS = ["A1", "A@o1", "A:2"]
TARGETS = ["o1", "o2"]  # o1 is required, o2 optional
LANES = ["normalize.m1", "validate.m1", "push.o1", "push.o2", "acknowledge.m1"]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = {"done", "discarded"}
SEEDS = st.integers(0, 2**32)  # luck without a preference for the simple
ACTS = ["again", "again", "hold", "restart", "discard", "resolve"]
FAILURES: list[Ending] = [
    Parked(error=FAULT, until=LONG_AGO),
    Parked(error=FAULT),
    Waiting(reason="paid"),
    Held(error=OTHER),
    Dead(error=OTHER),
    GivenBack(reason="no time"),
]


@dataclass
class Batch:
    """One worker with its batch; `endings` are those it has not told yet."""

    lane: str
    take: Take
    endings: dict[Item, tuple[Holding, Ending]] = field(default_factory=dict)
    tried: set[Item] = field(default_factory=set)  # a worker calls once for each


class LedgerMachine(RuleBasedStateMachine):
    """The invariants are the ledger's promises."""

    redis: Any
    twice: bool
    batches = Bundle("batches")
    hands = LANES[2:] + LANES  # most of what can go wrong goes wrong in a push

    def __init__(self) -> None:
        super().__init__()
        self.redis.flushall()
        self.driver = Driver(self.redis, twice=self.twice)
        self.driver.looks = {"orders": timedelta(0)}
        self.partner = Partner()
        self.steps = 0
        self.newest: dict[str, int] = {}
        self.active: dict[Item, str] = {}  # who may believe to hold it
        self.arrived: set[Item] = set()  # since its routing, and not known to be settled
        self.before: Records = {}
        self.routings: dict[str, int] = {}
        self.acknowledges: dict[str, int] = {}
        self.routed: set[str] = set()  # in this step

    # -- the world

    @initialize(walks=st.lists(st.sampled_from(LANES), min_size=2, max_size=6))
    def begins_in_the_middle(self, walks: list[str]) -> None:
        """Documents that have come some way."""
        for id_ in IDS:
            self.list_again(id_, 0)
        for lane in ["normalize.m1", "validate.m1", *walks]:
            self._walk(lane)

    @rule(lanes=st.lists(st.sampled_from(LANES), min_size=1, max_size=5))
    def all_goes_well(self, lanes: list[str]) -> None:
        """Honest workers, for a while."""
        for lane in lanes:
            self._walk(lane)

    @rule(id_=st.sampled_from(IDS), step=st.sampled_from([-1, 0, 1, 1]))
    def list_again(self, id_: str, step: int) -> None:
        """The same, an older or a newer version is listed."""
        say = max(0, self.newest.get(id_, 0) + step)
        self.driver.receive(new(id_, say=say, minute=say))
        self.newest[id_] = max(say, self.newest.get(id_, 0))

    @rule(everybody=st.booleans(), seed=SEEDS)
    def leases_end(self, everybody: bool, seed: int) -> None:
        """Workers hang, or were killed."""
        tokens = sorted(set(self.active.values()))
        token = None if everybody or not tokens else self._luck(seed).choice(tokens)
        self.driver.end_leases(token)
        self.active = {item: holder for item, holder in self.active.items() if token not in (None, holder)}

    @rule()
    def time_passes(self) -> None:
        self.driver.ripen()

    @rule(id_=st.sampled_from(IDS))
    def bodies_are_forgotten(self, id_: str) -> None:
        fields = records(self.redis).get(str(ref_of(id_)), {})
        if fields.get("st") == "done":
            self.driver.forget_bodies(ref_of(id_))
            self.arrived = {item for item in self.arrived if item.ref != ref_of(id_)}

    # -- workers

    @rule(target=batches, lane=st.sampled_from(hands), limit=st.sampled_from([1, 100]))
    def takes(self, lane: str, limit: int) -> Any:
        """Nobody gets what another may believe to hold."""
        take = self.driver.take(lane, limit=limit)
        if not take.holdings:
            return multiple()
        for holding in take.holdings:
            assert holding.item not in self.active, "handed out twice"
            self.active[holding.item] = take.token
        return Batch(lane, take)

    @rule(batch=batches, seed=SEEDS)
    def works(self, batch: Batch, seed: int) -> None:
        """Comes to an ending for some of its items, and tells nobody yet."""
        luck = self._luck(seed)
        for holding in batch.take.holdings:
            if holding.item not in batch.tried and luck.random() < 0.8:
                batch.tried.add(holding.item)
                ending = self._work(batch, holding, luck)
                if ending:
                    batch.endings[holding.item] = (holding, ending)

    @rule(batch=batches)
    def settles(self, batch: Batch) -> None:
        """Also one that lost its lease, also twice."""
        for holding, ending in batch.endings.values():
            if isinstance(ending, Advanced) and ending.targets:
                self.routed.add(str(holding.item.ref))
        self.driver.ledger.settle(batch.take.token, list(batch.endings.values()), who="worker")
        self._let_go(batch, batch.endings)

    @rule(batch=consumes(batches))
    def releases(self, batch: Batch) -> None:
        self.driver.ledger.release(batch.take.token, batch.lane)
        fields = records(self.redis)
        items = [h.item for h in batch.take.holdings]
        self._let_go(batch, [i for i in items if fields.get(str(i.ref), {}).get(_name("to", i)) != batch.take.token])

    def _luck(self, seed: int) -> Random:
        self.steps += 1
        return Random(f"{seed} {self.steps}")

    def _let_go(self, batch: Batch, items: Any) -> None:
        for item in items:
            if self.active.get(item) == batch.take.token:
                del self.active[item]

    def _work(self, batch: Batch, holding: Holding, luck: Random) -> Ending | None:
        match batch.lane.split(".")[0]:
            case "normalize":
                onward = Advanced(step=Step.VALIDATE, document={"say": (holding.raw or {})["say"]})
                return self._or_fail(onward, luck)
            case "validate":
                return self._or_fail(self._judge(holding), luck)
            case "push":
                return self._push(batch, holding, luck)
            case _:
                return self._or_fail(Advanced(facts={"acknowledged": "1"}), luck)

    def _or_fail(self, ending: Ending, luck: Random) -> Ending:
        chosen = luck.randint(-6, len(FAILURES) - 1)
        return ending if chosen < 0 else FAILURES[chosen]

    def _judge(self, holding: Holding) -> Ending:
        if holding.earlier and holding.earlier.pushed and not holding.deliveries:
            return Advanced(note="pushed in an earlier life")
        sent = _fingerprint(holding)
        targets, updates = [], []
        for name in TARGETS:
            state = holding.deliveries.get(name, {})
            ending = None
            if state.get("co") == "done":
                if state.get("bf") == sent:
                    ending = Advanced(fingerprint=sent, receipt=state.get("rc"))
                else:
                    updates.append(name)
            targets.append(Target(account=name, required=name == "o1", ending=ending))
        return Advanced(targets=tuple(targets), facts={"update": ",".join(updates)})

    def _push(self, batch: Batch, holding: Holding, luck: Random) -> Ending | None:
        item = holding.item
        target, id_ = item.target or "", item.ref.id
        if holding.maybe_sent and self.partner.has(target, id_):
            return Advanced(receipt="found", fingerprint=_fingerprint(holding))
        absent = GivenBack(reason="the batch ended", unsent=holding.maybe_sent)
        what = luck.choice(["yes", "yes", "yes", "lost", "ambiguous", "refused", "no call"])
        if what == "no call":
            return absent
        if not self.driver.ledger.send(batch.take.token, batch.lane, [item]):
            return None
        assert self.active.get(item, batch.take.token) == batch.take.token, "two holders with grants"
        if what == "refused":
            return Dead(error=OTHER, unsent=True)
        if what != "ambiguous" or luck.random() < 0.5:
            update = target in holding.facts.get("update", "").split(",")
            self.partner.take(target, id_, update=update)
            self.arrived.add(item)
        if what == "lost":
            return None
        if what == "ambiguous":
            return Unknown(evidence=FAULT, look_at=LONG_AGO)
        return Advanced(receipt=f"R-{id_}", fingerprint=_fingerprint(holding))

    @rule(lane=st.sampled_from(["push.o1", "push.o1", "push.o2", "acknowledge.m1"]), seed=SEEDS)
    def a_worker_is_late(self, lane: str, seed: int) -> None:
        """It calls the partner, is silent until its lease is over, and tells its endings after all."""
        luck = self._luck(seed)
        first = self.takes(lane, 100)
        if not isinstance(first, Batch):
            return
        self.works(first, seed)
        self.driver.end_leases(first.take.token)
        self._let_go(first, [holding.item for holding in first.take.holdings])
        second = self.takes(lane, 100) if luck.random() < 0.6 else None
        if isinstance(second, Batch):
            self.works(second, seed)
            for act in luck.sample([first, second], 2):
                self.settles(act)
            self.releases(second)
        else:
            self.driver.ledger.reap(lane)
            self.list_again(luck.choice(IDS), luck.randint(0, 1))
            self.settles(first)

    @rule(seed=SEEDS)
    def a_bad_day(self, seed: int) -> None:
        """A dozen of all this in a row, by luck alone: hypothesis prefers the simple, trouble does not."""
        luck = self._luck(seed)
        pool: list[Batch] = []

        def take() -> None:
            batch = self.takes(luck.choice(self.hands), luck.choice([1, 100]))
            if isinstance(batch, Batch):
                pool.append(batch)

        happenings: list[tuple[int, Callable[[], object]]] = [
            (1, lambda: self.list_again(luck.choice(IDS), luck.choice([0, 1, 1]))),
            (1, lambda: self.leases_end(luck.random() < 0.5, seed)),
            (1, self.time_passes),
            (2, take),
            (2, lambda: pool and self.works(luck.choice(pool), seed)),
            (2, lambda: pool and self.settles(luck.choice(pool))),
            (1, lambda: self.a_worker_is_late(luck.choice(LANES[2:]), seed)),
            (1, lambda: self.operator_acts(luck.choice(IDS), luck.choice(["", *TARGETS]), luck.choice(ACTS))),
            (1, lambda: self._walk(luck.choice(LANES))),
            (1, lambda: self.bodies_are_forgotten(luck.choice(IDS))),
        ]
        weights, acts = zip(*happenings, strict=True)
        for act in luck.choices(acts, weights, k=12):
            act()
            self.promises_hold()
        for batch in pool:
            self.releases(batch)

    # -- operators

    @rule(id_=st.sampled_from(IDS), where=st.sampled_from(["", *TARGETS]), act=st.sampled_from(ACTS))
    def operator_acts(self, id_: str, where: str, act: str) -> None:
        """Truthful ones: they looked before they resolve."""
        item = Item(ref_of(id_), where or None)
        allowed = "due,parked,pending,waiting,held,dead" if act != "restart" else "waiting,held,dead,parked"
        if act == "again":
            allowed += ",unknown"
        if act == "resolve":
            found = self.partner.has(where, id_) if where else True
            act, allowed = "found" if found else "absent", "unknown"
        if act == "discard" and where and self.partner.has(where, id_):
            return
        self.driver.act(item, act, allowed, st="normalize", ln="normalize.m1", rc="by hand")

    # -- what must hold

    @invariant()
    def promises_hold(self) -> None:
        live = audit(self.redis)
        self._no_double()
        self._nothing_vanishes(live)
        self._what_was_sent_is_never_simply_due(live)
        self._done_stays_done_and_is_acknowledged_once(live)

    def _no_double(self) -> None:
        doubled = {key: count for key, count in self.partner.created.items() if count > 1}
        assert not doubled, "made twice at the partner"

    def _nothing_vanishes(self, live: Records) -> None:
        missing = set(self.newest) - {ref.split(":", 2)[2] for ref in live}
        for id_ in missing:
            assert any(self.redis.hexists(key, id_) for key in self.redis.keys("op:f:*")), f"{id_} is nowhere"

    def _what_was_sent_is_never_simply_due(self, live: Records) -> None:
        for ref, fields in live.items():
            for name in TARGETS:
                condition = fields.get(f"co@{name}", "")
                item = Item(ref_of(ref.split(":", 2)[2]), name)
                if condition in ENDS:
                    self.arrived.discard(item)
                elif item in self.arrived:
                    assert fields.get(f"mb@{name}") == "1", f"{ref}@{name} was sent and is {condition} without a mark"

    def _done_stays_done_and_is_acknowledged_once(self, live: Records) -> None:
        for ref, fields in live.items():
            was = self.before.get(ref, {})
            id_ = ref.split(":", 2)[2]
            newly = ref in self.routed and was.get("st") == "validate" and fields["st"] != "validate"
            self.routings[id_] = self.routings.get(id_, 0) + newly
            for name in TARGETS:
                if was.get(f"co@{name}") == "done" and fields.get(f"co@{name}") != "done":
                    assert newly, f"{ref}@{name} was done and is handed out again"
            entered = fields["st"] == "acknowledge" and (was.get("st") == "push" or newly)
            self.acknowledges[id_] = self.acknowledges.get(id_, 0) + entered
            assert self.acknowledges[id_] <= self.routings[id_], f"{ref} is acknowledged twice"
        self.before = live
        self.routed = set()

    def teardown(self) -> None:
        """Left to honest workers, everything comes to rest, and what is done is at its partner exactly once."""
        self.driver.end_leases()
        self.active = {}
        for _ in range(60):
            self.driver.ripen()
            if not sum(self._walk(lane) for lane in LANES):
                break
        else:
            raise AssertionError("it never comes to rest")
        self.promises_hold()
        for ref, fields in records(self.redis).items():
            conditions = {value for name, value in fields.items() if name.split("@")[0] == "co"}
            assert conditions <= {"", "done", "discarded", "waiting", "held", "dead"}, conditions
            for name in TARGETS:
                if fields.get(f"co@{name}") == "done":
                    assert self.partner.has(name, ref.split(":", 2)[2]), "done, and the partner has nothing"

    def _walk(self, lane: str) -> int:
        take = self.driver.take(lane)
        batch = Batch(lane, take)
        for holding in take.holdings:
            assert holding.item not in self.active, "handed out twice"
            ending = self._finally(batch, holding)
            if isinstance(ending, Advanced) and ending.targets:
                self.routed.add(str(holding.item.ref))
            batch.endings[holding.item] = (holding, ending)
        self.driver.ledger.settle(take.token, list(batch.endings.values()), who="honest")
        self.driver.ledger.release(take.token, lane)
        self._done_stays_done_and_is_acknowledged_once(records(self.redis))
        return len(take.holdings)

    def _finally(self, batch: Batch, holding: Holding) -> Ending:
        step = batch.lane.split(".")[0]
        if step == "normalize":
            return Advanced(step=Step.VALIDATE, document={"say": (holding.raw or {})["say"]})
        if step == "validate":
            return self._judge(holding)
        if step == "acknowledge":
            return Advanced()
        target, id_ = holding.item.target or "", holding.item.ref.id
        if not (holding.maybe_sent and self.partner.has(target, id_)):
            assert self.driver.ledger.send(batch.take.token, batch.lane, [holding.item])
            self.partner.take(target, id_, update=target in holding.facts.get("update", "").split(","))
        return Advanced(receipt="R", fingerprint=_fingerprint(holding))


def _name(field_: str, item: Item) -> str:
    return f"{field_}@{item.target}" if item.target else field_


def _fingerprint(holding: Holding) -> str:
    return f"{(holding.document or {})['say']:012x}"


def run(redis: Any, *, twice: bool, examples: int) -> None:
    """Other examples each time; a failing one prints how to repeat it."""
    chosen = type("Chosen", (LedgerMachine,), {"redis": redis, "twice": twice})
    run_state_machine_as_test(
        chosen,
        settings=settings(
            max_examples=examples, stateful_step_count=15, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
            phases=[Phase.generate],  # shrinking takes minutes
        ),
    )  # fmt: skip


def run_days(redis: Any, seeds: range, machine: type[LedgerMachine] = LedgerMachine) -> None:
    """Days of trouble, the same each time."""
    for seed in seeds:
        world = type("World", (machine,), {"redis": redis, "twice": False})()
        try:
            world.begins_in_the_middle(["push.o1"])
            for _ in range(5):
                world.a_bad_day(seed)
            world.teardown()
        except Exception as error:
            error.add_note(f"seed {seed}, {world.steps} draws")
            raise


@pytest.mark.parametrize("twice", [False, True])
def test_the_model_on_the_fake(twice: bool) -> None:
    with fakeredis.FakeRedis() as client:
        run(client, twice=twice, examples=8)


def test_the_model_on_a_real_server(valkey_port: int) -> None:
    with Redis(port=valkey_port) as client:
        run(client, twice=False, examples=15)


def test_days_of_trouble(valkey_port: int) -> None:
    with Redis(port=valkey_port) as client:
        run_days(client, range(12))
