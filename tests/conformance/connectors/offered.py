"""What a connector's client offers under its card's settings, known without a server: what the suite collects."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from pipeline.config.model import Route
from pipeline.connectors.contract import Rig
from pipeline.connectors.http import Http, open_client
from tests.conformance.connectors.cards import LISTS, WRITES, connector_of, find_card
from tests.conformance.connectors.simulator import KNOWN, account_of, read_example
from tests.unit.connectors.rig import Budgets, References, Tokens

NOWHERE = "http://127.0.0.1:9"


def rig_of(name: str) -> Rig:
    """The connector's rig with the simulator's example account; nobody listens there."""
    connector, card = connector_of(name), find_card(name)
    assert card is not None
    account = account_of(connector, read_example(connector, card, NOWHERE))
    with open_client() as client:  # closed: building a client calls nobody
        http = Http(client, deadline=1.0, max_body=1000)
    return Rig(
        account=account.name,
        settings=account.settings,
        http=http,
        tokens=Tokens(),
        references=References(),
        budgets=Budgets(),
        now=lambda: datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    )


def route_of(name: str) -> Route:
    """The example's route to it."""
    connector, card = connector_of(name), find_card(name)
    assert card is not None
    config = read_example(connector, card, NOWHERE)
    account = account_of(connector, config).name
    return next(route for route in config.routes if account in (route.source, *route.to))


@cache
def client_of(name: str) -> Any:
    """Its client. Whatever building it raises."""
    return connector_of(name).build(rig_of(name))


@cache
def capabilities_of(name: str) -> frozenset[str]:
    """What its client offers; nothing where it can't be built (the declaration's tests say why)."""
    if connector_of(name).name not in KNOWN or find_card(name) is None:
        return frozenset()
    try:
        client = client_of(name)
    except Exception:  # noqa: BLE001 - collecting goes on: test_declaration fails in words
        return frozenset()
    offered = {one for one in (*WRITES, *LISTS) if getattr(client, one, None) is not None}
    return frozenset(offered | ({"get"} if hasattr(client, "get") else set()))


def has_look(name: str, write: str) -> bool:
    """Whether the partner can be asked what it has."""
    return write in capabilities_of(name) and getattr(client_of(name), write).look is not None
