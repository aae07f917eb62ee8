"""The simulated Tecsys: S002's twenty endpoints, exact slashes and case, behind Azure's gateway."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from sandbox.agenda import Agenda
from sandbox.exchange import Answer, Ask, Endpoint, Refusal
from sandbox.journal import Journal
from sandbox.reply import Reply, reply_json
from sandbox.tecsys.desk import Desk
from sandbox.tecsys.dials import TecsysDials
from sandbox.tecsys.orders import LEFT, Orders
from sandbox.tecsys.registers import Registers
from sandbox.tecsys.shelves import Shelves
from sandbox.tecsys.shipments import Shipments
from sandbox.tecsys.stock import Stock

MISSING = (
    "Access denied due to missing subscription key."
    " Make sure to include subscription key when making requests to an API."
)
INVALID = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."


class Tecsys:
    """The endpoints over orders, stock and registers. Every answer has a TraceID (X:ODtrouble), in a header: most
    answers have no body."""

    name = "tecsys"

    def __init__(self, dials: TecsysDials, agenda: Agenda, journal: Journal) -> None:
        self.dials = dials
        self.orders = Orders()
        self.stock = Stock()
        self.registers = Registers()
        self.shipments = Shipments(dials, agenda, self.orders, self._note_violation)
        self.desk = Desk(dials, agenda, self.orders, self.shipments)
        self._shelves = Shelves(self.stock, self.orders)
        self._journal = journal
        self._traces = count(1)
        self.endpoints = self._list_endpoints()

    def _list_endpoints(self) -> tuple[Endpoint, ...]:
        desk, shelves, shipments, registers = self.desk, self._shelves, self.shipments, self.registers
        fulfilment = "orderfulfillment/shipments"
        rows: list[tuple[str, str, str, Answer]] = [
            ("metadata", "GET", "customfieldsmetadata/{}/", shelves.show_metadata),
            ("metadata", "GET", "customfieldmetadata/{}/", shelves.show_metadata),
            ("locations", "GET", "inventorylocations/", shelves.list_locations),
            ("location_fields", "PUT", "inventorylocations/customfields", shelves.write_custom_fields),
            ("onhand", "GET", "inventory/onhand", shelves.list_on_hand),
            ("onhand_write", "PUT", "inventory/onhand", shelves.write_on_hand),
            ("preorder", "GET", "preorderinventory/", shelves.show_preorders),
            ("virtual", "GET", "virtualinventory/", shelves.list_virtual),
            ("orders", "GET", "orders/", desk.list_by_id),
            ("cancel", "POST", "orders/Cancel", desk.cancel),
            ("search", "POST", "orders/Search", desk.search),
            ("customer", "POST", "orders/Customers", registers.create_customer),
            ("stores_post", "POST", "storelocations/", registers.post_stores),
            ("stores", "GET", "storelocations/", registers.list_stores),
            ("create_shipments", "POST", f"{fulfilment}/CreateAllShipments", shipments.create_all),
            ("cancel_shipment", "POST", f"{fulfilment}/Cancel", shipments.cancel),
            ("reject", "POST", f"{fulfilment}/Reject", shipments.reject),
            ("split_by_line", "POST", f"{fulfilment}/SplitShipmentByOrderDetailId", shipments.split_by_line),
            ("split_by_sku", "POST", f"{fulfilment}/SplitShipmentBySku", shipments.split_by_sku),
            ("payments", "GET", f"{fulfilment}/OrderTransactions", desk.list_transactions),
        ]
        if self.dials.reroute_path == "Reroute":
            rows.append(("reroute", "POST", f"{fulfilment}/Reroute", shipments.reroute))
        made = [self._make_endpoint(*row) for row in rows]
        if self.dials.create_order_path is not None:
            path = ("v1", *self.dials.create_order_path.removeprefix("/").split("/"))
            made.append(Endpoint("tecsys.order", "POST", path, self._enter(desk.create), self._hold_back))
        return tuple(made)

    def _make_endpoint(self, name: str, method: str, path: str, answer: Answer) -> Endpoint:
        return Endpoint(f"tecsys.{name}", method, ("v1", *path.split("/")), self._enter(answer))

    def _hold_back(self) -> float:
        return self.dials.commit_delay_seconds

    def turn(self, **changes: Any) -> None:
        """Change dials while running; endpoints come and go with them. TypeError or ValueError: no such dial or
        value."""
        self.dials = self.shipments.dials = self.desk.dials = replace(self.dials, **changes)
        self.endpoints = self._list_endpoints()

    def refuse(self, refusal: Refusal) -> Reply:
        """As Azure's gateway says no; the trace is in the body too."""
        trace = self._trace()
        content: dict[str, Any] = {"statusCode": refusal.status, "message": refusal.title, "TraceID": trace[1]}
        if refusal.errors:
            content["errors"] = refusal.errors
        return reply_json(refusal.status, content, headers=(*refusal.headers, trace))

    def _trace(self) -> tuple[str, str]:
        return "TraceID", f"{next(self._traces):032x}"

    def _enter(self, answer: Answer) -> Answer:
        def checked(ask: Ask) -> Reply:
            key = ask.headers.get("ocp-apim-subscription-key")
            if key != self.dials.subscription_key:
                raise Refusal(401, MISSING if key is None else INVALID)
            if "no-cache" not in ask.headers.get("cache-control", "").lower():
                raise Refusal(400, "Missing headers", {"Cache-Control": ["no-cache, as in every example"]})
            reply = answer(ask)
            return replace(reply, headers=(*reply.headers, self._trace()))

        return checked

    def feed(self, raw: Any, now: datetime) -> None:
        """An order from elsewhere: S002 documents no creation, so there must be another way in. ValueError."""
        try:
            self.desk.receive(raw, now)
        except Refusal as refusal:
            raise ValueError(refusal.title) from None

    def _note_violation(self, ask: Ask, rule: str, what: str) -> None:
        self._journal.note_violation(ask.now, ask.endpoint, rule, what)

    def count_copies(self) -> dict[str, int]:
        """How many orders it holds, by the marketplace's id."""
        return self.orders.shelf.count()

    def list_shipped(self) -> list[str]:
        """Orders of which a parcel has left."""
        return [order_id for order_id in self.orders.shelf.copies if self._is_shipped(order_id)]

    def _is_shipped(self, order_id: str) -> bool:
        """Whether a parcel of any copy has left."""
        copies = self.orders.shelf.copies.get(order_id, ())
        return any(parcel.status == LEFT for order in copies for parcel in order.shipments)

    def list_open(self) -> list[str]:
        """Orders that are to leave yet."""
        ships = self.dials.ship_after_seconds is not None
        return [order_id for order_id in self.orders.shelf.copies if ships and not self._is_shipped(order_id)]

    def list_orders(self) -> list[dict[str, Any]]:
        """Every order as it was sent and as it shows, one item a copy."""
        return [
            {"ExternalOrderId": external_id, "copy": n, "order": placed.raw, "shown": placed.show()}
            for external_id, copies in self.orders.shelf.copies.items()
            for n, placed in enumerate(copies, 1)
        ]

    def describe(self) -> dict[str, Any]:
        """For the report."""
        orders = list(self.orders)
        doubled = [order.external_id for order in orders if len(order.list_open()) > 1 and _is_doubled(order)]
        return {
            "repeat": self.dials.repeat,
            **self.orders.shelf.describe(),
            "without_lines": [order.external_id for order in orders if not order.lines],
            "shipped": sum(self._is_shipped(order.external_id) for order in orders),
            "shipments": sum(len(order.shipments) for order in orders),
            "shipments_doubled": doubled,
            "shipments_asked_again": dict(self.shipments.repeated),
            "operations": dict(self.shipments.tally),
            "cancel_params_in": dict(self.desk.cancel_params_in),
            **self.stock.describe(),
            **self.registers.describe(),
        }


def _is_doubled(order: Any) -> bool:
    """More pieces in its shipments than were ordered."""
    sent = sum(sum(parcel.lines.values()) for parcel in order.list_open())
    return bool(sent > sum(line.quantity for line in order.lines))
