"""Celery's worker with three habits of ours: no gossip, a prompt soft stop, and an end when it has gone deaf."""

import mmap
import sys
import time
from collections.abc import Mapping
from typing import Any

from billiard.process import current_process
from celery import signals
from celery.apps.worker import Worker as CeleryWorker

from tasks import deaf, opened, presence

SLOTS = 1024
_LOOK = 0.05  # seconds


class Busy:
    """Which pool children are inside a task: a byte each, in memory shared over the fork."""

    def __init__(self) -> None:
        self._flags = mmap.mmap(-1, SLOTS)
        signals.worker_process_init.connect(self._leave, weak=False)
        signals.task_prerun.connect(self._enter, weak=False)
        signals.task_postrun.connect(self._leave, weak=False)

    def any(self) -> bool:
        """Whether any child is at work."""
        return any(self._flags[:])

    def _enter(self, **_: object) -> None:
        self._flags[_slot()] = 1

    def _leave(self, **_: object) -> None:
        self._flags[_slot()] = 0


class Worker(CeleryWorker):  # type: ignore[misc] # Celery has no types
    """What `celery -A tasks.app worker` runs."""

    def setup_instance(self, **options: Any) -> None:
        """Before the pool forks. Exits 2 when the ledger can't be used."""
        obstacle = opened.try_pipeline()
        if obstacle:
            sys.stderr.write(f"{obstacle}\n")
            raise SystemExit(2)
        self._busy = Busy()
        super().setup_instance(**options)
        deaf.listen(self)
        signals.worker_ready.connect(self._announce, weak=False)

    def _announce(self, **_: object) -> None:
        presence.announce("worker", lambda: list(self.app.amqp.queues.consume_from))

    def prepare_args(self, **options: Any) -> Mapping[str, Any]:
        """Gossip and mingle tell workers of each other; ours have the ledger for that."""
        return {**super().prepare_args(**options), "without_gossip": True, "without_mingle": True}

    def wait_for_soft_shutdown(self) -> None:
        """As long as children work, at most the soft timeout. (Celery's own sleeps through all of it.)"""
        end = time.monotonic() + float(self.app.conf.worker_soft_shutdown_timeout)
        if self.consumer.task_consumer:  # nothing new while we wait; what is not taken stays in its queue
            self.consumer.task_consumer.cancel()
        while self._busy.any() and time.monotonic() < end:
            time.sleep(_LOOK)


def _slot() -> int:
    return int(getattr(current_process(), "index", 0)) % SLOTS
