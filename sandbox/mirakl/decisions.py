"""OR21 (accept or refuse, line by line) and OR04 (references)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.exchange import Ask, refuse_fields, require_object
from sandbox.mirakl import book as words
from sandbox.mirakl.book import Book, Held
from sandbox.mirakl.dials import Board
from sandbox.mirakl.entry import read_params
from sandbox.mirakl.errors import INVALID_STATE, UNAUTHORIZED, VALIDATION, fail
from sandbox.mirakl.wire import recount
from sandbox.reply import Reply, reply_json

MOST_REFERENCES = 100


class Decisions:
    """`tally` counts what took effect."""

    def __init__(self, book: Book, agenda: Agenda, board: Board, tally: Counter[str]) -> None:
        self._book = book
        self._agenda = agenda
        self._board = board
        self._tally = tally

    def accept(self, ask: Ask) -> Reply:
        """OR21. Every line is decided at once; 204."""
        read_params(ask)
        held = self._book.find_asked(ask)
        order = held.order_id
        decided = _read_decisions(ask, order)
        if held.foreign:
            fail(UNAUTHORIZED, "The order is fulfilled by another", status=403, order=order)
        if held.status != words.WAITING_ACCEPTANCE:
            fail(INVALID_STATE, "The order does not wait for acceptance", conflict=True, order=order)
        known = {line["order_line_id"] for line in held.wire["order_lines"]}
        if decided.keys() - known:
            fail("ORDER_LINE_NOT_FOUND", "No such line in this order", "order_lines.id", status=404, order=order)
        if known - decided.keys():
            fail("ORDER_LINE_ACCEPTANCE_DECISION_MISSING", "Every line must be decided", "order_lines", order=order)
        if not self._board.dials.partial_accept and len(set(decided.values())) > 1:
            fail("ORDER_PARTIAL_ACCEPTANCE_DISABLED", "All or none", "order_lines", conflict=True, order=order)
        self._decide(held, decided, ask.now)
        return Reply(204, b"")

    def _decide(self, held: Held, decided: dict[str, bool], now: datetime) -> None:
        if not any(decided.values()):
            self._tally["refused orders"] += 1
            self._book.move(held, words.REFUSED, now)
            return
        for line in held.wire["order_lines"]:
            if not decided[line["order_line_id"]]:
                line["order_line_state"] = words.REFUSED
                self._tally["refused lines"] += 1
        recount(held.wire)
        self._tally["accepted orders"] += 1
        self._book.move(held, words.WAITING_DEBIT_PAYMENT, now)
        self._agenda.schedule(
            now + timedelta(seconds=self._board.dials.debit_seconds), lambda at: self._debit(held, at)
        )

    def _debit(self, held: Held, moment: datetime) -> None:
        if held.status == words.WAITING_DEBIT_PAYMENT:
            self._book.move(held, words.SHIPPING, moment)

    def refer(self, ask: Ask) -> Reply:
        """OR04. One order's error does not stop the others."""
        read_params(ask)
        rows = require_object(ask.read_json_body(), {"orders"})["orders"]
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_REFERENCES:
            refuse_fields("Wrong fields", {"orders": [f"a list of 1 to {MOST_REFERENCES}"]})
        for row in rows:
            require_object(row, {"order_id", "references"})
            references = require_object(row["references"], {"order_reference_for_seller"})
            text = references["order_reference_for_seller"]
            if text is not None and (not isinstance(text, str) or not text.strip()):
                refuse_fields("Wrong fields", {"orders.references.order_reference_for_seller": ["text, or null"]})
        return reply_json(200, {"updated_orders": [self._refer(row, ask.now) for row in rows]})

    def _refer(self, row: dict[str, Any], now: datetime) -> dict[str, Any]:
        held = self._book.find(row["order_id"]) if isinstance(row["order_id"], str) else None
        if held is None:
            error = {"code": "ORDER_NOT_FOUND", "field": "order_id", "message": "No such order"}
            return {"order_id": row["order_id"], "errors": [error]}
        if held.wire["references"] != held.wire["references"] | row["references"]:
            held.wire["references"] |= row["references"]
            self._book.touch(held, now)
        self._tally["references"] += 1
        return {"order_id": held.order_id, "updated": {"references": row["references"]}}


def _read_decisions(ask: Ask, order: str) -> dict[str, bool]:
    raw = ask.read_json_body()
    if not isinstance(raw, dict) or set(raw) != {"order_lines"} or not isinstance(raw["order_lines"], list):
        fail(VALIDATION, "The body is an object of order_lines, a list", "order_lines", order=order)
    decided: dict[str, bool] = {}
    for line in raw["order_lines"]:
        if line is None:
            fail("ORDER_LINE_NULL_ELEMENT", "A line may not be null", "order_lines", order=order)
        if not isinstance(line, dict) or set(line) != {"id", "accepted"}:
            fail(VALIDATION, "A line has id and accepted", "order_lines", order=order)
        if not isinstance(line["id"], str) or not isinstance(line["accepted"], bool):
            fail(VALIDATION, "id is text, accepted true or false", "order_lines", order=order)
        if line["id"] in decided:
            fail("ORDER_LINE_DUPLICATE_ID", "A line is decided once", "order_lines.id", order=order)
        decided[line["id"]] = line["accepted"]
    return decided
