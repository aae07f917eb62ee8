"""Tecsys Omni over HTTP: the flows (seed 002, contracts/oms.md section 3); what is asked by hand is beside it."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.tecsys.answers import body_of, order_id_of, rows_of, unclear
from pipeline.connectors.oms.tecsys.calls import Calls, slashed
from pipeline.connectors.oms.tecsys.inventory import Inventory
from pipeline.connectors.oms.tecsys.mapping import FieldMap, cancellation_of, order_of
from pipeline.connectors.oms.tecsys.orders import CANCEL, EXTERNAL, Orders, again, doubled, promised, receipt_of
from pipeline.connectors.oms.tecsys.places import Places
from pipeline.connectors.oms.tecsys.shipments import Shipments
from pipeline.connectors.oms.tecsys.tracking import Tracking
from pipeline.connectors.paging import Place, mark_of
from pipeline.domain.errors import NotConfigured, Refused
from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, Shipment, StatusReport
from pipeline.ports import Absent, Ask, Body, Outcome, Page, Promised, Row, Seen, Taken, Write

NO_TRACKING: Final = "not configured: no field with tracking is published; set tracking_pointers"
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number", order="sorted").encode


class Tecsys:
    """A client's account at Tecsys."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._calls = calls = Calls(rig)
        self._fields = FieldMap.of(settings["create_order_fields"])
        self._tracking = Tracking.of(settings["tracking_pointers"]) if settings["tracking_pointers"] else None
        self._size = max(settings["page_size"], 1)
        self.cancels_in_query = settings["cancel_params_in"] == "query"
        self.needs_reason: bool = settings["cancel_reason_required"]
        self.orders = Orders(calls, settings)
        self.inventory = Inventory(calls, settings)
        self.places = Places(calls, settings)
        self.shipments = Shipments(rig, calls)
        imports: Write[Order] = Write(
            prepare=self._prepare,
            send=self._create,
            look=self._look,
            outcome=self._ask_created,
            volatile=self._fields.volatile,
        )
        self.import_orders: Write[Order] | None = imports if settings["create_order_path"] else None
        self.update: Write[Order] | None = None  # no call is published
        self.cancel: Write[Cancellation] | None = Write(
            prepare=self._prepare_cancel,
            send=self._cancel,
            look=lambda bodies: [self.orders.cancelled(body.content) for body in bodies],
            outcome=self._ask_cancelled,
            repeat_is_safe=True,  # by the order's state (section 3.5)
        )
        self.acknowledge_shipped: Write[Shipment] | None = None  # it wants no word
        self.answer_status: Write[StatusReport] | None = None
        self.shipped: Callable[[Ask], Page] | None = self._shipped if self._tracking else None
        self.status_requests: Callable[[Ask], Page] | None = None  # it asks nobody

    # ------------------------------------------------------------ import

    def _prepare(self, order: Order) -> Body:
        path = self._rig.settings["create_order_path"]
        self.orders.check_lengths(order.id)
        return Body(order.id or "", order_of(order, self._fields), slashed(path))

    def _create(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        try:
            answer = self._calls.call("POST", body.path, write=True, what="POST order", json=body.content)
        except Refused as refused:
            return [doubled(refused)]
        if answer.status == 202:
            return [promised(1, body.id)]
        created = body_of(answer)
        told = created if isinstance(created, Mapping) else {}
        ours = order_id_of(told, ("externalorderid",))
        if ours is not None and ours != body.id:
            raise unclear(answer, "of another order")
        return [Taken(order_id_of(told, ("internalorderid",)) or receipt_of(answer))]

    def _look(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        found = self.orders.find(EXTERNAL, [body.id for body in bodies])
        return [self._seen(found.get(body.id)) for body in bodies]

    def _seen(self, row: Mapping[str, Any] | Absent | None) -> Seen:
        if row is None or isinstance(row, Absent):
            return row
        return Taken(order_id_of(row, ("internalorderid",)))

    def _ask_created(self, handles: Sequence[str]) -> Sequence[Outcome]:
        ids = [handle.partition(" ")[2] for handle in handles]
        found = self.orders.find(EXTERNAL, ids)
        return [again(handle, self._seen(found.get(one))) for handle, one in zip(handles, ids, strict=True)]

    # ------------------------------------------------------------ cancellations

    def _prepare_cancel(self, cancellation: Cancellation) -> Body:
        content = cancellation_of(cancellation, in_query=self.cancels_in_query, needs_reason=self.needs_reason)
        self.orders.check_lengths(cancellation.order_id, content)
        return Body(cancellation.order_id or "", content, CANCEL)

    def _cancel(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        with self._rig.http.within():
            return [self.orders.cancel(body.content)]

    def _ask_cancelled(self, handles: Sequence[str]) -> Sequence[Outcome]:
        outcomes = []
        for handle in handles:
            kind, _, order_id = handle.partition(" ")[2].partition("=")
            outcomes.append(again(handle, self.orders.cancelled({kind: order_id})))
        return outcomes

    def cancel_order(self, content: Mapping[str, Any]) -> Any:
        """By hand: one outcome in words. Raises the trouble."""
        with self._rig.http.within():
            outcome = self.orders.cancel(content)
        if isinstance(outcome, Taken):
            return {"cancelled": True, **({"receipt": outcome.receipt} if outcome.receipt else {})}
        if isinstance(outcome, Promised):
            return {"accepted": True, "cancelled": "not yet known; see `orders`"}
        raise outcome

    # ------------------------------------------------------------ shipped

    def _shipped(self, ask: Ask) -> Page:
        """A page of the orders that the configured search finds, with those of their shipments that have a number.

        Nothing is published by which only changed ones could be asked for: each poll reads all.
        """
        tracking = self._reads_tracking()
        place = Place.of(ask)
        answer = self.orders.page([tracking.condition], place.index)
        body = body_of(answer)
        found = [] if body is None else rows_of(tracking.orders(body))
        if found is None:
            raise unclear(answer, "no list of orders")
        mark = mark_of((str(index), sha256(_ENCODE(row)).hexdigest()) for index, row in enumerate(found))
        rows, unreadable = [], []
        for order in found:
            order_id, shipments = tracking.order_id(order), tracking.shipments(order)
            if order_id is None:
                unreadable.append(_ENCODE(order))
            elif shipments:
                raw = {"order_id": order_id, "rows": shipments}
                rows.append(Row(id=order_id, raw=raw, version=tracking.updated_at(order)))
        following = place.after(mark, None, None, ()) if len(found) >= self._size else None
        fresh = mark not in place.seen
        return Page(
            rows=rows if fresh else [],
            page=str(following) if following else None,
            unreadable=unreadable if fresh else [],
        )

    def read_shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """An order's shipments, as the pointers say."""
        return self._reads_tracking().shipment(raw)

    def _reads_tracking(self) -> Tracking:
        if self._tracking is None:
            raise NotConfigured(NO_TRACKING)
        return self._tracking
