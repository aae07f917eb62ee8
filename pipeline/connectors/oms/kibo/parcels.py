"""A Kibo order's shipments as a canonical shipment (contracts/oms.md section 5.8). Pure.

Of a shipment `shipmentID`, `orderID`, `externalOrderID`, `shipmentStatus` are published (docs.kibocommerce.com,
get-shipment-information); of its tracking what a client may write (kibocommerce.com/oms-dev, update-tracking):
`trackingInformation`, a list of `trackingNumber` (at most 50), `carrierType`, `carrierTypeOther` (at most 20). Which
lines are in a parcel is not.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import Any, Final

from pipeline.connectors.wire import Unfit, maybe, moment, records, text
from pipeline.domain.errors import FieldError, Invalid, Puzzling
from pipeline.domain.reports import Parcel, Shipment

NUMBER: Final = 50
CARRIER: Final = 20
_GONE: Final = "CANCEL"  # CANCELED, CANCELLED: a shipment that never leaves


def marketplace_id(row: Mapping[str, Any]) -> str | None:
    """The id under which the order came in, from a shipment or an order; entities as they were written."""
    external = maybe(text, row.get("externalOrderID"))
    return unescape(external) if external else None


def own_id(row: Mapping[str, Any]) -> str | None:
    """Kibo's orderID."""
    return maybe(text, row.get("orderID"))


def has_left(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all of an order's shipments have a tracking number, but those that are cancelled. An order that has left
    in part is told later: nobody publishes which lines a parcel holds, and told without lines it would be all of them.
    """
    open_rows = [row for row in rows if not _is_gone(row)]
    return bool(open_rows) and all(any(_numbers(row)) for row in open_rows)


def shipment_of(raw: Mapping[str, Any]) -> Shipment:
    """Every distinct parcel. Raises Invalid with every fault at once, else Puzzling."""
    faults: list[FieldError] = []
    riddles: list[FieldError] = []
    parcels: dict[str, Parcel] = {}
    times: list[datetime] = []
    for row in raw.get("rows") or ():
        if not isinstance(row, Mapping) or _is_gone(row):
            continue
        path = f"parcels.{len(parcels)}"
        try:
            at = moment(row.get("shipmentDate"))
            times += [at] if at else []
            for tracking in _trackings(row):
                path = f"parcels.{len(parcels)}"
                parcel = _parcel(tracking, path, riddles)
                if parcel.number is not None:
                    parcels.setdefault(parcel.number, parcel)
        except Unfit as unfit:
            faults.append(FieldError(path, "form", f"a shipment at Kibo: its tracking or date {unfit}"))
    if faults:
        raise Invalid.of(tuple({fault.path: fault for fault in faults}.values()))
    if riddles:
        raise Puzzling.of(tuple(riddles))
    order_id = maybe(text, raw.get("order_id"))
    shipped_at = max(times, default=None)
    return Shipment(id=order_id, order_id=order_id, shipped_at=shipped_at, parcels=tuple(parcels.values()))


def _parcel(tracking: Mapping[str, Any], path: str, riddles: list[FieldError]) -> Parcel:
    number = text(tracking.get("trackingNumber"))
    other = text(tracking.get("carrierTypeOther"))
    for name, value, most in (("number", number, NUMBER), ("carrier_raw", other, CARRIER)):
        if value is not None and len(unescape(value)) > most:
            words = f"Kibo documents at most {most} characters here, and answers with {len(unescape(value))}"
            riddles.append(FieldError(f"{path}.{name}", "length", words))
    carrier = other or text(tracking.get("carrierType"))
    return Parcel(number=number and unescape(number), carrier_raw=carrier and unescape(carrier))


def _trackings(row: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The list that is documented for writing, else the shipment's own fields. Raises Unfit."""
    told = row.get("trackingInformation")
    if isinstance(told, Mapping):
        return (told,)
    return records(told) or (row,)


def _numbers(row: Mapping[str, Any]) -> Iterator[bool]:
    """What can't be read counts as told: `shipment_of` says why."""
    try:
        yield from (tracking.get("trackingNumber") not in (None, "") for tracking in _trackings(row))
    except Unfit:
        yield True


def _is_gone(row: Mapping[str, Any]) -> bool:
    return (maybe(text, row.get("shipmentStatus")) or "").upper().startswith(_GONE)
