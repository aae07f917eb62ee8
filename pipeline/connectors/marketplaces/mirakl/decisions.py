"""OR21, the decision on every line of an order, and OR04, our reference back (section 5). Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.marketplaces.mirakl.states import OVER, STATUSES, TO_ACCEPT, UNDECIDED, state_of
from pipeline.connectors.wire import maybe, record, records, segment, text
from pipeline.domain.errors import Ambiguous, FieldError, Invalid, Puzzling, Refused
from pipeline.domain.order import Line, Order, OrderStatus
from pipeline.domain.reports import Acknowledgement
from pipeline.ports import Absent, Body, Outcome, Row, Seen, Taken

REFERENCES: Final = 100  # orders in one OR04


def decision_of(order: Order, *, refuse: bool = False) -> Body:
    """Every line is decided: those that an edit or the mapping has as canceled are declined, the others accepted.

    An order of which no line is accepted is a refusal. Raises Invalid and Puzzling, all at once.
    """
    missing = [] if order.id else [_missing("id", "the order's id")]
    if not order.lines:
        missing.append(_missing("lines", "every line of the order"))
    missing += [_missing(f"lines.{n}.id", "the line's id") for n, line in enumerate(order.lines) if not line.id]
    if missing:
        raise Invalid.of(tuple(missing))
    partial = [
        FieldError(
            f"lines.{n}.canceled_quantity", "partial", "Mirakl takes a line or leaves it; cancel all of it or none"
        )
        for n, line in enumerate(order.lines)
        if not refuse and _is_partly_declined(line)
    ]
    if partial:
        raise Puzzling.of(tuple(partial))
    lines = [{"id": line.id, "accepted": not refuse and not _is_declined(line)} for line in order.lines]
    order_id = order.id or ""
    return Body(order_id, {"order_lines": lines}, f"orders/{segment(order_id)}/accept")


def looks_decided(row: Row, _: Body) -> Seen:
    """Past WAITING_ACCEPTANCE nobody waits for a decision. A staged order, or an unknown word, tells nothing."""
    state = state_of(row.raw)
    if state == TO_ACCEPT:
        return Absent()
    return Taken() if state in STATUSES and state not in UNDECIDED else None


def looks_refused(row: Row, _: Body) -> Seen:
    """The order is over, whoever ended it. One that went on was accepted by somebody: a person's matter."""
    state = state_of(row.raw)
    return Taken() if state in OVER else Absent() if state == TO_ACCEPT else None


def reference_of(told: Acknowledgement) -> Body:
    """The OMS's own number, of the first that gave one; those that give none keep the order under Mirakl's id."""
    if not told.order_id:
        raise Invalid.of((_missing("order_id", "the order's id"),))
    reference = next((one.reference for one in told.receipts if one.reference), None) or told.order_id
    return Body(told.order_id, {"order_id": told.order_id, "references": {"order_reference_for_seller": reference}})


def looks_referenced(row: Row, body: Body) -> Seen:
    """Whether the order has our reference."""
    found = maybe(text, (maybe(record, row.raw.get("references")) or {}).get("order_reference_for_seller"))
    return Taken() if found == body.content["references"]["order_reference_for_seller"] else Absent()


def referenced_in(answer: Any, bodies: Sequence[Body]) -> list[Outcome]:
    """One outcome per order: `updated_orders[].errors` names those that were not taken (Mirakl's OpenAPI, OR04). Of an
    order that it does not name nothing is known.
    """
    told = maybe(records, answer.get("updated_orders")) if isinstance(answer, Mapping) else None
    errors = {maybe(text, one.get("order_id")): maybe(records, one.get("errors")) or () for one in told or ()}
    unnamed = Ambiguous("PUT orders: its answer does not name this order")
    return [
        unnamed if body.id not in errors else _refused(errors[body.id]) if errors[body.id] else Taken()
        for body in bodies
    ]


def _refused(errors: Sequence[Mapping[str, Any]]) -> Refused:
    words = "; ".join(
        ": ".join(filter(None, (maybe(text, e.get("code")), maybe(text, e.get("field"))))) for e in errors
    )
    return Refused(f"PUT orders: the reference was not taken ({words or 'no code'})")


def _is_declined(line: Line) -> bool:
    pieces, quantity = line.canceled_quantity, line.quantity
    return line.status is OrderStatus.CANCELED or bool(pieces and quantity and pieces >= quantity)


def _is_partly_declined(line: Line) -> bool:
    return bool(line.canceled_quantity) and not _is_declined(line)


def _missing(path: str, words: str) -> FieldError:
    return FieldError(path, "required", f"Mirakl needs {words}")
