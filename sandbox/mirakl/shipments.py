"""ST01 (create), ST11 (list), ST23 (tracking) and ST24 (ship): an order in several parcels."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.checks import Check, check_bool, check_fields, check_filled, check_from
from sandbox.exchange import Ask, Refusal, refuse_fields, require_object
from sandbox.journal import Journal
from sandbox.mirakl import book as words
from sandbox.mirakl.book import Book, Held, write_moment
from sandbox.mirakl.dials import Board
from sandbox.mirakl.entry import read_params
from sandbox.mirakl.listing import read_moment
from sandbox.mirakl.tracking import TRACKING_MANDATORY, Tracking, check_tracking
from sandbox.reply import Reply, reply_json

MOST, MAX_PAGE, DEFAULT_PAGE = 1000, 100, 10
STATES = ("SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")


@dataclass(slots=True)
class Shipment:
    """One parcel: `wire` is what ST11 shows."""

    wire: dict[str, Any]
    held: Held
    updated: datetime


Act = Callable[[Shipment, dict[str, Any]], str | None]


class Shipments:
    """In order of creation. A row that can't be done is told in `shipment_errors`; the others are done."""

    def __init__(self, book: Book, board: Board, tracking: Tracking, tally: Counter[str], journal: Journal) -> None:
        self._book = book
        self._board = board
        self._tracking = tracking
        self._tally = tally
        self._journal = journal
        self._kept: dict[str, Shipment] = {}

    def list_of(self, order_id: str) -> list[dict[str, Any]]:
        """An order's, as ST11 shows them."""
        return [shipment.wire for shipment in self._kept.values() if shipment.wire["order_id"] == order_id]

    def create(self, ask: Ask) -> Reply:
        """ST01: 201."""
        rows = self._read(ask, {"order_id": check_filled}, {"tracking", "shipment_lines", "shipped"})
        done, failed = [], []
        for row in rows:
            fault = self._find_fault(row)
            if fault:
                self._journal.note_conflict(ask.now, ask.endpoint, fault, row["order_id"])
                failed.append({"order_id": row["order_id"], "message": fault})
            else:
                done.append(self._create(row, ask.now))
        return reply_json(201, {"shipment_success": done, "shipment_errors": failed})

    def _find_fault(self, row: dict[str, Any]) -> str | None:
        held = self._book.find(row["order_id"])
        if held is None:
            return "No such order"
        if held.foreign:
            return "The order is fulfilled by another"
        if held.status != words.SHIPPING:
            return "The order is not to be shipped"
        if row.get("shipped") and "tracking" not in row and self._must_be_tracked(held):
            return TRACKING_MANDATORY
        wanted: Counter[str] = Counter()
        for part in row["shipment_lines"]:
            line = _find_line(held, part)
            if line is None:
                return "No such line in this order"
            wanted[line["order_line_id"]] += part["quantity"]
            if wanted[line["order_line_id"]] > held.count_left(line):
                return "More pieces than are left of the line"
        return None

    def _create(self, row: dict[str, Any], now: datetime) -> dict[str, Any]:
        held = self._book.find(row["order_id"])
        if held is None:
            raise ValueError("an order was not looked up before")
        parts = []
        for part in row["shipment_lines"]:
            line = _find_line(held, part) or {}
            line_id = line["order_line_id"]
            held.in_shipments[line_id] = held.in_shipments.get(line_id, 0) + part["quantity"]
            parts.append({"order_line_id": line_id, "offer_sku": line["offer_sku"], **part})
        shipment_id = f"00000000-0000-4000-8000-{len(self._kept) + 1:012d}"
        wire: dict[str, Any] = {
            "id": shipment_id,
            "order_id": held.order_id,
            "status": "SHIPPING",
            "created_date": write_moment(now),
            "last_updated_date": write_moment(now),
            "shipped_date": None,
            "shipment_lines": parts,
            "tracking": None,
        }
        shipment = self._kept[shipment_id] = Shipment(wire, held, now)
        self._tally["shipments"] += 1
        if "tracking" in row:
            self._track(shipment, row["tracking"], now)
        if row.get("shipped"):
            self._ship(shipment, now)
        self._book.touch(held, now)
        return wire

    def list_shipments(self, ask: Ask) -> Reply:
        """ST11: pages by a token that stands for the last one seen."""
        params = read_params(
            ask,
            ("page_token", "limit", "sort", "last_updated_from", "last_updated_to"),
            ("order_id", "shipment_state_code"),
        )
        self._require_enabled()
        wrong: dict[str, list[str]] = {}
        edges = {
            name: read_moment(name, params[name][0], wrong)
            for name in ("last_updated_from", "last_updated_to")
            if name in params
        }
        limit = params.get("limit", [str(DEFAULT_PAGE)])[0]
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= MAX_PAGE):
            wrong["limit"] = [f"a whole number from 1 to {MAX_PAGE}"]
        if set(params.get("shipment_state_code", [])) - set(STATES):
            wrong["shipment_state_code"] = [f"one of {', '.join(STATES)}"]
        if params.get("sort", ["dateCreated,ASC"])[0] not in {"dateCreated,ASC", "dateCreated,DESC"}:
            wrong["sort"] = ["dateCreated,ASC or dateCreated,DESC"]
        after = _read_token(params, wrong)
        if wrong:
            refuse_fields("Wrong parameters", wrong)
        rows = [
            shipment.wire
            for shipment in self._kept.values()
            if shipment.wire["order_id"] in params.get("order_id", [shipment.wire["order_id"]])
            and shipment.wire["status"] in params.get("shipment_state_code", STATES)
            and _lies_between(shipment.updated, edges.get("last_updated_from"), edges.get("last_updated_to"))
        ]
        if params.get("sort", [""])[0].endswith("DESC"):
            rows.reverse()
        start = next((n for n, wire in enumerate(rows, 1) if wire["id"] == after), 0)
        page = rows[start : start + int(limit)]
        answer: dict[str, Any] = {"data": page}
        if len(rows) > start + int(limit):
            answer["next_page_token"] = urlsafe_b64encode(page[-1]["id"].encode()).decode()
        return reply_json(200, answer)

    def track(self, ask: Ask) -> Reply:
        """ST23."""
        rows = self._read(ask, {"id": check_filled}, {"tracking"})
        return self._change(ask, rows, lambda shipment, row: self._track(shipment, row["tracking"], ask.now))

    def ship(self, ask: Ask) -> Reply:
        """ST24."""
        rows = self._read(ask, {"id": check_filled}, set())
        return self._change(ask, rows, lambda shipment, _: self._ship(shipment, ask.now))

    def _change(self, ask: Ask, rows: list[dict[str, Any]], act: Act) -> Reply:
        """`act` says what is in the way, or None."""
        done, failed = [], []
        for row in rows:
            shipment = self._kept.get(row["id"])
            fault = "No such shipment" if shipment is None else act(shipment, row)
            if fault or shipment is None:
                self._journal.note_conflict(ask.now, ask.endpoint, fault or "")
                failed.append({"id": row["id"], "message": fault})
            else:
                self._book.touch(shipment.held, ask.now)
                done.append({"id": row["id"], "order_id": shipment.held.order_id})
        return reply_json(200, {"shipment_success": done, "shipment_errors": failed})

    def _track(self, shipment: Shipment, tracking: dict[str, Any], now: datetime) -> str | None:
        number = tracking.get("tracking_number")
        if number is not None and number in shipment.held.sent:
            self._tally["repeated parcel"] += 1
        shipment.wire["tracking"] = tracking
        if number is not None:
            shipment.held.sent.add(number)
        self._touch(shipment, now)
        return None

    def _ship(self, shipment: Shipment, now: datetime) -> str | None:
        held = shipment.held
        if shipment.wire["status"] != "SHIPPING":
            return "The shipment has left"
        if shipment.wire["tracking"] is None and self._must_be_tracked(held):
            return TRACKING_MANDATORY
        shipment.wire |= {"status": "SHIPPED", "shipped_date": write_moment(now)}
        for part in shipment.wire["shipment_lines"]:
            held.gone[part["order_line_id"]] = held.gone.get(part["order_line_id"], 0) + part["quantity"]
        for line in held.wire["order_lines"]:
            away = held.gone.get(line["order_line_id"], 0)
            cancelled = sum(part["quantity"] for part in line["cancelations"])
            if away and away + cancelled >= line["quantity"]:
                line["order_line_state"] = words.SHIPPED
                line["shipped_date"] = line["shipped_date"] or write_moment(now)
        self._book.settle(held, now)
        if held.status == words.SHIPPED:
            self._tally["shipped orders"] += 1
            self._tracking.await_delivery(held, now)
        self._touch(shipment, now)
        return None

    def _must_be_tracked(self, held: Held) -> bool:
        return held.wire["shipping_type_code"] in self._board.dials.tracked_types

    def _touch(self, shipment: Shipment, now: datetime) -> None:
        shipment.updated = now
        shipment.wire["last_updated_date"] = write_moment(now)

    def _require_enabled(self) -> None:
        if not self._board.dials.shipments:
            raise Refusal(403, "Multiple shipments are not enabled by the operator", conflict=True)

    def _read(self, ask: Ask, required: dict[str, Check], besides: set[str]) -> list[dict[str, Any]]:
        read_params(ask)
        self._require_enabled()
        rows = require_object(ask.read_json_body(), {"shipments"})["shipments"]
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
            refuse_fields("Wrong fields", {"shipments": [f"a list of 1 to {MOST}"]})
        wrong: dict[str, list[str]] = {}
        for n, row in enumerate(rows):
            at = f"shipments.{n}."
            own = {"tracking": _accept, "shipment_lines": _accept, "shipped": check_bool}
            if not check_fields(row, required, {key: own[key] for key in besides}, at, wrong):
                continue
            if "tracking" in row or besides == {"tracking"}:
                wrong |= check_tracking(row.get("tracking"), "tracking_url", f"{at}tracking.")
            if "shipment_lines" in besides:
                wrong |= _check_lines(row.get("shipment_lines"), f"{at}shipment_lines")
        if wrong:
            refuse_fields("Wrong fields", wrong)
        return rows


def _accept(_: Any) -> str | None:
    return None


def _check_lines(parts: Any, at: str) -> dict[str, list[str]]:
    if not isinstance(parts, list) or not parts:
        return {at: ["a list, not empty"]}
    wrong: dict[str, list[str]] = {}
    named: dict[str, Check] = dict.fromkeys(("order_line_id", "offer_sku", "package_reference"), check_filled)
    for n, part in enumerate(parts):
        fine = check_fields(part, {"quantity": check_from(1)}, named, f"{at}.{n}.", wrong)
        if fine and not part.keys() & {"order_line_id", "offer_sku"}:
            wrong[f"{at}.{n}"] = ["order_line_id or offer_sku"]
    return wrong


def _find_line(held: Held, part: dict[str, Any]) -> dict[str, Any] | None:
    key = "order_line_id" if "order_line_id" in part else "offer_sku"
    return next((line for line in held.wire["order_lines"] if line[key] == part[key]), None)


def _read_token(params: dict[str, list[str]], wrong: dict[str, list[str]]) -> str | None:
    if "page_token" not in params:
        return None
    try:
        return urlsafe_b64decode(params["page_token"][0]).decode()
    except ValueError:
        wrong["page_token"] = ["a next_page_token"]
        return None


def _lies_between(moment: datetime, least: datetime | None, most: datetime | None) -> bool:
    return (least is None or moment >= least) and (most is None or moment <= most)
