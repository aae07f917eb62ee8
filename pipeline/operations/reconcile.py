"""Reconcile: marketplace against ledger against OMS, and each day's documents against where they are."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pipeline.config.model import Account, Config
from pipeline.domain.errors import Trouble
from pipeline.domain.fingerprint import fingerprint
from pipeline.domain.lifecycle import Condition, Flow, Item, Ref
from pipeline.flows.deliveries import delivering, document_for, wire_body
from pipeline.flows.network import Network
from pipeline.operations.books import Books
from pipeline.polling import Polling
from pipeline.ports import Absent, Ask, Row, Taken
from pipeline.stores.daybook import RedisDayBook
from pipeline.stores.stamps import stamp_of

LOG = logging.getLogger(__name__)
PAGES: Final = 10_000
ASKED: Final = 500  # documents that are asked for one by one, at most, an account
CHUNK: Final = 100
Progress = Callable[[str], None]
Hint = Callable[[str], None]


@dataclass(slots=True)
class Side:
    """One account beside the ledger. `missing`: what the next one down lacks (the ledger, of a marketplace's orders;
    an OMS, of the ledger's deliveries). `extra`: what the ledger has and the marketplace does not know. `different`:
    the marketplace has a version that the ledger has not seen. `note`: why something could not be compared.
    """

    account: str
    kind: str
    matched: int = 0
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    unclear: int = 0
    fetched: int = 0
    note: str = ""

    @property
    def ok(self) -> bool:
        """Nothing differs."""
        return not (self.missing or self.extra or self.different)


class Reconciling:
    """Reads only, but with `fetch`, which brings in what the ledger lacks, as a poll would have."""

    def __init__(self, config: Config, network: Network, books: Books, polling: Polling, hint: Hint) -> None:
        self._config = config
        self._network = network
        self._books = books
        self._polling = polling
        self._hint = hint

    def run(self, since: datetime, *, fetch: bool, progress: Progress) -> dict[str, Any]:
        """`{since, days, accounts, ok}` as JSON."""
        now = datetime.now(UTC)
        sides = [self._marketplace(account, since, now, fetch, progress) for account in self._marketplaces()]
        sides += [self._oms(account, since, progress) for account in self._config.oms.values()]
        days = RedisDayBook(self._books.ledger.redis, prefix=self._books.ledger.prefix).days(since)
        return {
            "since": stamp_of(since),
            "accounts": [_told(side) for side in sides],
            "days": [
                {
                    "day": day.day.isoformat(), "flow": day.flow, "account": day.account, "came": day.came,
                    "done": day.done, "discarded": day.discarded, **day.open, "residual": day.residual,
                }
                for day in days
            ],
            "ok": all(side.ok for side in sides) and not any(day.residual for day in days),
        }  # fmt: skip

    def _marketplaces(self) -> Iterator[Account]:
        polled = {name for name, flow in self._network.polls() if flow is Flow.ORDERS}
        yield from (account for name, account in self._config.marketplaces.items() if name in polled)

    # -- a marketplace

    def _marketplace(self, account: Account, since: datetime, now: datetime, fetch: bool, progress: Progress) -> Side:
        side = Side(account.name, "marketplace")
        seen: set[str] = set()
        try:
            for rows in self._listed(account, since, now):
                self._compare(side, account, [row for row in rows if row.id not in seen], now, fetch)
                seen |= {row.id for row in rows}
                progress(f"{account.name}: {len(seen)} orders compared")
            self._look_for_the_rest(side, account, since, seen)
        except Trouble as trouble:
            side.note = f"{trouble.kind}: {trouble.message}"
        return side

    def _listed(self, account: Account, since: datetime, now: datetime) -> Iterator[Sequence[Row]]:
        client = self._network.marketplace(account.name)
        page: str | None = None
        for _ in range(PAGES):
            start = account.start or since
            got = client.new_orders(Ask(now=now, start=start, overlap=timedelta(), page=page, since=since, until=now))
            yield [row for row in got.rows if not (row.purchased_at and row.purchased_at < start)]
            page = got.page
            if page is None:
                return

    def _compare(self, side: Side, account: Account, rows: Sequence[Row], now: datetime, fetch: bool) -> None:
        wanted: list[Row] = []
        known = self._fingerprints([Ref(Flow.ORDERS, account.name, row.id) for row in rows])
        for row in rows:
            told = known.get(Ref(Flow.ORDERS, account.name, row.id))
            if told is None:
                side.missing.append(row.id)
                wanted.append(row)
            elif fingerprint(row.raw) not in told:
                wanted.append(row)
                if row.version and row.version > now - _moment_of(account):
                    side.unclear += 1  # just changed: a poll has yet to see it
                else:
                    side.different.append(row.id)
            else:
                side.matched += 1
        if fetch and wanted:
            documents = [self._polling.document(account, Flow.ORDERS, row, now) for row in wanted]
            received = self._books.ledger.receive(documents, who="reconcile")
            for lane in received.lanes:
                self._hint(lane)
            side.fetched += received.new + received.changed

    def _look_for_the_rest(self, side: Side, account: Account, since: datetime, seen: set[str]) -> None:
        """What the ledger took since then and the list did not show is asked for by its id."""
        client = self._network.marketplace(account.name)
        asked = 0
        for ref in self._known(account.name, since):
            if ref.id in seen or ref.id.startswith("unreadable-"):
                continue
            if asked == ASKED:
                side.note = f"more than {ASKED} were not in its list: the rest was not asked for one by one"
                return
            asked += 1
            row = client.get(ref.id)
            if row is None:
                side.extra.append(ref.id)
            else:
                side.matched += 1

    def _known(self, account: str, since: datetime) -> Iterator[Ref]:
        """Orders of a marketplace that are kept and came since then."""
        seen: set[str] = set()
        for condition in (None, Condition.DONE, Condition.DISCARDED):
            rows = self._books.lookups.orders(condition=condition, flow="orders", account=account, since=since)
            for row in rows:
                if row["source"] == account and row["ref"] not in seen:
                    seen.add(row["ref"])
                    yield Ref.parse(row["ref"])

    def _fingerprints(self, refs: Sequence[Ref]) -> dict[Ref, set[str]]:
        """Of the versions that the ledger has of each: its record's, the one beside, or a finished line's."""
        redis: Any = self._books.ledger.redis
        pipe = redis.pipeline(transaction=False)
        for ref in refs:
            pipe.hmget(f"{self._books.ledger.prefix}d:{ref}", "fp", "nfp")
        found = {
            ref: {told.decode() for told in answer if told}
            for ref, answer in zip(refs, pipe.execute(), strict=True)
            if answer[0]
        }
        gone = self._books.lookups.finished.find([ref for ref in refs if ref not in found])
        return found | {ref: {line.fingerprint} for ref, line in gone.items()}

    # -- an OMS

    def _oms(self, account: Account, since: datetime, progress: Progress) -> Side:
        """Every delivery of the time that says it is there is looked up, where the OMS has a look-up."""
        side = Side(account.name, "oms")
        imports = self._network.oms(account.name).import_orders
        if imports is None or imports.look is None:
            side.note = "it can't be asked for an order"
            return side
        for asked, (ref, fields) in enumerate(self._delivered(account.name, since), 1):
            try:
                route = self._network.route(Flow.ORDERS, ref.source, account.name)
                write = delivering(self._network, Flow.ORDERS, account.name)
                (answer,) = imports.look([wire_body(write, document_for(Flow.ORDERS, fields, route))[0]])
            except Trouble as trouble:
                side.note = f"{trouble.kind}: {trouble.message}"
                return side
            if isinstance(answer, Taken):
                side.matched += 1
            elif isinstance(answer, Absent):
                side.missing.append(str(Item(ref, account.name)))
            else:
                side.unclear += 1
            if asked % CHUNK == 0:
                progress(f"{account.name}: {asked} orders looked up")
            if asked == ASKED:
                side.note = f"the first {ASKED} were looked up"
                return side
        return side

    def _delivered(self, account: str, since: datetime) -> Iterator[tuple[Ref, Mapping[str, Any]]]:
        for condition in (None, Condition.DONE):
            for row in self._books.lookups.orders(condition=condition, flow="orders", account=account, since=since):
                if row["target"] != account:
                    continue
                record = self._books.records.read(Ref.parse(row["ref"]))
                if record is not None and record.document is not None and account in record.done:
                    yield record.ref, record.document


def reconcile_daily(redis: Any, prefix: str, reconciling: Reconciling) -> Mapping[str, Any] | None:
    """The last two days, once a day whoever asks; its sums are kept for `orderpipe status`. None: it was done today."""
    if not redis.set(f"{prefix}habit:reconcile", "1", nx=True, ex=int(timedelta(hours=23).total_seconds())):
        return None
    now = datetime.now(UTC)
    found = reconciling.run(now - timedelta(days=2), fetch=True, progress=lambda words: None)
    RedisDayBook(redis, prefix=prefix).prune(now)
    sums = {
        side["account"]: {name: len(side[name]) for name in ("missing", "extra", "different")} | {"note": side["note"]}
        for side in found["accounts"]
    }
    residual = sum(abs(day["residual"] or 0) for day in found["days"])
    kept = {"at": stamp_of(now), "ok": found["ok"], "residual": residual, "accounts": sums}
    redis.set(f"{prefix}reconciled", json.dumps(kept))
    LOG.log(logging.INFO if found["ok"] else logging.WARNING, "reconciled", extra={"fields": kept})
    return found


def _moment_of(account: Account) -> timedelta:
    """How young a change may be without being missed: two polls, and what they overlap."""
    return 2 * (account.poll.get(Flow.ORDERS) or timedelta()) + account.overlap


def _told(side: Side) -> dict[str, Any]:
    return {
        "account": side.account, "kind": side.kind, "matched": side.matched, "missing": side.missing,
        "extra": side.extra, "different": side.different, "unclear": side.unclear, "fetched": side.fetched,
        "note": side.note, "ok": side.ok,
    }  # fmt: skip
