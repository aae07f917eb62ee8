"""Noticing that this worker is connected but hears nothing (Celery on Redis can end up so after a lost connection).

Deaf: for a minute a slot was free, nothing was received, and a queue it serves was not empty. Such a worker ends and
its supervisor starts it again. A broker that does not answer is no reason: nobody hears anything then.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import signals
from celery.worker import state
from kombu.exceptions import OperationalError

PATIENCE = 60.0  # seconds
LOOK = 5.0
LAST_GRACE = 30.0  # beyond its soft shutdown

log = logging.getLogger(__name__)


class Ear:
    """The rule, without clocks or sockets of its own."""

    def __init__(self, now: float) -> None:
        self._since = now
        self._received = 0

    def deaf(self, now: float, *, received: int, free: bool, waiting: int | None) -> bool:
        """`received` counts from the start; `waiting` is None when the broker gave no answer."""
        if received != self._received or not free or not waiting:
            self._received = received
            self._since = now
        return now - self._since >= PATIENCE


def listen(worker: Any) -> None:
    """From the moment the worker is ready, look every few seconds, in a thread of the main process."""
    received = [0]

    def count(**_: object) -> None:
        received[0] += 1

    def begin(**_: object) -> None:
        threading.Thread(target=_listen, args=(worker, lambda: received[0]), daemon=True, name="ear").start()

    signals.task_received.connect(count, weak=False)
    signals.worker_ready.connect(begin, weak=False)


def _listen(worker: Any, received: Callable[[], int]) -> None:
    ear = Ear(time.monotonic())
    slots = int(worker.pool.num_processes)
    while True:
        time.sleep(LOOK)
        free = len(state.active_requests) < slots
        if ear.deaf(time.monotonic(), received=received(), free=free, waiting=_waiting(worker)):
            log.critical("messages wait, a slot is free, and nothing was heard for %d s: this worker ends", PATIENCE)
            _end(worker)


def _waiting(worker: Any) -> int | None:
    """Messages in the queues it serves now; None when it serves none or the broker is silent."""
    consumer = worker.consumer.task_consumer
    if consumer is None:
        return None
    try:
        with worker.app.connection_for_read() as connection:
            return sum(_length(connection, queue.name) for queue in list(consumer.queues))
    except (OperationalError, OSError, *worker.app.connection_for_read().connection_errors):
        return None


def _length(connection: Any, queue: str) -> int:
    try:
        return int(connection.default_channel.queue_declare(queue, passive=True).message_count)
    except connection.channel_errors:
        return 0  # an empty Redis list does not exist


def _end(worker: Any) -> None:
    worker.exitcode = 1  # so that supervisors that look at it start it again
    os.kill(os.getpid(), signal.SIGQUIT)  # Celery's soft, then cold shutdown
    time.sleep(float(worker.app.conf.worker_soft_shutdown_timeout) + LAST_GRACE)
    os._exit(1)  # its main loop is stuck; the kernel ends the children with it
