"""OIS' documented operations outside the flows, for `orderpipe call`."""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation
from pipeline.connectors.oms.ois.settings import CONTRACT, SEED
from pipeline.connectors.oms.ois.tables import AGENTS, BRANCHES, OPTIONS, PROVIDERS

_TABLES: Final = f"{SEED}, {CONTRACT} 4.2"
_HOOKS: Final = f"{CONTRACT} 4.2"
_CODE: Final = Setting(name="code", required=True, meaning="the coupon's code")
_GROUP: Final = Setting(name="group", required=True, meaning="a group that webhook_types lists")
_EVENT: Final = Setting(name="event", required=True, meaning="an event of that group")
_URL: Final = Setting(name="url", form="url", required=True, meaning="where it is sent: https")

OPERATIONS: Final = (
    Operation(
        name="shipping_agents",
        meaning="the agents that delivery.carrier may name, by the route's shipping_map",
        source=_TABLES,
        run=lambda client, _: client.table(AGENTS),
    ),
    Operation(
        name="payment_options",
        meaning="the options that payment.method may name, by the route's payment_map",
        source=_TABLES,
        run=lambda client, _: client.table(OPTIONS),
    ),
    Operation(
        name="payment_providers",
        meaning="the providers behind the payment options",
        source=_TABLES,
        run=lambda client, _: client.table(PROVIDERS),
    ),
    Operation(
        name="branches",
        meaning="the shops where an order may be picked up",
        source=_TABLES,
        run=lambda client, _: client.table(BRANCHES),
    ),
    Operation(
        name="order",
        meaning="one order as OIS has it (needs lookup_path)",
        arguments=(Setting(name="order_id", required=True, meaning="the marketplace's order id"),),
        source=_HOOKS,
        run=lambda client, arguments: client.order(arguments["order_id"]),
    ),
    Operation(
        name="coupon",
        meaning="what is left of a coupon, until when, and whether a part of it can be used",
        arguments=(_CODE,),
        source=_HOOKS,
        run=lambda client, arguments: client.coupon(arguments["code"]),
    ),
    Operation(
        name="redeem",
        meaning="take an amount off a coupon",
        arguments=(_CODE, Setting(name="amount", form="amount", required=True, meaning="such as 12.50")),
        changes=True,
        undoable=False,
        source=_HOOKS,
        run=lambda client, arguments: client.redeem(arguments["code"], arguments["amount"]),
    ),
    Operation(
        name="webhook_types",
        meaning="the groups and events that can be subscribed to",
        source=_HOOKS,
        run=lambda client, _: client.webhook_types(),
    ),
    Operation(
        name="webhook_urls",
        meaning="the subscriptions, all or of one event",
        arguments=(
            Setting(name="group", meaning="only this group"),
            Setting(name="event", meaning="only this event"),
        ),
        source=_HOOKS,
        run=lambda client, arguments: client.webhook_urls(arguments.get("group"), arguments.get("event")),
    ),
    Operation(
        name="subscribe",
        meaning="have a webhook sent to an address; unsubscribe takes it back",
        arguments=(_GROUP, _EVENT, _URL),
        changes=True,
        source=_HOOKS,
        run=lambda client, arguments: client.subscribe(arguments["group"], arguments["event"], arguments["url"]),
    ),
    Operation(
        name="unsubscribe",
        meaning="no longer have a webhook sent to an address; subscribe takes it back",
        arguments=(_GROUP, _EVENT, _URL),
        changes=True,
        source=_HOOKS,
        run=lambda client, arguments: client.unsubscribe(arguments["group"], arguments["event"], arguments["url"]),
    ),
    Operation(
        name="webhook_log",
        meaning="what webhooks were sent, one page or all (needs webhook_log_poll)",
        arguments=(
            Setting(name="status", meaning="only those of this status, such as failed"),
            Setting(name="page", form="integer", meaning="one page, from 1; else all"),
            Setting(name="page_size", form="integer", default=50, meaning="rows per page"),
        ),
        source=_HOOKS,
        run=lambda client, arguments: client.webhook_log(
            arguments.get("status"), arguments.get("page"), arguments["page_size"]
        ),
    ),
    Operation(
        name="inventory",
        meaning="stock: not configured, its paths are not published",
        source=_HOOKS,
        run=lambda client, _: client.inventory(),
    ),
)
