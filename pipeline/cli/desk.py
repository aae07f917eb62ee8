"""What the command line asks of the operations: the desk that `bootstrap.open_desk` gives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class Report(Protocol):
    """The end of one poll, pull or backfill, in counts and words."""

    @property
    def lane(self) -> str:
        """`fetch.cdiscount-fr`."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """How many ended how."""
        ...

    @property
    def text(self) -> str:
        """`97 advanced, 2 parked: 429`."""
        ...

    @property
    def died(self) -> bool:
        """Whether any document died, or the poll failed."""
        ...


class Acted(Protocol):
    """What an act on several documents did: the refs that it was done to, and why not to the others."""

    @property
    def done(self) -> Sequence[str]:
        """Refs."""
        ...

    @property
    def refused(self) -> Sequence[tuple[str, str]]:
        """Ref and reason."""
        ...


class Replayed(Acted, Protocol):
    """A replay; `would_pass` only of a rehearsal."""

    @property
    def would_pass(self) -> int | None:
        """How many would get through with today's mapping and rules."""
        ...


class Desk(Protocol):
    """Dicts as design section 3 writes them. Acts raise NotFound and NotAllowed in words."""

    def close(self) -> None:
        """Give back the connections."""
        ...

    def init(self) -> Mapping[str, Any]:
        """Give an empty Redis its ledger identity; the same one again when it has one."""
        ...

    def adopt(self, *, who: str) -> Mapping[str, Any]:
        """Take on an empty or restored Redis."""
        ...

    def check(self) -> Sequence[Mapping[str, Any]]:
        """`{account, ok, message}` of each account."""
        ...

    def doctor(self, *, rebuild: bool = False) -> Sequence[Mapping[str, Any]]:
        """`{check, ok, message, fix}` of each thing looked at."""
        ...

    def status(self) -> Mapping[str, Any]:
        """Counts, lanes, gates, cursors."""
        ...

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
    ) -> Iterator[Mapping[str, Any]]:
        """One row per delivery."""
        ...

    def show(self, ref: str, *, reveal: bool, who: str) -> Mapping[str, Any] | None:
        """Everything about one document."""
        ...

    def causes(
        self,
        *,
        condition: str | None = None,
        flow: str | None = None,
        account: str | None = None,
        since: datetime | None = None,
    ) -> Sequence[Mapping[str, Any]]:
        """`{fingerprint, cause, kind, step, count, oldest, refs}`, the most frequent first."""
        ...

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
    ) -> Replayed:
        """Re-queue, or rehearse."""
        ...

    def edit(self, ref: str, settings: Mapping[str, str], reason: str, who: str) -> object:
        """Override fields; does not re-queue."""
        ...

    def hold(self, refs: Sequence[str], reason: str, who: str) -> Acted:
        """Keep from going on."""
        ...

    def release(self, refs: Sequence[str], reason: str, who: str) -> Acted:
        """Let go on."""
        ...

    def discard(self, refs: Sequence[str], reason: str, who: str) -> Acted:
        """End without sending."""
        ...

    def refuse(self, refs: Sequence[str], reason: str, who: str) -> Acted:
        """Say no to the marketplace."""
        ...

    def forget(self, refs: Sequence[str], buyer: str | None, who: str) -> Acted:
        """Erase personal data."""
        ...

    def resolve(self, ref: str, found: str | None, absent: bool, reason: str, who: str) -> object:
        """Settle an unknown outcome."""
        ...

    def pause(self, account: str, reason: str, who: str) -> object:
        """Shut a gate."""
        ...

    def resume(self, account: str, who: str) -> object:
        """Open it."""
        ...

    def reconcile(self, since: datetime, *, fetch: bool, progress: Callable[[str], None]) -> Mapping[str, Any]:
        """Marketplace against ledger against OMS."""
        ...

    def poll(self, account: str, flow: str | None = None) -> Report:
        """Fetch now."""
        ...

    def pull(self, account: str, id: str) -> Report:
        """Fetch one document."""
        ...

    def backfill(
        self,
        account: str,
        since: datetime,
        until: datetime | None,
        progress: Callable[[str], None],
        *,
        historic: bool = False,
        in_flight: int | None = None,
    ) -> Report:
        """Fetch a range."""
        ...

    def backfill_file(self, account: str, wish: Any, progress: Callable[[str], None]) -> Any:
        """Read a file's orders: `FileWish` in, `FileReport` out."""
        ...

    def call(self, account: str, operation: str, arguments: Mapping[str, str], yes: bool) -> Any:
        """A documented operation outside the flows; JSON."""
        ...
