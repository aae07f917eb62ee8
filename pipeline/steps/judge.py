"""What becomes of a canonical order: dropped, waiting, to be accepted, or routed to its targets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.config.model import Route
from pipeline.domain.codec import from_fields
from pipeline.domain.endings import Advanced, Dead, Ending, Held, Target, Waiting
from pipeline.domain.errors import (
    Fault,
    FieldError,
    Invalid,
    Kind,
    NotConfigured,
    PartnerTrouble,
    Puzzling,
    Refused,
    Trouble,
)
from pipeline.domain.fingerprint import together
from pipeline.domain.lifecycle import Flow, Mark, Step
from pipeline.domain.order import Order, OrderStatus
from pipeline.domain.rules import order_faults
from pipeline.flows.deliveries import delivering, fingerprint_of
from pipeline.flows.dressing import dress
from pipeline.flows.network import Network, Party
from pipeline.ports import Body, Holding
from pipeline.steps.cancel import end_canceled
from pipeline.steps.context import Context

BEFORE_ADDRESS = ("shipping_address", "billing_address", "buyer", "delivery", "customs.arrival_country")


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that can be checked holds: to be accepted."""

    order: Order
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a target would be sent, or why it can't be."""

    target: str
    required: bool
    fingerprint: str = ""
    trouble: Trouble | None = None
    live: bool = True  # False: its route only rehearses


def judge_order(holding: Holding, now: datetime, context: Context) -> Ending | Judged:
    """Raises Trouble for what ends the whole document."""
    network, ref = context.network, holding.item.ref
    party = network.party(ref.source)
    order = from_fields(Order, holding.document or {})
    gone = _never_to_be_pushed(holding, order, network)
    if gone:
        return gone
    routes = list(network.routes(Flow.ORDERS, source=ref.source))
    if not routes:
        raise NotConfigured(f"no route carries orders from {ref.source}")
    deadline = min((at for at in (order.accept_by, order.ship_by) if at), default=None)
    if holding.is_marked(Mark.HISTORIC):
        return _as_history(holding, order, routes, party, context, now)
    if not order.released:
        return _unreleased(holding, order, routes, party, context, now, deadline)
    prepared = prepare_all(holding, order, routes, party, context, now)
    _raise_for_all(prepared)
    if not any(one.live for one in prepared):
        return rehearsed([one.target for one in prepared])
    return _routed(holding, prepared, context)


def _as_history(
    holding: Holding, order: Order, routes: Sequence[Route], party: Party, context: Context, now: datetime
) -> Ending:
    """Whatever its status, to those that take history; `history` is what they were told, should it come again live."""
    prepared = prepare_all(holding, order, routes, party, context, now)
    if not prepared:
        return Advanced(note=f"history, and no target of {party.name} takes it: nothing is sent")
    _raise_for_all(prepared)
    if not any(one.live for one in prepared):
        return rehearsed([one.target for one in prepared])
    routed = _routed(holding, prepared, context)
    return replace(routed, facts={**routed.facts, "history": str(order.status or "")})


def rehearsed(targets: Sequence[str], *, accepted_at: str = "") -> Held:
    """What only the route's mode keeps from being sent, or from being accepted at its marketplace."""
    what = (
        f"valid so far; would be accepted at {accepted_at}"
        if accepted_at
        else f"valid; would be sent to {', '.join(targets)}"
    )
    message = f'{what}: the route is in mode rehearse (set mode = "live", then replay)'
    return Held(error=Fault(Step.VALIDATE, Kind.NOT_CONFIGURED, "rehearsed", message))


def _never_to_be_pushed(holding: Holding, order: Order, network: Network) -> Ending | None:
    pushed = {target for target, state in holding.deliveries.items() if state.get("co") == "done"}
    earlier = bool(holding.earlier and holding.earlier.pushed)
    doubt = any(state.get("mb") == "1" and state.get("co") != "done" for state in holding.deliveries.values())
    if holding.is_marked(Mark.HISTORIC):
        over = holding.earlier is not None and holding.earlier.discarded
        return Advanced(discarded=True, note="an operator discarded it") if over else None
    if order.status is OrderStatus.CANCELED and holding.facts.get("history") == order.status and pushed and not doubt:
        return Advanced(note="canceled: its targets took it as that")
    if order.status is OrderStatus.CANCELED:
        return end_canceled(holding, order, network)
    if doubt:
        return None  # what may be there is settled first
    if holding.earlier and holding.earlier.discarded:
        return Advanced(discarded=True, note="an operator discarded it")
    if order.status is OrderStatus.SHIPPED:
        if not pushed and not earlier:
            return Advanced(note=f"first seen {order.raw_status or 'shipped'}: nothing is sent")
        if earlier or (holding.facts.get("acknowledged") == "1" and pushed == set(holding.deliveries)):
            return Advanced(note="shipped: its targets have it, and nothing about it matters to them any more")
    return None


def _unreleased(
    holding: Holding,
    order: Order,
    routes: Sequence[Route],
    party: Party,
    context: Context,
    now: datetime,
    deadline: datetime | None,
) -> Ending | Judged:
    if not party.client.needs_accept(order):
        return Waiting(reason=f"{party.name} has not released it ({order.raw_status})", deadline=deadline)
    prepared = prepare_all(holding, order, routes, party, context, now, addressed=False)
    if party.accept != "auto":  # automatic: the promise is given whatever our rules will say
        _raise_for_all(prepared)
    if party.accept == "manual":
        reason = f'waits to be accepted at {party.name} by a person (accept = "manual")'
        return Waiting(reason=reason, deadline=deadline)
    if not any(one.live for one in prepared):
        return rehearsed([], accepted_at=party.name)  # held, not waiting: nothing but a replay would ever go on with it
    if party.client.accept is None:
        raise NotConfigured(f"{party.name} waits for an accept, and its connector or a setting does not provide one")
    return Judged(order, deadline)


def prepare_all(
    holding: Holding,
    order: Order,
    routes: Sequence[Route],
    party: Party,
    context: Context,
    now: datetime,
    *,
    addressed: bool = True,
) -> list[Prepared]:
    """For every target: our rules on the order as its route dresses it, and the target's own, in one list."""
    prepared: list[Prepared] = []
    for route in routes:
        required = route.ack_when or route.to
        for target in route.to:
            if not context.network.carries(route, Flow.ORDERS, target):
                continue
            if holding.is_marked(Mark.HISTORIC) and not context.network.takes_history(target):
                continue
            fingerprint, trouble = "", None
            try:
                dressed = dress(holding.document or {}, route, order)
                body = _prepare(dressed, target, party, context, now, addressed)
                if body is not None and (holding.earlier or target in holding.deliveries):  # else nothing to compare
                    fingerprint = fingerprint_of(delivering(context.network, Flow.ORDERS, target), body)
            except Trouble as met:
                if _is_passing(met) and _had_it(holding, target):
                    raise  # whether anything of it has changed can't be told now
                trouble = met
            prepared.append(Prepared(target, target in required, fingerprint, trouble, route.mode == "live"))
    return prepared


def _prepare(order: Order, target: str, party: Party, context: Context, now: datetime, addressed: bool) -> Body | None:
    body: Body | None = None
    faults = order_faults(order, addressed=addressed, totals_add_up=party.totals_add_up, now=now)
    write = delivering(context.network, Flow.ORDERS, target)
    try:
        body = write.prepare(order)
    except PartnerTrouble:  # a table of theirs could not be read; what breaks our own rules is told all the same
        if not faults:
            raise
    except (Invalid, Puzzling) as theirs:
        known = {fault.path for fault in faults}
        told = tuple(f for f in theirs.fields if addressed or not f.path.startswith(BEFORE_ADDRESS))
        if not theirs.fields:
            raise
        if isinstance(theirs, Puzzling) and told and not faults:
            raise Puzzling.of(told) from None
        faults = (*faults, *(fault for fault in told if fault.path not in known))
    if faults:
        raise Invalid.of(faults)
    return body


def _is_passing(trouble: Trouble | None) -> bool:
    """Whether the partner, not the document, is the trouble. The delivery goes on to its lane, which prepares it again:
    there it is parked, and shuts the account's gate. The other targets don't wait for it.
    """
    return isinstance(trouble, PartnerTrouble) and not isinstance(trouble, Refused)


def _had_it(holding: Holding, target: str) -> bool:
    state = holding.deliveries.get(target, {})
    return state.get("co") == "done" or bool(holding.earlier and holding.earlier.pushed and not state)


def _raise_for_all(prepared: Sequence[Prepared]) -> None:
    """One target, or a trouble that all share, is the document's; else each delivery has its own."""
    if not prepared:
        raise NotConfigured("no target of its routes takes orders")
    troubles = [one.trouble for one in prepared if one.trouble]
    if len(troubles) == len(prepared):
        fields: dict[tuple[str, str], FieldError] = {}
        for trouble in troubles:
            if not isinstance(trouble, Invalid) or not trouble.fields:
                raise trouble
            fields |= {(fault.path, fault.message): fault for fault in trouble.fields}
        raise Invalid.of(tuple(fields.values()))


def _routed(holding: Holding, prepared: Sequence[Prepared], context: Context) -> Advanced:
    targets, updates, to_send = [], [], False
    fingerprints = {one.target: one.fingerprint for one in prepared}
    unchanged = bool(holding.earlier and holding.earlier.sent and together(fingerprints) == holding.earlier.sent)
    for one in prepared:
        target, update = _target(holding, one, context, unchanged)
        targets.append(target)
        to_send = to_send or target.ending is None
        if update:
            updates.append(one.target)
    facts = {"update": ",".join(updates)}
    if (
        not to_send
        and all(isinstance(t.ending, Advanced) for t in targets)
        and (holding.facts.get("acknowledged") == "1" or holding.earlier)
    ):
        return Advanced(note="nothing that a target is sent has changed", facts=facts)
    return Advanced(targets=tuple(targets), facts=facts)


def _target(holding: Holding, one: Prepared, context: Context, unchanged: bool) -> tuple[Target, bool]:
    """A delivery to make, one that is made already, or one that can't be made; and whether it is an update.

    `unchanged`: what all targets would be sent is what they were sent in its earlier life.
    """
    if one.trouble and not _is_passing(one.trouble):
        fault = one.trouble.fault(Step.PUSH)
        ending: Ending = Dead(error=fault) if isinstance(one.trouble, Invalid) else Held(error=fault)
        return Target(account=one.target, required=one.required, ending=ending), False
    state = holding.deliveries.get(one.target, {})
    sent, receipt = None, None
    if state.get("co") == "done":
        # found by an operator, or settled before fingerprints were kept: there, but what it was sent is not known
        sent, receipt = state.get("bf") or "?", state.get("rc")
    elif holding.earlier and holding.earlier.pushed and not state:
        sent, receipt = (one.fingerprint if unchanged else "?"), holding.earlier.receipt
    if not one.live and state.get("co") != "done":
        return Target(account=one.target, required=False, ending=rehearsed([one.target])), False
    if sent is None:
        old = holding.facts.get("old") == "1" or context.is_restored(holding)
        return Target(account=one.target, required=one.required, maybe_sent=old), False
    if sent == one.fingerprint or not one.live:
        same = Advanced(fingerprint=sent, receipt=receipt)
        return Target(account=one.target, required=one.required, ending=same), False
    try:
        delivering(context.network, Flow.ORDERS, one.target, again=True)
    except NotConfigured:
        message = f"changed at {holding.item.ref.source} after {one.target} had it, and {one.target} takes no update"
        fault = Fault(Step.PUSH, Kind.CONFLICT, f"changed after push; {one.target} takes no update", message)
        return Target(account=one.target, required=one.required, ending=Held(error=fault)), False
    return Target(account=one.target, required=one.required), True
