"""The orders the simulated bol holds, item by item: what is open of each, what was shipped and cancelled."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.market import Plant

OPEN, HANDLED = "OPEN", "HANDLED"
FBR, FBB = "FBR", "FBB"
UNSHIPPED, SHIPPED, CANCELED = "Unshipped", "Shipped", "Canceled"
ZONE = timezone(timedelta(hours=1))
Item = dict[str, Any]


def write_moment(moment: datetime) -> str:
    """`2026-11-22T10:00:00+01:00`."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def count_open(item: Item) -> int:
    """Pieces neither shipped nor cancelled."""
    return int(item["quantity"] - item["quantityShipped"] - item["quantityCancelled"])


def tell_status(item: Item) -> str:
    """An item of no pieces (planted) is open: nothing was done about it."""
    return HANDLED if item["quantity"] > 0 and count_open(item) <= 0 else OPEN


@dataclass(slots=True)
class Held:
    """One order. `changed`: when each item did, exactly. `visible_from`: in lists not before that moment (the fault
    `late_order`). `parcels`: the numbers it was shipped with, a repeated one as often as it came."""

    wire: dict[str, Any]
    plant: Plant | None
    placed: datetime
    visible_from: datetime
    changed: dict[str, datetime]
    history: list[tuple[datetime, str]] = field(default_factory=list)
    parcels: list[str] = field(default_factory=list)

    @property
    def order_id(self) -> str:
        """The marketplace's id."""
        return str(self.wire["orderId"])

    @property
    def items(self) -> list[Item]:
        """As they stand in the wire."""
        items: list[Item] = self.wire["orderItems"]
        return items

    def is_foreign(self) -> bool:
        """Shipped by bol itself."""
        return any(item["fulfilment"]["method"] == FBB for item in self.items)

    def is_unwanted(self) -> bool:
        """Its buyer asked that all of it be cancelled."""
        return all(item["cancellationRequest"] for item in self.items)

    def tell(self) -> str:
        """In the OMS's words (contracts, marketplaces section 3)."""
        if any(tell_status(item) == OPEN for item in self.items):
            return UNSHIPPED
        return SHIPPED if any(item["quantityShipped"] for item in self.items) else CANCELED


class Book:
    """All orders by id, and all items."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._of_item: dict[str, Held] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held.values())

    def find(self, order_id: str) -> Held | None:
        """None: no such order."""
        return self._held.get(order_id)

    def find_item(self, item_id: str) -> tuple[Held, Item] | None:
        """None: no such item."""
        held = self._of_item.get(item_id)
        items = held.items if held else []
        return next(((held, item) for item in items if held and item["orderItemId"] == item_id), None)

    def add(self, held: Held, moment: datetime) -> None:
        """A new order. ValueError: its id exists."""
        if held.order_id in self._held:
            raise ValueError("an order with this id exists")
        self._held[held.order_id] = held
        for item in held.items:
            self._of_item[item["orderItemId"]] = held
        held.history.append((moment, held.tell()))

    def touch(self, held: Held, item: Item, moment: datetime) -> None:
        """An item changed, and with it perhaps what the order is."""
        held.changed[item["orderItemId"]] = moment
        item["latestChangedDateTime"] = write_moment(moment)
        if held.history[-1][1] != held.tell():
            held.history.append((moment, held.tell()))
