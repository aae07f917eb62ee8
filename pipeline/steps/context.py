"""What every step is given besides its batch: the network, the limits, the gates."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pipeline.config.model import Limits
from pipeline.domain.errors import (
    Ambiguous,
    PartnerTrouble,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.domain.retry import delay
from pipeline.flows.network import Network
from pipeline.hand import Hand
from pipeline.ports import Gates

CIRCUIT = 5  # so many troubles in a row without one good answer shut the gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Shared by all steps of one process."""

    network: Network
    limits: Limits
    gates: Gates
    jitter: Callable[[], float] = random.random

    def note_trouble(self, hand: Hand, trouble: PartnerTrouble) -> None:
        """Ends the batch where the partner, not a document, is the trouble; shuts the gate where that is plain."""
        if isinstance(trouble, Refused):
            return
        hand.trouble = True
        self.judge(hand.account, trouble)

    def judge(self, account: str, trouble: PartnerTrouble) -> None:
        """What a trouble means for the account's gate."""
        first = delay(1, self.limits.backoff, self.jitter())
        match trouble:
            case RateLimited(retry_after=asked):
                wait = timedelta(seconds=asked) if asked else first
                self.gates.shut(account, wait=wait, why=trouble.message, kind="retry_after")
            case Unauthorized():
                self.gates.shut(account, wait=timedelta(seconds=60), why=trouble.message, kind="credentials")
            case Unavailable(status=None):
                self.gates.shut(account, wait=first, why=trouble.message, kind="circuit")
            case Unavailable() | Unreadable() | Ambiguous():
                if self.gates.failed(account) >= CIRCUIT:
                    self.gates.shut(account, wait=first, why=trouble.message, kind="circuit")
            case _:
                pass

    def note_success(self, hand: Hand) -> None:
        """The partner works: a row of troubles is over."""
        if hand.probe or hand.trouble:
            return
        self.gates.worked(hand.account)
