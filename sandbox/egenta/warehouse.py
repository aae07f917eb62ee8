"""What the simulated Egenta holds: orders (a repeated OrderId replaces or doubles), parcels, questions, answers."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.egenta.dials import EgentaDials

# Carriers as a warehouse writes them: a marketplace's own list may spell them in another case.
CARRIERS = ("DHL", "DPD", "gls", "Colissimo", "CHRONOPOST", "UPS", "Mondial Relay")


@dataclass(slots=True)
class Copy:
    """One order in the warehouse. With `insert`, several may have the same OrderId: each is shipped."""

    order: dict[str, Any]
    put_at: datetime
    parcels: tuple[tuple[str, str], ...] = ()
    acked_at: datetime | None = None
    cancelled: bool = False


class Warehouse:
    """All by OrderId. `puts` counts every import that took effect; `acks` every shipment acknowledged."""

    def __init__(self, dials: EgentaDials, agenda: Agenda, seed: int) -> None:
        self.dials = dials
        self.copies: dict[str, list[Copy]] = {}
        self.puts: Counter[str] = Counter()
        self.acks: Counter[str] = Counter()
        self.answers: dict[str, str] = {}
        self.answered = 0
        self.asked: dict[str, datetime] = {}
        self._to_ack: dict[str, list[Copy]] = {}
        self._agenda = agenda
        self._seed = seed

    def holds(self, order_id: str) -> bool:
        """Whether an order was imported."""
        return order_id in self.copies

    def take_in(self, order: dict[str, Any], now: datetime) -> None:
        """An import takes effect: replace or add, then ship and ask later."""
        order_id: str = order["OrderId"]
        self.puts[order_id] += 1
        copies = self.copies.setdefault(order_id, [])
        if copies and self.dials.mode == "upsert":
            copies[0].order = order
            return
        copy = Copy(order, now)
        copies.append(copy)
        luck = random.Random(f"{self._seed}:{order_id}:{len(copies)}")
        asks = luck.random() < self.dials.status_question_share
        if self.dials.ship_after_seconds is not None:
            parcels = self._make_parcels(luck)
            when = now + timedelta(seconds=self.dials.ship_after_seconds)
            self._agenda.schedule(when, lambda _: self._ship(order_id, copy, parcels))
        if asks:
            when = now + timedelta(seconds=self.dials.status_after_seconds)
            self._agenda.schedule(when, lambda at: self._ask(order_id, at))

    def _make_parcels(self, luck: random.Random) -> tuple[tuple[str, str], ...]:
        carrier = luck.choice(CARRIERS)
        count = 2 if luck.random() < self.dials.two_parcels_share else 1
        return tuple((carrier, f"EG{luck.randrange(10**12):012d}") for _ in range(count))

    def _ship(self, order_id: str, copy: Copy, parcels: tuple[tuple[str, str], ...]) -> None:
        if not copy.cancelled:
            copy.parcels = parcels
            self._to_ack.setdefault(order_id, []).append(copy)

    def _ask(self, order_id: str, moment: datetime) -> None:
        if self.answers.get(order_id, "Unshipped") == "Unshipped" and not self.acks[order_id]:
            self.asked.setdefault(order_id, moment)

    def list_rows(self) -> list[dict[str, str]]:
        """One row a parcel, of orders not acknowledged yet."""
        return [
            {"orderId": order_id, "carrierName": carrier, "parcelNumber": number}
            for order_id, copies in self._to_ack.items()
            for copy in copies
            for carrier, number in copy.parcels
        ]

    def list_parcels(self, order_id: str) -> frozenset[str]:
        """The parcels that wait for an acknowledgement."""
        return frozenset(number for copy in self._to_ack.get(order_id, ()) for _, number in copy.parcels)

    def acknowledge(self, order_id: str, now: datetime) -> None:
        """The marketplace has it as shipped: off the list, all its parcels at once."""
        self.acks[order_id] += 1
        for copy in self._to_ack.pop(order_id, ()):
            copy.acked_at = now

    def is_shipped(self, order_id: str) -> bool:
        """Whether parcels have left, acknowledged or not."""
        return any(copy.parcels for copy in self.copies.get(order_id, ()))

    def list_open(self) -> list[str]:
        """Orders to be shipped or acknowledged yet, and those asked about."""
        ships = self.dials.ship_after_seconds is not None
        unshipped = [
            order_id
            for order_id, copies in self.copies.items()
            if ships and any(not copy.parcels and not copy.cancelled for copy in copies)
        ]
        return list(dict.fromkeys([*unshipped, *self._to_ack, *self.asked]))

    def answer(self, order_id: str, word: str, now: datetime) -> None:
        """A question's answer; `Canceled` stops what has not left yet."""
        self.answers[order_id] = word
        self.answered += 1
        self.asked.pop(order_id, None)
        if word == "Canceled":
            for copy in self.copies[order_id]:
                copy.cancelled = True
        elif word == "Unshipped" and self.dials.status_again_seconds is not None:
            when = now + timedelta(seconds=self.dials.status_again_seconds)
            self._agenda.schedule(when, lambda at: self._ask(order_id, at))

    def describe(self) -> dict[str, Any]:
        """For the report."""
        copies = [copy for group in self.copies.values() for copy in group]
        return {
            "mode": self.dials.mode,
            "orders": len(copies),
            "distinct": len(self.copies),
            "puts": dict(self.puts),
            "repeated_puts": {order_id: count for order_id, count in self.puts.items() if count > 1},
            "doubled": [order_id for order_id, group in self.copies.items() if len(group) > 1],
            "shipped": sum(bool(copy.parcels) for copy in copies),
            "acked": sum(copy.acked_at is not None for copy in copies),
            "to_ack": list(self._to_ack),
            "repeated_acks": {order_id: count for order_id, count in self.acks.items() if count > 1},
            "cancelled": [order_id for order_id, group in self.copies.items() if any(c.cancelled for c in group)],
            "questions_open": list(self.asked),
            "questions_answered": self.answered,
            "answers": dict(Counter(self.answers.values())),
        }
