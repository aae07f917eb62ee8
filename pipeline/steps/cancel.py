"""An order that its marketplace has canceled: never pushed; a target that has it is told, or learns by asking."""

from collections.abc import Sequence
from typing import Any, Final

from pipeline.domain.endings import Advanced, Begotten, Ending, Held, Target, Unknown
from pipeline.domain.errors import Fault, Kind, Trouble
from pipeline.domain.lifecycle import Flow, Mark, Ref, Step
from pipeline.domain.order import Order, OrderStatus
from pipeline.domain.reports import ORDER
from pipeline.flows.deliveries import delivering, document_for, wire_body
from pipeline.flows.network import Network
from pipeline.hand import Hand
from pipeline.ports import Holding
from pipeline.steps.context import DEFECTS, Context
from pipeline.steps.writing import REMEDY, Ready, Writing, advanced

BEFORE: Final = "canceled before its push: nothing is sent"


def is_canceled(holding: Holding) -> bool:
    """Whether what is in hand is, or belongs to, an order that its marketplace has canceled: not as history."""
    canceled = holding.item.ref.flow is Flow.ORDERS and (holding.document or {}).get("status") == OrderStatus.CANCELED
    return canceled and not holding.is_marked(Mark.HISTORIC)


def end_canceled(holding: Holding, order: Order, network: Network) -> Ending:
    """Dropped where nobody has it. Each target that has it gets a cancellation, where it takes one; one that asks for
    statuses learns by that; for any other a person is asked. One that may have it is looked at first, by its push.
    """
    ref, states = holding.item.ref, holding.deliveries
    word = order.raw_status or "canceled"
    having = [target for target, state in states.items() if state.get("co") == "done"]
    doubtful = [target for target, state in states.items() if state.get("mb") == "1" and target not in having]
    if holding.earlier and holding.earlier.pushed and not states:
        having = list(_targets(network, Flow.ORDERS, ref.source))
    if not having and not doubtful:
        return Advanced(note=f"{word} before its push: nothing is sent")
    told = [target for target in having if target in _targets(network, Flow.CANCELLATIONS, ref.source)]
    asking = [target for target in having if target not in told and _asks(network, ref.source, target)]
    deaf = [target for target in having if target not in told and target not in asking]
    ways = [f"{target} is told" for target in told]
    ways += [f"{target} has no cancel call and learns by its status question" for target in asking]
    ways += [f"{target} may have it: that is settled first" for target in doubtful]
    note = f"{word} after its push: " + "; ".join(ways)
    begets = (_cancellation(holding, order, told, network),) if told else ()
    if not deaf and not doubtful:
        return Advanced(note=note, begets=begets)
    targets = (
        *(Target(account=target, ending=_as_it_was(holding, target)) for target in (*told, *asking)),
        *(Target(account=target, ending=_deaf(ref.source, target)) for target in deaf),
        *(Target(account=target) for target in doubtful),
    )
    return Advanced(targets=targets, note=note, begets=begets)


def withdraw(hand: Hand, context: Context, holdings: Sequence[Holding]) -> None:
    """Deliveries of canceled orders: nothing is sent; where an earlier call may have been taken, the target is looked
    at. One that has it is told afterwards, in the acknowledge step.
    """
    network, party = context.network, context.network.party(hand.account)
    over = [(holding, Advanced(discarded=True, note=BEFORE)) for holding in holdings if not holding.maybe_sent]
    hand.settle(over)
    ready: list[Ready] = []
    endings: list[tuple[Holding, Ending]] = []
    for holding in (one for one in holdings if one.maybe_sent):
        source = holding.item.ref.source
        try:
            write = delivering(network, Flow.ORDERS, hand.account)
            route = network.route(Flow.ORDERS, source, hand.account)
            if write.look:
                body, sent = wire_body(write, document_for(Flow.ORDERS, holding.document or {}, route))
                ready.append(Ready(holding, body, sent))
                continue
        except (Trouble, *DEFECTS) as met:
            endings.append((holding, context.ending(met, holding, hand.now)))
            continue
        if _asks(network, source, hand.account):
            note = f"canceled at {source}; {hand.account} may have it, and learns by its status question"
            endings.append((holding, Advanced(discarded=True, note=note)))
        else:
            endings.append((holding, _doubt(holding)))
    hand.settle(endings)
    if ready:
        looking = Writing(hand, context, party, delivering(network, Flow.ORDERS, hand.account), advanced)
        for one in looking.look(ready):
            ending = Advanced(discarded=True, note=BEFORE) if one.absent else _doubt(one.holding)
            hand.settle([(one.holding, ending)])


def _doubt(holding: Holding) -> Unknown:
    target = holding.item.target
    words = f"canceled at {holding.item.ref.source}, and {target} may have it; {REMEDY}"
    return Unknown(evidence=Fault(Step.PUSH, Kind.AMBIGUOUS, "canceled, and perhaps pushed before", words))


def _deaf(source: str, target: str) -> Held:
    cause = f"canceled after push; {target} can't be told"
    words = f"canceled at {source} after {target} had it, and {target} neither takes a cancellation nor asks: "
    return Held(error=Fault(Step.PUSH, Kind.CONFLICT, cause, f"{words}cancel it there, then discard this delivery"))


def _as_it_was(holding: Holding, target: str) -> Advanced:
    state = holding.deliveries.get(target, {})
    return Advanced(fingerprint=state.get("bf"), receipt=state.get("rc"))


def _cancellation(holding: Holding, order: Order, targets: Sequence[str], network: Network) -> Begotten:
    """With the order itself only where a target's call needs it: it is personal data once more."""
    ref = holding.item.ref
    raw: dict[str, Any] = {
        "order_id": order.id or ref.id,
        "requested_by": "marketplace",
        "raw_reason": order.raw_status or "canceled",
    }
    if any(delivering(network, Flow.CANCELLATIONS, target).with_order for target in targets):
        raw["extra"] = {ORDER: dict(holding.document or {})}
    return Begotten(ref=Ref(Flow.CANCELLATIONS, ref.source, ref.id), raw=raw, facts={"target": ",".join(targets)})


def _targets(network: Network, flow: Flow, source: str) -> dict[str, None]:
    """All that a flow reaches from this marketplace, in the order of its routes."""
    routes = network.routes(flow, source=source)
    return {target: None for route in routes for target in route.to if network.carries(route, flow, target)}


def _asks(network: Network, source: str, target: str) -> bool:
    return any(network.routes(Flow.STATUSES, source=source, target=target))
