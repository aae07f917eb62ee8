"""The accept: a promise to the marketplace before the push, marked and settled like every write."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pipeline.domain.endings import Ending, GivenBack, Waiting
from pipeline.domain.errors import Trouble
from pipeline.flows.deliveries import wire_body
from pipeline.hand import Hand
from pipeline.ports import Holding
from pipeline.steps.context import DEFECTS, Context
from pipeline.steps.judge import Judged
from pipeline.steps.writing import Ready, Writing


def accept(hand: Hand, context: Context, judged: Sequence[tuple[Holding, Judged]]) -> None:
    """Afterwards they wait until they come again, released. Raises NotDurable."""
    party = context.network.party(hand.account)
    write = party.client.accept
    shut = context.gates.is_shut(hand.account)
    ready: list[Ready] = []
    endings: list[tuple[Holding, Ending]] = []
    deadlines = {holding.item: one.deadline for holding, one in judged}
    for holding, one in judged:
        if shut:
            later = hand.now + timedelta(seconds=2)  # this lane is not gated: without a pause it would be taken at once
            endings.append((holding, GivenBack(reason=f"the gate is shut: {shut}", until=later)))
            continue
        try:
            body, sent = wire_body(write, one.order)
        except (Trouble, *DEFECTS) as met:
            endings.append((holding, context.ending(met, holding, hand.now)))
        else:
            doubtful = holding.maybe_sent or context.is_restored(holding)
            ready.append(Ready(replace(holding, maybe_sent=doubtful), body, sent))
    hand.settle(endings)

    def taken(one: Ready, receipt: str | None) -> Ending:  # noqa: ARG001 - an accept has no receipt
        # the mark stays: should it come again unreleased (a list that lags), it is looked at, not accepted twice
        reason = f"accepted; {party.name} has yet to release it"
        return Waiting(reason=reason, deadline=deadlines[one.holding.item])

    Writing(hand, context, party, write, taken).out(ready)
