"""Documents on their way to a partner by the pipeline's own `Writing`; the ledger and the gates are in memory.

What the ledger does to a position is in `end`; its scripts have a suite of their own beside this one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.config.model import Limits
from pipeline.domain.codec import to_fields
from pipeline.domain.endings import Advanced, Dead, Ending, GivenBack, Held, Parked, Pending, Unknown
from pipeline.domain.errors import Fault, Trouble
from pipeline.domain.lifecycle import Condition, Flow, Item, Ref, Step
from pipeline.flows.deliveries import wire_body
from pipeline.flows.network import Network, Party
from pipeline.hand import Hand
from pipeline.ports import Holding, Take
from pipeline.steps.context import Context
from pipeline.steps.writing import Ready, Writing, advanced
from tests.conformance.connectors.stand import Stand

LANES = {"accept": Step.VALIDATE, "refuse": Step.VALIDATE, "acknowledge": Step.ACKNOWLEDGE}
LANES |= {"acknowledge_shipped": Step.ACKNOWLEDGE}
ROUNDS = 12


class Gates:
    """The port, in memory. `why`: all words it was shut with."""

    def __init__(self) -> None:
        self.why: list[str] = []

    def shut(self, account: str, *, wait: timedelta | None, why: str, kind: str) -> None:
        self.why.append(why)

    def open(self, account: str, *, kinds: Sequence[str] = ()) -> bool:
        return False

    def failed(self, account: str) -> int:
        return 0

    def worked(self, account: str) -> None:
        pass

    def is_shut(self, account: str) -> str | None:
        return None


@dataclass
class Position:
    """One delivery. `state`: due, taken, dead, held, or left to an operator."""

    holding: Holding
    document: Any
    state: str = "due"
    due: datetime | None = None
    error: Fault | None = None

    @property
    def words(self) -> str:
        """All that is kept of its trouble."""
        if self.error is None:
            return ""
        return " ".join([self.error.cause, self.error.message, *(one.message for one in self.error.fields)])


class Desk:
    """Walks what is due until all is over, turning the clock to whenever something is due."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.gates = Gates()
        self.positions: dict[Item, Position] = {}
        self.context = Context(network=Network({}, {}, ()), limits=Limits(), gates=self.gates, jitter=lambda: 0.0)

    def post(self, document: Any, *, maybe_sent: bool = False) -> Position:
        """A document that is due; `maybe_sent`: its mark is there, for a crash or an unknown outcome left it."""
        item = Item(Ref(Flow.ORDERS, "suite", str(len(self.positions))), "partner")
        holding = Holding(
            item=item,
            step=LANES.get(self.stand.capability, Step.PUSH),
            condition=Condition.DUE,
            attempts=0,
            maybe_sent=maybe_sent,
            document=to_fields(document),
            sent_at=self._now if maybe_sent else None,
        )
        self.positions[item] = Position(holding, document)
        return self.positions[item]

    def walk(self) -> None:
        """One round over what is due."""
        due = [one for one in self.positions.values() if one.state == "due" and (one.due or self._now) <= self._now]
        holdings = [one.holding for one in due]
        lane = f"{LANES.get(self.stand.capability, Step.PUSH)}.partner"
        take = Take(token="t", now=self._now, holdings=holdings)
        hand = Hand(_Ledger(self), take, lane, who="suite", slot=timedelta(seconds=60), hint=lambda lane: None)  # type: ignore[arg-type] # only what a write asks of it
        party = Party(name="partner", client=self.stand.client, statuses={}, settle_delay=timedelta(seconds=1))
        ready = []
        for position in due:
            try:
                body, sent = wire_body(self.stand.write, position.document)
                ready.append(Ready(position.holding, body, sent))
            except Trouble as met:
                hand.settle([(position.holding, self.context.ending(met, position.holding, hand.now))])
        with self.stand.only_trouble("writing"):
            Writing(hand, self.context, party, self.stand.write, advanced).out(ready)

    def settle(self) -> None:
        """Until nothing is due any more, however long that takes by the clock."""
        for _ in range(ROUNDS):
            waits = [one.due or self._now for one in self.positions.values() if one.state == "due"]
            if not waits:
                return
            self.stand.simulator.clock.turn(max(min(waits) - self._now, timedelta(0)) + timedelta(milliseconds=1))
            self.walk()

    @property
    def _now(self) -> datetime:
        return self.stand.simulator.clock()

    def mark(self, items: Sequence[Item]) -> None:
        """As `send` marks them."""
        for item in items:
            position = self.positions[item]
            position.holding = replace(position.holding, maybe_sent=True, sent_at=self._now)

    def end(self, item: Item, ending: Ending) -> None:
        """As `settle` ends one."""
        position = self.positions[item]
        changes: dict[str, Any] = {"handle": None}
        position.due = None
        match ending:
            case Advanced():
                position.state = "taken"
            case Pending(handle=handle, until=until):
                position.due, changes["handle"] = until, handle
            case Unknown(evidence=evidence, look_at=look_at):
                position.error, position.due = evidence, look_at
                position.state = "due" if look_at else "left to an operator"
                changes["attempts"] = position.holding.attempts + 1
            case Parked(error=error, until=until, spend=spend):
                position.error, position.due = error, until or self._now + timedelta(seconds=60)
                changes["attempts"] = position.holding.attempts + spend
            case GivenBack(until=until):
                position.due = until
            case Dead(error=error):
                position.state, position.error = "dead", error
            case Held(error=error):
                position.state, position.error = "held", error
            case _:
                position.state = type(ending).__name__
        if getattr(ending, "unsent", False):
            changes |= {"maybe_sent": False, "sent_at": None}
        position.holding = replace(position.holding, **changes)


class _Ledger:
    """What a write asks of the ledger's port."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def send(
        self, token: str, lane: str, items: Sequence[Item], *, fingerprints: Mapping[Item, str] | None = None
    ) -> Sequence[Item]:
        self._desk.mark(items)
        return items

    def settle(self, token: str, endings: Sequence[tuple[Holding, Ending]], *, who: str) -> Sequence[str]:
        for holding, ending in endings:
            self._desk.end(holding.item, ending)
        return ()
