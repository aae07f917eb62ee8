"""How each of the two Orders APIs lists (orders_2026-01-01.json: searchOrders; ordersV0.json: getOrders)."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.connectors.marketplaces.amazon.calls import ORDERS_V0
from pipeline.connectors.marketplaces.amazon.listing import Dialect, Listed, listed_in
from pipeline.connectors.marketplaces.amazon.rates import SEARCH, SEARCH_V0
from pipeline.connectors.wire import maybe, record

ORDERS = "orders/2026-01-01/orders"
PAGE = 100


def modern_dialect(marketplaces: Sequence[str], included: Sequence[str]) -> Dialect:
    """searchOrders: whole orders, with what the roles allow of `included`."""
    return Dialect(
        rate=SEARCH,
        path=ORDERS,
        after="lastUpdatedAfter",
        before="lastUpdatedBefore",
        token="paginationToken",  # noqa: S106 (a parameter's name)
        fixed={
            "marketplaceIds": ",".join(marketplaces),
            "fulfilledBy": "MERCHANT",
            "maxResultsPerPage": PAGE,
            "includedData": ",".join(included),
        },
        listed=_modern,
    )


def v0_dialect(marketplaces: Sequence[str]) -> Dialect:
    """getOrders: orders without items. What is personal comes when each is fetched, so a plain token will do here."""
    return Dialect(
        rate=SEARCH_V0,
        path=ORDERS_V0,
        after="LastUpdatedAfter",
        before="LastUpdatedBefore",
        token="NextToken",  # noqa: S106 (a parameter's name)
        fixed={
            "MarketplaceIds": ",".join(marketplaces),
            "FulfillmentChannels": "MFN",
            "MaxResultsPerPage": PAGE,
        },
        listed=_v0,
    )


def _modern(body: Any) -> Listed | None:
    token = (maybe(record, body.get("pagination")) or {}).get("nextToken") if isinstance(body, Mapping) else None
    return listed_in(body, "orders", token, "lastUpdatedBefore")


def _v0(body: Any) -> Listed | None:
    payload = body.get("payload") if isinstance(body, Mapping) else None
    token = payload.get("NextToken") if isinstance(payload, Mapping) else None
    return listed_in(payload, "Orders", token, "LastUpdatedBefore")
