"""Transiteo "Orders (OMS)", customs and landed cost: the declaration."""

from typing import Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Connector, Endpoint, Operation
from pipeline.connectors.oms.transiteo.client import Transiteo
from pipeline.connectors.oms.transiteo.mapping import STATUT_MAP, VOLATILE
from pipeline.connectors.oms.transiteo.rules import RULES

_SEED: Final = "seeds/001"
_CONTRACT: Final = "contracts/oms.md section"
_SETTINGS: Final = f"{_CONTRACT} 6.2"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        default="https://api.transiteo.io",
        meaning="where the API is",
        source=f"{_CONTRACT} 2.1",
    ),
    Setting(
        name="token_url",
        form="url",
        default="https://auth.transiteo.io/oauth2/token",
        meaning="where id tokens come from",
        source=f"{_CONTRACT} 2.1",
    ),
    Setting(name="client_id", form="secret", required=True, meaning="the API client's id", source=f"{_CONTRACT} 2.1"),
    Setting(
        name="refresh_token",
        form="secret",
        required=True,
        meaning="what id tokens are made from; there is no client secret",
        source=f"{_CONTRACT} 2.1",
    ),
    Setting(
        name="auth_prefix",
        default="",
        meaning="a word before the id token in the Authorization header, such as Bearer; the API takes it bare",
        source=f"{_CONTRACT} 2.1",
    ),
    Setting(name="orders_path", default="/v1/customer/orders", meaning="the path of orders", source=f"{_CONTRACT} 2.2"),
    Setting(
        name="get_enabled",
        form="flag",
        default=False,
        meaning="orders can be got by GET: not published; off, unknown outcomes are settled by a PUT",
        source=f"{_CONTRACT} 2.2, 2.6",
    ),
    Setting(
        name="country_format",
        form="choice",
        default="alpha3",
        choices=("alpha3", "alpha2"),
        meaning="ISO 3166 countries with three letters, or two",
        source=f"{_CONTRACT} 2.3",
    ),
    Setting(
        name="time_unit",
        form="choice",
        default="ms",
        choices=("ms", "s"),
        meaning="the unit of times since 1970",
        source=f"{_CONTRACT} 2.4.6",
    ),
    Setting(
        name="agent_address_key",
        form="choice",
        default="agent_address",
        choices=("agent_address", "agent_adress", "both"),
        meaning="the name of the customs agent's address: the seed spells it in two ways",
        source=f"{_SEED}, {_CONTRACT} 2.4.2",
    ),
    Setting(
        name="sku_template",
        default="{sku}",
        meaning="SKUs as in its catalogue, of {sku}, {product_id}, {gtin}, {seller_id}, {store_id}, {channel_id}",
        source=f"{_CONTRACT} 2.3",
    ),
    Setting(
        name="delete_mode",
        form="choice",
        default="status",
        choices=("status", "delete"),
        meaning="a canceled order is put with order_statut CANCELLED, which keeps its customs record, or is deleted",
        source=f"{_CONTRACT} 2.7",
    ),
    Setting(
        name="statut_map",
        form="table",
        default={str(status): word for status, word in STATUT_MAP.items()},
        meaning="order_statut by our status; what is not named keeps its default",
        source=f"{_CONTRACT} 2.3",
    ),
    Setting(
        name="send_order_update_statut",
        form="flag",
        default=False,
        meaning="send order_update_statut, the time of the last change, which the seed does not have",
        source=f"{_CONTRACT} 2.3",
    ),
    Setting(
        name="incoterm_case",
        form="choice",
        default="as_is",
        choices=("as_is", "lower", "upper"),
        meaning="incoterms as they come, as ddp, or as DDP",
        source=f"{_CONTRACT} 2.3",
    ),
)

_ORDER_ID: Final = Setting(name="order_id", required=True, meaning="the order's id")

OPERATIONS: Final = (
    Operation(
        name="get",
        meaning="one order as Transiteo has it (needs get_enabled)",
        arguments=(_ORDER_ID,),
        source=f"{_SEED}, {_CONTRACT} 2.2",
        run=lambda client, arguments: client.one_order(arguments["order_id"]),
    ),
    Operation(
        name="list",
        meaning="the orders that Transiteo has (needs get_enabled)",
        source=f"{_SEED}, {_CONTRACT} 2.2",
        run=lambda client, _: client.list_orders(),
    ),
    Operation(
        name="update",
        meaning="replace an order by a full body in Transiteo's words",
        arguments=(_ORDER_ID, Setting(name="content", required=True, meaning="the whole order, as JSON")),
        changes=True,
        undoable=False,
        source=f"{_SEED}, {_CONTRACT} 2.2",
        run=lambda client, arguments: client.update_order(arguments["order_id"], arguments["content"]),
    ),
    Operation(
        name="delete",
        meaning="delete an order, and its customs record with it",
        arguments=(_ORDER_ID,),
        changes=True,
        undoable=False,
        source=f"{_SEED}, {_CONTRACT} 2.2",
        run=lambda client, arguments: client.delete_order(arguments["order_id"]),
    ),
)

_PLACES: Final = (
    ("POST", "{token_url}", "an id token of one hour, shared by all hosts", "every call", "2.1"),
    ("POST", "{orders_path}", "add an order", "import_orders", "2.2"),
    ("PUT", "{orders_path}/{order_id}", "replace an order", "update, import_orders, cancel, call update", "2.2, 2.6"),
    ("GET", "{orders_path}/{order_id}", "one order, if get_enabled", "import_orders, cancel, call get", "2.2, 2.6"),
    ("GET", "{orders_path}", "all orders, if get_enabled", "call list", "2.2"),
    ("DELETE", "{orders_path}/{order_id}", "delete an order", "cancel, call delete", "2.2, 2.7"),
)

CONNECTOR: Final = Connector(
    name="transiteo",
    kind="oms",
    title="Transiteo Orders (OMS), customs and landed cost",
    settings=SETTINGS,
    capabilities=frozenset({"import_orders", "update", "cancel"}),
    endpoints=tuple(
        Endpoint(method=method, path=path, purpose=purpose, used_by=used_by, source=f"{_SEED}, {_CONTRACT} {section}")
        for method, path, purpose, used_by, section in _PLACES
    ),
    statuses={},  # it is told statuses, and is asked for none
    volatile=VOLATILE,
    sources=(_SEED, f"{_CONTRACT} 2", f"{_CONTRACT} 6.1", _SETTINGS),
    build=Transiteo,
    probe=lambda client: client.try_token(),
    limits={
        "quota": "credits: MAX_REQUESTS_EXCEED or TRIAL_LIMIT_EXCEED shuts the account for 6 hours; no rate is known",
        "single": "one order per call; no paging of the list is documented",
        "departure": "no marketplace tells where goods leave: set customs.departure_country in the route's defaults",
        "parties": "customer is who receives, buyer who pays, agent customs.agent; payment_type is extra.transiteo's",
        "cancel": "whole orders only; as a status the whole order goes along as we know it, or, where that lacks "
        "something and get_enabled is set, as Transiteo has it",
    },
    operations=OPERATIONS,
    rules=RULES,
)
