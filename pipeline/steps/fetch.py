"""fetch: one document read at its marketplace: an order whose list row is not whole, or one that an OMS asks about."""

from pipeline.domain.endings import Advanced, Ending, GivenBack
from pipeline.domain.errors import FieldError, PartnerTrouble, Puzzling, Trouble
from pipeline.domain.lifecycle import Flow, Mark, Step
from pipeline.hand import Hand
from pipeline.ports import Holding
from pipeline.steps.context import DEFECTS, Context


def fetch(hand: Hand, context: Context) -> None:
    """One GET a document; a partner in trouble ends the batch, and what was not asked goes back."""
    for holding in hand.holdings:
        if hand.trouble or hand.time_is_up:
            hand.settle([(holding, GivenBack(reason="the batch ended"))])
            continue
        hand.settle([(holding, _fetched(holding, hand, context))])


def _fetched(holding: Holding, hand: Hand, context: Context) -> Ending:
    ref = holding.item.ref
    market = hand.account
    hand.called = True
    try:
        row = context.network.marketplace(market).get(holding.facts.get("order") or ref.id)
        if row is not None:
            context.note_success(hand)
            if ref.flow is Flow.ORDERS:
                # a replay from fetch: what came from a file is the marketplace's own now
                told = holding.facts.get("as", "").replace(Mark.CANONICAL, "")
                return Advanced(step=Step.NORMALIZE, raw=row.raw, facts={"as": told} if told else {})
            raw = {**(holding.raw or {}), "order": row.raw}
            return Advanced(step=Step.NORMALIZE, raw=raw, facts={"market": market})
        return _elsewhere(holding, market, context)
    except (Trouble, *DEFECTS) as met:
        if isinstance(met, PartnerTrouble):
            context.note_trouble(hand, met)
        return context.ending(met, holding, hand.now)


def _elsewhere(holding: Holding, market: str, context: Context) -> Ending:
    """This marketplace does not know it: the next one of the routes, or a person. Raises Puzzling."""
    ref = holding.item.ref
    candidates = [market] if ref.flow is Flow.ORDERS else context.network.markets_of(ref.flow, ref.source)
    before = [*filter(None, holding.facts.get("tried", "").split(","))]
    tried = [market] if market in before else [*before, market]  # begun again: each is asked again
    left = [name for name in candidates if name not in tried]
    if left:
        return Advanced(step=Step.FETCH, account=left[0], facts={"tried": ",".join(tried)}, note=f"unknown to {market}")
    message = f"unknown to {', '.join(tried)}"
    path = "id" if ref.flow is Flow.ORDERS else "order_id"
    raise Puzzling(message, fields=(FieldError(path, "unknown", message),))
