"""bol's process statuses: how a write that was answered with 202 ends (contracts/marketplaces.md section 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import msgspec

from pipeline.connectors.answers import Answer, masked
from pipeline.connectors.marketplaces.bol.calls import BULK, PROCESS, PROCESSES, Calls
from pipeline.connectors.wire import maybe, records, segment, text
from pipeline.domain.errors import Conflict, Refused
from pipeline.ports import Outcome, Promised, Taken

CREATE_SHIPMENT: Final = "CREATE_SHIPMENT"
CANCEL_ORDER: Final = "CANCEL_ORDER"
PENDING: Final = "PENDING"
AT_ONCE: Final = 1000  # ids in one bulk question
PATH: Final = "shared/process-status"
FIRST, LONGEST, MOST = 2.0, 60.0, 200  # seconds between two questions, doubled up to the longest; how many in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the handle of a write says: its process, and all that its end must be judged by.

    `after`: how many of each item are shipped (of a cancellation: no more open) once it has taken effect; `part` of
    `parts`: which parcel is under way.
    """

    process: str
    order: str
    event: str
    after: dict[str, int] = field(default_factory=dict)
    part: int = 1
    parts: int = 1
    asked: int = 0

    @classmethod
    def of(cls, handle: str) -> "Promise":
        """Of the handle that the ledger kept."""
        return msgspec.json.decode(handle, type=cls)

    def promised(self) -> Promised:
        """To be asked for after a while, each time a longer one."""
        wait = min(FIRST * 2.0 ** min(self.asked, 10), LONGEST)
        return Promised(msgspec.json.encode(self).decode(), timedelta(seconds=wait))

    def again(self) -> Outcome:
        """Not over yet. A process that never ends is looked up like one that nobody heard of."""
        if self.asked >= MOST:
            return Conflict(f"{self.event}: still {PENDING} after {MOST} questions; the order is looked at")
        return replace(self, asked=self.asked + 1).promised()

    def done(self, receipt: str | None) -> Outcome:
        """It took effect. With more parcels to come the document is not done, and nothing is wrong either: `Conflict`
        is the ending that clears the handle, keeps the mark, leaves the gate alone, and has the order looked at before
        the next parcel is sent (`shipping.py`).
        """
        if self.part < self.parts:
            words = f"parcel {self.part} of {self.parts} is at bol; the order is looked at, then the next one is sent"
            return Conflict(words, cause="one parcel after the other")
        return Taken(receipt)


def promise_in(answer: Answer, promise: Promise) -> Promised:
    """The 202's process. Raises Ambiguous for an answer without one."""
    body = answer.json()
    process = maybe(text, body.get("processStatusId")) if isinstance(body, Mapping) else None
    if process is None:
        raise answer.unclear("without a processStatusId")
    return replace(promise, process=process).promised()


def ask_for(calls: Calls, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The processes that bol still knows, by id: alone, or up to 1000 in one call."""
    if len(ids) == 1:
        one = process_of(calls, ids[0])
        return {ids[0]: one} if one is not None else {}
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), AT_ONCE):
        queries = [{"processStatusId": one} for one in ids[start : start + AT_ONCE]]
        for process in _listed(calls.ask(BULK, PATH, {"processStatusQueries": queries})):
            if process_id := maybe(text, process.get("processStatusId")):
                found[process_id] = process
    return found


def process_of(calls: Calls, process_id: str) -> Mapping[str, Any] | None:
    """One process; None once bol keeps it no more."""
    what = "GET shared/process-status/{id}"
    answer = calls.read(PROCESS, f"{PATH}/{segment(process_id)}", what=what, missing_ok=True)
    if answer.status == 404:
        return None
    body = answer.json()
    if not isinstance(body, Mapping) or maybe(text, body.get("status")) is None:
        raise answer.unclear("without a status")
    return body


def processes_of(calls: Calls, entity_id: str, event: str) -> Sequence[Mapping[str, Any]]:
    """The processes of an entity: of shipments and cancellations that is an order item."""
    query = {"entity-id": entity_id, "event-type": event}
    return _listed(calls.read(PROCESSES, PATH, query))


def is_under_way(calls: Calls, items: Sequence[str], event: str) -> bool:
    """Whether a write about any of these items is not over yet."""
    return any(
        maybe(text, process.get("status")) == PENDING for item in items for process in processes_of(calls, item, event)
    )


def judge(promise: Promise, process: Mapping[str, Any] | None) -> Outcome | None:
    """How it ended; None for a FAILURE, of which the order tells whether it is there all the same."""
    if process is None:
        return Conflict(f"{promise.event}: bol keeps its process status no more (404); the order is looked at")
    match maybe(text, process.get("status")):
        case "PENDING":
            return promise.again()
        case "SUCCESS":
            return promise.done(maybe(text, process.get("entityId")))
        case "FAILURE":
            return None
        case "TIMEOUT":
            return Conflict(
                f"{promise.event}: TIMEOUT: bol does not say whether it took effect; the order is looked at"
            )
        case _:
            return Conflict(f"{promise.event}: a process status that nobody knows; the order is looked at")


def failure(promise: Promise, process: Mapping[str, Any]) -> Refused:
    """bol's no, in its own words."""
    said = masked(maybe(text, process.get("errorMessage")) or "without a reason")
    which = f" of parcel {promise.part} of {promise.parts}" if promise.parts > 1 else ""
    words = f"{promise.event}{which}: FAILURE ({said})"
    return Refused(words, cause=words)


def _listed(answer: Answer) -> Sequence[Mapping[str, Any]]:
    body = answer.json()
    if body == {}:
        return []
    found = maybe(records, body.get("processStatuses")) if isinstance(body, Mapping) else None
    if found is None or (isinstance(body, Mapping) and "processStatuses" not in body):
        raise answer.unclear("without processStatuses")
    return found
