"""The OMS that can be simulated beside Egenta: one row each. A new one is added here, and in `settings`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from sandbox.agenda import Agenda
from sandbox.exchange import Room
from sandbox.journal import Journal
from sandbox.kibo import example as kibo_example
from sandbox.kibo.room import Kibo
from sandbox.ois import example as ois_example
from sandbox.ois.room import Ois
from sandbox.samples import PLANT_KINDS, Sample, keep, shorten
from sandbox.settings import SandboxConfig
from sandbox.tecsys import example as tecsys_example
from sandbox.tecsys.room import Tecsys
from sandbox.transiteo import example as transiteo_example
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
        """For the report."""


@runtime_checkable
class Shipping(Protocol):
    """An OMS that may ship by itself."""

    def list_shipped(self) -> list[str]:
        """Orders of which a parcel has left."""


# Planted faults that make an order wrong for any OMS. Neither OIS nor Tecsys publishes that it needs a first name, and
# their clients may name an article by something else than the seller's SKU.
PLAIN_PLANTS = ("postal_code_missing", "quantity_zero", "currency_unknown")


@dataclass(frozen=True, slots=True)
class Row:
    """`takes`: the endpoint that takes orders. `account` is TOML with `{base}`; `route` what its route has besides;
    `secrets` gives file name -> content; `plants` are the invalid orders it can be sent;
    `suit` makes an order one that it can take."""

    make: Callable[[SandboxConfig, Agenda, Journal], OmsRoom]
    takes: str
    account: str
    route: str
    secrets: Callable[[], Mapping[str, str]]
    plants: tuple[str, ...] = PLANT_KINDS
    suit: Callable[[Sample], Sample] = keep


OTHERS: Mapping[str, Row] = {
    "kibo": Row(
        lambda config, agenda, journal: Kibo(config.kibo, agenda, journal),
        "kibo.import",
        kibo_example.ACCOUNT,
        kibo_example.ROUTE,
        kibo_example.list_secrets,
    ),
    "ois": Row(
        lambda config, agenda, _journal: Ois(config.ois, agenda),
        "ois.order",
        ois_example.ACCOUNT,
        ois_example.ROUTE,
        ois_example.list_secrets,
        PLAIN_PLANTS,
        shorten,
    ),
    "tecsys": Row(
        lambda config, agenda, journal: Tecsys(config.tecsys, agenda, journal),
        "tecsys.order",
        tecsys_example.ACCOUNT,
        tecsys_example.ROUTE,
        tecsys_example.list_secrets,
        PLAIN_PLANTS,
    ),
    "transiteo": Row(
        lambda config, _agenda, _journal: Transiteo(config.transiteo),
        "transiteo.add",
        transiteo_example.ACCOUNT,
        transiteo_example.ROUTE,
        transiteo_example.list_secrets,
    ),
}
# Every name that `oms` may have.
NAMES = ("egenta", *OTHERS)


def find_row(name: str) -> Row:
    """ValueError names the known OMS."""
    if name not in OTHERS:
        raise ValueError(f"unknown OMS {name!r}; known: {', '.join(NAMES)}")
    return OTHERS[name]
