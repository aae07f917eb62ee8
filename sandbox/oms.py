"""The OMS that can be simulated: one row each. A new one is added here, and nowhere else."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from sandbox.egenta import example as egenta_example
from sandbox.egenta.dials import EgentaDials
from sandbox.egenta.room import Egenta
from sandbox.exchange import Room
from sandbox.fault_sets import Doors
from sandbox.kibo import example as kibo_example
from sandbox.kibo.dials import KiboDials
from sandbox.kibo.room import Kibo
from sandbox.ois import example as ois_example
from sandbox.ois.dials import OisDials
from sandbox.ois.room import Ois
from sandbox.rows import Row
from sandbox.samples import shorten
from sandbox.tecsys import example as tecsys_example
from sandbox.tecsys.dials import EXAMPLE_ORDER_PATH, TecsysDials
from sandbox.tecsys.room import Tecsys
from sandbox.transiteo import example as transiteo_example
from sandbox.transiteo.dials import TransiteoDials
from sandbox.transiteo.room import Transiteo


class OmsRoom(Room, Protocol):
    """An OMS as the report, the audit and the control see it."""

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""

    def count_copies(self) -> dict[str, int]:
        """How many copies of each order, by the marketplace's id."""

    def list_orders(self) -> list[dict[str, Any]]:
        """Every order as it was last sent, one item per copy."""

    def describe(self) -> dict[str, Any]:
        """For the report. Always there: `orders`, how many."""


@runtime_checkable
class Shipping(Protocol):
    """An OMS that may ship by itself."""

    def list_shipped(self) -> list[str]:
        """Orders of which a parcel has left."""


@runtime_checkable
class Acknowledged(Protocol):
    """One that wants to hear that the marketplace knows of its shipments."""

    def list_unacknowledged(self) -> list[str]:
        """Orders that left, and of which it has never heard."""


@runtime_checkable
class Busy(Protocol):
    """One that goes on after it has an order: it ships, asks, waits to hear."""

    def list_open(self) -> list[str]:
        """Orders that it has not done with yet."""


# Planted faults that make an order wrong for any OMS. Neither OIS nor Tecsys publishes that it needs a first name, and
# their clients may name an article by something else than the seller's SKU.
PLAIN_PLANTS = ("postal_code_missing", "quantity_zero", "currency_unknown")

OMS: Mapping[str, Row[OmsRoom]] = {
    "egenta": Row(
        make=lambda dials, ground: Egenta(dials, ground.agenda, ground.seed, ground.journal, ground.markets),
        dials=EgentaDials,
        ships="always",
        doors=Doors(
            "egenta",
            lists=("egenta.shipped", "egenta.status_list"),
            writes=("egenta.shipped_ack", "egenta.status_answer"),
            takes="egenta.import",
        ),
        account=egenta_example.ACCOUNT,
        secrets=egenta_example.list_secrets,
    ),
    "kibo": Row(
        make=lambda dials, ground: Kibo(dials, ground.agenda, ground.journal),
        dials=KiboDials,
        ships="always",
        doors=Doors("kibo", lists=("kibo.shipments",), looks=("kibo.orders",), takes="kibo.import", token="kibo.token"),
        account=kibo_example.ACCOUNT,
        secrets=kibo_example.list_secrets,
        route=kibo_example.ROUTE,
    ),
    "ois": Row(
        make=lambda dials, ground: Ois(dials, ground.agenda),
        dials=OisDials,
        ships="asked",
        doors=Doors("ois", looks=("ois.find", "ois.payment_options"), takes="ois.order", token="ois.token"),
        account=ois_example.ACCOUNT,
        secrets=ois_example.list_secrets,
        route=ois_example.ROUTE,
        plants=PLAIN_PLANTS,
        suit=shorten,
    ),
    "tecsys": Row(
        make=lambda dials, ground: Tecsys(dials, ground.agenda, ground.journal),
        dials=TecsysDials,
        trial={"create_order_path": EXAMPLE_ORDER_PATH},
        ships="asked",
        shipping={"auto_shipments": True},
        doors=Doors("tecsys", looks=("tecsys.search", "tecsys.orders"), takes="tecsys.order"),
        account=tecsys_example.ACCOUNT,
        secrets=tecsys_example.list_secrets,
        plants=PLAIN_PLANTS,
    ),
    "transiteo": Row(
        make=lambda dials, _ground: Transiteo(dials),
        dials=TransiteoDials,
        doors=Doors(
            "transiteo", looks=("transiteo.get", "transiteo.list"), takes="transiteo.add", token="transiteo.token"
        ),
        account=transiteo_example.ACCOUNT,
        secrets=transiteo_example.list_secrets,
        route=transiteo_example.ROUTE,
    ),
}


def find_oms(name: str) -> Row[OmsRoom]:
    """ValueError names the known OMS."""
    if name not in OMS:
        raise ValueError(f"unknown OMS {name!r}; known: {', '.join(OMS)}")
    return OMS[name]
