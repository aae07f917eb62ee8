"""Listing: one page after another into the ledger, each stored with the place where the next one begins."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from pipeline.config.model import Account
from pipeline.domain.errors import Fault, Kind, PartnerTrouble, Trouble
from pipeline.domain.lifecycle import Flow, Mark, Pace, Ref, Step
from pipeline.hand import Report
from pipeline.pacing import store_page
from pipeline.ports import Ask, Ledger, NewDocument, Page, Poll, Received, Row
from pipeline.steps.admission import EARLIER, admit
from pipeline.steps.context import DEFECTS, Context
from pipeline.steps.normalize import read_order

SLOT = 30.0  # seconds that one poll may go on before it makes room; it resumes where it stopped
PAGES = 1000  # of one poll: a listing that never ends is a partner's fault
REMEMBERED = timedelta(days=30)
GOES_ON = "; goes on next time"
FULL = "; waits for those on their way" + GOES_ON
NO_ID = Fault(
    Step.FETCH, Kind.UNREADABLE, "row without an id", "a row without an id: it can't be told which document this is"
)
Owner = Callable[[Sequence[str], str], str | None]  # which of these marketplaces has an order of this id


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A listing of its own beside the account's: a backfill or a sweep. `name` keys its page and cursor.

    `pace`: how many of its documents may be on their way at once. `historic`: what is over is pushed as history.
    """

    name: str
    since: datetime
    until: datetime | None = None
    historic: bool = False
    pace: Pace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """Lists one account and flow."""

    ledger: Ledger
    context: Context
    owner: Owner
    horizon: Callable[[], datetime | None]  # documents bought before were perhaps sent by an earlier ledger
    history: Callable[[str, str], bool]  # whether a marketplace's order came as history: it is never shipped there

    def poll(
        self,
        account: Account,
        flow: Flow,
        hint: Callable[[str], None],
        *,
        force: bool = False,
        span: Range | None = None,
        progress: Callable[[int], None] = lambda count: None,
    ) -> Report:
        """At most a slot long. A trouble leaves cursor and page where they were: nothing is stored of that page."""
        lane = f"fetch.{account.name}"
        if (account.name, flow) not in self.context.network.polls():
            return Report(lane, note=f"{flow}: no route needs it")
        every = account.poll.get(flow) or timedelta()
        name = f"{account.name}:{flow}" + (f":{span.name}" if span else "")
        token = uuid.uuid4().hex
        poll = self.ledger.poll_begin(account.name, flow, token, every=every, force=force, key=name)
        if poll is None:
            return Report(lane, note=f"{flow}: a poll is open, or was just made, or the gate is shut")
        began, counts, skipped = time.monotonic(), Counter(new=0, changed=0, seen=0), Counter[str]()
        slot = min(SLOT, self.context.limits.lease.total_seconds() / 2)
        page, cursor = poll.page, poll.cursor
        try:
            for _ in range(PAGES):
                got = self._page(account, flow, poll, page, cursor, span)
                over: Counter[str] = Counter()
                documents = self._documents(account, flow, got, poll.now, span, over)
                for received in self._keep(got, documents, poll, page, span.pace if span else None, began + slot):
                    for lane_name in received.lanes:
                        hint(lane_name)
                    counts.update(new=received.new, changed=received.changed, seen=received.seen)
                if received.lost:
                    return Report(lane, note=f"{flow}: another poll has taken over")
                if received.full:
                    self.ledger.poll_end(poll, keep_page=True)
                    return Report(lane, note=_words(flow, counts, skipped) + FULL)
                skipped += over
                progress(len(got.rows))
                page, cursor = got.page, got.cursor or cursor
                if page is None:
                    self.context.gates.worked(account.name)
                    if self.context.gates.is_shut(account.name) is None:  # else shut anew while this poll went on
                        self.context.gates.open(account.name, kinds=("circuit", "credentials", "retry_after"))
                    return Report(lane, note=_words(flow, counts, skipped))
                if time.monotonic() - began > slot:
                    break
        except Trouble as trouble:
            return self._parked(account, flow, poll, trouble, lane)
        self.ledger.poll_end(poll, keep_page=True)
        return Report(lane, note=_words(flow, counts, skipped) + GOES_ON)

    def _keep(
        self, got: Page, documents: list[NewDocument], poll: Poll, here: str | None, pace: Pace | None, until: float
    ) -> Iterator[Received]:
        if pace is None:
            end = got.page is None
            yield self.ledger.receive(documents, poll=poll, page=got.page, cursor=got.cursor, end=end)
        else:
            yield from store_page(self.ledger, documents, poll, here, got, pace, until)

    def _page(
        self, account: Account, flow: Flow, poll: Poll, page: str | None, cursor: str | None, span: Range | None
    ) -> Page:
        start = account.start or datetime.min.replace(tzinfo=poll.now.tzinfo)
        if span and span.historic:
            start = min(start, span.since)
        ask = Ask(
            now=poll.now,
            start=start,
            overlap=account.overlap,
            cursor=cursor,
            page=page,
            since=span.since if span else None,
            until=span.until if span else None,
        )
        client = self.context.network.party(account.name).client
        match flow:
            case Flow.ORDERS:
                listing = client.new_orders
            case Flow.SHIPMENTS:
                listing = client.shipped
            case Flow.STATUSES:
                listing = client.status_requests
            case Flow.CANCELLATIONS:
                listing = client.cancelled
        got: Page = listing(ask)
        return got

    def _documents(
        self, account: Account, flow: Flow, page: Page, now: datetime, span: Range | None, skipped: Counter[str]
    ) -> list[NewDocument]:
        rows = []
        for row in page.rows:
            marks: tuple[Mark, ...] = ()
            if span and span.historic:
                why, marks = self._as_history(account, row)
                skipped.update([why] if why else ())
            else:
                why = "" if _is_ours(row, account) else EARLIER
            if why:
                continue
            document = self.document(account, flow, row, now, marks)
            if flow is not Flow.SHIPMENTS or not self._of_history(account.name, document):
                rows.append(document)
        return [*rows, *(unreadable(account.name, flow, body, NO_ID) for body in page.unreadable)]

    def _of_history(self, oms: str, document: NewDocument) -> bool:
        return self.context.network.takes_history(oms) and self.history(document.account, document.row.id)

    def _as_history(self, account: Account, row: Row) -> tuple[str, tuple[Mark, ...]]:
        """Why it is skipped, or its marks. What can't be read is told by normalize, as always."""
        try:
            order, _ = read_order(row.raw, account.name, self.context.network)
        except (Trouble, *DEFECTS):
            return "" if _is_ours(row, account) else EARLIER, ()
        found = admit(order, account.name, account.start, self.context.network, historic=True)
        return found.skipped, found.marks

    def document(
        self, account: Account, flow: Flow, row: Row, now: datetime, marks: tuple[Mark, ...] = ()
    ) -> NewDocument:
        """A row with the lane that it enters."""
        ref = Ref(flow, account.name, row.id)
        if flow is Flow.ORDERS:
            step = Step.NORMALIZE if row.whole else Step.FETCH
            return NewDocument(ref, row, step, account.name, facts=self._facts(row, now), marks=marks)
        markets = self.context.network.markets_of(flow, account.name)
        market = (self.owner(markets, row.order or row.id) if len(markets) > 1 else None) or markets[0]
        facts = {"market": market, **({"order": row.order} if row.order else {})}
        return NewDocument(ref, row, Step.FETCH, market, facts=facts)

    def _facts(self, row: Row, now: datetime) -> dict[str, str]:
        """`old`: beyond what the ledger remembers, so taken as maybe sent and looked up first."""
        horizon = max(filter(None, (now - REMEMBERED, self.horizon())))
        return {"old": "1"} if row.purchased_at and row.purchased_at < horizon else {}

    def _parked(self, account: Account, flow: Flow, poll: Poll, trouble: Trouble, lane: str) -> Report:
        fault = trouble.fault(Step.FETCH)
        self.ledger.poll_end(poll, keep_page=True, error=f"{fault.kind}: {fault.message}")
        if isinstance(trouble, PartnerTrouble):
            self.context.judge(account.name, trouble)
        return Report(lane, {"parked": 1}, ((f"{flow}:{account.name}:poll", "parked", fault.cause),))


def _is_ours(row: Row, account: Account) -> bool:
    return not (row.purchased_at and account.start and row.purchased_at < account.start)


def unreadable(account: str, flow: Flow, body: bytes, fault: Fault) -> NewDocument:
    """A row of which nobody can say which document it is: kept, dead on arrival."""
    id_ = f"unreadable-{sha256(body).hexdigest()[:12]}"
    row = Row(id=id_, raw={"unreadable": body.decode(errors="replace")})
    return NewDocument(Ref(flow, account, id_), row, Step.NORMALIZE, account, fault=fault)


def _words(flow: Flow, counts: Mapping[str, int], skipped: Counter[str]) -> str:
    told = [f"{count} {word}" for word, count in counts.items()]
    return f"{flow}: " + ", ".join([*told, *(f"{count} skipped: {why}" for why, count in skipped.items())])
