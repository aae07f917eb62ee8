"""A failed row in Flower for each failed document, as task events only: nothing is published to a queue.

At most 20 rows of one cause in a minute, counted in each child process; all of them are in the Orders tab.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from kombu.exceptions import OperationalError

from pipeline.domain.lifecycle import Step
from tasks.app import app

ROWS = 20
FAILURES = frozenset({"dead", "held", "unknown", "parked"})  # waiting and given back is no failure
WINDOW = 60.0  # seconds

log = logging.getLogger(__name__)


class Allowance:
    """How many rows each cause still has in this window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._spent: dict[str, int] = {}

    def grants(self, cause: str) -> bool:
        """Take one row of this cause."""
        if self._clock() - self._began >= WINDOW:
            self._began = self._clock()
            self._spent.clear()
        self._spent[cause] = self._spent.get(cause, 0) + 1
        return self._spent[cause] <= ROWS


_allowance = Allowance()


def show_failures(task: Any, step: Step, causes: Sequence[tuple[str, str, str]]) -> None:
    """Rows `<step>.document` below the batch's own. Losing them loses nothing: the ledger has it all."""
    rows = [row for row in causes if row[1] in FAILURES and _allowance.grants(f"{step} {row[1]} {row[2]}")]
    if not rows:
        return
    batch = task.request
    try:
        with app.events.default_dispatcher(hostname=batch.hostname) as dispatcher:
            for ref, ending, cause in rows:
                row = str(uuid4())
                dispatcher.send(
                    "task-received",
                    uuid=row,
                    name=f"{step}.document",
                    args=repr((ref,)),
                    kwargs="{}",
                    root_id=batch.root_id or batch.id,
                    parent_id=batch.id,
                    retries=0,
                    eta=None,
                    expires=None,
                )
                dispatcher.send("task-started", uuid=row)
                dispatcher.send("task-failed", uuid=row, exception=f"{ending}: {cause}", traceback="")
    except (OperationalError, OSError):
        log.info("%d failed documents not shown as rows: the broker does not answer", len(rows))
