"""Amazon SP-API: the declaration."""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Connector, Endpoint
from pipeline.connectors.marketplaces.amazon.client import Amazon
from pipeline.connectors.marketplaces.amazon.operations import OPERATIONS
from pipeline.connectors.marketplaces.amazon.rules import RULES
from pipeline.connectors.marketplaces.amazon.statuses import STATUSES

_CONTRACT: Final = "contracts/marketplaces.md section 4"
_SETTINGS: Final = "contracts/marketplaces.md section 0"
_MODERN: Final = "orders_2026-01-01.json"
_V0: Final = "ordersV0.json"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        default="https://sellingpartnerapi-eu.amazon.com",
        meaning="the region's host",
        source=_CONTRACT,
    ),
    Setting(
        name="token_url",
        form="url",
        default="https://api.amazon.com/auth/o2/token",
        meaning="Login with Amazon, where access tokens come from",
        source=_CONTRACT,
    ),
    Setting(name="client_id", form="secret", required=True, meaning="the application's LWA id", source=_SETTINGS),
    Setting(
        name="client_secret",
        form="secret",
        required=True,
        meaning="its LWA secret; Amazon wants a new one every 180 days",
        source=_CONTRACT,
    ),
    Setting(
        name="refresh_token",
        form="secret",
        required=True,
        meaning="from the seller's authorization; a new role needs a new one",
        source=_CONTRACT,
    ),
    Setting(
        name="marketplace_ids",
        form="texts",
        required=True,
        meaning="the marketplaces to list, at most 50, such as A13V1IB3VIYZZH for France",
        source=_CONTRACT,
    ),
    Setting(
        name="orders_api",
        form="choice",
        default="2026-01-01",
        choices=("2026-01-01", "v0"),
        meaning="which Orders API is read; v0 goes away on 2027-03-27. Parcels are confirmed by v0 in any case",
        source=_CONTRACT,
    ),
    Setting(
        name="included_data",
        form="texts",
        default=(
            "BUYER", "RECIPIENT", "PROCEEDS", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX", "PAYMENT",
        ),
        choices=(
            "BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX",
            "PAYMENT", "FULFILLMENT_ORDERS",
        ),
        meaning="the data sets to ask for; BUYER and RECIPIENT need roles (v0: a restricted token asks for these two)",
        source=_MODERN,
    ),
    Setting(
        name="several_parcels",
        form="choice",
        default="hold",
        choices=("hold", "join"),
        meaning="parcels whose contents are not told apart: held, or told as one, with their numbers joined by a comma "
        "(Amazon follows no such number)",
        source="ours: each piece is in one parcel, and a parcel has one trackingNumber",
    ),
)  # fmt: skip

_PLACES: Final = (
    ("POST", "{token_url}", "an access token of an hour, shared by all hosts", "every call", _CONTRACT),
    ("GET", "/orders/2026-01-01/orders", "searchOrders: by update time, 100 a page", "new_orders", _MODERN),
    ("GET", "/orders/2026-01-01/orders/{orderId}", "getOrder; also what parcels there are", "get, ship", _MODERN),
    ("POST", "/orders/v0/orders/{orderId}/shipmentConfirmation", "confirmShipment: one parcel", "ship", _V0),
    ("GET", "/orders/v0/orders", "getOrders: by update time, 100 a page (orders_api = v0)", "new_orders", _V0),
    ("GET", "/orders/v0/orders/{orderId}", "getOrder (orders_api = v0)", "get", _V0),
    ("GET", "/orders/v0/orders/{orderId}/orderItems", "its items (orders_api = v0)", "get", _V0),
    ("GET", "/orders/v0/orders/{orderId}/address", "its address", "call address", _V0),
    ("GET", "/orders/v0/orders/{orderId}/buyerInfo", "its buyer", "call buyer_info", _V0),
    ("GET", "/orders/v0/orders/{orderId}/regulatedInfo", "what is to be checked", "call regulated_info", _V0),
    ("POST", "/orders/v0/orders/{orderId}/shipment", "ready for pick-up, fetched", "call update_shipment_status", _V0),
    ("POST", "/tokens/2021-03-01/restrictedDataToken", "a token for personal data (orders_api = v0)", "get",
     "tokens_2021-03-01.json"),
)  # fmt: skip

CONNECTOR: Final = Connector(
    name="amazon",
    kind="marketplace",
    title="Amazon Selling Partner API, orders shipped by the merchant",
    settings=SETTINGS,
    capabilities=frozenset({"new_orders", "get", "ship"}),
    endpoints=tuple(
        Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=source)
        for method, path, purpose, used_by, source in _PLACES
    ),
    statuses=STATUSES,
    volatile=frozenset(),  # the write of parcels names its own
    sources=(_CONTRACT, _SETTINGS, "contracts/marketplaces.md section 3", _MODERN, _V0, "tokens_2021-03-01.json"),
    build=Amazon,
    limits={
        "listing": "one call in 178 s, 20 at once (v0: one a minute): set poll.orders to 3 minutes or more; "
        "a listing goes on where its budget ended",
        "token of a page": "24 hours, so about 50,000 changed orders in one range: backfill an older start by parts",
        "age": "orders older than two years are not served",
        "parcels": "one call each, 2 a second; a second one waits until the first is seen in the order",
        "rates": "told by x-amzn-RateLimit-Limit; a 429 tells no time and costs its operation one refill",
        "not built": "feeds (cancel, acknowledge with the merchant's order id), notifications (ORDER_CHANGE): nothing "
        "is accepted, refused, acknowledged or canceled at Amazon; a buyer's request to cancel is shown as "
        "extra.amazon.cancellation_requests",
    },
    operations=OPERATIONS,
    totals_add_up=False,  # grandTotal is "the total amount that the seller receives"
    rules=RULES,
)
