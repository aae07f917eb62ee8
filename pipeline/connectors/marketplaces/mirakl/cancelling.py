"""What is sent to cancel, OR29 or OR30 (section 5), and what tells that it arrived. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.connectors.marketplaces.mirakl.mapping import TAX_MODES
from pipeline.connectors.marketplaces.mirakl.states import OVER, STATUSES, canceled_pieces, is_live, lines_of, state_of
from pipeline.connectors.wire import amount, maybe, records, text, whole
from pipeline.domain.errors import FieldError, Invalid, Puzzling
from pipeline.domain.reports import Cancellation
from pipeline.ports import Absent, Body, Row, Seen, Taken

WHERE = "cancel it in Mirakl's back office, or by `orderpipe call ACCOUNT cancel_line`"


def cancellation_of(cancellation: Cancellation, reason: str | None) -> Body:
    """What is meant; its amounts come from the order when it is sent. A whole order may need no reason (OR29)."""
    missing = [] if cancellation.order_id else [FieldError("order_id", "required", "Mirakl needs the order's id")]
    missing += [
        FieldError(f"lines.{n}.id", "required", "Mirakl needs the line's id")
        for n, line in enumerate(cancellation.lines)
        if not line.id
    ]
    if missing:
        raise Invalid.of(tuple(missing))
    if cancellation.lines and reason is None:
        raise Puzzling.of((_no_reason(cancellation.reason or cancellation.raw_reason),))
    content: dict[str, Any] = {"lines": [{"id": line.id, "quantity": line.quantity} for line in cancellation.lines]}
    return Body(cancellation.order_id or "", {**content, "reason_code": reason})


def cancelations_of(content: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """OR30: each line with its own amounts, and the taxes in them. Raises Puzzling for what would be guessed."""
    if content["reason_code"] is None:
        raise Puzzling.of((_no_reason(None),))
    known = {maybe(text, wire.get("order_line_id")): wire for wire in lines_of(raw)}
    wanted = content["lines"] or [{"id": one, "quantity": None} for one, wire in known.items() if is_live(wire)]
    faults: list[FieldError] = []
    made = []
    for index, line in enumerate(wanted):
        wire = known.get(line["id"])
        found = _amounts(wire, line["quantity"]) if wire else "the order has no such line"
        if isinstance(found, str):
            faults.append(FieldError(f"lines.{index}", "amounts", found))
            continue
        head = {"order_line_id": line["id"], "currency_iso_code": maybe(text, raw.get("currency_iso_code"))}
        made.append({**head, "reason_code": content["reason_code"], **found})
    if faults:
        raise Puzzling.of(tuple(faults))
    mode = maybe(text, raw.get("order_tax_mode"))
    return {"cancelations": made, **({"order_tax_mode": mode} if mode in TAX_MODES else {})}


def looks_canceled(row: Row, body: Body) -> Seen:
    """The order is over; or these lines are, all or none of them."""
    state = state_of(row.raw)
    if state in OVER:
        return Taken()
    if state not in STATUSES:
        return None
    wires = {maybe(text, wire.get("order_line_id")): wire for wire in lines_of(row.raw)}
    wanted = body.content["lines"] or [{"id": one, "quantity": None} for one in wires]
    seen = [_is_canceled(wires[line["id"]], line["quantity"]) for line in wanted if line["id"] in wires]
    if seen and all(seen) and len(seen) == len(wanted):
        return Taken()
    return Absent() if not any(seen) and not any(canceled_pieces(wire) for wire in wires.values()) else None


def _is_canceled(wire: Mapping[str, Any], quantity: int | None) -> bool:
    pieces = canceled_pieces(wire)
    return not is_live(wire) or bool(quantity and pieces and pieces >= quantity)


def _amounts(wire: Mapping[str, Any], quantity: int | None) -> dict[str, Any] | str:
    """The line's own amounts, or why they can't be told: how shipping and taxes are split is nowhere said."""
    whole_line, price = maybe(whole, wire.get("quantity")), maybe(amount, wire.get("price"))
    shipping = maybe(amount, wire.get("shipping_price")) or Decimal(0)
    taxes, shipping_taxes = _taxes(wire.get("taxes")), _taxes(wire.get("shipping_taxes"))
    if canceled_pieces(wire):
        return f"a part of it is canceled already, and what is left of its amounts is not told; {WHERE}"
    if whole_line is None or price is None or taxes is None or shipping_taxes is None:
        return f"its quantity, price or taxes are not told; {WHERE}"
    if quantity in (None, whole_line):
        told = {"quantity": whole_line, "amount": price, "shipping_amount": shipping}
        return {**told, "taxes": taxes, "shipping_taxes": shipping_taxes}
    unit = maybe(amount, wire.get("price_unit"))
    if quantity is None or quantity > whole_line or unit is None or shipping or taxes or shipping_taxes:
        return f"a part of a line with shipping or taxes: how they are split is not told; {WHERE}"
    told = {"quantity": quantity, "amount": unit * quantity, "shipping_amount": Decimal(0)}
    return {**told, "taxes": [], "shipping_taxes": []}


def _taxes(value: Any) -> Sequence[Mapping[str, Any]] | None:
    """`{code, amount}` of each; None where one does not tell."""
    told = [(maybe(text, tax.get("code")), maybe(amount, tax.get("amount"))) for tax in maybe(records, value) or ()]
    if any(code is None or sum_ is None for code, sum_ in told):
        return None
    return [{"code": code, "amount": sum_} for code, sum_ in told]


def _no_reason(word: str | None) -> FieldError:
    told = f"{word!r} is not one of this operator's cancellation reasons" if word else "Mirakl needs a reason"
    return FieldError("reason", "unknown", f"{told}; `orderpipe call ACCOUNT reasons` lists them, set one by `edit`")
