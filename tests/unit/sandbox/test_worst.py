"""Under the set `worst`, a client that repeats what it may repeat gets every order through; nothing is left over."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sandbox import EgentaDials, SandboxConfig, serve_in_thread
from tests.unit.sandbox.partners import Partners, translate, write_parcels

PATIENCE = 60
PAGE = 25


class Persistent:
    """Repeats a call until it is answered as it should be; looks before it repeats a write to Octopia."""

    def __init__(self, url: str) -> None:
        self.partners = Partners(url)
        self.partners.http.timeout = httpx.Timeout(1.0)
        self.troubles = 0
        self.until = time.monotonic() + PATIENCE

    def insist(self, call: Callable[[], httpx.Response], done: Callable[[], bool] = lambda: False) -> Any:
        while time.monotonic() < self.until:
            try:
                answer = call()
                if answer.is_success and answer.status_code != 204:
                    return answer.json()
                if answer.is_success or (answer.status_code == 409 and done()):
                    return None
                if answer.status_code == 401:
                    self.insist(lambda: self.partners.log_in().octopia("GET", "/carriers"))
            except (httpx.TransportError, httpx.HTTPStatusError, ValueError):
                pass
            self.troubles += 1
        raise TimeoutError("the faults do not end")

    def status(self, order_id: str) -> str:
        return str(self.insist(lambda: self.partners.order(order_id))["status"])

    def run(self) -> None:
        partners, put = self.partners, set()
        self.insist(lambda: partners.log_in().octopia("GET", "/carriers"))
        expected = -1
        while len(put) != expected or partners.state()["audit"]["not_shipped_at_marketplace"]:
            assert time.monotonic() < self.until
            for item in self.read_pages():
                self.work_on(item, put)
            self.ship()
            expected = partners.state()["audit"]["expected"]

    def read_pages(self) -> list[dict[str, Any]]:
        """Every page until a short one; a page that comes twice costs nothing."""
        items: list[dict[str, Any]] = []
        for index in itertools.count(1):
            params = {"supplyMode": "Seller", "pageSize": PAGE, "pageIndex": index}
            page = self.insist(lambda p=params: self.partners.octopia("GET", "/orders", params=p))["items"]
            items += page
            if len(page) < PAGE:
                break
        return items

    def work_on(self, item: dict[str, Any], put: set[str]) -> None:
        order_id = item["orderId"]
        if item["status"] == "WaitingAcceptance":
            self.insist(
                lambda: self.partners.order(order_id, "/approval-status", json={"approval_status": "Accepted"}),
                lambda: self.status(order_id) in {"Accepted", "InPreparation"},
            )
        elif item["status"] == "InPreparation" and order_id not in put:
            self.insist(lambda: self.partners.put(translate(item)))
            put.add(order_id)

    def ship(self) -> None:
        partners = self.partners
        rows = self.insist(lambda: partners.egenta("GET", "order_update_get_list"))["orders"]
        numbers: dict[str, list[str]] = {}
        for row in rows:
            numbers.setdefault(row["orderId"], []).append(row["parcelNumber"])
        for order_id, parcels in numbers.items():
            body = write_parcels(self.insist(lambda o=order_id: partners.order(o)), *parcels)
            self.insist(
                lambda o=order_id, b=body: partners.order(o, "/shipments", json=b),
                lambda o=order_id: self.status(o) == "Shipped",
            )
            self.insist(lambda o=order_id: partners.egenta("POST", "order_update_update", OrderID=o, updated=1))


@pytest.mark.timeout(90)
def test_worst_ends() -> None:
    config = SandboxConfig(orders=60, plant=0, faults="worst", dials={"egenta": EgentaDials(ship_after_seconds=0.2)})
    with serve_in_thread(config) as url:
        client = Persistent(url)
        with client.partners:
            client.run()
            state = client.partners.state()
    assert state["audit"]["missing"] == []
    assert state["audit"]["unexpected"] == {}
    assert state["audit"]["doubled"] == []
    assert state["violations_by_rule"] == {}
    assert client.troubles > 10
    assert sum(state["faults"]["fired"].values()) > 20
