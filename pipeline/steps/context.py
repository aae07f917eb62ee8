"""What every step is given besides its batch: the network, the limits, the gates."""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pipeline.config.model import Limits
from pipeline.domain.endings import Dead, Ending
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    Fault,
    Kind,
    OverBudget,
    PartnerTrouble,
    RateLimited,
    Refused,
    Trouble,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.domain.retry import delay, ending_for
from pipeline.domain.scrubbing import scrub
from pipeline.flows.network import Network
from pipeline.hand import Hand
from pipeline.ports import Gates, Holding

CIRCUIT = 5  # so many troubles in a row without one good answer shut the gate
# what a mistake in a mapping raises; the ledger's and the system's own errors are not among them: they end the batch
DEFECTS: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, AssertionError)
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Shared by all steps of one process."""

    network: Network
    limits: Limits
    gates: Gates
    jitter: Callable[[], float] = random.random
    horizon: Callable[[], datetime | None] = lambda: None  # when the ledger was adopted, if it was

    def note_trouble(self, hand: Hand, trouble: PartnerTrouble) -> None:
        """Ends the batch where the partner, not a document, is the trouble; shuts the gate where that is plain."""
        if isinstance(trouble, Refused | Conflict):  # these speak of a document
            return
        hand.trouble = True
        told = [holding.document for holding in hand.holdings if holding.document]
        self.judge(hand.account, trouble, told)

    def judge(self, account: str, trouble: PartnerTrouble, told: Sequence[Mapping[str, Any]] = ()) -> None:
        """What a trouble means for the account's gate. `told`: documents whose values its words may repeat."""
        why = scrub(trouble.message, told)
        first = delay(1, self.limits.backoff, self.jitter())
        match trouble:
            case OverBudget():
                pass  # one endpoint's: its budget says when, for all hosts
            case RateLimited(retry_after=asked):
                wait = timedelta(seconds=asked) if asked else first
                self.gates.shut(account, wait=wait, why=why, kind="retry_after")
            case Unauthorized():
                self.gates.shut(account, wait=timedelta(seconds=60), why=why, kind="credentials")
            case Unavailable(status=None):
                self.gates.shut(account, wait=first, why=why, kind="circuit")
            case Unavailable() | Unreadable() | Ambiguous():
                if self.gates.failed(account) >= CIRCUIT:
                    self.gates.shut(account, wait=first, why=why, kind="circuit")
            case _:
                pass

    def ending(self, met: Exception, holding: Holding, now: datetime) -> Ending:
        """What the policy says of a trouble; of a defect of ours, met in one document, that it ends this one only."""
        step = holding.step
        if isinstance(met, Trouble):
            return ending_for(
                met,
                step=step,
                attempts=holding.attempts,
                limit=self.limits.attempts,
                now=now,
                backoff=self.limits.backoff,
                jitter=self.jitter(),
            )
        LOG.error("a defect", exc_info=met, extra={"fields": {"ref": str(holding.item), "step": step}})
        cause = f"a defect: {type(met).__name__} at {_place_of(met)}"
        return Dead(
            error=Fault(step, Kind.UNREADABLE, cause, f"{cause}; it is in orderpipe's log; replay it once mended")
        )

    def is_restored(self, holding: Holding) -> bool:
        """Whether the ledger was adopted since it received this: then it may have been sent, and is not known to be."""
        adopted = self.horizon()
        return adopted is not None and holding.received_at is not None and holding.received_at < adopted

    def note_success(self, hand: Hand) -> None:
        """The partner works: a row of troubles is over."""
        if hand.probe or hand.trouble:
            return
        self.gates.worked(hand.account)


def _place_of(error: Exception) -> str:
    """The innermost file and line: no values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "?"
