"""What Egenta's document says of each field and call, and the code that keeps it (seed 000, contracts/oms.md 1)."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from pipeline.config.accounts import read_accounts
from pipeline.connectors.answers import judge
from pipeline.connectors.contract import Rule
from pipeline.connectors.oms.egenta.answers import outcomes, rows_in
from pipeline.connectors.oms.egenta.client import Egenta
from pipeline.connectors.oms.egenta.mapping import acknowledgement_of, answer_of, id_of, order_of, shipment_of
from pipeline.connectors.oms.egenta.schema import Address, Line, Order, faults_of

_SEED: Final = "seeds/000"
_CONTRACT: Final = "contracts/oms.md section"
_IMPORT: Final = f"{_SEED} section 1, {_CONTRACT} 1.3"
_TIME: Final = 'the form is "yyyy-mm-dd HH:nn:ss"'

_ORDER: Final[tuple[tuple[str, str, Callable[..., Any]], ...]] = (
    ("OrderId", "required: the market's order id", Order),
    ("Status", "required: the order's status at the market, in the market's own words", Order),
    ("Reference", "a reference or second order id, if there is one", order_of),
    ("StoreId", "if available, some markets use it", order_of),
    ("StoreName", "if available, some markets use it", order_of),
    ("PurchaseDate", f"required; {_TIME}", Order),
    ("LastUpdateDate", f"required; {_TIME}", Order),
    ("EarliestShipDate", _TIME, order_of),
    ("LatestShipDate", f"required; {_TIME}", Order),
    ("EarliestDeliveryDate", _TIME, order_of),
    ("LatestDeliveryDate", f"important, if available; {_TIME}", order_of),
    ("SalesChannelId", "optional, in the example", order_of),
    ("SalesChannel", "required; if not available, the market's name", Order),
    ("BusinessOrder", 'boolean; "1" in the example', order_of),
    ("BuyerName", "required", Order),
    ("BuyerEmail", "optional", order_of),
    ("OrderTotal", 'required; a float, "100.00" in the example', Order),
    ("CurrencyCode", 'required; such as "EUR"', Order),
    ("NumberOfItemsUnshipped", "just the number of items in the order", order_of),
    (
        "requested_shipping_carrier",
        "if the customer gave delivery instructions, a preferred method and so on",
        order_of,
    ),
    ("shippingAddress", "required", Order),
    ("billingAddress", "required", Order),
    ("lines", "required: a list that is not empty", Order),
)
_ADDRESS: Final[tuple[tuple[str, str, Callable[..., Any]], ...]] = (
    ("firstName", "required", Address),
    ("lastName", "required", Address),
    ("companyName", "optional", order_of),
    ("addressLine1", "required", Address),
    ("addressLine2", "optional; the field list calls it addressLine, the example addressLine2", order_of),
    ("addressLine3", "optional; the field list calls it addressLine, the example addressLine3", order_of),
    ("postalCode", "required", Address),
    ("city", "required", Address),
    ("stateOrRegion", 'required ("Required." stands a line below, of the billing address too)', Address),
    ("phone", "optional", order_of),
    ("countryCode", 'required; a country code of two letters, such as "FR"', Address),
)
_LINE: Final[tuple[tuple[str, str, Callable[..., Any]], ...]] = (
    ("productId", "required: the market's product id", Line),
    ("sellerProductId", "required: the seller's SKU", Line),
    ("orderLineId", "required", Line),
    ("productTitle", "required", Line),
    ("quantity", "required", Line),
    ("sellingPrice", "required", Line),
    ("sellingPriceCurrencyCode", "required", Line),
    ("shippingCost", "required", Line),
    ("shippingCostCurrencyCode", "required", Line),
    ("commission_amountWithVat", "nice to have", order_of),
    ("commission_amountWithoutVat", "nice to have", order_of),
)
_CREDENTIALS: Final = f"{_SEED} Authentication, {_CONTRACT} 1.1"
_UPDATE: Final = f"{_SEED} section 2, {_CONTRACT}"
_STATUS: Final = f"{_SEED} section 3, {_CONTRACT}"

_CALLS: Final[tuple[tuple[str, str, str, Callable[..., Any]], ...]] = (
    ("{secret_id,secret_key}", "the key is a part of every request, no header", _CREDENTIALS, Egenta._credentials),
    (
        "secrets-are-text",
        "numbers in the example, text in the vendor's client",
        f"{_CONTRACT} 1.4.14",
        Egenta._credentials,
    ),
    (
        "credentials-of-lists",
        "the two lists take JSON with a GET; the vendor's client puts the credentials into the query",
        f"{_CONTRACT} 1.2",
        Egenta._list,
    ),
    (
        "allow-listed-address",
        "the server's address must be white-listed: 401, 403 and words of such a refusal stop the account",
        f"{_CREDENTIALS}, 1.5",
        judge,
    ),
    (
        "orders",
        'a "JSON array with the following structure", but the structure is an object with the array in `orders`',
        f"{_SEED} section 1, {_CONTRACT} 1.4.1",
        Egenta._import,
    ),
    (
        "valid-json",
        "the example has a comma after its last line and is no JSON; what is sent is",
        f"{_CONTRACT} 1.4.12",
        Egenta._import,
    ),
    (
        "three-spellings",
        "OrderId is imported, orderId listed, OrderID answered; lists are read in any of them",
        f"{_CONTRACT} 1.4.2, 1.2",
        id_of,
    ),
    (
        "mixed-names",
        "PascalCase, camelCase, snake_case and mixtures in one object, each as it is in the example",
        f"{_CONTRACT} 1.4.3, 1.4.4",
        order_of,
    ),
    (
        "state-fallback",
        "most addresses of the EU have no state, and it is required: a setting fills it in",
        f"{_CONTRACT} 1.4.5",
        order_of,
    ),
    (
        "times-without-stray-spaces",
        "the example has `2025- 04 - 22 10:26:05`, the vendor's client ISO times; the field list's form is sent",
        f"{_CONTRACT} 1.4.6",
        order_of,
    ),
    (
        "wire-types",
        'text in the example ("100.00", "1", " 1 "), numbers and a boolean in the vendor\'s client: a setting',
        f"{_CONTRACT} 1.4.7",
        order_of,
    ),
    (
        "totals-need-not-add-up",
        "the example's total is 100.00 over lines of 122 and 12: no sum is checked",
        f"{_CONTRACT} 1.4.8",
        faults_of,
    ),
    (
        "number-of-items",
        "the name says unshipped, the description all items: the sum of the quantities that are to be shipped",
        f"{_CONTRACT} 1.4.9",
        order_of,
    ),
    (
        "line-ids",
        "required, though some markets have none: made from the order's id and the line's number, never random",
        f"{_CONTRACT} 1.4.10",
        order_of,
    ),
    (
        "latest-ship-days",
        "LatestShipDate is required, though many markets have none: days after the purchase, by a setting",
        f"{_CONTRACT} 1.4.11",
        order_of,
    ),
    (
        "several-currencies",
        "tell Egenta if several currencies are to be expected: each order and its lines go with their own",
        f"{_SEED} section 1, {_CONTRACT} 1.1",
        order_of,
    ),
    (
        "batch-of-one",
        "results per order are not documented: one order per import unless a setting says more",
        f"{_CONTRACT} 1.5",
        Egenta.__init__,
    ),
    (
        "success-without-an-error",
        "a 2xx whose JSON has an error, `success: false` or an error word as status is a refusal",
        f"{_CONTRACT} 1.5",
        outcomes,
    ),
    (
        "no-page-of-php",
        "an answer that is no JSON is never an empty list, and a write's is never a yes",
        f"{_CONTRACT} 1.5",
        rows_in,
    ),
    (
        "any-list",
        "rows in `orders`, a bare list, or an object of rows; nothing is no work; malformed rows are kept apart",
        f"{_CONTRACT} 1.2",
        rows_in,
    ),
    ("no-pages", "no paging is documented: a list is whole in one answer", f"{_CONTRACT} 1.5", Egenta._shipped),
    (
        "imported-again",
        "sending an OrderId again is not specified: it updates, unless a setting says that a person decides",
        f"{_CONTRACT} 1.6",
        Egenta.__init__,
    ),
    (
        "no-look-up",
        "an order can't be looked up, so that an unclear import is sent again or waits for a person",
        f"{_CONTRACT} 1.6",
        Egenta.__init__,
    ),
    (
        "no-cancel",
        "there is no call that cancels: Egenta learns of it by its status question",
        f"{_CONTRACT} Superseded, 1.2",
        Egenta.__init__,
    ),
    ("orderId", "the market's order id, in both lists; a number is read as text", f"{_UPDATE} 1.2", id_of),
    ("carrierName", "the carrier's name", f"{_UPDATE} 1.2", shipment_of),
    ("parcelNumber", "the tracking number", f"{_UPDATE} 1.2", shipment_of),
    (
        "listed-until-acknowledged",
        "an order stays in the list until it is acknowledged: each listing is an occurrence of its own",
        f"{_UPDATE} 1.6",
        Egenta._shipped,
    ),
    (
        "several-parcels",
        "undefined: the rows of an order are one shipment with every distinct parcel, acknowledged once",
        f"{_CONTRACT} 1.6",
        shipment_of,
    ),
    (
        "OrderID",
        "the market's order id, in both answers, one order per call",
        f"{_UPDATE} 1.2, 1.4.2",
        acknowledgement_of,
    ),
    (
        "updated",
        "set to 1 (means order updated); any other value is undefined",
        f"{_UPDATE} 1.4.13",
        acknowledgement_of,
    ),
    ("OrderStatusTranslated", '"Shipped", "Unshipped" or "Canceled", and nothing else', f"{_STATUS} 1.2", answer_of),
    (
        "unknown-status",
        "a status without a word must not default to one: it is held until the route's status_map names it",
        f"{_CONTRACT} 1.6, 6.2a",
        answer_of,
    ),
    (
        "answer-is-idempotent",
        "the same answer again changes nothing: the next list settles an unclear one",
        f"{_CONTRACT} 1.6",
        Egenta.__init__,
    ),
    (
        "a-few-times-an-hour",
        "status questions are asked for a few times in each hour: every 15 minutes unless told otherwise",
        f"{_STATUS} 1.7",
        read_accounts,
    ),
)


def _rules() -> Iterator[Rule]:
    for name, says, by in _ORDER:
        yield Rule(name=name, says=says, source=_IMPORT, by=by)
    for name, says, by in _ADDRESS:
        yield Rule(name=f"{{shippingAddress,billingAddress}}.{name}", says=says, source=_IMPORT, by=by)
    for name, says, by in _LINE:
        yield Rule(name=f"lines.*.{name}", says=says, source=_IMPORT, by=by)
    for name, says, source, by in _CALLS:
        yield Rule(name=name, says=says, source=source, by=by)


RULES: Final = tuple(_rules())
