"""What is sent to Octopia: approvals, parcels, cancellations (contracts/marketplaces.md section 6). Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.marketplaces.octopia.mapping import lines_of
from pipeline.connectors.wire import amount, maybe, record, records, segment, text
from pipeline.domain.errors import FieldError, Invalid, Puzzling, Trouble
from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, LineQuantity, Parcel, Shipment
from pipeline.ports import Body

_NAMES: Final = ("name", "carrierName", "label", "code", "id")  # the shape of GET /carriers is not documented
_WORDS: Final = ("reason", "code", "id", "label", "name")  # nor is that of GET /cancellation-reasons


def names_in(body: Any, words: Sequence[str] = _NAMES) -> list[list[str]]:
    """The words of each entry of a reference table; the first is the one to send. Tolerant: its shape is unseen."""
    items = body.get("items") if isinstance(body, Mapping) else body
    entries = items if isinstance(items, list) else []
    found = [
        [word for word in (maybe(text, entry.get(name)) for name in words) if word]
        if isinstance(entry, Mapping)
        else [word for word in [maybe(text, entry)] if word]
        for entry in entries
    ]
    return [entry for entry in found if entry]


def carriers_in(body: Any) -> list[list[str]]:
    """GET /carriers."""
    return names_in(body, _NAMES)


def reasons_in(body: Any) -> list[list[str]]:
    """GET /cancellation-reasons."""
    return names_in(body, _WORDS)


def match(word: str, table: Sequence[Sequence[str]]) -> str | None:
    """The entry's word to send: the exact one, else the only one that is equal but for case. Never a guess."""
    for entry in table:
        if word in entry:
            return entry[0]
    alike = {entry[0] for entry in table if word.casefold() in {known.casefold() for known in entry}}
    return alike.pop() if len(alike) == 1 else None


def approval_of(order: Order, word: str) -> Body:
    """Accept or refuse; snake_case among camelCase, as three clients send it."""
    if not order.id:
        raise Invalid.of((FieldError("id", "required", "Octopia needs the order's id"),))
    return Body(order.id, {"approval_status": word}, f"orders/{segment(order.id)}/approval-status")


def parcels_of(shipment: Shipment, carriers: Sequence[str | None]) -> list[dict[str, Any]]:
    """One element per parcel; `carriers` are the names found for them. Without lines it is all of the order
    (`fill_parcels`). Raises Invalid and Puzzling, all at once.
    """
    missing = [] if shipment.order_id else [_missing("order_id", "the order's id")]
    if not shipment.parcels:
        missing.append(_missing("parcels", "at least one parcel"))
    riddles = []
    for index, (parcel, carrier) in enumerate(zip(shipment.parcels, carriers, strict=True)):
        if not parcel.number:
            missing.append(_missing(f"parcels.{index}.number", "the parcel's number"))
        if not carrier:
            riddles.append(FieldError(f"parcels.{index}.carrier", "unknown", _unknown(parcel)))
        if any(not line.id for line in parcel.lines):
            missing.append(_missing(f"parcels.{index}.lines", "the id of each line"))
    if missing:
        raise Invalid.of((*missing, *riddles))
    if riddles:
        raise Puzzling.of(tuple(riddles))
    return [_parcel(parcel, carrier) for parcel, carrier in zip(shipment.parcels, carriers, strict=True)]


def fill_parcels(content: Sequence[Mapping[str, Any]], raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Parcels without lines carry all lines of the order (contracts/oms.md section 6.2a)."""
    every = [line for line in (maybe(text, wire.get("orderLineId")) for wire in lines_of(raw)) if line]
    return [{**parcel, "orderLineIds": parcel.get("orderLineIds") or every} for parcel in content]


def numbers_at(raw: Mapping[str, Any]) -> frozenset[str]:
    """The parcel numbers that the order already has."""
    parcels = [parcel for wire in lines_of(raw) for parcel in maybe(records, wire.get("parcels")) or ()]
    numbers = (maybe(text, parcel.get("parcelNumber")) for parcel in parcels)
    return frozenset(number for number in numbers if number)


def cancellation_of(cancellation: Cancellation, reason: str, id_key: str) -> dict[str, Any]:
    """A full cancellation, or one of these lines; their offer ids come from the order (`fill_lines`)."""
    head = {id_key: cancellation.order_id}
    if not cancellation.lines:
        return {**head, "reason": reason, "shippingCostRefund": True}
    return {**head, "lines": [_canceled(line, reason) for line in cancellation.lines]}


def fill_lines(
    content: Mapping[str, Any], quantities: Sequence[int | None], raw: Mapping[str, Any]
) -> dict[str, Any] | Trouble:
    """The cancelled lines with their offer ids, or why this can't be said to Octopia: it knows no quantities."""
    known = {maybe(text, wire.get("orderLineId")): wire for wire in lines_of(raw)}
    faults, filled = [], []
    for index, (line, quantity) in enumerate(zip(content["lines"], quantities, strict=True)):
        wire = known.get(line["lineId"])
        offer = maybe(text, (maybe(record, wire.get("offer")) or {}).get("id")) if wire else None
        if wire is None or offer is None:
            faults.append(FieldError(f"lines.{index}.id", "unknown", "the order has no such line with an offer"))
        elif quantity is not None and quantity != maybe(amount, wire.get("quantity")):
            words = "Octopia cancels whole lines only, and this is a part of one; cancel it in its portal"
            faults.append(FieldError(f"lines.{index}.quantity", "partial", words))
        filled.append({**line, "offerId": offer})
    return Puzzling.of(tuple(faults)) if faults else {**content, "lines": filled}


def _parcel(parcel: Parcel, carrier: str | None) -> dict[str, Any]:
    content: dict[str, Any] = {"parcelNumber": parcel.number, "carrierName": carrier}
    if parcel.url:
        content["trackingUrl"] = parcel.url
    if parcel.lines:
        content["orderLineIds"] = [line.id for line in parcel.lines]
    return content


def _canceled(line: LineQuantity, reason: str) -> dict[str, Any]:
    return {"lineId": line.id, "reason": reason, "shippingCostRefund": True}


def _missing(path: str, words: str) -> FieldError:
    return FieldError(path, "required", f"Octopia needs {words}")


def _unknown(parcel: Parcel) -> str:
    if not parcel.carrier_raw:
        return 'no carrier was told; add "*" to the route\'s carrier_map'
    return f"carrier {parcel.carrier_raw!r} is not one of Octopia's; add it to the route's carrier_map"
