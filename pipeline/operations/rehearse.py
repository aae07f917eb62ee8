"""What today's mapping, rules and edits would make of a record: nothing is kept, nothing is sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipeline.domain.endings import Advanced, Dead, Ending, Held
from pipeline.domain.errors import FieldError, Trouble
from pipeline.domain.lifecycle import Flow, Mark
from pipeline.flows.deliveries import delivering, document_for, wire_body
from pipeline.operations.errors import NotAllowed
from pipeline.steps.context import Context
from pipeline.steps.judge import Judged
from pipeline.steps.normalize import normalized, read_order, reading
from pipeline.steps.validate import judge
from pipeline.stores.record import Record

REHEARSED = "rehearsed"  # the cause of what only the route's mode keeps from being sent


class Rehearsal:
    """Answers `Desk.replay(dry_run=True)`, and what an edit replaces."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def faults(self, record: Record) -> Sequence[FieldError] | None:
        """None when it would pass; else every fault in words."""
        now, holding = datetime.now(UTC), record.holding()
        ending: Ending | Judged = normalized(holding, self._context, now)
        if isinstance(ending, Advanced):
            facts = {**holding.facts, **ending.facts}
            try:
                ending = judge(replace(holding, document=ending.document, facts=facts), now, self._context)
            except Trouble as trouble:
                return trouble.fields or (FieldError("", trouble.kind, trouble.message),)
        if isinstance(ending, Dead | Held) and ending.error.cause != REHEARSED:
            return ending.error.fields or (FieldError("", ending.error.kind, ending.error.message),)
        return None

    def plain(self, record: Record) -> Mapping[str, Any] | None:
        """The canonical fields before any edit; None when the raw can't be read."""
        try:
            return reading(record.holding(), self._context.network, datetime.now(UTC)).fields
        except Trouble:
            return None

    def bodies(self, record: Record) -> Mapping[str, Any]:
        """Target -> the exact wire content that a route in mode rehearse keeps from being sent, before credentials.

        Empty for every other document.
        """
        if record.document is None:
            return {}
        ref, network = record.ref, self._context.network
        found: dict[str, Any] = {}
        for target in _held_back(record, self._context):
            routed = ref.flow in (Flow.ORDERS, Flow.CANCELLATIONS)
            route = network.route(ref.flow, ref.source, target) if routed else None
            try:
                write = delivering(network, ref.flow, target)
                found[target] = wire_body(
                    write, document_for(ref.flow, record.document, route, with_order=write.with_order)
                )[0].content
            except Trouble as trouble:
                found[target] = f"{trouble.kind}: {trouble.message}"
        return found

    def refuse(self, record: Record, reason: str, who: str) -> None:  # noqa: ARG002 - the audit line is the caller's
        """Tells the marketplace no. Raises NotAllowed where it does not ask, or does not take it."""
        source = record.ref.source
        if not self._context.network.is_marketplace(source) or record.raw is None:
            raise NotAllowed(f"{record.ref} is not an order that a marketplace waits for")
        client = self._context.network.marketplace(source)
        if client.refuse is None:
            raise NotAllowed(f"{source} can't be told that an order is refused; discard it instead")
        try:
            canonical = record.holding().is_marked(Mark.CANONICAL)
            order, _ = read_order(record.raw, source, self._context.network, canonical=canonical)
            if not client.needs_accept(order):
                raise NotAllowed(f"{source} does not wait for our answer ({order.raw_status})")
            body, _ = wire_body(client.refuse, order)
            outcome = client.refuse.send([body])[0]
            if isinstance(outcome, Trouble):
                raise outcome
        except Trouble as trouble:
            raise NotAllowed(
                f"{source}: {trouble.kind}: {trouble.message}; pull the order to see where it stands"
            ) from None


def _held_back(record: Record, context: Context) -> Sequence[str]:
    """The targets that only a route's mode keeps it from: all of the document's, or single deliveries."""
    if not _is_rehearsed(record, None):
        return [target for target in record.targets if _is_rehearsed(record, target)]
    if record.ref.flow is Flow.ORDERS:
        return [name for route in context.network.routes(Flow.ORDERS, source=record.ref.source) for name in route.to]
    return [record.facts["market"] if record.ref.flow is Flow.SHIPMENTS else record.ref.source]


def _is_rehearsed(record: Record, target: str | None) -> bool:
    return bool(json.loads(record.position(target).get("er") or "{}").get("cause") == REHEARSED)
