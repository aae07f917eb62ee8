"""bol.com, Retailer API v10: the declaration."""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Connector, Endpoint
from pipeline.connectors.marketplaces.bol.client import Bol
from pipeline.connectors.marketplaces.bol.operations import OPERATIONS
from pipeline.connectors.marketplaces.bol.rules import RULES
from pipeline.connectors.marketplaces.bol.states import STATUSES

_CONTRACT: Final = "contracts/marketplaces.md section 8"
_SETTINGS: Final = "contracts/marketplaces.md section 0"
_CLIENTS: Final = "clients generated from bol's OpenAPI: BulkProcessStatusRequest, ProcessStatus, TransporterCode"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        default="https://api.bol.com",
        meaning="where the API is, without /retailer",
        source=_CONTRACT,
    ),
    Setting(
        name="token_url",
        form="url",
        default="https://login.bol.com/token",
        meaning="where access tokens come from",
        source=_CONTRACT,
    ),
    Setting(name="client_id", form="secret", required=True, meaning="the API client's id", source=_SETTINGS),
    Setting(name="client_secret", form="secret", required=True, meaning="the API client's secret", source=_SETTINGS),
    Setting(
        name="fulfilment_method",
        form="choice",
        default="FBR",
        choices=("FBR", "FBB", "ALL"),
        meaning="which orders: those the retailer ships, those bol ships, or all",
        source=_SETTINGS,
    ),
    Setting(
        name="several_parcels",
        form="choice",
        default="hold",
        choices=("hold", "join"),
        meaning="parcels whose contents are not told apart: held, or told as one, with their numbers joined by a comma",
        source="ours: a shipment at bol names one trackAndTrace, and each piece is in one shipment",
    ),
)

_PLACES: Final = (
    ("POST", "{token_url}", "an access token of a few minutes, shared by all hosts", "every call"),
    ("GET", "/retailer/orders", "orders that changed, 50 a page, without addresses", "new_orders"),
    ("GET", "/retailer/orders/{orderId}", "one order", "new_orders, get, ship, cancel"),
    ("POST", "/retailer/shipments", "one parcel with its items", "ship"),
    ("PUT", "/retailer/orders/cancellation", "cancel items", "cancel"),
    ("GET", "/shared/process-status/{id}", "how a write ended", "ship, cancel"),
    ("GET", "/shared/process-status", "the writes about an order item", "ship, cancel"),
    ("POST", "/shared/process-status", "how up to 1000 writes ended", "ship, cancel"),
    ("POST", "/retailer/subscriptions", "have events pushed", "call subscribe"),
    ("GET", "/retailer/subscriptions/signature-keys", "keys of what is pushed", "call signature_keys"),
)

CONNECTOR: Final = Connector(
    name="bol",
    kind="marketplace",
    title="bol.com Retailer API v10",
    settings=SETTINGS,
    capabilities=frozenset({"new_orders", "get", "ship", "cancel"}),
    endpoints=tuple(
        Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=_CONTRACT)
        for method, path, purpose, used_by in _PLACES
    ),
    statuses=STATUSES,
    volatile=frozenset(),  # what is sent holds neither statuses nor times
    sources=(_CONTRACT, _SETTINGS, "contracts/marketplaces.md section 3", _CLIENTS),
    build=Bol,
    limits={
        "list": "7 calls in 3 minutes (the vendor's example), else what x-ratelimit-* says",
        "orders": "8 a minute (the vendor's example), else what x-ratelimit-* says: each order costs one",
        "cancellations": "25 a minute (the vendor's example), else what x-ratelimit-* says",
        "page": "50 orders",
        "parcels": "one after the other, and each spends one of `limits.attempts`: of more than 7 a person is asked",
        "process statuses": "1000 in one question; kept for a limited time",
        "history": "three months",
    },
    operations=OPERATIONS,
    totals_add_up=False,  # an order has no total of its own; discounts have no documented shape
    rules=RULES,
)
