"""The orders the simulated Mirakl holds: their states, what of them shows, and when they changed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.exchange import Ask
from sandbox.market import Plant
from sandbox.mirakl import errors

STAGING, WAITING_ACCEPTANCE = "STAGING", "WAITING_ACCEPTANCE"
WAITING_DEBIT, WAITING_DEBIT_PAYMENT = "WAITING_DEBIT", "WAITING_DEBIT_PAYMENT"
SHIPPING, SHIPPED, TO_COLLECT, RECEIVED, CLOSED = "SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"
REFUSED, CANCELED = "REFUSED", "CANCELED"
WAITING = frozenset({STAGING, WAITING_ACCEPTANCE, WAITING_DEBIT, WAITING_DEBIT_PAYMENT})
GONE = frozenset({SHIPPED, TO_COLLECT, RECEIVED, CLOSED})
ENDED = frozenset({REFUSED, CANCELED})
CANCELLABLE = frozenset({WAITING_DEBIT, WAITING_DEBIT_PAYMENT, SHIPPING})

# contracts, marketplaces section 5, "States". Only the control may depart from it.
TRANSITIONS: dict[str, frozenset[str]] = {
    STAGING: frozenset({WAITING_ACCEPTANCE, WAITING_DEBIT_PAYMENT, REFUSED, CANCELED}),
    WAITING_ACCEPTANCE: frozenset({WAITING_DEBIT, WAITING_DEBIT_PAYMENT, REFUSED, CANCELED}),
    WAITING_DEBIT: frozenset({WAITING_DEBIT_PAYMENT, SHIPPING, CANCELED}),
    WAITING_DEBIT_PAYMENT: frozenset({SHIPPING, CANCELED}),
    SHIPPING: frozenset({SHIPPED, CANCELED}),
    SHIPPED: frozenset({TO_COLLECT, RECEIVED, CLOSED}),
    TO_COLLECT: frozenset({RECEIVED, CLOSED}),
    RECEIVED: frozenset({CLOSED}),
    CLOSED: frozenset(),
    REFUSED: frozenset(),
    CANCELED: frozenset(),
}
STATUSES = tuple(TRANSITIONS)


def write_moment(moment: datetime) -> str:
    """`2019-04-02T14:18:43Z`: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class Held:
    """One order. `released` once it was SHIPPING: from then on its addresses show. `updated` is exact where the wire
    has whole seconds. `visible_from`: in lists not before that moment (the fault `late_order`). `sent`: the numbers of
    its shipments' parcels; `in_shipments`: pieces of each line that a shipment holds, `gone`: that have left."""

    wire: dict[str, Any]
    plant: Plant | None
    created: datetime
    updated: datetime
    visible_from: datetime
    foreign: bool = False
    released: bool = False
    history: list[tuple[datetime, str]] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    in_shipments: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    text: bytes | None = None

    @property
    def order_id(self) -> str:
        """The marketplace's id."""
        return str(self.wire["order_id"])

    @property
    def status(self) -> str:
        """Mirakl's word."""
        return str(self.wire["order_state"])

    def see(self) -> dict[str, Any]:
        """As a seller may see it now: no address before it is released."""
        if self.released:
            return self.wire
        return self.wire | {"customer": self.wire["customer"] | {"billing_address": None, "shipping_address": None}}

    def show(self) -> bytes:
        """The same as JSON."""
        if self.text is None:
            self.text = json.dumps(self.see(), ensure_ascii=False, separators=(",", ":")).encode()
        return self.text

    def parcels(self) -> frozenset[str]:
        """Of its shipments, and of OR23's tracking number: one text may name several."""
        texts = (self.wire["shipping_tracking"] or "", *self.sent)
        return frozenset(number for text in texts for number in re.split(r"[\s,;|]+", text) if number)

    def count_left(self, line: dict[str, Any]) -> int:
        """Pieces that are neither cancelled nor in a shipment."""
        cancelled = sum(part["quantity"] for part in line["cancelations"])
        return int(line["quantity"] - cancelled - self.in_shipments.get(line["order_line_id"], 0))


class Book:
    """All orders by id."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held.values())

    def find(self, order_id: str) -> Held | None:
        """None: no such order."""
        return self._held.get(order_id)

    def find_asked(self, ask: Ask) -> Held:
        """The order named in the path; that it is unknown is no breach."""
        held = self.find(ask.ids[0])
        if held is None:
            errors.fail(errors.NOT_FOUND, "No such order", status=404, breach=False)
        return held

    def find_line(self, line_id: object) -> tuple[Held, dict[str, Any]] | None:
        """A line's id is its order's with a number behind it."""
        held = self.find(line_id.rpartition("-")[0]) if isinstance(line_id, str) else None
        lines = held.wire["order_lines"] if held else []
        return next(((held, line) for line in lines if held and line["order_line_id"] == line_id), None)

    def add(self, held: Held, moment: datetime) -> None:
        """A new order. ValueError: its id exists."""
        if held.order_id in self._held:
            raise ValueError("an order with this id exists")
        self._held[held.order_id] = held
        self._note(held, moment)

    def move(self, held: Held, status: str, moment: datetime, *, forced: bool = False) -> None:
        """Give the order and its lines a state (what was refused, cancelled or has left stays so). ValueError: not from
        where it is."""
        if not forced and status not in TRANSITIONS[held.status]:
            raise ValueError(f"{held.status} is not followed by {status}")
        keeps = ENDED | {SHIPPED} if status == SHIPPING else ENDED
        held.wire["order_state"] = status
        for line in held.wire["order_lines"]:
            if line["order_line_state"] not in keeps:
                line["order_line_state"] = status
                if status == SHIPPED:
                    line["shipped_date"] = line["shipped_date"] or write_moment(moment)
                if status == RECEIVED:
                    line["received_date"] = write_moment(moment)
        self._note(held, moment)
        self.touch(held, moment)

    def settle(self, held: Held, moment: datetime) -> None:
        """After a line changed: all have left, or none is wanted any more. Else only the time of change moves."""
        states = {line["order_line_state"] for line in held.wire["order_lines"]}
        if states <= ENDED and held.status not in ENDED:
            self.move(held, REFUSED if states == {REFUSED} else CANCELED, moment)
        elif held.status == SHIPPING and states <= ENDED | {SHIPPED}:
            self.move(held, SHIPPED, moment)
        else:
            self.touch(held, moment)

    def touch(self, held: Held, moment: datetime) -> None:
        """The order changed."""
        held.updated = moment
        held.wire["last_updated_date"] = write_moment(moment)
        held.text = None

    def _note(self, held: Held, moment: datetime) -> None:
        status = held.status
        if status in GONE | {SHIPPING}:
            held.released = True
            if held.wire["customer_debited_date"] is None:
                held.wire["customer_debited_date"] = write_moment(moment)
                for line in held.wire["order_lines"]:
                    line["debited_date"] = None if line["order_line_state"] in ENDED else write_moment(moment)
        if status not in {STAGING, WAITING_ACCEPTANCE, CANCELED} and held.wire["acceptance_decision_date"] is None:
            held.wire["acceptance_decision_date"] = write_moment(moment)
        held.wire["can_cancel"] = status in CANCELLABLE and not held.foreign
        held.wire["can_shop_ship"] = status == SHIPPING and not held.foreign
        held.history.append((moment, status))
