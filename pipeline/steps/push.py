"""push: every document due in the lane goes to its target, marked before each call."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Final

from pipeline.domain.endings import Advanced, Ending, GivenBack, Held
from pipeline.domain.errors import Invalid, PartnerTrouble, Trouble
from pipeline.domain.lifecycle import Flow
from pipeline.flows.deliveries import delivering, document_for, wire_body
from pipeline.hand import Hand
from pipeline.ports import Holding, Write
from pipeline.steps.cancel import is_canceled, withdraw
from pipeline.steps.context import DEFECTS, Context
from pipeline.steps.writing import Ready, Writing, advanced

FRESH: Final = timedelta(minutes=2)  # how old a status may be when it is told


def push(hand: Hand, context: Context) -> None:
    """Ends every delivery of the batch. Raises NotDurable."""
    groups: dict[tuple[Flow, bool], list[Holding]] = defaultdict(list)
    canceled: list[Holding] = []
    for holding in hand.holdings:
        if is_canceled(holding):
            canceled.append(holding)
            continue
        again = holding.item.target in holding.facts.get("update", "").split(",")
        groups[holding.item.ref.flow, again].append(holding)
    for (flow, again), holdings in groups.items():
        try:
            write = delivering(context.network, flow, hand.account, again=again)
        except Trouble as trouble:
            hand.settle([(holding, Held(error=trouble.fault(hand.step))) for holding in holdings])
            continue
        ready = prepared(hand, context, flow, write, holdings)
        Writing(hand, context, context.network.party(hand.account), write, advanced).out(ready)
    if canceled:
        withdraw(hand, context, canceled)


def _too_old(holding: Holding, write: Write[Any], now: datetime) -> bool:
    """A status that was read a while ago (it was parked) may be wrong by now, and a wrong one moves goods."""
    seen_at = (holding.document or {}).get("seen_at")
    return write.listed_again and seen_at is not None and now - datetime.fromisoformat(seen_at) > FRESH


def prepared(hand: Hand, context: Context, flow: Flow, write: Write[Any], holdings: list[Holding]) -> list[Ready]:
    """Those that can be written; the others are ended. The wire body is built anew: routes and maps are today's."""
    ready: list[Ready] = []
    endings: list[tuple[Holding, Ending]] = []
    for holding in holdings:
        if hand.trouble or hand.time_is_up:  # a table could not be read, and would not be for the next one either
            endings.append((holding, GivenBack(reason="the batch ended")))
            continue
        if not holding.maybe_sent and _too_old(holding, write, hand.now):
            endings.append((holding, Advanced(note="read too long ago to be told: the partner's next list asks again")))
            continue
        try:
            ready.append(_ready(holding, flow, write, context))
        except (Trouble, *DEFECTS) as met:
            if isinstance(met, PartnerTrouble):
                context.note_trouble(hand, met)
            endings.append((holding, context.ending(met, holding, hand.now)))
    hand.settle(endings)
    return ready


def _ready(holding: Holding, flow: Flow, write: Write[Any], context: Context) -> Ready:
    ref, target = holding.item.ref, holding.item.target or ""
    if holding.document is None:
        raise Invalid("the record has no canonical document; replay it from normalize")
    routed = flow in (Flow.ORDERS, Flow.CANCELLATIONS)
    route = context.network.route(flow, ref.source, target) if routed else None
    document = document_for(flow, holding.document, route, with_order=write.with_order)
    body, sent = wire_body(write, document)
    imports = context.network.party(target).client.import_orders if flow is Flow.ORDERS else write
    if imports is not write:  # versions are compared by what an import would send
        sent = wire_body(imports, document)[1]
    return Ready(holding, body, sent)
