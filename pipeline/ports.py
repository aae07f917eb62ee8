"""The ports: what the walk and the steps ask of the outside. Rooms implement them; `bootstrap` joins them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from pipeline.domain.endings import Ending
from pipeline.domain.errors import Fault, FieldError, Trouble
from pipeline.domain.finished import Finished as Finished
from pipeline.domain.lifecycle import Condition, Flow, Item, Mark, Pace, Ref, Step, is_marked
from pipeline.domain.order import Order
from pipeline.domain.reports import Acknowledgement, Cancellation, Shipment, StatusReport

D = TypeVar("D", contravariant=True)

# ---------------------------------------------------------------- what partners give


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One document as a partner sent it. `raw` is JSON with `Decimal` for every number that has a point."""

    id: str
    raw: Mapping[str, Any]
    version: datetime | None = None  # the partner's own time of last change, where it has one
    purchased_at: datetime | None = None
    occurrence: bool = False  # a request (a shipped list, "check these"): listed again while not live, it begins again
    order: str | None = None  # the marketplace's order id, where `id` tells several shipments of one order apart
    whole: bool = True  # False: the list shows only a part of the order; it is fetched (`get`) before it is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to list. `cursor` and `page` are the connector's own words from earlier pages, None at first."""

    now: datetime
    start: datetime  # the account's `start`: older purchases are not ours
    overlap: timedelta  # read again this far before the cursor
    cursor: str | None = None
    page: str | None = None
    since: datetime | None = None  # a backfill or sweep: this range of updates instead of the cursor's
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. `page` None: the listing is complete. `cursor`: how far everything has been *seen* (never "now")."""

    rows: Sequence[Row]
    page: str | None = None
    cursor: str | None = None
    unreadable: Sequence[bytes] = ()  # rows without an id: kept as dead documents, never dropped


@dataclass(frozen=True, slots=True)
class Body:
    """What would be sent for one document: the exact wire content, before credentials."""

    id: str
    content: Any
    path: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The partner's word that it has it. `receipt`: its own reference, if it gave one."""

    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    """An asynchronous partner took it; the result is asked under `handle` after `wait`."""

    handle: str
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Absent:
    """A look-up that proves that the partner does not have it."""


Outcome = Taken | Promised | Trouble
Seen = Taken | Absent | None  # None: the look-up could not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Generic[D]):
    """One kind of write at a partner.

    `prepare` builds and checks the wire content (raises Invalid, Puzzling, NotConfigured; reads at most cached
    references). `send` makes exactly ONE HTTP write for at most `batch` bodies and gives one outcome per body in
    order; a trouble that meets the whole call is raised. `look` asks whether bodies arrived (None: no look-up).
    `repeat_is_safe`: the contract or a setting says that sending again is harmless. `listed_again`: the partner lists
    what it asks for until it is answered: its next list is the look-up, and nothing out of date is repeated.
    `outcome` gives `Absent` for a promise that is kept while more of the document is to be sent: it goes out again at
    once, marked anew. So a document may take several writes, one a `send`, each of the first part that is not there.
    """

    prepare: Callable[[D], Body]
    send: Callable[[Sequence[Body]], Sequence[Outcome]]
    look: Callable[[Sequence[Body]], Sequence[Seen]] | None = None
    outcome: Callable[[Sequence[str]], Sequence[Outcome | Absent]] | None = None  # of handles
    batch: int = 1
    repeat_is_safe: bool = False
    listed_again: bool = False
    volatile: frozenset[str] = frozenset()  # dotted wire paths (`lines.*.commission`), not in the fingerprint
    with_order: bool = False  # a cancellation's `extra.order` must be the order as the route's OMS is to see it
    takes_history: bool = False  # an import takes orders that are over

    @property
    def can_be_settled(self) -> bool:
        """Whether an unknown outcome is ever settled without a person."""
        return self.look is not None or self.repeat_is_safe or self.listed_again


class Marketplace(Protocol):
    """A marketplace account. A capability whose attribute is None does not exist."""

    accept: Write[Order] | None
    refuse: Write[Order] | None
    acknowledge: Write[Acknowledgement] | None
    ship: Write[Shipment] | None
    cancel: Write[Cancellation] | None

    def new_orders(self, ask: Ask) -> Page:
        """One page of new and changed orders, in one call."""
        ...

    def get(self, order_id: str) -> Row | None:
        """One order, None when the marketplace does not know it."""
        ...

    def read(self, raw: Mapping[str, Any]) -> Order:
        """Their words to ours; pure. Raises Invalid. `Order.released` says whether it may be pushed."""
        ...

    def riddles(self, raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """What must not be guessed when this raw order is to be pushed; pure. A path that an edit names is answered.
        Reports and shipments, which read an order beside, are not held for it.
        """
        ...

    def needs_accept(self, order: Order) -> bool:
        """Whether the order waits for our accept."""
        ...

    def parcels(self, raw: Mapping[str, Any]) -> frozenset[str]:
        """Numbers of the parcels that the marketplace already has for this raw order; pure."""
        ...


class Oms(Protocol):
    """An OMS account. A capability that is None does not exist."""

    import_orders: Write[Order] | None
    update: Write[Order] | None
    cancel: Write[Cancellation] | None
    acknowledge_shipped: Write[Shipment] | None
    answer_status: Write[StatusReport] | None
    shipped: Callable[[Ask], Page] | None
    status_requests: Callable[[Ask], Page] | None

    def read_shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """The shipped list's rows of one order (`{"rows": [...]}`) as a shipment; pure."""
        ...


# ---------------------------------------------------------------- the ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One item in hand. Bodies are decoded; facts are small strings kept from earlier steps."""

    item: Item
    raw_fingerprint: str = ""
    earlier: Finished | None = None  # it was finished before, its bodies are gone
    deadline: datetime | None = None
    step: Step
    condition: Condition  # as it was found: due, parked, pending, unknown
    attempts: int
    maybe_sent: bool
    raw: Mapping[str, Any] | None = None
    raw_version: str = ""
    document: Mapping[str, Any] | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    handle: str | None = None
    receipt: str | None = None
    fingerprint: str | None = None  # of what this target was last sent
    sent_at: datetime | None = None
    error: Mapping[str, Any] | None = None
    received_at: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    deliveries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # per target, on document items

    def is_marked(self, mark: Mark) -> bool:
        """Whether the version in hand came with it."""
        return is_marked(self.facts, self.raw_fingerprint, mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What a take gave. `more`: due items remain. `shut`: why the gate is shut, if it is."""

    token: str
    now: datetime  # Redis' clock
    holdings: Sequence[Holding] = ()
    more: int = 0
    shut: str | None = None
    full: bool = False  # the account's cap is reached
    lanes: Sequence[str] = ()  # want a hint
    probe: bool = False


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A row on its way into the ledger: which lane it enters, with which facts."""

    ref: Ref
    row: Row
    step: Step
    account: str
    facts: Mapping[str, str] = field(default_factory=dict)
    deadline: datetime | None = None
    fault: Fault | None = None  # dead on arrival: a row without an id
    marks: tuple[Mark, ...] = ()  # part of its fingerprint: the same row with others is another version


class NotDurable(Exception):
    """A mark could not be made durable: nothing may be sent. The gate shuts with this reason."""


class Ledger(Protocol):
    """The truth. Every method is one atomic script (or a pipeline of reads), safe to run twice."""

    def receive(
        self,
        documents: Sequence[NewDocument],
        *,
        poll: "Poll | None" = None,
        page: str | None = None,
        cursor: str | None = None,
        end: bool = False,
        who: str = "poll",
        pace: Pace | None = None,
    ) -> "Received":
        """Store at most 100 documents, and the poll's page and cursor with the last of them. `pace`: nothing at all
        (`full`) where more would then be on their way than it allows.
        """
        ...

    def take(self, lane: str, token: str, *, limit: int = 100) -> Take:
        """What is due in the lane, under the account's gate and cap; ends leases that are over first."""
        ...

    def send(
        self, token: str, lane: str, items: Sequence[Item], *, fingerprints: Mapping[Item, str] | None = None
    ) -> Sequence[Item]:
        """Mark as sending before one HTTP write; gives those granted. Raises NotDurable."""
        ...

    def settle(self, token: str, endings: Sequence[tuple[Holding, Ending]], *, who: str) -> Sequence[str]:
        """End the items; gives the lanes that now want a hint (the caller publishes it)."""
        ...

    def release(
        self, token: str, lane: str, *, probe: str = "", took: timedelta | None = None, documents: int = 0
    ) -> Sequence[str]:
        """The batch is over: gives the account's slot back, and whatever is still in hand; lanes that want a hint.

        `probe`: how that of a shut gate went: `ok` opens it, `failed` shuts it for longer. `took` and `documents` are
        counted, for the metrics.
        """
        ...

    def poll_begin(
        self, account: str, flow: Flow, token: str, *, every: timedelta, force: bool = False, key: str | None = None
    ) -> "Poll | None":
        """Open a poll unless one is open, or one just was, or the gate is shut."""
        ...

    def poll_end(self, poll: "Poll", *, keep_page: bool, error: str = "") -> None:
        """Close it without moving the cursor; `keep_page`: the next one goes on at the stored page."""
        ...

    def hints(self) -> Sequence[str]:
        """Lanes with work whose hint is not outstanding; marks them hinted."""
        ...


@dataclass(frozen=True, slots=True)
class Poll:
    """An open poll: where it goes on."""

    account: str
    flow: Flow
    token: str
    cursor: str | None
    page: str | None
    now: datetime
    key: str  # account:flow, and more for a backfill or a sweep, which have cursors of their own


@dataclass(frozen=True, slots=True)
class Received:
    """How many were stored as new, as versions, or seen before; which lanes want a hint; whether the poll was lost."""

    new: int = 0
    changed: int = 0
    seen: int = 0
    lanes: Sequence[str] = ()
    lost: bool = False
    full: bool = False


class Gates(Protocol):
    """One gate per account: shut until when, and why. `kind`: paused, retry_after, circuit, credentials, durability."""

    def shut(self, account: str, *, wait: timedelta | None, why: str, kind: str) -> None:
        """Shut it for so long; None: until somebody opens it."""
        ...

    def open(self, account: str, *, kinds: Sequence[str] = ()) -> bool:
        """Open it (only if shut for one of `kinds`, when given). True if it was shut."""
        ...

    def failed(self, account: str) -> int:
        """Count one more trouble in a row (forgotten after some minutes); gives the count."""
        ...

    def worked(self, account: str) -> None:
        """A good answer: the row of troubles is over. Costs nothing when there was none."""
        ...

    def is_shut(self, account: str) -> str | None:
        """Why it is shut, None when open."""
        ...


# ---------------------------------------------------------------- what connectors are given


class Tokens(Protocol):
    """Access tokens shared by all hosts; one refresher at a time."""

    def get(self, account: str, refresh: Callable[[str | None], "Token"]) -> str:
        """The live token, or a new one by `refresh(rotating)`; `rotating`: the kept refresh token, if any."""
        ...

    def drop(self, account: str, token: str) -> None:
        """Forget this token (the partner refused it); another one stays."""
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, its life in seconds, and the next refresh token where it rotates."""

    value: str
    life: float
    rotating: str | None = None

    def __repr__(self) -> str:
        return "Token(***)"


class References(Protocol):
    """A partner's slow tables (carriers, agents, branches), cached for all hosts."""

    def get(self, account: str, name: str, load: Callable[[], Any], *, life: timedelta, fresh: bool = False) -> Any:
        """The cached JSON, or `load()`; `fresh` loads anew (at most once a minute)."""
        ...


class Budgets(Protocol):
    """Rate budgets per account and endpoint, shared by all hosts (token buckets by Redis' clock)."""

    def reserve(self, account: str, endpoint: str, *, rate: float, burst: int) -> float:
        """Take one call. Gives 0 when it may go now, else the seconds until it could (nothing is taken then)."""
        ...

    def learn(self, account: str, endpoint: str, *, rate: float | None = None, empty: float | None = None) -> None:
        """What an answer told: calls per second from now on; for how many seconds none is left."""
        ...
