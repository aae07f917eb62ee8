"""The one way to write to a partner: look first where it may be there, mark, call once, settle each document.

A batch ends at the first answer that says nothing about the documents but much about the partner (no connection,
429, credentials, an ambiguous outcome): what was not yet sent goes back with no attempt spent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pipeline.domain.endings import Advanced, Dead, Ending, GivenBack, Held, Parked, Pending, Unknown
from pipeline.domain.errors import Ambiguous, Fault, Kind, PartnerTrouble, RateLimited, Refused, Trouble, Unauthorized, Unavailable
from pipeline.domain.lifecycle import Condition
from pipeline.domain.retry import delay, ending_for
from pipeline.flows.network import Party
from pipeline.hand import Hand
from pipeline.ports import Absent, Body, Holding, Outcome, Promised, Taken, Write
from pipeline.steps.context import Context


@dataclass(frozen=True, slots=True)
class Parcelled:
    """One document ready to be written."""

    holding: Holding
    body: Body
    fingerprint: str = ""
    absent: bool = False  # a look-up has just proven that the partner does not have it


Ended = Callable[[Parcelled, str | None], Ending]  # what a yes means: given the receipt


def write_out(
    hand: Hand, context: Context, party: Party, write: Write[Any], ready: Sequence[Parcelled], taken: Ended
) -> None:
    """Ends every one of `ready`. Raises NotDurable (nothing was sent of the call in question)."""
    pending = [one for one in ready if one.holding.condition is Condition.PENDING and one.holding.handle]
    doubtful = [one for one in ready if one not in pending and one.holding.maybe_sent]
    fresh = [one for one in ready if one not in pending and not one.holding.maybe_sent]
    if pending:
        _ask(hand, context, party, write, pending, taken)
    if doubtful and not hand.trouble:
        fresh = [*_look(hand, context, party, write, doubtful, taken), *fresh]
    elif doubtful:
        _give_back(hand, doubtful, "the partner is not answering")
    rest = list(fresh)
    while rest:
        if hand.trouble or hand.time_is_up:
            _give_back(hand, rest, "the batch ended" if hand.trouble else "its time was up")
            return
        size = max(1, min(write.batch, party.batch))
        chunk, rest = rest[:size], rest[size:]
        _call(hand, context, party, write, chunk, taken)


def _call(
    hand: Hand, context: Context, party: Party, write: Write[Any], chunk: Sequence[Parcelled], taken: Ended
) -> None:
    by_item = {one.holding.item: one for one in chunk}
    granted = [by_item[holding.item] for holding in hand.send([one.holding for one in chunk])]
    if not granted:
        return  # taken over meanwhile: another holder answers for them
    outcomes: Sequence[Outcome]
    try:
        outcomes = write.send([one.body for one in granted])
    except PartnerTrouble as trouble:
        outcomes = [trouble] * len(granted)
        context.note_trouble(hand, trouble)
    else:
        if len(outcomes) != len(granted):
            outcomes = [Ambiguous("the connector gave another number of outcomes than documents")] * len(granted)
        if any(isinstance(outcome, Ambiguous) for outcome in outcomes):
            hand.trouble = True
        elif not any(isinstance(outcome, PartnerTrouble) for outcome in outcomes):
            context.note_success(hand)
    hand.settle([(one.holding, _ending(context, party, write, one, outcome, taken, hand))
                 for one, outcome in zip(granted, outcomes, strict=True)])


def _ending(
    context: Context, party: Party, write: Write[Any], one: Parcelled, outcome: Outcome, taken: Ended, hand: Hand
) -> Ending:
    match outcome:
        case Taken(receipt=receipt):
            return taken(one, receipt)
        case Promised(handle=handle, wait=wait):
            return Pending(handle=handle, until=hand.now + wait)
        case _:
            return after_trouble(context, party, write, one, outcome, hand)


def after_trouble(
    context: Context, party: Party, write: Write[Any], one: Parcelled, trouble: Trouble, hand: Hand
) -> Ending:
    """The policy's ending, with what the walk knows: when to look, and whether the mark may be cleared."""
    ending = ending_for(
        trouble, step=hand.step, attempts=one.holding.attempts, limit=context.limits.attempts, now=hand.now,
        backoff=context.limits.backoff, jitter=context.jitter(),
    )  # fmt: skip
    # never sent, or refused: certainly not taken now, nor before unless an earlier call left a doubt
    clean = one.absent or not one.holding.maybe_sent
    match ending:
        case Unknown(evidence=evidence):
            return unknown(context, party, write, one.holding, evidence, hand)
        case Parked():
            if isinstance(trouble, Unavailable) and trouble.status is None:
                ending = replace(ending, spend=False)  # no connection says nothing about the document
            return replace(ending, unsent=clean)
        case Dead() | Held():
            return replace(ending, unsent=clean and isinstance(trouble, Refused))
        case _:
            return ending


def unknown(
    context: Context, party: Party, write: Write[Any], holding: Holding, evidence: Fault, hand: Hand
) -> Unknown:
    """Looked up (or repeated, where that is safe) after the settle delay; left to an operator where neither is."""
    tried = holding.attempts + 1
    if (write.look is None and not write.repeat_is_safe) or tried >= context.limits.attempts:
        remedy = "look it up at the partner, then `orderpipe resolve` it"
        return Unknown(evidence=replace(evidence, message=f"{evidence.message}; {remedy}"))
    wait = max(party.settle_delay, delay(tried, context.limits.backoff, context.jitter()) if tried > 1 else timedelta())
    return Unknown(evidence=evidence, look_at=hand.now + wait)


def _look(
    hand: Hand, context: Context, party: Party, write: Write[Any], doubtful: Sequence[Parcelled], taken: Ended
) -> Iterator[Parcelled]:
    """Settles what is found; yields what may be sent."""
    look = write.look
    if look is None:
        endings: list[tuple[Holding, Ending]] = []
        for one in doubtful:
            if write.repeat_is_safe:
                yield one
            else:
                endings.append((one.holding, unknown(context, party, write, one.holding, _evidence(one, hand), hand)))
        hand.settle(endings)
        return
    size = max(1, party.batch)
    for start in range(0, len(doubtful), size):
        chunk = doubtful[start : start + size]
        if hand.trouble or hand.time_is_up:
            _give_back(hand, chunk, "the partner is not answering" if hand.trouble else "its time was up")
            continue
        hand.called = True
        try:
            seen = look([one.body for one in chunk])
        except PartnerTrouble as trouble:
            context.note_trouble(hand, trouble)
            until = hand.now + delay(1, context.limits.backoff, context.jitter())
            hand.settle([(one.holding, GivenBack(reason=f"could not be looked up: {trouble.cause}", until=until)) for one in chunk])
            continue
        endings = []
        for one, answer in zip(chunk, seen, strict=True):
            match answer:
                case Taken(receipt=receipt):
                    endings.append((one.holding, taken(one, receipt)))
                case Absent():
                    yield replace(one, absent=True)
                case None if write.repeat_is_safe:
                    yield one
                case None:
                    doubt = replace(_evidence(one, hand), message="the look-up could not tell whether it arrived")
                    endings.append((one.holding, Unknown(evidence=doubt)))
        hand.settle(endings)


def _ask(
    hand: Hand, context: Context, party: Party, write: Write[Any], pending: Sequence[Parcelled], taken: Ended
) -> None:
    """Results of what an asynchronous partner promised."""
    assert write.outcome is not None  # noqa: S101 - only such a write gives handles
    hand.called = True
    try:
        outcomes = write.outcome([one.holding.handle or "" for one in pending])
    except PartnerTrouble as trouble:
        context.note_trouble(hand, trouble)
        _give_back(hand, pending, f"its result could not be asked: {trouble.cause}")
        return
    hand.settle([(one.holding, _ending(context, party, write, one, outcome, taken, hand))
                 for one, outcome in zip(pending, outcomes, strict=True)])


def _evidence(one: Parcelled, hand: Hand) -> Fault:
    return Fault(hand.step, Kind.AMBIGUOUS, "an earlier call may have been taken",
                 "an earlier call may have been taken, and the partner has no look-up")  # fmt: skip


def _give_back(hand: Hand, ready: Sequence[Parcelled], reason: str) -> None:
    hand.settle([(one.holding, GivenBack(reason=reason)) for one in ready])


def gate_kind(trouble: PartnerTrouble) -> str | None:
    """Which kind of shut gate a trouble asks for at once; None: only when it goes on."""
    match trouble:
        case RateLimited():
            return "retry_after"
        case Unauthorized():
            return "credentials"
        case Unavailable(status=None):
            return "circuit"
        case _:
            return None


def advanced(one: Parcelled, receipt: str | None) -> Ending:
    """A push's yes."""
    return Advanced(receipt=receipt, fingerprint=one.fingerprint)
