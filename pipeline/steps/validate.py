"""validate: every rule at once, ours and each target's; then the accept, the routing, or the wait."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pipeline.domain.codec import from_fields
from pipeline.domain.endings import Advanced, Ending, Target
from pipeline.domain.errors import FieldError, Invalid, PartnerTrouble, Puzzling, Trouble
from pipeline.domain.lifecycle import Flow, Step
from pipeline.domain.reports import Cancellation, Shipment, StatusReport
from pipeline.domain.retry import ending_for
from pipeline.domain.rules import cancellation_faults, shipment_faults, status_faults
from pipeline.flows.deliveries import DOCUMENTS, delivering, wire_body
from pipeline.hand import Hand
from pipeline.ports import Holding
from pipeline.steps.accept import accept
from pipeline.steps.context import Context
from pipeline.steps.judge import Judged, judge_order

Judge = Callable[[Holding, datetime, Context], Ending | Judged]


def validate(hand: Hand, context: Context) -> None:
    """Ends every document of the batch. Raises NotDurable (an accept could not be marked)."""
    endings: list[tuple[Holding, Ending]] = []
    to_accept: list[tuple[Holding, Judged]] = []
    for holding in hand.holdings:
        try:
            judged = judge(holding, hand.now, context)
        except Trouble as trouble:
            if isinstance(trouble, PartnerTrouble):  # a reference table could not be read
                context.note_trouble(hand, trouble)
            judged = ending_for(
                trouble,
                step=Step.VALIDATE,
                attempts=holding.attempts,
                limit=context.limits.attempts,
                now=hand.now,
                backoff=context.limits.backoff,
                jitter=context.jitter(),
            )
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
    market = holding.facts["market"]
    if not shipment.parcels and holding.facts.get("confirmed", "0") != "0":
        done = Target(account=market, ending=Advanced(note="confirmed already"))
        return Advanced(targets=(done,), note=f"{market} has every parcel already")
    write = delivering(context.network, Flow.SHIPMENTS, market)
    _raise_all(shipment_faults(shipment, now=now), lambda: wire_body(write, shipment))
    return Advanced(targets=(Target(account=market),))


def _status(holding: Holding, now: datetime, context: Context) -> Ending:
    report = from_fields(StatusReport, holding.document or {})
    asked_by = holding.item.ref.source
    write = delivering(context.network, Flow.STATUSES, asked_by)
    _raise_all(status_faults(report, now=now), lambda: wire_body(write, report))
    return Advanced(targets=(Target(account=asked_by),))


def _cancellation(holding: Holding, now: datetime, context: Context) -> Ending:
    cancellation = from_fields(DOCUMENTS[Flow.CANCELLATIONS], holding.document or {})
    assert isinstance(cancellation, Cancellation)  # noqa: S101 - for the type checker
    target = holding.facts["target"]
    write = delivering(context.network, Flow.CANCELLATIONS, target)
    _raise_all(cancellation_faults(cancellation, now=now), lambda: wire_body(write, cancellation))
    return Advanced(targets=(Target(account=target),))


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
