"""Mirakl over HTTP: the shop's side of an operator's marketplace (contracts/marketplaces.md section 5)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from pipeline.connectors.contract import Rig
from pipeline.connectors.marketplaces.mirakl.calls import Calls
from pipeline.connectors.marketplaces.mirakl.cancelling import cancelations_of, cancellation_of, looks_canceled
from pipeline.connectors.marketplaces.mirakl.carriers import Carrier, carrier_of, carriers_in, match, reasons_in
from pipeline.connectors.marketplaces.mirakl.decisions import (
    REFERENCES,
    decision_of,
    looks_decided,
    looks_referenced,
    looks_refused,
    reference_of,
    referenced_in,
)
from pipeline.connectors.marketplaces.mirakl.listing import PAGE_LIMIT, list_orders, orders_in
from pipeline.connectors.marketplaces.mirakl.mapping import read_order, riddles_of, row_of
from pipeline.connectors.marketplaces.mirakl.rates import BY_ID, polite, reference_back
from pipeline.connectors.marketplaces.mirakl.shipping import (
    created_in,
    left_out,
    looks_shipped,
    looks_tracked,
    numbers_at,
    only_live,
    shipments_of,
    told_apart,
    tracking_of,
)
from pipeline.connectors.marketplaces.mirakl.states import OVER, SHIPPED, TO_ACCEPT, TO_SHIP, state_of
from pipeline.connectors.wire import segment
from pipeline.domain.errors import FieldError, Puzzling, Refused, Trouble
from pipeline.domain.order import Order
from pipeline.domain.reports import Acknowledgement, Cancellation, Parcel, Shipment
from pipeline.ports import Ask, Body, Outcome, Page, Row, Seen, Taken, Write

TABLES_LIFE: Final = timedelta(hours=24)  # SH21: once a day
SHIPMENT_PAGES: Final = 50


class Mirakl:
    """A shop's account."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._calls = Calls(rig)
        self._size = min(max(rig.settings["page_size"], 1), PAGE_LIMIT)
        self._multi = rig.settings["shipments"] == "multi"
        self._join = rig.settings["several_parcels"] == "join"
        self.accept: Write[Order] | None = Write(
            prepare=decision_of, send=self._decide, look=self._looking(looks_decided)
        )
        self.refuse: Write[Order] | None = Write(
            prepare=lambda order: decision_of(order, refuse=True), send=self._decide, look=self._looking(looks_refused)
        )
        self.acknowledge: Write[Acknowledgement] | None = Write(
            prepare=reference_of, send=self._refer, look=self._looking(looks_referenced), batch=REFERENCES
        )
        self.ship: Write[Shipment] | None = Write(
            prepare=self._prepare_parcels,
            send=self._create_shipments if self._multi else self._track_and_ship,
            look=self._looking(looks_shipped if self._multi else looks_tracked),
        )
        self.cancel: Write[Cancellation] | None = Write(
            prepare=self._prepare_cancellation, send=self._cancel, look=self._looking(looks_canceled)
        )

    # ------------------------------------------------------------ reads

    def new_orders(self, ask: Ask) -> Page:
        """One page of orders by update time (`listing.py`)."""
        return list_orders(self._calls, ask, self._size)

    def get(self, order_id: str) -> Row | None:
        """One order; with its shipments beside it where there may be several."""
        with self._rig.http.within():
            row = self._rows([order_id]).get(order_id)
            if row is None or not self._multi:
                return row
            raw = {**row.raw, "shipments": self.shipments(order_id)}
            return Row(id=row.id, raw=raw, version=row.version, purchased_at=row.purchased_at)

    def read(self, raw: Mapping[str, Any]) -> Order:
        """Their words to ours."""
        return read_order(raw, self._rig.account)

    def riddles(self, raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """Taxes of an unknown mode, lines that are canceled in part."""
        return riddles_of(raw)

    def needs_accept(self, order: Order) -> bool:
        """Operators may accept automatically: then no order ever stands there."""
        return order.raw_status == TO_ACCEPT

    def parcels(self, raw: Mapping[str, Any]) -> frozenset[str]:
        """Numbers that were shipped, not merely announced."""
        return numbers_at(raw)

    def shipments(self, order_id: str) -> list[Any]:
        """ST11: all shipments of an order, as Mirakl lists them; its pages are linked by tokens."""
        found: list[Any] = []
        query = {"order_id": order_id}
        for _ in range(SHIPMENT_PAGES):
            answer = self._calls.read(polite("ST11"), "shipments", query)
            body = answer.json()
            listed = body.get("data") if isinstance(body, Mapping) else None
            if not isinstance(listed, list):
                raise answer.unclear("without a list of data")
            found += listed
            token = body.get("next_page_token")
            if not token or token == query.get("page_token"):
                return found
            query = {"order_id": order_id, "page_token": str(token)}
        raise answer.unclear(f"a list of shipments that does not end within {SHIPMENT_PAGES} pages")

    def carriers(self) -> Any:
        """SH21, as Mirakl lists them."""
        return self._calls.read(polite("SH21"), "shipping/carriers").json()

    def reasons(self, kind: str | None = None) -> Any:
        """RE02 of one type, as Mirakl lists them."""
        kind = kind or self._rig.settings["cancel_reason_type"]
        return self._calls.read(polite("RE02"), f"reasons/{segment(kind)}", what="GET reasons/{type}").json()

    # ------------------------------------------------------------ accept, refuse, acknowledge

    def _decide(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        self._calls.write(polite("OR21"), "PUT", body.path, body.content, what="PUT orders/{order_id}/accept")
        return [Taken()]

    def _refer(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        content = {"orders": [body.content for body in bodies]}
        answer = self._calls.write(reference_back(self._calls.frequency), "PUT", "orders", content)
        return referenced_in(answer.json(), bodies) if answer.content.strip() else [Taken()] * len(bodies)

    # ------------------------------------------------------------ ship

    def _prepare_parcels(self, shipment: Shipment) -> Body:
        carriers = [self._carrier(parcel) for parcel in shipment.parcels]
        return shipments_of(shipment, carriers) if self._multi else tracking_of(shipment, carriers, join=self._join)

    def _track_and_ship(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """OR23, then OR24. Only OR24 ships, and only it is the write that was marked.

        OR23 sets the order's tracking, by value: while OR24 has not been sent nothing was shipped, whatever became of
        it, and the same values again leave the same tracking. So it is called as what has no lasting doubt (`marked`
        False): a 4xx is a refusal, and a timeout, a reset or a 5xx is Unavailable, which clears the mark and comes
        again with both calls, after which the second OR23 puts what the first one did. Neither can count as shipped.
        A crash between the two leaves the order at SHIPPING with a number: `looks_tracked` and `numbers_at` go by the
        state, not by the number.
        """
        (body,) = bodies
        with self._rig.http.within():
            raw = self._to_ship(body, looks_tracked)
            if isinstance(raw, Taken | Trouble):
                return [raw]
            if trouble := left_out(body.content, raw):
                return [trouble]
            tracking, path = body.content["tracking"], f"{body.path}/tracking"
            self._calls.write(
                polite("OR23"), "PUT", path, tracking, what="PUT orders/{order_id}/tracking", marked=False
            )
            self._calls.write(polite("OR24"), "PUT", f"{body.path}/ship", what="PUT orders/{order_id}/ship")
            return [Taken()]

    def _create_shipments(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """ST01: all parcels in one call."""
        (body,) = bodies
        with self._rig.http.within():
            raw = self._to_ship(body, looks_shipped)
            if isinstance(raw, Taken | Trouble):
                return [raw]
            content = told_apart(only_live(body.content, raw), raw, join=self._join)
            if isinstance(content, Trouble):
                return [content]
            if not content["shipments"]:
                return [Refused("every line of these parcels was refused or canceled at Mirakl")]
            answer = self._calls.write(polite("ST01"), "POST", body.path, content)
            return [created_in(answer.json() if answer.content.strip() else None)]

    def _to_ship(self, body: Body, looks: Callable[[Row, Body], Seen]) -> Mapping[str, Any] | Taken | Trouble:
        """The order, if it may be shipped; a read, so nothing is sent where it fails."""
        row = self.get(body.id)
        if row is None:
            return Refused("Mirakl does not know this order", status=404)
        if isinstance(seen := looks(row, body), Taken):
            return seen  # it stands there already
        state = state_of(row.raw)
        if state == TO_SHIP or (self._multi and state in SHIPPED):
            return row.raw
        return Refused(f"the order is {state or 'in no state'} at Mirakl, which ships from {TO_SHIP} only")

    # ------------------------------------------------------------ cancel

    def _prepare_cancellation(self, cancellation: Cancellation) -> Body:
        word = cancellation.reason or cancellation.raw_reason
        found = match(word, self._table("reasons", lambda: reasons_in(self.reasons()))) if word else None
        return cancellation_of(cancellation, found["code"] if found else None)

    def _cancel(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """OR29 for a whole order that Mirakl says can be canceled, else OR30 line by line."""
        (body,) = bodies
        with self._rig.http.within():
            row = self._rows([body.id]).get(body.id)
            if row is None:
                return [Refused("Mirakl does not know this order", status=404)]
            state = state_of(row.raw)
            if state in OVER:
                return [Taken()]
            if state in SHIPPED:
                return [Refused(f"the order is {state} at Mirakl: what was shipped is refunded, not canceled")]
            if not body.content["lines"] and row.raw.get("can_cancel") is True:
                path = f"orders/{segment(body.id)}/cancel"
                self._calls.write(polite("OR29"), "PUT", path, what="PUT orders/{order_id}/cancel")
            else:
                self.cancel_lines(cancelations_of(body.content, row.raw))
            return [Taken()]

    def cancel_lines(self, content: Mapping[str, Any]) -> Any:
        """OR30."""
        return self._told(self._calls.write(polite("OR30"), "PUT", "orders/cancel", content))

    def refund_lines(self, content: Mapping[str, Any]) -> Any:
        """OR28."""
        return self._told(self._calls.write(polite("OR28"), "PUT", "orders/refund", content))

    # ------------------------------------------------------------ look-ups

    def _rows(self, order_ids: Sequence[str]) -> dict[str, Row]:
        """OR11 by ids, at most 100, in one call: those that Mirakl knows."""
        if any("," in order_id for order_id in order_ids):
            raise Puzzling("an order id with a comma can't be asked for: Mirakl takes a list parted by commas")
        query = {"order_ids": ",".join(order_ids), "max": PAGE_LIMIT}
        items, _ = orders_in(self._calls.read(BY_ID, "orders", query, what="GET orders?order_ids"))
        rows = [row for item in items if (row := row_of(item))]
        return {row.id: row for row in rows if row.id in order_ids}

    def _looking(self, judge: Callable[[Row, Body], Seen]) -> Callable[[Sequence[Body]], Sequence[Seen]]:
        def look(bodies: Sequence[Body]) -> list[Seen]:
            if len(bodies) == 1:
                row = self.get(bodies[0].id)
                return [judge(row, bodies[0]) if row else None]
            rows = self._rows([body.id for body in bodies])
            return [judge(rows[body.id], body) if body.id in rows else None for body in bodies]

        return look

    def _carrier(self, parcel: Parcel) -> Carrier | None:
        if not (parcel.carrier or parcel.carrier_raw):
            return None
        return carrier_of(parcel, self._table("carriers", lambda: carriers_in(self.carriers())))

    def _table(self, name: str, load: Callable[[], list[dict[str, str]]]) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self._rig.references.get(self._rig.account, name, load, life=TABLES_LIFE)
        return found

    @staticmethod
    def _told(answer: Any) -> Any:
        return answer.json() if answer.content.strip() else None
