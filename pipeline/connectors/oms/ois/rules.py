"""What OIS' documents say of an order and of a call, rule by rule, with the code that keeps it."""

from collections.abc import Callable
from typing import Any, Final

from pipeline.connectors.auth import call_with_bearer
from pipeline.connectors.contract import Rule
from pipeline.connectors.oms.ois import addresses, hooks, lines, mapping, receipts, schema, street, tables
from pipeline.connectors.oms.ois.calls import Calls
from pipeline.connectors.oms.ois.cents import euros
from pipeline.connectors.oms.ois.client import Ois
from pipeline.connectors.oms.ois.limits import LIMITS, cut, limits_of, nfc, too_long
from pipeline.connectors.oms.ois.settings import CONTRACT, SEED
from pipeline.connectors.oms.ois.token import grant_of

Row = tuple[str, str, str, Callable[..., Any]]
_XPRT: Final = f"{SEED} XPRT-specific fields, {CONTRACT} 4.4"
_LINES: Final = f"{SEED} OrderLines, {CONTRACT} 4.3.1"
_PRICES: Final = f"{SEED} Price Validation, {CONTRACT} 4.3.3"
_DELIVERY: Final = f"{SEED} DeliveryMethods, {CONTRACT} 4.3.6"
_TERMS: Final = f"{SEED} ShippingAgentServices and ShippingTerms, {CONTRACT} 4.3.8"
_PAYMENT: Final = f"{SEED} PaymentOptions, {CONTRACT} 4.3.9"
_COUPONS: Final = f"{SEED} OrderCouponPayment, {CONTRACT} 4.3.10"
_HOOKS: Final = f"{CONTRACT} 4.2"
_ASSUMED: Final = f"{CONTRACT} 4.5"
_AT: Final = "{ShippingAddress,BillingAddress}"

_ORDER: Final[tuple[Row, ...]] = (
    ("Identifier", "the order's id; no document names the field: assumed", _ASSUMED, schema.Order),
    ("OrderDate", "the time of purchase, ISO 8601; the field's name is assumed", f"{SEED} DateTime", mapping.order_of),
    ("DeliveryMethod", '"1" home delivery, "2" pickup from store, "3" pickup from service point', _DELIVERY,
     schema.Order),
    ("PickupBranchIdentifier", "with DeliveryMethod 2: the Identifier of a branch of /Branches/", _DELIVERY,
     tables.Tables.branch),
    ("PickupLocationCode", "with DeliveryMethod 3: the service point's code, which OIS does not have", _DELIVERY,
     schema.Order),
    ("PickupLocationName", "with DeliveryMethod 3: the service point's name; at most 30 characters", _XPRT, too_long),
    ("ShippingAgentId", "required for regular orders; one of v1/ShippingAgents",
     f"{SEED} ShippingAgents, {CONTRACT} 4.3.7", tables.Tables.agent),
    ("ShippingAgentServiceCode", "not included unless it is configured in OIS", _TERMS, mapping.order_of),
    ("ShippingTerms", "an array; not included unless they are configured in OIS", _TERMS, mapping.order_of),
    ("PaymentOptionId", "required for regular orders; one of v1/PaymentOptions, its provider in v1/PaymentProviders",
     _PAYMENT, tables.Tables.option),
    ("PaymentReference", "required: the payment service provider's; for a marketplace's order, its reference",
     f"{SEED} PaymentReference, {CONTRACT} 4.3.9", mapping.order_of),
    ("OrderLines", "one for every variant, also where the same variant is ordered several times", _LINES,
     lines.order_lines),
    ("OrderLines.*.LineType", '"1" or "Article", "2" or "ShippingCost", "3" or "PaymentFee", "4" or "Voucher"',
     f"{SEED} OrderLines, {CONTRACT} 4.3.2", schema.Line),
    ("OrderLines.*.VariantIdentifier", "the article; the field's name is assumed", _ASSUMED, schema.Line),
    ("OrderLines.*.Quantity", "at least 1; the field's name is assumed", _ASSUMED, schema.count),
    ("OrderLines.*.OriginalPrice", "positive; before discounts", _PRICES, schema.price),
    ("OrderLines.*.Price", "positive; after discounts", _PRICES, schema.price),
    ("OrderLines.*.Value", "the amount paid, including VAT", f"{_PRICES}, {CONTRACT} 4.3.4", schema.price),
    ("OrderLines.*.VATPercentage", "the VAT percentage of the article", f"{_PRICES}, {CONTRACT} 4.3.4",
     schema.percentage),
    ("OrderLines.*.OrderDiscounts.*.{Code,Value}", "positive; the names inside are assumed", _ASSUMED,
     schema.Discount),
    ("OrderCouponPayments", ("added when an order is paid by coupon, fully or in part; its name is also written "
     "OrderCouponPayment"), f"{_COUPONS}, {_ASSUMED}", mapping.order_of),
    ("OrderCouponPayments.*.PaymentOptionId", "an option that the client decides on", _COUPONS,
     mapping.coupon_terms),
    ("OrderCouponPayments.*.Code", "a constant agreed at implementation", f"{CONTRACT} 4.3.10",
     mapping.coupon_terms),
    ("OrderCouponPayments.*.Value", "what the coupon pays; the field's name is assumed", _ASSUMED, mapping.coupons),
)  # fmt: skip

_CONDITIONS: Final[tuple[Row, ...]] = (
    ("line-per-unit", "an OrderLine for every unit (setting explode_quantity), discounts allotted to the cent", _LINES,
     lines.add_article),
    ("price-equation", ("OriginalPrice = Price + OrderDiscounts on every line; rounding is accounted for, so there is "
     "no tolerance"), _PRICES, schema.Line),
    ("positive-amounts", "all amounts concerning prices are positive", f"{_PRICES}, {CONTRACT} 4.3.5",
     lines.Found.cents),
    ("zero-amounts", "whether 0 is positive is not said: setting allow_zero_amounts; costs of 0 have no line",
     f"{CONTRACT} 4.3.5", mapping.check_amounts),
    ("amounts-with-vat", "amounts include VAT; OIS computes the VAT amounts", f"{_PRICES}, {CONTRACT} 4.3.4",
     mapping.check_amounts),
    ("two-decimals", "amounts of more than 15 digits are rounded wrongly: two decimals, exact", f"{CONTRACT} 4.1",
     euros),
    ("fees-are-lines", "shipping cost and payment fee are lines of their own", f"{CONTRACT} 4.3.2", lines.add_cost),
    ("pickup-by-method", "each DeliveryMethod has its own pickup fields, and none of another's", _DELIVERY,
     schema.Order),
    ("reference-refresh", "the tables are cached; a word they lack forces one refresh before it is refused",
     f"{CONTRACT} 4.7", tables.Tables),
    ("coupons-are-payments", "coupons are payments, never discounts: the lines stay as they are",
     f"{CONTRACT} 4.3.10", mapping.coupons),
    ("coupon-sold", "a coupon that is sold is a line of type Voucher", f"{CONTRACT} 4.3.11", lines.add_article),
    ("coupon-redeemed-by-caller", "the caller redeems a coupon itself, apart from the order", f"{CONTRACT} 4.3.10",
     Ois.redeem),
    ("absent-not-null", "what is absent is left out: some fields must not be there at all", _TERMS,
     addresses.absent_not_null),
    ("house-number", "street, house number and extension apart; what can't be told apart stays whole", _XPRT,
     street.split),
    ("no-other-address-field", "further address lines have HouseNoExt only: too long, the order is held, never cut",
     _XPRT, addresses.street_of),
    ("nothing-cut", "what is too long is held; a pickup point's name may be cut by setting pickup_name", _XPRT, cut),
    ("code-points", "characters are counted after NFC, separators are not", _XPRT, nfc),
    ("limits-are-data", "the limits follow XPRT's latest version: setting xprt_limits, single and joined by +", _XPRT,
     limits_of),
    ("combined-name", "FirstName and LastName: at most 100 characters together", f"{SEED} Combined fields", too_long),
    ("combined-street", "Street, HouseNo and HouseNoExt: at most 100 characters together", f"{SEED} Combined fields",
     too_long),
)  # fmt: skip

_CALLS: Final[tuple[Row, ...]] = (
    ("token-per-environment", ("client_id, client_secret, audience, grant_type=client_credentials; valid 24 hours at "
     "most; the audience differs per environment"), f"{CONTRACT} 4.1", grant_of),
    ("token-refreshed-once", "401: the token has expired, or is another environment's: once more with a new one",
     f"{CONTRACT} 4.1", call_with_bearer),
    ("out-of-scope", "403: the endpoint is not in the token's scope; terminal", f"{CONTRACT} 4.1", Calls.call),
    ("language-and-gzip", "Accept-Language nl-NL by default; gzip is recommended", f"{CONTRACT} 4.1", Calls.call),
    ("query-length", "a query has at most 2048 characters", f"{CONTRACT} 4.1", Calls.call),
    ("webshop-code", "in the URL or as a parameter, on orders and branches; one per currency", f"{CONTRACT} 4.1",
     Calls.call),
    ("order-answers", "2xx is OIS' yes; 400 and 422 are permanent; 5xx may have been taken", f"{CONTRACT} 4.6",
     receipts.receipt_of),
    ("no-blind-repost", "a second POST is not defined: looked up at lookup_path, else a person decides",
     f"{CONTRACT} 4.6", receipts.seen_in),
    ("no-update-no-cancel", "no update and no cancellation is published", f"{CONTRACT} 4.6", Ois),
    ("webhook-log", "webhooks that nobody took are read from v1/webhooks/status: Page, PageSize, Status", _HOOKS,
     hooks.HookLog.entries),
    ("webhook-payload", "what a webhook carries is not published: webhook_pointers, without them not configured",
     _HOOKS, hooks.HookLog),
    ("webhook-once", "each entry of the log is one shipment, once", _HOOKS, hooks.HookLog.read),
    ("webhook-address", "a subscription is Group, Event and URL; https only", _HOOKS, receipts.https_only),
    ("stock-unpublished", "the paths of Inventory (v1) and Stock (v2) are not published", _HOOKS, Ois.inventory),
)  # fmt: skip


def _limited(name: str) -> Row:
    required = " and required" if name in schema.Address().fields else ""
    return f"{_AT}.{name}", f"at most {LIMITS[name]} characters{required}", _XPRT, too_long


RULES: Final = tuple(
    Rule(name=name, says=says, source=source, by=by)
    for name, says, source, by in (
        *_ORDER,
        *(_limited(name) for name in schema.ADDRESS_PATHS),
        *_CONDITIONS,
        *_CALLS,
    )
)
