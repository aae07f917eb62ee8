"""Whether indexes and counts say what the records say: looked at record by record, under traffic, and mended."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from pipeline.stores.scripts import Scripts

_CHUNK: Final = 100
_INDEXES: Final = ("due:*", "hand:*", "c:*", "cause:*", "deadlines")
_TALLIES: Final = 3  # times that counts are compared before they are said to move too quickly


@dataclass(frozen=True, slots=True)
class Findings:
    """`missing`: places where a record should stand and does not. `strays`: entries without their record.
    `counts`: field -> (what is counted, what there is); None where documents moved all the while.
    """

    records: int = 0
    missing: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    counts: dict[str, tuple[int, int]] | None = field(default_factory=dict)


class RedisAudit:
    """Each record is looked at in one script, so that traffic beside it is never taken for an error."""

    def __init__(self, redis: Any, scripts: Scripts, *, prefix: str) -> None:
        self._redis = redis
        self._scripts = scripts
        self._prefix = prefix

    def look(self, *, mend: bool = False) -> Findings:
        """Everything. Unfinished records are few; finished ones have no index to be wrong in."""
        word = "1" if mend else "0"
        strays = [f"{index} {item}" for index in self._indexes() for item in self._strays(index, word)]
        missing: list[str] = []
        for _ in range(_TALLIES):
            before = self._told()
            found: Counter[str] = Counter()
            records = 0
            for chunk in _chunks(self._refs()):
                lost, counted = self._scripts.run("verify", word, *chunk)
                missing += [place.decode() for place in lost]
                found.update(name.decode() for name in counted)
                records += len(chunk)
            if self._told() == before:
                return Findings(records, missing, strays, self._differences(before, found, mend=mend))
        return Findings(records, missing, strays, None)

    def _differences(self, told: dict[str, int], found: Counter[str], *, mend: bool) -> dict[str, tuple[int, int]]:
        wrong = {
            name: (told.get(name, 0), found[name])
            for name in told.keys() | found.keys()
            if told.get(name, 0) != found[name] and not name.endswith(("|done", "|discarded"))
        }
        if mend:
            pipe = self._redis.pipeline()
            for name, (was, there) in wrong.items():
                pipe.hincrby(f"{self._prefix}counts", name, there - was)
            pipe.execute()
        return wrong

    def _told(self) -> dict[str, int]:
        return {name.decode(): int(count) for name, count in self._redis.hgetall(f"{self._prefix}counts").items()}

    def _refs(self) -> Iterator[str]:
        head = f"{self._prefix}d:"
        seen: set[str] = set()
        for key in self._redis.scan_iter(f"{head}*", count=1000):
            ref = key.decode().removeprefix(head)
            if ref not in seen:  # a scan may show a key twice
                seen.add(ref)
                yield ref

    def _indexes(self) -> Iterator[str]:
        for pattern in _INDEXES:
            for key in self._redis.scan_iter(f"{self._prefix}{pattern}", count=1000):
                yield key.decode().removeprefix(self._prefix)

    def _strays(self, index: str, word: str) -> Iterator[str]:
        items = (item.decode() for item, _ in self._redis.zscan_iter(f"{self._prefix}{index}", count=_CHUNK))
        for chunk in _chunks(items):
            for item in self._scripts.run("strays", word, index, *chunk):
                yield item.decode()


def _chunks(items: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
