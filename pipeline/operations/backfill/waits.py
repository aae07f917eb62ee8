"""Waiting, with a word on why: while an account is paused, and while enough is on its way."""

import time
from collections.abc import Callable

from pipeline.flows.network import Network
from pipeline.ports import Gates

SILENCE = 15.0  # seconds without anything going on, after which the reader is told
_LOOK = 0.5


class Waits:
    """Of one backfill. Says each thing once, until it is over."""

    def __init__(self, gates: Gates, network: Network, account: str, say: Callable[[str], None]) -> None:
        self._gates = gates
        self._network = network
        self._account = account
        self._say = say
        self._said = ""
        self._since = 0.0

    def reason(self) -> str:
        """Why nothing can go on: the account, or every target of its routes, is shut."""
        if why := self._gates.is_shut(self._account):
            return f"{self._account}: {why}"
        shut = {name: self._gates.is_shut(name) for name in self._network.targets(self._account)}
        return "; ".join(f"{name}: {why}" for name, why in shut.items()) if shut and all(shut.values()) else ""

    def until_open(self, before: Callable[[], None] = lambda: None) -> None:
        """`before` is called once, when there is something to wait for."""
        if not self.reason():
            return
        before()
        while why := self.reason():
            self.tell(f"waits: {why}")
            time.sleep(_LOOK)
        self.tell("goes on")

    def tell(self, words: str) -> None:
        """Unless it was the last thing said."""
        if words != self._said:
            self._said = words
            self._say(words)

    def for_room(self, first: bool) -> None:
        """Called at each look that found none; tells after a while, for then probably no worker runs."""
        now = time.monotonic()
        if first:
            self._since = now
        elif now - self._since > SILENCE and not self.reason():
            self.tell(
                f"waits: enough is on its way, and none of it went on for {SILENCE:.0f} s; "
                "does a worker run? (`orderpipe status`)"
            )
