"""Egenta OMS API v0.1, a fulfiller: the declaration."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Connector, Endpoint
from pipeline.connectors.oms.egenta.client import ANSWER, IMPORT, QUESTIONS, SHIPPED, SHIPPED_DONE, Egenta
from pipeline.connectors.oms.egenta.mapping import ANSWERS, VOLATILE
from pipeline.connectors.oms.egenta.rules import RULES

_SEED: Final = "seeds/000"
_CONTRACT: Final = "contracts/oms.md section"
_SETTINGS: Final = f"{_CONTRACT} 6.2"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        default="https://oms.egenta.eu/api/",
        meaning="where the five scripts are",
        source=_SEED,
    ),
    Setting(name="secret_id", form="secret", required=True, meaning="the app's id, sent as text", source=_SEED),
    Setting(name="secret_key", form="secret", required=True, meaning="the app's key", source=_SEED),
    Setting(
        name="get_credentials_in",
        form="choice",
        default="body",
        choices=("body", "query"),
        meaning="where the two lists get the credentials: as JSON in a GET's body, or in its query",
        source=f"{_CONTRACT} 1.2",
    ),
    Setting(
        name="wire_types",
        form="choice",
        default="seed",
        choices=("seed", "native"),
        meaning='totals, flags and counts as text ("100.00", "1"), or as numbers and booleans',
        source=f"{_CONTRACT} 1.4.7",
    ),
    Setting(
        name="import_batch_size",
        form="integer",
        default=1,
        meaning="orders per import; results per order are not documented",
        source=f"{_CONTRACT} 1.5",
    ),
    Setting(
        name="reput_is_safe",
        form="flag",
        default=True,
        meaning="importing an OrderId again updates it; off: unknown outcomes wait for a person, and no updates",
        source=f"{_CONTRACT} 1.6",
    ),
    Setting(name="timezone", default="UTC", meaning="the zone of the times we send", source=_SETTINGS),
    Setting(
        name="state_fallback",
        default="-",
        meaning="stateOrRegion of addresses without one, after the route's defaults",
        source=f"{_CONTRACT} 1.4.5",
    ),
    Setting(
        name="latest_ship_days",
        form="integer",
        meaning="days from the purchase to LatestShipDate where the marketplace tells none",
        source=f"{_CONTRACT} 1.4.11",
    ),
)

_PLACES: Final = (
    ("PUT", IMPORT, "import orders", "import_orders, update"),
    ("GET", SHIPPED, "what was shipped, until it is acknowledged", "shipped"),
    ("POST", SHIPPED_DONE, "the marketplace knows that the order was shipped", "acknowledge_shipped"),
    ("GET", QUESTIONS, "whose status is asked for", "status_requests"),
    ("POST", ANSWER, "the status at the marketplace", "answer_status"),
)


def lacks(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """What these settings take away."""
    if settings.get("reput_is_safe"):
        return {}
    return {"update": "reput_is_safe is off: whether an order sent again updates or doubles it is not documented"}


CONNECTOR: Final = Connector(
    name="egenta",
    kind="oms",
    title="Egenta OMS API v0.1",
    settings=SETTINGS,
    capabilities=frozenset(
        {"import_orders", "update", "shipped", "acknowledge_shipped", "status_requests", "answer_status"}
    ),
    endpoints=tuple(
        Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=f"{_SEED}, {_CONTRACT} 1.2")
        for method, path, purpose, used_by in _PLACES
    ),
    statuses={word: status for status, word in ANSWERS.items()},
    volatile=VOLATILE,
    sources=(_SEED, f"{_CONTRACT} 1", _SETTINGS, f"{_CONTRACT} 6.2a"),
    build=Egenta,
    limits={
        "lists": "no pages; asked a few times each hour",
        "single": "acknowledgements and answers take one order per call",
        "network": "the caller's address must be allow-listed: give the account own_queue",
        "cancel": "no call: it learns of cancellations by its status question",
    },
    lacks=lacks,
    rules=RULES,
)
