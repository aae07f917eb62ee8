"""The marketplaces that can be simulated: one row each. A new one is added here, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.fault_sets import Doors
from sandbox.market import MarketRoom
from sandbox.octopia import example as octopia_example
from sandbox.octopia.dials import OctopiaDials
from sandbox.octopia.room import Octopia
from sandbox.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRow(Row[MarketRoom]):
    """`named`: its account in the example config; `seller`: what the OMS accounts are called after, where it is the
    only marketplace."""

    named: str
    seller: str


MARKETPLACES: Mapping[str, MarketRow] = {
    "octopia": MarketRow(
        make=lambda dials, ground: Octopia(dials, ground.agenda, ground.dial),
        dials=OctopiaDials,
        doors=Doors(
            "octopia",
            lists=("octopia.orders",),
            writes=("octopia.shipments", "octopia.approval"),
            token="octopia.token",
            created="octopia.order_created",
        ),
        named="cdiscount-fr",
        seller="cdiscount",
        account=octopia_example.ACCOUNT,
        secrets=octopia_example.list_secrets,
    ),
}


def find_marketplace(name: str) -> MarketRow:
    """ValueError names the known ones."""
    if name not in MARKETPLACES:
        raise ValueError(f"unknown marketplace {name!r}; known: {', '.join(MARKETPLACES)}")
    return MARKETPLACES[name]
