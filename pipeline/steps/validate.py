"""validate: every rule at once, ours and each target's; then the accept, the routing, or the wait."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from pipeline.domain.codec import from_fields
from pipeline.domain.endings import Advanced, Ending, GivenBack, Target
from pipeline.domain.errors import FieldError, Invalid, Puzzling, Trouble
from pipeline.domain.lifecycle import Flow
from pipeline.domain.reports import Cancellation, Shipment, StatusReport
from pipeline.domain.rules import cancellation_faults, shipment_faults, status_faults
from pipeline.flows.deliveries import delivering, document_for, wire_body
from pipeline.hand import Hand
from pipeline.ports import Holding
from pipeline.steps.accept import accept
from pipeline.steps.context import DEFECTS, Context
from pipeline.steps.judge import Judged, judge_order, rehearsed

Judge = Callable[[Holding, datetime, Context], Ending | Judged]


def validate(hand: Hand, context: Context) -> None:
    """Ends every document of the batch. Raises NotDurable (an accept could not be marked)."""
    endings: list[tuple[Holding, Ending]] = []
    to_accept: list[tuple[Holding, Judged]] = []
    for holding in hand.holdings:
        if hand.time_is_up:  # a target's table that answers slowly; the gate is its push lane's business
            endings.append((holding, GivenBack(reason="its time was up", until=hand.now + timedelta(seconds=2))))
            continue
        try:
            judged = judge(holding, hand.now, context)
        except (Trouble, *DEFECTS) as met:
            judged = context.ending(met, holding, hand.now)
        if isinstance(judged, Judged):
            to_accept.append((holding, judged))
        else:
            endings.append((holding, judged))
    hand.settle(endings)
    if to_accept:
        accept(hand, context, to_accept)


def judge(holding: Holding, now: datetime, context: Context) -> Ending | Judged:
    """What becomes of a document, before anything is written. Raises Trouble for what ends the whole of it."""
    return _JUDGES[holding.item.ref.flow](holding, now, context)


def _shipment(holding: Holding, now: datetime, context: Context) -> Ending:
    shipment = from_fields(Shipment, holding.document or {})
    oms, market = holding.item.ref.source, holding.facts["market"]
    write = delivering(context.network, Flow.SHIPMENTS, market)
    confirmed = not shipment.parcels and holding.facts.get("confirmed", "0") != "0"
    if not confirmed:
        _raise_all(shipment_faults(shipment, now=now), lambda: wire_body(write, shipment))
    if context.network.route(Flow.SHIPMENTS, oms, market).mode == "rehearse":
        return rehearsed([market])
    if confirmed:
        done = Target(account=market, ending=Advanced(note="confirmed already"))
        return Advanced(targets=(done,), note=f"{market} has every parcel already")
    return Advanced(targets=(Target(account=market, maybe_sent=context.is_restored(holding)),))


def _status(holding: Holding, now: datetime, context: Context) -> Ending:
    report = from_fields(StatusReport, holding.document or {})
    asked_by = holding.item.ref.source
    write = delivering(context.network, Flow.STATUSES, asked_by)
    _raise_all(status_faults(report, now=now), lambda: wire_body(write, report))
    if context.network.route(Flow.STATUSES, asked_by, holding.facts["market"]).mode == "rehearse":
        return rehearsed([asked_by])
    return Advanced(targets=(Target(account=asked_by),))


def _cancellation(holding: Holding, now: datetime, context: Context) -> Ending:
    cancellation = from_fields(Cancellation, holding.document or {})
    names = holding.facts["target"].split(",")
    faults = cancellation_faults(cancellation, now=now)
    flow, network, fields = Flow.CANCELLATIONS, context.network, holding.document or {}
    writes = {name: delivering(network, flow, name) for name in names}
    routes = {name: network.route(flow, holding.item.ref.source, name) for name in names}

    def prepare() -> None:
        for name, write in writes.items():
            wire_body(write, document_for(flow, fields, routes[name], with_order=write.with_order))

    _raise_all(faults, prepare)
    if any(route.mode == "rehearse" for route in routes.values()):
        return rehearsed(names)
    return Advanced(targets=tuple(Target(account=name, maybe_sent=context.is_restored(holding)) for name in names))


def _raise_all(faults: tuple[FieldError, ...], prepare: Callable[[], object]) -> None:
    """Our rules and the target's in one list. Raises Invalid, or what prepare raises."""
    try:
        prepare()
    except Invalid as theirs:
        known = {(fault.path, fault.rule) for fault in faults}
        raise Invalid.of((*faults, *(f for f in theirs.fields if (f.path, f.rule) not in known))) from theirs
    except Puzzling:
        if not faults:
            raise
    if faults:
        raise Invalid.of(faults)


_JUDGES: Mapping[Flow, Judge] = {
    Flow.ORDERS: judge_order,
    Flow.SHIPMENTS: _shipment,
    Flow.STATUSES: _status,
    Flow.CANCELLATIONS: _cancellation,
}
