"""What Tecsys' documents say of a field and of a call, rule by rule, with the code that keeps it."""

from collections.abc import Callable
from typing import Any, Final

from pipeline.connectors.contract import Rule
from pipeline.connectors.oms.tecsys import answers, arguments, changes, mapping, orders
from pipeline.connectors.oms.tecsys.calls import Calls
from pipeline.connectors.oms.tecsys.client import Tecsys
from pipeline.connectors.oms.tecsys.inventory import Inventory
from pipeline.connectors.oms.tecsys.places import Places, store_of
from pipeline.connectors.oms.tecsys.settings import CONTRACT, SEED
from pipeline.connectors.oms.tecsys.shipments import Shipments
from pipeline.connectors.oms.tecsys.tracking import Tracking

Row = tuple[str, str, str, Callable[..., Any]]
_BODIES: Final = f"{SEED}, {CONTRACT} 3.3"
_AGAIN: Final = f"{CONTRACT} 3.5"
_BASE: Final = f"{SEED}, {CONTRACT} 3.1"


def _at(number: int) -> str:
    return f"{SEED}, {CONTRACT} 3.2.{number}"


def _quirk(number: int) -> str:
    return f"{SEED}, {CONTRACT} 3.4.{number}"


_STOCK: Final[tuple[Row, ...]] = (
    ("customfieldsmetadata.ownertype", "the object that the custom fields were created for", _at(1), Places.metadata),
    ("inventorylocations.locationInternalName", "only this location", _at(2), Inventory.locations),
    ("customfields.{Custom Fields,LocationName}", "Name and Value are text; the key has a space, here only",
     f"{_at(3)}, {_quirk(5)}", Inventory.set_location_fields),
    ("onhand.locationInternalNames", "required, repeated for each location", _at(4), Inventory.on_hand),
    ("onhand.skus", "optional, repeated for each SKU", _at(4), Inventory.on_hand),
    ("onhand.{Sku,LocationInternalName}", "one SKU at one location", _at(5), Inventory.set_on_hand),
    ("onhand.QuantityType", "Delta changes the stock, Absolute sets it", _at(5), Inventory.set_on_hand),
    ("onhand.Quantity", "by how much, or to what", _at(5), Inventory.set_on_hand),
    ("preorderinventory.Sku", "one SKU", _at(6), Inventory.preorder),
    ("virtualinventory.inventoryPoolGroupNames", "required: 1 to 4 a call; more are asked in several, and merged",
     _at(7), Inventory.virtual),
    ("virtualinventory.skus", "optional: 1 to 7 a call; more are asked in several, and merged", _at(7),
     Inventory.virtual),
    ("delta-once", "a Delta is never sent again after it may have been taken", _AGAIN, Inventory.set_on_hand),
    ("absolute-default", "Absolute unless a call or onhand_mode says otherwise", _AGAIN, Inventory.set_on_hand),
)  # fmt: skip

_ORDERS: Final[tuple[Row, ...]] = (
    ("orders.{ExternalOrderId,InternalOrderId}", "an array of one kind: repeated, at most 20 a call", _at(8),
     orders.Orders.by_ids),
    ("Cancel.{internalOrderId,externalOrderId}", "one of them, in the query (cancel_params_in: or a body)", _at(9),
     mapping.cancel_parameters),
    ("Cancel.cancelReason", "needed where the site has CANCEL_REASON_TRUE: setting cancel_reason_required", _at(9),
     mapping.cancellation_of),
    ("Search.{Field,Operator,Value}", "a condition; only the operator equals is published", _at(10),
     orders.Orders.page),
    ("Search.{GroupId,LogicalType}", "optional", _at(10), orders.Orders.page),
    ("search-body", "one condition is shown, though its fields speak of several: search_body object or list",
     _quirk(9), orders.Orders.page),
    ("cancel-by-state", "cancelled already is a success; a doubt is looked up by GET orders", _AGAIN,
     orders.Orders.cancel),
    ("whole-orders", "orders/Cancel cancels whole orders", _at(9), mapping.cancellation_of),
    ("look-up", "GET orders by external id settles what may have been taken", _AGAIN, orders.Orders.find),
    ("accepted-202", "202 is accepted, not done: asked for until it shows", _AGAIN, orders.again),
    ("unknown-status", "NotStarted, PaymentPending, Paid are named, of many: an unknown one leads to no action",
     _quirk(10), answers.is_canceled),
    ("create-order-unpublished", "no endpoint creates orders: create_order_path, without it not configured",
     f"{CONTRACT} 3.2", Tecsys),
    ("create-order-fields", "no body of an order is published: create_order_fields", f"{CONTRACT} 3.2",
     mapping.FieldMap),
    ("tracking-by-pointers", "no field with tracking is published: tracking_pointers, without them not configured",
     _quirk(11), Tracking),
    ("shipped-read-whole", "nothing is published to ask for changes only: each poll reads the whole search",
     _at(10), Tecsys),
)  # fmt: skip

_PLACES: Final[tuple[Row, ...]] = (
    ("Customers.{FirstName,LastName,CompanyName,PhoneNumber,Sex,Language,TimeZoneId}", "text", _BODIES,
     Places.create_customer),
    ("Customers.Email", "an e-mail address", _BODIES, arguments.Checks.email),
    ("Customers.SubscriberOptIn", "false for a market's buyers", _BODIES, Places.create_customer),
    ("Customers.Password", "never sent for a market's buyers", _BODIES, Places.create_customer),
    ("Customers.CustomerLevel", "a whole number", _BODIES, Places.create_customer),
    ("Customers.Address.{AddressLine1,AddressLine2,City,State,ZipCode,CountryCode,AddressNickName}",
     "text; CountryCode has two letters", _BODIES, Places.create_customer),
    ("Customers.BirthYear", "a year, as text", _BODIES, Places.create_customer),
    ("Customers.ExternalCustomerId", "our id of the customer", _BODIES, Places.create_customer),
    ("Customers.CustomFields.*.{Name,Value}", "a Value is an object here", _quirk(7), arguments.Checks.custom_fields),
    ("customer-once", "no look-up of customers: a doubt is a person's", _AGAIN, Places.create_customer),
    ("customers-under-orders", "customers live under /orders/Customers", _quirk(8), Places.create_customer),
    ("customer-address-unpublished", "PUT /addresses/Customers: its own example breaks its rule; not configured",
     f"{CONTRACT} 3.3", Places.set_customer_address),
    ("Provinces.CountryCode", "two letters", f"{CONTRACT} 3.3", Places.provinces),
    ("storelocations.StoreInteralName", "required; spelled so", _quirk(5), store_of),
    ("storelocations.{PublicName,PhoneNumber}", "text", _BODIES, store_of),
    ("storelocations.Address.{AddressLine1,AddressLine2,AddressLine3,City,State,ZipCode,CountryCode}",
     "text; CountryCode has two letters", _BODIES, store_of),
    ("storelocations.Address.{Latitude,Longitude}", "numbers: -90 to 90, -180 to 180", _BODIES,
     arguments.Checks.degrees),
    ("storelocations.Email", "an e-mail address", _BODIES, arguments.Checks.email),
    ("storelocations.{Active,Visible,AllowShipToStore}", "true or false", _BODIES, store_of),
    ("storelocations.CustomFields.*.{Name,Value}", "a Value is text here", _quirk(7), arguments.Checks.custom_fields),
    ("storelocations.LinkedInventoryLocationNames", "an array of names", _BODIES, store_of),
    ("view-verb", "a view is shown as a POST to the path that creates: storelocations_view_verb, GET by default",
     _quirk(1), Places.stores),
    ("update-store-unpublished", "an update is named without an endpoint: storelocations_update_path",
     f"{SEED}, {CONTRACT} 6.2", Places.update_store),
)  # fmt: skip

_SHIPMENTS: Final[tuple[Row, ...]] = (
    ("CreateAllShipments.{InternalOrderId,ExternalOrderId}", "one of them; the other is left out, not 0, not empty",
     f"{_at(14)}, {_quirk(3)}", Shipments.create),
    ("shipments-not-twice", "CreateAllShipments again only if the order shows no shipments", _AGAIN,
     Shipments.create),
    ("Cancel.ShipmentId", "a parameter, without a body", _at(15), Shipments.cancel),
    ("Reject.{ShipmentId,Reason}", "a whole number, and a reason in words", _at(16), Shipments.reject),
    ("Reroute.{ShipmentId,RouteType,ShippingCenterInternalName,Reason}", "RouteType is ShippingCenter", _at(17),
     Shipments.reroute),
    ("reroute-opt-in", "reroute has reject's URL, and may reject: reroute_enabled, reroute_path, and a confirmation",
     _quirk(2), Shipments.reroute),
    ("SplitShipmentByOrderDetailId.LineItemsToSplit.*.{OrderDetailId,Qty}",
     "OrderDetailId is the order's InternalLineItemId", _at(18), Shipments.split_by_line),
    ("SplitShipmentBySku.LineItemsToSplit.*.{SKU,Qty}", "quantities by SKU", _at(19), Shipments.split_by_sku),
    ("splits-once", "reject, reroute and split are done twice if sent twice: a person looks first", _AGAIN,
     Calls.change),
    ("OrderTransactions.{internalOrderId,externalOrderId,invoiceId}", "one of three ids; their names are assumed",
     _at(20), Shipments.payments),
)  # fmt: skip

_CALLS: Final[tuple[Row, ...]] = (
    ("subscription-key", "header Ocp-Apim-Subscription-Key; a new key ends the old one at once", _BASE, Calls.call),
    ("no-cache", "header Cache-Control: no-cache", _BASE, Calls.call),
    ("paging", "pageSize and pageNumber, from 1", _BASE, orders.all_rows),
    ("url-length", "a URL is shorter than 2048 characters", _AGAIN, Calls.room),
    ("misspelt-host", "one example's host is misspelt: it never gets the key", _quirk(4), Calls),
    ("no-content", "204, 202 and empty bodies are not parsed", _quirk(6), answers.body_of),
    ("trace-id", "every answer has a TraceID, which support asks for", f"{CONTRACT} 3.1", answers.trace_in),
    ("gateway-waits", "429 tells its wait by Retry-After or in words; a used-up quota is a 403", f"{CONTRACT} 3.1",
     answers.explained),
    ("three-attempts", "at most 3 attempts, 5 seconds apart", f"{CONTRACT} 3.1", Calls.call),
    ("asks-first", "what can't be undone asks for a confirmation", f"{CONTRACT} 3.4.2", changes.cancel_order),
)  # fmt: skip

RULES: Final = tuple(
    Rule(name=name, says=says, source=source, by=by)
    for name, says, source, by in (*_STOCK, *_ORDERS, *_PLACES, *_SHIPMENTS, *_CALLS)
)
