"""What a seller sends to bol, written by hand from the contract."""

from typing import Any

import httpx

from sandbox.bol.dials import BolDials
from sandbox.bol.entry import MEDIA
from sandbox.bol.room import Bol
from sandbox.faults import Rule
from tests.unit.sandbox.stand import Stand

Row = dict[str, Any]


class Seller(Stand):
    """Logged in. `headers` are those of every call; writes have the vendor's content type besides."""

    def __init__(self, *rules: Rule, **dials: Any) -> None:
        super().__init__(lambda agenda, dial, journal: Bol(BolDials(**dials), agenda, dial, journal), *rules)
        self.headers = {"Accept": MEDIA}
        self.log_in()

    def log_in(self) -> None:
        token = self.ask_token().raise_for_status().json()["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"

    def ask_token(
        self, ending: str = "secret", query: str = "?grant_type=client_credentials", **more: Any
    ) -> httpx.Response:
        return self.call("POST", f"token{query}", auth=("sandbox-bol", f"sandbox-bol-{ending}"), **more)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.call("GET", path, headers=self.headers, params=params or None)

    def send(self, method: str, path: str, body: Any) -> httpx.Response:
        return self.call(method, path, headers=self.headers | {"Content-Type": MEDIA}, json=body)

    def orders(self, **params: Any) -> list[Row]:
        answer = self.get("retailer/orders", **{name.replace("_", "-"): value for name, value in params.items()})
        assert answer.status_code == 200, answer.text
        found: list[Row] = answer.json().get("orders", [])
        return found

    def order(self, order_id: str) -> Row:
        found: Row = self.get(f"retailer/orders/{order_id}").raise_for_status().json()
        return found

    def ship(self, *rows: Row, **more: Any) -> httpx.Response:
        transport = {"transport": {"transporterCode": "TNT", "trackAndTrace": "3S1"}}
        return self.send("POST", "retailer/shipments", {"orderItems": list(rows)} | transport | more)

    def cancel(self, *rows: Row) -> httpx.Response:
        return self.send("PUT", "retailer/orders/cancellation", {"orderItems": list(rows)})

    def follow(self, answer: httpx.Response) -> Row:
        """What became of a write, a second later."""
        assert answer.status_code == 202, answer.text
        self.clock.turn(1)
        found: Row = self.get(f"shared/process-status/{answer.json()['processStatusId']}").raise_for_status().json()
        return found


def pieces(item: Row, quantity: int | None = None) -> Row:
    return {"orderItemId": item["orderItemId"], "quantity": quantity or item["quantity"]}
