"""The marketplaces that can be simulated: one row each. A new one is added here, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.amazon import example as amazon_example
from sandbox.amazon.dials import AmazonDials
from sandbox.amazon.room import Amazon
from sandbox.amazon.wire import PLANTS as AMAZON_PLANTS
from sandbox.bol import example as bol_example
from sandbox.bol.dials import BolDials
from sandbox.bol.room import Bol
from sandbox.bol.wire import PLANTS as BOL_PLANTS
from sandbox.fault_sets import Doors
from sandbox.market import MarketRoom
from sandbox.mirakl import example as mirakl_example
from sandbox.mirakl.dials import MiraklDials
from sandbox.mirakl.room import Mirakl
from sandbox.mirakl.wire import PLANTS as MIRAKL_PLANTS
from sandbox.octopia import example as octopia_example
from sandbox.octopia.dials import OctopiaDials
from sandbox.octopia.room import Octopia
from sandbox.rows import Row
from sandbox.samples import line_pickup, unname_pickup, unnumber_pickup


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
            looks=("octopia.order", "octopia.carriers"),
            token="octopia.token",
            created="octopia.order_created",
        ),
        named="cdiscount-fr",
        seller="cdiscount",
        account=octopia_example.ACCOUNT,
        secrets=octopia_example.list_secrets,
    ),
    "mirakl": MarketRow(
        make=lambda dials, ground: Mirakl(dials, ground.agenda, ground.dial, ground.journal),
        dials=MiraklDials,
        doors=Doors(
            "mirakl",
            lists=("mirakl.orders",),
            writes=("mirakl.create_shipments", "mirakl.accept", "mirakl.references"),
            looks=("mirakl.shipments", "mirakl.carriers"),
            created="mirakl.order_created",
        ),
        named="mirakl-demo",
        seller="mirakl",
        account=mirakl_example.ACCOUNT,
        secrets=mirakl_example.list_secrets,
        plants=MIRAKL_PLANTS,
        suit=unname_pickup,  # contracts, marketplaces section 5: shipping_pudo_id, and no name
    ),
    "amazon": MarketRow(
        make=lambda dials, ground: Amazon(dials, ground.agenda, ground.dial),
        dials=AmazonDials,
        doors=Doors(
            "amazon",
            lists=("amazon.orders",),
            writes=("amazon.shipments",),
            looks=("amazon.order",),
            token="amazon.token",
            created="amazon.order_created",
        ),
        named="amazon-demo",
        seller="amazon",
        account=amazon_example.ACCOUNT,
        secrets=amazon_example.list_secrets,
        route=amazon_example.ROUTE,
        suit=line_pickup,
        plants=AMAZON_PLANTS,
    ),
    "bol": MarketRow(
        make=lambda dials, ground: Bol(dials, ground.agenda, ground.dial, ground.journal),
        dials=BolDials,
        doors=Doors(
            "bol",
            lists=("bol.orders", "bol.process_bulk"),
            writes=("bol.shipments",),
            looks=("bol.order", "bol.process_status", "bol.process_list"),
            token="bol.token",
            created="bol.order_created",
        ),
        named="bol-demo",
        seller="bol",
        account=bol_example.ACCOUNT,
        route=bol_example.ROUTE,
        secrets=bol_example.list_secrets,
        plants=BOL_PLANTS,
        suit=unnumber_pickup,  # contracts, marketplaces section 8: pickupPointName, and no id
    ),
}


def find_marketplace(name: str) -> MarketRow:
    """ValueError names the known ones."""
    if name not in MARKETPLACES:
        raise ValueError(f"unknown marketplace {name!r}; known: {', '.join(MARKETPLACES)}")
    return MARKETPLACES[name]
