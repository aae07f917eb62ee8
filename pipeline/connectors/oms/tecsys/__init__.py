"""Tecsys Omni OMS (OrderDynamics): the declaration."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.contract import Connector, Endpoint
from pipeline.connectors.oms.tecsys import inventory, orders, places, shipments
from pipeline.connectors.oms.tecsys.changes import CHANGES
from pipeline.connectors.oms.tecsys.client import NO_TRACKING, Tecsys
from pipeline.connectors.oms.tecsys.mapping import DEFAULT_FIELDS
from pipeline.connectors.oms.tecsys.operations import READS, source
from pipeline.connectors.oms.tecsys.rules import RULES
from pipeline.connectors.oms.tecsys.settings import CONTRACT, REJECT, SEED, SETTINGS

_PLACES: Final = (
    ("GET", "/{metadata_segment}/{ownertype}/", "custom-field metadata", "call custom_fields", 1),
    ("GET", inventory.LOCATIONS, "inventory locations", "call inventory_locations", 2),
    ("PUT", inventory.LOCATION_FIELDS, "custom fields of a location", "call set_location_fields", 3),
    ("GET", inventory.ON_HAND, "stock on hand", "call on_hand", 4),
    ("PUT", inventory.ON_HAND, "set or change stock on hand", "call set_on_hand", 5),
    ("GET", inventory.PREORDER, "pre-ordered and planned quantities", "call preorder", 6),
    ("GET", inventory.VIRTUAL, "calculated stock by pool group", "call virtual_inventory", 7),
    (
        "GET",
        orders.ORDERS,
        "orders by id",
        "import_orders, cancel, call orders, call create_shipments, call verify_shipments",
        8,
    ),
    ("POST", orders.CANCEL, "cancel an order", "cancel, call cancel_order", 9),
    ("POST", orders.SEARCH, "orders by condition, in pages", "shipped, call search", 10),
    ("POST", places.CUSTOMERS, "create a customer", "call create_customer", 11),
    ("POST", places.STORES, "create a store location", "call create_store_location", 12),
    ("{storelocations_view_verb}", places.STORES, "store locations, in pages", "call store_locations", 13),
    ("POST", shipments.CREATE, "create an order's shipments; 202", "call create_shipments", 14),
    ("POST", shipments.CANCEL_SHIPMENT, "cancel a shipment", "call cancel_shipment", 15),
    ("POST", REJECT, "reject a shipment", "call reject_shipment", 16),
    ("POST", "{reroute_path}", "reroute a shipment, if reroute_enabled", "call reroute_shipment", 17),
    ("POST", shipments.SPLIT_BY_LINE, "split a shipment by line", "call split_by_line", 18),
    ("POST", shipments.SPLIT_BY_SKU, "split a shipment by SKU", "call split_by_sku", 19),
    ("GET", shipments.PAYMENTS, "an order's payments", "call payments", 20),
)
_UNPUBLISHED: Final = (
    ("POST", "{create_order_path}", "create an order; not published", "import_orders", f"{CONTRACT} 3.2"),
    ("PUT", "{storelocations_update_path}", "update a store location; not published", "call update_store_location",
     f"{SEED}, {CONTRACT} 6.2"),
    ("GET", places.PROVINCES, "a country's provinces", "call provinces", f"{CONTRACT} 3.3"),
    ("PUT", "/addresses/Customers", "a customer's address; its fields are not published", "call set_customer_address",
     f"{CONTRACT} 3.3"),
)  # fmt: skip


def lacks(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """What these settings take away."""
    found = {}
    if not settings.get("create_order_path"):
        found["import_orders"] = "not configured: no endpoint that creates orders is published; set create_order_path"
    if not settings.get("tracking_pointers"):
        found["shipped"] = NO_TRACKING
    return found


CONNECTOR: Final = Connector(
    name="tecsys",
    kind="oms",
    title="Tecsys Omni OMS (OrderDynamics)",
    settings=SETTINGS,
    capabilities=frozenset({"import_orders", "cancel", "shipped"}),
    endpoints=(
        *(
            Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=source(number))
            for method, path, purpose, used_by, number in _PLACES
        ),
        *(
            Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=where)
            for method, path, purpose, used_by, where in _UNPUBLISHED
        ),
    ),
    statuses={},  # it is asked for none; see limits
    volatile=frozenset(),  # of a field map: those that change without being news
    sources=(SEED, f"{CONTRACT} 3", f"{CONTRACT} 6.1", f"{CONTRACT} 6.2"),
    build=Tecsys,
    probe=lambda client: client.inventory.locations(page=1),
    limits={
        "single": "one order per call",
        "retries": "the vendor's 3 attempts, 5 s apart: never sooner than 5 s, later by limits.backoff; how often by "
        "limits.attempts (3 is the vendor's, and means dead letters after seconds of a partner being down); "
        "`orderpipe call` repeats nothing, a person does",
        "rate": "not published: a 429 is waited out, by Retry-After or the gateway's words, and so is a used-up quota",
        "ids": "at most 20 a look-up, and URLs below 2048 characters",
        "virtual": "max_pool_groups and max_virtual_skus a call: more are asked in several, and merged",
        "delta": "a Delta of stock is never sent again; Absolute is what set_on_hand does unless told otherwise",
        "statuses": "NotStarted, PaymentPending and Paid are published, of many: none leads to an action; a "
        "cancellation counts as done at Canceled or Cancelled",
        "cancel": "whole orders; the reason goes as it is, its vocabulary being the site's own",
        "shipped": "by the configured search, all of it each poll: nothing is published to ask for changes only",
        "202": f"asked for again, {orders.TRIES} times over {orders.PATIENCE.total_seconds() / 60:.0f} minutes; "
        "create_shipments asks for as long as its `wait`",
        "update": "no call is published: an order that changes after it was sent is held",
        "trace": "the TraceID of an answer is in the message of its trouble, and is the receipt of a cancellation",
        "daily": "the vendor recommends daily reconciliation: `orderpipe reconcile`",
        "fields": "of a new order, by default: " + ", ".join(f"{ours}={wire}" for wire, ours in DEFAULT_FIELDS.items()),
    },
    operations=(*READS, *CHANGES),
    lacks=lacks,
    rules=RULES,
)
