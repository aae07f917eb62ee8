"""What `orderpipe call` may ask of Amazon outside the flows (ordersV0.json, orders_2026-01-01.json)."""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation
from pipeline.connectors.marketplaces.amazon.rates import ADDRESS_V0, BUYER_V0, REGULATED

_CONTRACT: Final = "contracts/marketplaces.md section 4"
_V0: Final = "ordersV0.json"
_ORDER_ID: Final = Setting(name="order_id", required=True, meaning="the order's id, such as 902-1845936-5435065")

OPERATIONS: Final = (
    Operation(
        name="order",
        meaning="one order as Amazon has it, by the API of orders_api",
        arguments=(_ORDER_ID,),
        source=_CONTRACT,
        run=lambda client, given: (row := client.get(given["order_id"])) and row.raw,
    ),
    Operation(
        name="packages",
        meaning="the parcels that Amazon has of an order",
        arguments=(_ORDER_ID,),
        source=_CONTRACT,
        run=lambda client, given: client.packages(given["order_id"]),
    ),
    Operation(
        name="order_items",
        meaning="the items of an order by v0 (gone on 2027-03-27)",
        arguments=(_ORDER_ID,),
        source=_CONTRACT,
        run=lambda client, given: client.items(given["order_id"]),
    ),
    Operation(
        name="address",
        meaning="the address of an order by v0 (gone on 2027-03-27)",
        arguments=(_ORDER_ID,),
        source=_CONTRACT,
        run=lambda client, given: client.part(ADDRESS_V0, given["order_id"], "address", restricted=True),
    ),
    Operation(
        name="buyer_info",
        meaning="the buyer of an order by v0 (gone on 2027-03-27)",
        arguments=(_ORDER_ID,),
        source=_CONTRACT,
        run=lambda client, given: client.part(BUYER_V0, given["order_id"], "buyerInfo", restricted=True),
    ),
    Operation(
        name="regulated_info",
        meaning="what is to be checked of an order with regulated items, and how far that is",
        arguments=(_ORDER_ID,),
        source=_V0,
        run=lambda client, given: client.part(REGULATED, given["order_id"], "regulatedInfo"),
    ),
    Operation(
        name="update_shipment_status",
        meaning="tell that an order that the buyer fetches is ready, fetched or refused",
        arguments=(
            _ORDER_ID,
            Setting(name="marketplace_id", required=True, meaning="where it was bought"),
            Setting(
                name="status",
                required=True,
                choices=("ReadyForPickup", "PickedUp", "RefusedPickup"),
                meaning="ShipmentStatus",
            ),
        ),
        changes=True,
        undoable=False,
        source=_V0,
        run=lambda client, given: client.tell_status(given["order_id"], given["marketplace_id"], given["status"]),
    ),
)
