"""A marketplace as the world, the report and the judge see it; and all of them, as an OMS's checks see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

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
        `never_released`, `cancelled` (lists of ids), `writes`. `never_shown`: where some were never in any list."""


@runtime_checkable
class Changeable(Protocol):
    """A marketplace whose orders can be seen whole and changed by the control API, as buyers change them."""

    def show_order(self, order_id: str) -> Any:
        """The whole order, also what its seller may not see yet; None: no such order."""

    def change_order(self, order_id: str, raw: Mapping[str, Any], now: datetime) -> None:
        """What the control API was sent. ValueError, KeyError, IndexError, TypeError: it can't be."""


@dataclass(frozen=True, slots=True)
class Markets:
    """By name. What is true of an order is what the marketplace that has it says."""

    rooms: Mapping[str, MarketRoom]

    def find_home(self, order_id: str) -> MarketRoom | None:
        """The marketplace that has it."""
        return next((room for room in self.rooms.values() if room.holds(order_id)), None)

    def is_shipped(self, order_id: str) -> bool | None:
        """None: no marketplace has it."""
        home = self.find_home(order_id)
        return None if home is None else home.is_shipped(order_id)

    def find_parcels(self, order_id: str) -> frozenset[str]:
        """The parcel numbers of one order; none where it is unknown."""
        home = self.find_home(order_id)
        return frozenset() if home is None else home.find_parcels(order_id)

    def find_statuses_since(self, order_id: str, since: datetime) -> set[str] | None:
        """All it has been since then, in an OMS's words; None: no marketplace has it."""
        home = self.find_home(order_id)
        return None if home is None else home.find_statuses_since(order_id, since)
