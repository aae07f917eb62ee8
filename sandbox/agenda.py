"""The sandbox's clock and the things that are to happen later; nothing happens between two requests."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
Act = Callable[[datetime], object]


def utc_now() -> datetime:
    """The clock unless another is given."""
    return datetime.now(UTC)


def format_instant(moment: datetime) -> str:
    """`2026-11-22T09:30:00.123Z`: fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class Agenda:
    """What falls due is done at the next request, with its own due time.

    No client can tell the difference: every answer is made after catching up, so nobody sees a moment
    in which something was due and had not happened. A moment never lies before one already answered for.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reached = clock()
        self._number = itertools.count()
        self._due: list[tuple[datetime, int, Act]] = []

    def schedule(self, when: datetime, act: Act) -> None:
        """Do something at a moment, or at the next request after it."""
        heapq.heappush(self._due, (when, next(self._number), act))

    @property
    def reached(self) -> datetime:
        """The moment up to which everything due has been done."""
        return self._reached

    def catch_up(self) -> datetime:
        """Do all that is due, in order of time; return the present moment."""
        now = max(self._clock(), self._reached)
        while self._due and self._due[0][0] <= now:
            when, _, act = heapq.heappop(self._due)
            self._reached = max(when, self._reached)
            act(self._reached)
        self._reached = now
        return now
