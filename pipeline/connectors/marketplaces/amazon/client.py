"""Amazon SP-API over HTTP: read with 2026-01-01 (or v0), ship with v0 (contracts/marketplaces.md section 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from pipeline.connectors.answers import Answer
from pipeline.connectors.budget import Rate
from pipeline.connectors.contract import Rig
from pipeline.connectors.marketplaces.amazon.calls import ORDERS_V0, Calls
from pipeline.connectors.marketplaces.amazon.dialects import ORDERS, modern_dialect, v0_dialect
from pipeline.connectors.marketplaces.amazon.listing import list_orders
from pipeline.connectors.marketplaces.amazon.mapping import is_order_id, read_order, row_of
from pipeline.connectors.marketplaces.amazon.rates import CONFIRM, GET, GET_V0, ITEMS_V0, STATUS
from pipeline.connectors.marketplaces.amazon.riddles import riddles_of
from pipeline.connectors.marketplaces.amazon.shipping import (
    confirmations_of,
    held_as_overfull,
    is_there,
    joined,
    looks_shipped,
    marketplace_of,
    missing_of,
    names_of,
    numbers_at,
    overfull,
)
from pipeline.connectors.wire import segment
from pipeline.domain.errors import FieldError, NotConfigured, Puzzling, Refused
from pipeline.domain.order import Order
from pipeline.domain.reports import Acknowledgement, Cancellation, Shipment
from pipeline.ports import Absent, Ask, Body, Outcome, Page, Promised, Row, Seen, Taken, Write

MARKETPLACES: Final = 50  # in one call
ITEM_PAGES: Final = 50
PARCELS: Final = ("FULFILLMENT", "PACKAGES")  # all that a look at parcels needs: no personal data
SHOWS_SOON: Final = timedelta(seconds=5)  # how soon, and how often then, a confirmed parcel is looked for
SHOWS_LATER: Final = timedelta(seconds=30)
PATIENCE: Final = timedelta(hours=1)
ASKED: Final = 8  # promises asked for in one batch: each is a call of 0.5 a second
ELEMENTS: Final[Mapping[str, str]] = {"BUYER": "buyerInfo", "RECIPIENT": "shippingAddress"}  # v0's names for them


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A promise: Amazon took this parcel, and the next one waits until it is seen."""

    order: str
    reference: str
    number: str
    at: datetime


class Amazon:
    """A seller's account."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._marketplaces = list(settings["marketplace_ids"] or ())
        if not 1 <= len(self._marketplaces) <= MARKETPLACES:
            raise NotConfigured(f"marketplace_ids must name 1 to {MARKETPLACES} marketplaces, such as A13V1IB3VIYZZH")
        self._included = list(settings["included_data"])
        self._join = settings["several_parcels"] == "join"
        self._is_v0 = settings["orders_api"] == "v0"
        self._calls = Calls(rig, [ELEMENTS[name] for name in self._included if name in ELEMENTS])
        self._dialect = (
            v0_dialect(self._marketplaces) if self._is_v0 else modern_dialect(self._marketplaces, self._included)
        )
        self.accept: Write[Order] | None = None  # an order at Amazon is accepted by Amazon
        self.refuse: Write[Order] | None = None
        self.acknowledge: Write[Acknowledgement] | None = None
        self.cancel: Write[Cancellation] | None = None  # only by a feed
        self.ship: Write[Shipment] | None = Write(
            prepare=lambda shipment: confirmations_of(shipment, self._marketplaces, rig.now()),
            send=self._ship,
            look=self._look,
            outcome=self._kept,
            volatile=frozenset({"*.packageDetail.shipDate"}),  # now, where the OMS tells no time
        )

    # ------------------------------------------------------------ reads

    def new_orders(self, ask: Ask) -> Page:
        """One page of orders by update time (`listing.py`)."""
        return list_orders(self._calls, self._dialect, ask)

    def get(self, order_id: str) -> Row | None:
        """One order, with its items. Of an id that has not its form nothing is asked."""
        if not is_order_id(order_id):
            return None
        if self._is_v0:
            return self._get_v0(order_id)
        found = self._order(order_id, self._included)
        return None if found is None else self._row(*found)

    def read(self, raw: Mapping[str, Any]) -> Order:
        """Their words to ours, of either API."""
        return read_order(raw, self._rig.account)

    def riddles(self, raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """Personal data that a role withholds, orders that Amazon ships, prices that do not divide."""
        return riddles_of(raw, self._included)

    def needs_accept(self, order: Order) -> bool:  # noqa: ARG002 (the port's)
        """Never."""
        return False

    def parcels(self, raw: Mapping[str, Any]) -> frozenset[str]:
        """The tracking numbers of its packages; v0 tells none, so each is looked for before it is sent."""
        return numbers_at(raw)

    def packages(self, order_id: str) -> Any:
        """What Amazon has of an order's parcels; None for an order that it does not know."""
        found = self._parcels(order_id)
        return None if found is None else found.get("packages") or []

    def part(self, rate: Rate, order_id: str, name: str, *, restricted: bool = False) -> Any:
        """A part of an order that v0 has a call for, as Amazon sends it."""
        what = f"GET v0 orders/{{orderId}}/{name}"
        answer = self._calls.read(rate, f"{_v0(order_id)}/{name}", what=what, restricted=restricted)
        return _payload(answer)

    def tell_status(self, order_id: str, marketplace: str, status: str) -> None:
        """updateShipmentStatus: of an order that the buyer fetches."""
        content = {"marketplaceId": marketplace, "shipmentStatus": status}
        self._calls.write(STATUS, f"{_v0(order_id)}/shipment", content, what="POST orders/{orderId}/shipment")

    # ------------------------------------------------------------ ship

    def _ship(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """The first parcel that Amazon does not list (`shipping.py` says why one at a time).

        The order is read first where there are several parcels, or the marketplace is not known: a read, and nothing
        is sent if it fails. A single parcel needs none: had it ever been sent, the look-up came first.
        """
        (body,) = bodies
        calls: Sequence[Mapping[str, Any]] = body.content
        with self._rig.http.within():
            if len(calls) > 1 or "marketplaceId" not in calls[0]:
                raw = self._parcels(body.id)
                if raw is None:
                    return [Refused("Amazon does not know this order", status=404)]
                calls = missing_of(calls, raw)
                if not calls:
                    return [Taken()]
                if overfull(calls, raw):
                    if not self._join:
                        return [held_as_overfull()]
                    calls = [joined(calls, raw)]
                calls = [{"marketplaceId": marketplace_of(raw), **call} for call in calls]
                if not calls[0]["marketplaceId"]:
                    words = "the order does not say in which marketplace it was bought, and Amazon needs it"
                    return [Puzzling(words, fields=(FieldError("order_id", "unknown", words),))]
            first, *rest = calls
            self._calls.write(CONFIRM, body.path, first, what="POST shipmentConfirmation")  # 204, without a body
        if not rest:
            return [Taken()]
        promise = Confirmed(body.id, *names_of(first), self._rig.now())
        return [Promised(msgspec.json.encode(promise).decode(), SHOWS_SOON)]

    def _kept(self, handles: Sequence[str]) -> Sequence[Outcome | Absent]:
        """Whether the parcels that were confirmed are seen; then the next ones go out."""
        return [self._seen(handle) if n < ASKED else Promised(handle, SHOWS_SOON) for n, handle in enumerate(handles)]

    def _seen(self, handle: str) -> Outcome | Absent:
        promise = msgspec.json.decode(handle, type=Confirmed)
        raw = self._parcels(promise.order)
        if raw is not None and is_there(promise.reference, promise.number, raw):
            return Absent()
        if self._rig.now() - promise.at < PATIENCE:
            return Promised(handle, SHOWS_LATER)
        words = (
            "Amazon took a parcel an hour ago and still does not list it, so the next one is not sent (it might go out "
            "in its place); see `orderpipe call` packages, then replay, or `orderpipe resolve`"
        )
        return Puzzling(words, fields=(FieldError("parcels", "unseen", words),))

    def _look(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        found = [(self._parcels(body.id), body) for body in bodies]
        return [None if raw is None else looks_shipped(raw, body) for raw, body in found]

    # ------------------------------------------------------------ single orders

    def _parcels(self, order_id: str) -> Mapping[str, Any] | None:
        """The order without what is personal, always by 2026-01-01: v0 has no parcels."""
        found = self._order(order_id, PARCELS)
        return None if found is None else found[1]

    def _order(self, order_id: str, included: Sequence[str]) -> tuple[Answer, Mapping[str, Any]] | None:
        answer = self._calls.read(
            GET,
            f"{ORDERS}/{segment(order_id)}",
            {"includedData": ",".join(included)},
            what="GET orders/{orderId}",
            missing_ok=True,
        )
        if answer.status == 404:
            return None
        body = answer.json()
        order = body.get("order") if isinstance(body, Mapping) else None
        if not isinstance(order, Mapping):
            raise answer.unclear("without an order")
        return answer, order

    def _get_v0(self, order_id: str) -> Row | None:
        path = _v0(order_id)
        answer = self._calls.read(GET_V0, path, what="GET v0 orders/{orderId}", missing_ok=True, restricted=True)
        if answer.status == 404:
            return None
        return self._row(answer, {**_payload(answer), "OrderItems": self.items(order_id)})

    def items(self, order_id: str) -> list[Any]:
        """An order's items by v0, whose pages are linked by tokens."""
        path, what = f"{_v0(order_id)}/orderItems", "GET v0 orders/{orderId}/orderItems"
        found: list[Any] = []
        query: dict[str, Any] = {}
        for _ in range(ITEM_PAGES):
            restricted = "BUYER" in self._included
            answer = self._calls.read(ITEMS_V0, path, query, what=what, restricted=restricted)
            payload = _payload(answer)
            listed = payload.get("OrderItems")
            if not isinstance(listed, list):
                raise answer.unclear("without a list of OrderItems")
            found += listed
            token = payload.get("NextToken")
            if not token:
                return found
            if token == query.get("NextToken"):
                break
            query = {"NextToken": token}
        raise answer.unclear("a list of items that does not end")

    def _row(self, answer: Answer, raw: Mapping[str, Any]) -> Row:
        row = row_of(raw)
        if row is None:
            raise answer.unclear("not an order")
        return row


def _v0(order_id: str) -> str:
    return f"{ORDERS_V0}/{segment(order_id)}"


def _payload(answer: Answer) -> Mapping[str, Any]:
    body = answer.json()
    found = body.get("payload") if isinstance(body, Mapping) else None
    if not isinstance(found, Mapping):
        raise answer.unclear("without a payload")
    return found
