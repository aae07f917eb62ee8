"""Contestant (b): the textbook Celery app. One chain of five tasks per order, results kept in Redis, one shared HTTP
client per worker process. Same mapping, schemas and rules as the others; Celery's own defaults.
"""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from celery import Celery, chain

from benchmarks.bare_loop import DECODE, ENCODE, STYLE, ZONE
from benchmarks.partner import IMPORT, ORDERS, PAGE, TOKEN
from pipeline.connectors.marketplaces.octopia import mapping as octopia
from pipeline.connectors.marketplaces.octopia.schema import Order as OctopiaOrder
from pipeline.connectors.oms.egenta import mapping as egenta
from pipeline.connectors.oms.egenta.schema import Order as EgentaOrder
from pipeline.domain.codec import from_fields, to_fields
from pipeline.domain.order import Order
from pipeline.domain.rules import order_faults

PARTNER = os.environ.get("BENCH_PARTNER", "")
REDIS = os.environ.get("BENCH_REDIS", "redis://")
app = Celery("textbook", broker=REDIS, backend=REDIS)
app.conf.update(worker_hijack_root_logger=False, worker_send_task_events=True, worker_prefetch_multiplier=4)

COMES_IN, GOES_OUT = OctopiaOrder(), EgentaOrder()


@cache
def client() -> httpx.Client:
    """This process's own."""
    return httpx.Client(trust_env=False)


@cache
def headers() -> dict[str, str]:
    """With a token, asked for once."""
    token = client().post(PARTNER + TOKEN, data={"grant_type": "client_credentials"}).json()["access_token"]
    return {"Authorization": f"Bearer {token}", "SellerId": "1001"}


@app.task(name="list_orders")  # type: ignore[untyped-decorator] # Celery has no types
def list_orders() -> int:
    """Every order that is new: one chain each."""
    index = count = 0
    while True:
        index += 1
        answer = client().get(PARTNER + ORDERS, params={"pageIndex": index, "pageSize": PAGE}, headers=headers())
        items = DECODE(answer.content)["items"]
        for item in items:
            chain(fetch.s(item["orderId"]), normalize.s(), validate.s(), push.s(), acknowledge.s()).apply_async()
        count += len(items)
        if len(items) < PAGE:
            return count


@app.task  # type: ignore[untyped-decorator] # Celery has no types
def fetch(order_id: str) -> Any:
    """The order from its marketplace."""
    return client().get(f"{PARTNER}{ORDERS}/{order_id}", headers=headers()).json()


@app.task  # type: ignore[untyped-decorator] # Celery has no types
def normalize(raw: dict[str, Any]) -> dict[str, Any]:
    """Their words to ours."""
    raw = DECODE(ENCODE(raw))  # Celery's JSON gave floats; amounts are exact
    if wrong := COMES_IN.validate(raw):
        raise ValueError(wrong)
    return to_fields(octopia.read_order(raw, ZONE, "cdiscount-fr"))


@app.task  # type: ignore[untyped-decorator] # Celery has no types
def validate(fields: dict[str, Any]) -> dict[str, Any]:
    """Our rules, and the target's."""
    order = from_fields(Order, fields)
    faults = order_faults(order, addressed=True, totals_add_up=False, now=datetime.now(UTC))
    if faults:
        raise ValueError(faults)
    if wrong := GOES_OUT.validate(egenta.order_of(order, STYLE)):
        raise ValueError(wrong)
    return fields


@app.task  # type: ignore[untyped-decorator] # Celery has no types
def push(fields: dict[str, Any]) -> str:
    """To the OMS."""
    order = from_fields(Order, fields)
    body = ENCODE({"secret_id": "1", "secret_key": "2", "orders": [egenta.order_of(order, STYLE)]})
    client().put(PARTNER + IMPORT, content=body, headers={"Content-Type": "application/json"}).raise_for_status()
    return order.id or ""


@app.task  # type: ignore[untyped-decorator] # Celery has no types
def acknowledge(order_id: str) -> str:
    """Octopia wants no word."""
    return order_id
