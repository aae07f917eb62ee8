"""What becomes of a canonical order: dropped, waiting, to be accepted, or routed to its targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.config.model import Route
from pipeline.domain.codec import from_fields
from pipeline.domain.endings import Advanced, Dead, Ending, Held, Target, Waiting
from pipeline.domain.errors import Fault, FieldError, Invalid, Kind, NotConfigured, Puzzling, Trouble
from pipeline.domain.lifecycle import Flow, Step
from pipeline.domain.order import Order, OrderStatus
from pipeline.domain.rules import order_faults
from pipeline.flows.deliveries import delivering, wire_body
from pipeline.flows.dressing import dress
from pipeline.flows.network import Party
from pipeline.ports import Holding
from pipeline.steps.context import Context

REMEMBERED = timedelta(days=30)  # how long finished lines are certain to be kept
BEFORE_ADDRESS = ("shipping_address", "billing_address", "buyer", "delivery")


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


def judge_order(holding: Holding, now: datetime, context: Context) -> Ending | Judged:
    """Raises Trouble for what ends the whole document."""
    network, ref = context.network, holding.item.ref
    party = network.party(ref.source)
    order = from_fields(Order, holding.document or {})
    gone = _never_to_be_pushed(holding, order)
    if gone:
        return gone
    routes = list(network.routes(Flow.ORDERS, source=ref.source))
    if not routes:
        raise NotConfigured(f"no route carries orders from {ref.source}")
    deadline = order.accept_by or order.ship_by
    if not order.released:
        return _unreleased(holding, order, routes, party, context, now, deadline)
    prepared = prepare_all(holding, routes, party, context, now)
    _raise_for_all(prepared)
    if any(route.mode == "rehearse" for route in routes):
        names = ", ".join(one.target for one in prepared)
        message = f'valid; would be sent to {names}: the route is in mode rehearse (set mode = "live", then replay)'
        return Held(error=Fault(Step.VALIDATE, Kind.NOT_CONFIGURED, "rehearsed", message))
    return _routed(holding, order, prepared, context)


def _never_to_be_pushed(holding: Holding, order: Order) -> Ending | None:
    pushed = {target for target, state in holding.deliveries.items() if state.get("co") == "done"}
    earlier = bool(holding.earlier and holding.earlier.pushed)
    doubt = any(state.get("mb") == "1" and state.get("co") != "done" for state in holding.deliveries.values())
    if doubt:
        return None  # what may be there is settled first
    if holding.earlier and holding.earlier.discarded:
        return Advanced(discarded=True, note="an operator discarded it")
    if order.status is OrderStatus.CANCELED:
        if pushed or earlier:
            return Advanced(
                note="canceled after its push: the OMS has no cancel call and learns by its status question"
            )
        return Advanced(note=f"{order.raw_status or 'canceled'} before its push: nothing is sent")
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
    if not party.client.needs_accept(order) or holding.facts.get("accepted") == "1":
        return Waiting(reason=f"{party.name} has not released it ({order.raw_status})", deadline=deadline)
    if party.accept != "auto":
        prepared = prepare_all(holding, routes, party, context, now, addressed=False)
        _raise_for_all(prepared)
    if party.accept == "manual":
        reason = f'waits to be accepted at {party.name} by a person (accept = "manual")'
        return Waiting(reason=reason, deadline=deadline)
    return Judged(order, deadline)


def prepare_all(
    holding: Holding,
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
            fingerprint, trouble = "", None
            try:
                fingerprint = _prepare(holding.document or {}, route, target, party, context, now, addressed)
            except Trouble as met:
                trouble = met
            prepared.append(Prepared(target, target in required, fingerprint, trouble))
    return prepared


def _prepare(
    fields: Any, route: Route, target: str, party: Party, context: Context, now: datetime, addressed: bool
) -> str:
    order = dress(fields, route)
    faults = order_faults(order, addressed=addressed, totals_add_up=party.totals_add_up, now=now)
    write = delivering(context.network, Flow.ORDERS, target)
    try:
        _, fingerprint = wire_body(write, order)
    except Invalid as theirs:
        fields_ = (
            theirs.fields if addressed else tuple(f for f in theirs.fields if not f.path.startswith(BEFORE_ADDRESS))
        )
        known = {fault.path for fault in faults}
        faults = (*faults, *(fault for fault in fields_ if fault.path not in known))
        fingerprint = ""
    except Puzzling:
        if addressed and not faults:
            raise
        fingerprint = ""
    if faults:
        raise Invalid.of(faults)
    return fingerprint


def _raise_for_all(prepared: Sequence[Prepared]) -> None:
    """One target, or a trouble that all share, is the document's; else each delivery has its own."""
    if not prepared:
        raise NotConfigured("no target of its routes takes orders")
    troubles = [one.trouble for one in prepared if one.trouble]
    if len(troubles) == len(prepared):
        fields: dict[tuple[str, str], FieldError] = {}
        for trouble in troubles:
            if not isinstance(trouble, Invalid):
                raise trouble
            fields |= {(fault.path, fault.message): fault for fault in trouble.fields}
        raise Invalid.of(tuple(fields.values()))


def _routed(holding: Holding, order: Order, prepared: Sequence[Prepared], context: Context) -> Ending:
    targets, updates, to_send = [], [], False
    for one in prepared:
        target, update = _target(holding, one, order, context, len(prepared))
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


def _target(holding: Holding, one: Prepared, order: Order, context: Context, of: int) -> tuple[Target, bool]:
    """A delivery to make, one that is made already, or one that can't be made; and whether it is an update."""
    if one.trouble:
        fault = one.trouble.fault(Step.PUSH)
        ending: Ending = Dead(error=fault) if isinstance(one.trouble, Invalid) else Held(error=fault)
        return Target(account=one.target, required=one.required, ending=ending), False
    state = holding.deliveries.get(one.target, {})
    sent, receipt = None, None
    if state.get("co") == "done":
        # found by an operator, or settled before fingerprints were kept: it is there, only what it was sent is not known
        sent, receipt = state.get("bf") or "?", state.get("rc")
    elif holding.earlier and holding.earlier.pushed and not state:
        sent, receipt = (holding.earlier.sent if of == 1 else "?"), holding.earlier.receipt
    if sent is None:
        old = order.purchased_at is not None and holding.facts.get("old") == "1"
        return Target(account=one.target, required=one.required, maybe_sent=old), False
    if sent == one.fingerprint:
        unchanged = Advanced(fingerprint=sent, receipt=receipt)
        return Target(account=one.target, required=one.required, ending=unchanged), False
    try:
        delivering(context.network, Flow.ORDERS, one.target, again=True)
    except NotConfigured:
        message = f"changed at {holding.item.ref.source} after {one.target} had it, and {one.target} takes no update"
        fault = Fault(Step.PUSH, Kind.CONFLICT, f"changed after push; {one.target} takes no update", message)
        return Target(account=one.target, required=one.required, ending=Held(error=fault)), False
    return Target(account=one.target, required=one.required), True
