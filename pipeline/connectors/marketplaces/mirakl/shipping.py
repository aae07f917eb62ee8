"""What is sent of parcels, OR23 and OR24 or ST01 (section 5), and what tells that it arrived. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.answers import masked
from pipeline.connectors.marketplaces.mirakl.carriers import Carrier
from pipeline.connectors.marketplaces.mirakl.states import OVER, SHIPPED, STATUSES, is_live, lines_of, state_of
from pipeline.connectors.wire import maybe, record, records, segment, text, whole
from pipeline.domain.errors import Ambiguous, FieldError, Invalid, Puzzling, Refused, Trouble
from pipeline.domain.reports import Parcel, Shipment
from pipeline.ports import Absent, Body, Outcome, Row, Seen, Taken

MULTI_HINT: Final = 'set shipments = "multi" where the operator enables several parcels'
JOIN_HINT: Final = 'or several_parcels = "join" to tell their numbers together'
TOGETHER: Final = ", "  # between the numbers of parcels that are told as one


def tracking_of(shipment: Shipment, carriers: Sequence[Carrier | None], *, join: bool = False) -> Body:
    """One parcel (or several, told as one): its tracking (OR23), and what it is to contain, checked against the order
    when it is sent.
    """
    _check(shipment, carriers)
    tracking = [
        _tracking(parcel, carrier, "carrier_url") for parcel, carrier in zip(shipment.parcels, carriers, strict=True)
    ]
    if len(tracking) > 1 and not join:
        words = f"Mirakl's OR23 takes one tracking number per order, and this is {len(tracking)} parcels; "
        raise Puzzling.of((FieldError("parcels", "several", f"{words}{MULTI_HINT}, {JOIN_HINT}"),))
    order_id = shipment.order_id or ""
    lines = _quantities(shipment.parcels[0]) if len(tracking) == 1 else {}
    content = {"tracking": joined(tracking), "lines": lines}
    return Body(order_id, content, f"orders/{segment(order_id)}")


def shipments_of(shipment: Shipment, carriers: Sequence[Carrier | None]) -> Body:
    """ST01: one shipment per parcel, shipped with its creation."""
    _check(shipment, carriers)
    open_lines = [
        FieldError(f"parcels.{n}.lines", "required", "Mirakl needs the id and the quantity of each line of a parcel")
        for n, parcel in enumerate(shipment.parcels)
        if not parcel.lines or any(not line.id or not line.quantity for line in parcel.lines)
    ]
    if open_lines:
        raise Invalid.of(tuple(open_lines))
    content = [
        {
            "order_id": shipment.order_id,
            "shipment_lines": [
                {"order_line_id": line.id, "package_reference": parcel.number, "quantity": line.quantity}
                for line in parcel.lines
            ],
            "tracking": _tracking(parcel, carrier, "tracking_url"),
            "shipped": True,
        }
        for parcel, carrier in zip(shipment.parcels, carriers, strict=True)
    ]
    return Body(shipment.order_id or "", {"shipments": content}, "shipments")


def joined(tracking: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Several parcels told as one: their numbers together. Raises Puzzling where they went by several carriers."""
    carriers = {one.get("carrier_code") or one.get("carrier_name") for one in tracking}
    if len(carriers) > 1:
        words = "the parcels went by several carriers, and one tracking can name only one; " + MULTI_HINT
        raise Puzzling.of((FieldError("parcels", "several", words),))
    return {**tracking[0], "tracking_number": TOGETHER.join(one["tracking_number"] for one in tracking)}


def told_apart(content: Mapping[str, Any], raw: Mapping[str, Any], *, join: bool) -> Mapping[str, Any] | Trouble:
    """ST01 as it can be sent: parcels that together hold more of a line than was ordered (each claims all of it, for
    nobody told what is in which) are one shipment with all their numbers, or a person's matter.
    """
    ordered = {maybe(text, wire.get("order_line_id")): maybe(whole, wire.get("quantity")) for wire in lines_of(raw)}
    claimed: dict[str, int] = {}
    for line in (line for one in content["shipments"] for line in one["shipment_lines"]):
        claimed[line["order_line_id"]] = claimed.get(line["order_line_id"], 0) + line["quantity"]
    if not any((most := ordered.get(line_id)) is not None and count > most for line_id, count in claimed.items()):
        return content
    if not join:
        words = "the parcels together hold more than was ordered: it was not told what is in which; edit their lines, "
        return Puzzling.of((FieldError("parcels", "several", words + JOIN_HINT),))
    try:
        tracking = joined([one["tracking"] for one in content["shipments"]])
    except Puzzling as puzzle:
        return puzzle
    lines = {line["order_line_id"]: line for one in content["shipments"] for line in one["shipment_lines"]}
    whole_lines = [
        {**line, "package_reference": tracking["tracking_number"], "quantity": ordered.get(line_id) or line["quantity"]}
        for line_id, line in lines.items()
    ]
    return {"shipments": [{**content["shipments"][0], "shipment_lines": whole_lines, "tracking": tracking}]}


def only_live(content: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """ST01 without lines that were refused or canceled: a parcel of "everything" holds them too."""
    gone = {maybe(text, wire.get("order_line_id")) for wire in lines_of(raw) if not is_live(wire)}
    shipments = [
        {**one, "shipment_lines": [line for line in one["shipment_lines"] if line["order_line_id"] not in gone]}
        for one in content["shipments"]
    ]
    return {"shipments": [one for one in shipments if one["shipment_lines"]]}


def left_out(content: Mapping[str, Any], raw: Mapping[str, Any]) -> Trouble | None:
    """OR24 ships the whole order: why this parcel may not say so, None where it holds all that is left of it."""
    told: Mapping[str, int | None] = content["lines"]
    for index, wire in enumerate(lines_of(raw) if told else ()):
        line_id, quantity = maybe(text, wire.get("order_line_id")), maybe(whole, wire.get("quantity"))
        has = told.get(line_id or "", 0)
        if is_live(wire) and has is not None and quantity is not None and has < quantity:
            words = (
                f"the parcel leaves out order line {index + 1}, or a part of it, and OR24 would ship the whole order; "
            )
            return Puzzling.of((FieldError("parcels.0.lines", "partial", words + MULTI_HINT),))
    return None


def looks_tracked(row: Row, body: Body) -> Seen:
    """Only the order's state says that it was shipped: a tracking number alone is OR23 without its OR24, and both are
    sent again. Shipped under another number, or closed without any, is a person's matter.
    """
    state, number = state_of(row.raw), maybe(text, row.raw.get("shipping_tracking"))
    if state not in SHIPPED:
        return Absent() if state in STATUSES else None
    ours = number == body.content["tracking"].get("tracking_number")
    return Taken() if ours or (number is None and state != "CLOSED") else None


def looks_shipped(row: Row, body: Body) -> Seen:
    """ST01: all parcels are there, or none: some of them would be doubled by sending again."""
    there = numbers_at(row.raw)
    wanted = {one["tracking"]["tracking_number"] for one in body.content["shipments"]}
    if wanted <= there:
        return Taken()
    return None if wanted & there or state_of(row.raw) in SHIPPED | OVER else Absent()


def numbers_at(raw: Mapping[str, Any]) -> frozenset[str]:
    """Numbers of the parcels that were shipped: the order's once it is past SHIPPING (before, OR23 has set it and OR24
    is missing), and those of its shipments (ST11), read beside it, that are past SHIPPING themselves.
    """
    found = [maybe(text, raw.get("shipping_tracking"))] if state_of(raw) in SHIPPED else []
    found += [
        maybe(text, (maybe(record, one.get("tracking")) or {}).get("tracking_number"))
        for one in maybe(records, raw.get("shipments")) or ()
        if maybe(text, one.get("status")) != "SHIPPING"
    ]
    return frozenset(number for told in found if told for number in told.split(TOGETHER))


def created_in(body: Any) -> Outcome:
    """ST01's answer names what it made in `shipment_success` and what it refused in `shipment_errors` (Mirakl's
    OpenAPI, ST01). Some of it, or nothing named at all, is a doubt.
    """
    told = body if isinstance(body, Mapping) else {}
    errors, made = maybe(records, told.get("shipment_errors")), maybe(records, told.get("shipment_success"))
    if not errors:
        return Taken() if made else Ambiguous("POST shipments: its answer names no shipment; look at the order there")
    words = masked("; ".join(dict.fromkeys(maybe(text, one.get("message")) or "no reason told" for one in errors)))
    if made:
        return Ambiguous(
            f"POST shipments: some parcels were taken, {len(errors)} not ({words}); look at the order there"
        )
    return Refused(f"POST shipments: {words}", cause="POST shipments: refused")


def _check(shipment: Shipment, carriers: Sequence[Carrier | None]) -> None:
    missing = [] if shipment.order_id else [_missing("order_id", "the order's id")]
    if not shipment.parcels:
        missing.append(_missing("parcels", "a parcel"))
    missing += [
        _missing(f"parcels.{n}.number", "the parcel's number")
        for n, one in enumerate(shipment.parcels)
        if not one.number
    ]
    riddles = [
        FieldError(f"parcels.{n}.carrier", "unknown", _unknown(parcel))
        for n, (parcel, carrier) in enumerate(zip(shipment.parcels, carriers, strict=True))
        if carrier is None
    ]
    if missing:
        raise Invalid.of((*missing, *riddles))
    if riddles:
        raise Puzzling.of(tuple(riddles))


def _tracking(parcel: Parcel, carrier: Carrier | None, url: str) -> dict[str, str]:
    told = {
        "carrier_code": carrier.code if carrier else None,
        "carrier_standard_code": carrier.standard_code if carrier else None,
        "carrier_name": carrier.name if carrier else None,
        url: parcel.url,
        "tracking_number": parcel.number,
    }
    return {name: value for name, value in told.items() if value}


def _quantities(parcel: Parcel) -> dict[str, int | None]:
    """None: all of the line."""
    found: dict[str, int | None] = {}
    for line in parcel.lines:
        before = found.get(line.id or "", 0)
        found[line.id or ""] = None if line.quantity is None or before is None else before + line.quantity
    return found


def _missing(path: str, words: str) -> FieldError:
    return FieldError(path, "required", f"Mirakl needs {words}")


def _unknown(parcel: Parcel) -> str:
    word = parcel.carrier or parcel.carrier_raw
    if not word:
        return 'no carrier was told; add "*" to the route\'s carrier_map'
    return (
        f"carrier {word!r} is not one of this operator's, and without a tracking URL it can't be named freely; "
        "add it to the route's carrier_map"
    )
