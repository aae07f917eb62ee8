"""The orders the simulated Amazon holds, each in the form of 2026-01-01, and the index by time of change."""

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.market import Plant

PENDING_AVAILABILITY, PENDING, UNSHIPPED = "PENDING_AVAILABILITY", "PENDING", "UNSHIPPED"
PARTIALLY_SHIPPED, SHIPPED, CANCELLED, UNFULFILLABLE = "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED", "UNFULFILLABLE"
STATUSES = (PENDING_AVAILABILITY, PENDING, UNSHIPPED, PARTIALLY_SHIPPED, SHIPPED, CANCELLED, UNFULFILLABLE)
MERCHANT, AMAZON = "MERCHANT", "AMAZON"
WAITING = frozenset({PENDING_AVAILABILITY, PENDING})
Item = dict[str, Any]


def cut_second(moment: datetime) -> datetime:
    """The whole second before: every example of Amazon's has whole ones."""
    return moment.astimezone(UTC).replace(microsecond=0)


def write_moment(moment: datetime) -> str:
    """`2026-11-22T09:30:00Z`."""
    return cut_second(moment).isoformat().removesuffix("+00:00") + "Z"


def count_open(item: Item) -> int:
    """Pieces that are still to be shipped."""
    return int(item["fulfillment"]["quantityUnfulfilled"])


@dataclass(slots=True)
class Held:
    """One order. `visible_from`: in lists not before that moment (the fault `late_order`). `released` once it was no
    longer pending, unless it was cancelled then."""

    wire: dict[str, Any]
    plant: Plant | None
    created: datetime
    updated: datetime
    visible_from: datetime
    released: bool = False
    history: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def order_id(self) -> str:
        """The marketplace's id."""
        return str(self.wire["orderId"])

    @property
    def status(self) -> str:
        """Amazon's word of 2026."""
        return str(self.wire["fulfillment"]["fulfillmentStatus"])

    @property
    def items(self) -> list[Item]:
        """As they stand in the wire."""
        items: list[Item] = self.wire["orderItems"]
        return items

    def is_foreign(self) -> bool:
        """Shipped by Amazon itself."""
        return bool(self.wire["fulfillment"]["fulfilledBy"] == AMAZON)

    def is_unwanted(self) -> bool:
        """Its buyer asked the seller to cancel it."""
        return any("cancellation" in item for item in self.items)

    def list_numbers(self) -> frozenset[str]:
        """The tracking numbers of its packages: one text may name several."""
        texts = [package["trackingNumber"] for package in self.wire["packages"]]
        return frozenset(number for text in texts for number in re.split(r"[\s,;|]+", text) if number)


class Book:
    """All orders by id, and their (last change, id) in order."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._index: list[tuple[datetime, str]] = []

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
        insort(self._index, (held.updated, held.order_id))
        self._note_status(held, moment)

    def move(self, held: Held, status: str, moment: datetime) -> None:
        """Another status."""
        held.wire["fulfillment"]["fulfillmentStatus"] = status
        self._note_status(held, moment)
        self.touch(held, moment)

    def touch(self, held: Held, moment: datetime) -> None:
        """The order changed: lastUpdatedTime moves, by a second at least, so that no two states have the same."""
        del self._index[bisect_left(self._index, (held.updated, held.order_id))]
        held.updated = max(cut_second(moment), held.updated + timedelta(seconds=1))
        held.wire["lastUpdatedTime"] = write_moment(held.updated)
        insort(self._index, (held.updated, held.order_id))

    def since(self, moment: datetime) -> Iterator[Held]:
        """Orders that changed then or later, oldest change first."""
        for _, order_id in self._index[bisect_left(self._index, (moment, "")) :]:
            yield self._held[order_id]

    def _note_status(self, held: Held, moment: datetime) -> None:
        if held.status not in WAITING | {CANCELLED}:
            held.released = True
        held.history.append((moment, held.status))
