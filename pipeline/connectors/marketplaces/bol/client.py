"""bol over HTTP: a retailer's account (contracts/marketplaces.md section 8)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.contract import Rig
from pipeline.connectors.marketplaces.bol.calls import CANCEL, SHIP, SUBSCRIPTIONS, Calls
from pipeline.connectors.marketplaces.bol.cancelling import (
    are_gone,
    canceled_after,
    cancellation_of,
    is_canceled,
    items_in,
    wire_of,
)
from pipeline.connectors.marketplaces.bol.listing import get_order, list_orders
from pipeline.connectors.marketplaces.bol.mapping import read_order, riddles_of
from pipeline.connectors.marketplaces.bol.processes import (
    CANCEL_ORDER,
    CREATE_SHIPMENT,
    Promise,
    ask_for,
    failure,
    is_under_way,
    judge,
    process_of,
    processes_of,
    promise_in,
)
from pipeline.connectors.marketplaces.bol.shipping import (
    count_there,
    is_after,
    item_ids,
    riddles_in,
    shipments_of,
    shipped_after,
    told_apart,
)
from pipeline.domain.errors import FieldError, Puzzling, Refused
from pipeline.domain.order import Order
from pipeline.domain.reports import Acknowledgement, Cancellation, Shipment
from pipeline.ports import Absent, Ask, Body, Outcome, Page, Row, Seen, Taken, Write

_UNCLEAR: Final = (
    "pieces of these items are shipped at bol already, and whether by these parcels can't be told: look there, then"
    " `resolve` it, or edit what is left"
)


class Bol:
    """A retailer's account."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._calls = Calls(rig)
        self._method = rig.settings["fulfilment_method"]
        self._join = rig.settings["several_parcels"] == "join"
        self.accept: Write[Order] | None = None
        self.refuse: Write[Order] | None = None
        self.acknowledge: Write[Acknowledgement] | None = None  # nothing to report (section 11)
        self.ship: Write[Shipment] | None = Write(
            prepare=shipments_of, send=self._ship, look=self._look_shipped, outcome=self._outcome
        )
        self.cancel: Write[Cancellation] | None = Write(
            prepare=cancellation_of, send=self._cancel, look=self._look_canceled, outcome=self._outcome
        )

    # ------------------------------------------------------------ reads

    def new_orders(self, ask: Ask) -> Page:
        """One page of the list, or one of its orders (`listing.py`)."""
        return list_orders(self._calls, ask, self._method)

    def get(self, order_id: str) -> Row | None:
        """One order."""
        return get_order(self._calls, order_id)

    def read(self, raw: Mapping[str, Any]) -> Order:
        """Their words to ours."""
        return read_order(raw, self._rig.account)

    def riddles(self, raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """Orders that could not be read, contradictory items, items of a fulfilment that is not ours."""
        return riddles_of(raw, self._method)

    def needs_accept(self, order: Order) -> bool:  # noqa: ARG002 (the port's)
        """bol knows no accept."""
        return False

    def parcels(self, raw: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG002 (the port's)
        """An order of bol's tells how many pieces are shipped, and no parcel's number: `shipping.py` goes by that."""
        return frozenset()

    def process(self, process_id: str) -> Any:
        """One process status, None once it is kept no more."""
        return process_of(self._calls, process_id)

    def processes(self, entity_id: str, event_type: str) -> Any:
        """The processes of an entity."""
        return processes_of(self._calls, entity_id, event_type)

    def signature_keys(self) -> Any:
        """The public keys by which pushed messages are checked."""
        return self._calls.read(SUBSCRIPTIONS, "retailer/subscriptions/signature-keys").json()

    def subscribe(self, content: Mapping[str, Any]) -> Any:
        """A subscription."""
        return self._calls.write(SUBSCRIPTIONS, "POST", "retailer/subscriptions", content).json()

    # ------------------------------------------------------------ ship

    def _ship(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """The next parcel that is not there. The order is read first: nothing is sent where that fails."""
        (body,) = bodies
        with self._rig.http.within():
            row = self.get(body.id)
            if row is None:
                return [Refused("bol does not know this order", status=404)]
            parcels = self._apart(body, row)
            if riddles := riddles_in(parcels, row.raw):
                return [Puzzling.of(riddles)]
            there = count_there(parcels, row.raw)
            if there is None:
                return [Puzzling.of((FieldError("parcels", "ambiguous", _UNCLEAR),))]
            if there == len(parcels):
                return [Taken()]
            part = there + 1
            after = shipped_after(parcels, part, row.raw)
            promise = Promise(
                process="", order=body.id, event=CREATE_SHIPMENT, after=after, part=part, parts=len(parcels)
            )
            return [promise_in(self._calls.write(SHIP, "POST", "retailer/shipments", parcels[there]), promise)]

    def _apart(self, body: Body, row: Row) -> Sequence[Mapping[str, Any]]:
        return told_apart(body.content, row.raw, join=self._join)

    def _look_shipped(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        """Whether all is there. The processes are asked first, then the order: one that ends in between is in it."""
        return [self._seen_shipped(body) for body in bodies]

    def _seen_shipped(self, body: Body) -> Seen:
        first = self.get(body.id)
        if first is None:
            return None
        parcels = self._apart(body, first)
        if count_there(parcels, first.raw) == len(parcels):
            return Taken()
        under_way = is_under_way(self._calls, item_ids(parcels), CREATE_SHIPMENT)
        row = self.get(body.id)
        there = count_there(self._apart(body, row), row.raw) if row else None
        if there == len(parcels):
            return Taken()
        return None if there is None or under_way else Absent()

    # ------------------------------------------------------------ cancel

    def _cancel(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        with self._rig.http.within():
            row = self.get(body.id)
            if row is None:
                return [Refused("bol does not know this order", status=404)]
            if is_canceled(body.content, row.raw):
                return [Taken()]
            content = wire_of(body.content, row.raw)
            if not content["orderItems"]:
                return [Refused("nothing of these items is open at bol: what was shipped can't be cancelled")]
            after = canceled_after(content, row.raw)
            promise = Promise(process="", order=body.id, event=CANCEL_ORDER, after=after)
            return [promise_in(self._calls.write(CANCEL, "PUT", "retailer/orders/cancellation", content), promise)]

    def _look_canceled(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        return [self._seen_canceled(body) for body in bodies]

    def _seen_canceled(self, body: Body) -> Seen:
        first = self.get(body.id)
        if first is None:
            return None
        if is_canceled(body.content, first.raw):
            return Taken()
        under_way = is_under_way(self._calls, items_in(body.content, first.raw), CANCEL_ORDER)
        row = self.get(body.id)
        if row is not None and is_canceled(body.content, row.raw):
            return Taken()
        return None if row is None or under_way else Absent()

    # ------------------------------------------------------------ how it ends

    def _outcome(self, handles: Sequence[str]) -> Sequence[Outcome]:
        """The processes of these writes, all in one call."""
        promises = [Promise.of(handle) for handle in handles]
        found = ask_for(self._calls, [promise.process for promise in promises])
        return [self._ended(promise, found.get(promise.process)) for promise in promises]

    def _ended(self, promise: Promise, process: Mapping[str, Any] | None) -> Outcome:
        """A FAILURE may be the second of two: where the order shows it, it is there."""
        ended = judge(promise, process)
        if ended is not None or process is None:
            return ended or promise.again()
        row = self.get(promise.order)
        there = is_after if promise.event == CREATE_SHIPMENT else are_gone
        if row is not None and there(promise.after, row.raw):
            return promise.done(None)
        return failure(promise, process)
