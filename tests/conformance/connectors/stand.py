"""Where one scenario stands: a connector's client at its simulator, and the words in which it fails."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pipeline.config.model import Route
from pipeline.connectors.contract import Connector, Rig
from pipeline.connectors.http import Http
from pipeline.domain.codec import to_fields
from pipeline.domain.errors import Trouble
from pipeline.domain.order import Order
from pipeline.flows.dressing import dress
from pipeline.ports import Body, Outcome, Write
from tests.conformance.connectors.card import Card, ListCard, WriteCard
from tests.conformance.connectors.rules import GOOD_IS_TAKEN, ONE_OUTCOME, ONLY_TROUBLE, Rule, broken
from tests.conformance.connectors.simulator import Simulator
from tests.unit.connectors.rig import Budgets

MAX_BODY = 200_000  # bytes: a huge answer need not be huge


@dataclass
class Stand:
    """One capability of one connector. `build` makes the client, the room's own unless a test breaks it."""

    simulator: Simulator
    capability: str
    build: Callable[[Rig], Any] | None = None
    client: Any = field(init=False)
    rig: Rig = field(init=False)
    route: Route | None = field(init=False)

    def __post_init__(self) -> None:
        self.simulator.tamper.let_be()
        self.simulator.arm()
        self.open()

    def open(self, *, url: str | None = None, deadline: float = 5.0) -> None:
        """A client as `bootstrap.join` makes it: the config's account, real HTTP, tokens and tables of all hosts."""
        config = self.simulator.config(url)
        account = self.simulator.account(config)
        self.route = self.simulator.route(config)
        self.rig = Rig(
            account=account.name,
            settings=account.settings,
            http=Http(self.simulator.http, deadline=deadline, max_body=MAX_BODY),
            tokens=self.simulator.tokens,
            references=self.simulator.references,
            budgets=Budgets(),
            now=self.simulator.clock,
        )
        self.client = (self.build or self.connector.build)(self.rig)

    # ------------------------------------------------------------ what it is about

    @property
    def connector(self) -> Connector:
        return self.simulator.connector

    @property
    def card(self) -> Card:
        return self.simulator.card

    @property
    def write_card(self) -> WriteCard:
        return self.card.writes[self.capability]

    @property
    def list_card(self) -> ListCard:
        return self.card.lists[self.capability]

    @property
    def write(self) -> Write[Any]:
        found: Write[Any] = getattr(self.client, self.capability)
        return found

    # ------------------------------------------------------------ what it does

    def make(self, order_id: str | None = None) -> Any:
        """A good document, and all it needs before it."""
        with self.only_trouble("making a document for it"):
            return self.write_card.make(self, order_id or self.simulator.fresh_id())

    def held(self, document: Any) -> int:
        """How many times the simulator has it."""
        return self.write_card.held(self, document)

    def dressed(self, order: Order) -> Order:
        """As the example's route gives it to an OMS."""
        return dress(to_fields(order), self.route) if self.route else order

    def prepare(self, *documents: Any) -> list[Body]:
        with self.only_trouble("preparing a good document"):
            return [self.write.prepare(document) for document in documents]

    def send(self, bodies: Sequence[Body]) -> list[Outcome]:
        """One call; a trouble that meets the whole of it is each document's."""
        try:
            with self.only_trouble("sending", but_trouble=True):
                outcomes = list(self.write.send(bodies))
        except Trouble as trouble:
            return [trouble] * len(bodies)
        told = f"{len(bodies)} documents were sent, and {len(outcomes)} outcomes came back"
        self.demand(len(outcomes) == len(bodies), ONE_OUTCOME, told)
        return outcomes

    def warm_up(self) -> None:
        """A live token in the shared store, as one call of anything leaves it there."""
        if not self.simulator.tokens.kept:
            self.send(self.prepare(self.make()))

    def import_one(self, document: Any, capability: str = "import_orders") -> Any:
        """For what needs an order to be there first. The document again."""
        write = getattr(self.client, capability)
        for outcome in write.send([write.prepare(document)]):
            if isinstance(outcome, Trouble):
                raise outcome
        return document

    # ------------------------------------------------------------ what it says

    def demand(self, holds: bool, rule: Rule, happened: str) -> None:
        """Fails in words: whose, which rule, what happened, what the rule is for."""
        if not holds:
            broken(f"{self.connector.name}, {self.capability}", rule, happened)

    @contextmanager
    def only_trouble(self, doing: str, *, but_trouble: bool = False) -> Iterator[None]:
        """A defect, or a trouble where there should be none, in words."""
        rule, met = ONLY_TROUBLE, ""
        try:
            yield
        except Trouble as trouble:
            if but_trouble:
                raise
            rule, met = GOOD_IS_TAKEN, f"{doing} met {say(trouble)}, where nothing is wrong"
        except Exception as defect:  # noqa: BLE001 - this is the question: whatever is raised is told
            place = defect.__traceback__
            while place and place.tb_next:
                place = place.tb_next
            where = f" at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
            met = f"{doing} raised {type(defect).__name__}: {defect}{where}"
        self.demand(not met, rule, met)


def say(outcome: Any) -> str:
    """An outcome in a few words."""
    if isinstance(outcome, Trouble):
        return f"{type(outcome).__name__} ({outcome.message})"
    return "nothing" if outcome is None else repr(outcome)
