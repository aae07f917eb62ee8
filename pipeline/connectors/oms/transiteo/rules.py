"""What Transiteo's documents say of each field and call, and the code that keeps it (docs/partners.md shows the tests).

Fields are seed 001's request block; which are needed, and what is missing there, is in contracts/oms.md section 2.
"""

from collections.abc import Callable
from typing import Any, Final

from pipeline.connectors.contract import Rule
from pipeline.connectors.oms.transiteo.answers import (
    body_of,
    is_missing,
    is_no_look_up,
    is_there_already,
    understood,
)
from pipeline.connectors.oms.transiteo.client import Transiteo, style_of
from pipeline.connectors.oms.transiteo.countries import country_of
from pipeline.connectors.oms.transiteo.mapping import order_of
from pipeline.connectors.oms.transiteo.schema import Order, Product, faults_of, is_absolute, wire_faults
from pipeline.connectors.oms.transiteo.session import Session
from pipeline.connectors.oms.transiteo.sku import SkuTemplate
from pipeline.connectors.wire import segment

_SEED: Final = "seeds/001, Request body"
_C: Final = "contracts/oms.md section"
_FIELDS: Final = f"{_SEED}; {_C} 2.3"

_Line = tuple[str, str, str, Callable[..., Any]]
_ORDER: Final[tuple[_Line, ...]] = (
    ("order_id", "text: the order's id; required", _FIELDS, Order),
    ("invoice_id", "text", _FIELDS, order_of),
    ("url", "an absolute URL", _FIELDS, is_absolute),
    ("order_date_hour", "a number: whole epoch milliseconds; required", _FIELDS, Order),
    ("customer_firstname", "text; required", _FIELDS, Order),
    ("customer_lastname", "text; required", _FIELDS, Order),
    ("customer_{address,zipcode,city}", "text", _FIELDS, order_of),
    ("customer_country", "text: a country", _FIELDS, country_of),
    ("customer_email", "text; in the body only, not in the list", f"{_SEED}; {_C} 2.4.3", order_of),
    ("buyer_{firstname,lastname,address,zipcode,city}", "text: who pays", _FIELDS, order_of),
    ("buyer_country", "text: a country", _FIELDS, country_of),
    ("agent_{firstname,lastname,zipcode,city}", "text: the customs agent", _FIELDS, order_of),
    ("agent_country", "text: a country", _FIELDS, country_of),
    ("agent_address", "spelled so in the body and agent_adress in the list", f"{_SEED}; {_C} 2.4.2", style_of),
    ("order_payment_type", "text", _FIELDS, order_of),
    ("order_payment_date", "a number: epoch milliseconds", f"{_SEED}; {_C} 2.4.6", order_of),
    ("exporting_carrier", "text", _FIELDS, order_of),
    ("departure_country", "text: ISO 3166 alpha-3; required", _FIELDS, Order),
    ("arrival_country", "text: ISO 3166 alpha-3; required", _FIELDS, Order),
    ("products", "a list, not empty; required", _FIELDS, faults_of),
    ("products.*.sku", "text; required", _FIELDS, Product),
    ("products.*.quantity", "a number; required", _FIELDS, Product),
    ("products.*.unit_price", "a number; required", _FIELDS, Product),
    ("products.*.unit_price_currency", "text; required", _FIELDS, Product),
    ("products.*.seller_id", "text; in the body only", f"{_SEED}; {_C} 2.4.3", Product),
    ("shipping_carrier", "text", _FIELDS, order_of),
    ("category_of_item", "text: one for the order, whatever its lines are", f"{_SEED}; {_C} 2.4.7", order_of),
    ("payment_type", "text, near order_payment_type and not explained", f"{_SEED}; {_C} 2.4.5", order_of),
    ("amount_products", "a number; required", _FIELDS, Order),
    ("amount_shipping", "a number; required, by default 0", _FIELDS, Order),
    ("amount_duty", "a number; required, by default 0", _FIELDS, Order),
    ("amount_vat", "a number; required, by default 0", _FIELDS, Order),
    ("amount_specialtaxes", "a number; required, by default 0", _FIELDS, Order),
    ("incoterm", "DDP, DDU or DAP, its case by setting", _FIELDS, Order),
    ("currency", "text: ISO 4217; required", _FIELDS, Order),
    ("order_statut", "PAID, AWAITING or CANCELLED; required", f"{_SEED}; {_C} 2.3, 2.4.4", Order),
    ("order_update_statut", "epoch milliseconds; not in the seed, so off by default", f"{_C} 2.3", style_of),
    ("duty_calculation_timestamp", "a number: epoch milliseconds; in the body only", f"{_SEED}; {_C} 2.4.3", order_of),
)
_FORMS: Final[tuple[_Line, ...]] = (
    (
        "country-format",
        "alpha-3 unless set to alpha-2; what is no country is told where it stands",
        f"{_C} 2.3",
        country_of,
    ),
    ("time-unit", "milliseconds, or seconds by setting: the unit is not stated", f"{_C} 2.4.6", style_of),
    ("sku-template", "SKUs must match the catalogue, as STORE_SKU does", f"{_C} 2.3", SkuTemplate),
    ("statut-map", "which statut a status is, of the three known words only", f"{_C} 2.3", style_of),
    ("one-currency", "each product names a currency: another than the order's is refused", f"{_C} 2.4.7", wire_faults),
    ("absent-left-out", "optional fields are sent when known, else left out", f"{_C} 2.3", order_of),
    ("id-in-path", "an id may hold a slash, a hash or spaces: encoded", f"{_C} 2.2", segment),
)
_CALLS: Final[tuple[_Line, ...]] = (
    ("token", "form-encoded client_id, grant_type, refresh_token; no client secret", f"{_C} 2.1", Session),
    (
        "bare-id-token",
        "Authorization is the id_token alone, not the access_token, without Bearer",
        f"{_C} 2.1",
        Session,
    ),
    ("token-shared", "a token lives an hour: one for all hosts", f"{_C} 2.1", Session),
    ("token-renewed", "a 401, The incoming token has expired: refresh once and repeat", f"{_C} 2.1", Session),
    ("invalid-grant", "400 invalid_grant: a fault of the configuration, for good", f"{_C} 2.1", Session),
    ("success", "any 2xx is a yes, unless an error is in it", f"{_C} 2.5", body_of),
    ("errors", "the gateway's message, the services' code, name, message or reason, no values", f"{_C} 2.5", body_of),
    ("quota", "403 MAX_REQUESTS_EXCEED, TRIAL_LIMIT_EXCEED: not soon again", f"{_C} 2.5", understood),
    ("first-send", "an order is POSTed first", f"{_C} 2.6", Transiteo),
    ("exists", "409, or words that it already exists, on a POST: PUT", f"{_C} 2.6", is_there_already),
    ("doubt-get-200", "after a doubtful POST a GET that finds it settles it", f"{_C} 2.6", Transiteo),
    ("doubt-get-404", "a GET that finds nothing: POST again", f"{_C} 2.6", Transiteo),
    ("doubt-get-403-405", "a GET that is not possible: PUT", f"{_C} 2.6", is_no_look_up),
    ("doubt-without-get", "GET disabled: PUT, and a 2xx settles it", f"{_C} 2.6", Transiteo),
    ("doubt-put-404", "a PUT that finds nothing: POST", f"{_C} 2.6", is_missing),
    ("put-error-never-post", "no other error of a PUT leads to a POST: it might create twice", f"{_C} 2.6", is_missing),
    ("update", "PUT of the full body, repeatable", f"{_C} 2.2, 2.6", Transiteo),
    ("cancel-status", "a PUT with CANCELLED keeps the customs record: preferred", f"{_C} 2.7", Transiteo),
    ("cancel-delete", "DELETE, with the id in a JSON body too: opt-in", f"{_C} 2.2, 2.7", Transiteo),
    ("get-disabled", "GET and list are not published: off until confirmed", f"{_C} 2.2, 2.7", Transiteo),
)
RULES: Final = tuple(
    Rule(name=name, says=says, source=source, by=by) for name, says, source, by in (*_ORDER, *_FORMS, *_CALLS)
)
