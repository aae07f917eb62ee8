"""What is done to shipments (S002, Order Fulfillment): made after 202, cancelled, rejected, rerouted, split."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.checks import is_whole
from sandbox.exchange import Ask, Refusal, refuse_fields, require_object
from sandbox.queries import read_one, read_query
from sandbox.reply import Reply, reply_json
from sandbox.tecsys.dials import TecsysDials
from sandbox.tecsys.orders import CANCELLED, LEFT, OPEN, REJECTED, SHIPPED, Orders, Parcel, Placed

REROUTE_KEYS = ("RouteType", "ShippingCenterInternalName")
CENTERS = ("FR-PARIS-SC", "NL-UTRECHT-SC")
NoteViolation = Callable[[Ask, str, str], None]


class Shipments:
    """`tally` counts what took effect; `repeated` the orders whose shipments were asked for again."""

    def __init__(self, dials: TecsysDials, agenda: Agenda, orders: Orders, note_violation: NoteViolation) -> None:
        self.dials = dials
        self.tally: Counter[str] = Counter()
        self.repeated: Counter[str] = Counter()
        self._agenda = agenda
        self._orders = orders
        self._note_violation = note_violation

    def create_all(self, ask: Ask) -> Reply:
        """One of the two ids, the other key left out (contracts, OMS 3.4); the shipments appear later."""
        raw = require_object(ask.read_json_body(), set(), frozenset({"InternalOrderId", "ExternalOrderId"}))
        if len(raw) != 1:
            refuse_fields("Wrong fields", {key: ["exactly one"] for key in ("InternalOrderId", "ExternalOrderId")})
        order = self._orders.find_one(raw.get("InternalOrderId"), raw.get("ExternalOrderId"))
        if order.status == CANCELLED:
            raise Refusal(409, "The order is cancelled", conflict=True, order=order.external_id)
        if order.asked or order.list_open():
            self.repeated[order.external_id] += 1
        self.tally["create_all"] += 1
        self.promise(order, ask.now, whole=self.dials.repeat == "insert")
        return Reply(202, b"")

    def promise(self, order: Placed, now: datetime, *, whole: bool) -> None:
        """A shipment of all lines, or (not `whole`) of what no shipment holds yet, some time from now."""
        order.asked += 1
        when = now + timedelta(seconds=self.dials.shipments_appear_seconds)
        self._agenda.schedule(when, lambda at: self._appear(order, whole, at))

    def _appear(self, order: Placed, whole: bool, moment: datetime) -> None:
        order.asked -= 1
        everything = {line.line_id: line.quantity for line in order.lines}
        lines = everything if whole else order.count_unassigned()
        if order.status == CANCELLED or not (lines or not order.lines):
            return
        parcel = self._orders.make_shipment(lines)
        order.shipments.append(parcel)
        order.updated_at = moment
        self._let_leave(order, parcel, moment)

    def _let_leave(self, order: Placed, parcel: Parcel, now: datetime) -> None:
        if self.dials.ship_after_seconds is not None:
            when = now + timedelta(seconds=self.dials.ship_after_seconds)
            self._agenda.schedule(when, lambda at: self._leave(order, parcel, at))

    def _leave(self, order: Placed, parcel: Parcel, moment: datetime) -> None:
        if parcel.status != OPEN:
            return
        parcel.status, parcel.tracking, order.updated_at = LEFT, f"TO{parcel.shipment_id:010d}", moment
        if not order.count_unassigned() and all(held.status == LEFT for held in order.list_open()):
            order.status = SHIPPED

    def cancel(self, ask: Ask) -> Reply:
        """`?ShipmentId=`, and no body."""
        if ask.body:
            raise Refusal(400, "No body here")
        text = read_one(read_query(ask, "ShipmentId"), "ShipmentId")
        if text is None or not text.isdigit():
            refuse_fields("Wrong parameters", {"ShipmentId": ["required, a whole number"]})
        order, parcel = self._orders.find_shipment(int(text))
        parcel.status, order.updated_at = CANCELLED, ask.now
        self.tally["cancel"] += 1
        return Reply(204, b"")

    def reject(self, ask: Ask) -> Reply:
        """S002 sends a reroute here too: only the body tells them apart."""
        raw = require_object(ask.read_json_body(), {"ShipmentId", "Reason"}, frozenset(REROUTE_KEYS))
        if any(key in raw for key in REROUTE_KEYS):
            if self.dials.reroute_path == "Reject":
                return self._reroute(ask, raw)
            self._note_violation(ask, "a reroute sent to Reject: the shipment was rejected", str(raw["ShipmentId"]))
        order, parcel = self._read_shipment(raw)
        parcel.status, parcel.reason, order.updated_at = REJECTED, raw["Reason"], ask.now
        self.tally["reject"] += 1
        return _reply_ok()

    def reroute(self, ask: Ask) -> Reply:
        """On a path of its own (the dial `reroute_path`)."""
        return self._reroute(ask, require_object(ask.read_json_body(), {"ShipmentId", "Reason", *REROUTE_KEYS}))

    def _reroute(self, ask: Ask, raw: dict[str, Any]) -> Reply:
        order, parcel = self._read_shipment(raw)
        errors = {}
        if raw.get("RouteType") != "ShippingCenter":
            errors["RouteType"] = ["ShippingCenter"]
        if raw.get("ShippingCenterInternalName") not in CENTERS:
            errors["ShippingCenterInternalName"] = ["required, one that exists"]
        if errors:
            refuse_fields("Wrong fields", errors, order.external_id)
        parcel.center, parcel.reason = raw["ShippingCenterInternalName"], raw["Reason"]
        order.updated_at = ask.now
        self.tally["reroute"] += 1
        return _reply_ok()

    def _read_shipment(self, raw: dict[str, Any]) -> tuple[Placed, Parcel]:
        errors = {}
        if not is_whole(raw["ShipmentId"]):
            errors["ShipmentId"] = ["a whole number"]
        if "Reason" in raw and not (isinstance(raw["Reason"], str) and raw["Reason"].strip()):
            errors["Reason"] = ["text, not empty"]
        if errors:
            refuse_fields("Wrong fields", errors)
        return self._orders.find_shipment(raw["ShipmentId"])

    def split_by_line(self, ask: Ask) -> Reply:
        """`OrderDetailId` is the InternalLineItemId of the order."""
        return self._split(ask, "OrderDetailId")

    def split_by_sku(self, ask: Ask) -> Reply:
        """The first line of that SKU in the shipment that has enough."""
        return self._split(ask, "SKU")

    def _split(self, ask: Ask, key: str) -> Reply:
        """The named pieces go into a shipment of their own; asked twice, they are split twice."""
        raw = require_object(ask.read_json_body(), {"ShipmentId", "LineItemsToSplit"})
        order, parcel = self._read_shipment(raw)
        items = raw["LineItemsToSplit"]
        if not isinstance(items, list) or not items:
            refuse_fields("Wrong fields", {"LineItemsToSplit": ["a list, not empty"]}, order.external_id)
        left, moved = dict(parcel.lines), Counter[int]()
        for n, item in enumerate(items):
            require_object(item, {key, "Qty"})
            line_id = self._find_line(order, left, key, item)
            if line_id is None:
                errors = {f"LineItemsToSplit.{n}": ["not in this shipment in this quantity"]}
                raise Refusal(409, "Can't be split", errors, conflict=True, order=order.external_id)
            left[line_id] -= item["Qty"]
            moved[line_id] += item["Qty"]
        if not any(left.values()):
            raise Refusal(409, "Nothing would be left in the shipment", conflict=True, order=order.external_id)
        parcel.lines = {line_id: quantity for line_id, quantity in left.items() if quantity}
        other = self._orders.make_shipment(dict(moved), parcel.center)
        order.shipments.append(other)
        order.updated_at = ask.now
        self._let_leave(order, other, ask.now)
        self.tally["split"] += 1
        return _reply_ok()

    def _find_line(self, order: Placed, left: dict[int, int], key: str, item: dict[str, Any]) -> int | None:
        wanted, quantity = item[key], item["Qty"]
        if not is_whole(quantity) or quantity < 1:
            refuse_fields("Wrong fields", {"Qty": ["a whole number from 1"]}, order.external_id)
        if not (is_whole(wanted) if key == "OrderDetailId" else isinstance(wanted, str)):
            refuse_fields("Wrong fields", {key: ["a whole number" if key != "SKU" else "text"]}, order.external_id)
        for line in order.lines:
            named = line.line_id if key == "OrderDetailId" else line.sku
            if wanted == named and left.get(line.line_id, 0) >= quantity:
                return line.line_id
        return None


def _reply_ok() -> Reply:
    """S002: "a JSON response of 200 OK"; what is in it is not told."""
    return reply_json(200, {"statusCode": 200, "message": "OK"})
