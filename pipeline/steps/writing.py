"""The one way to write to a partner: look first where it may be there, mark, call once, settle each document.

A batch ends at the first answer that says nothing about the documents but much about the partner (no connection,
429, credentials, an ambiguous outcome): what was not yet sent goes back with no attempt spent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pipeline.domain.endings import Advanced, Dead, Ending, GivenBack, Held, Parked, Pending, Unknown
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    Fault,
    Invalid,
    Kind,
    NotConfigured,
    PartnerTrouble,
    Puzzling,
    RateLimited,
    Refused,
    Trouble,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.domain.lifecycle import Condition
from pipeline.domain.retry import delay, ending_for
from pipeline.flows.network import Party
from pipeline.hand import Hand
from pipeline.ports import Absent, Body, Holding, NotDurable, Outcome, Promised, Seen, Taken, Write
from pipeline.steps.context import Context


@dataclass(frozen=True, slots=True)
class Ready:
    """One document ready to be written."""

    holding: Holding
    body: Body
    fingerprint: str = ""
    absent: bool = False  # the partner has just said (a look-up, a refused promise) that it does not have it


# certainly not taken: refused, never sent, or stopped at a read (a table, the order itself) before it was sent
NOT_TAKEN: Final = (
    Invalid, Puzzling, NotConfigured, Refused, RateLimited, Unauthorized, Unavailable, Unreadable
)  # fmt: skip
REMEDY: Final = "look it up at the partner, then `orderpipe resolve` it"
Ended = Callable[[Ready, str | None], Ending]  # what a yes means: given the receipt


def advanced(one: Ready, receipt: str | None) -> Ending:
    """A push's yes."""
    return Advanced(receipt=receipt, fingerprint=one.fingerprint)


@dataclass(frozen=True, slots=True)
class Writing:
    """One kind of write, of one batch, at one partner. `taken` says how a document ends that the partner took."""

    hand: Hand
    context: Context
    party: Party
    write: Write[Any]
    taken: Ended

    def out(self, ready: Sequence[Ready]) -> None:
        """Ends every one of `ready`. Raises NotDurable (nothing was sent of the call in question)."""
        pending = [one for one in ready if self._is_promised(one.holding)]
        doubtful = [one for one in ready if one not in pending and one.holding.maybe_sent]
        fresh = [one for one in ready if one not in pending and not one.holding.maybe_sent]
        rest = [*self._ask(pending), *self.look(doubtful), *fresh]
        while rest and not self._over(rest):
            self._call(rest[: self._size])
            rest = rest[self._size :]

    def _is_promised(self, holding: Holding) -> bool:
        """A worker lost in a call after the promise (its next part) leaves the handle behind, and a doubt that no
        promise answers: that is looked up.
        """
        return bool(holding.handle and self.write.outcome) and holding.condition is not Condition.UNKNOWN

    @property
    def _size(self) -> int:
        return max(1, min(self.write.batch, self.party.batch))

    def _call(self, chunk: Sequence[Ready]) -> None:
        by_item = {one.holding.item: one for one in chunk}
        try:
            told = {one.holding.item: one.fingerprint for one in chunk}
            granted = [by_item[holding.item] for holding in self.hand.send([one.holding for one in chunk], told)]
        except NotDurable as reason:  # the mark may be there all the same: it is taken back, for nothing is sent
            backs = [GivenBack(reason=f"not sent: {reason}", unsent=_is_clean(one)) for one in chunk]
            self.hand.settle([(one.holding, back) for one, back in zip(chunk, backs, strict=True)])
            raise
        if not granted:
            return  # taken over meanwhile: another holder answers for them
        outcomes: Sequence[Outcome]
        try:
            outcomes = self.write.send([one.body for one in granted])
        except Trouble as trouble:
            outcomes = [trouble] * len(granted)
        if len(outcomes) != len(granted):
            outcomes = [Ambiguous("the connector gave another number of outcomes than documents")] * len(granted)
        self._note(outcomes)
        self._settle(granted, outcomes)

    def _note(self, outcomes: Sequence[Outcome]) -> None:
        """What the answers say of the partner, rather than of a document, is told to its gate, once a call."""
        troubles = [outcome for outcome in outcomes if isinstance(outcome, PartnerTrouble)]
        for trouble in troubles:
            if not isinstance(trouble, Refused | Conflict):
                self.context.note_trouble(self.hand, trouble)
                return
        self.context.note_success(self.hand)

    def _settle(self, ready: Sequence[Ready], outcomes: Sequence[Outcome]) -> None:
        pairs = zip(ready, outcomes, strict=True)
        self.hand.settle([(one.holding, self._ending(one, outcome)) for one, outcome in pairs])

    def _ending(self, one: Ready, outcome: Outcome) -> Ending:
        match outcome:
            case Taken(receipt=receipt):
                return self.taken(one, receipt)
            case Promised(handle=handle, wait=wait):
                return Pending(handle=handle, until=self.hand.now + wait)
            case _:
                return self._after(one, outcome)

    def _after(self, one: Ready, trouble: Trouble) -> Ending:
        """The policy's ending, with what is known here: when to look, and whether the mark may be cleared."""
        unreached = isinstance(trouble, Unavailable) and trouble.status is None  # says nothing about the document
        ending = ending_for(
            trouble,
            step=self.hand.step,
            attempts=0 if unreached else one.holding.attempts,
            limit=max(2, self.context.limits.attempts) if unreached else self.context.limits.attempts,
            now=self.hand.now,
            backoff=self.context.limits.backoff,
            jitter=self.context.jitter(),
        )
        clean = _is_clean(one) and isinstance(trouble, NOT_TAKEN)
        match ending:
            case Unknown(evidence=evidence):
                return self._unknown(one.holding, evidence)
            case Parked():
                return replace(ending, unsent=clean, spend=ending.spend and not unreached)
            case Dead() | Held():
                return replace(ending, unsent=clean)
            case _:
                return ending

    def _unknown(self, holding: Holding, evidence: Fault) -> Unknown:
        """Looked up (or repeated, where safe) after the settle delay; left to an operator where neither is."""
        tried = holding.attempts + 1
        if not self.write.can_be_settled or tried >= self.context.limits.attempts:
            return Unknown(evidence=replace(evidence, message=f"{evidence.message}; {REMEDY}"))
        again = delay(tried, self.context.limits.backoff, self.context.jitter()) if tried > 1 else timedelta()
        return Unknown(evidence=evidence, look_at=self.hand.now + max(self.party.settle_delay, again))

    def look(self, doubtful: Sequence[Ready]) -> Iterator[Ready]:
        """Settles what is found; yields what may be sent. Nobody looks, or repeats, before the partner had its settle
        delay to finish what it was sent: a replay does not shorten that.
        """
        if self.write.listed_again:
            note = "perhaps taken: if it was not, the partner's next list asks again"
            self.hand.settle([(one.holding, Advanced(fingerprint=one.fingerprint, note=note)) for one in doubtful])
            return
        early = [one for one in doubtful if self._ripe_at(one) > self.hand.now]
        for one in early:
            self._give_back([one], "its partner may still be at work on it", until=self._ripe_at(one))
        ripe = [one for one in doubtful if one not in early]
        if self.write.look is None:
            if self.write.repeat_is_safe:
                yield from ripe
            else:
                self.hand.settle([(one.holding, self._unanswerable(one.holding)) for one in ripe])
            return
        for start in range(0, len(ripe), self._size):
            chunk = ripe[start : start + self._size]
            if not self._over(chunk):
                yield from self._looked(chunk, self.write.look)

    def _looked(self, chunk: Sequence[Ready], look: Callable[[Sequence[Body]], Sequence[Seen]]) -> Iterator[Ready]:
        self.hand.called = True
        try:
            seen = look([one.body for one in chunk])
        except PartnerTrouble as trouble:
            self.context.note_trouble(self.hand, trouble)
            reason = f"could not be looked up: {trouble.cause}"
            if isinstance(trouble, Refused):  # of this document, and for good
                self.hand.settle([(one.holding, self._unknown(one.holding, self._doubt(reason))) for one in chunk])
            else:
                self._give_back(chunk, reason, until=self._soon)
            return
        endings: list[tuple[Holding, Ending]] = []
        for one, answer in zip(chunk, seen, strict=True):
            match answer:
                case Taken(receipt=receipt):
                    endings.append((one.holding, self.taken(one, receipt)))
                case Absent():
                    yield replace(one, absent=True)
                case None if self.write.repeat_is_safe:
                    yield one
                case None:
                    doubt = self._doubt("the look-up could not tell whether it arrived")
                    endings.append((one.holding, self._unknown(one.holding, doubt)))
        self.hand.settle(endings)

    def _unanswerable(self, holding: Holding) -> Ending:
        """Neither a look nor a repeat: a person's. What we never marked ourselves is held, there is no evidence."""
        if holding.sent_at is not None:
            evidence = self._doubt("an earlier call may have been taken, and the partner has no look-up")
            return self._unknown(holding, evidence)
        words = f"older than what the ledger remembers: {self.party.name} may have it, and can't be asked; {REMEDY}"
        return Held(error=Fault(self.hand.step, Kind.AMBIGUOUS, "older than what the ledger remembers", words))

    def _ripe_at(self, one: Ready) -> datetime:
        sent = one.holding.sent_at
        return sent + self.party.settle_delay if sent else self.hand.now

    def _ask(self, pending: Sequence[Ready]) -> Sequence[Ready]:
        """Results of what an asynchronous partner promised; gives those of which more is to be sent.

        They keep their mark: a part of them is there, so nothing that goes wrong with the next one clears it.
        """
        if not pending or self._over(pending) or self.write.outcome is None:
            return ()
        self.hand.called = True
        try:
            outcomes = self.write.outcome([one.holding.handle or "" for one in pending])
        except PartnerTrouble as trouble:
            self.context.note_trouble(self.hand, trouble)
            self._give_back(pending, f"its result could not be asked: {trouble.cause}", until=self._soon)
            return ()
        told: list[tuple[Ready, Outcome]] = []
        more: list[Ready] = []
        for one, outcome in zip(pending, outcomes, strict=True):
            if isinstance(outcome, Absent):
                more.append(one)
            else:  # a promise that ends in a refusal is the partner's word that it has nothing
                told.append((replace(one, absent=isinstance(outcome, Refused)), outcome))
        self._note([outcome for _, outcome in told])
        self._settle([one for one, _ in told], [outcome for _, outcome in told])
        return more

    @property
    def _soon(self) -> datetime:
        return self.hand.now + delay(1, self.context.limits.backoff, self.context.jitter())

    def _over(self, ready: Sequence[Ready]) -> bool:
        """Whether the batch has ended; these go back then."""
        if not (self.hand.trouble or self.hand.time_is_up):
            return False
        self._give_back(ready, "the batch ended" if self.hand.trouble else "its time was up")
        return True

    def _give_back(self, ready: Sequence[Ready], reason: str, **later: Any) -> None:
        self.hand.settle([(one.holding, GivenBack(reason=reason, **later)) for one in ready])

    def _doubt(self, message: str) -> Fault:
        return Fault(self.hand.step, Kind.AMBIGUOUS, "an earlier call may have been taken", message)


def _is_clean(one: Ready) -> bool:
    """No earlier call has left a doubt: the mark of this one is all there is."""
    return one.absent or not one.holding.maybe_sent
