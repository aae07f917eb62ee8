"""The documented rules of Mirakl's fields and calls, and the code that keeps each."""

from typing import Final

from pipeline.connectors.budget import within_budget
from pipeline.connectors.contract import Rule
from pipeline.connectors.marketplaces.mirakl.addresses import country_of
from pipeline.connectors.marketplaces.mirakl.calls import Calls
from pipeline.connectors.marketplaces.mirakl.cancelling import cancelations_of
from pipeline.connectors.marketplaces.mirakl.carriers import carrier_of
from pipeline.connectors.marketplaces.mirakl.client import Mirakl
from pipeline.connectors.marketplaces.mirakl.decisions import decision_of, looks_decided, reference_of
from pipeline.connectors.marketplaces.mirakl.listing import Spot, list_orders
from pipeline.connectors.marketplaces.mirakl.mapping import read_order, riddles_of
from pipeline.connectors.marketplaces.mirakl.shipping import left_out, looks_tracked, shipments_of
from pipeline.connectors.marketplaces.mirakl.states import line_status, order_status

_CONTRACT: Final = "contracts/marketplaces.md section 5"
_STATES: Final = "contracts/marketplaces.md section 3"

_RULES: Final = (
    ("Authorization", "the shop's key alone, without Bearer", _CONTRACT, Calls),
    ("shop_id", "a query parameter where the user has several shops", _CONTRACT, Calls),
    ("max", "at most 100 orders a page", _CONTRACT, Mirakl),
    ("offset", "pages are counted over a set that moves: no order is skipped", _STATES, Spot.after),
    ("start_update_date", "filters updates, while pages are sorted by creation: the cursor waits for the last page",
     _CONTRACT, list_orders),
    ("OR11 frequency", "a listing at most once a minute", _CONTRACT, list_orders),
    ("OR04 frequency", "100 orders a call, once a minute", _CONTRACT, within_budget),
    ("429", "Retry-After in seconds: the operation's budget is empty for so long", _CONTRACT, within_budget),
    ("order_state", "every documented word has a status, any other holds the order", _STATES, order_status),
    ("order_state CLOSED", "can follow a full refund: the lines tell", _STATES, line_status),
    ("order_lines.*.order_line_state", "lines have the same words; some shipped is partially_shipped", _STATES,
     order_status),
    ("customer.shipping_address", "null before shipping, or before the acceptance: not released without it", _CONTRACT,
     read_order),
    ("country_iso_code", "ISO 3166-1; operators send three letters", _CONTRACT, country_of),
    ("order_tax_mode", "TAX_INCLUDED or TAX_EXCLUDED: whether prices include tax", _CONTRACT, riddles_of),
    ("order_lines.*.accepted", "every line is decided, some may be declined", _CONTRACT, decision_of),
    ("ORDER_INVALID_STATE", "look: past WAITING_ACCEPTANCE it was taken", _CONTRACT, looks_decided),
    ("OR21 errors", "each documented code in words", _CONTRACT, Calls),
    ("references.order_reference_for_seller", "the OMS's own number", _CONTRACT, reference_of),
    ("tracking before ship", "OR23 first, then OR24, only from SHIPPING", _CONTRACT, looks_tracked),
    ("ship", "ships the whole order: a parcel that leaves out a line is held", _CONTRACT, left_out),
    ("carrier_code", "one of SH21; an unknown carrier goes by name and URL", _CONTRACT, carrier_of),
    ("shipments", "one call for all parcels, each with its lines, shipped with its creation", _CONTRACT, shipments_of),
    ("can_cancel", "OR29 for a whole order that can be canceled, else OR30", _CONTRACT, Mirakl),
    ("cancelations.*.amount", "the line's own amounts and taxes; what would be split is held", _CONTRACT,
     cancelations_of),
    ("cancelations.*.reason_code", "one of RE02", _CONTRACT, cancelations_of),
)  # fmt: skip

RULES: Final = tuple(Rule(name=name, says=says, source=source, by=by) for name, says, source, by in _RULES)
