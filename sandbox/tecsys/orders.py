"""Orders, their lines and their shipments at the simulated Tecsys, and how they show."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sandbox.agenda import format_instant
from sandbox.copies import Shelf
from sandbox.exchange import Refusal, refuse_fields

# S002 names the first three and says there are many; the others are this sandbox's.
NOT_STARTED, PAYMENT_PENDING, PAID, SHIPPED, CANCELLED = "NotStarted", "PaymentPending", "Paid", "Shipped", "Cancelled"
OPEN, LEFT, REJECTED = "Open", "Shipped", "Rejected"
SKU_NAMES, QUANTITY_NAMES = ("sku", "itemsku", "productsku"), ("qty", "quantity")


@dataclass(slots=True)
class Line:
    """`line_id` is InternalLineItemId, which the split calls OrderDetailId."""

    line_id: int
    sku: str
    quantity: int


@dataclass(slots=True)
class Parcel:
    """One shipment: `lines` is line id to quantity."""

    shipment_id: int
    lines: dict[int, int]
    center: str = "FR-PARIS-SC"
    status: str = OPEN
    tracking: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Placed:
    """One order."""

    internal_id: int
    external_id: str
    raw: dict[str, Any]
    lines: list[Line]
    status: str
    updated_at: datetime
    shipments: list[Parcel] = field(default_factory=list)
    asked: int = 0  # requests for shipments that are still to appear

    def list_open(self) -> list[Parcel]:
        """Shipments that still count: neither cancelled nor rejected."""
        return [parcel for parcel in self.shipments if parcel.status in (OPEN, LEFT)]

    def count_unassigned(self) -> dict[int, int]:
        """What no shipment holds yet, by line."""
        held: Counter[int] = Counter()
        for parcel in self.list_open():
            held.update(parcel.lines)
        left = {line.line_id: line.quantity - held[line.line_id] for line in self.lines}
        return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}

    def show(self) -> dict[str, Any]:
        """As GET orders answers. Of these names S002 has InternalLineItemId, and the two ids in its queries."""
        skus = {line.line_id: line.sku for line in self.lines}
        return {
            "InternalOrderId": self.internal_id,
            "ExternalOrderId": self.external_id,
            "OrderStatus": self.status,
            "LastUpdatedDate": format_instant(self.updated_at),
            "InvoiceId": f"INV-{self.internal_id}",
            "LineItems": [
                {"InternalLineItemId": line.line_id, "SKU": line.sku, "Qty": line.quantity} for line in self.lines
            ],
            "Shipments": [
                {
                    "ShipmentId": parcel.shipment_id,
                    "ShipmentStatus": parcel.status,
                    "ShippingCenterInternalName": parcel.center,
                    "LineItems": [
                        {"InternalLineItemId": line_id, "SKU": skus[line_id], "Qty": quantity}
                        for line_id, quantity in parcel.lines.items()
                    ],
                }
                | ({"Carrier": "DHL", "TrackingNumber": parcel.tracking} if parcel.tracking else {})
                for parcel in self.shipments
            ],
        }


class Orders:
    """All orders, by either id; numbers are given here."""

    def __init__(self) -> None:
        self.shelf: Shelf[Placed] = Shelf()
        self.by_internal: dict[int, Placed] = {}
        self._orders, self._lines, self._shipments = count(100001), count(430001), count(20001)

    def __iter__(self) -> Iterator[Placed]:
        return iter(self.by_internal.values())

    def take_in(self, raw: Any, repeat: str, now: datetime) -> Placed | None:
        """A new order; None where it replaced one. No field but ExternalOrderId is published: lines are the first
        list of objects that have a SKU."""
        external_id = raw.get("ExternalOrderId") if isinstance(raw, dict) else None
        if not isinstance(external_id, str) or not external_id.strip():
            refuse_fields("Wrong order", {"ExternalOrderId": ["required, text, not empty"]})
        lines = [Line(next(self._lines), sku, quantity) for sku, quantity in _read_lines(raw, external_id)]
        if self.shelf.holds(external_id):
            if repeat == "refuse":
                raise Refusal(409, "This ExternalOrderId exists", conflict=True, order=external_id)
            if repeat == "upsert":
                held = self.shelf.copies[external_id][0]
                self.shelf.puts[external_id] += 1
                held.raw, held.updated_at = raw, now
                held.lines = held.lines if held.shipments else lines
                return None
        placed = Placed(next(self._orders), external_id, raw, lines, NOT_STARTED, now)
        self.shelf.add(external_id, placed)
        self.by_internal[placed.internal_id] = placed
        return placed

    def make_shipment(self, lines: dict[int, int], center: str = "FR-PARIS-SC") -> Parcel:
        """With the next number."""
        return Parcel(next(self._shipments), lines, center)

    def find(self, internal: list[str], external: list[str]) -> list[Placed]:
        """Whatever of these exists, each once; what does not is left out."""
        found = {n: order for n, order in self.by_internal.items() if str(n) in internal}
        for external_id in external:
            found |= {order.internal_id: order for order in self.shelf.copies.get(external_id, ())}
        return list(found.values())

    def find_one(self, internal: Any, external: Any) -> Placed:
        """The order, the newest of its doubles; 404."""
        found = self.find(*([] if text is None else [str(text)] for text in (internal, external)))
        if not found:
            raise Refusal(404, "No such order", breach=False, order=None if external is None else str(external))
        return found[-1]

    def find_shipment(self, shipment_id: int) -> tuple[Placed, Parcel]:
        """Still open; else 404 or 409."""
        for order in self:
            for parcel in order.shipments:
                if parcel.shipment_id == shipment_id:
                    if parcel.status != OPEN:
                        raise Refusal(409, f"The shipment is {parcel.status}", conflict=True, order=order.external_id)
                    return order, parcel
        raise Refusal(404, "No such shipment", breach=False)

    def count_reserved(self) -> Counter[str]:
        """Pieces that orders wait for, by SKU."""
        reserved: Counter[str] = Counter()
        for order in self:
            if order.status not in (SHIPPED, CANCELLED):
                reserved.update({line.sku: line.quantity for line in order.lines})
        return reserved


def _read_lines(raw: dict[str, Any], external_id: str) -> list[tuple[str, int]]:
    for key, rows in raw.items():
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            continue
        read = [_read_line(row, f"{key}.{n}", external_id) for n, row in enumerate(rows)]
        if lines := [line for line in read if line is not None]:
            return lines
    return []


def _read_line(row: dict[str, Any], path: str, external_id: str) -> tuple[str, int] | None:
    named = {key.lower(): value for key, value in row.items()}
    sku = next((named[name] for name in SKU_NAMES if name in named), None)
    if sku is None:
        return None
    quantity = next((named[name] for name in QUANTITY_NAMES if name in named), 1)
    if not isinstance(sku, str) or not sku or isinstance(quantity, bool) or not isinstance(quantity, int):
        refuse_fields("Wrong order", {path: ["a SKU and a whole number of pieces"]}, external_id)
    if quantity < 1:
        refuse_fields("Wrong order", {path: ["at least one piece"]}, external_id)
    return sku, quantity
