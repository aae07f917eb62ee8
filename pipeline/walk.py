"""One step over one lane: take, do, settle, release. The only way in for a worker."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pipeline.domain.lifecycle import split_lane
from pipeline.hand import Hand, Report
from pipeline.ports import Ledger, NotDurable
from pipeline.steps import STEPS
from pipeline.steps.context import Context

SLOT = timedelta(seconds=30)  # no batch holds a slot for longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Walks lanes for one worker. `who` names it in timelines."""

    ledger: Ledger
    context: Context
    who: str

    def over(self, lane: str, hint: Callable[[str], None], *, limit: int = 100) -> Report:
        """Takes what is due in the lane and ends each. `hint` publishes that a lane has work; a crash anywhere leaves
        the rest to the lease, an exception gives it back. Raises ValueError for what is no lane of ours.
        """
        step, account = split_lane(lane)
        try:
            self.context.network.party(account)
        except KeyError:
            raise ValueError(f"{lane!r}: no such account is configured") from None
        token, began = uuid.uuid4().hex, time.monotonic()
        take = self.ledger.take(lane, token, limit=limit)
        for name in take.lanes:
            hint(name)
        if not take.holdings:
            return Report(lane, note=f"gate shut: {take.shut}" if take.shut else "at its cap" if take.full else "")
        slot = min(SLOT, self.context.limits.lease / 2)
        hand = Hand(self.ledger, take, lane, who=self.who, slot=slot, hint=hint)
        note = ""
        try:
            STEPS[step](hand, self.context)
        except NotDurable as reason:
            note = f"nothing sent: {reason}"
            hand.trouble = True
            self.context.gates.shut(account, wait=timedelta(seconds=10), why=str(reason), kind="durability")
        except Exception as defect:
            hand.give_up(f"the step failed: {type(defect).__name__}", hand.now + self.context.limits.backoff[0])
            raise
        finally:
            took = timedelta(seconds=time.monotonic() - began)
            documents = len(take.holdings)
            for name in self.ledger.release(token, lane, probe=_probe(hand), took=took, documents=documents):
                hint(name)
        return hand.report(note)


def _probe(hand: Hand) -> str:
    """How a probe of a shut gate went. A batch that called nobody proves nothing."""
    if not hand.probe:
        return ""
    if hand.trouble:
        return "failed"
    return "ok" if hand.called else "none"
