"""The OMS that can be simulated beside Egenta: one row each. A new one is added here, and in `settings`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.agenda import Agenda
from sandbox.exchange import Room
from sandbox.journal import Journal
from sandbox.kibo import example as kibo_example
from sandbox.kibo.room import Kibo
from sandbox.settings import SandboxConfig
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


@dataclass(frozen=True, slots=True)
class Row:
    """`takes`: the endpoint that takes orders. `account` is TOML with `{base}`; `route` what its route has besides;
    `secrets` gives file name -> content."""

    make: Callable[[SandboxConfig, Agenda, Journal], OmsRoom]
    takes: str
    account: str
    route: str
    secrets: Callable[[], Mapping[str, str]]


OTHERS: Mapping[str, Row] = {
    "kibo": Row(
        lambda config, agenda, journal: Kibo(config.kibo, agenda, journal),
        "kibo.import",
        kibo_example.ACCOUNT,
        kibo_example.ROUTE,
        kibo_example.list_secrets,
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
