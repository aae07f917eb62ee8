"""Cancellations at bol: whole items, each with a reason (contracts/marketplaces.md section 8). Pure."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.marketplaces.bol.states import counts_of, items_of
from pipeline.connectors.wire import maybe, text
from pipeline.domain.errors import FieldError, Invalid, Puzzling
from pipeline.domain.reports import Cancellation
from pipeline.ports import Body

BY_CUSTOMER: Final = "REQUESTED_BY_CUSTOMER"
REASONS: Final = (
    "OUT_OF_STOCK", BY_CUSTOMER, "BAD_CONDITION", "HIGHER_SHIPCOST", "INCORRECT_PRICE", "NOT_AVAIL_IN_TIME",
    "NO_BOL_GUARANTEE", "ORDERED_TWICE", "RETAIN_ITEM", "TECH_ISSUE", "UNFINDABLE_ITEM", "OTHER",
)  # fmt: skip


def cancellation_of(cancellation: Cancellation) -> Body:
    """The reason and the items; no items: all that is open (`wire_of`). Raises Invalid and Puzzling."""
    if not cancellation.order_id:
        raise Invalid.of((FieldError("order_id", "required", "bol needs the order's id"),))
    if any(not line.id for line in cancellation.lines):
        raise Invalid.of((FieldError("lines", "required", "bol needs the id of each line"),))
    lines = [{"id": line.id, "quantity": line.quantity} for line in cancellation.lines]
    return Body(cancellation.order_id, {"reasonCode": _reason(cancellation), "lines": lines})


def wire_of(content: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of it for this order: the items of which anything is open. Raises Puzzling: whole items only."""
    counts, faults = _counts(raw), []
    for index, line in enumerate(content["lines"]):
        quantity, shipped, canceled = counts.get(line["id"], (0, 0, 0))
        if line["id"] not in counts:
            faults.append(FieldError(f"lines.{index}.id", "unknown", "the order has no such item"))
        elif line["quantity"] not in (None, quantity - shipped, quantity - shipped - canceled):
            words = "bol cancels all that is open of an item, and this is another number; cancel it in its portal"
            faults.append(FieldError(f"lines.{index}.quantity", "partial", words))
    if faults:
        raise Puzzling.of(tuple(faults))
    wanted = [line["id"] for line in content["lines"]] or list(counts)
    items = [item_id for item_id in wanted if _left(counts[item_id]) > 0]
    return {"orderItems": [{"orderItemId": item_id, "reasonCode": content["reasonCode"]} for item_id in items]}


def is_canceled(content: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """Whether nothing of these items is open, and each was cancelled, at least in part; of a whole order, any.

    A cancellation of what is cancelled changes nothing, so a wrong no costs a call.
    """
    counts = _counts(raw)
    wanted = [counts.get(line["id"], (0, 0, 0)) for line in content["lines"]]
    if not wanted:
        return any(found[2] for found in counts.values()) and all(_left(found) <= 0 for found in counts.values())
    return all(_left(found) <= 0 and found[2] > 0 for found in wanted)


def items_in(content: Mapping[str, Any], raw: Mapping[str, Any]) -> list[str]:
    """The items it is about."""
    return [line["id"] for line in content["lines"]] or list(_counts(raw))


def are_gone(items: Mapping[str, int], raw: Mapping[str, Any]) -> bool:
    """Whether nothing of them is open any more, and so many were cancelled at least."""
    counts = _counts(raw)
    found = {item_id: counts.get(item_id, (0, 0, 0)) for item_id in items}
    return all(_left(found[item_id]) <= 0 and found[item_id][2] >= count for item_id, count in items.items())


def canceled_after(wire: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, int]:
    """How many of each item are cancelled once this has taken effect."""
    counts = _counts(raw)
    ids = [item["orderItemId"] for item in wire["orderItems"]]
    return {item_id: _left(counts[item_id]) + counts[item_id][2] for item_id in ids}


def _counts(raw: Mapping[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {item_id: counts_of(item) for item in items_of(raw) if (item_id := maybe(text, item.get("orderItemId")))}


def _left(counts: tuple[int, int, int]) -> int:
    quantity, shipped, canceled = counts
    return quantity - shipped - canceled


def _reason(cancellation: Cancellation) -> str:
    """bol's word, whatever its case; without one that the buyer asked is a reason of its own. Raises Puzzling."""
    word = cancellation.reason or cancellation.raw_reason
    known = (word or "").upper()
    if known in REASONS:
        return known
    if cancellation.requested_by == "buyer":
        return BY_CUSTOMER
    told = f"{word!r} is none of" if word else "bol needs a reason, one of"
    raise Puzzling.of((FieldError("reason", "unknown", f"{told} {', '.join(REASONS)}"),))
