"""OIS (Divide), which stands before ERPs such as XPRT: the declaration."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.contract import Connector, Endpoint
from pipeline.connectors.oms.ois.client import COUPON, HOOK_LOG, HOOK_TYPES, HOOK_URLS, HOOKS, REDEEM, Ois
from pipeline.connectors.oms.ois.hooks import why_off
from pipeline.connectors.oms.ois.operations import OPERATIONS
from pipeline.connectors.oms.ois.rules import RULES
from pipeline.connectors.oms.ois.settings import CONTRACT, SEED, SETTINGS
from pipeline.connectors.oms.ois.tables import AGENTS, BRANCHES, OPTIONS, PROVIDERS

_PLACES: Final = (
    ("POST", "{token_path}", "an access token of at most 24 hours, shared by all hosts", "every call"),
    ("POST", "{order_path}", "post an order", "import_orders"),
    ("GET", "{lookup_path}", "whether an order arrived", "import_orders, call order"),
    ("GET", AGENTS.path, "the shipping agents", "import_orders, call shipping_agents"),
    ("GET", OPTIONS.path, "the payment options", "import_orders, call payment_options"),
    ("GET", PROVIDERS.path, "the payment providers", "import_orders, call payment_providers"),
    ("GET", BRANCHES.path, "the branches for pickup", "import_orders, call branches"),
    ("GET", COUPON, "a coupon", "call coupon"),
    ("PUT", REDEEM, "take an amount off a coupon", "call redeem"),
    ("GET", HOOK_TYPES, "webhooks there are", "call webhook_types"),
    ("POST", HOOKS, "subscribe to a webhook", "call subscribe"),
    ("DELETE", HOOKS, "unsubscribe from a webhook", "call unsubscribe"),
    ("GET", HOOK_URLS, "subscriptions", "call webhook_urls"),
    ("GET", HOOK_LOG, "the log of webhooks", "shipped, call webhook_log"),
    ("GET", "Inventory (v1), Stock (v2)", "stock; paths not published", "call inventory"),
)


def lacks(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """What these settings take away."""
    off = why_off(settings)
    return {"shipped": off} if off else {}


CONNECTOR: Final = Connector(
    name="ois",
    kind="oms",
    title="OIS (Divide) order rules, with XPRT's limits",
    settings=SETTINGS,
    capabilities=frozenset({"import_orders", "shipped"}),
    endpoints=tuple(
        Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=f"{SEED}, {CONTRACT} 4.2")
        for method, path, purpose, used_by in _PLACES
    ),
    statuses={},
    volatile=frozenset(),  # what is sent holds neither statuses nor times of change
    sources=(SEED, f"{CONTRACT} 4", f"{CONTRACT} 6.1", f"{CONTRACT} 6.2"),
    build=Ois,
    probe=lambda client: client.table(AGENTS),
    limits={
        "single": "one order per call",
        "query": "2048 characters",
        "currency": "one webshop_code per currency",
        "403": "an endpoint outside the token's scope: the account stops until it is corrected",
        "schema": "not published. Assumed names: Identifier, OrderDate, ShippingAddress, BillingAddress,"
        " VariantIdentifier, Quantity, OrderDiscounts with Code and Value, Value of a coupon",
        "company": "no field; the last name where there is no name",
        "update": "what OIS does with an order that is posted again is not published: none is",
        "cancel": "no call is published",
        "shipments": "from the log of webhooks, where webhook_pointers says what they carry; a log that is not newest"
        " first is read whole each poll, 1000 pages at most",
        "redeem": "a coupon is redeemed by the caller, at once and apart from the order: `orderpipe call redeem`",
        "erp": "a 2xx is OIS's yes: whether XPRT took the order is seen there only",
    },
    operations=OPERATIONS,
    lacks=lacks,
    rules=RULES,
)
