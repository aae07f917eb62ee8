"""Fetch by hand and by habit: a poll now, one document, a range that can be broken off, a look further back."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from pipeline.config.model import Account, Config
from pipeline.domain.errors import Trouble
from pipeline.domain.lifecycle import Flow, Step
from pipeline.flows.network import Network
from pipeline.hand import Report
from pipeline.operations.backfill.opening import import_file, pace_for
from pipeline.operations.backfill.waits import Waits
from pipeline.operations.backfill.wish import FileReport, FileWish
from pipeline.operations.errors import NotAllowed, NotFound
from pipeline.polling import GOES_ON, Polling, Range
from pipeline.ports import Ledger

Hint = Callable[[str], None]
_AGAIN = 0.5  # seconds between two looks at whether another's slot has ended


class Fetching:
    """`hint` publishes lanes; without one, the next dispatch does."""

    def __init__(self, config: Config, network: Network, ledger: Ledger, polling: Polling, hint: Hint) -> None:
        self._config = config
        self._network = network
        self._ledger = ledger
        self._polling = polling
        self._hint = hint

    def poll(self, account: str, flow: str | None = None) -> Report:
        """Now, whatever the period. Raises NotAllowed where the account has nothing to poll."""
        flows = [each for name, each in self._network.polls() if name == account and flow in (None, each)]
        if not flows:
            raise NotAllowed(f"no route gives {account} anything to poll" + (f" for {flow}" if flow else ""))
        reports = [self._polling.poll(self._config.account(account), each, self._hint, force=True) for each in flows]
        return _together(f"fetch.{account}", reports)

    def pull(self, account: str, id_: str, *, who: str = "") -> Report:
        """One order, even one that the account's `start` or its list leaves out. Raises NotFound, NotAllowed."""
        if not self._network.is_marketplace(account):
            raise NotAllowed(f"{account} is an OMS: its documents come by its lists; pull orders from a marketplace")
        try:
            row = self._network.marketplace(account).get(id_)
        except Trouble as trouble:
            raise NotAllowed(f"{account}: {trouble.kind}: {trouble.message}") from None
        if row is None:
            raise NotFound(f"{account} does not know an order {id_!r}")
        now = datetime.now().astimezone()
        document = self._polling.document(self._config.account(account), Flow.ORDERS, row, now)
        received = self._ledger.receive([document], who=who or "pull")
        for lane in received.lanes:
            self._hint(lane)
        word = "new" if received.new else "changed" if received.changed else "seen before, nothing to do"
        return Report(f"{Step.FETCH}.{account}", note=f"{document.ref}: {word}")

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
        """Everything changed in the range; the same command goes on where it stopped."""
        if not self._network.is_marketplace(account):
            raise NotAllowed(f"{account} is an OMS: only a marketplace lists by time")
        name = f"backfill:{since.isoformat()}:{until.isoformat() if until else ''}" + (":historic" * historic)
        pace = pace_for(self._config, self._network, account, in_flight)
        span = Range(name=name, since=since, until=until, historic=historic, pace=pace)
        waits = Waits(self._polling.context.gates, self._network, account, progress)
        seen = 0

        def count(rows: int) -> None:
            nonlocal seen
            seen += rows
            progress(f"{account}: {seen} orders read")

        while True:
            waits.until_open()
            report = self._polling.poll(
                self._config.account(account), Flow.ORDERS, self._hint, force=True, span=span, progress=count
            )
            if report.counts.get("parked") or not report.note.endswith(GOES_ON):
                return report
            time.sleep(_AGAIN)

    def backfill_file(self, account: str, wish: FileWish, progress: Callable[[str], None]) -> FileReport:
        """A file's orders; the same command goes on where it stopped. Raises OSError, Unfit, NotAllowed."""
        if not self._network.is_marketplace(account):
            raise NotAllowed(f"{account} is an OMS: name the marketplace account whose orders these are")
        return import_file(self._config, self._network, self._polling, account, wish, hint=self._hint, say=progress)


def sweep(polling: Polling, config: Config, hint: Hint) -> list[Report]:
    """Once per `sweep`, a look twice as far back as that: orders that lists left out, or showed late."""
    reports = []
    now = datetime.now().astimezone()
    for account in config.marketplaces.values():
        if account.sweep is None:
            continue
        span = Range(name="sweep", since=now - 2 * account.sweep)
        daily = Account(
            name=account.name,
            kind=account.kind,
            connector=account.connector,
            start=account.start,
            overlap=timedelta(),
            poll={Flow.ORDERS: 2 * account.sweep - timedelta(minutes=1)},
        )
        reports.append(polling.poll(daily, Flow.ORDERS, hint, span=span))
    return reports


def _together(lane: str, reports: list[Report]) -> Report:
    if len(reports) == 1:
        return reports[0]
    counts: dict[str, int] = {}
    for report in reports:
        for word, number in report.counts.items():
            counts[word] = counts.get(word, 0) + number
    causes = tuple(cause for report in reports for cause in report.causes)
    return Report(lane, counts, causes, note="; ".join(report.text for report in reports))
