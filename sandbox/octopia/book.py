"""The orders the simulated Octopia holds: their states, what of them shows, and the index by time of change."""

import json
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.agenda import format_instant
from sandbox.market import Plant

PROCESSING, WAITING, ACCEPTED = "Processing", "WaitingAcceptance", "Accepted"
IN_PREPARATION, SHIPPED, DELIVERED = "InPreparation", "Shipped", "Delivered"
CANCELLED, REFUSED, REJECTED = "Cancelled", "Refused", "Rejected"
STATUSES = (PROCESSING, WAITING, REFUSED, ACCEPTED, IN_PREPARATION, SHIPPED, DELIVERED, CANCELLED, REJECTED)

# What may follow what (contracts, marketplaces section 6). Only the control API may depart from it.
TRANSITIONS: dict[str, frozenset[str]] = {
    PROCESSING: frozenset({WAITING, ACCEPTED, IN_PREPARATION, CANCELLED, REJECTED}),
    WAITING: frozenset({ACCEPTED, REFUSED, CANCELLED}),
    ACCEPTED: frozenset({IN_PREPARATION, REJECTED, CANCELLED}),
    IN_PREPARATION: frozenset({SHIPPED, CANCELLED}),
    SHIPPED: frozenset({DELIVERED}),
    DELIVERED: frozenset(),
    CANCELLED: frozenset(),
    REFUSED: frozenset(),
    REJECTED: frozenset(),
}


@dataclass(slots=True)
class Held:
    """One order. `released` once it was InPreparation (or further): from then on its addresses show.
    `visible_from`: in lists not before that moment, whatever its updatedAt (the fault `late_order`)."""

    wire: dict[str, Any]
    plant: Plant | None
    visible_from: datetime
    released: bool = False
    shipped_at: str | None = None
    history: list[tuple[datetime, str]] = field(default_factory=list)
    text: bytes | None = None

    @property
    def order_id(self) -> str:
        """The marketplace's id."""
        return str(self.wire["orderId"])

    @property
    def status(self) -> str:
        """Octopia's word."""
        return str(self.wire["status"])

    @property
    def updated_at(self) -> str:
        """As in the wire form."""
        return str(self.wire["updatedAt"])

    def show(self) -> bytes:
        """The order as JSON, as a seller may see it now: no address before it is released."""
        if self.text is None:
            shown = self.wire
            if not self.released:
                lines = [{k: v for k, v in line.items() if k != "shippingAddress"} for line in shown["lines"]]
                shown = {k: v for k, v in shown.items() if k != "billingAddress"} | {"lines": lines}
            self.text = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
        return self.text

    def is_foreign(self) -> bool:
        """Not shipped by the seller himself."""
        return any(line["offer"]["supplyMode"] != "Seller" for line in self.wire["lines"])

    def parcels(self) -> frozenset[str]:
        """All parcel numbers of all lines."""
        return frozenset(parcel["parcelNumber"] for line in self.wire["lines"] for parcel in line["parcels"])


class Book:
    """All orders by id, and their (updatedAt, id) in order. `version` moves with every change."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._index: list[tuple[str, str]] = []
        self.version = 0

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held.values())

    def find(self, order_id: str) -> Held | None:
        """None: no such order."""
        return self._held.get(order_id)

    def add(self, held: Held, moment: datetime) -> None:
        """A new order. ValueError: its id exists."""
        if held.order_id in self._held:
            raise ValueError("an order with this id exists")
        self._held[held.order_id] = held
        insort(self._index, (held.updated_at, held.order_id))
        self._note_status(held, moment)
        self.version += 1

    def move(self, held: Held, status: str, moment: datetime, *, forced: bool = False) -> None:
        """Give the order and its lines a status (a cancelled line stays so). ValueError: not from where it is."""
        if not forced and status not in TRANSITIONS[held.status]:
            raise ValueError(f"{held.status} is not followed by {status}")
        held.wire["status"] = status
        for line in held.wire["lines"]:
            if line["status"] != CANCELLED:
                line["status"] = status
        self._note_status(held, moment)
        self.touch(held, moment)

    def touch(self, held: Held, moment: datetime) -> None:
        """The order changed: updatedAt moves."""
        del self._index[bisect_left(self._index, (held.updated_at, held.order_id))]
        held.wire["updatedAt"] = format_instant(moment)
        held.text = None
        insort(self._index, (held.updated_at, held.order_id))
        self.version += 1

    def since(self, updated_min: str) -> Iterator[Held]:
        """Orders with updatedAt >= updated_min, oldest change first."""
        for _, order_id in self._index[bisect_left(self._index, (updated_min, "")) :]:
            yield self._held[order_id]

    def _note_status(self, held: Held, moment: datetime) -> None:
        status = held.status
        if status in {IN_PREPARATION, SHIPPED, DELIVERED}:
            held.released = True
        if status == SHIPPED and held.shipped_at is None:
            held.shipped_at = format_instant(moment)
        held.history.append((moment, status))
        for line in held.wire["lines"]:
            line["statusEvents"].append({"status": status, "date": format_instant(moment)})
