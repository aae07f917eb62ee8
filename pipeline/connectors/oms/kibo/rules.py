"""What Kibo's documents say of each field and call, and the code that keeps it (docs/partners.md shows the tests).

Fields and limits are seed 004's; what it does not say is in contracts/oms.md section 5, with its source.
"""

from collections.abc import Callable
from typing import Any, Final

from pipeline.connectors.contract import Rule
from pipeline.connectors.oms.kibo.answers import Search, explained, rows_in, taken
from pipeline.connectors.oms.kibo.client import Kibo
from pipeline.connectors.oms.kibo.extras import extras_of
from pipeline.connectors.oms.kibo.gateway import Gateway
from pipeline.connectors.oms.kibo.items import items_of, price_of
from pipeline.connectors.oms.kibo.items import riddles_of as line_riddles
from pipeline.connectors.oms.kibo.lengths import length_of, riddles_in
from pipeline.connectors.oms.kibo.mapping import order_of, place_of
from pipeline.connectors.oms.kibo.nulls import with_nulls
from pipeline.connectors.oms.kibo.parcels import has_left, marketplace_id, shipment_of
from pipeline.connectors.oms.kibo.schema import Address, Forced, Fraud, Method, Order, Payment, Product, Specifics
from pipeline.connectors.oms.kibo.shipped import Shipped
from pipeline.connectors.oms.kibo.style import ipv4, style_of

_REQUIRED: Final = "seeds/004, Required Parameters"
_OPTIONAL: Final = "seeds/004, Optional Parameters"
_CUSTOMER: Final = "seeds/004, Customer"
_ITEMS: Final = "seeds/004, Order Items"
_SHIPPING: Final = "seeds/004, Shipping Method"
_PAYMENTS: Final = "seeds/004, Order Payments"
_C: Final = "contracts/oms.md section"
_BILLING: Final = "orderPayments.*.paymentMethod.billingAddress"

_Line = tuple[str, str, str, Callable[..., Any]]
_ROOT: Final[tuple[_Line, ...]] = (
    ("externalOrderID", "text of 1 to 100 characters, unique, made by the client; required", _REQUIRED, Order),
    ("manufacturerID", "a whole number of at least 1; required", _REQUIRED, style_of),
    ("catalogID", "a whole number of at least 0; required", _REQUIRED, style_of),
    ("locale", "an IETF tag, by default en-US; required, so always sent", _REQUIRED, style_of),
    ("currency", "an ISO code; required", _REQUIRED, Order),
    ("customer", "an object: who buys; required", _REQUIRED, Order),
    ("orderItems", "a list of what is bought; required", _REQUIRED, Order),
    ("shippingMethod", "an object with a type and a class; required", _REQUIRED, Order),
    ("shippingAddress", "an object; required", _REQUIRED, Order),
    ("orderPayments", "a list of payments; required", _REQUIRED, Order),
    ("customerIP", "the customer's external IPv4 address, no internal one; required", _REQUIRED, ipv4),
    ("sendEmail", "true or false, by default true; required: false for a marketplace's buyers", _REQUIRED, order_of),
    ("orderStatus", "SHIPPED, READY or CANCELLED (two l); required, and importOrder's only", _REQUIRED, place_of),
    ("orderID", "a whole number of at least 1", _OPTIONAL, extras_of),
    ("importedCreationDate", "when the order was made, date-time; importOrder's only", _OPTIONAL, order_of),
    ("cartID", "at most 512 characters", _OPTIONAL, riddles_in),
    ("currencyLocale", "an IETF tag, by default en-US", _OPTIONAL, style_of),
    ("orderGift.{recipient,message}", "to whom it is given, and with which words", _OPTIONAL, order_of),
    ("shippingTax", "a number of at least 0", _OPTIONAL, extras_of),
    ("shippingTaxRate", "a number of at least 0", _OPTIONAL, extras_of),
    ("forceItemTaxOverride", "true makes itemSpecifics.itemTaxOverride required", _OPTIONAL, Forced),
    ("orderComment", "the buyer's words, at most 1000 characters", _OPTIONAL, riddles_in),
    ("optInRetailer", "whether the retailer may write to the buyer; false unless told otherwise", _OPTIONAL, extras_of),
    ("landingCode", "the site that the order comes from, 10 to 200 characters", _OPTIONAL, riddles_in),
    ("customOrderData", "a hash of custom values", _OPTIONAL, extras_of),
    ("fraudData.*.{fraudType,fraudScore,fraudTransactionID,fraudState}", "a fraud check's verdict", _OPTIONAL, Fraud),
    ("allowSplit", "true or false, by default false", _OPTIONAL, extras_of),
    ("isTestOrder", "true or false, by default false", _OPTIONAL, extras_of),
    ("expectedDeliveryDate", "a date-time", _OPTIONAL, order_of),
    ("promotions", "a list of objects, as they are written", _OPTIONAL, extras_of),
    ("discounts", "a list of objects, as they are written", _OPTIONAL, extras_of),
    ("channel", "text: the channel that created the order", _OPTIONAL, extras_of),
    ("assignedLocation", "text: the external_store_id, leading zeros kept; importOrder's only", _OPTIONAL, style_of),
    ("useInventory", "true or false; importOrder's only", _OPTIONAL, style_of),
)
_BLOCKS: Final[tuple[_Line, ...]] = (
    ("customer.{firstName,lastName}", "the customer's name: one of the two is needed", _CUSTOMER, Order),
    ("customer.email", "the customer's e-mail address", _CUSTOMER, order_of),
    ("customer.{phone1,phone2}", "the customer's phones", _CUSTOMER, order_of),
    ("customer.{customerID,accountCreated}", "null in the example: Kibo's own, by extra.kibo", _CUSTOMER, extras_of),
    ("orderItems.*.product.partNumber", "crucial: the part number", _ITEMS, Product),
    ("orderItems.*.product.name", "crucial: the name", _ITEMS, Product),
    ("orderItems.*.product.retailPrice", "crucial: the price, before discounts", _ITEMS, Product),
    ("orderItems.*.product.{UPC,SKU}", "the article's other numbers", _ITEMS, items_of),
    ("orderItems.*.product.{productID,availability,averageDealerMargin}", "Kibo's own", _ITEMS, extras_of),
    ("orderItems.*.itemSpecifics.externalItemID", "the line's id at the client", _ITEMS, items_of),
    ("orderItems.*.itemSpecifics.actualPrice", "crucial: the price of a piece, after discounts", _ITEMS, price_of),
    ("orderItems.*.itemSpecifics.quantity", "crucial: how many", _ITEMS, Specifics),
    ("orderItems.*.itemSpecifics.shipping", "the line's shipping cost: an order has none of its own", _ITEMS, items_of),
    ("orderItems.*.itemSpecifics.shippingTax", "the tax on it", _ITEMS, extras_of),
    ("orderItems.*.itemSpecifics.itemTaxOverride", "the line's tax, instead of a calculated one", _ITEMS, Forced),
    ("orderItems.*.itemSpecifics.{customItemData,options,customData}", "hashes", _ITEMS, extras_of),
    (
        "shippingMethod.{shippingType,shippingClass}",
        "the general type and class, as standard/Standard",
        _SHIPPING,
        order_of,
    ),
    ("shippingAddress.{addressLine1,city,postalCode,countryCode}", "where it goes; needed", _SHIPPING, Address),
    ("shippingAddress.{addressLine2,addressLine3,phone,state}", "where it goes", _SHIPPING, order_of),
    ("shippingAddress.{addressID,customerID,latitude,longitude,fraudLock,active}", "Kibo's own", _SHIPPING, extras_of),
    ("shippingAddress.length", "lines of 250 characters, as in billing addresses: not stated", f"{_C} 5.2", riddles_in),
    (f"{_BILLING}.{{addressLine1,city,postalCode,countryCode}}", "must be valid; needed", _PAYMENTS, Method),
    (f"{_BILLING}.{{addressLine2,addressLine3,phone,state}}", "the rest of it", _PAYMENTS, order_of),
    (f"{_BILLING}.{{addressID,customerID,latitude,longitude,fraudLock,active}}", "Kibo's own", _PAYMENTS, extras_of),
    (f"{_BILLING}.length", "at most 250 characters a line, of three lines", _PAYMENTS, riddles_in),
    (
        "orderPayments.*.paymentMethod.paymentType",
        "CC, CS, LV, PP, EB, PZ, NO; they vary, so verify",
        _PAYMENTS,
        order_of,
    ),
    ("orderPayments.*.paymentMethod.noOperationType", "goes with NO, as HI in the example", _PAYMENTS, order_of),
    ("orderPayments.*.{orderPaymentID,paymentMethodID,maxAmount,paymentType}", "Kibo's own", _PAYMENTS, extras_of),
    ("orderPayments.*.{transactionID,authorizationID}", "the payment's references", _PAYMENTS, extras_of),
    ("orderPayments.*.authAmount", "what was authorized: the order's total", _PAYMENTS, Payment),
)
_QUIRKS: Final[tuple[_Line, ...]] = (
    ("no-card-number", "for marketplaces NO, and never a cardNumber or password", f"{_C} 5.4.6", extras_of),
    ("payment-map-words", "a mapped word that is no payment type is held, not taken for NO", f"{_C} 6.2", order_of),
    ("customer-ip-fallback", "a configured IPv4 where the marketplace tells none", f"{_C} 5.4.4", style_of),
    ("send-nulls", "the example's nulls are accepted, and left out unless wanted", f"{_C} 5.4.9", with_nulls),
    ("create-order", "live orders may go by createOrder, without importOrder's keys", f"{_C} 5.4.12", place_of),
    ("status-without-word", "orderStatus has three words: other statuses are held", f"{_C} 5.2", place_of),
    ("entity-lengths", "each character beyond ASCII counts as its XHTML entity", f"{_C} 5.5", length_of),
    ("no-emojis", "characters above the BMP usually fail: held, never stripped", f"{_C} 5.5", riddles_in),
    ("discounts-per-piece", "a discount that no piece's price can hold exactly is held", f"{_C} 5.2", line_riddles),
    ("token", "Basic apiKey:secret, grant_type=client_credentials, reused for its life", f"{_C} 5.1", Gateway),
    ("token-renewed", "a 401 or a 403 is tried once more with a new token", f"{_C} 5.1", Gateway),
    ("call-headers", "Authorization: Bearer, API-Key, Content-Type; extra ones by setting", f"{_C} 5.1", Gateway),
    ("rate", "a 403 with X-Mashery-Error-Code OVER_QPS or OVER_RATE is a rate limit", f"{_C} 5.6", explained),
    ("codes", "5000 to 5006 and 5010 to 5017, in words", f"{_C} 5.6", explained),
    ("success", "the body is not published: any 2xx that tells no error, orderID kept", f"{_C} 5.6", taken),
    ("no-blind-repeat", "what a repeated externalOrderID does is not published: looked up first", f"{_C} 5.7", Kibo),
    ("look-up-exact", "a server that ignores the filter lists others: only an exact match counts", f"{_C} 5.7", Search),
    ("look-up-unsupported", "5016: the filter is not supported, so a person looks", f"{_C} 5.7", Kibo),
    ("look-up-absent", "no exact hit in a complete result: it may be sent again", f"{_C} 5.7", Search),
    ("paging", "page from 1, perPage 10 unless told, at most 100; totalCount and collection", f"{_C} 5.6", rows_in),
    ("shipment-poll", "opt-in: read GET shipment/ for this manufacturer, each page once", f"{_C} 5.8, 6.3", Shipped),
    (
        "shipment-order",
        "a shipment's order by externalOrderID, else looked up by orderID",
        f"{_C} 5.7, 5.8",
        marketplace_id,
    ),
    ("shipment-complete", "lines of a parcel are not published: told when all have left", f"{_C} 5.8", has_left),
    ("trackingNumber", "at most 50 characters", f"{_C} 5.8", shipment_of),
    (
        "carrierTypeOther",
        "at most 20 characters: the carrier's name where it is none of Kibo's",
        f"{_C} 5.8",
        shipment_of,
    ),
    (
        "dispositionReason",
        "seven words, such as no_inventory; an item is cancelled by call",
        f"{_C} 5.8",
        Kibo.cancel_item,
    ),
    ("dispositionOtherReason", "1 to 255 characters, needed with other", f"{_C} 5.8", Kibo.cancel_item),
    ("sendCancellationEmails", "whether the buyer is told: false unless asked for", f"{_C} 5.8", Kibo.cancel_item),
)
RULES: Final = tuple(
    Rule(name=name, says=says, source=source, by=by) for name, says, source, by in (*_ROOT, *_BLOCKS, *_QUIRKS)
)
