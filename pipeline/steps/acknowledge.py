"""acknowledge: after every required target said yes, the source is told, where it wants to be told."""

from pipeline.domain.codec import from_fields
from pipeline.domain.endings import Advanced, Ending, Held
from pipeline.domain.errors import Trouble
from pipeline.domain.lifecycle import Flow
from pipeline.domain.order import Order
from pipeline.flows.deliveries import DOCUMENTS, wire_body
from pipeline.hand import Hand
from pipeline.ports import Holding, Write
from pipeline.steps.context import Context
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
        if write is None:
            quiet.append((holding, _over(note="no acknowledge is needed")))
            continue
        try:
            document = from_fields(DOCUMENTS.get(flow, Order), holding.document or {})
            body, sent = wire_body(write, document)
        except Trouble as trouble:
            quiet.append((holding, Held(error=trouble.fault(hand.step))))
        else:
            ready.setdefault(flow, []).append(Ready(holding, body, sent))
    hand.settle(quiet)
    for flow, batch in ready.items():
        write = party.client.acknowledge if flow is Flow.ORDERS else party.client.acknowledge_shipped
        Writing(hand, context, party, write, lambda one, receipt: _over()).out(batch)


def _over(note: str | None = None) -> Advanced:
    return Advanced(facts={"acknowledged": "1"}, note=note)
