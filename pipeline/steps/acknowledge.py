"""acknowledge: after every required target said yes, the source is told, where it wants to be told."""

from pipeline.domain.codec import from_fields
from pipeline.domain.endings import Advanced, Ending
from pipeline.domain.errors import PartnerTrouble, Trouble
from pipeline.domain.lifecycle import Flow, Mark
from pipeline.domain.order import Order
from pipeline.domain.reports import Acknowledgement, Receipt, Shipment
from pipeline.flows.deliveries import wire_body
from pipeline.flows.network import Network
from pipeline.hand import Hand
from pipeline.ports import Holding, Write
from pipeline.steps.cancel import end_canceled, is_canceled
from pipeline.steps.context import DEFECTS, Context
from pipeline.steps.writing import Ready, Writing


def acknowledge(hand: Hand, context: Context) -> None:
    """Retries alone and never pushes again. A flow whose source wants no word is over at once."""
    party = context.network.party(hand.account)
    quiet: list[tuple[Holding, Ending]] = []
    ready: dict[Flow, list[Ready]] = {}
    for holding in hand.holdings:
        flow = holding.item.ref.flow
        write: Write[object] | None = None
        if flow is Flow.ORDERS:
            write = party.client.acknowledge
        elif flow is Flow.SHIPMENTS:
            write = party.client.acknowledge_shipped
        try:
            if is_canceled(holding):  # found at a target after all: that is to be told, the marketplace needs no word
                order = from_fields(Order, holding.document or {})
                quiet.append((holding, end_canceled(holding, order, context.network)))
            elif holding.is_marked(Mark.HISTORIC):
                quiet.append((holding, _over(note=f"history: {hand.account} is told nothing")))
            elif write is None:
                quiet.append((holding, _over(note="no acknowledge is needed")))
            elif flow is Flow.ORDERS and _was_told(holding):
                quiet.append((holding, _over(note=f"{hand.account} was told before")))
            else:
                body, sent = wire_body(write, _told(flow, holding, context.network))
                ready.setdefault(flow, []).append(Ready(holding, body, sent))
        except (Trouble, *DEFECTS) as met:
            if isinstance(met, PartnerTrouble):
                context.note_trouble(hand, met)
            quiet.append((holding, context.ending(met, holding, hand.now)))
    hand.settle(quiet)
    for flow, batch in ready.items():
        write = party.client.acknowledge if flow is Flow.ORDERS else party.client.acknowledge_shipped
        Writing(hand, context, party, write, lambda one, receipt: _over()).out(batch)


def _told(flow: Flow, holding: Holding, network: Network) -> Acknowledgement | Shipment:
    """What the source is told: of an order, by which references the OMSs have it."""
    if flow is not Flow.ORDERS:
        return from_fields(Shipment, holding.document or {})
    ref, order = holding.item.ref, from_fields(Order, holding.document or {})
    named = dict.fromkeys(name for route in network.routes(flow, source=ref.source) for name in route.to)
    states = {name: holding.deliveries.get(name, {}) for name in (*named, *holding.deliveries)}
    receipts = tuple(
        Receipt(account=name, reference=None if state.get("rc") in (None, "", "-") else state["rc"])
        for name, state in states.items()
        if state.get("co") == "done"
    )
    return Acknowledgement(order_id=order.id or ref.id, receipts=receipts, extra=order.extra)


def _over(note: str | None = None) -> Advanced:
    return Advanced(facts={"acknowledged": "1"}, note=note)


def _was_told(holding: Holding) -> bool:
    """An order is acknowledged once, whatever updates follow. (A shipment listed anew is told anew.)"""
    return holding.facts.get("acknowledged") == "1" or bool(holding.earlier and holding.earlier.pushed)
