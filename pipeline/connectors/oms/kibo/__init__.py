"""Kibo / Shopatron, Historic Order Import v2: the declaration."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Connector, Endpoint
from pipeline.connectors.oms.kibo.client import CANCEL_ITEM, NO_POLL, SCHEMA, Kibo
from pipeline.connectors.oms.kibo.errands import OPERATIONS
from pipeline.connectors.oms.kibo.mapping import STATUSES, VOLATILE
from pipeline.connectors.oms.kibo.rules import RULES
from pipeline.connectors.oms.kibo.shipped import ORDERS, SHIPMENTS

_SEED: Final = "seeds/004"
_CONTRACT: Final = "contracts/oms.md section"
_SETTINGS: Final = f"{_CONTRACT} 6.2"
_ACCESS: Final = f"{_CONTRACT} 5.1"
_OPTIONAL: Final = f"{_SEED}, {_CONTRACT} 5.3"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        default="https://integration.shopatron.com/api/v2",
        meaning="where the v2 API is, with its base path (also https://TENANT-translation.mozu.com/api/v2)",
        source=f"{_SEED}, {_CONTRACT} 5.1",
    ),
    Setting(
        name="token_url",
        form="url",
        default="https://auth.shopatron.com/oauthserver/oauth2/token",
        meaning="where access tokens come from; staging and development have their own",
        source=_ACCESS,
    ),
    Setting(name="api_key", form="secret", required=True, meaning="the API key, also header API-Key", source=_ACCESS),
    Setting(name="api_secret", form="secret", required=True, meaning="the API key's secret", source=_ACCESS),
    Setting(
        name="extra_headers",
        form="table",
        default={},
        meaning="headers of every API call, such as x-vol-tenant on the successor platform; no secrets",
        source=_ACCESS,
    ),
    Setting(
        name="mode",
        form="choice",
        default="importOrder",
        choices=("importOrder", "createOrder"),
        meaning="which call takes orders: the historic import, or the standard one for live orders",
        source=f"{_CONTRACT} 5.4.12",
    ),
    Setting(
        name="manufacturer_id", form="integer", required=True, meaning="the manufacturer, at least 1", source=_SEED
    ),
    Setting(name="catalog_id", form="integer", required=True, meaning="its catalog, at least 0", source=_SEED),
    Setting(name="locale", default="en-US", meaning="the orders' locale, an IETF tag", source=_SEED),
    Setting(
        name="send_email",
        form="flag",
        default=False,
        meaning="Kibo writes e-mails to the buyer; most marketplaces forbid it",
        source=f"{_CONTRACT} 5.4.3",
    ),
    Setting(
        name="customer_ip_fallback",
        meaning="the IPv4 sent where the marketplace tells none that is external; fraud review suffers",
        source=f"{_CONTRACT} 5.4.4",
    ),
    Setting(
        name="payment_type",
        default="NO",
        meaning="the paymentType of methods that are none of Kibo's, after the route's payment_map",
        source=f"{_CONTRACT} 5.4.6",
    ),
    Setting(
        name="payment_types",
        form="texts",
        default=(),
        meaning="types besides CC, CS, LV, PP, EB, PZ and NO that Kibo has agreed to; they vary",
        source=f"{_SEED}, Order Payments",
    ),
    Setting(
        name="no_operation_type",
        default="HI",
        meaning="the noOperationType that goes with NO",
        source=f"{_SEED} example",
    ),
    Setting(
        name="shipping_type",
        default="standard",
        meaning='the shippingType where nothing was asked for; the route\'s shipping_map gives "TYPE/CLASS"',
        source=_SETTINGS,
    ),
    Setting(name="shipping_class", default="Standard", meaning="the shippingClass that goes with it", source=_SETTINGS),
    Setting(
        name="assigned_location",
        meaning="the external_store_id that orders are assigned to, as text (leading zeros count)",
        source=_OPTIONAL,
    ),
    Setting(name="use_inventory", form="flag", meaning="orders are inventory orders, or are not", source=_OPTIONAL),
    Setting(name="allow_split", form="flag", meaning="orders may be split into several shipments", source=_OPTIONAL),
    Setting(name="channel", meaning="the channel that orders were created by", source=_OPTIONAL),
    Setting(name="is_test_order", form="flag", meaning="orders are tests", source=_OPTIONAL),
    Setting(name="currency_locale", meaning="the locale of amounts, an IETF tag", source=_OPTIONAL),
    Setting(name="landing_code", meaning="the site that orders come from, 10 to 200 characters", source=_OPTIONAL),
    Setting(
        name="lookup_filter",
        default="externalOrderID",
        meaning="the parameter by which an order is looked up before it is sent again; empty: a person looks",
        source=f"{_CONTRACT} 5.7",
    ),
    Setting(
        name="shipment_poll",
        form="flag",
        default=False,
        meaning="read shipments for the marketplaces; a name of ours, off because the contract has it as opt-in",
        source=f"{_CONTRACT} 5.8, 6.3",
    ),
    Setting(
        name="send_nulls",
        form="flag",
        default=False,
        meaning="send null where the seed's example has it, but for the password; absent is enough for optional keys",
        source=f"{_CONTRACT} 5.4.9",
    ),
    Setting(
        name="per_page",
        form="integer",
        default=20,
        meaning="rows a page of a search, at most 100",
        source=f"{_CONTRACT} 5.6",
    ),
    Setting(
        name="entity_length_check",
        form="flag",
        default=True,
        meaning="count a character beyond ASCII as the XHTML entity that Kibo stores for it",
        source=f"{_CONTRACT} 5.5",
    ),
)

_PLACES: Final = (
    ("POST", "{token_url}", "an access token of about an hour, shared by all hosts", "every call", _ACCESS),
    ("POST", "/importOrder/", "import an order (mode importOrder)", "import_orders", _SEED),
    ("POST", "/createOrder/", "create a live order (mode createOrder)", "import_orders", f"{_CONTRACT} 5.4.12"),
    ("GET", f"/{ORDERS}", "orders by filter, in pages", "import_orders, shipped, call orders", f"{_CONTRACT} 5.6, 5.7"),
    ("GET", f"/{SHIPMENTS}", "shipments, of an order or all", "shipped, call shipments", f"{_CONTRACT} 5.8"),
    ("POST", f"/{CANCEL_ITEM}", "cancel one item of an order", "call cancel_item", f"{_CONTRACT} 5.8"),
    ("GET", f"/{SCHEMA}", "the JSON schema of an import", "call schema", _SEED),
)


def lacks(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """What these settings take away."""
    return {} if settings.get("shipment_poll") else {"shipped": NO_POLL}


CONNECTOR: Final = Connector(
    name="kibo",
    kind="oms",
    title="Kibo / Shopatron Historic Order Import v2",
    settings=SETTINGS,
    capabilities=frozenset({"import_orders", "shipped"}),
    endpoints=tuple(
        Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=source)
        for method, path, purpose, used_by, source in _PLACES
    ),
    statuses=STATUSES,
    volatile=VOLATILE,
    sources=(_SEED, f"{_CONTRACT} 5", f"{_CONTRACT} 6.1", _SETTINGS),
    build=Kibo,
    probe=lambda client: client.orders(1),
    limits={
        "import": "one order per call",
        "history": "mode importOrder takes orders that are shipped or canceled: `backfill --historic`",
        "search": "per_page at most 100; the look-up reads at most 25 pages, then a person looks",
        "rate": "not published: a 403 with X-Mashery-Error-Code OVER_QPS or OVER_RATE is waited out like a 429",
        "text": "stored as latin1 with XHTML entities; characters above the BMP are held",
        "shipments": "with shipment_poll, all of them each poll: nothing is published to ask for changes only; those "
        "of orders that no marketplace knows are held",
        "parcels": "an order is told once all its shipments have a tracking number; which lines a parcel holds is not "
        "published, so it is told without lines",
        "order status": "no flow needs it, Kibo asks for no answer: by call (orders, status=READY)",
        "cancel": "per orderItemID, which no documented answer holds: by call",
        "statuses": "partly shipped and pending orders have no word and are held",
        "notifications": "its pushes (an answer within 45 s, repeated for 14 days) are not taken; they need a server",
    },
    operations=OPERATIONS,
    lacks=lacks,
    rules=RULES,
)
