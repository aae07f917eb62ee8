"""Mirakl, the marketplace platform of many operators: the declaration (one connector, an account per operator)."""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Connector, Endpoint
from pipeline.connectors.marketplaces.mirakl.client import Mirakl
from pipeline.connectors.marketplaces.mirakl.operations import OPERATIONS
from pipeline.connectors.marketplaces.mirakl.rates import A_MINUTE
from pipeline.connectors.marketplaces.mirakl.rules import RULES
from pipeline.connectors.marketplaces.mirakl.states import STATUSES

_CONTRACT: Final = "contracts/marketplaces.md section 5"
_SETTINGS: Final = "contracts/marketplaces.md section 0"
_OPENAPI: Final = "Mirakl's OpenAPI, as github.com/kassaline/openapi-clients-mirakl (docs/Model) has it"
_SDK: Final = "github.com/mirakl/sdk-php-shop, ReasonType"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        required=True,
        meaning="where the operator's Mirakl is, such as https://OPERATOR.mirakl.net; its test instance is another one",
        source=_SETTINGS,
    ),
    Setting(name="api_key", form="secret", required=True, meaning="the shop's API key", source=_SETTINGS),
    Setting(name="shop_id", meaning="which shop, where the key's user has several", source=_SETTINGS),
    Setting(
        name="accept",
        form="choice",
        default="after_validation",
        choices=("auto", "after_validation", "manual"),
        meaning="orders that wait to be accepted: accepted at once, once they are valid, or by a person at Mirakl",
        source=_SETTINGS,
    ),
    Setting(name="page_size", form="integer", default=100, meaning="orders per page, at most 100", source=_SETTINGS),
    Setting(
        name="shipments",
        form="choice",
        default="tracking",
        choices=("tracking", "multi"),
        meaning="one parcel per order (OR23, then OR24), or several (ST01) where the operator enables them",
        source=_CONTRACT,
    ),
    Setting(
        name="several_parcels",
        form="choice",
        default="hold",
        choices=("hold", "join"),
        meaning="parcels whose contents are not told apart, or several with OR23: held, or told as one, with their "
        "numbers joined by a comma",
        source="ours: neither OR23 nor ST01 can say it",
    ),
    Setting(
        name="frequency",
        form="duration",
        default=A_MINUTE,
        meaning="the least time between two listings, and between two OR04: shorter only where the operator agrees",
        source=_CONTRACT,
    ),
    Setting(
        name="cancel_reason_type",
        default="CANCELATION",
        meaning="the type of RE02 whose reasons a cancellation may give",
        source=_SDK,
    ),
)

_PLACES: Final = (
    ("GET", "/api/orders", "OR11: orders by update time, 100 a page; single ones by order_ids", "new_orders, get"),
    ("PUT", "/api/orders/{order_id}/accept", "OR21: accept or refuse every line", "accept, refuse"),
    ("PUT", "/api/orders", "OR04: our reference back, 100 orders a call", "acknowledge"),
    ("PUT", "/api/orders/{order_id}/tracking", "OR23: carrier and tracking number", "ship"),
    ("PUT", "/api/orders/{order_id}/ship", "OR24: shipped", "ship"),
    ("POST", "/api/shipments", "ST01: several parcels, shipped", "ship"),
    ("GET", "/api/shipments", "ST11: the parcels that there are", "ship, get"),
    ("GET", "/api/shipping/carriers", "SH21: the operator's carriers, once a day", "ship"),
    ("PUT", "/api/orders/{order_id}/cancel", "OR29: cancel an order", "cancel"),
    ("PUT", "/api/orders/cancel", "OR30: cancel lines", "cancel, call cancel_line"),
    ("GET", "/api/reasons/{type}", "RE02: why a shop may cancel", "cancel"),
    ("PUT", "/api/orders/refund", "OR28: refund", "call refund"),
)

CONNECTOR: Final = Connector(
    name="mirakl",
    kind="marketplace",
    title="Mirakl (MMP seller API)",
    settings=SETTINGS,
    capabilities=frozenset({"new_orders", "get", "accept", "refuse", "acknowledge", "ship", "cancel"}),
    endpoints=tuple(
        Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=_CONTRACT)
        for method, path, purpose, used_by in _PLACES
    ),
    statuses=STATUSES,
    volatile=frozenset(),  # what is sent holds neither statuses nor times
    sources=(_CONTRACT, _SETTINGS, "contracts/marketplaces.md section 3", _OPENAPI, _SDK),
    build=Mirakl,
    limits={
        "listing": "once a minute (recommended: every 5 minutes, set poll.orders; partners: every 15)",
        "page": "100 orders; the pages of one listing follow at once",
        "references": "100 orders a call, once a minute",
        "carriers": "asked once a day",
        "rates": "no header tells one; a 429 empties the budget of its operation for its Retry-After, else a minute",
    },
    operations=OPERATIONS,
    totals_add_up=False,  # "sum of the order's price with shipping price and fees", and the fees have no field of ours
    rules=RULES,
)
