"""Tecsys' documented reads outside the flows, for `orderpipe call`; what changes something is in `changes.py`."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation
from pipeline.connectors.oms.tecsys.arguments import Checks, present
from pipeline.connectors.oms.tecsys.settings import CONTRACT, SEED

PAGE: Final = Setting(name="page", form="integer", meaning="one page, from 1, as Tecsys has it; else the rows of all")
INTERNAL_ID: Final = Setting(name="internal_order_id", form="integer", meaning="Tecsys' own id of the order")
EXTERNAL_ID: Final = Setting(name="external_order_id", meaning="the marketplace's id; one of the two, never both")


def source(number: int) -> str:
    """Where an endpoint is described."""
    return f"{SEED}, {CONTRACT} 3.2.{number}"


def _search(client: Any, arguments: Mapping[str, Any]) -> Any:
    """One condition from its fields, or several as JSON. Raises Invalid."""
    checks = Checks()
    given = dict(arguments)
    page, several, operator = given.pop("page", None), given.pop("conditions", None), given.pop("operator")
    checks.at_least("page", page, 1)
    if (several is None) == ("field" not in given and "value" not in given):
        checks.fault("field", "give field and value, or conditions", "exclusive")
    elif several is None and not ("field" in given and "value" in given):
        checks.fault("field", "a condition needs its field and its value", "required")
    elif several is not None and not _are_conditions(several):
        checks.fault("conditions", 'must be JSON such as [{"Field": "F", "Operator": "equals", "Value": "V"}]')
    checks.done()
    one = {
        "Field": given.get("field"),
        "Operator": operator,
        "Value": given.get("value"),
        "GroupId": given.get("group_id"),
        "LogicalType": given.get("logical_type"),
    }
    return client.orders.search(several or [present(one)], page)


def _are_conditions(given: Any) -> bool:
    known = {"Field", "Operator", "Value", "GroupId", "LogicalType"}
    return (
        isinstance(given, list)
        and bool(given)
        and all(isinstance(one, Mapping) and {"Field", "Operator", "Value"} <= one.keys() <= known for one in given)
    )


def _orders(client: Any, arguments: Mapping[str, Any]) -> Any:
    checks = Checks()
    internal = arguments.get("internal_ids", ())
    if any(not (one.isascii() and one.isdigit() and int(one) > 0) for one in internal):
        checks.fault("internal_ids", "must be whole numbers of at least 1")
    checks.done()
    return client.orders.by_ids(arguments.get("external_ids", ()), [int(one) for one in internal])


READS: Final = (
    Operation(
        name="custom_fields",
        meaning="the metadata of the custom fields of one kind of object",
        arguments=(Setting(name="owner_type", required=True, meaning="the object they were created for"),),
        source=source(1),
        run=lambda client, arguments: client.places.metadata(**arguments),
    ),
    Operation(
        name="inventory_locations",
        meaning="where stock lies; their InternalName is what other calls want",
        arguments=(Setting(name="location", meaning="only this internal name"), PAGE),
        source=source(2),
        run=lambda client, arguments: client.inventory.locations(**arguments),
    ),
    Operation(
        name="on_hand",
        meaning="stock on hand by SKU and location",
        arguments=(
            Setting(name="locations", form="texts", required=True, meaning="internal names, with commas between"),
            Setting(name="skus", form="texts", meaning="only these SKUs"),
        ),
        source=source(4),
        run=lambda client, arguments: client.inventory.on_hand(**arguments),
    ),
    Operation(
        name="preorder",
        meaning="what is pre-ordered and planned of a SKU, by location",
        arguments=(Setting(name="sku", required=True, meaning="one SKU"),),
        source=source(6),
        run=lambda client, arguments: client.inventory.preorder(**arguments),
    ),
    Operation(
        name="virtual_inventory",
        meaning="calculated stock by inventory pool group; differs from on_hand by design",
        arguments=(
            Setting(name="pool_groups", form="texts", required=True, meaning="their names, as many as you like"),
            Setting(name="skus", form="texts", meaning="only these SKUs, as many as you like"),
        ),
        source=source(7),
        run=lambda client, arguments: client.inventory.virtual(**arguments),
    ),
    Operation(
        name="orders",
        meaning="orders by id, with their status and the InternalLineItemId of each line",
        arguments=(
            Setting(name="external_ids", form="texts", meaning="the marketplaces' ids"),
            Setting(name="internal_ids", form="texts", meaning="or Tecsys' own"),
        ),
        source=source(8),
        run=_orders,
    ),
    Operation(
        name="search",
        meaning="orders by a condition, a page or all",
        arguments=(
            Setting(name="field", meaning="a field of the vendor's query building help"),
            Setting(name="operator", default="equals", meaning="only equals is published"),
            Setting(name="value", meaning="what it is compared with"),
            Setting(name="group_id", form="integer", meaning="GroupId"),
            Setting(name="logical_type", meaning="LogicalType, such as None"),
            Setting(name="conditions", form="table", meaning="or conditions, as JSON (several: search_body = list)"),
            PAGE,
        ),
        source=source(10),
        run=_search,
    ),
    Operation(
        name="store_locations",
        meaning="store locations, all or one",
        arguments=(Setting(name="internal_name", meaning="only the one of this name"), PAGE),
        source=source(13),
        run=lambda client, arguments: client.places.stores(**arguments),
    ),
    Operation(
        name="verify_shipments",
        meaning="how many shipments an order shows, after create_shipments",
        arguments=(EXTERNAL_ID, INTERNAL_ID),
        source=source(14),
        run=lambda client, arguments: client.shipments.verify(**arguments),
    ),
    Operation(
        name="payments",
        meaning="an order's payment transactions",
        arguments=(EXTERNAL_ID, INTERNAL_ID, Setting(name="invoice_id", meaning="or the invoice's id")),
        source=source(20),
        run=lambda client, arguments: client.shipments.payments(**arguments),
    ),
    Operation(
        name="provinces",
        meaning="a country's provinces",
        arguments=(Setting(name="country", required=True, meaning="two letters, such as CA"),),
        source=f"{CONTRACT} 3.3",
        run=lambda client, arguments: client.places.provinces(**arguments),
    ),
)
