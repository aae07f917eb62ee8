"""Finding documents: the rows of `orders`, streamed in chunks; no key is ever searched for."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from redis import Redis

from pipeline.domain.lifecycle import DONE, Condition, Item, Ref, Step
from pipeline.stores.finished import RedisFinished
from pipeline.stores.keys import PREFIX
from pipeline.stores.rows import DELIVERY_FIELDS, DOCUMENT_FIELDS, ENDED, finished_row, rows_of
from pipeline.stores.stamps import stamp_of

Row = dict[str, Any]
_CHUNK = 200
_LISTED = (Condition.WAITING, Condition.HELD, Condition.UNKNOWN, Condition.DEAD)
_ONLY_LISTED = frozenset({Condition.HELD, Condition.UNKNOWN, Condition.DEAD})  # in their own index, wherever else
_ONLY_IN_LANES = frozenset({Condition.DUE, Condition.IN_HAND, Condition.SENDING, Condition.PARKED, Condition.PENDING})


class RedisLookups:
    """Rows are read after the indexes: a document that moves meanwhile is shown where it is, or not at all."""

    def __init__(self, redis: "Redis", *, targets: Iterable[str] = (), prefix: str = PREFIX) -> None:
        self._redis: Any = redis
        self._prefix = prefix
        self._targets = frozenset(targets)
        self.finished = RedisFinished(redis, prefix=prefix)

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
    ) -> Iterator[Row]:
        """What is unfinished; by id, or asked for by its condition, also what is finished.

        `account`: source or target. `cause`: its fingerprint, or how its text begins. `since`: by `received_at`.
        `sort` `deadline`: the nearest first, those without one last (everything is read before the first row).
        """
        items = self._items_of_cause(cause) if cause else None
        if ids:
            rows = self._by_ids(ids)
        elif items is not None:
            rows = self._unfinished(iter(items))
        elif condition in ENDED:
            rows = self._finished(flow)
        else:
            rows = self._unfinished(self._items(condition, flow))
        wanted = (row for row in rows if _fits(row, condition, flow, account, since) and _among(row, items))
        if sort == "deadline":
            return iter(sorted(wanted, key=lambda row: (row["deadline"] is None, row["deadline"] or "")))
        return wanted

    def items_of(self, cause: str, limit: int = -1) -> list[tuple[str, int]]:
        """The items that stand under a cause's fingerprint, and since when (ms), the oldest first."""
        found = self._redis.zrange(f"{self._prefix}cause:{cause}", 0, limit, withscores=True)
        return [(item.decode(), int(score)) for item, score in found]

    def parse(self, text: str) -> tuple[Ref, str | None] | None:
        """A reference as somebody wrote it, with its target; None when it is none.

        The last `@` before a known target splits, whatever the id holds; a record's own targets are known too.
        """
        try:
            whole = Ref.parse(text)
        except ValueError:
            return None
        head, at, tail = text.rpartition("@")
        if at and tail not in self._targets and head.count(":") >= 2:
            own = self._redis.hget(f"{self._prefix}d:{head}", "tg")
            if own and tail in own.decode().split(","):
                return Ref.parse(head), tail
        try:
            item = Item.parse(text, self._targets)
        except ValueError:  # `flow:source:@target`: that `@` belongs to the id
            return whole, None
        return item.ref, item.target

    # -- enumerating

    def _items(self, condition: str | None, flow: str | None) -> Iterator[str]:
        """Lanes in the order of the steps, so that what moves on while we read is met again, not missed."""
        if condition not in _ONLY_LISTED:
            order = {step.value: number for number, step in enumerate(Step)}
            lanes = [lane.decode() for lane in self._redis.smembers(f"{self._prefix}lanes")]
            for lane in sorted(lanes, key=lambda name: (order.get(name.partition(".")[0], 9), name)):
                for index in ("due", "hand"):
                    yield from self._scan(f"{index}:{lane}")
        if condition not in _ONLY_IN_LANES:
            pairs = {tuple(field.decode().split("|")[:2]) for field in self._redis.hkeys(f"{self._prefix}counts")}
            for kind, source in sorted(pairs):
                if flow in (None, kind):
                    for name in _LISTED if condition not in _ONLY_LISTED else (condition,):
                        yield from self._scan(f"c:{name}:{kind}:{source}")

    def _scan(self, name: str) -> Iterator[str]:
        for item, _ in self._redis.zscan_iter(f"{self._prefix}{name}", count=_CHUNK):
            yield item.decode()

    def _items_of_cause(self, cause: str) -> set[str]:
        texts = self._redis.hgetall(f"{self._prefix}causes")
        found: set[str] = set()
        for fingerprint, text in texts.items():
            if fingerprint.decode() == cause or _cause_text(text).casefold().startswith(cause.casefold()):
                found.update(item for item, _ in self.items_of(fingerprint.decode()))
        return found

    # -- reading

    def _unfinished(self, items: Iterator[str]) -> Iterator[Row]:
        for chunk in _chunks(_unseen(self._ref_of(item) for item in items)):
            for rows in self.rows(chunk).values():
                yield from (row for row in rows if row["stage"] != DONE or not _is_over(rows))

    def _finished(self, flow: str | None) -> Iterator[Row]:
        shelves = self.finished.shelves()
        for chunk in _chunks(self.finished.walk(flow=flow)):
            live = self.rows(chunk)
            gone = self.finished.find([ref for ref in chunk if ref not in live], shelves)
            for ref in chunk:
                yield from live.get(ref) or ([finished_row(ref, gone[ref])] if ref in gone else [])

    def _by_ids(self, ids: Sequence[str]) -> Iterator[Row]:
        shelves = self.finished.shelves()
        shown: set[tuple[str, str | None]] = set()
        for text in dict.fromkeys(ids):
            refs = self.finished.refs_of(text, shelves)
            named = self.parse(text)
            if named:
                refs.insert(0, named[0])
            live = self.rows(refs)
            gone = self.finished.find([ref for ref in refs if ref not in live], shelves)
            for ref in dict.fromkeys(refs):
                rows = live.get(ref) or ([finished_row(ref, gone[ref])] if ref in gone else [])
                if named and named[1] and ref == named[0]:
                    rows = [row for row in rows if row["target"] in (named[1], None)]
                for row in rows:
                    if (row["ref"], row["target"]) not in shown:
                        shown.add((row["ref"], row["target"]))
                        yield row

    def rows(self, refs: Sequence[Ref]) -> dict[Ref, list[Row]]:
        """The rows of each record that exists, in two pipelines."""
        pipe = self._redis.pipeline(transaction=False)
        for ref in refs:
            pipe.hmget(f"{self._prefix}d:{ref}", *DOCUMENT_FIELDS)
        documents = {ref: _words(DOCUMENT_FIELDS, got) for ref, got in zip(refs, pipe.execute(), strict=True) if got[0]}
        asked = [(ref, target) for ref, words in documents.items() for target in words["tg"].split(",") if target]
        pipe = self._redis.pipeline(transaction=False)
        for ref, target in asked:
            pipe.hmget(f"{self._prefix}d:{ref}", *(f"{name}@{target}" for name in DELIVERY_FIELDS))
        deliveries: dict[Ref, dict[str, Mapping[str, str]]] = {ref: {} for ref in documents}
        for (ref, target), got in zip(asked, pipe.execute(), strict=True):
            deliveries[ref][target] = _words(DELIVERY_FIELDS, got)
        return {ref: rows_of(ref, words, deliveries[ref]) for ref, words in documents.items()}

    def _ref_of(self, item: str) -> Ref:
        """An index holds what the ledger wrote: a delivery's item ends in its target."""
        found = self.parse(item)
        assert found is not None  # noqa: S101 - the ledger writes references only
        return found[0]


def _fits(row: Row, condition: str | None, flow: str | None, account: str | None, since: datetime | None) -> bool:
    if condition is not None and row["condition"] != condition:
        return False
    if flow is not None and row["flow"] != flow:
        return False
    if account is not None and account not in (row["source"], row["target"]):
        return False
    return since is None or (row["received_at"] is not None and row["received_at"] >= stamp_of(since))


def _among(row: Row, items: set[str] | None) -> bool:
    return items is None or row["ref"] in items or f"{row['ref']}@{row['target']}" in items


def _is_over(rows: list[Row]) -> bool:
    """All deliveries are: with an optional one still open, its sisters that are done are shown beside it."""
    return all(row["stage"] == DONE for row in rows)


def _words(names: Sequence[str], values: Sequence[bytes | None]) -> dict[str, str]:
    return {name: value.decode() if value else "" for name, value in zip(names, values, strict=True)}


def _cause_text(stored: bytes) -> str:
    return str(json.loads(stored).get("cause") or "")


def _unseen(refs: Iterable[Ref]) -> Iterator[Ref]:
    seen: set[Ref] = set()
    for ref in refs:
        if ref not in seen:
            seen.add(ref)
            yield ref


def _chunks(refs: Iterator[Ref]) -> Iterator[list[Ref]]:
    while chunk := list(islice(refs, _CHUNK)):
        yield chunk
