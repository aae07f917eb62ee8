"""The documented rules of bol's fields and calls, and the code that keeps each."""

from typing import Final

from pipeline.connectors.answers import judge as judge_answer
from pipeline.connectors.auth import call_with_bearer
from pipeline.connectors.budget import within_budget
from pipeline.connectors.contract import Rule
from pipeline.connectors.marketplaces.bol.calls import Calls, Told, grant_of
from pipeline.connectors.marketplaces.bol.cancelling import cancellation_of, wire_of
from pipeline.connectors.marketplaces.bol.client import Bol
from pipeline.connectors.marketplaces.bol.cursor import Cursor
from pipeline.connectors.marketplaces.bol.listing import list_orders, orders_in
from pipeline.connectors.marketplaces.bol.mapping import read_order, riddles_of
from pipeline.connectors.marketplaces.bol.processes import ask_for, judge, promise_in
from pipeline.connectors.marketplaces.bol.schema import at, day
from pipeline.connectors.marketplaces.bol.shipping import count_there, shipments_of
from pipeline.connectors.marketplaces.bol.spot import Spot, days_of, minutes
from pipeline.connectors.marketplaces.bol.states import item_status, order_status
from pipeline.connectors.wire import amount

_CONTRACT: Final = "contracts/marketplaces.md section 8"
_SHAPE: Final = "contracts/marketplaces.md section 3"
_PLANS: Final = "contracts/marketplaces.md section 11"

_RULES: Final = (
    ("token", "POST with ?grant_type=client_credentials and Basic", _CONTRACT, grant_of),
    ("expires_in", "a few minutes, different ones were seen: what it says is trusted", _CONTRACT, call_with_bearer),
    ("Accept", "application/vnd.retailer.v10+json, and as Content-Type of what is posted: else 406 or 400", _CONTRACT,
     Calls),
    ("x-ratelimit-*", "limit, remaining and reset on each answer: the endpoint's budget", _CONTRACT, Told.of),
    ("429", "Retry-After: that endpoint is left alone for so long", _CONTRACT, within_budget),
    ("problem-json", "title, detail, and violations with name and reason", _CONTRACT, judge_answer),
    ("page", "50 orders; an empty object, or one without orders, is the end", _CONTRACT, orders_in),
    ("pages that move", "offset paging over a live set skips rows: read over until nothing new is found", _SHAPE,
     Spot.after_end),
    ("fulfilment-method", "FBR, FBB or ALL: FBR is shipped by us", _CONTRACT, riddles_of),
    ("status", "OPEN, SHIPPED or ALL", _CONTRACT, Spot.query),
    ("change-interval-minute", "1 to 60, at least a minute more than since the last poll", _CONTRACT, minutes),
    ("latest-change-date", "by day, three months back", _CONTRACT, days_of),
    ("cursor of what was seen", "the newest seen change, after every page was stored; never now", _SHAPE, Cursor.since),
    ("N+1", "the list has no address: each order is read by its id, once", _CONTRACT, list_orders),
    ("orderItems.*.fulfilmentStatus", "OPEN or HANDLED; any other word is held", _SHAPE, item_status),
    ("partially shipped", "0 < shipped + cancelled < quantity", _SHAPE, item_status),
    ("cancelled", "HANDLED and cancelled = quantity", _SHAPE, item_status),
    ("order status", "of the whole order from its items", _SHAPE, order_status),
    ("orderItems.*.cancellationRequest", "the buyer asks: a fact, not a cancellation", _CONTRACT, read_order),
    ("orderItems.*.fulfilment", "expiryDate is the deadline; latestDeliveryDate, exactDeliveryDate, timeFrameType",
     _CONTRACT, day),
    ("shipmentDetails", "street, number and extension apart, pickupPointName, scrambled email", _CONTRACT, read_order),
    ("billingDetails", "vatNumber, kvkNumber, orderReference", _CONTRACT, read_order),
    ("decimal-numbers", "EUR with VAT, as JSON numbers: read exactly", _CONTRACT, amount),
    ("times", "with +01:00", _SHAPE, at),
    ("orderItems", "orderItemId, offer.reference is the SKU, product.ean and title, prices and commission", _CONTRACT,
     read_order),
    ("nothing to acknowledge", "bol wants no word for an order that was taken", _PLANS, Bol),
    ("shipment", "orderItems with quantity, shipmentReference of at most 90, transport", _CONTRACT, shipments_of),
    ("transporterCode", "one of bol's codes", _CONTRACT, shipments_of),
    ("one parcel a shipment", "a POST names one trackAndTrace: several parcels go one after the other", _CONTRACT,
     count_there),
    ("reasonCode", "one of twelve; REQUESTED_BY_CUSTOMER where the buyer asked", _CONTRACT, cancellation_of),
    ("cancellation", "whole items", _CONTRACT, wire_of),
    ("202", "processStatusId: the write is under way", _CONTRACT, promise_in),
    ("process-status", "PENDING, SUCCESS, FAILURE with errorMessage, TIMEOUT: unknown, the order tells", _CONTRACT,
     judge),
    ("process-status 404", "kept for a limited time", _CONTRACT, judge),
    ("process-status bulk", "at most 1000 ids", _CONTRACT, ask_for),
)  # fmt: skip

RULES: Final = tuple(Rule(name=name, says=says, source=source, by=by) for name, says, source, by in _RULES)
