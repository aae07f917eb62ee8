"""What `orderpipe call` may change at Tecsys. What a second call would do twice, or nothing takes back, asks first."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation
from pipeline.connectors.oms.tecsys.arguments import Checks
from pipeline.connectors.oms.tecsys.mapping import cancel_parameters
from pipeline.connectors.oms.tecsys.operations import EXTERNAL_ID, INTERNAL_ID, source
from pipeline.connectors.oms.tecsys.settings import CONTRACT

_SHIPMENT: Final = Setting(name="shipment_id", form="integer", required=True, meaning="Tecsys' id of the shipment")
_REASON: Final = Setting(name="reason", required=True, meaning="why, in words")
_STORE: Final = (
    Setting(name="internal_name", required=True, meaning="StoreInteralName, as the document spells it"),
    Setting(name="public_name", meaning="its name in the store locator"),
    *(
        Setting(name=name, meaning=f"of its address: {name.replace('_', ' ')}")
        for name in ("address_line1", "address_line2", "address_line3", "city", "state", "zip_code", "country_code")
    ),
    Setting(name="latitude", form="amount", meaning="degrees, -90 to 90"),
    Setting(name="longitude", form="amount", meaning="degrees, -180 to 180"),
    Setting(name="email", meaning="its e-mail address"),
    Setting(name="phone_number", meaning="its phone"),
    Setting(name="active", form="flag", meaning="it is in use"),
    Setting(name="visible", form="flag", meaning="the store locator shows it"),
    Setting(name="allow_ship_to_store", form="flag", meaning="orders may be sent there"),
    Setting(name="custom_fields", form="table", meaning='JSON such as {"Field": "text"}'),
    Setting(name="inventory_locations", form="texts", meaning="internal names of linked inventory locations"),
)


def cancel_order(client: Any, arguments: Mapping[str, Any]) -> Any:
    """One id, and a reason where the site wants one. Raises Invalid."""
    internal, external = arguments.get("internal_order_id"), arguments.get("external_order_id")
    checks = Checks()
    checks.only_one(internal_order_id=internal, external_order_id=external)
    checks.at_least("internal_order_id", internal, 1)
    if external is not None:
        checks.text("external_order_id", external, needed=True)
    reason = checks.text("reason", arguments.get("reason"), needed=client.needs_reason)
    checks.done()
    return client.cancel_order(cancel_parameters(internal, external, reason, client.cancels_in_query))


def _change(name: str, meaning: str, number: int, run: Any, *arguments: Setting, undoable: bool = False) -> Operation:
    return Operation(
        name=name,
        meaning=meaning,
        arguments=arguments,
        changes=True,
        undoable=undoable,
        source=source(number) if number else f"{CONTRACT} 3.3",
        run=run,
    )


CHANGES: Final = (
    _change(
        "set_location_fields",
        "set custom fields of an inventory location",
        3,
        lambda client, arguments: client.inventory.set_location_fields(**arguments),
        Setting(name="location", required=True, meaning="its name"),
        Setting(name="custom_fields", form="table", required=True, meaning='JSON such as {"Field": "text"}'),
        undoable=True,
    ),
    _change(
        "set_on_hand",
        "set the stock of a SKU at a location, or change it by a Delta, which must never be sent twice",
        5,
        lambda client, arguments: client.inventory.set_on_hand(**arguments),
        Setting(name="sku", required=True, meaning="the SKU"),
        Setting(name="location", required=True, meaning="the location's internal name"),
        Setting(name="quantity", form="integer", required=True, meaning="the stock, or by how much it changes"),
        Setting(name="quantity_type", choices=("Absolute", "Delta"), meaning="else the setting onhand_mode"),
    ),
    _change(
        "cancel_order",
        "cancel a whole order",
        9,
        cancel_order,
        EXTERNAL_ID,
        INTERNAL_ID,
        Setting(name="reason", meaning="needed where the site has CANCEL_REASON_TRUE"),
    ),
    _change(
        "create_customer",
        "create a customer: without a password, and not subscribed",
        11,
        lambda client, arguments: client.places.create_customer(**arguments),
        Setting(name="external_customer_id", required=True, meaning="our id of the customer"),
        *(
            Setting(name=name, meaning=name.replace("_", " "))
            for name in ("first_name", "last_name", "email", "company_name", "phone_number")
        ),
        Setting(name="customer_level", form="integer", meaning="CustomerLevel, from 0"),
        *(
            Setting(name=name, meaning=f"of the address: {name.replace('_', ' ')}")
            for name in (
                "address_line1",
                "address_line2",
                "city",
                "state",
                "zip_code",
                "country_code",
                "address_nick_name",
            )
        ),
        Setting(name="sex", meaning="as Tecsys words it"),
        Setting(name="birth_year", meaning="four digits"),
        Setting(name="language", meaning="as Tecsys words it"),
        Setting(name="time_zone_id", meaning="as Tecsys words it"),
        Setting(
            name="custom_fields", form="table", meaning='JSON such as {"Field": {"a": 1}}: values are objects here'
        ),
    ),
    _change(
        "set_customer_address",
        "a customer's address: not configured, its fields are not published",
        0,
        lambda client, _: client.places.set_customer_address(),
    ),
    _change(
        "create_store_location",
        "create a store location",
        12,
        lambda client, arguments: client.places.create_store(**arguments),
        *_STORE,
    ),
    _change(
        "update_store_location",
        "update a store location (needs storelocations_update_path)",
        12,
        lambda client, arguments: client.places.update_store(**arguments),
        *_STORE,
    ),
    _change(
        "create_shipments",
        "create all shipments of an order, and wait until it shows them",
        14,
        lambda client, arguments: client.shipments.create(**arguments),
        EXTERNAL_ID,
        INTERNAL_ID,
        Setting(name="wait", form="integer", default=30, meaning="seconds to ask after a 202; 0 asks once"),
        Setting(name="again", form="flag", default=False, meaning="also for an order that shows shipments"),
    ),
    _change(
        "cancel_shipment",
        "cancel a shipment",
        15,
        lambda client, arguments: client.shipments.cancel(**arguments),
        _SHIPMENT,
    ),
    _change(
        "reject_shipment",
        "reject a shipment",
        16,
        lambda client, arguments: client.shipments.reject(**arguments),
        _SHIPMENT,
        _REASON,
    ),
    _change(
        "reroute_shipment",
        "send a shipment to another shipping center (needs reroute_enabled)",
        17,
        lambda client, arguments: client.shipments.reroute(**arguments),
        _SHIPMENT,
        Setting(name="shipping_center", required=True, meaning="ShippingCenterInternalName"),
        _REASON,
    ),
    _change(
        "split_by_line",
        "split lines off a shipment",
        18,
        lambda client, arguments: client.shipments.split_by_line(**arguments),
        _SHIPMENT,
        Setting(name="lines", form="table", required=True, meaning='JSON such as {"430545": 1}: InternalLineItemId'),
    ),
    _change(
        "split_by_sku",
        "split SKUs off a shipment",
        19,
        lambda client, arguments: client.shipments.split_by_sku(**arguments),
        _SHIPMENT,
        Setting(name="skus", form="table", required=True, meaning='JSON such as {"KETTLE-17": 1}'),
    ),
)
