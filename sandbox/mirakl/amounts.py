"""RE02 (reasons), OR28 (refund), OR29 (cancel all) and OR30 (cancel pieces)."""

from collections import Counter
from datetime import datetime
from typing import Any

from sandbox.checks import Check, check_amount, check_choice, check_fields, check_filled, check_from, is_number
from sandbox.exchange import Ask, Refusal, refuse_fields, require_object
from sandbox.mirakl import book as words
from sandbox.mirakl.book import Book, Held, write_moment
from sandbox.mirakl.dials import Board
from sandbox.mirakl.entry import read_params
from sandbox.mirakl.errors import INVALID_STATE, fail
from sandbox.mirakl.listing import TAX_MODES
from sandbox.mirakl.tracking import refuse_foreign
from sandbox.mirakl.wire import to_cents
from sandbox.reply import Reply, reply_json

REASONS = {
    "CANCELATION": {"OUT_OF_STOCK": "Out of stock", "BUYER_REQUEST": "At the buyer's request", "PRICE": "Wrong price"},
    "REFUND": {"NOT_RECEIVED": "Not received", "DEFECTIVE": "Defective", "GOODWILL": "Goodwill"},
    "INCIDENT_OPEN": {"LATE": "Late"},
    "INCIDENT_CLOSE": {"SOLVED": "Solved"},
}
# The vendor's word for the type of a cancellation's reason is in no document here: the likely spellings are all taken.
SPELLINGS = {"CANCELLATION": "CANCELATION", "CANCEL": "CANCELATION", "CANCELED": "CANCELATION"}
REFUNDABLE = words.GONE | {words.SHIPPING}


def _check_taxes(value: Any) -> str | None:
    rows = value if isinstance(value, list) else [None]
    fine = all(isinstance(tax, dict) and set(tax) == {"code", "amount"} and is_number(tax["amount"]) for tax in rows)
    return None if fine else "a list of {code, amount}"


class Amounts:
    """Quantities and money taken back, each with a reason of RE02."""

    def __init__(self, book: Book, board: Board, tally: Counter[str]) -> None:
        self._book = book
        self._board = board
        self._tally = tally

    def list_reasons(self, ask: Ask) -> Reply:
        """RE02."""
        read_params(ask)
        kind = SPELLINGS.get(ask.ids[0], ask.ids[0])
        if kind not in REASONS:
            raise Refusal(404, "No such type of reasons")
        reasons = [{"code": code, "label": label, "type": ask.ids[0]} for code, label in REASONS[kind].items()]
        return reply_json(200, {"reasons": reasons})

    def cancel_order(self, ask: Ask) -> Reply:
        """OR29: the whole order, if `can_cancel`; 204."""
        read_params(ask)
        held = self._book.find_asked(ask)
        if ask.body:
            raise Refusal(400, "The body must be empty", order=held.order_id)
        refuse_foreign(held)
        self._require_cancellable(held)
        if held.gone:
            fail(INVALID_STATE, "A part of the order has left", conflict=True, order=held.order_id)
        self._book.move(held, words.CANCELED, ask.now)
        self._tally["cancelled orders"] += 1
        return Reply(204, b"")

    def cancel_pieces(self, ask: Ask) -> Reply:
        """OR30."""
        rows, mode = self._read(ask, "cancelations", "CANCELATION")
        for held, line, row in rows:
            self._require_cancellable(held)
            if row["quantity"] > held.count_left(line):
                refuse_fields("Wrong fields", {"quantity": ["more than is left of the line"]}, held.order_id)
        made = [self._note("cancelations", line, row, ask.now) for _, line, row in rows]
        for held, line, _ in rows:
            if sum(part["quantity"] for part in line["cancelations"]) >= line["quantity"]:
                line["order_line_state"] = words.CANCELED
            self._book.settle(held, ask.now)
        self._tally["cancelations"] += len(made)
        return reply_json(200, {"order_tax_mode": mode, "cancelations": made})

    def refund(self, ask: Ask) -> Reply:
        """OR28: of what was debited. What is refunded to the last cent is CLOSED, once it has left."""
        rows, mode = self._read(ask, "refunds", "REFUND")
        for held, _, _ in rows:
            if held.status not in REFUNDABLE:
                fail(INVALID_STATE, "The order has not been debited", conflict=True, order=held.order_id)
        made = [self._note("refunds", line, row, ask.now) for _, line, row in rows]
        for held, _, _ in rows:
            live = [line for line in held.wire["order_lines"] if line["order_line_state"] not in words.ENDED]
            if held.status in words.GONE - {words.CLOSED} and not any(sum(_count_rest(line)) for line in live):
                self._book.move(held, words.CLOSED, ask.now)
            else:
                self._book.touch(held, ask.now)
        self._tally["refunds"] += len(made)
        return reply_json(200, {"order_tax_mode": mode, "refunds": made})

    def _read(self, ask: Ask, key: str, kind: str) -> tuple[list[tuple[Held, dict[str, Any], dict[str, Any]]], str]:
        """Every row with its order and line; nothing takes effect unless all are right."""
        read_params(ask)
        raw = require_object(ask.read_json_body(), {key}, frozenset({"order_tax_mode"}))
        rows, mode = raw[key], raw.get("order_tax_mode", TAX_MODES[0])
        wrong: dict[str, list[str]] = {} if mode in TAX_MODES else {"order_tax_mode": ["TAX_INCLUDED or TAX_EXCLUDED"]}
        if not isinstance(rows, list) or not rows:
            refuse_fields("Wrong fields", wrong | {key: ["a list, not empty"]})
        required: dict[str, Check] = {
            "order_line_id": check_filled,
            "quantity": check_from(1),
            "amount": check_amount,
            "reason_code": check_choice(*REASONS[kind]),
        }
        optional: dict[str, Check] = {
            "shipping_amount": check_amount,
            "currency_iso_code": check_filled,
            "taxes": _check_taxes,
            "shipping_taxes": _check_taxes,
        }
        for n, row in enumerate(rows):
            check_fields(row, required, optional, f"{key}.{n}.", wrong)
        if wrong:
            refuse_fields("Wrong fields", wrong)
        if len({row["order_line_id"] for row in rows}) < len(rows):
            refuse_fields("Wrong fields", {"order_line_id": ["a line once in a call"]})
        found = []
        for row in rows:
            place = self._book.find_line(row["order_line_id"])
            if place is None:
                raise Refusal(404, "ORDER_LINE_NOT_FOUND: No such line", {"order_line_id": ["unknown"]})
            held, line = place
            refuse_foreign(held)
            _check_money(held, line, row)
            found.append((held, line, row))
        return found, mode

    def _note(self, key: str, line: dict[str, Any], row: dict[str, Any], now: datetime) -> dict[str, Any]:
        self._tally["numbered"] += 1
        content = {name: value for name, value in row.items() if name != "order_line_id"}
        entry = {"id": f"{self._tally['numbered']:06d}", "created_date": write_moment(now), **content}
        line[key].append(entry)
        return {"order_line_id": line["order_line_id"], **entry}

    def _require_cancellable(self, held: Held) -> None:
        if held.status not in words.CANCELLABLE or not self._board.dials.shop_may_cancel:
            fail(INVALID_STATE, "The order can't be cancelled", conflict=True, order=held.order_id)


def _count_rest(line: dict[str, Any]) -> tuple[int, int]:
    """Cents of goods and of shipping that were neither cancelled nor refunded."""
    taken = [*line["cancelations"], *line["refunds"]]
    goods = to_cents(line["price"]) - sum(to_cents(part["amount"]) for part in taken)
    return goods, to_cents(line["shipping_price"]) - sum(to_cents(part.get("shipping_amount", 0)) for part in taken)


def _check_money(held: Held, line: dict[str, Any], row: dict[str, Any]) -> None:
    goods, shipping = _count_rest(line)
    wrong = {}
    if to_cents(row["amount"]) > goods:
        wrong["amount"] = ["more than is left of the line"]
    if to_cents(row.get("shipping_amount", 0)) > shipping:
        wrong["shipping_amount"] = ["more than is left of the line"]
    if row.get("currency_iso_code", held.wire["currency_iso_code"]) != held.wire["currency_iso_code"]:
        wrong["currency_iso_code"] = ["the order's"]
    if wrong:
        refuse_fields("Wrong fields", wrong, held.order_id)
