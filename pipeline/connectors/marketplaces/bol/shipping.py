"""Shipments at bol: one POST a parcel, and how many of a document's parcels are there. Pure (contracts section 8).

bol does not say which parcels it has, only how many pieces of an item are shipped. A document's parcels go in their
order, each followed to its end (`processes.py`) before the next, so what is shipped is the sum of the first k parcels:
k of them are there, and the next is k + 1. Each step is decided from the order as it stands, never from what we
remember, and after a crash a look also asks whether a process is still under way. So no parcel goes twice, and none is
left out, whenever the worker dies.

Where that can't be told it is held. When pieces are shipped, and all of the document's would still fit into what is
open, they may be further ones, or the same ones once more: quantities are equal, and a guess would ship the rest of an
order with a parcel that the buyer has.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.marketplaces.bol.states import counts_of, items_of
from pipeline.connectors.wire import maybe, text
from pipeline.domain.errors import FieldError, Invalid, Puzzling
from pipeline.domain.reports import LineQuantity, Parcel, Shipment
from pipeline.ports import Body

REFERENCE: Final = 90  # characters of shipmentReference
TOGETHER: Final = ", "  # between the numbers of parcels that are told as one
# The vendor's transporter codes, as a client's table has them (github: TransporterCode of a Python client for v3).
TRANSPORTERS: Final = (
    "BPOST_BE", "BPOST_BRIEF", "BRIEFPOST", "COURIER", "DHL", "DHLFORYOU", "DHL_DE", "DHL-GLOBAL-MAIL", "DPD-BE",
    "DPD-NL", "DYL", "FEDEX_BE", "FEDEX_NL", "FIEGE", "GLS", "LOGOIX", "OTHER", "PACKS", "PARCEL-NL", "RJP", "TNT",
    "TNT_BRIEF", "TNT-EXPRESS", "TNT-EXTRA", "TRANSMISSION", "TSN", "UPS",
)  # fmt: skip
_CODES: Final = {code.casefold(): code for code in TRANSPORTERS}

Parcels = Sequence[Mapping[str, Any]]


def shipments_of(shipment: Shipment) -> Body:
    """The body of each POST, parcel by parcel. Raises Invalid and Puzzling, all at once."""
    missing = [] if shipment.order_id else [_missing("order_id", "the order's id")]
    if not shipment.parcels:
        missing.append(_missing("parcels", "at least one parcel"))
    riddles = []
    if len(shipment.id or "") > REFERENCE:
        words = f"bol takes {REFERENCE} characters as shipmentReference; give the shipment a shorter id"
        riddles.append(FieldError("id", "length", words))
    for index, parcel in enumerate(shipment.parcels):
        if not parcel.number:
            missing.append(_missing(f"parcels.{index}.number", "the parcel's number"))
        if not _transporter(parcel):
            riddles.append(FieldError(f"parcels.{index}.carrier", "unknown", _unknown(parcel)))
        if any(not line.id for line in parcel.lines):
            missing.append(_missing(f"parcels.{index}.lines", "the id of each line"))
    if missing:
        raise Invalid.of((*missing, *riddles))
    if riddles:
        raise Puzzling.of(tuple(riddles))
    return Body(shipment.order_id or "", [_content(shipment, parcel) for parcel in shipment.parcels])


def filled(parcels: Parcels, raw: Mapping[str, Any]) -> Parcels:
    """Without lines a parcel carries all that is not cancelled; without a quantity, all of the item."""
    whole = {item_id: quantity - canceled for item_id, (quantity, _, canceled) in _counts(raw).items()}
    every: list[dict[str, Any]] = [
        {"orderItemId": item_id, "quantity": count} for item_id, count in whole.items() if count > 0
    ]
    return [
        {
            **parcel,
            "orderItems": [
                line if "quantity" in line else {**line, "quantity": whole.get(line["orderItemId"], 1)}
                for line in parcel.get("orderItems") or every
            ],
        }
        for parcel in parcels
    ]


def told_apart(parcels: Parcels, raw: Mapping[str, Any], *, join: bool) -> Parcels:
    """Parcels as they can be told: (filled) ones that together hold more of an item than there is, for nobody said what
    is in which, are one with all their numbers where the setting says so and one carrier has them.
    """
    found = filled(parcels, raw)
    counts, total = _counts(raw), _total(found)
    most = {item_id: quantity - canceled for item_id, (quantity, _, canceled) in counts.items()}
    carriers = {parcel["transport"]["transporterCode"] for parcel in found}
    if not join or len(carriers) > 1 or all(count <= most.get(item_id, count) for item_id, count in total.items()):
        return found
    numbers = TOGETHER.join(parcel["transport"]["trackAndTrace"] for parcel in found)
    items = [
        {"orderItemId": item_id, "quantity": min(count, most.get(item_id, count))} for item_id, count in total.items()
    ]
    transport = {**found[0]["transport"], "trackAndTrace": numbers}
    return [{**found[0], "orderItems": items, "transport": transport}]


def count_there(parcels: Parcels, raw: Mapping[str, Any]) -> int | None:
    """How many of these (filled) parcels bol has: the first so many. None: it can't be told."""
    counts, wanted = _counts(raw), _total(parcels)
    shipped = {item_id: counts.get(item_id, (0, 0, 0))[1] for item_id in wanted}
    if not any(shipped.values()):
        return 0
    if all(count <= _open(counts, item_id) for item_id, count in wanted.items()):
        return None
    for k in range(1, len(parcels) + 1):
        first = _total(parcels[:k])
        if all(first[item_id] == count for item_id, count in shipped.items()):
            return k
    return None


def riddles_in(parcels: Parcels, raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Items that the order does not have, and more pieces than it has."""
    counts, riddles = _counts(raw), []
    for item_id, count in _total(parcels).items():
        if item_id not in counts:
            riddles.append(FieldError("parcels", "unknown", "a parcel names an item that the order does not have"))
            continue
        quantity, _, canceled = counts[item_id]
        if count > quantity - canceled:
            words = (
                f"its parcels hold {count} pieces of an item of which {quantity} were ordered and {canceled} cancelled:"
                ' bol takes each piece in one parcel; edit their lines, or (one carrier) set several_parcels = "join"'
            )
            riddles.append(FieldError("parcels", "quantity", words))
    return tuple(riddles)


def shipped_after(parcels: Parcels, part: int, raw: Mapping[str, Any]) -> dict[str, int]:
    """How many of the items of that parcel (from 1) are shipped once it is there."""
    counts = _counts(raw)
    return {
        item_id: counts.get(item_id, (0, 0, 0))[1] + count
        for item_id, count in _total(parcels[part - 1 : part]).items()
    }


def is_after(after: Mapping[str, int], raw: Mapping[str, Any]) -> bool:
    """Whether so many are shipped."""
    counts = _counts(raw)
    return all(counts.get(item_id, (0, 0, 0))[1] >= count for item_id, count in after.items())


def item_ids(parcels: Parcels) -> list[str]:
    """The items in them."""
    return list(_total(parcels))


def _counts(raw: Mapping[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {item_id: counts_of(item) for item in items_of(raw) if (item_id := maybe(text, item.get("orderItemId")))}


def _open(counts: Mapping[str, tuple[int, int, int]], item_id: str) -> int:
    quantity, shipped, canceled = counts.get(item_id, (0, 0, 0))
    return quantity - shipped - canceled


def _total(parcels: Parcels) -> Counter[str]:
    total: Counter[str] = Counter()
    for parcel in parcels:
        for line in parcel["orderItems"]:
            total[line["orderItemId"]] += line["quantity"]
    return total


def _content(shipment: Shipment, parcel: Parcel) -> dict[str, Any]:
    reference = {"shipmentReference": shipment.id} if shipment.id else {}
    return {
        "orderItems": [_line(line) for line in parcel.lines],
        **reference,
        "transport": {"transporterCode": _transporter(parcel), "trackAndTrace": parcel.number},
    }


def _line(line: LineQuantity) -> dict[str, Any]:
    return {"orderItemId": line.id, **({"quantity": line.quantity} if line.quantity else {})}


def _transporter(parcel: Parcel) -> str | None:
    """The route's word, else the code that the OMS's word is, but for case."""
    return parcel.carrier or _CODES.get((parcel.carrier_raw or "").casefold())


def _missing(path: str, words: str) -> FieldError:
    return FieldError(path, "required", f"bol needs {words}")


def _unknown(parcel: Parcel) -> str:
    if not parcel.carrier_raw:
        return "no carrier was told; add \"*\" to the route's carrier_map, with a code of bol's such as TNT or DHL"
    return f"carrier {parcel.carrier_raw!r} is no transporter code of bol's; add it to the route's carrier_map"
