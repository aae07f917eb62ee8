"""The simulated Amazon: its endpoints, and what time and buyers do to its orders."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.amazon import book as words
from sandbox.amazon.book import Book, Held, cut_second
from sandbox.amazon.dials import AmazonDials, Board
from sandbox.amazon.entry import Answering, Entry
from sandbox.amazon.errors import write_refusal
from sandbox.amazon.listing import Listing
from sandbox.amazon.shipping import Shipping
from sandbox.amazon.wire import plant_fault, write_order
from sandbox.exchange import Endpoint, Refusal
from sandbox.faults import Dial
from sandbox.market import Plant
from sandbox.paths import change_paths, read_path
from sandbox.reply import Reply
from sandbox.samples import AWAITING, CANCELLED, PROCESSING, Sample

# contracts, marketplaces section 3: what Amazon's words mean. Absent: no status an OMS could be told.
MEANINGS = {
    words.UNSHIPPED: "Unshipped",
    words.PARTIALLY_SHIPPED: "Unshipped",
    words.SHIPPED: "Shipped",
    words.CANCELLED: "Canceled",
    words.UNFULFILLABLE: "Canceled",
}
V0, V2026 = "orders/v0/orders", "orders/2026-01-01/orders"


class Amazon:
    """The endpoints over one book of orders, in two forms. Amazon asks for no acceptance: an order that awaits one
    elsewhere is a pre-order here. Of the cancelled ones every other is cancelled while it is pending; of the rest the
    buyer asks the seller for it."""

    name = "amazon"

    def __init__(self, dials: AmazonDials, agenda: Agenda, dial: Dial) -> None:
        self.board = Board(dials)
        self.book = Book()
        self.plants: list[Plant] = []
        self.entry = Entry(self.board)
        self.shipping = Shipping(self.book, self.board)
        self._agenda = agenda
        self._dial = dial
        self._wishes = 0
        listing = Listing(self.book, self.board, agenda)
        rows: tuple[tuple[str, str, str, str, Answering], ...] = (
            ("orders", "searchOrders", "GET", V2026, listing.search),
            ("order", "getOrder", "GET", f"{V2026}/{{}}", listing.show),
            ("orders_v0", "getOrders", "GET", V0, listing.search_v0),
            ("order_v0", "getOrderV0", "GET", f"{V0}/{{}}", listing.show_v0),
            ("items_v0", "getOrderItems", "GET", f"{V0}/{{}}/orderItems", listing.show_items),
            ("address_v0", "getOrderAddress", "GET", f"{V0}/{{}}/address", listing.show_address),
            ("buyer_v0", "getOrderBuyerInfo", "GET", f"{V0}/{{}}/buyerInfo", listing.show_buyer),
            ("shipments", "confirmShipment", "POST", f"{V0}/{{}}/shipmentConfirmation", self.shipping.confirm),
            (
                "restricted_token",
                "createRestrictedDataToken",
                "POST",
                "tokens/2021-03-01/restrictedDataToken",
                self.entry.restricted.give,
            ),
        )
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint("amazon.token", "POST", ("auth", "o2", "token"), self.entry.give_token),
            *(
                Endpoint(
                    f"amazon.{name}",
                    method,
                    tuple(path.split("/")),
                    # 2026: no restricted token, the roles decide (contracts, marketplaces section 4, "PII").
                    self.entry.enter(operation, path, answer, plain=None if path.startswith(V2026) else frozenset()),
                )
                for name, operation, method, path, answer in rows
            ),
        )

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""
        self.board.turn(**changes)

    def refuse(self, refusal: Refusal) -> Reply:
        """A list of errors."""
        return write_refusal(refusal)

    def receive(self, sample: Sample, moment: datetime) -> str:
        """A buyer's order appears, with what will become of it; its id."""
        wish = sample.fate == CANCELLED and bool(self._wishes % 2)
        self._wishes += sample.fate == CANCELLED
        status = {AWAITING: words.PENDING_AVAILABILITY, PROCESSING: words.PENDING}.get(sample.fate, words.UNSHIPPED)
        if sample.fate == CANCELLED and not wish:
            status = words.PENDING
        wire = write_order(sample, status, moment, self.board.dials.discounts)
        plant = plant_fault(sample.plant, wire) if sample.plant else None
        if plant:
            self.plants.append(plant)
        late = self._dial.draw("amazon.order_created", frozenset({"late_order"}))
        appears = max(moment, self._agenda.reached)  # a backlog's changes lie in the past, its first sight does not
        seen = moment if late is None else appears + timedelta(seconds=late.duration)
        created = cut_second(moment - timedelta(seconds=sample.age_seconds))
        held = Held(wire, plant, created, cut_second(moment), seen)
        self.book.add(held, moment)
        later = timedelta(seconds=sample.released_after)
        if wish:
            self._agenda.schedule(appears + later, lambda at: self.ask_to_cancel(held, at))
        elif status == words.PENDING_AVAILABILITY:
            self._agenda.schedule(appears + later, lambda at: self._advance(held, words.PENDING, at))
            self._agenda.schedule(appears + 2 * later, lambda at: self._advance(held, words.UNSHIPPED, at))
        elif status == words.PENDING:
            becomes = words.CANCELLED if sample.fate == CANCELLED else words.UNSHIPPED
            self._agenda.schedule(appears + later, lambda at: self._advance(held, becomes, at))
        return held.order_id

    def _advance(self, held: Held, status: str, moment: datetime) -> None:
        if held.status in words.WAITING:
            self.book.move(held, status, moment)

    def ask_to_cancel(self, held: Held, moment: datetime) -> None:
        """The buyer wants none of what is still open; only the seller can cancel it, by a feed."""
        wish = {"cancellationRequest": {"requester": "BUYER", "cancelReason": "No longer needed"}}
        if any(words.count_open(item) > 0 for item in held.items):
            for item in held.items:
                item["cancellation"] = wish
            self.book.touch(held, moment)

    def find_statuses_since(self, order_id: str, since: datetime) -> set[str] | None:
        """Every status, in the OMS's words, that the order has had since then; None: not our order."""
        held = self.book.find(order_id)
        if held is None:
            return None
        before = [status for at, status in held.history if at <= since][-1:]
        seen = before + [status for at, status in held.history if at > since]
        return {MEANINGS[status] for status in seen if status in MEANINGS}

    def holds(self, order_id: str) -> bool:
        """Whether it has an order of this id."""
        return self.book.find(order_id) is not None

    def show_order(self, order_id: str) -> dict[str, Any] | None:
        """The whole order, also what its seller may not see yet; None: no such order."""
        held = self.book.find(order_id)
        return None if held is None else held.wire

    def change_order(self, order_id: str, raw: Mapping[str, Any], now: datetime) -> None:
        """`{status?, set?: {path: value}}`: the buyer cancels, an address changes. lastUpdatedTime moves."""
        held = self.book.find(order_id)
        if held is None:
            raise KeyError("no such order")
        if "status" in raw and raw["status"] not in words.STATUSES:
            raise ValueError(f"status is one of {', '.join(words.STATUSES)}")
        fixed = {"fulfillment.fulfillmentStatus", "createdTime", "lastUpdatedTime", "orderId"}
        change_paths(held.wire, raw.get("set", {}), fixed)
        if "status" in raw:
            self.book.move(held, raw["status"], now)
        else:
            self.book.touch(held, now)

    def is_shipped(self, order_id: str) -> bool | None:
        """None: not our order."""
        held = self.book.find(order_id)
        return None if held is None else held.status == words.SHIPPED

    def find_parcels(self, order_id: str) -> frozenset[str]:
        """The parcel numbers of one order; none where it is unknown."""
        held = self.book.find(order_id)
        return frozenset() if held is None else held.list_numbers()

    def list_expected(self) -> set[str]:
        """Orders that a seller's OMS should have: released, wanted by their buyer, the seller's own, valid."""
        broken = {plant.order_id for plant in self.plants}
        return {
            held.order_id
            for held in self.book
            if held.released
            and MEANINGS.get(held.status) != "Canceled"
            and not held.is_unwanted()
            and not held.is_foreign()
        } - broken

    def list_forbidden(self) -> dict[str, str]:
        """Orders that must not reach an OMS, and why. One whose buyer asked to cancel may have, or not."""
        reasons = {held.order_id: "not shipped by the seller" for held in self.book if held.is_foreign()}
        return reasons | {held.order_id: "never released" for held in self.book if not held.released}

    def is_repaired(self, plant: Plant) -> bool:
        """Whether a planted fault was put right at the marketplace itself."""
        held = self.book.find(plant.order_id)
        return held is not None and bool(read_path(held.wire, plant.field) == plant.good)

    def describe(self) -> dict[str, Any]:
        """For the report. `unwanted`: their buyers asked to cancel. `over_limit`: calls too many, by operation."""
        kinds = Counter(held.status for held in self.book)
        return {
            "orders": len(self.book),
            "by_status": {status: kinds[status] for status in words.STATUSES if kinds[status]},
            "planted": [{**asdict(plant), "repaired": self.is_repaired(plant)} for plant in self.plants],
            "not_ours": [held.order_id for held in self.book if held.is_foreign()],
            "never_released": [held.order_id for held in self.book if not held.released],
            "cancelled": [held.order_id for held in self.book if held.status == words.CANCELLED],
            "unwanted": [held.order_id for held in self.book if held.is_unwanted()],
            "tokens_issued": self.entry.tokens.issued,
            "restricted_tokens_issued": self.entry.restricted.issued,
            "over_limit": dict(self.entry.buckets.refused),
            "writes": dict(self.shipping.tally),
        }
