"""What is known of Octopia's fields and calls, and the code that keeps it (contracts/marketplaces.md section 6)."""

from collections.abc import Callable
from typing import Any, Final

from pipeline.connectors.answers import judge
from pipeline.connectors.auth import call_with_bearer, client_credentials
from pipeline.connectors.contract import Rule
from pipeline.connectors.http import Http
from pipeline.connectors.marketplaces.octopia.client import Octopia
from pipeline.connectors.marketplaces.octopia.looks import looks_accepted, looks_canceled, looks_refused, looks_shipped
from pipeline.connectors.marketplaces.octopia.mapping import is_ours, read_order, riddles_of
from pipeline.connectors.marketplaces.octopia.schema import camel
from pipeline.connectors.marketplaces.octopia.shipping import (
    approval_of,
    cancellation_of,
    fill_lines,
    fill_parcels,
    match,
    parcels_of,
)
from pipeline.connectors.paging import Place, cursor_of, next_link
from pipeline.connectors.wire import amount, moment

_CONTRACT: Final = "contracts/marketplaces.md section 6"
_SHAPE: Final = "contracts/marketplaces.md section 3"
_VALUES: Final = "contracts/oms.md section 6.2a"
_BOTH: Final = f"{_CONTRACT}, {_VALUES}"
_Said = tuple[str, str, str, Callable[..., Any]]

_CALLS: Final[tuple[_Said, ...]] = (
    ("grant", "client_credentials with client_id and client_secret as a form", _CONTRACT, client_credentials),
    (
        "token-of-two-hours",
        "500 tokens an hour: one is shared, and fetched anew when it is refused",
        _CONTRACT,
        call_with_bearer,
    ),
    ("Authorization", "Bearer and the token, with every call", _CONTRACT, call_with_bearer),
    ("SellerId", "the seller's number, with every call", _CONTRACT, Octopia._call),
    ("Accept", "application/json", _CONTRACT, Http.call),
    ("problem-json", "errors are application/problem+json: title, detail, errors", _CONTRACT, judge),
    ("429", "no rate is known for orders: a 429 is waited out", _CONTRACT, judge),
    ("pageIndex", "from 1", _CONTRACT, Place.after),
    ("pageSize", "at most 100", _CONTRACT, Octopia.__init__),
    (
        "{sort,desc}",
        "by updatedAt, oldest first: offset paging over a set that moves skips rows",
        f"{_CONTRACT}, {_SHAPE}",
        Octopia._filters,
    ),
    (
        "{updatedAtMin,updatedAtMax}",
        "a window of updates, read again with an overlap",
        f"{_CONTRACT}, {_SHAPE}",
        Octopia._filters,
    ),
    ("salesChannelId", "one sales channel, such as CDISFR", _CONTRACT, Octopia._scope),
    ("supplyMode", "Seller, Fulfillment or Xdock: only Seller is shipped by us", _CONTRACT, is_ours),
    ("items", "the orders of a page; a row without an id is kept apart", _CONTRACT, Octopia.new_orders),
    (
        "itemsPerPage",
        "the size of the page as it was served; a shorter page is the last",
        _CONTRACT,
        Octopia.new_orders,
    ),
    ("Link", "the next page, followed only on the same origin", f"{_CONTRACT}, {_VALUES}", next_link),
    ("cursor-of-what-was-seen", "advance only to the newest seen update, never to now", _SHAPE, cursor_of),
    (
        "order-ids-in-paths",
        "GET /orders/{orderId}: an id is one segment of the path, whatever is in it",
        _CONTRACT,
        Octopia.get,
    ),
    ("snake-case", "camelCase in three clients, snake_case in one: both are read", _CONTRACT, camel),
    ("decimal-numbers", "money is a JSON number: read exactly, never as a float", f"{_CONTRACT}, {_SHAPE}", amount),
    ("iso-times", "ISO 8601; a time without an offset is in the setting `timezone`", _SHAPE, moment),
)
_ORDER: Final[tuple[_Said, ...]] = (
    ("orderId", "the order's id", _BOTH, read_order),
    ("reference", "a second id", _BOTH, read_order),
    ("businessOrder", "true or false", _BOTH, read_order),
    ("salesChannel.{id,name}", "the sales channel; without a name the account's", _BOTH, read_order),
    ("seller.id", "the seller's number", _CONTRACT, read_order),
    ("customer.reference", "the customer", _CONTRACT, read_order),
    ("purchasedAt", "when it was bought; else createdAt", _BOTH, read_order),
    ("createdAt", "when it was created", _BOTH, read_order),
    ("updatedAt", "when it changed", _BOTH, read_order),
    ("shippedAtMax", "until when to ship; else the earliest of the lines", _BOTH, read_order),
    (
        "status",
        "Processing, WaitingAcceptance, Refused, Accepted, InPreparation, Shipped, Delivered, Cancelled, Rejected",
        f"{_CONTRACT}, {_SHAPE}",
        read_order,
    ),
    ("unknown-status", "a word that is none of them is kept and never taken for new", _SHAPE, read_order),
    ("partly-shipped", "comes from the lines' own status", _SHAPE, read_order),
    ("payment.method", "how it was paid", _CONTRACT, read_order),
    ("currencyCode", "the order's currency", _BOTH, read_order),
    (
        "billingAddress",
        "civility, firstName, lastName, addressLine1 to 3, postalCode, city, countryCode",
        _BOTH,
        read_order,
    ),
    ("totalPrice.{offerPrice,sellingPrice}", "what the buyer pays is sellingPrice", _BOTH, read_order),
    ("serviceFees.*.amount", "fees of the whole order", _CONTRACT, read_order),
    ("lines.*.orderLineId", "the line's id", _BOTH, read_order),
    ("lines.*.status", "the same words as the order's", _CONTRACT, read_order),
    ("lines.*.quantity", "a whole number", _BOTH, read_order),
    ("lines.*.offerPrice.commission.{amountWithTax,amountWithoutTax}", "the commission", _BOTH, read_order),
    (
        "lines.*.sellingPrice.{unitSalesPrice,shippingCost}",
        "unit price, and what shipping the line costs",
        _BOTH,
        read_order,
    ),
    ("lines.*.sellingPrice.taxes", "amount and rate of each tax; one rate only where all agree", _CONTRACT, read_order),
    (
        "lines.*.offer",
        "id, sellerProductId (SKU), supplyMode, productId, productTitle, productGtin, condition",
        _BOTH,
        read_order,
    ),
    ("lines.*.delivery", "mode, promisedAtMin, promisedAtMax, shippedAtMax", _BOTH, read_order),
    (
        "lines.*.shippingAddress",
        "the address is per line, also pickupId, pickupName, phone and email",
        _BOTH,
        read_order,
    ),
    ("lines.*.parcels", "parcelNumber of each parcel that the line is in", _CONTRACT, Octopia.parcels),
    (
        "one-address",
        "an order goes to one place: lines to different ones, or of different modes, are held",
        _VALUES,
        riddles_of,
    ),
)
_WRITES: Final[tuple[_Said, ...]] = (
    ("approval_status", "Accepted or Refused, in snake_case among camelCase", _CONTRACT, approval_of),
    (
        "accept-not-needed",
        "with automatic acceptance no order waits: only WaitingAcceptance is accepted",
        _CONTRACT,
        Octopia.needs_accept,
    ),
    (
        "look-before-accepting-again",
        "no write has an idempotency key: the order's status tells whether it arrived",
        _SHAPE,
        looks_accepted,
    ),
    (
        "look-before-refusing-again",
        "no write has an idempotency key: the order's status tells whether it arrived",
        _SHAPE,
        looks_refused,
    ),
    ("array-of-parcels", "the body of shipments is a bare array, one element per parcel", _CONTRACT, parcels_of),
    ("*.parcelNumber", "the tracking number", _CONTRACT, parcels_of),
    (
        "*.carrierName",
        "one of GET /carriers: equal but for case, else held until the route's carrier_map names it",
        _BOTH,
        match,
    ),
    ("*.trackingUrl", "where the parcel can be followed, if known", _CONTRACT, parcels_of),
    ("*.orderLineIds", "the lines in the parcel; all of the order's where the OMS tells none", _BOTH, fill_parcels),
    ("look-before-shipping-again", "GET first: a parcel with that number means done", _CONTRACT, looks_shipped),
    (
        "cancellation-reasons",
        "userType=Seller, orderStatus, salesChannel; a reason is one of them",
        _CONTRACT,
        Octopia.cancellation_reasons,
    ),
    ("full-cancellation", "orderSellerId, reason, shippingCostRefund", _CONTRACT, cancellation_of),
    ("cancel-id-key", "one client sends orderId instead: a setting", f"{_CONTRACT}, {_VALUES}", cancellation_of),
    (
        "partial-cancellation",
        "orderSellerId, lines with lineId, offerId, reason, shippingCostRefund: whole lines only",
        _CONTRACT,
        fill_lines,
    ),
    (
        "look-before-cancelling-again",
        "GET /order-cancellation-requests?orderSellerId= tells whether it arrived",
        _CONTRACT,
        looks_canceled,
    ),
    (
        "nothing-to-acknowledge",
        "an accepted order needs no further word",
        "contracts/marketplaces.md section 11",
        Octopia.__init__,
    ),
)

RULES: Final = tuple(
    Rule(name=name, says=says, source=source, by=by) for name, says, source, by in (*_CALLS, *_ORDER, *_WRITES)
)
