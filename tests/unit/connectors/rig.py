"""A rig for a connector: a partner that answers as told, and stores that live in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec

from pipeline.config.setting import Secret
from pipeline.connectors.contract import Rig
from pipeline.connectors.http import Http
from pipeline.connectors.registry import CONNECTORS
from pipeline.ports import Ask, Token

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ENCODE = msgspec.json.Encoder(decimal_format="number").encode
Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def unread(reply: httpx.Response) -> httpx.Response:
    """As it comes from a socket: its body still to be read."""
    headers = [(name, value) for name, value in reply.headers.items() if name != "content-length"]
    return httpx.Response(reply.status_code, headers=headers, stream=httpx.ByteStream(reply.content))


@dataclass
class Partner:
    """Answers requests in order with what was scripted; remembers what it was asked."""

    replies: list[Reply] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return unread(httpx.Response(200, json={"access_token": "t", "expires_in": 7200}))
        self.requests.append(request)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return unread(reply(request) if callable(reply) else reply)

    def says(self, *replies: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> "Partner":
        """JSON for anything that is not already a reply."""
        for reply in replies:
            ready = isinstance(reply, httpx.Response | Exception) or callable(reply)
            content = ENCODE(reply) if not ready else b""
            self.replies.append(reply if ready else httpx.Response(status, content=content, headers=headers))
        return self

    def sent(self, index: int = -1) -> Any:
        """The JSON body of a request."""
        return msgspec.json.decode(self.requests[index].content)

    def query(self, index: int = -1) -> dict[str, str]:
        return dict(self.requests[index].url.params)


class Tokens:
    """The token store's port, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Token] = {}
        self.fetched = 0

    def get(self, account: str, refresh: Callable[[str | None], Token]) -> str:
        if account not in self.kept:
            self.fetched += 1
            self.kept[account] = refresh(None)
        return self.kept[account].value

    def drop(self, account: str, token: str) -> None:
        if account in self.kept and self.kept[account].value == token:
            del self.kept[account]


class References:
    """The cache's port, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, account: str, name: str, load: Callable[[], Any], *, life: timedelta, fresh: bool = False) -> Any:
        if fresh or name not in self.kept:
            self.kept[name] = load()
        return self.kept[name]


class Budgets:
    """`waits`: what the next reserves answer, else 0. `taken` and `learnt`: what was asked and told."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.taken: list[tuple[str, float, int]] = []
        self.learnt: list[tuple[str, float | None, float | None]] = []

    def reserve(self, account: str, endpoint: str, *, rate: float, burst: int) -> float:
        wait = self.waits.pop(0) if self.waits else 0.0
        if not wait:
            self.taken.append((endpoint, rate, burst))
        return wait

    def learn(self, account: str, endpoint: str, *, rate: float | None = None, empty: float | None = None) -> None:
        self.learnt.append((endpoint, rate, empty))


SETTINGS: dict[str, dict[str, Any]] = {
    "octopia": {
        "base_url": "https://oct.test/seller/v2",
        "token_url": "https://oct.test/token",
        "client_id": Secret("client"),
        "client_secret": Secret("hush"),
        "seller_id": "98979",
    },
    "mirakl": {"base_url": "https://op.test", "api_key": Secret("hush")},
    "amazon": {
        "base_url": "https://spapi.test",
        "token_url": "https://spapi.test/token",
        "client_id": Secret("client"),
        "client_secret": Secret("hush"),
        "refresh_token": Secret("Atzr|first"),
        "marketplace_ids": ("A13V1IB3VIYZZH",),
    },
    "bol": {
        "base_url": "https://bol.test",
        "token_url": "https://bol.test/token",
        "client_id": Secret("client"),
        "client_secret": Secret("hush"),
    },
    "egenta": {
        "base_url": "https://oms.test/api/",
        "secret_id": Secret("1"),
        "secret_key": Secret("hush"),
    },
    "kibo": {
        "base_url": "https://kibo.test/api/v2/",
        "token_url": "https://kibo.test/token",
        "api_key": Secret("key"),
        "api_secret": Secret("hush"),
        "manufacturer_id": 1010,
        "catalog_id": 0,
        "customer_ip_fallback": "203.0.113.9",
    },
    "ois": {
        "base_url": "https://ois.test/",
        "token_path": "token",
        "client_id": Secret("client"),
        "client_secret": Secret("hush"),
        "audience": "https://ois.test",
        "order_path": "order/v1/Orders",
    },
    "tecsys": {"base_url": "https://tecsys.test/v1/", "subscription_key": Secret("hush")},
    "transiteo": {"client_id": Secret("client"), "refresh_token": Secret("hush")},
}
ACCOUNTS = {
    "octopia": "cdiscount-fr",
    "mirakl": "shop-fr",
    "amazon": "amazon-fr",
    "bol": "bol-nl",
    "egenta": "egenta-cdiscount",
    "kibo": "kibo-us",
    "ois": "ois-nl",
}


def rig_for(connector: str, partner: Partner, account: str = "acc", **given: Any) -> Rig:
    settings = {setting.name: setting.default for setting in CONNECTORS[connector].settings} | SETTINGS.get(
        connector, {}
    )
    http = Http(httpx.Client(transport=httpx.MockTransport(partner)), deadline=5.0, max_body=1_000_000)
    return Rig(
        account=account,
        settings=settings | given,
        http=http,
        tokens=Tokens(),
        references=References(),
        budgets=Budgets(),
        now=lambda: NOW,
    )


def client_for(connector: str, partner: Partner, **given: Any) -> Any:
    """A connector's client at a scripted partner."""
    return CONNECTORS[connector].build(rig_for(connector, partner, ACCOUNTS.get(connector, "acc"), **given))


def octopia(partner: Partner, **given: Any) -> Any:
    return client_for("octopia", partner, **given)


def egenta(partner: Partner, **given: Any) -> Any:
    return client_for("egenta", partner, **given)


def ask(**given: Any) -> Ask:
    return Ask(**{"now": NOW, "start": NOW - timedelta(days=1), "overlap": timedelta(minutes=5)} | given)


def octopia_order(order_id: str = "26112214320ABC", **changes: Any) -> dict[str, Any]:
    """An order as Octopia sends it; `changes` are dotted paths with `__` for the dot."""
    address = {
        "civility": "Mrs",
        "firstName": "Zoé",
        "lastName": "Lefèvre",
        "addressLine1": "12bis rue de l'Église",
        "postalCode": "69003",
        "city": "Lyon",
        "countryCode": "FR",
    }
    line: dict[str, Any] = {
        "orderLineId": "L1",
        "status": "InPreparation",
        "quantity": 2,
        "offerPrice": {
            "unitSalesPrice": Decimal("19.90"),
            "commission": {"amountWithTax": Decimal("4.78"), "amountWithoutTax": Decimal("3.98"), "rate": 10},
        },
        "sellingPrice": {
            "unitSalesPrice": Decimal("19.90"),
            "shippingCost": Decimal("4.90"),
            "taxes": [{"code": "VAT", "target": "Product", "amount": Decimal("6.63"), "rate": 20}],
        },
        "offer": {
            "id": "OF-1",
            "sellerProductId": "KETTLE-17",
            "supplyMode": "Seller",
            "productId": "AUC3700389900123",
            "productTitle": "Bouilloire émaillée 1,7 l",
            "productGtin": "3700389900123",
            "condition": "New",
        },
        "delivery": {
            "mode": "Standard",
            "promisedAtMin": "2026-11-25T08:00:00Z",
            "promisedAtMax": "2026-11-28T18:00:00Z",
            "shippedAtMax": "2026-11-24T17:00:00Z",
        },
        "shippingAddress": {**address, "phone": "+33 6 12 34 56 78", "email": "zoe@example.com"},
        "parcels": [],
    }
    order: dict[str, Any] = {
        "orderId": order_id,
        "reference": "P-4711",
        "businessOrder": False,
        "salesChannel": {"id": "CDISFR", "name": "Cdiscount France"},
        "seller": {"id": 98979},
        "customer": {"reference": "C-88"},
        "purchasedAt": "2026-11-20T14:32:05+01:00",
        "createdAt": "2026-11-20T14:32:25+01:00",
        "updatedAt": "2026-11-21T08:00:00Z",
        "shippedAtMax": "2026-11-23T17:00:00Z",
        "status": "InPreparation",
        "payment": {"method": "CreditCard"},
        "currencyCode": "EUR",
        "billingAddress": dict(address),
        "totalPrice": {"offerPrice": Decimal("44.70"), "sellingPrice": Decimal("45.70")},
        "serviceFees": [{"label": "Frais", "amount": Decimal("1.00")}],
        "lines": [line],
    }
    for path, value in changes.items():
        put(order, path.split("__"), value)
    return order


def mirakl(partner: Partner, **given: Any) -> Any:
    return client_for("mirakl", partner, **given)


def mirakl_order(order_id: str = "Order_00010-A", **changes: Any) -> dict[str, Any]:
    """An order as Mirakl sends it once it is to be shipped; `changes` as for `octopia_order`."""
    address = {
        "civility": "Mrs",
        "firstname": "Zoé",
        "lastname": "Lefèvre",
        "company": None,
        "company_2": None,
        "street_1": "12bis rue de l'Église",
        "street_2": "Bât. B",
        "zip_code": "69003",
        "city": "Lyon",
        "state": None,
        "country": "France",
        "country_iso_code": "FRA",
        "phone": "+33 6 12 34 56 78",
        "phone_secondary": None,
    }
    line: dict[str, Any] = {
        "order_line_id": f"{order_id}-1",
        "order_line_index": 1,
        "order_line_state": "SHIPPING",
        "offer_id": 2130,
        "offer_sku": "KETTLE-17",
        "product_sku": "AUC3700389900123",
        "product_title": "Bouilloire émaillée 1,7 l",
        "quantity": 2,
        "price_unit": Decimal("19.90"),
        "price": Decimal("39.80"),
        "shipping_price": Decimal("4.90"),
        "total_price": Decimal("44.70"),
        "taxes": [{"code": "TVA", "rate": Decimal("20"), "amount": Decimal("6.63")}],
        "shipping_taxes": [{"code": "TVA", "rate": Decimal("20"), "amount": Decimal("0.82")}],
        "commission_fee": Decimal("3.98"),
        "total_commission": Decimal("4.78"),
        "cancelations": [],
        "refunds": [],
        "shipped_date": None,
        "received_date": None,
    }
    order: dict[str, Any] = {
        "order_id": order_id,
        "commercial_id": "Order_00010",
        "order_state": "SHIPPING",
        "created_date": "2026-11-20T13:32:05Z",
        "last_updated_date": "2026-11-21T08:00:00Z",
        "customer_debited_date": "2026-11-20T13:40:00.275Z",
        "shipping_deadline": "2026-11-23T17:00:00Z",
        "leadtime_to_ship": 1,
        "customer": {
            "customer_id": "C-88",
            "firstname": "Zoé",
            "lastname": "Lefèvre",
            "billing_address": dict(address),
            "shipping_address": {**address, "additional_info": "digicode 12"},
        },
        "customer_notification_email": "c-88@relay.example",
        "price": Decimal("39.80"),
        "shipping_price": Decimal("4.90"),
        "total_price": Decimal("44.70"),
        "total_commission": Decimal("4.78"),
        "currency_iso_code": "EUR",
        "order_tax_mode": "TAX_INCLUDED",
        "payment_workflow": "PAY_ON_ACCEPTANCE",
        "payment_type": "CARD",
        "channel": {"code": "FR", "label": "Shop France"},
        "shipping_type_code": "HD",
        "shipping_zone_code": "FR1",
        "shipping_pudo_id": None,
        "shipping_carrier_code": None,
        "shipping_tracking": None,
        "references": {"order_reference_for_customer": "P-4711", "order_reference_for_seller": None},
        "can_cancel": False,
        "can_shop_ship": True,
        "has_incident": False,
        "fulfillment": {"center": {"code": "DEFAULT"}},
        "order_lines": [line],
    }
    for path, value in changes.items():
        put(order, path.split("__"), value)
    return order


def second_line(order: dict[str, Any], state: str = "SHIPPING", **given: Any) -> dict[str, Any]:
    """The order with one more line."""
    line = {**order["order_lines"][0], "order_line_id": f"{order['order_id']}-2", "order_line_state": state, **given}
    return {**order, "order_lines": [*order["order_lines"], line]}


GONE = object()


def put(content: Any, path: list[str], value: Any) -> None:
    """Set, or with GONE remove, what is at a path."""
    *heads, last = path
    for part in heads:
        content = content[int(part)] if isinstance(content, list) else content[part]
    if value is GONE:
        del content[int(last) if isinstance(content, list) else last]
    elif isinstance(content, list):
        content[int(last)] = value
    else:
        content[last] = value
