"""Parcels: what is sent to confirm them, and what an order says of them afterwards. Pure.

Sources: ordersV0.json (ConfirmShipmentRequest, PackageDetail), orders_2026-01-01.json (OrderPackage),
contracts/marketplaces.md section 4.

**One call confirms one parcel**, and a document may hold several. The body of a shipment is the list of its calls; each
`send` makes the first one whose parcel Amazon does not list, and *promises* while another is left. The promise is kept
once that parcel is seen in the order; only then the next one is sent, under a mark of its own (`ports.Write`). So:

* no parcel is confirmed twice: of the parcels of one document at most one is ever unseen, and while it is, nothing is
  sent; a 204 is never doubted, however late the order shows it;
* none is lost: after a kill at any point the next worker finds either the promise (asks, goes on), or a mark without
  an answer (waits for the settle delay, looks, goes on with what is missing);
* an unseen parcel is not waited for without end: after an hour it is a person's.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from pipeline.connectors.marketplaces.amazon.statuses import TO_SHIP, status_of
from pipeline.connectors.paging import zulu
from pipeline.connectors.wire import maybe, record, records, segment, text, whole
from pipeline.domain.errors import FieldError, Invalid, Puzzling
from pipeline.domain.order import OrderStatus
from pipeline.domain.reports import LineQuantity, Parcel, Shipment
from pipeline.ports import Absent, Body, Seen, Taken

TOGETHER: Final = ", "  # between the numbers of parcels that are told as one
OTHER: Final = "Other"  # then carrierName says which
_PLAIN: Final = re.compile(r"[^0-9a-z]+")


def reference_of(number: str) -> str:
    """`packageReferenceId`: digits as text, the same for a parcel whenever it is sent and whatever is sent beside it.

    "Only positive numeric values", unique in its order. A count would move as soon as a parcel is left out.
    """
    return str(int.from_bytes(sha256(plain(number).encode()).digest()[:4], "big") % 999_999_999 + 1)


def plain(number: str) -> str:
    """A tracking number as it is compared: Amazon shows it as it pleases."""
    return _PLAIN.sub("", number.casefold()) or number


def confirmations_of(shipment: Shipment, marketplaces: Sequence[str], now: datetime) -> Body:
    """One call a parcel. The order's marketplace is filled in when it is sent, where there are several.

    A parcel whose OMS does not say when it left has left by now. Raises Invalid and Puzzling, all at once.
    """
    missing = [] if shipment.order_id else [_missing("order_id", "the order's id")]
    if not shipment.parcels:
        missing.append(_missing("parcels", "at least one parcel"))
    riddles: list[FieldError] = []
    for index, parcel in enumerate(shipment.parcels):
        missing += _faults(parcel, f"parcels.{index}")
        if not parcel.carrier and not parcel.carrier_raw:
            words = 'no carrier was told, and Amazon needs one; add "*" to the route\'s carrier_map'
            riddles.append(FieldError(f"parcels.{index}.carrier", "unknown", words))
    times = Counter(reference_of(parcel.number) for parcel in shipment.parcels if parcel.number)
    if any(count > 1 for count in times.values()):
        riddles.append(
            FieldError("parcels", "ambiguous", "two parcels have one number; Amazon keeps parcels apart by it")
        )
    if missing:
        raise Invalid.of((*missing, *riddles))
    if riddles:
        raise Puzzling.of(tuple(riddles))
    head = {"marketplaceId": marketplaces[0]} if len(marketplaces) == 1 else {}
    at = zulu(shipment.shipped_at or now)
    calls = [{**head, "packageDetail": _package(parcel, at)} for parcel in shipment.parcels]
    order_id = shipment.order_id or ""
    return Body(order_id, calls, f"orders/v0/orders/{segment(order_id)}/shipmentConfirmation")


def _package(parcel: Parcel, at: str) -> dict[str, Any]:
    number = parcel.number or ""
    found: dict[str, Any] = {"packageReferenceId": reference_of(number), **_carrier(parcel), "trackingNumber": number}
    lines = [{"orderItemId": line.id, "quantity": line.quantity} for line in parcel.lines]
    return {**found, "shipDate": at, "orderItems": lines}


def _carrier(parcel: Parcel) -> dict[str, Any]:
    """The route's word is a code of Amazon's; a carrier that no route names goes by its name."""
    if parcel.carrier and parcel.carrier != OTHER:
        return {"carrierCode": parcel.carrier}
    return {"carrierCode": OTHER, "carrierName": parcel.carrier_raw or OTHER}


def _faults(parcel: Parcel, path: str) -> list[FieldError]:
    found = [] if parcel.number else [_missing(f"{path}.number", "the tracking number")]
    if not parcel.lines:
        found.append(_missing(f"{path}.lines", "the lines in the parcel"))
    return found + [fault for n, line in enumerate(parcel.lines) for fault in _line_faults(line, f"{path}.lines.{n}")]


def _line_faults(line: LineQuantity, path: str) -> list[FieldError]:
    found = [] if line.id else [_missing(f"{path}.id", "the id of each line")]
    return found if line.quantity else [*found, _missing(f"{path}.quantity", "the quantity of each line")]


def _missing(path: str, words: str) -> FieldError:
    return FieldError(path, "required", f"Amazon needs {words}")


# ---------------------------------------------------------------- what the order says (2026-01-01, PACKAGES)


def packages_of(raw: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Its parcels; v0 tells none."""
    return maybe(records, raw.get("packages")) or ()


def numbers_at(raw: Mapping[str, Any]) -> frozenset[str]:
    """Their tracking numbers, as Amazon has them; of several that were told as one, each."""
    return frozenset(number for one in packages_of(raw) for number in _numbers_in(one))


def _numbers_in(package: Mapping[str, Any]) -> Sequence[str]:
    return [one for one in (maybe(text, package.get("trackingNumber")) or "").split(TOGETHER) if one]


def is_there(reference: str, number: str, raw: Mapping[str, Any]) -> bool:
    """By our reference, or by the number: Amazon's own fixture lists a package under a reference that is no digits."""
    return any(
        maybe(text, one.get("packageReferenceId")) == reference or plain(number) in map(plain, _numbers_in(one))
        for one in packages_of(raw)
    )


def missing_of(calls: Sequence[Mapping[str, Any]], raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The calls whose parcel is not there."""
    return [one for one in calls if not is_there(*names_of(one), raw)]


def names_of(call: Mapping[str, Any]) -> tuple[str, str]:
    """A parcel's reference and number."""
    detail = call["packageDetail"]
    return detail["packageReferenceId"], detail["trackingNumber"]


def marketplace_of(raw: Mapping[str, Any]) -> str | None:
    """Where it was bought."""
    return maybe(text, (maybe(record, raw.get("salesChannel")) or {}).get("marketplaceId"))


def overfull(calls: Sequence[Mapping[str, Any]], raw: Mapping[str, Any]) -> bool:
    """Whether these parcels, with those that are there, hold more of a line than was ordered: parcels without lines
    of their own all hold everything, and Amazon would take the first and refuse the others.
    """
    left = _left_in(raw)
    for call in calls:
        left.subtract({line["orderItemId"]: line["quantity"] for line in call["packageDetail"]["orderItems"]})
    return any(count < 0 for count in left.values())


def joined(calls: Sequence[Mapping[str, Any]], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Parcels whose contents nobody told apart as one call: all that is left of their lines, and their numbers
    together. Raises Puzzling for several carriers, and where nothing is left.
    """
    details = [call["packageDetail"] for call in calls]
    if len({(one["carrierCode"], one.get("carrierName")) for one in details}) > 1:
        raise Puzzling.of((_untold("they went by several carriers, and one confirmation can name only one"),))
    left = _left_in(raw)
    ids = dict.fromkeys(line["orderItemId"] for one in details for line in one["orderItems"])
    lines = [{"orderItemId": one, "quantity": left[one]} for one in ids if left[one] > 0]
    if not lines:
        raise Puzzling.of((_untold("all of it is in parcels that Amazon has already"),))
    number = TOGETHER.join(one["trackingNumber"] for one in details)
    told = {"packageReferenceId": reference_of(number), "trackingNumber": number, "orderItems": lines}
    return {**calls[0], "packageDetail": {**details[0], **told}}


def held_as_overfull() -> Puzzling:
    """Without `several_parcels = "join"`."""
    words = 'or (one carrier) set several_parcels = "join" to tell their numbers together'
    return Puzzling.of((_untold(f"tell which lines are in which parcel, {words}"),))


def _untold(what: str) -> FieldError:
    return FieldError("parcels", "ambiguous", f"together they hold more of a line than was ordered; {what}")


def _left_in(raw: Mapping[str, Any]) -> Counter[str]:
    """By line: ordered, and in no parcel that is there."""
    left = Counter[str]()
    for item in maybe(records, raw.get("orderItems")) or ():
        left[maybe(text, item.get("orderItemId")) or ""] += maybe(whole, item.get("quantityOrdered")) or 0
    for item in (item for one in packages_of(raw) for item in maybe(records, one.get("packageItems")) or ()):
        left[maybe(text, item.get("orderItemId")) or ""] -= maybe(whole, item.get("quantity")) or 0
    return left


def looks_shipped(raw: Mapping[str, Any], body: Body) -> Seen:
    """Every parcel is there; or one is missing and the order still takes some. A finished order that does not list it
    tells nothing: to confirm it again would be refused for the same reason.
    """
    if not missing_of(body.content, raw):
        return Taken()
    status = status_of(raw)
    return Absent() if status in TO_SHIP or status is OrderStatus.CANCELED else None
