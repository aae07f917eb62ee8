"""The declaration: offered is what is declared, every fact has its source, secrets stay secret, tables are used."""

from typing import Any

import pytest

from pipeline.config.setting import Secret
from pipeline.connectors.contract import Connector
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.codec import to_fields
from pipeline.domain.reports import StatusReport
from pipeline.flows.dressing import dress
from tests.conformance.connectors.cards import list_cards
from tests.conformance.connectors.offered import capabilities_of, client_of, rig_of, route_of
from tests.conformance.connectors.orders import planted_order
from tests.conformance.connectors.rules import (
    DECLARED_IS_OFFERED,
    ONLY_TROUBLE,
    SECRETS_ARE_SECRET,
    SOURCED,
    TABLE_IS_USED,
    broken,
)
from tests.conformance.connectors.simulator import KNOWN

ALL = pytest.mark.parametrize("connector", CONNECTORS.values(), ids=list(CONNECTORS))
RUNNING = [connector for connector, _ in list_cards() if connector.name in KNOWN]
BUILT = pytest.mark.parametrize("connector", RUNNING, ids=[connector.name for connector in RUNNING])
OMS = [connector for connector in RUNNING if connector.kind == "oms" and connector.statuses]


@BUILT
def test_what_is_declared_is_what_the_client_offers(connector: Connector) -> None:
    try:
        client_of(connector.name)
    except Exception as defect:  # noqa: BLE001 - told in words
        broken(connector.name, ONLY_TROUBLE, f"building its client raised {type(defect).__name__}: {defect}")
    lacking = set(connector.lacks(rig_of(connector.name).settings))
    judge_offer(connector, capabilities_of(connector.name), lacking)


def judge_offer(connector: Connector, offered: frozenset[str], lacking: set[str]) -> None:
    """Under these settings, of which `lacks` says what they take away."""
    declared = connector.capabilities - lacking
    if missing := declared - offered:
        broken(connector.name, DECLARED_IS_OFFERED, f"declared, and None at the client: {', '.join(sorted(missing))}")
    if more := offered - declared:
        broken(connector.name, DECLARED_IS_OFFERED, f"offered, and not declared: {', '.join(sorted(more))}")


@BUILT
def test_the_example_account_and_the_card_give_all_capabilities(connector: Connector) -> None:
    lacking = connector.lacks(rig_of(connector.name).settings)
    if lacking:
        why = "; ".join(f"{name}: {reason}" for name, reason in lacking.items())
        broken(connector.name, DECLARED_IS_OFFERED, f"the card's settings leave out {why}; so the suite can't try them")


@ALL
def test_every_fact_has_its_source(connector: Connector) -> None:
    facts: list[tuple[str, Any]] = [(f"setting {one.name}", one) for one in connector.settings]
    facts += [(f"endpoint {one.method} {one.path}", one) for one in connector.endpoints]
    facts += [(f"operation {one.name}", one) for one in connector.operations]
    facts += [(f"rule {one.name}", one) for one in connector.rules]
    if without := [name for name, one in facts if not one.source.strip()]:
        broken(connector.name, SOURCED, f"without a source: {', '.join(without)}")
    if silent := [one.name for one in connector.settings if not one.meaning.strip()]:
        broken(connector.name, SOURCED, f"settings without a meaning: {', '.join(silent)}")


@ALL
def test_every_endpoint_is_used_by_something_that_exists(connector: Connector) -> None:
    known = connector.capabilities | {f"call {operation.name}" for operation in connector.operations} | {"every call"}
    strange = [
        f"{endpoint.method} {endpoint.path}: {word}"
        for endpoint in connector.endpoints
        for word in endpoint.used_by.split(", ")
        if word not in known
    ]
    if strange:
        broken(connector.name, DECLARED_IS_OFFERED, f"endpoints used by what there is not: {'; '.join(strange)}")
    used = {word for endpoint in connector.endpoints for word in endpoint.used_by.split(", ")}
    if idle := connector.capabilities - used:
        broken(connector.name, DECLARED_IS_OFFERED, f"capabilities without an endpoint: {', '.join(sorted(idle))}")


@pytest.mark.parametrize("connector", OMS, ids=[connector.name for connector in OMS])
def test_every_status_of_an_oms_is_what_it_is_told(connector: Connector) -> None:
    """By an answer where it asks for statuses, else by an import. A marketplace's are in test_marketplace_orders."""
    client, route = client_of(connector.name), route_of(connector.name)
    for word, status in connector.statuses.items():
        if client.answer_status:
            content = client.answer_status.prepare(StatusReport(order_id="A1", status=status)).content
        else:
            order = dress(to_fields(planted_order("A1", status=status)), route)
            content = client.import_orders.prepare(order).content
        if word not in str(content):
            broken(connector.name, TABLE_IS_USED, f"{status} is {word!r} by the table, and what is sent is {content}")


@BUILT
def test_secrets_are_in_no_repr(connector: Connector) -> None:
    judge_reprs(connector, rig_of(connector.name), client_of(connector.name))


def judge_reprs(connector: Connector, rig: Any, client: Any) -> None:
    """Of everything that holds settings: the declaration, the rig, the client, and what the client holds."""
    secrets = [value.reveal() for value in rig.settings.values() if isinstance(value, Secret)]
    secrets = [secret for secret in secrets if len(secret) >= 4]  # "1" is anywhere
    parts = {"the rig": rig, "the settings": rig.settings, "the client": client, "the declaration": connector}
    parts |= {f"the client's {name}": part for name, part in getattr(client, "__dict__", {}).items()}
    for name, part in parts.items():
        if any(secret in repr(part) for secret in secrets):
            broken(connector.name, SECRETS_ARE_SECRET, f"the repr of {name} holds a secret")
    for setting in connector.settings:
        if setting.form == "secret" and setting.default is not None:
            broken(connector.name, SECRETS_ARE_SECRET, f"the setting {setting.name} has a default, which is printed")
