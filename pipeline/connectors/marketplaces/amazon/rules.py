"""The documented rules of Amazon's calls and fields, and the code that keeps each."""

from typing import Final

from pipeline.connectors.budget import within_budget
from pipeline.connectors.contract import Rule
from pipeline.connectors.marketplaces.amazon.calls import (
    Calls,
    agent,
    explain,
    explain_login,
    grant_of,
    rate_in,
    resources,
)
from pipeline.connectors.marketplaces.amazon.client import Amazon
from pipeline.connectors.marketplaces.amazon.extras import extra_of
from pipeline.connectors.marketplaces.amazon.listing import Spot, list_orders, listed_in
from pipeline.connectors.marketplaces.amazon.mapping import is_order_id, is_ours, read_order
from pipeline.connectors.marketplaces.amazon.riddles import riddles_of
from pipeline.connectors.marketplaces.amazon.shipping import (
    confirmations_of,
    is_there,
    looks_shipped,
    overfull,
    reference_of,
)
from pipeline.connectors.marketplaces.amazon.statuses import status_of
from pipeline.connectors.marketplaces.amazon.v0 import modern, piece_price

_CONTRACT: Final = "contracts/marketplaces.md section 4"
_SHAPE: Final = "contracts/marketplaces.md section 3"
_MODERN: Final = "orders_2026-01-01.json"
_V0: Final = "ordersV0.json"
_TOKENS: Final = "tokens_2021-03-01.json"

_RULES: Final = (
    ("grant", "refresh_token with client_id and client_secret as a form; the refresh token does not rotate", _CONTRACT,
     grant_of),
    ("client_secret", "rotated every 180 days, else invalid_client (401) or an expired LWA secret (403)", _CONTRACT,
     explain_login),
    ("x-amz-access-token", "the token, with every call", _CONTRACT, Calls),
    ("user-agent", "names the application and its version", _CONTRACT, agent),
    ("403", "also what an expired token gets: renewed once", _CONTRACT, Calls),
    ("x-amzn-RateLimit-Limit", "calls per second as text; may be absent, or a placeholder", _CONTRACT, rate_in),
    ("429", "QuotaExceeded without Retry-After: refills by the rate", _CONTRACT, within_budget),
    ("usage plans", "0.0056 a second for searchOrders, 20 at once: shared by all hosts", _MODERN, within_budget),
    ("lastUpdatedAfter", "exactly one family of bounds; read again with an overlap", _MODERN, Spot.query),
    ("lastUpdatedBefore", "optional; not before lastUpdatedAfter, and at least two minutes ago", _MODERN, Spot.of),
    ("echoed lastUpdatedBefore", "the next watermark, once every page is stored", f"{_CONTRACT}, {_SHAPE}",
     list_orders),
    ("paginationToken", "percent-encoded, with the same parameters; absent on the last page", _MODERN, Spot.query),
    ("token life", "24 hours; an expired one begins the range again", _CONTRACT, Spot.of),
    ("repeated token", "v0's own example has always the same NextToken: stop, and a page ceiling",
     "contracts/marketplaces.md section 1", Spot.is_repeated),
    ("orderId", "3-7-7, digits: another id is no order of Amazon's", _V0, is_order_id),
    ("marketplaceIds", "comma-separated, at most 50", _MODERN, Amazon),
    ("fulfilledBy", "MERCHANT; what Amazon ships is not ours", _MODERN, is_ours),
    ("includedData", "the data sets to ask for, at most those of the enum", _MODERN, Amazon),
    ("CreatedBefore", "may be no time (1.569521782042E9)", _CONTRACT, listed_in),
    ("payload", "v0 wraps its answers in it, 2026-01-01 does not", _CONTRACT, Amazon.items),
    ("OrderItems", "not in v0's list: fetched for each order, page by page", _V0, Amazon.items),
    ("ItemPrice", "of the whole quantity; one that does not divide is held", _V0, piece_price),
    ("v0 words", "the same order in the words of 2026-01-01", _V0, modern),
    ("restrictedDataToken", "v0 omits names and streets without it, silently", f"{_CONTRACT}, {_TOKENS}", resources),
    ("no role", "400: no access to one or more requested data elements", _CONTRACT, explain),
    ("personal data", "comes by role: an order to be shipped that lacks it is held", _CONTRACT, riddles_of),
    ("fulfillmentStatus", "every word of both enums has a status, any other holds the order", f"{_MODERN}, {_V0}",
     status_of),
    ("InvoiceUnconfirmed", "all shipped by the specification, unshipped by section 3: the count decides", _V0,
     status_of),
    ("money", "decimal text, never a float", f"{_MODERN}, {_SHAPE}", read_order),
    ("proceeds.breakdowns", "by category: ITEM, SHIPPING, TAX, DISCOUNT, COD_FEE", _MODERN, read_order),
    ("cancellationRequest", "a buyer's request is a fact, not a status", f"{_MODERN}, {_CONTRACT}", extra_of),
    ("packageReferenceId", "a JSON string of digits, unique in its order", _V0, reference_of),
    ("carrierCode", "Amazon's code, or Other with carrierName", _V0, confirmations_of),
    ("shipDate", "ISO 8601", _V0, confirmations_of),
    ("orderItems.*.quantity", "required for each line; no more than was ordered", _V0, overfull),
    ("marketplaceId", "of the order: required", _V0, Amazon.packages),
    ("one call per parcel", "a second parcel waits until the first is seen", _CONTRACT, is_there),
    ("PackageToUpdateNotFound", "400, or already fulfilled: looked up, done when the parcel is there", _CONTRACT,
     looks_shipped),
    ("ShipmentStatus", "ReadyForPickup, PickedUp, RefusedPickup", _V0, Amazon.tell_status),
)  # fmt: skip

RULES: Final = tuple(Rule(name=name, says=says, source=source, by=by) for name, says, source, by in _RULES)
