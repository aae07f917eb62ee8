"""The simulated bol: its endpoints, and what time and buyers do to its orders."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sandbox.agenda import Agenda
from sandbox.bol.book import CANCELED, SHIPPED, Book, Held, count_open
from sandbox.bol.dials import Board, BolDials
from sandbox.bol.entry import Entry, write_refusal
from sandbox.bol.listing import Listing
from sandbox.bol.processes import Processes
from sandbox.bol.wire import plant_fault, write_order
from sandbox.bol.writes import Writes
from sandbox.exchange import Answer, Endpoint, Refusal
from sandbox.faults import Dial
from sandbox.journal import Journal
from sandbox.market import Plant
from sandbox.paths import change_paths, read_path
from sandbox.reply import Reply
from sandbox.samples import CANCELLED, Sample

FIRST_ITEM = 2012345678


class Bol:
    """The endpoints over one book of orders. bol has no state before release: what awaits or is processed elsewhere
    is open here from the start, and a cancelled one is one whose buyer asks for it (`cancellationRequest`)."""

    name = "bol"

    def __init__(self, dials: BolDials, agenda: Agenda, dial: Dial, journal: Journal) -> None:
        self.board = Board(dials)
        self.book = Book()
        self.plants: list[Plant] = []
        self.entry = Entry(self.board)
        self.processes = Processes(agenda, self.board, journal)
        self.writes = Writes(self.book, self.processes, self.board)
        self._agenda = agenda
        self._dial = dial
        self._item_ids = count(FIRST_ITEM)
        listing = Listing(self.book, agenda)
        rows: tuple[tuple[str, str, str, Answer], ...] = (
            ("orders", "GET", "retailer/orders", listing.answer),
            ("cancellation", "PUT", "retailer/orders/cancellation", self.writes.cancel),
            ("order", "GET", "retailer/orders/{}", listing.show),
            ("shipments", "POST", "retailer/shipments", self.writes.ship),
            ("process_list", "GET", "shared/process-status", self.processes.list_of_entity),
            ("process_bulk", "POST", "shared/process-status", self.processes.list_in_bulk),
            ("process_status", "GET", "shared/process-status/{}", self.processes.show),
        )
        self.endpoints = (
            Endpoint("bol.token", "POST", ("token",), self.entry.give_token),
            *(
                Endpoint(f"bol.{name}", method, tuple(path.split("/")), self.entry.enter(name, answer))
                for name, method, path, answer in rows
            ),
        )

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""
        self.board.turn(**changes)

    def refuse(self, refusal: Refusal) -> Reply:
        """problem+json."""
        return write_refusal(refusal)

    def receive(self, sample: Sample, moment: datetime) -> str:
        """A buyer's order appears, with what will become of it; its id."""
        appears = max(moment, self._agenda.reached)  # a backlog's changes lie in the past, its first sight does not
        expires = appears + timedelta(seconds=self.board.dials.expire_seconds)
        wire = write_order(sample, self._item_ids, moment, expires)
        plant = plant_fault(sample.plant, wire) if sample.plant else None
        if plant:
            self.plants.append(plant)
        late = self._dial.draw("bol.order_created", frozenset({"late_order"}))
        seen = moment if late is None else appears + timedelta(seconds=late.duration)
        placed = moment - timedelta(seconds=sample.age_seconds)
        held = Held(wire, plant, placed, seen, {item["orderItemId"]: moment for item in wire["orderItems"]})
        self.book.add(held, moment)
        self._agenda.schedule(expires, lambda at: self._expire(held, at))
        if sample.fate == CANCELLED:
            later = appears + timedelta(seconds=sample.released_after)
            self._agenda.schedule(later, lambda at: self.ask_to_cancel(held, at))
        return held.order_id

    def ask_to_cancel(self, held: Held, moment: datetime) -> None:
        """The buyer wants none of what is still open; the seller is to confirm."""
        for item in held.items:
            if count_open(item) > 0:
                item["cancellationRequest"] = True
                self.book.touch(held, item, moment)

    def _expire(self, held: Held, moment: datetime) -> None:
        for item in held.items:
            if (rest := count_open(item)) > 0:
                item["quantityCancelled"] += rest
                self.writes.tally["expired items"] += 1
                self.book.touch(held, item, moment)

    def find_statuses_since(self, order_id: str, since: datetime) -> set[str] | None:
        """Every status, in the OMS's words, that the order has had since then; None: not our order."""
        held = self.book.find(order_id)
        if held is None:
            return None
        before = [status for at, status in held.history if at <= since][-1:]
        return set(before + [status for at, status in held.history if at > since])

    def holds(self, order_id: str) -> bool:
        """Whether it has an order of this id."""
        return self.book.find(order_id) is not None

    def show_order(self, order_id: str) -> dict[str, Any] | None:
        """The whole order with its parcels' numbers; None: no such order."""
        held = self.book.find(order_id)
        return None if held is None else held.wire | {"parcels": held.parcels}

    def change_order(self, order_id: str, raw: Mapping[str, Any], now: datetime) -> None:
        """`{status?, set?: {path: value}}`; the only status is `Canceled`, of what is open. All items change."""
        held = self.book.find(order_id)
        if held is None:
            raise KeyError("no such order")
        if raw.get("status", CANCELED) != CANCELED:
            raise ValueError(f"bol's orders have no status of their own: only {CANCELED} can be given")
        change_paths(held.wire, raw.get("set", {}), {"orderId"})
        for item in held.items:
            if "status" in raw:
                item["quantityCancelled"] += max(count_open(item), 0)
            self.book.touch(held, item, now)

    def is_shipped(self, order_id: str) -> bool | None:
        """None: not our order."""
        held = self.book.find(order_id)
        return None if held is None else held.tell() == SHIPPED

    def find_parcels(self, order_id: str) -> frozenset[str]:
        """The parcel numbers of one order; none where it is unknown."""
        held = self.book.find(order_id)
        return frozenset() if held is None else frozenset(held.parcels)

    def list_expected(self) -> set[str]:
        """Orders that a seller's OMS should have: open or shipped, wanted by their buyer, the seller's own, valid."""
        broken = {plant.order_id for plant in self.plants}
        return {
            held.order_id
            for held in self.book
            if held.tell() != CANCELED and not held.is_unwanted() and not held.is_foreign()
        } - broken

    def list_forbidden(self) -> dict[str, str]:
        """Orders that must not reach an OMS, and why. One whose buyer asked to cancel may have, or not."""
        return {held.order_id: "not shipped by the seller" for held in self.book if held.is_foreign()}

    def is_repaired(self, plant: Plant) -> bool:
        """Whether a planted fault was put right at the marketplace itself."""
        held = self.book.find(plant.order_id)
        return held is not None and bool(read_path(held.wire, plant.field) == plant.good)

    def describe(self) -> dict[str, Any]:
        """For the report. `unwanted`: their buyers asked to cancel. `over_limit`: calls too many, by endpoint."""
        return {
            "orders": len(self.book),
            "by_status": dict(Counter(held.tell() for held in self.book)),
            "planted": [{**asdict(plant), "repaired": self.is_repaired(plant)} for plant in self.plants],
            "not_ours": [held.order_id for held in self.book if held.is_foreign()],
            "never_released": [],
            "cancelled": [held.order_id for held in self.book if held.tell() == CANCELED],
            "unwanted": [held.order_id for held in self.book if held.is_unwanted()],
            "tokens_issued": self.entry.tokens.issued,
            "over_limit": dict(self.entry.windows.refused),
            "writes": dict(self.writes.tally),
        }
