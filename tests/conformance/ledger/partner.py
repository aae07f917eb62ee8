"""A partner of the model: what it took, and a look-up that tells the truth."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Partner:
    """`created`: how often each order was inserted; it would not notice a double itself."""

    created: Counter[tuple[str, str]] = field(default_factory=Counter)
    updated: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, target: str, id_: str, *, update: bool) -> None:
        """One write arrives."""
        (self.updated if update else self.created)[target, id_] += 1

    def has(self, target: str, id_: str) -> bool:
        """The look-up."""
        return self.created[target, id_] > 0
