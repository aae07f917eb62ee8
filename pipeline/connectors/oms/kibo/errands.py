"""What `orderpipe call` may ask of Kibo outside the flows (contracts/oms.md sections 5.6 to 5.8)."""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation

_CONTRACT: Final = "contracts/oms.md section"
REASONS: Final = (
    "can_not_find_item",
    "not_enough_quantity",
    "not_web_sellable",
    "on_mannequin_or_display",
    "item_on_reserve",
    "no_inventory",
    "other",
)
_PAGE: Final = Setting(name="page", form="integer", default=1, meaning="which page, from 1")

OPERATIONS: Final = (
    Operation(
        name="orders",
        meaning="orders as Kibo has them, by its own filters, a page at a time",
        arguments=(
            Setting(name="order_id", form="integer", meaning="Kibo's orderID"),
            Setting(name="external_order_id", meaning="the marketplace's id, by the setting lookup_filter"),
            Setting(name="status", meaning="an orderStatus, such as READY"),
            _PAGE,
        ),
        source=f"{_CONTRACT} 5.7",
        run=lambda client, arguments: client.orders(**arguments),
    ),
    Operation(
        name="shipments",
        meaning="the shipments of an order, with their tracking numbers",
        arguments=(Setting(name="order_id", form="integer", required=True, meaning="Kibo's orderID"), _PAGE),
        source=f"{_CONTRACT} 5.8",
        run=lambda client, arguments: client.shipments(**arguments),
    ),
    Operation(
        name="cancel_item",
        meaning="cancel one item of an order",
        arguments=(
            Setting(name="order_item_id", form="integer", required=True, meaning="Kibo's orderItemID"),
            Setting(name="reason", required=True, choices=REASONS, meaning="the dispositionReason"),
            Setting(name="other_reason", meaning="1 to 255 characters; needed with reason other"),
            Setting(name="rectify_order", form="flag", meaning="rectifyOrder, as Kibo means it"),
            Setting(
                name="send_emails", form="flag", default=False, meaning="Kibo tells the buyer; marketplaces forbid it"
            ),
        ),
        changes=True,
        undoable=False,
        source=f"{_CONTRACT} 5.8",
        run=lambda client, arguments: client.cancel_item(**arguments),
    ),
    Operation(
        name="schema",
        meaning="the JSON schema of an import, as Kibo publishes it to its clients",
        source="seeds/004",
        run=lambda client, _: client.schema(),
    ),
)
