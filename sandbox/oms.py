"""The OMS rooms: what each must tell the report, which stand in a sandbox, and which planted faults each refuses."""

from typing import Any, Protocol

from sandbox.agenda import Agenda
from sandbox.egenta.room import Egenta, Marketplaces
from sandbox.exchange import Room
from sandbox.journal import Journal
from sandbox.ois.room import Ois
from sandbox.samples import PLANT_KINDS
from sandbox.settings import SandboxConfig
from sandbox.tecsys.room import Tecsys


class OmsRoom(Room, Protocol):
    """One OMS and its books."""

    @property
    def dials(self) -> Any:
        """As they stand."""

    def turn(self, **changes: Any) -> None:
        """Change dials while running."""

    def count_copies(self) -> dict[str, int]:
        """How many orders it holds, by the marketplace's id."""

    def is_shipped(self, order_id: str) -> bool:
        """Whether parcels have left."""

    def list_unacknowledged(self) -> list[str]:
        """Shipped orders whose acknowledgement it waits for; none where it knows no such thing."""

    def list_orders(self) -> list[dict[str, Any]]:
        """Every order as it was last sent, one item a copy."""

    def describe(self) -> dict[str, Any]:
        """For the report."""


# Which planted faults make an order wrong for it. Neither OIS nor Tecsys publishes that it needs a first name, and a
# client may name an article by something else than the seller's SKU.
OMS: dict[str, tuple[str, ...]] = {
    "egenta": PLANT_KINDS,
    "ois": ("postal_code_missing", "quantity_zero", "currency_unknown"),
    "tecsys": ("postal_code_missing", "quantity_zero", "currency_unknown"),
}


def build_oms(
    config: SandboxConfig, agenda: Agenda, journal: Journal, marketplaces: Marketplaces
) -> dict[str, OmsRoom]:
    """Egenta always; the one the config names beside it. ValueError: no such OMS."""
    rooms: dict[str, OmsRoom] = {"egenta": Egenta(config.egenta, agenda, config.seed, journal, marketplaces)}
    if config.oms == "ois":
        rooms["ois"] = Ois(config.ois, agenda)
    elif config.oms == "tecsys":
        rooms["tecsys"] = Tecsys(config.tecsys, agenda, journal)
    if config.oms not in rooms:
        raise ValueError(f"oms is one of {', '.join(OMS)}")
    return rooms
