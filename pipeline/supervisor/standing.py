"""Where the demo's orders stand, and when they are settled, from the ledger's status and the partners' books."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

UNDER_WAY = frozenset({"due", "in_hand", "sending", "parked", "pending"})
ENDED = frozenset({"done", "discarded"})
STILL_TO_COME = ("missing", "shipped_not_acked", "not_shipped_at_marketplace", "open")  # of an OMS's audit


@dataclass(frozen=True, slots=True)
class Standing:
    """One look at both sides."""

    ledger: Mapping[str, Any]  # `Desk.status()`
    books: Mapping[str, Any]  # the sandbox's report
    partners: Mapping[str, str]  # by account: the simulated partner behind it
    dead: Sequence[Mapping[str, Any]] = ()  # the orders flow's dead deliveries

    def count(self, flow: str, *conditions: str, partner: str | None = None) -> int:
        """Documents and deliveries of one flow in these conditions; of one partner as their source, or of all."""
        return sum(
            int(row["count"])
            for row in self.ledger["counts"]
            if row["flow"] == flow
            and row["condition"] in conditions
            and partner in (None, self.partners.get(row["account"]))
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
    def marketplaces(self) -> Mapping[str, Any]:
        """Each one's book, by name."""
        books: Mapping[str, Any] = self.books["marketplaces"]
        return books

    @property
    def oms(self) -> Iterator[tuple[str, Any, Any]]:
        """Each one's name, its book, and how that compares with the marketplaces'."""
        for name, book in self.books["oms"].items():
            yield name, book, self.books["audit"]["by_oms"][name]

    def ended(self, marketplace: str) -> int:
        """Its orders that nothing more will happen to by itself."""
        return self.count("orders", *ENDED, partner=marketplace) + len(self.dead_ids(marketplace))

    def ours(self, marketplace: str) -> int:
        """Its orders that are the seller's to ship and that some list has shown."""
        book = self.marketplaces[marketplace]
        return int(book["orders"]) - len({*book["not_ours"], *book.get("never_shown", ())})

    def dead_ids(self, marketplace: str) -> set[str]:
        """Its orders that are dead, or of which a delivery is."""
        return {str(row["id"]) for row in self.dead if self.partners.get(row["source"]) == marketplace}

    def planted_left(self, marketplace: str) -> set[str]:
        """Planted orders that must be dead now: those that nobody repaired."""
        planted = {str(plant["order_id"]) for plant in self.marketplaces[marketplace]["planted"]}
        return {order_id for order_id in planted if not self.has_arrived(order_id, marketplace)}

    def has_arrived(self, planted: str, marketplace: str) -> bool:
        """Whether a planted order got through to every OMS that it is for: somebody repaired it."""
        by_oms = self.books["audit"]["by_oms"]
        return all(planted in by_oms[oms]["planted_arrived"] for oms in self.books["routes"][marketplace])

    @property
    def all_placed(self) -> bool:
        """Whether buyers have placed every order that is to come."""
        there = sum(int(book["orders"]) for book in self.marketplaces.values())
        return there >= int(self.books["orders_made"])

    @property
    def settled(self) -> bool:
        """Nothing under way with us, nothing left to come at the partners."""
        return (
            self.all_placed
            and not self.at_work
            and not any(audit[key] for _, _, audit in self.oms for key in STILL_TO_COME)
            and all(self.ended(name) >= self.ours(name) for name in self.marketplaces)
        )

    @property
    def mark(self) -> tuple[object, ...]:
        """Changes whenever anything has got further. (Questions about an order that stays unshipped come for ever.)"""
        rows = sorted(
            (row["flow"], row["account"], row["stage"], row["condition"], row["count"])
            for row in self.ledger["counts"]
            if row["flow"] != "statuses"
        )
        there = [
            (audit["arrived"], *(book.get(key) for key in ("orders", "shipped", "acked")))
            for _, book, audit in self.oms
        ]
        return tuple(rows), tuple(there), tuple(book["orders"] for book in self.marketplaces.values())
