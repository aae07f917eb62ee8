"""Tecsys' settings (contracts/oms.md section 6.2); what is not published is off, or a default to correct."""

from typing import Final

from pipeline.config.setting import Setting

SEED: Final = "seeds/002"
CONTRACT: Final = "contracts/oms.md section"
_SETTINGS: Final = f"{CONTRACT} 6.2"
REJECT: Final = "/orderfulfillment/shipments/Reject"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        required=True,
        meaning="where the API is, with /v1; documented is https://api.dev.orderdynamics.net/v1, the production host "
        "is told by the vendor",
        source=f"{SEED}, {CONTRACT} 3.1",
    ),
    Setting(
        name="subscription_key",
        form="secret",
        required=True,
        meaning="the primary or secondary subscription key; a new one ends the old one at once",
        source=f"{SEED}, {CONTRACT} 3.1",
    ),
    Setting(
        name="metadata_segment",
        default="customfieldsmetadata",
        choices=("customfieldsmetadata", "customfieldmetadata"),
        meaning="the path of custom-field metadata; the vendor's pages disagree on its spelling",
        source=f"{CONTRACT} 3.2.1",
    ),
    Setting(
        name="storelocations_view_verb",
        form="choice",
        default="GET",
        choices=("GET", "POST"),
        meaning="how store locations are viewed; the document's POST without a body goes to the path that creates one",
        source=f"{CONTRACT} 3.4.1",
    ),
    Setting(
        name="reroute_path",
        default=REJECT,
        meaning="where reroutes are posted; the document shows the path of rejections",
        source=f"{SEED}, {CONTRACT} 3.4.2",
    ),
    Setting(
        name="reroute_enabled",
        form="flag",
        default=False,
        meaning="allow reroutes; a server that ignores RouteType would reject the shipment instead",
        source=f"{CONTRACT} 3.4.2",
    ),
    Setting(
        name="cancel_params_in",
        form="choice",
        default="query",
        choices=("query", "body"),
        meaning="where orders/Cancel gets the order's id and the reason",
        source=f"{CONTRACT} 3.2.9",
    ),
    Setting(
        name="cancel_reason_required",
        form="flag",
        default=False,
        meaning="the site has CANCEL_REASON_TRUE: a cancellation without a reason is not sent",
        source=f"{SEED}, {CONTRACT} 3.2.9",
    ),
    Setting(
        name="search_body",
        form="choice",
        default="object",
        choices=("object", "list"),
        meaning="one condition, as the document shows, or a list of them, as GroupId and LogicalType suggest",
        source=f"{CONTRACT} 3.4.9",
    ),
    Setting(
        name="onhand_mode",
        form="choice",
        default="Absolute",
        choices=("Absolute", "Delta"),
        meaning="what a written quantity is where the call does not say; a Delta is never repeated",
        source=f"{CONTRACT} 3.5",
    ),
    Setting(
        name="create_order_path",
        meaning="where orders are created, such as /orders; not published, and without it no order is sent",
        source=f"{CONTRACT} 3.2",
    ),
    Setting(
        name="create_order_fields",
        form="table",
        meaning='the body of a new order, all of it: { "OrderLines.*.Sku" = "lines.*.sku", "Source" = "=market" }, '
        "canonical names, or constants after =; unset: the names that `orderpipe connectors tecsys` shows",
        source="issue 3: a configurable field map",
    ),
    Setting(
        name="tracking_pointers",
        form="table",
        meaning="how shipped orders are found and where their tracking is: search_field, search_value, number, and "
        "optionally search_operator, orders, order_id, updated_at, shipments, carrier, url, shipped_at, lines, "
        "line_id, quantity; pointers as in RFC 6901",
        source=f"{CONTRACT} 3.4.11",
    ),
    Setting(
        name="storelocations_update_path",
        meaning="where a store location is updated, such as /storelocations/ (PUT), or with another verb before it; "
        "not published",
        source=f"{SEED}, {_SETTINGS}",
    ),
    Setting(name="page_size", form="integer", default=100, meaning="rows of a page", source=f"{SEED}, {_SETTINGS}"),
    Setting(
        name="max_pool_groups",
        form="integer",
        default=4,
        meaning="inventory pool groups of one call",
        source=f"{SEED}, {CONTRACT} 3.2.7",
    ),
    Setting(
        name="max_virtual_skus",
        form="integer",
        default=7,
        meaning="SKUs of one call for virtual inventory",
        source=f"{SEED}, {CONTRACT} 3.2.7",
    ),
)
