"""Finished documents by their packed lines: found by the marketplace's id or the OMS's, and listed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from pipeline.domain.lifecycle import Flow, Ref
from pipeline.ports import Finished
from pipeline.stores.keys import PREFIX, finished_key, receipt_key
from pipeline.stores.line import unpack_line


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the lines of one flow and source lie: its lane number, and (week, buckets), the newest first."""

    flow: Flow
    source: str
    number: int
    weeks: tuple[tuple[int, int], ...]


class RedisFinished:
    """Reads the buckets; every question is one or two pipelines."""

    def __init__(self, redis: "Redis", *, prefix: str = PREFIX) -> None:
        self._redis: Any = redis
        self._prefix = prefix

    def shelves(self) -> Sequence[Shelf]:
        """Of every flow and source that has ever received anything."""
        meta = {name.decode(): value.decode() for name, value in self._redis.hgetall(f"{self._prefix}meta").items()}
        found = []
        for name, number in meta.items():
            kind, _, rest = name.partition(":")
            flow, _, source = rest.partition(":")
            if kind == "n" and flow in set(Flow):
                pairs = (pair.split(":") for pair in meta.get(f"wk:{number}", "").split(",") if pair)
                weeks = sorted(((int(week), int(buckets)) for week, buckets in pairs), reverse=True)
                found.append(Shelf(Flow(flow), source, int(number), tuple(weeks)))
        return found

    def find(self, refs: Sequence[Ref], shelves: Sequence[Shelf] | None = None) -> dict[Ref, Finished]:
        """The newest line of each reference that has one."""
        places = {(shelf.flow, shelf.source): shelf for shelf in (self.shelves() if shelves is None else shelves)}
        pipe, asked = self._redis.pipeline(transaction=False), []
        for ref in refs:
            shelf = places.get((ref.flow, ref.source))
            for week, buckets in shelf.weeks if shelf else ():
                assert shelf is not None  # noqa: S101 - it has weeks
                pipe.hget(finished_key(self._prefix, week, shelf.number, ref.id, buckets), ref.id)
                asked.append(ref)
        found: dict[Ref, Finished] = {}
        for ref, line in zip(asked, pipe.execute(), strict=True):
            if line and ref not in found:
                found[ref] = unpack_line(line)
        return found

    def refs_of(self, id_: str, shelves: Sequence[Shelf]) -> list[Ref]:
        """Every document that a bare id may mean: its own id, or the receipt that an OMS gave."""
        pipe, asked = self._redis.pipeline(transaction=False), []
        for shelf in shelves:
            for week, buckets in shelf.weeks:
                pipe.hget(receipt_key(self._prefix, week, shelf.number, id_, buckets), id_)
                asked.append(shelf)
        refs = [Ref(shelf.flow, shelf.source, id_) for shelf in shelves]
        for shelf, own in zip(asked, pipe.execute(), strict=True):
            if own:
                refs.append(Ref(shelf.flow, shelf.source, own.decode()))
        return list(dict.fromkeys(refs))

    def walk(self, *, flow: str | None = None) -> Iterator[Ref]:
        """Every finished document, once, the newest weeks first. Long where there are many."""
        for shelf in self.shelves():
            if flow in (None, shelf.flow):
                seen: set[str] = set()
                for week, buckets in shelf.weeks:
                    for bucket in range(buckets):
                        for id_ in self._redis.hkeys(f"{self._prefix}f:{week}:{shelf.number}:{bucket}"):
                            if id_.decode() not in seen:
                                seen.add(id_.decode())
                                yield Ref(shelf.flow, shelf.source, id_.decode())
