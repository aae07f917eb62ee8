"""One card a connector, in a file of its name: `CARD`."""

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
    """The connector's card, None where there is no file of its name."""
    module = f"{__name__}.{name.replace('-', '_')}"
    if find_spec(module) is None:
        return None
    card: Card = import_module(module).CARD
    return card


def list_cards() -> Iterator[tuple[Connector, Card]]:
    """Every connector that has one."""
    for name, connector in CONNECTORS.items():
        card = find_card(name)
        if card is not None:
            yield connector, card
