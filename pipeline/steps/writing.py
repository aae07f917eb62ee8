"""The one way to write to a partner: look first where it may be there, mark, call once, settle each document.

A batch ends at the first answer that says nothing about the documents but much about the partner (no connection,
429, credentials, an ambiguous outcome): what was not yet sent goes back with no attempt spent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pipeline.domain.endings import Advanced, Dead, Ending, GivenBack, Held, Parked, Pending, Unknown
from pipeline.domain.errors import Ambiguous, Fault, Kind, PartnerTrouble, Refused, Trouble, Unavailable
from pipeline.domain.lifecycle import Condition
from pipeline.domain.retry import delay, ending_for
from pipeline.flows.network import Party
from pipeline.hand import Hand
from pipeline.ports import Absent, Body, Holding, Outcome, Promised, Taken, Write
from pipeline.steps.context import Context


@dataclass(frozen=True, slots=True)
class Ready:
    """One document ready to be written."""

    holding: Holding
    body: Body
    fingerprint: str = ""
    absent: bool = False  # a look-up has just proven that the partner does not have it


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
        pending = [one for one in ready if one.holding.condition is Condition.PENDING and one.holding.handle]
        doubtful = [one for one in ready if one not in pending and one.holding.maybe_sent]
        fresh = [one for one in ready if one not in pending and not one.holding.maybe_sent]
        if pending:
            self._ask(pending)
        rest = [*self._look(doubtful), *fresh]
        size = max(1, min(self.write.batch, self.party.batch))
        while rest and not self._over(rest):
            self._call(rest[:size])
            rest = rest[size:]

    def _call(self, chunk: Sequence[Ready]) -> None:
        by_item = {one.holding.item: one for one in chunk}
        granted = [by_item[holding.item] for holding in self.hand.send([one.holding for one in chunk])]
        if not granted:
            return  # taken over meanwhile: another holder answers for them
        outcomes: Sequence[Outcome]
        try:
            outcomes = self.write.send([one.body for one in granted])
        except PartnerTrouble as trouble:
            outcomes = [trouble] * len(granted)
            self.context.note_trouble(self.hand, trouble)
        else:
            if len(outcomes) != len(granted):
                outcomes = [Ambiguous("the connector gave another number of outcomes than documents")] * len(granted)
            if any(isinstance(outcome, Ambiguous) for outcome in outcomes):
                self.hand.trouble = True
            elif not any(isinstance(outcome, PartnerTrouble) for outcome in outcomes):
                self.context.note_success(self.hand)
        self._settle(granted, outcomes)

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
        ending = ending_for(
            trouble,
            step=self.hand.step,
            attempts=one.holding.attempts,
            limit=self.context.limits.attempts,
            now=self.hand.now,
            backoff=self.context.limits.backoff,
            jitter=self.context.jitter(),
        )
        # never sent, or refused: certainly not taken now, nor before unless an earlier call left a doubt
        clean = one.absent or not one.holding.maybe_sent
        match ending:
            case Unknown(evidence=evidence):
                return self._unknown(one.holding, evidence)
            case Parked():
                if isinstance(trouble, Unavailable) and trouble.status is None:
                    ending = replace(ending, spend=False)  # no connection says nothing about the document
                return replace(ending, unsent=clean)
            case Dead() | Held():
                return replace(ending, unsent=clean and isinstance(trouble, Refused))
            case _:
                return ending

    def _unknown(self, holding: Holding, evidence: Fault) -> Unknown:
        """Looked up (or repeated, where safe) after the settle delay; left to an operator where neither is."""
        tried = holding.attempts + 1
        if not self.write.can_be_settled or tried >= self.context.limits.attempts:
            remedy = "look it up at the partner, then `orderpipe resolve` it"
            return Unknown(evidence=replace(evidence, message=f"{evidence.message}; {remedy}"))
        again = delay(tried, self.context.limits.backoff, self.context.jitter()) if tried > 1 else timedelta()
        return Unknown(evidence=evidence, look_at=self.hand.now + max(self.party.settle_delay, again))

    def _look(self, doubtful: Sequence[Ready]) -> Iterator[Ready]:
        """Settles what is found; yields what may be sent."""
        if self.write.listed_again:
            note = "perhaps taken: if it was not, the partner's next list asks again"
            self.hand.settle([(one.holding, Advanced(fingerprint=one.fingerprint, note=note)) for one in doubtful])
            return
        if self.write.look is None:
            if self.write.repeat_is_safe:
                yield from doubtful
            else:
                evidence = self._doubt("an earlier call may have been taken, and the partner has no look-up")
                self.hand.settle([(one.holding, self._unknown(one.holding, evidence)) for one in doubtful])
            return
        size = max(1, self.party.batch)
        for start in range(0, len(doubtful), size):
            chunk = doubtful[start : start + size]
            if self._over(chunk):
                continue
            self.hand.called = True
            try:
                seen = self.write.look([one.body for one in chunk])
            except PartnerTrouble as trouble:
                self.context.note_trouble(self.hand, trouble)
                until = self.hand.now + delay(1, self.context.limits.backoff, self.context.jitter())
                self._give_back(chunk, f"could not be looked up: {trouble.cause}", until=until)
                continue
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
                        endings.append((one.holding, Unknown(evidence=doubt)))
            self.hand.settle(endings)

    def _ask(self, pending: Sequence[Ready]) -> None:
        """Results of what an asynchronous partner promised."""
        assert self.write.outcome is not None  # noqa: S101 - only such a write gives handles
        self.hand.called = True
        try:
            outcomes = self.write.outcome([one.holding.handle or "" for one in pending])
        except PartnerTrouble as trouble:
            self.context.note_trouble(self.hand, trouble)
            self._give_back(pending, f"its result could not be asked: {trouble.cause}")
        else:
            self._settle(pending, outcomes)

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
