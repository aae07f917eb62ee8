"""What `orderpipe call` may ask of bol outside the flows (contracts/marketplaces.md section 8).

Not here, for want of a documented call: listing and deleting subscriptions.
"""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation
from pipeline.connectors.marketplaces.bol.processes import CANCEL_ORDER, CREATE_SHIPMENT

_CONTRACT: Final = "contracts/marketplaces.md section 8"

OPERATIONS: Final = (
    Operation(
        name="order",
        meaning="one order as bol has it",
        arguments=(Setting(name="order_id", required=True, meaning="the order's id"),),
        source=_CONTRACT,
        run=lambda client, arguments: (row := client.get(arguments["order_id"])) and row.raw,
    ),
    Operation(
        name="process_status",
        meaning="how a write ended; nothing once bol keeps it no more",
        arguments=(Setting(name="id", required=True, meaning="its processStatusId"),),
        source=_CONTRACT,
        run=lambda client, arguments: client.process(arguments["id"]),
    ),
    Operation(
        name="processes",
        meaning="the writes about an order item, and how they ended",
        arguments=(
            Setting(name="entity_id", required=True, meaning="the order item's id"),
            Setting(name="event_type", default=CREATE_SHIPMENT, meaning=f"{CREATE_SHIPMENT}, {CANCEL_ORDER}, ..."),
        ),
        source=_CONTRACT,
        run=lambda client, arguments: client.processes(arguments["entity_id"], arguments["event_type"]),
    ),
    Operation(
        name="signature_keys",
        meaning="the public keys that sign what bol pushes",
        source=_CONTRACT,
        run=lambda client, _: client.signature_keys(),
    ),
    Operation(
        name="subscribe",
        meaning="have bol push events to an address of yours (this product polls, and listens to none)",
        arguments=(
            Setting(name="resources", form="texts", required=True, meaning="of ORDER, SHIPMENT, PROCESS_STATUS"),
            Setting(name="url", form="url", required=True, meaning="where they go"),
            Setting(
                name="subscription_type", default="WEBHOOK", choices=("WEBHOOK", "GCP_PUBSUB"), meaning="by which way"
            ),
        ),
        changes=True,
        undoable=False,  # how one is deleted is not in the contract
        source=_CONTRACT,
        run=lambda client, arguments: client.subscribe(
            {
                "resources": arguments["resources"],
                "url": arguments["url"],
                "subscriptionType": arguments["subscription_type"],
            }
        ),
    ),
)
