"""A marketplace as the world, the report and the judge see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sandbox.exchange import Room
from sandbox.samples import Sample


@dataclass(frozen=True, slots=True)
class Plant:
    """A fault planted in an order. `field`: the wire path (`*` for every line); `good`: the value that would make the
    order valid."""

    order_id: str
    kind: str
    field: str
    good: Any


class MarketRoom(Room, Protocol):
    """One simulated marketplace. Ids are its own: each makes them from a sample in its own form."""

    plants: list[Plant]

    def receive(self, sample: Sample, moment: datetime) -> str:
        """A buyer's order appears, with what will become of it (`sample.fate`); gives the marketplace's id."""

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""

    def holds(self, order_id: str) -> bool:
        """Whether it has an order of this id."""

    def find_statuses_since(self, order_id: str, since: datetime) -> set[str] | None:
        """All it has been since then: `Unshipped`, `Shipped`, `Canceled`; None: not its order."""

    def is_shipped(self, order_id: str) -> bool | None:
        """None: not its order."""

    def find_parcels(self, order_id: str) -> frozenset[str]:
        """The parcel numbers of one order; none where it is unknown."""

    def list_expected(self) -> set[str]:
        """Orders that a seller's OMS should have: released, not cancelled, the seller's own, not invalid."""

    def list_forbidden(self) -> dict[str, str]:
        """Orders that must not reach an OMS, and why."""

    def is_repaired(self, plant: Plant) -> bool:
        """Whether a planted fault was put right at the marketplace itself."""

    def describe(self) -> dict[str, Any]:
        """For the report. Always there: `orders` (how many), `by_status`, `planted` (each with `repaired`), `not_ours`,
        `never_released`, `cancelled` (lists of ids), `writes`."""
