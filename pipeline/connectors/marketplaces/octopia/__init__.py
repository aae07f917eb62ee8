"""Octopia, the marketplace platform behind Cdiscount: the declaration."""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Connector, Endpoint, Operation
from pipeline.connectors.marketplaces.octopia.client import Octopia
from pipeline.connectors.marketplaces.octopia.mapping import STATUSES
from pipeline.connectors.marketplaces.octopia.rules import RULES

_CONTRACT: Final = "contracts/marketplaces.md section 6"
_SETTINGS: Final = "contracts/marketplaces.md section 0"
_VALUES: Final = "contracts/oms.md section 6.2a"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        default="https://api.octopia-io.net/seller/v2",
        meaning="where the seller API is, with its base path",
        source=_SETTINGS,
    ),
    Setting(
        name="token_url",
        form="url",
        default="https://auth.octopia-io.net/auth/realms/maas/protocol/openid-connect/token",
        meaning="where access tokens come from",
        source=_CONTRACT,
    ),
    Setting(name="client_id", form="secret", required=True, meaning="the API client's id", source=_SETTINGS),
    Setting(name="client_secret", form="secret", required=True, meaning="the API client's secret", source=_SETTINGS),
    Setting(name="seller_id", required=True, meaning="the seller's number, sent as header SellerId", source=_CONTRACT),
    Setting(
        name="sales_channel_id", meaning="only this sales channel, such as CDISFR; needed to cancel", source=_CONTRACT
    ),
    Setting(
        name="accept",
        form="choice",
        default="after_validation",
        choices=("auto", "after_validation", "manual"),
        meaning="orders that wait to be accepted: accepted at once, once they are valid, or by a person at Octopia",
        source=_SETTINGS,
    ),
    Setting(name="page_size", form="integer", default=100, meaning="orders per page, at most 100", source=_CONTRACT),
    Setting(
        name="cancel_id_key",
        default="orderSellerId",
        meaning="the name of the order's id in a cancellation; one known client sends orderId",
        source=_VALUES,
    ),
    Setting(name="timezone", default="UTC", meaning="the zone of times that come without an offset", source=_CONTRACT),
)

_ORDER_ID: Final = Setting(name="order_id", required=True, meaning="the order's id")
_STATUS: Final = Setting(name="status", default="InPreparation", choices=tuple(STATUSES), meaning="an order status")

OPERATIONS: Final = (
    Operation(
        name="count",
        meaning="how many orders there are, all or of one status",
        arguments=(Setting(name="status", choices=tuple(STATUSES), meaning="an order status"),),
        source=_CONTRACT,
        run=lambda client, arguments: client.count(arguments.get("status")),
    ),
    Operation(
        name="carriers",
        meaning="the carriers that a parcel may name",
        source=_CONTRACT,
        run=lambda client, _: client.carriers(),
    ),
    Operation(
        name="cancellation_reasons",
        meaning="why a seller may cancel an order of this status",
        arguments=(_STATUS, Setting(name="sales_channel", meaning="such as CDISFR; else sales_channel_id")),
        source=_CONTRACT,
        run=lambda client, arguments: client.cancellation_reasons(arguments["status"], arguments.get("sales_channel")),
    ),
    Operation(
        name="cancellation_requests",
        meaning="what was asked to be cancelled of an order",
        arguments=(_ORDER_ID,),
        source=_CONTRACT,
        run=lambda client, arguments: client.cancellation_requests(arguments["order_id"]),
    ),
    Operation(
        name="order",
        meaning="one order as Octopia has it",
        arguments=(_ORDER_ID,),
        source=_CONTRACT,
        run=lambda client, arguments: (row := client.get(arguments["order_id"])) and row.raw,
    ),
)

_PLACES: Final = (
    ("POST", "{token_url}", "an access token of 2 hours, shared by all hosts", "every call"),
    ("GET", "/orders", "orders by update time, 100 a page", "new_orders"),
    ("GET", "/orders/count", "how many", "call count"),
    ("GET", "/orders/{orderId}", "one order", "get"),
    ("POST", "/orders/{orderId}/approval-status", "accept or refuse", "accept, refuse"),
    ("POST", "/orders/{orderId}/shipments", "parcels", "ship"),
    ("GET", "/carriers", "the carriers a parcel may name", "ship"),
    ("GET", "/cancellation-reasons", "why a seller may cancel", "cancel"),
    ("POST", "/order-cancellation-requests", "cancel an order", "cancel"),
    ("POST", "/order-partial-cancellation-requests", "cancel lines", "cancel"),
    ("GET", "/order-cancellation-requests", "what was asked to be cancelled", "cancel"),
)

CONNECTOR: Final = Connector(
    name="octopia",
    kind="marketplace",
    title="Cdiscount / Octopia seller API v2",
    settings=SETTINGS,
    capabilities=frozenset({"new_orders", "get", "accept", "refuse", "ship", "cancel"}),
    endpoints=tuple(
        Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=_CONTRACT)
        for method, path, purpose, used_by in _PLACES
    ),
    statuses=STATUSES,
    volatile=frozenset(),  # what is sent holds neither statuses nor times
    sources=(_CONTRACT, _SETTINGS, "contracts/marketplaces.md section 3", _VALUES),
    build=Octopia,
    limits={
        "page": "100 orders",
        "tokens": "500 an hour: the shared store fetches one for all hosts",
        "orders": "no rate is documented: a 429 is waited out",
    },
    operations=OPERATIONS,
    totals_add_up=False,  # no source says that totalPrice is the sum of its parts
    rules=RULES,
)
