"""The simulated Mirakl: its endpoints, and what time does to its orders."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.exchange import Answer, Ask, Endpoint, Refusal
from sandbox.faults import Dial
from sandbox.journal import Journal
from sandbox.market import Plant
from sandbox.mirakl import book as words
from sandbox.mirakl.amounts import Amounts
from sandbox.mirakl.book import Book, Held
from sandbox.mirakl.decisions import Decisions
from sandbox.mirakl.dials import Board, MiraklDials
from sandbox.mirakl.entry import Entry
from sandbox.mirakl.errors import write_refusal
from sandbox.mirakl.listing import Listing
from sandbox.mirakl.shipments import Shipments
from sandbox.mirakl.tracking import Tracking
from sandbox.mirakl.wire import plant_fault, write_order
from sandbox.paths import change_paths, read_path
from sandbox.reply import Reply
from sandbox.samples import AWAITING, CANCELLED, FOREIGN, PROCESSING, Sample

# Every so many orders, one shares its basket (commercial_id) and its buyer with the one before.
SHARED_BASKET = 10


class Mirakl:
    """The endpoints over one book of orders."""

    name = "mirakl"

    def __init__(self, dials: MiraklDials, agenda: Agenda, dial: Dial, journal: Journal) -> None:
        self.board = Board(dials)
        self.book = Book()
        self.plants: list[Plant] = []
        self.entry = Entry(self.board)
        self.tally: Counter[str] = Counter()
        self._agenda = agenda
        self._dial = dial
        self._before: tuple[Sample, str] | None = None
        listing = Listing(self.book, self.board, agenda)
        decisions = Decisions(self.book, agenda, self.board, self.tally)
        tracking = Tracking(self.book, agenda, self.board, self.tally)
        amounts = Amounts(self.book, self.board, self.tally)
        shipments = self.shipments = Shipments(self.book, self.board, tracking, self.tally, journal)
        rows: tuple[tuple[str, str, str, str, Answer], ...] = (
            ("orders", "OR11", "GET", "orders", listing.answer),
            ("references", "OR04", "PUT", "orders", decisions.refer),
            ("cancel_pieces", "OR30", "PUT", "orders/cancel", amounts.cancel_pieces),
            ("refund", "OR28", "PUT", "orders/refund", amounts.refund),
            ("accept", "OR21", "PUT", "orders/{}/accept", decisions.accept),
            ("tracking", "OR23", "PUT", "orders/{}/tracking", tracking.track),
            ("ship", "OR24", "PUT", "orders/{}/ship", tracking.ship),
            ("cancel", "OR29", "PUT", "orders/{}/cancel", amounts.cancel_order),
            ("reasons", "RE02", "GET", "reasons/{}", amounts.list_reasons),
            ("carriers", "SH21", "GET", "shipping/carriers", tracking.list_carriers),
            ("create_shipments", "ST01", "POST", "shipments", shipments.create),
            ("shipments", "ST11", "GET", "shipments", shipments.list_shipments),
            ("track_shipments", "ST23", "POST", "shipments/tracking", shipments.track),
            ("ship_shipments", "ST24", "PUT", "shipments/ship", shipments.ship),
        )
        self.endpoints = tuple(
            Endpoint(f"mirakl.{name}", method, ("api", *path.split("/")), self._enter(operation, answer))
            for name, operation, method, path, answer in rows
        )

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""
        self.board.turn(**changes)

    def refuse(self, refusal: Refusal) -> Reply:
        """`{"status", "message", "errors"}`."""
        return write_refusal(refusal)

    def receive(self, sample: Sample, moment: datetime) -> str:
        """A buyer's order appears, with what will become of it; its id."""
        dials = self.board.dials
        foreign = sample.fate == FOREIGN and dials.foreign_orders
        state = {AWAITING: words.WAITING_ACCEPTANCE, PROCESSING: words.STAGING, CANCELLED: words.STAGING}.get(
            sample.fate, words.SHIPPING
        )
        basket, letter = f"Order_{sample.order_id}", "A"
        if self._before is not None and len(self.book) % SHARED_BASKET == 1:
            earlier, basket = self._before
            sample, letter = replace(sample, billing=earlier.billing, shipping=earlier.shipping), "B"
        self._before = (sample, basket)
        wire = write_order(sample, basket, letter, state, moment, dials.country_letters, foreign=foreign)
        plant = plant_fault(sample.plant, wire) if sample.plant else None
        if plant:
            self.plants.append(plant)
        late = self._dial.draw("mirakl.order_created", frozenset({"late_order"}))
        appears = max(moment, self._agenda.reached)  # a backlog's changes lie in the past, its first sight does not
        seen = moment if late is None else appears + timedelta(seconds=late.duration)
        created = moment - timedelta(seconds=sample.age_seconds)
        held = Held(wire, plant, created, moment, seen, foreign=foreign)
        self.book.add(held, moment)
        self._plan(held, sample, appears)
        return held.order_id

    def _plan(self, held: Held, sample: Sample, appears: datetime) -> None:
        """What time does to it. An order that the operator accepts for the seller passes through the debit too."""
        within = self.board.dials.accept_within_seconds
        if sample.fate == AWAITING and within is not None:
            self._follow(held, words.WAITING_ACCEPTANCE, words.REFUSED, appears + timedelta(seconds=within))
        elif sample.fate in {PROCESSING, CANCELLED}:
            later = timedelta(seconds=sample.released_after)
            last = words.SHIPPING if sample.fate == PROCESSING else words.CANCELED
            self._follow(held, words.STAGING, words.WAITING_DEBIT_PAYMENT, appears + later / 2)
            self._follow(held, words.WAITING_DEBIT_PAYMENT, last, appears + later)

    def _follow(self, held: Held, status: str, becomes: str, when: datetime) -> None:
        def act(moment: datetime) -> None:
            if held.status == status:
                self.book.move(held, becomes, moment)

        self._agenda.schedule(when, act)

    def _enter(self, operation: str, answer: Answer) -> Answer:
        def checked(ask: Ask) -> Reply:
            self.entry.check(ask, operation)
            return answer(ask)

        return checked

    def find_statuses_since(self, order_id: str, since: datetime) -> set[str] | None:
        """Every status, in the OMS's words, that the order has had since then; None: not our order."""
        held = self.book.find(order_id)
        if held is None:
            return None
        before = [status for at, status in held.history if at <= since][-1:]
        seen = before + [status for at, status in held.history if at > since]
        return {_translate(status) for status in seen if status not in words.WAITING}

    def holds(self, order_id: str) -> bool:
        """Whether it has an order of this id."""
        return self.book.find(order_id) is not None

    def show_order(self, order_id: str) -> dict[str, Any] | None:
        """The whole order, also what its seller may not see yet, with its shipments; None: no such order."""
        held = self.book.find(order_id)
        return None if held is None else held.wire | {"shipments": self.shipments.list_of(order_id)}

    def change_order(self, order_id: str, raw: Mapping[str, Any], now: datetime) -> None:
        """`{status?, set?: {path: value}}`: the buyer cancels, an address changes. last_updated_date moves."""
        held = self.book.find(order_id)
        if held is None:
            raise KeyError("no such order")
        if "status" in raw and raw["status"] not in words.STATUSES:
            raise ValueError(f"status is one of {', '.join(words.STATUSES)}")
        change_paths(held.wire, raw.get("set", {}), {"order_state", "last_updated_date", "order_id"})
        if "status" in raw:
            self.book.move(held, raw["status"], now, forced=True)
        else:
            self.book.touch(held, now)

    def is_shipped(self, order_id: str) -> bool | None:
        """None: not our order."""
        held = self.book.find(order_id)
        return None if held is None else held.status in words.GONE

    def find_parcels(self, order_id: str) -> frozenset[str]:
        """The parcel numbers of one order; none where it is unknown."""
        held = self.book.find(order_id)
        return frozenset() if held is None else held.parcels()

    def list_expected(self) -> set[str]:
        """Orders that a seller's OMS should have: released, not cancelled, the seller's own, not invalid."""
        broken = {plant.order_id for plant in self.plants}
        live = {
            held.order_id for held in self.book if held.released and held.status not in words.ENDED and not held.foreign
        }
        return live - broken

    def list_forbidden(self) -> dict[str, str]:
        """Orders that must not reach an OMS, and why. (One cancelled after its release may have.)"""
        reasons = {held.order_id: "not shipped by the seller" for held in self.book if held.foreign}
        return reasons | {held.order_id: "never released" for held in self.book if not held.released}

    def is_repaired(self, plant: Plant) -> bool:
        """Whether a planted fault was put right at the marketplace itself."""
        held = self.book.find(plant.order_id)
        return held is not None and bool(read_path(held.wire, plant.field) == plant.good)

    def describe(self) -> dict[str, Any]:
        """For the report. `over_limit`: calls that came too often, by operation."""
        kinds = Counter(held.status for held in self.book)
        return {
            "orders": len(self.book),
            "by_status": {status: kinds[status] for status in words.STATUSES if kinds[status]},
            "planted": [{**asdict(plant), "repaired": self.is_repaired(plant)} for plant in self.plants],
            "not_ours": [held.order_id for held in self.book if held.foreign],
            "never_released": [held.order_id for held in self.book if not held.released],
            "cancelled": [held.order_id for held in self.book if held.status == words.CANCELED],
            "over_limit": dict(self.entry.windows.refused),
            "writes": dict(self.tally),
        }


def _translate(status: str) -> str:
    """contracts, marketplaces section 3: what Mirakl's words mean once an order is released or ended."""
    if status in words.ENDED:
        return "Canceled"
    return "Shipped" if status in words.GONE else "Unshipped"
