"""One card a connector, in a file of its name: `CARD`. `VARIANTS`: more, by name, for settings under which it makes
other calls."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from pipeline.connectors.contract import Connector
from pipeline.connectors.registry import CONNECTORS
from tests.conformance.connectors.card import Card

WRITES = (
    "import_orders", "update", "acknowledge_shipped", "answer_status",
    "accept", "refuse", "acknowledge", "ship", "cancel",
)  # fmt: skip
LISTS = ("new_orders", "shipped", "status_requests", "cancelled")


def find_card(name: str) -> Card | None:
    """The connector's card, None where there is no file of its name. `mirakl/tracking`: of its `VARIANTS`."""
    connector, _, variant = name.partition("/")
    module = f"{__name__}.{connector.replace('-', '_')}"
    if find_spec(module) is None:
        return None
    found = import_module(module)
    card: Card = found.VARIANTS[variant] if variant else found.CARD
    return card


def connector_of(name: str) -> Connector:
    """Of a card's name."""
    return CONNECTORS[name.partition("/")[0]]


def list_cards() -> Iterator[tuple[Connector, Card]]:
    """Every connector that has one."""
    for name, connector in CONNECTORS.items():
        card = find_card(name)
        if card is not None:
            yield connector, card


def list_all() -> Iterator[tuple[str, Card]]:
    """Every card by its name, variants too."""
    for connector, card in list_cards():
        yield connector.name, card
        variants = getattr(import_module(f"{__name__}.{connector.name.replace('-', '_')}"), "VARIANTS", {})
        yield from ((f"{connector.name}/{variant}", one) for variant, one in variants.items())
