"""The day book: what came on a day, what of it is finished, and whether the rest is what is under way."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from pipeline.domain.lifecycle import DONE, Ref
from pipeline.stores.keys import PREFIX

KEPT: Final = timedelta(days=100)
_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = 86_400_000
_CHUNK: Final = 500
_TALLIES: Final = 3  # times that days are counted before they are said to move too quickly
_Place = tuple[str, str, date]  # flow, account, day


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of one flow and account. `open` counts what came then and is not finished, by condition; `residual` is
    what is in no place at all: 0, or something was lost; None where documents moved while they were counted.
    """

    day: date
    flow: str
    account: str
    came: int
    done: int = 0
    discarded: int = 0
    open: Counter[str] = field(default_factory=Counter)
    moved: bool = False

    @property
    def residual(self) -> int | None:
        """0 where everything that came is somewhere."""
        return None if self.moved else self.came - self.done - self.discarded - sum(self.open.values())


class RedisDayBook:
    """Reads the book beside the records."""

    def __init__(self, redis: Any, *, prefix: str = PREFIX) -> None:
        self._redis = redis
        self._prefix = prefix

    def days(self, since: datetime) -> list[Day]:
        """From that day on, the newest last."""
        first = since.astimezone(UTC).date()
        for _ in range(_TALLIES):
            before = self._book()
            open_ = self._open()
            book = self._book()
            if before == book:
                break
        found = [
            Day(
                day=place[2],
                flow=place[0],
                account=place[1],
                came=words.get("came", 0),
                done=words.get("done", 0),
                discarded=words.get("discarded", 0),
                open=open_.get(place, Counter()),
                moved=before.get(place) != words,
            )
            for place, words in book.items()
            if place[2] >= first
        ]
        return sorted(found, key=lambda one: (one.day, one.flow, one.account))

    def _book(self) -> dict[_Place, dict[str, int]]:
        head = f"{self._prefix}days:"
        found: dict[_Place, dict[str, int]] = defaultdict(dict)
        for key in self._redis.scan_iter(f"{head}*"):
            flow, _, account = key.decode().removeprefix(head).partition(":")
            for name, count in self._redis.hgetall(key).items():
                number, _, word = name.decode().partition("|")
                found[(flow, account, _EPOCH + timedelta(days=int(number)))][word] = int(count)
        return found

    def prune(self, now: datetime) -> None:
        """Days that are older than the finished lines are dropped."""
        last = (now.astimezone(UTC).date() - KEPT - _EPOCH).days
        for key in self._redis.scan_iter(f"{self._prefix}days:*"):
            old = [name for name in self._redis.hkeys(key) if int(name.partition(b"|")[0]) < last]
            if old:
                self._redis.hdel(key, *old)

    def _open(self) -> dict[_Place, Counter[str]]:
        """Unfinished documents by the day they came, and what they are: as their worst delivery is."""
        opened = int(self._redis.hget(f"{self._prefix}meta", "book") or 0)
        found: dict[_Place, Counter[str]] = defaultdict(Counter)
        for chunk in self._refs():
            pipe = self._redis.pipeline(transaction=False)
            for ref in chunk:
                pipe.hmget(f"{self._prefix}d:{ref}", "st", "co", "rat", "tg")
            for ref, (stage, condition, came, targets) in zip(chunk, pipe.execute(), strict=True):
                if stage is None or stage.decode() == DONE or int(came) < opened:
                    continue
                day = _EPOCH + timedelta(days=int(came) // _DAY)
                word = condition.decode() or self._delivery(ref, targets.decode())
                found[(ref.flow, ref.source, day)][word] += 1
        return found

    def _delivery(self, ref: Ref, targets: str) -> str:
        """A routed document stands where its worst delivery does."""
        names = [name for name in targets.split(",") if name]
        words = self._redis.hmget(f"{self._prefix}d:{ref}", *(f"co@{name}" for name in names)) if names else []
        there = {word.decode() for word in words if word}
        worst = ("dead", "unknown", "held", "waiting", "parked", "pending", "sending", "in_hand", "due")
        return next((word for word in worst if word in there), "due")

    def _refs(self) -> Iterator[list[Ref]]:
        head = f"{self._prefix}d:"
        seen: set[str] = set()
        chunk: list[Ref] = []
        for key in self._redis.scan_iter(f"{head}*", count=1000):
            text = key.decode().removeprefix(head)
            if text not in seen:
                seen.add(text)
                chunk.append(Ref.parse(text))
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk
