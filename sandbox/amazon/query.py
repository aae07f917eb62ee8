"""The parameters of searchOrders and of v0's getOrders: every documented one, and no other."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from sandbox.amazon.book import STATUSES, Held, cut_second
from sandbox.amazon.places import KNOWN_IDS
from sandbox.amazon.views import DATASETS
from sandbox.amazon.views_v0 import CHANNELS_V0, STATUSES_V0
from sandbox.exchange import Ask, refuse_fields

MOST_ROWS = 100
MOST_VALUES = 50
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)")
ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}")
Match = Callable[[Held], bool]
Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one of the two lists calls things. `lists`: further lists of words, by name; None: any word. `undone`: what
    the specification has and the sandbox can't filter by."""

    created: tuple[str, str]
    updated: tuple[str, str]
    places: str
    size: str
    token: str
    lists: dict[str, frozenset[str] | None]
    free: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    undone: frozenset[str] = frozenset()


GRAMMAR = Grammar(
    ("createdAfter", "createdBefore"),
    ("lastUpdatedAfter", "lastUpdatedBefore"),
    "marketplaceIds",
    "maxResultsPerPage",
    "paginationToken",
    {
        "fulfillmentStatuses": frozenset(STATUSES),
        "fulfilledBy": frozenset({"MERCHANT", "AMAZON"}),
        "includedData": frozenset(DATASETS),
    },
)
GRAMMAR_V0 = Grammar(
    ("CreatedAfter", "CreatedBefore"),
    ("LastUpdatedAfter", "LastUpdatedBefore"),
    "MarketplaceIds",
    "MaxResultsPerPage",
    "NextToken",
    {
        "OrderStatuses": frozenset({*STATUSES_V0.values(), "InvoiceUnconfirmed"}),
        "FulfillmentChannels": frozenset(CHANNELS_V0.values()),
        "PaymentMethods": frozenset({"COD", "CVS", "Other"}),
        "AmazonOrderIds": None,
    },
    free=frozenset({"SellerOrderId"}),
    required=("MarketplaceIds",),
    undone=frozenset({"BuyerEmail", "EasyShipShipmentStatuses", "ElectronicInvoiceStatuses", "IsISPU"})
    | {"ActualFulfillmentSupplySourceId", "StoreChainStoreId"}
    | {f"{end}DeliveryDate{side}" for end in ("Earliest", "Latest") for side in ("Before", "After")},
)


@dataclass(frozen=True, slots=True)
class Search:
    """A list's parameters, checked. `until`: what is asked for, or what a list may show."""

    created: bool
    after: datetime
    until: datetime
    size: int
    token: str | None
    key: str
    lists: dict[str, tuple[str, ...]]
    seller_order_id: str | None


def read_lists(
    texts: dict[str, str], known: dict[str, frozenset[str] | None], errors: Errors
) -> dict[str, tuple[str, ...]]:
    """Every comma-separated parameter."""
    found = {name: tuple(texts[name].split(",")) for name in known if name in texts}
    for name, values in found.items():
        allowed = known[name]
        if len(values) > MOST_VALUES:
            errors[name] = [f"at most {MOST_VALUES}"]
        elif allowed is not None and set(values) - allowed:
            errors[name] = ["not a word of this list"]
    return found


def read_texts(ask: Ask, known: frozenset[str], errors: Errors) -> dict[str, str]:
    """Every parameter, once: lists are comma-separated (Swagger 2.0's csv)."""
    texts: dict[str, str] = {}
    for name, value in parse_qsl(ask.query, keep_blank_values=True):
        if name not in known:
            errors[name] = ["not documented"]
        elif name in texts or not value:
            errors[name] = ["once, and not empty"]
        texts[name] = value
    return texts


def read_search(ask: Ask, grammar: Grammar, hide_seconds: float, before_seconds: float) -> Search:
    """Refusal 400 names every wrong parameter at once."""
    errors: Errors = {}
    moments = (*grammar.created, *grammar.updated)
    lists: dict[str, frozenset[str] | None] = {grammar.places: KNOWN_IDS, **grammar.lists}
    known = frozenset({*moments, *lists, grammar.size, grammar.token}) | grammar.free | grammar.undone
    texts = read_texts(ask, known, errors)
    if undone := texts.keys() & grammar.undone:
        raise_undone(undone)
    errors |= {name: ["required"] for name in grammar.required if name not in texts}
    found = read_lists(texts, lists, errors)
    if not all(ORDER_ID.fullmatch(order_id) for order_id in found.get("AmazonOrderIds", ())):
        errors["AmazonOrderIds"] = ["3-7-7"]
    created = grammar.created[0] in texts
    ours, others = (grammar.created, grammar.updated) if created else (grammar.updated, grammar.created)
    if ours[0] not in texts:
        errors[ours[0]] = [f"exactly one of this and {others[0]}"]
    errors |= {name: [f"not with {ours[0]}"] for name in others if name in texts}
    if "SellerOrderId" in texts:
        excluded = {*grammar.updated, "FulfillmentChannels", "OrderStatuses", "PaymentMethods"}
        errors |= {name: ["not with SellerOrderId"] for name in excluded & texts.keys()}
    at = {name: read_moment(name, texts[name], errors) for name in ours if name in texts}
    size = _read_size(texts, grammar.size, errors)
    if len(at) == 2 and not errors:
        if at[ours[1]] < at[ours[0]]:
            errors[ours[1]] = [f"not before {ours[0]}"]
        elif at[ours[1]] > ask.now - timedelta(seconds=before_seconds):
            errors[ours[1]] = [f"at least {before_seconds:g} seconds before now"]
    if errors:
        refuse_fields("Invalid Input", errors)
    until = cut_second(ask.now - timedelta(seconds=hide_seconds))
    changing = {grammar.size, grammar.token, "includedData"}
    return Search(
        created,
        at[ours[0]],
        min(at.get(ours[1], until), until),
        size,
        texts.get(grammar.token),
        repr(sorted((name, value) for name, value in texts.items() if name not in changing)),
        found,
        texts.get("SellerOrderId"),
    )


def raise_undone(names: set[str]) -> None:
    """Documented, but this simulator can't filter by it."""
    refuse_fields("The sandbox does not filter by this", {name: ["not simulated"] for name in sorted(names)})


def read_moment(name: str, text: str, errors: Errors) -> datetime:
    """ISO 8601 with an offset; else noted as wrong."""
    if MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except ValueError:
            pass
    errors[name] = ["ISO 8601, with an offset"]
    return datetime.min.replace(tzinfo=UTC)


def _read_size(texts: dict[str, str], name: str, errors: Errors) -> int:
    text = texts.get(name, str(MOST_ROWS))
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_ROWS:
        return int(text)
    errors[name] = [f"a whole number from 1 to {MOST_ROWS}"]
    return MOST_ROWS


def make_filters(search: Search) -> list[Match]:
    """What the lists leave, in either grammar."""
    lists, filters = search.lists, list[Match]()
    places = lists.get("marketplaceIds") or lists.get("MarketplaceIds")
    if places:
        filters.append(lambda held: held.wire["salesChannel"]["marketplaceId"] in places)
    if words := lists.get("fulfillmentStatuses"):
        filters.append(lambda held: held.status in words)
    if parties := lists.get("fulfilledBy"):
        filters.append(lambda held: held.wire["fulfillment"]["fulfilledBy"] in parties)
    if words_v0 := lists.get("OrderStatuses"):
        filters.append(lambda held: STATUSES_V0[held.status] in words_v0)
    if channels := lists.get("FulfillmentChannels"):
        filters.append(lambda held: CHANNELS_V0[held.wire["fulfillment"]["fulfilledBy"]] in channels)
    if "PaymentMethods" in lists and "Other" not in lists["PaymentMethods"]:
        filters.append(lambda _: False)
    if ids := lists.get("AmazonOrderIds"):
        filters.append(lambda held: held.order_id in ids)
    if search.seller_order_id is not None:
        filters.append(lambda held: held.wire["orderAliases"][0]["aliasId"] == search.seller_order_id)
    return filters
