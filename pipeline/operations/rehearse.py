"""What today's mapping, rules and edits would make of a record: nothing is kept, nothing is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipeline.domain.endings import Advanced, Dead, Ending, Held
from pipeline.domain.errors import FieldError, Trouble
from pipeline.flows.deliveries import wire_body
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

    def refuse(self, record: Record, reason: str, who: str) -> None:  # noqa: ARG002 - the audit line is the caller's
        """Tells the marketplace no. Raises NotAllowed where it does not ask, or does not take it."""
        source = record.ref.source
        if not self._context.network.is_marketplace(source) or record.raw is None:
            raise NotAllowed(f"{record.ref} is not an order that a marketplace waits for")
        client = self._context.network.marketplace(source)
        if client.refuse is None:
            raise NotAllowed(f"{source} can't be told that an order is refused; discard it instead")
        try:
            order, _ = read_order(record.raw, source, self._context.network)
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
