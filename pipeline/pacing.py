"""Storing at a pace: only so many documents of a backfill are on their way at once, so that live ones need not wait."""

import time
from collections.abc import Iterator, Sequence

from pipeline.domain.lifecycle import Pace
from pipeline.ports import Ledger, NewDocument, Page, Poll, Received

WHO = "backfill"


def part_of(pace: Pace) -> int:
    """How many go in at once: some finish while the next are stored."""
    return max(1, min(100, pace.limit // 4))


def pauses() -> Iterator[float]:
    """Seconds between two looks at whether there is room; for ever."""
    pause = 0.05
    while True:
        yield pause
        pause = min(2 * pause, 0.5)


def store_page(
    ledger: Ledger, documents: Sequence[NewDocument], poll: Poll, here: str | None, got: Page, pace: Pace, until: float
) -> Iterator[Received]:
    """In parts, each as soon as there is room; where the next page begins is stored with the last of them, so that one
    half stored is read again. `until` (monotonic) ends the waiting: the last is `full` then.
    """
    size = part_of(pace)
    parts = [documents[at : at + size] for at in range(0, len(documents), size)] or [[]]
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        page, cursor = (got.page, got.cursor) if last else (here, None)
        for pause in pauses():
            received = ledger.receive(
                part, poll=poll, page=page, cursor=cursor, end=last and page is None, who=WHO, pace=pace
            )
            if not received.full or time.monotonic() > until:
                break
            time.sleep(pause)
        yield received
        if received.full or received.lost:
            return
