"""Kibo over HTTP: an order in, a search, and what is asked by hand (seed 004, contracts/oms.md section 5)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.kibo.answers import Search, Unsearchable, taken
from pipeline.connectors.oms.kibo.gateway import Gateway
from pipeline.connectors.oms.kibo.lengths import length_of
from pipeline.connectors.oms.kibo.mapping import VOLATILE, order_of, place_of
from pipeline.connectors.oms.kibo.parcels import shipment_of
from pipeline.connectors.oms.kibo.shipped import ORDERS, SHIPMENTS, Shipped
from pipeline.connectors.oms.kibo.style import style_of
from pipeline.domain.errors import FieldError, Invalid, NotConfigured, Puzzling
from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, Shipment, StatusReport
from pipeline.ports import Ask, Body, Outcome, Page, Seen, Write

NO_POLL: Final = "not configured: set shipment_poll to read Kibo's shipments; `orderpipe call` shows those of an order"
CANCEL_ITEM: Final = "orderItem/action/cancel/"
SCHEMA: Final = "schema/importOrder.json"
PAGE_LIMIT: Final = 100
CEILING: Final = 25  # pages of one look-up: a filter that is ignored lists everybody's orders


class Kibo:
    """A manufacturer's account."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._gateway = Gateway(rig)
        self._style = style_of(settings)
        self._filter = settings["lookup_filter"] or None
        self._per_page = min(max(settings["per_page"], 1), PAGE_LIMIT)
        self.import_orders: Write[Order] | None = Write(
            prepare=self._prepare,
            send=self._import,
            look=self._look if self._filter else None,
            volatile=VOLATILE,
            takes_history=self._style.imports,
        )
        self.update: Write[Order] | None = None  # what a second import does is not documented
        self.cancel: Write[Cancellation] | None = None  # by orderItemID, which no documented answer holds
        self.acknowledge_shipped: Write[Shipment] | None = None  # it wants no word
        self.answer_status: Write[StatusReport] | None = None
        listing = Shipped(rig.http, self._search)
        self.shipped: Callable[[Ask], Page] | None = listing.page if settings["shipment_poll"] else None
        self.status_requests: Callable[[Ask], Page] | None = None

    def read_shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """An order's shipments."""
        if self.shipped is None:
            raise NotConfigured(NO_POLL)
        return shipment_of(raw)

    # ------------------------------------------------------------ import

    def _prepare(self, order: Order) -> Body:
        return Body(order.id or "", order_of(order, self._style), place_of(order, self._style))

    def _import(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        if not body.path:
            return [Puzzling.of((FieldError("status", "unknown", self._unsayable),))]
        what = f"POST {body.path.rstrip('/')}"
        answer = self._gateway.call("POST", body.path, what=what, write=True, json=body.content)
        return [taken(answer, body.id)]

    @property
    def _unsayable(self) -> str:
        if self._style.imports:
            known = "READY, SHIPPED and CANCELLED"
            return f"Kibo's import knows {known} only; say one of unshipped, shipped, canceled by `edit`"
        return "createOrder takes unshipped orders only; others go in by mode importOrder"

    # ------------------------------------------------------------ look-up

    def _look(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        return [self._find(body.id) for body in bodies]

    def _find(self, order_id: str) -> Seen:
        """By exact match over all pages: a server that ignores the filter lists other orders (section 5.7)."""
        search = Search(order_id)
        with self._rig.http.within():
            for page in range(1, CEILING + 1):
                try:
                    answer = self._search(ORDERS, page, {self._filter or "": order_id})
                except Unsearchable:
                    return None
                over, seen = search.read(answer)
                if over:
                    return seen
        return None

    def _search(self, path: str, page: int, filters: Mapping[str, Any]) -> Answer:
        query = {"manufacturerID": self._style.manufacturer_id, **filters, "page": page, "perPage": self._per_page}
        return self._gateway.call("GET", path, what=f"GET {path.rstrip('/')}", query=query)

    # ------------------------------------------------------------ by hand

    def orders(
        self,
        page: int,
        order_id: int | None = None,
        external_order_id: str | None = None,
        status: str | None = None,
    ) -> Any:
        """A page of orders, as Kibo lists them. Raises NotConfigured."""
        if external_order_id and not self._filter:
            raise NotConfigured("lookup_filter is empty: set the parameter by which orders are found")
        given = {"orderID": order_id, self._filter or "": external_order_id, "orderStatus": status}
        return self._search(ORDERS, page, {name: value for name, value in given.items() if value is not None}).json()

    def shipments(self, page: int, order_id: int) -> Any:
        """A page of an order's shipments."""
        return self._search(SHIPMENTS, page, {"orderID": order_id}).json()

    def cancel_item(
        self,
        order_item_id: int,
        reason: str,
        send_emails: bool,
        other_reason: str | None = None,
        rectify_order: bool | None = None,
    ) -> Any:
        """Cancels one item; gives Kibo's answer, None for an empty one. Raises Invalid."""
        length = length_of(other_reason or "", entities=self._style.entities)
        faults = []
        if order_item_id < 1:
            faults.append(FieldError("order_item_id", "form", "must be at least 1"))
        if length > 255 or (reason == "other" and not length):
            faults.append(
                FieldError("other_reason", "length", "Kibo takes 1 to 255 characters (see entity_length_check)")
            )
        if faults:
            raise Invalid.of(tuple(faults))
        content: dict[str, Any] = {"orderItemID": order_item_id, "dispositionReason": reason}
        if other_reason:
            content["dispositionOtherReason"] = other_reason
        if rectify_order is not None:
            content["rectifyOrder"] = rectify_order
        content["sendCancellationEmails"] = send_emails
        answer = self._gateway.call("POST", CANCEL_ITEM, what="POST orderItem cancel", write=True, json=content)
        return answer.json() if answer.content.strip() else None

    def schema(self) -> Any:
        """What Kibo itself says an import must look like."""
        return self._gateway.call("GET", SCHEMA, what="GET schema").json()
