"""Telling the ledger that this process is there: a word every 20 s, so that `orderpipe doctor` knows who is not."""

import atexit
import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from tasks import opened

log = logging.getLogger(__name__)


def announce(role: str, queues: Callable[[], Sequence[str]] = tuple) -> None:
    """From now on, in a thread of its own: a Redis that does not answer holds nothing up."""
    from pipeline import bootstrap  # brings all connectors along: after the fork, and not at import

    presence = bootstrap.Presence(opened.config(), f"{socket.gethostname()}/{os.getpid()}", role)
    over = threading.Event()
    threading.Thread(
        target=_tell, args=(presence, queues, over, bootstrap.UNREACHED), daemon=True, name="presence"
    ).start()
    atexit.register(_leave, presence, over, bootstrap.UNREACHED)


def _tell(presence: Any, queues: Callable[[], Sequence[str]], over: threading.Event, unreached: Any) -> None:
    while not over.is_set():
        try:
            presence.tell(queues())
        except unreached:
            log.warning("the ledger does not answer; that we are here is told again in %.0f s", presence.every)
        over.wait(presence.every)


def _leave(presence: Any, over: threading.Event, unreached: Any) -> None:
    over.set()
    with suppress(*unreached):
        presence.leave()
