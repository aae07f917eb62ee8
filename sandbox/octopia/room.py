"""The simulated Octopia: its endpoints, and what time does to its orders."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.exchange import Answer, Ask, Endpoint, Refusal
from sandbox.faults import Dial
from sandbox.market import Plant
from sandbox.octopia import book as words
from sandbox.octopia.book import Book, Held
from sandbox.octopia.dials import OctopiaDials
from sandbox.octopia.entry import Entry
from sandbox.octopia.listing import Listing, read_search
from sandbox.octopia.wire import plant_fault, write_order
from sandbox.octopia.writes import Writes, find_order
from sandbox.paths import change_paths, read_path
from sandbox.reply import Reply, reply_json
from sandbox.samples import AWAITING, CANCELLED, PROCESSING, Sample

# contracts, marketplaces section 3: what Octopia's words mean. Absent: no status an OMS could be told.
MEANINGS = {
    words.IN_PREPARATION: "Unshipped",
    words.SHIPPED: "Shipped",
    words.DELIVERED: "Shipped",
    words.REFUSED: "Canceled",
    words.REJECTED: "Canceled",
    words.CANCELLED: "Canceled",
}


class Octopia:
    """The endpoints over one book of orders."""

    name = "octopia"

    def __init__(self, dials: OctopiaDials, agenda: Agenda, dial: Dial) -> None:
        self.dials = dials
        self.book = Book()
        self.plants: list[Plant] = []
        self.entry = Entry(dials)
        self.writes = Writes(self.book, agenda, dials)
        self._listing = Listing(self.book)
        self._agenda = agenda
        self._dial = dial
        base = ("seller", "v2")
        order = (*base, "orders", "{}")
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint("octopia.orders", "GET", (*base, "orders"), self._enter(self._list_orders)),
            Endpoint("octopia.count", "GET", (*base, "orders", "count"), self._enter(self._count_orders)),
            Endpoint("octopia.order", "GET", order, self._enter(self._show_order)),
            Endpoint("octopia.approval", "POST", (*order, "approval-status"), self._enter(self.writes.decide_approval)),
            Endpoint("octopia.shipments", "POST", (*order, "shipments"), self._enter(self.writes.ship)),
            Endpoint("octopia.carriers", "GET", (*base, "carriers"), self._enter(self.writes.list_carriers)),
            Endpoint("octopia.token", "POST", ("token",), self.entry.give_token),
            Endpoint("octopia.reasons", "GET", (*base, "cancellation-reasons"), self._enter(self.writes.list_reasons)),
            Endpoint("octopia.cancel", "POST", (*base, "order-cancellation-requests"), self._enter(self.writes.cancel)),
            Endpoint(
                "octopia.cancellations",
                "GET",
                (*base, "order-cancellation-requests"),
                self._enter(self.writes.list_cancellations),
            ),
            Endpoint(
                "octopia.cancel_lines",
                "POST",
                (*base, "order-partial-cancellation-requests"),
                self._enter(self.writes.cancel_lines),
            ),
        )

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError: no such dial."""
        self.dials = self.entry.dials = self.writes.dials = replace(self.dials, **changes)

    def refuse(self, refusal: Refusal) -> Reply:
        """problem+json; the token endpoint's clients read `error`, so that is there too."""
        content = {"title": refusal.title, "status": refusal.status, "detail": refusal.title, "error": refusal.title}
        if refusal.errors:
            content["errors"] = refusal.errors
        return reply_json(refusal.status, content, "application/problem+json", refusal.headers)

    def receive(self, sample: Sample, moment: datetime) -> str:
        """A buyer's order appears, with what will become of it; its id."""
        status = {AWAITING: words.WAITING, PROCESSING: words.PROCESSING, CANCELLED: words.PROCESSING}.get(
            sample.fate, words.IN_PREPARATION
        )
        wire = write_order(sample, self.dials.seller_id, status, moment)
        plant = plant_fault(sample.plant, wire) if sample.plant else None
        if plant:
            self.plants.append(plant)
        late = self._dial.draw("octopia.order_created", frozenset({"late_order"}))
        appears = max(moment, self._agenda.reached)  # a backlog's changes lie in the past, its first sight does not
        held = Held(wire, plant, moment)
        if late is not None:
            held.visible_from = appears + timedelta(seconds=late.duration)
        self.book.add(held, moment)
        if late is not None:
            self._listing.hide(held)
        becomes = {PROCESSING: words.IN_PREPARATION, CANCELLED: words.CANCELLED}.get(sample.fate)
        if becomes is not None:
            later = appears + timedelta(seconds=sample.released_after)
            self._agenda.schedule(later, lambda at: self._advance(held, becomes, at))
        return held.order_id

    def _advance(self, held: Held, status: str, moment: datetime) -> None:
        if held.status == words.PROCESSING:
            self.book.move(held, status, moment)

    def _enter(self, answer: Answer) -> Answer:
        def checked(ask: Ask) -> Reply:
            self.entry.check(ask)
            return answer(ask)

        return checked

    def _list_orders(self, ask: Ask) -> Reply:
        search = read_search(ask)
        found = self._listing.match(search, ask.now)
        page, has_next = search.page, len(found) > search.page * search.size
        links: tuple[tuple[str, str], ...] = ()
        if page > 1 and ask.draw_room_fault("repeated_page"):
            # The page before once more; its link leads to what was asked for, so that nothing is skipped.
            page, has_next = page - 1, True
            search = replace(search, page=page)
        if has_next:
            url = f"http://{ask.headers.get('host', '')}/octopia/seller/v2/orders?{search.next_query()}"
            links = (("link", f'<{url}>; rel="next"'),)
        items = found[(page - 1) * search.size : page * search.size]
        texts = [held.show() for held in items]
        if items and (rule := ask.draw_room_fault("unknown_status")):
            texts[0] = self._show_unknown_status(items[0], ask.now, rule.duration)
        body = b'{"itemsPerPage":%d,"items":[%s]}' % (search.size, b",".join(texts))
        return Reply(200, body, (("content-type", "application/json"), *links))

    def _show_unknown_status(self, held: Held, now: datetime, seconds: float) -> bytes:
        """A word nobody knows, in this answer only; the order comes again, changed, some time later."""
        self._agenda.schedule(now + timedelta(seconds=seconds), lambda at: self.book.touch(held, at))
        return held.show().replace(b'"status":"%s"' % held.status.encode(), b'"status":"BankReview"', 1)

    def _count_orders(self, ask: Ask) -> Reply:
        """The body is not documented: `{"count": n}`."""
        return reply_json(200, {"count": len(self._listing.match(read_search(ask, paged=False), ask.now))})

    def _show_order(self, ask: Ask) -> Reply:
        if ask.query:
            raise Refusal(400, "No parameters here")
        held = find_order(self.book, ask)
        return Reply(200, held.show(), (("content-type", "application/json"),))

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
        """`{status?, set?: {path: value}}`: the buyer cancels, an address changes. updatedAt moves."""
        held = self.book.find(order_id)
        if held is None:
            raise KeyError("no such order")
        if "status" in raw and raw["status"] not in words.STATUSES:
            raise ValueError(f"status is one of {', '.join(words.STATUSES)}")
        change_paths(held.wire, raw.get("set", {}), {"status", "updatedAt", "orderId"})
        if "status" in raw:
            self.book.move(held, raw["status"], now, forced=True)
        else:
            self.book.touch(held, now)

    def is_shipped(self, order_id: str) -> bool | None:
        """None: not our order."""
        held = self.book.find(order_id)
        return None if held is None else held.status in {words.SHIPPED, words.DELIVERED}

    def find_parcels(self, order_id: str) -> frozenset[str]:
        """The parcel numbers of one order; none where it is unknown."""
        held = self.book.find(order_id)
        return frozenset() if held is None else held.parcels()

    def list_expected(self) -> set[str]:
        """Orders that a seller's OMS should have: released, not cancelled, the seller's own, not invalid."""
        broken = {plant.order_id for plant in self.plants}
        return {
            held.order_id
            for held in self.book
            if held.released and MEANINGS.get(held.status) != "Canceled" and not held.is_foreign()
        } - broken

    def list_forbidden(self) -> dict[str, str]:
        """Orders that must not reach an OMS, and why. (One cancelled after its release may have.)"""
        reasons = {held.order_id: "not shipped by the seller" for held in self.book if held.is_foreign()}
        return reasons | {held.order_id: "never released" for held in self.book if not held.released}

    def is_repaired(self, plant: Plant) -> bool:
        """Whether a planted fault was put right at the marketplace itself."""
        held = self.book.find(plant.order_id)
        return held is not None and read_path(held.wire, plant.field) == plant.good

    def describe(self) -> dict[str, Any]:
        """For the report."""
        kinds = Counter(held.status for held in self.book)
        return {
            "orders": len(self.book),
            "by_status": {status: kinds[status] for status in words.STATUSES if kinds[status]},
            "planted": [{**asdict(plant), "repaired": self.is_repaired(plant)} for plant in self.plants],
            "not_ours": [held.order_id for held in self.book if held.is_foreign()],
            "never_released": [held.order_id for held in self.book if not held.released],
            "cancelled": [held.order_id for held in self.book if held.status == words.CANCELLED],
            "tokens_issued": self.entry.issued,
            "writes": dict(self.writes.tally),
        }
