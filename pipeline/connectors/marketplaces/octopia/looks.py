"""Whether a write arrived: what the order, or the list of requests, says afterwards. Pure.

None: it could not tell. Nothing is sent again then, and a person looks.
"""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.marketplaces.octopia.schema import camel
from pipeline.connectors.marketplaces.octopia.shipping import numbers_at
from pipeline.connectors.wire import maybe, records, text
from pipeline.ports import Absent, Body, Row, Seen, Taken

_ACCEPTED: Final = frozenset({"Accepted", "InPreparation", "Shipped", "Delivered"})
_REFUSED: Final = frozenset({"Refused", "Rejected", "Cancelled"})


def looks_accepted(row: Row, _: Body) -> Seen:
    """The order has gone on, or is over: then nothing waits for our accept any more. One in process tells nothing."""
    status = _status_at(row)
    if status in _ACCEPTED or status in _REFUSED:
        return Taken()
    return Absent() if status == "WaitingAcceptance" else None


def looks_refused(row: Row, _: Body) -> Seen:
    """The order is over, whoever ended it."""
    status = _status_at(row)
    if status in _REFUSED:
        return Taken()
    return Absent() if status == "WaitingAcceptance" or status in _ACCEPTED else None


def looks_shipped(row: Row, body: Body) -> Seen:
    """All parcels are there, or none: some of them would be doubled by sending again."""
    there = numbers_at(camel(row.raw))
    wanted = {parcel["parcelNumber"] for parcel in body.content}
    if wanted <= there:
        return Taken()
    return None if wanted & there else Absent()


def looks_canceled(listed: Any, body: Body) -> Seen:
    """A request for these lines (for the order) is listed. The shape of the list is not documented."""
    items = listed.get("items") if isinstance(listed, Mapping) else listed
    requests = maybe(records, items)
    if requests is None or items is None:
        return None
    if not requests:
        return Absent()
    if "lines" not in body.content:
        whole = [request for request in requests if not request.get("lines")]
        return Taken(maybe(text, whole[-1].get("id"))) if whole else None
    wanted = {line["lineId"] for line in body.content["lines"]}
    lines = [line for request in requests for line in maybe(records, request.get("lines")) or ()]
    return Taken() if wanted <= {maybe(text, line.get("lineId")) for line in lines} else None


def _status_at(row: Row) -> str | None:
    return maybe(text, camel(row.raw).get("status"))
