"""The desk: all that an operator can look at and do, for the command line and the Flower pages alike."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.operations import pause, resolve, show
from pipeline.operations.backfill.wish import FileWish
from pipeline.operations.books import open_books
from pipeline.operations.edit import Edits, Plain
from pipeline.operations.errands import Errands
from pipeline.operations.find import grouped_causes
from pipeline.operations.forget import Forgetting
from pipeline.operations.hold import Holds, Refuser
from pipeline.operations.replay import Rehearse, Replays
from pipeline.operations.results import ActResult, ReplayResult
from pipeline.stores.gates import RedisGates
from pipeline.stores.ledger import RedisLedger

_NO_ERRANDS = Errands()


class Desk:
    """Dicts as the design's section 3 writes them. Acts raise NotFound and NotAllowed, in words.

    `accounts`: every configured one. `rehearse`: what today's mapping and rules say of a record. `plain`: a record's
    canonical fields before overrides. `rehearsed`: the wire bodies that a rehearsing route holds back.
    `hint` publishes a lane that has work now; without it `dispatch_due` finds it.
    """

    def __init__(
        self,
        ledger: RedisLedger,
        gates: RedisGates,
        *,
        accounts: Collection[str],
        rehearse: Rehearse | None = None,
        plain: Plain | None = None,
        rehearsed: show.Rehearsed | None = None,
        refuser: Refuser | None = None,
        hint: Callable[[str], None] | None = None,
        errands: Errands = _NO_ERRANDS,
    ) -> None:
        self.books = open_books(ledger, gates, accounts=accounts, hint=hint)
        self._replays = Replays(self.books, rehearse)
        self._edits = Edits(self.books, plain)
        self._holds = Holds(self.books, refuser)
        self._forgetting = Forgetting(self.books, self._holds)
        self._errands = errands
        self._rehearsed = rehearsed

    # -- looking

    def status(self) -> dict[str, Any]:
        """Counts, lanes, gates, cursors, nearest deadlines."""
        return self.books.standing.status()

    def steps(self) -> Mapping[str, Mapping[str, int]]:
        """How long batches took, by lane: for the metrics."""
        return self.books.standing.steps()

    def present(self) -> Mapping[str, int]:
        """How many workers and beats are there: for the metrics."""
        return self.books.standing.present()

    def orders(
        self,
        *,
        ids: Sequence[str] = (),
        condition: str | None = None,
        flow: str | None = None,
        account: str | None = None,
        cause: str | None = None,
        since: datetime | None = None,
        sort: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """One row per delivery."""
        return self.books.lookups.orders(
            ids=ids, condition=condition, flow=flow, account=account, cause=cause, since=since, sort=sort
        )

    def show(self, ref: str, *, reveal: bool = False, who: str = "") -> dict[str, Any] | None:
        """Everything about one document."""
        return show.show(self.books, ref, reveal=reveal, who=who, rehearsed=self._rehearsed)

    def causes(
        self,
        *,
        condition: str | None = None,
        flow: str | None = None,
        account: str | None = None,
        since: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """What is failing, the most frequent first."""
        return grouped_causes(self.books, condition=condition, flow=flow, account=account, since=since)

    # -- acting

    def replay(
        self,
        refs: Sequence[str],
        *,
        condition: str | None = None,
        flow: str | None = None,
        account: str | None = None,
        cause: str | None = None,
        since: datetime | None = None,
        from_step: str | None = None,
        dry_run: bool = False,
        who: str,
    ) -> ReplayResult:
        """Re-queue, or rehearse: the named ones, or all that the filters match."""
        filters = {"condition": condition, "flow": flow, "account": account, "cause": cause, "since": since}
        return self._replays.replay(refs, filters, from_step=from_step, dry_run=dry_run, who=who)

    def edit(self, ref: str, settings: Mapping[str, str], reason: str, who: str) -> dict[str, Any]:
        """Override fields; does not re-queue."""
        return self._edits.edit(ref, settings, reason=reason, who=who)

    def hold(self, refs: Sequence[str], reason: str, who: str) -> ActResult:
        """Keep from going on."""
        return self._holds.hold(refs, reason, who)

    def release(self, refs: Sequence[str], reason: str, who: str) -> ActResult:
        """Let go on."""
        return self._holds.release(refs, reason, who)

    def discard(self, refs: Sequence[str], reason: str, who: str) -> ActResult:
        """End without sending."""
        return self._holds.discard(refs, reason, who)

    def refuse(self, refs: Sequence[str], reason: str, who: str) -> ActResult:
        """Say no to the marketplace."""
        return self._holds.refuse(refs, reason, who)

    def forget(self, refs: Sequence[str], buyer: str | None, who: str) -> ActResult:
        """Erase personal data: of these documents, or of everything of one buyer's e-mail address."""
        return self._forgetting.forget(refs, buyer, who)

    def resolve(
        self, ref: str, found: str | None = None, absent: bool = False, reason: str = "", who: str = ""
    ) -> dict[str, str]:
        """Settle an unknown outcome."""
        return resolve.resolve(self.books, ref, found=found, absent=absent, reason=reason, who=who)

    def pause(self, account: str, reason: str, who: str) -> dict[str, Any]:
        """Shut a gate."""
        return pause.pause(self.books, account, reason, who)

    def resume(self, account: str, who: str) -> dict[str, Any]:
        """Open it."""
        return pause.resume(self.books, account, who)

    # -- errands

    def init(self) -> Mapping[str, Any]:
        """Give an empty Redis its ledger identity."""
        return self._errands.init()

    def adopt(self, *, who: str) -> Mapping[str, Any]:
        """Take on an empty or restored Redis."""
        return self._errands.adopt(who)

    def check(self) -> Sequence[Mapping[str, Any]]:
        """`{account, ok, message}` of each account."""
        return self._errands.check()

    def doctor(self, *, rebuild: bool = False) -> Sequence[Mapping[str, Any]]:
        """`{check, ok, message, fix}` of each thing looked at; `rebuild` mends indexes and counts."""
        return self._errands.doctor(rebuild)

    def poll(self, account: str, flow: str | None = None) -> Any:
        """Fetch now."""
        return self._errands.poll(account, flow)

    def pull(self, account: str, id: str) -> Any:
        """Fetch one document."""
        return self._errands.pull(account, id)

    def backfill(
        self,
        account: str,
        since: datetime,
        until: datetime | None,
        progress: Callable[[str], None],
        *,
        historic: bool = False,
        in_flight: int | None = None,
    ) -> Any:
        """Fetch a range."""
        return self._errands.backfill(account, since, until, progress, historic=historic, in_flight=in_flight)

    def backfill_file(self, account: str, wish: FileWish, progress: Callable[[str], None]) -> Any:
        """Read a file's orders."""
        return self._errands.backfill_file(account, wish, progress)

    def call(self, account: str, operation: str, arguments: Mapping[str, str], yes: bool) -> Any:
        """A documented operation outside the flows; JSON."""
        return self._errands.call(account, operation, arguments, yes)

    def reconcile(self, since: datetime, *, fetch: bool, progress: Callable[[str], None]) -> Mapping[str, Any]:
        """Marketplace against ledger against OMS, and each day's documents against where they are."""
        return self._errands.reconcile(since, fetch, progress)

    def close(self) -> None:
        """Give back the connections."""
        self._errands.close()
