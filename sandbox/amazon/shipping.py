"""POST /orders/v0/orders/{orderId}/shipmentConfirmation: one call for each parcel, 204 and no body."""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sandbox.amazon.book import PARTIALLY_SHIPPED, SHIPPED, UNSHIPPED, Book, Held, count_open, write_moment
from sandbox.amazon.dials import Board
from sandbox.amazon.errors import Denial
from sandbox.amazon.listing import find_order
from sandbox.amazon.query import MOMENT
from sandbox.checks import Errors, check_choice, check_fields, check_filled, check_from, check_object
from sandbox.exchange import Ask, refuse_fields
from sandbox.reply import Reply

Package = dict[str, Any]


def check_reference(value: Any) -> str | None:
    """Text of digits; since 2026-01 a JSON number is refused (contracts, marketplaces section 4, "Ship")."""
    fits = isinstance(value, str) and re.fullmatch("[0-9]+", value) and int(value) > 0
    return None if fits else "a positive number, as text"


def check_moment(value: Any) -> str | None:
    """As everywhere."""
    if isinstance(value, str) and MOMENT.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return None
    return "ISO 8601, with an offset"


def check_list(value: Any) -> str | None:
    """An array with something in it: an object alone is refused (contracts, marketplaces section 4, "Ship")."""
    return None if isinstance(value, list) and value else "an array, not empty"


def check_codes(value: Any) -> str | None:
    """Transparency codes."""
    return None if isinstance(value, list) and not any(map(check_filled, value)) else "an array of texts"


PACKAGE = {
    "packageReferenceId": check_reference,
    "carrierCode": check_filled,
    "trackingNumber": check_filled,
    "shipDate": check_moment,
    "orderItems": check_list,
}
PACKAGE_MORE = dict.fromkeys(("carrierName", "shippingMethod", "shipFromSupplySourceId"), check_filled)
ITEM = {"orderItemId": check_filled, "quantity": check_from(1)}


class Shipping:
    """`tally` counts what took effect."""

    def __init__(self, book: Book, board: Board) -> None:
        self._book = book
        self._board = board
        self.tally: Counter[str] = Counter()

    def confirm(self, ask: Ask, _: frozenset[str]) -> Reply:
        """A parcel has left."""
        if ask.query:
            refuse_fields("Invalid Input", {"query": ["no parameters here"]})
        if ask.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            # 400: ordersV0.json has no 415 for this operation.
            refuse_fields("Invalid Input", {"Content-Type": ["application/json"]})
        raw = ask.read_json()
        detail = _check_body(raw)
        held = find_order(self._book, ask)
        if raw["marketplaceId"] != held.wire["salesChannel"]["marketplaceId"]:
            refuse_fields("Invalid Input", {"marketplaceId": ["not the order's"]}, held.order_id)
        self._check_state(held, detail)
        package = _make_package(detail, ask.now)
        self._place(held, package, ask.now)
        return Reply(204, b"")

    def _check_state(self, held: Held, detail: dict[str, Any]) -> None:
        reference = detail["packageReferenceId"]
        known = next((one for one in held.wire["packages"] if one["packageReferenceId"] == reference), None)
        may_update = known is not None and self._board.dials.known_package == "update"
        if held.is_foreign():
            _deny(held, "The order is fulfilled by Amazon")
        if held.status == SHIPPED and known is None:
            _deny(held, f"Unable to find package to update for packageReferenceId {reference}. PackageToUpdateNotFound")
        if held.status == SHIPPED and not may_update:
            _deny(held, "The order is already fulfilled")
        if held.status not in {UNSHIPPED, PARTIALLY_SHIPPED, SHIPPED}:
            _deny(held, "The order is not ready for shipment")
        if known is not None and not may_update:
            _deny(held, "The order has a package of this packageReferenceId")
        open_of = {item["orderItemId"]: count_open(item) for item in held.items}
        for row in known["packageItems"] if known else ():
            open_of[row["orderItemId"]] += row["quantity"]
        rows = detail["orderItems"]
        if unknown := [n for n, row in enumerate(rows) if row["orderItemId"] not in open_of]:
            errors = {f"packageDetail.orderItems.{n}.orderItemId": ["not of this order"] for n in unknown}
            refuse_fields("Invalid Input", errors, held.order_id)
        if any(row["quantity"] > open_of[row["orderItemId"]] for row in rows):
            _deny(held, "More pieces than are open of the order item")

    def _place(self, held: Held, package: Package, now: datetime) -> None:
        reference = package["packageReferenceId"]
        others = [one for one in held.wire["packages"] if one["packageReferenceId"] != reference]
        if any(one["trackingNumber"] == package["trackingNumber"] for one in others):
            self.tally["repeated parcel"] += 1
        held.wire["packages"] = [*others, package]
        rows = [row for one in held.wire["packages"] for row in one["packageItems"]]
        for item in held.items:
            sent = sum(row["quantity"] for row in rows if row["orderItemId"] == item["orderItemId"])
            item["fulfillment"] = {
                "quantityFulfilled": sent,
                "quantityUnfulfilled": max(0, item["quantityOrdered"] - sent),
            }
        rest = any(count_open(item) > 0 for item in held.items)
        self._book.move(held, PARTIALLY_SHIPPED if rest else SHIPPED, now)
        self.tally["shipments"] += 1


def _check_body(raw: Any) -> dict[str, Any]:
    errors: Errors = {}
    known = {"marketplaceId": check_filled, "packageDetail": check_object}
    check_fields(raw, known, {"codCollectionMethod": check_choice("DirectPayment")}, "", errors)
    detail = raw.get("packageDetail") if isinstance(raw, dict) else None
    if isinstance(detail, dict):
        check_fields(detail, PACKAGE, PACKAGE_MORE, "packageDetail.", errors)
        if detail.get("carrierCode") == "Other" and "carrierName" not in detail:
            errors["packageDetail.carrierName"] = ["required with the carrierCode Other"]
        rows = detail.get("orderItems")
        for n, row in enumerate(rows if isinstance(rows, list) else ()):
            prefix = f"packageDetail.orderItems.{n}."
            check_fields(row, ITEM, {"transparencyCodes": check_codes}, prefix, errors)
        if not errors and len({row["orderItemId"] for row in detail["orderItems"]}) < len(detail["orderItems"]):
            errors["packageDetail.orderItems"] = ["an item once"]
    if errors:
        refuse_fields("Invalid Input", errors)
    found: dict[str, Any] = detail or {}
    return found


def _deny(held: Held, message: str) -> None:
    """Well formed, but the order's state does not allow it."""
    raise Denial(400, message, conflict=True, order=held.order_id)


def _make_package(detail: dict[str, Any], now: datetime) -> Package:
    left = datetime.fromisoformat(detail["shipDate"]).astimezone(UTC)
    carrier = detail["carrierName"] if detail["carrierCode"] == "Other" else detail["carrierCode"]
    service = {"shippingService": detail["shippingMethod"]} if "shippingMethod" in detail else {}
    return service | {
        "packageReferenceId": detail["packageReferenceId"],
        "createdTime": write_moment(now),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": carrier,
        "shipTime": write_moment(left),
        "trackingNumber": detail["trackingNumber"],
        "packageItems": [dict(row) for row in detail["orderItems"]],
    }
