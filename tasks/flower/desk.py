"""The operator's desk behind Flower's pages: it talks to Redis, so it is asked in threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from redis.exceptions import RedisError

from pipeline.bootstrap import LedgerUnavailable

T = TypeVar("T")
THREADS = 4  # a long replay must not keep others from looking


class NoLedger(Exception):
    """The ledger can't be asked now; the words say why."""


class DeskRoom:
    """One desk, opened at the first question; when it can't be opened, the next question tries again."""

    def __init__(self, open_desk: Callable[[], Any]) -> None:
        self._open = open_desk
        self._desk: Any = None
        self._opening = Lock()
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="desk")

    async def ask(self, question: Callable[[Any], T]) -> T:
        """What the question gives for the desk. Raises NoLedger, and what the desk raises of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, question)

    def close(self) -> None:
        """Give the connections back."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._desk is not None:
            self._desk.close()

    def _ask(self, question: Callable[[Any], T]) -> T:
        try:
            with self._opening:
                if self._desk is None:
                    self._desk = self._open()
            return question(self._desk)
        except LedgerUnavailable as obstacle:
            raise NoLedger(str(obstacle)) from None
        except RedisError as error:
            raise NoLedger(f"Redis does not answer ({type(error).__name__})") from None
