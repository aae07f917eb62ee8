"""Where the demo's orders stand, and when they are settled, from the ledger's status and the partners' books."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNDER_WAY = frozenset({"due", "in_hand", "sending", "parked", "pending"})
ENDED = frozenset({"done", "discarded"})


@dataclass(frozen=True, slots=True)
class Standing:
    """One look at both sides."""

    ledger: Mapping[str, Any]  # `Desk.status()`
    books: Mapping[str, Any]  # the sandbox's report

    def count(self, flow: str, *conditions: str) -> int:
        """Deliveries of one flow in these conditions."""
        return sum(
            int(row["count"]) for row in self.ledger["counts"] if row["flow"] == flow and row["condition"] in conditions
        )

    @property
    def line(self) -> str:
        """`orders: 120 push, 300 done | shipments: 12 fetch, 90 done | statuses: 40 done`."""
        flows: dict[str, Counter[str]] = {}
        for row in self.ledger["counts"]:
            word = row["stage"] if row["condition"] in {"due", "in_hand", "sending"} else row["condition"]
            flows.setdefault(row["flow"], Counter())[word] += int(row["count"])
        return " | ".join(
            f"{flow}: " + ", ".join(f"{number} {word}" for word, number in counts.items() if number)
            for flow, counts in flows.items()
            if any(counts.values())
        )

    @property
    def at_work(self) -> int:
        """What goes on by itself, or waits for something that should come."""
        return sum(
            int(row["count"]) for row in self.ledger["counts"] if row["condition"] in UNDER_WAY | {"waiting", "unknown"}
        )

    @property
    def oms(self) -> str:
        """The OMS that the orders are for."""
        return str(self.books.get("oms", "egenta"))

    @property
    def tells_shipments(self) -> bool:
        """Whether that OMS ships and asks by itself; one that does not is settled when it has the orders."""
        return self.oms == "egenta"

    @property
    def ended(self) -> int:
        """Orders that nothing more will happen to by itself."""
        return self.count("orders", *ENDED, "dead")

    @property
    def ours(self) -> int:
        """Orders at the marketplace that are the seller's to ship."""
        octopia = self.books["octopia"]
        return int(octopia["orders"]) - len(octopia["not_ours"])

    @property
    def planted_left(self) -> set[str]:
        """Planted orders that must be dead now: those that nobody repaired."""
        return {plant["order_id"] for plant in self.books["octopia"]["planted"]} - self.planted_arrived

    @property
    def planted_arrived(self) -> set[str]:
        """Planted orders that got through: those that somebody repaired."""
        return set(self.books["audit"]["planted_arrived"])

    @property
    def settled(self) -> bool:
        """Nothing under way with us, nothing left to come at the partners."""
        audit, egenta = self.books["audit"], self.books["egenta"]
        if not self.tells_shipments:
            left = audit["missing"] or audit["not_shipped_at_marketplace"] or self.books[self.oms].get("to_ship")
            return not self.at_work and not left and self.ended >= self.ours
        return (
            not self.at_work
            and not audit["missing"]
            and not audit["shipped_not_acked"]
            and not audit["not_shipped_at_marketplace"]
            and not egenta["to_ack"]
            and not egenta["questions_open"]
            and egenta["shipped"] + len(egenta["cancelled"]) >= egenta["orders"]
        )

    @property
    def mark(self) -> tuple[object, ...]:
        """Changes whenever anything has got further. (Questions about an order that stays unshipped come for ever.)"""
        audit, egenta = self.books["audit"], self.books["egenta"]
        rows = sorted(
            (row["flow"], row["account"], row["stage"], row["condition"], row["count"])
            for row in self.ledger["counts"]
            if row["flow"] != "statuses"
        )
        there = self.books[self.oms]
        return (
            tuple(rows),
            audit["arrived"],
            there["orders"],
            there.get("shipped"),
            egenta["shipped"],
            egenta["acked"],
        )
