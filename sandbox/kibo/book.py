"""What the simulated Kibo holds: orders under numbers of its own, with items that are shipped or cancelled."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sandbox.agenda import Agenda, format_instant
from sandbox.copies import Shelf
from sandbox.kibo.dials import KiboDials

FIRST_ORDER, FIRST_ITEM = 7_000_001, 9_000_001
LATER = timedelta(seconds=0.5)  # between the parcels of an order


@dataclass(slots=True)
class Item:
    """One line under Kibo's own number."""

    item_id: int
    cancelled: bool = False


@dataclass(slots=True)
class Held:
    """One order. `parcels`: its shipments, each with its tracking number once it has left; none of what came in as
    SHIPPED or CANCELLED.
    """

    order_id: int
    order: dict[str, Any]
    status: str
    created: str
    items: list[Item]
    parcels: list[str | None] = field(default_factory=list)

    def show_shipments(self, *, named: bool) -> list[dict[str, Any]]:
        """As the search gives them: fields that the documents name, and words of ours where they name none."""
        name = {"externalOrderID": self.order["externalOrderID"]} if named else {}
        state = "CANCELLED" if self.status == "CANCELLED" else None
        return [
            {
                "shipmentID": self.order_id * 10 + n,
                "orderID": self.order_id,
                "manufacturerID": self.order["manufacturerID"],
                **name,
                "catalogID": self.order["catalogID"],
                "shipmentStatus": state or ("FULFILLED" if tracking else "READY"),
                "trackingInformation": [{"trackingNumber": tracking, "carrierType": "other", "carrierTypeOther": "DHL"}]
                if tracking
                else [],
            }
            for n, tracking in enumerate(self.parcels, 1)
        ]

    @property
    def has_left(self) -> bool:
        """Every parcel of it."""
        return bool(self.parcels) and None not in self.parcels

    def show(self) -> dict[str, Any]:
        """As the search gives it: what was sent, with Kibo's numbers and the status of now."""
        items = [
            {"orderItemID": item.item_id, "cancelled": item.cancelled, **sent}
            for item, sent in zip(self.items, self.order["orderItems"], strict=True)
        ]
        return {
            **self.order,
            "orderID": self.order_id,
            "orderStatus": self.status,
            "orderCreationDate": self.created,
            "orderItems": items,
        }


class Book:
    """All by externalOrderID."""

    def __init__(self, dials: KiboDials, agenda: Agenda) -> None:
        self.dials = dials
        self.shelf: Shelf[Held] = Shelf()
        self._agenda = agenda
        self._orders = 0
        self._items = 0

    def __iter__(self) -> Iterator[Held]:
        """In order of arrival."""
        return iter(sorted((held for group in self.shelf.copies.values() for held in group), key=lambda h: h.order_id))

    def take_in(self, order: dict[str, Any], now: datetime) -> Held:
        """An import takes effect: replace or add, then ship later."""
        external: str = order["externalOrderID"]
        if self.shelf.holds(external) and self.dials.repeat == "upsert":
            held = self.shelf.copies[external][0]
            self.shelf.puts[external] += 1
            held.order, held.items = order, self._number(order)
            return held
        self._orders += 1
        held = Held(
            order_id=order.get("orderID") or FIRST_ORDER + self._orders - 1,
            order=order,
            status=order.get("orderStatus", "READY"),
            created=order.get("importedCreationDate") or format_instant(now),
            items=self._number(order),
        )
        self.shelf.add(external, held)
        if held.status == "READY":
            held.parcels = [None] * self.dials.shipments_an_order
            for n in range(len(held.parcels)) if self.dials.ship_after_seconds is not None else ():
                due = now + timedelta(seconds=self.dials.ship_after_seconds or 0.0) + n * LATER
                self._agenda.schedule(due, partial(_ship, held, n))
        return held

    def _number(self, order: dict[str, Any]) -> list[Item]:
        first = FIRST_ITEM + self._items
        self._items += len(order["orderItems"])
        return [Item(first + n) for n in range(len(order["orderItems"]))]

    def find_item(self, item_id: int) -> tuple[Held, Item] | None:
        """The item and its order; None: no such item."""
        return next(((held, item) for held in self for item in held.items if item.item_id == item_id), None)

    def list_open(self) -> list[str]:
        """Orders that are to leave yet."""
        ships = self.dials.ship_after_seconds is not None
        return [held.order["externalOrderID"] for held in self if ships and held.status == "READY"]

    def describe(self) -> dict[str, Any]:
        """For the report."""
        return {
            **self.shelf.describe(),
            "by_status": dict(Counter(held.status for held in self)),
            "shipped": sum(held.has_left for held in self),
            "to_ship": len(self.list_open()),
            "e_mails": sum(held.order["sendEmail"] for held in self),
        }


def _ship(held: Held, n: int, _: datetime) -> None:
    """The order is SHIPPED with its last parcel."""
    if held.status == "READY":
        held.parcels[n] = f"KB{held.order_id:010d}{n or ''}"
        held.status = "SHIPPED" if held.has_left else held.status
