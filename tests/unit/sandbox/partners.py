"""What a seller and an OMS client send, written by hand from the partners' documents."""

from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import quote

import httpx

CREDENTIALS = {"secret_id": "1", "secret_key": "sandbox-key"}
OAUTH = {"grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "sandbox-secret"}
ORDERS = "/octopia/seller/v2/orders"


class TurnedClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Partners:
    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=5)
        self.headers = {"SellerId": "98979", "Accept": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def log_in(self) -> Self:
        token = self.http.post("/octopia/token", data=OAUTH).raise_for_status().json()["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"
        return self

    def octopia(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.http.request(method, f"/octopia/seller/v2{path}", headers=self.headers, **more)

    def order(self, order_id: str, rest: str = "", **more: Any) -> httpx.Response:
        return self.octopia("POST" if rest else "GET", f"/orders/{quote(order_id, safe='')}{rest}", **more)

    def items(self, **params: Any) -> list[dict[str, Any]]:
        return self.octopia("GET", "/orders", params=params).raise_for_status().json()["items"]

    def egenta(self, method: str, script: str, **fields: Any) -> httpx.Response:
        return self.http.request(method, f"/egenta/api/{script}.php", json=CREDENTIALS | fields)

    def put(self, *orders: dict[str, Any]) -> httpx.Response:
        return self.egenta("PUT", "order_import", orders=list(orders))

    def control(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, f"/_{path}", json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> dict[str, Any]:
        return self.control("GET", "/state")

    def rules(self, *rules: dict[str, Any]) -> None:
        self.control("POST", "/faults", rules=list(rules))

    def violations(self) -> list[str]:
        return list(self.state()["violations_by_rule"])


def write_address() -> dict[str, Any]:
    return {
        "firstName": "Jane",
        "lastName": "Doe",
        "companyName": "Company Inc.",
        "addressLine1": "12 avenue de Paris",
        "addressLine2": "Bat C",
        "addressLine3": "4eme etage",
        "postalCode": "75001",
        "city": "Paris",
        "stateOrRegion": "Ile de France",
        "phone": "17373737373",
        "countryCode": "FR",
    }


def write_import(order_id: str = "SCID01210525142759UT8E", **changes: Any) -> dict[str, Any]:
    """S000's example, with what is not valid in it put right; every documented field."""
    return {
        "OrderId": order_id,
        "Status": "testCdiscount_04e",
        "Reference": "custm_001",
        "StoreId": "custm_001",
        "StoreName": "custm_001",
        "PurchaseDate": "2025-04-22 10:26:05",
        "LastUpdateDate": "2025-04-22 10:26:05",
        "EarliestShipDate": "2025-04-22 10:26:05",
        "LatestShipDate": "2025-04-23 10:26:05",
        "EarliestDeliveryDate": "2025-04-24 10:26:05",
        "LatestDeliveryDate": "2025-04-25 10:26:05",
        "SalesChannelId": "custm_001",
        "SalesChannel": "custm_001",
        "BusinessOrder": "1",
        "BuyerName": "Jane Doe",
        "BuyerEmail": "jane@buyers.example",
        "OrderTotal": "100.00",
        "CurrencyCode": "EUR",
        "NumberOfItemsUnshipped": "1",
        "requested_shipping_carrier": "DHL",
        "shippingAddress": write_address(),
        "billingAddress": write_address(),
        "lines": [
            {
                "productId": "ASIN",
                "sellerProductId": "SKU",
                "orderLineId": "line1",
                "productTitle": "Product Name",
                "quantity": 1,
                "sellingPrice": 122,
                "sellingPriceCurrencyCode": "EUR",
                "shippingCost": 12,
                "shippingCostCurrencyCode": "EUR",
                "commission_amountWithVat": 12,
                "commission_amountWithoutVat": 10,
            }
        ],
    } | changes


def translate(order: dict[str, Any]) -> dict[str, Any]:
    """An Octopia order for Egenta: only what S000 requires. KeyError: something is missing."""

    def moment(text: str) -> str:
        return text[:19].replace("T", " ")

    def address(raw: dict[str, Any]) -> dict[str, Any]:
        named = ("firstName", "lastName", "addressLine1", "postalCode", "city", "countryCode")
        return {key: raw[key] for key in named} | {"stateOrRegion": "-"}

    return {
        "OrderId": order["orderId"],
        "Status": order["status"],
        "PurchaseDate": moment(order["purchasedAt"]),
        "LastUpdateDate": moment(order["updatedAt"]),
        "LatestShipDate": moment(order["shippedAtMax"]),
        "SalesChannel": order["salesChannel"]["name"],
        "BuyerName": order["billingAddress"]["lastName"],
        "OrderTotal": f"{order['totalPrice']['sellingPrice']:.2f}",
        "CurrencyCode": order["currencyCode"],
        "shippingAddress": address(order["lines"][0]["shippingAddress"]),
        "billingAddress": address(order["billingAddress"]),
        "lines": [
            {
                "productId": line["offer"]["productId"],
                "sellerProductId": line["offer"]["sellerProductId"],
                "orderLineId": line["orderLineId"],
                "productTitle": line["offer"]["productTitle"],
                "quantity": line["quantity"],
                "sellingPrice": line["sellingPrice"]["unitSalesPrice"],
                "sellingPriceCurrencyCode": order["currencyCode"],
                "shippingCost": line["sellingPrice"]["shippingCost"],
                "shippingCostCurrencyCode": order["currencyCode"],
            }
            for line in order["lines"]
        ],
    }


def write_parcels(order: dict[str, Any], *numbers: str, carrier: str = "DHL") -> list[dict[str, Any]]:
    line_ids = [line["orderLineId"] for line in order["lines"]]
    return [{"parcelNumber": number, "carrierName": carrier, "orderLineIds": line_ids} for number in numbers]
