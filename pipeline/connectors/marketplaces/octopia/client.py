"""Octopia over HTTP (contracts/marketplaces.md section 6)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from pipeline.connectors.answers import Answer
from pipeline.connectors.auth import call_with_bearer, client_credentials
from pipeline.connectors.contract import Rig
from pipeline.connectors.marketplaces.octopia.looks import looks_accepted, looks_canceled, looks_refused, looks_shipped
from pipeline.connectors.marketplaces.octopia.mapping import OURS, is_ours, read_order, riddles_of, row_of
from pipeline.connectors.marketplaces.octopia.schema import camel
from pipeline.connectors.marketplaces.octopia.shipping import (
    approval_of,
    cancellation_of,
    carriers_in,
    fill_lines,
    fill_parcels,
    match,
    numbers_at,
    parcels_of,
    reasons_in,
)
from pipeline.connectors.paging import Place, cursor_of, mark_of, next_link, zulu
from pipeline.connectors.wire import segment, zone_of
from pipeline.domain.errors import FieldError, Invalid, NotConfigured, Puzzling, Refused, Trouble
from pipeline.domain.order import Order
from pipeline.domain.reports import Acknowledgement, Cancellation, Parcel, Shipment
from pipeline.ports import Ask, Body, Outcome, Page, Row, Seen, Taken, Write

WORDS: Final = ("title", "detail", "errors")  # application/problem+json
PAGE_LIMIT: Final = 100
TABLES_LIFE: Final = timedelta(hours=24)
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode


class Octopia:
    """A seller's account."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._base = settings["base_url"].rstrip("/")
        self._grant = client_credentials(settings["token_url"], settings["client_id"], settings["client_secret"])
        self._headers = {"SellerId": settings["seller_id"]}
        self._zone = zone_of(settings["timezone"])
        self._page_size = min(max(settings["page_size"], 1), PAGE_LIMIT)
        self.accept: Write[Order] | None = Write(
            prepare=lambda order: approval_of(order, "Accepted"),
            send=self._approve,
            look=self._looking(looks_accepted),
        )
        self.refuse: Write[Order] | None = Write(
            prepare=lambda order: approval_of(order, "Refused"),
            send=self._approve,
            look=self._looking(looks_refused),
        )
        self.acknowledge: Write[Acknowledgement] | None = (
            None  # nothing to report: an accepted order needs no further word
        )
        self.ship: Write[Shipment] | None = Write(
            prepare=self._prepare_parcels, send=self._ship, look=self._looking(looks_shipped)
        )
        self.cancel: Write[Cancellation] | None = Write(
            prepare=self._prepare_cancellation, send=self._cancel, look=self._look_canceled
        )

    # ------------------------------------------------------------ reads

    def new_orders(self, ask: Ask) -> Page:
        """One page of orders by update time, oldest first; only those with lines that we ship.

        The next page begins at the last update of this one (`Place.after`), so that nothing that moves is skipped.
        """
        place = Place.of(ask)
        if place.link:
            answer = self._call("GET", place.link, what="GET orders")
        else:
            answer = self._get("orders", self._filters(place))
        body = answer.json()
        items = body.get("items") if isinstance(body, Mapping) else None
        if not isinstance(items, list):
            raise answer.unclear("without a list of items")
        rows = [row_of(item, self._zone) for item in items]
        known = [row for row in rows if row is not None]
        newest = place.newest_of((row.version for row in known), ask.now)
        mark = mark_of((row.id, row.version) for row in known)
        told = body.get("itemsPerPage")
        size = min(self._page_size, told) if type(told) is int and told > 0 else self._page_size
        link = next_link(answer.headers, f"{self._base}/orders")
        more = bool(items) and (link is not None or len(items) >= size)
        updates = [row.version for row in known if row.version]
        following = place.after(mark, newest, link, updates) if more else None
        return Page(
            rows=[] if mark in place.seen else [row for row in known if is_ours(row.raw)],
            page=str(following) if following else None,
            cursor=cursor_of(ask, newest),
            unreadable=[_ENCODE(item) for item, row in zip(items, rows, strict=True) if row is None],
        )

    def get(self, order_id: str) -> Row | None:
        """One order."""
        answer = self._call(
            "GET", f"{self._base}/orders/{segment(order_id)}", what="GET orders/{orderId}", missing_ok=True
        )
        if answer.status == 404:
            return None
        row = row_of(answer.json(), self._zone)
        if row is None:
            raise answer.unclear("not an order")
        return row

    def read(self, raw: Mapping[str, Any]) -> Order:
        """Value for value (contracts/oms.md section 6.2a)."""
        return read_order(raw, self._zone, self._rig.account)

    def riddles(self, raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """Lines that differ in what an order has one of."""
        return riddles_of(raw)

    def needs_accept(self, order: Order) -> bool:
        """With automatic acceptance no order ever stands there."""
        return order.raw_status == "WaitingAcceptance"

    def parcels(self, raw: Mapping[str, Any]) -> frozenset[str]:
        """The numbers below its lines."""
        return numbers_at(camel(raw))

    def count(self, status: str | None = None) -> Any:
        """How many orders of ours there are."""
        return self._get("orders/count", {**self._scope(), **({"status": status} if status else {})}).json()

    def carriers(self) -> Any:
        """The carriers Octopia knows, as it lists them."""
        return self._get("carriers").json()

    def cancellation_reasons(self, status: str, channel: str | None = None) -> Any:
        """Why a seller may cancel an order of this status, as Octopia lists it. Raises NotConfigured."""
        channel = channel or self._rig.settings["sales_channel_id"]
        if not channel:
            raise NotConfigured("cancellation reasons depend on the sales channel: set sales_channel_id")
        query = {"userType": "Seller", "orderStatus": status, "salesChannel": channel}
        return self._get("cancellation-reasons", query).json()

    def cancellation_requests(self, order_id: str) -> Any:
        """What was asked to be cancelled of an order."""
        return self._get("order-cancellation-requests", {"orderSellerId": order_id}).json()

    # ------------------------------------------------------------ writes

    def _approve(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        return [self._post(body.path, body.content, what="POST approval-status") for body in bodies]

    def _prepare_parcels(self, shipment: Shipment) -> Body:
        content = parcels_of(shipment, [self._carrier(parcel) for parcel in shipment.parcels])
        order_id = shipment.order_id or ""
        return Body(order_id, content, f"orders/{segment(order_id)}/shipments")

    def _ship(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """Parcels without lines are filled from the order first: that is a read, and nothing is sent if it fails."""
        (body,) = bodies
        with self._rig.http.within():
            content = body.content
            if any(not parcel.get("orderLineIds") for parcel in content):
                row = self.get(body.id)
                if row is None:
                    return [Refused("Octopia does not know this order", status=404)]
                content = fill_parcels(content, row.raw)
            return [self._post(body.path, content, what="POST shipments")]

    def _prepare_cancellation(self, cancellation: Cancellation) -> Body:
        if not cancellation.order_id:
            raise Invalid.of((FieldError("order_id", "required", "Octopia needs the order's id"),))
        if any(not line.id for line in cancellation.lines):
            raise Invalid.of((FieldError("lines", "required", "Octopia needs the id of each line"),))
        content = cancellation_of(cancellation, self._reason(cancellation), self._rig.settings["cancel_id_key"])
        path = "order-partial-cancellation-requests" if cancellation.lines else "order-cancellation-requests"
        if cancellation.lines:  # the quantities are checked against the order when it is sent
            quantities = [line.quantity for line in cancellation.lines]
            content = {**content, "lines": content["lines"], "quantities": quantities}
        return Body(cancellation.order_id, content, path)

    def _cancel(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        content: Any = {name: value for name, value in body.content.items() if name != "quantities"}
        with self._rig.http.within():
            if "lines" in content:
                row = self.get(body.id)
                if row is None:
                    return [Refused("Octopia does not know this order", status=404)]
                content = fill_lines(content, body.content["quantities"], camel(row.raw))
                if isinstance(content, Trouble):
                    return [content]
            return [self._post(body.path, content, what=f"POST {body.path}")]

    # ------------------------------------------------------------ look-ups

    def _looking(self, judge: Callable[[Row, Body], Seen]) -> Callable[[Sequence[Body]], Sequence[Seen]]:
        def look(bodies: Sequence[Body]) -> list[Seen]:
            found = []
            for body in bodies:
                row = self.get(body.id)
                found.append(judge(row, body) if row else None)
            return found

        return look

    def _look_canceled(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        return [looks_canceled(self.cancellation_requests(body.id), body) for body in bodies]

    # ------------------------------------------------------------ calls

    def _carrier(self, parcel: Parcel) -> str | None:
        """The route's word, else the one of Octopia's own list that is the OMS's; looked up anew before giving up."""
        if parcel.carrier or not parcel.carrier_raw:
            return parcel.carrier
        return self._match(parcel.carrier_raw, "carriers", lambda: carriers_in(self.carriers()))

    def _reason(self, cancellation: Cancellation) -> str:
        word = cancellation.reason or cancellation.raw_reason
        if not word:
            raise Puzzling.of((FieldError("reason", "unknown", "Octopia needs a reason; set one of its own words"),))
        # Orders of an OMS that cancels are accepted and not shipped yet.
        found = self._match(
            word, "cancellation-reasons", lambda: reasons_in(self.cancellation_reasons("InPreparation"))
        )
        if found is None:
            words = f"{word!r} is not one of Octopia's cancellation reasons; `orderpipe call` lists them"
            raise Puzzling.of((FieldError("reason", "unknown", words),))
        return found

    def _match(self, word: str, table: str, load: Callable[[], list[list[str]]]) -> str | None:
        keep, account = self._rig.references, self._rig.account
        found = match(word, keep.get(account, table, load, life=TABLES_LIFE))
        return found or match(word, keep.get(account, table, load, life=TABLES_LIFE, fresh=True))

    def _post(self, path: str, content: Any, *, what: str) -> Taken:
        answer = self._call("POST", f"{self._base}/{path}", what=what, write=True, json=content)
        if answer.content.strip():
            answer.json()  # a page of HTML with a 2xx says nothing: Ambiguous
        return Taken()

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        return self._call("GET", f"{self._base}/{path}", what=f"GET {path}", query=query)

    def _call(self, method: str, url: str, *, what: str, write: bool = False, **more: Any) -> Answer:
        def call(authorization: Mapping[str, str]) -> Answer:
            headers = {**self._headers, **authorization}
            return self._rig.http.call(method, url, what=what, write=write, headers=headers, words=WORDS, **more)

        return call_with_bearer(self._rig, self._grant, call)

    def _scope(self) -> dict[str, str]:
        channel = self._rig.settings["sales_channel_id"]
        return {"supplyMode": OURS, **({"salesChannelId": channel} if channel else {})}

    def _filters(self, place: Place) -> dict[str, Any]:
        query: dict[str, Any] = {"pageIndex": place.index, "pageSize": self._page_size}
        query |= {"sort": "updatedAt", "desc": "false", **self._scope()}
        if place.since:
            query["updatedAtMin"] = zulu(place.since)
        if place.until:
            query["updatedAtMax"] = zulu(place.until, up=True)
        return query
