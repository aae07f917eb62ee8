"""Orders at an OMS by the marketplace's id: once, replaced, doubled or refused when an id comes again."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

REPEATS = ("insert", "upsert", "refuse")
Order = TypeVar("Order")


@dataclass(slots=True)
class Shelf(Generic[Order]):
    """`puts` counts every import that took effect."""

    copies: dict[str, list[Order]] = field(default_factory=dict)
    puts: Counter[str] = field(default_factory=Counter)

    def holds(self, order_id: str) -> bool:
        """Whether there is one."""
        return bool(self.copies.get(order_id))

    def add(self, order_id: str, order: Order) -> None:
        """One more."""
        self.puts[order_id] += 1
        self.copies.setdefault(order_id, []).append(order)

    def count(self) -> dict[str, int]:
        """How many copies of each."""
        return {order_id: len(group) for order_id, group in self.copies.items() if group}

    def describe(self) -> dict[str, Any]:
        """For the report."""
        counts = self.count()
        return {
            "orders": sum(counts.values()),
            "distinct": len(counts),
            "puts": dict(self.puts),
            "repeated_puts": {order_id: count for order_id, count in self.puts.items() if count > 1},
            "doubled": [order_id for order_id, count in counts.items() if count > 1],
        }


def check_repeat(word: str) -> None:
    """ValueError names the words."""
    if word not in REPEATS:
        raise ValueError(f"repeat is one of {', '.join(REPEATS)}")
