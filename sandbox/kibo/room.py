"""The simulated Kibo: imports, searches and cancellations under /api/v2/ (S004; contracts, OMS section 5)."""

from collections import Counter
from dataclasses import replace
from typing import Any

from sandbox.agenda import Agenda
from sandbox.checks import check_bool, check_choice, check_fields, check_from
from sandbox.exchange import Ask, Endpoint, Refusal
from sandbox.journal import Journal
from sandbox.kibo.book import Book
from sandbox.kibo.contract import IMPORT_REQUIRED, REQUIRED, STATUSES, check_order, list_secrets_sent
from sandbox.kibo.dials import KiboDials
from sandbox.kibo.entry import Entry
from sandbox.kibo.errors import (
    ID_MISMATCH,
    INVALID_ID,
    INVALID_REQUEST_DATA,
    OK,
    UNSUPPORTED_QUERY_PARAM,
    Refused,
    write_refusal,
)
from sandbox.kibo.search import read_search
from sandbox.kibo.texts import check_length
from sandbox.reply import Reply, reply_json

API = ("api", "v2")
ORDER_FILTERS = frozenset({"manufacturerID", "orderStatus", "orderID", "externalOrderID"})
SHIPMENT_FILTERS = frozenset({"manufacturerID", "orderID"})
REASONS = (
    "can_not_find_item",
    "not_enough_quantity",
    "not_web_sellable",
    "on_mannequin_or_display",
    "item_on_reserve",
    "no_inventory",
    "other",
)


class Kibo:
    """Every path ends with a slash, as S004 writes it."""

    name = "kibo"

    def __init__(self, dials: KiboDials, agenda: Agenda, journal: Journal) -> None:
        self.dials = dials
        self.entry = Entry(dials)
        self.book = Book(dials, agenda)
        self.refused: Counter[str] = Counter()
        self.cancelled_items: list[int] = []
        self._journal = journal
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint("kibo.token", "POST", ("oauth2", "token"), self.entry.give_token),
            Endpoint("kibo.import", "POST", (*API, "importOrder", ""), self._import, self._hold_back),
            Endpoint("kibo.create", "POST", (*API, "createOrder", ""), self._create, self._hold_back),
            Endpoint("kibo.schema", "GET", (*API, "schema", "importOrder.json"), self._show_schema),
            Endpoint("kibo.orders", "GET", (*API, "order", ""), self._search_orders),
            Endpoint("kibo.shipments", "GET", (*API, "shipment", ""), self._search_shipments),
            Endpoint("kibo.cancel", "POST", (*API, "orderItem", "action", "cancel", ""), self._cancel, self._hold_back),
        )

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""
        self.dials = self.entry.dials = self.book.dials = replace(self.dials, **changes)

    def refuse(self, refusal: Refusal) -> Reply:
        """Mashery's way or Kibo's."""
        return write_refusal(refusal)

    def _hold_back(self) -> float:
        return self.dials.commit_delay_seconds

    def _import(self, ask: Ask) -> Reply:
        return self._take_in(ask, historic=True)

    def _create(self, ask: Ask) -> Reply:
        return self._take_in(ask, historic=False)

    def _take_in(self, ask: Ask, *, historic: bool) -> Reply:
        self.entry.check(ask)
        order = ask.read_json_body()
        external = str(order.get("externalOrderID")) if isinstance(order, dict) else "?"
        if errors := check_order(order, historic=historic):
            self.refused[external] += 1
            raise Refused(INVALID_REQUEST_DATA, errors, order=external)
        if order["manufacturerID"] != self.dials.manufacturer_id:
            raise Refused(ID_MISMATCH, {"manufacturerID": ["not this client's"]}, order=external)
        if order["catalogID"] != self.dials.catalog_id:
            raise Refused(INVALID_ID, {"catalogID": ["no such catalog"]}, order=external)
        if self.book.shelf.holds(external) and self.dials.repeat == "refuse":
            known = {"externalOrderID": ["exists already"]}
            raise Refused(INVALID_REQUEST_DATA, known, conflict=True, order=external)
        if sent := list_secrets_sent(order):
            # Kibo would take them; a marketplace's order must not hold them.
            self._journal.note_violation(ask.now, ask.endpoint, "a card number or password was sent", external, sent)
        held = self.book.take_in(order, ask.now)
        return reply_json(200, {"code": OK, "message": "OK", "orderID": held.order_id, "externalOrderID": external})

    def _show_schema(self, ask: Ask) -> Reply:
        """The real file is not published: its required keys are S004's."""
        self.entry.check(ask)
        required = [*REQUIRED, *IMPORT_REQUIRED, "customer", "orderItems"]
        required += ["shippingMethod", "shippingAddress", "orderPayments"]
        return reply_json(200, {"type": "object", "required": sorted(required)})

    def _search_orders(self, ask: Ask) -> Reply:
        self.entry.check(ask)
        known = ORDER_FILTERS
        if self.dials.external_filter == "unsupported":
            known = ORDER_FILTERS - {"externalOrderID"}
            if "externalOrderID=" in ask.query:  # as the documents have it: a client may try, so no breach
                errors = {"externalOrderID": ["not supported"]}
                raise Refused(UNSUPPORTED_QUERY_PARAM, errors, breach=False)
        search = read_search(ask.query, known, self.dials, STATUSES)
        if self.dials.external_filter == "ignored":
            search.filters.pop("externalOrderID", None)
        rows = [
            held.show()
            for held in self.book
            if search.passes(
                manufacturerID=held.order["manufacturerID"],
                orderStatus=held.status,
                orderID=held.order_id,
                externalOrderID=held.order["externalOrderID"],
            )
        ]
        return reply_json(200, search.cut(rows))

    def _search_shipments(self, ask: Ask) -> Reply:
        self.entry.check(ask)
        search = read_search(ask.query, SHIPMENT_FILTERS, self.dials)
        rows = [
            shipment
            for held in self.book
            if search.passes(manufacturerID=held.order["manufacturerID"], orderID=held.order_id)
            for shipment in held.show_shipments(named=self.dials.shipments_named)
        ]
        return reply_json(200, search.cut(rows))

    def _cancel(self, ask: Ask) -> Reply:
        self.entry.check(ask)
        raw = ask.read_json_body()
        errors: dict[str, list[str]] = {}
        reason = raw.get("dispositionReason") if isinstance(raw, dict) else None
        why = {"dispositionOtherReason": check_length(1, 255)}
        check_fields(
            raw,
            {"orderItemID": check_from(1), "dispositionReason": check_choice(*REASONS)}
            | (why if reason == "other" else {}),
            {"rectifyOrder": check_bool, "sendCancellationEmails": check_bool} | why,
            "",
            errors,
            nulls=True,
        )
        if errors:
            raise Refused(INVALID_REQUEST_DATA, errors)
        found = self.book.find_item(raw["orderItemID"])
        if found is None:
            raise Refused(INVALID_ID, {"orderItemID": ["unknown"]}, breach=False)
        held, item = found
        if held.status != "READY" or item.cancelled:
            raise Refused(INVALID_REQUEST_DATA, {"orderItemID": [f"the order is {held.status}"]}, conflict=True)
        item.cancelled = True
        self.cancelled_items.append(item.item_id)
        if all(other.cancelled for other in held.items):
            held.status = "CANCELLED"
        return reply_json(200, {"code": OK, "message": "OK", "orderItemID": item.item_id})

    def list_shipped(self) -> list[str]:
        """Orders that have left as a whole; one in parts is not to be told before."""
        return [held.order["externalOrderID"] for held in self.book if held.has_left]

    def list_open(self) -> list[str]:
        """Orders that are to leave yet."""
        return self.book.list_open()

    def count_copies(self) -> dict[str, int]:
        """How many copies of each order."""
        return self.book.shelf.count()

    def list_orders(self) -> list[dict[str, Any]]:
        """Every order as it stands, one item per copy."""
        puts = self.book.shelf.puts
        return [
            {"externalOrderID": external, "copy": n, "puts": puts[external], "order": held.show()}
            for external, group in self.book.shelf.copies.items()
            for n, held in enumerate(group, 1)
        ]

    def describe(self) -> dict[str, Any]:
        """For the report."""
        return {
            **self.book.describe(),
            "repeat": self.dials.repeat,
            "refused": dict(self.refused),
            "cancelled_items": self.cancelled_items,
            "tokens_issued": self.entry.tokens.issued,
        }
