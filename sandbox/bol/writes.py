"""POST /retailer/shipments and PUT /retailer/orders/cancellation: taken with 202, done later."""

import re
from collections import Counter
from datetime import datetime
from typing import Any

from sandbox.bol.book import FBB, OPEN, Book, Held, Item, count_open, tell_status
from sandbox.bol.dials import Board
from sandbox.bol.entry import read_media, read_params
from sandbox.bol.processes import Job, Processes
from sandbox.checks import Check, check_choice, check_fields, check_filled, check_from
from sandbox.exchange import Ask, refuse_fields, require_object
from sandbox.reply import Reply

REASONS = (
    "OUT_OF_STOCK",
    "REQUESTED_BY_CUSTOMER",
    "BAD_CONDITION",
    "HIGHER_SHIPCOST",
    "INCORRECT_PRICE",
    "NOT_AVAIL_IN_TIME",
    "NO_BOL_GUARANTEE",
    "ORDERED_TWICE",
    "RETAIN_ITEM",
    "TECH_ISSUE",
    "UNFINDABLE_ITEM",
    "OTHER",
)
LONGEST_REFERENCE = 90


class Writes:
    """`tally` counts what took effect. What is well formed is taken, and fails later if the items do not allow it."""

    def __init__(self, book: Book, processes: Processes, board: Board) -> None:
        self._book = book
        self._processes = processes
        self._board = board
        self.tally: Counter[str] = Counter()

    def ship(self, ask: Ask) -> Reply:
        """A parcel: pieces of items, and either a transport or a label of bol's."""
        read_params(ask)
        raw = require_object(
            read_media(ask), {"orderItems"}, frozenset({"shipmentReference", "shippingLabelId", "transport"})
        )
        errors: dict[str, list[str]] = {}
        _check_items(raw["orderItems"], {"quantity": check_from(1)}, errors)
        reference = raw.get("shipmentReference", "x")
        if not isinstance(reference, str) or not 1 <= len(reference) <= LONGEST_REFERENCE:
            errors["shipmentReference"] = [f"text of 1 to {LONGEST_REFERENCE}"]
        if ("transport" in raw) == ("shippingLabelId" in raw):
            errors["transport"] = ["either this or shippingLabelId"]
        elif "transport" in raw:
            codes = self._board.dials.transporters
            code: Check = check_filled if codes is None else check_choice(*codes)
            check_fields(
                raw["transport"], {"transporterCode": code}, {"trackAndTrace": check_filled}, "transport.", errors
            )
        elif check_filled(raw["shippingLabelId"]):
            errors["shippingLabelId"] = ["text, not empty"]
        if errors:
            refuse_fields("Wrong fields", errors)
        rows: list[dict[str, Any]] = raw["orderItems"]
        number = raw.get("transport", {}).get("trackAndTrace")
        job = Job("CREATE_SHIPMENT", rows[0]["orderItemId"], "Create shipment", lambda at: self._ship(rows, number, at))
        return self._processes.start(ask, job)

    def cancel(self, ask: Ask) -> Reply:
        """All that is open of each item, with a reason."""
        read_params(ask)
        rows = require_object(read_media(ask), {"orderItems"})["orderItems"]
        errors: dict[str, list[str]] = {}
        _check_items(rows, {"reasonCode": check_choice(*REASONS)}, errors)
        if errors:
            refuse_fields("Wrong fields", errors)
        job = Job("CANCEL_ORDER", rows[0]["orderItemId"], "Cancel order item", lambda at: self._cancel(rows, at))
        return self._processes.start(ask, job)

    def _ship(self, rows: list[dict[str, Any]], number: str | None, moment: datetime) -> str | None:
        found = self._find(rows)
        if isinstance(found, str):
            return found
        if len({held.order_id for held, _, _ in found}) > 1:
            return "The items belong to several orders"
        if any(row["quantity"] > count_open(item) for _, item, row in found):
            return "More pieces than are open of the item"
        held = found[0][0]
        numbers = set(filter(None, re.split(r"[\s,;|]+", number or "")))
        if numbers & set(held.parcels):
            self.tally["repeated parcel"] += 1
        held.parcels += sorted(numbers)
        for _, item, row in found:
            item["quantityShipped"] += row["quantity"]
            self._book.touch(held, item, moment)
        self.tally["shipments"] += 1
        return None

    def _cancel(self, rows: list[dict[str, Any]], moment: datetime) -> str | None:
        found = self._find(rows)
        if isinstance(found, str):
            return found
        for held, item, _ in found:
            item["quantityCancelled"] += count_open(item)
            self._book.touch(held, item, moment)
        self.tally["cancelled items"] += len(found)
        return None

    def _find(self, rows: list[dict[str, Any]]) -> list[tuple[Held, Item, dict[str, Any]]] | str:
        """The items, or what is in the way of all."""
        found = []
        for row in rows:
            place = self._book.find_item(row["orderItemId"])
            if place is None:
                return "Order item not found"
            if place[1]["fulfilment"]["method"] == FBB:
                return "The item is fulfilled by bol"
            if tell_status(place[1]) != OPEN:
                return "The item has been handled"
            found.append((*place, row))
        return found


def _check_items(rows: Any, besides: dict[str, Check], errors: dict[str, list[str]]) -> None:
    if not isinstance(rows, list) or not rows:
        errors["orderItems"] = ["a list, not empty"]
        return
    for n, row in enumerate(rows):
        check_fields(row, {"orderItemId": check_filled, **besides}, {}, f"orderItems.{n}.", errors)
    ids = [row.get("orderItemId") for row in rows if isinstance(row, dict)]
    if not errors and len(set(ids)) < len(ids):
        errors["orderItems"] = ["an item once"]
