"""Contestant (a): the same work as a bare httpx + marshmallow loop. No queue, no ledger, and a crash loses its place.

Each order: marshmallow over what came in, the mapping, our rules, marshmallow over what goes out; pages of 100 in and
batches of 100 out over one client. `quick` leaves marshmallow out, as orderpipe's own mapping does while nothing is
wrong: the least that this work can cost. Reads `go` or `go quick` on stdin, answers a line of JSON each.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import msgspec

from benchmarks.partner import IMPORT, ORDERS, PAGE, TOKEN
from pipeline.connectors.marketplaces.octopia import mapping as octopia
from pipeline.connectors.marketplaces.octopia.schema import Order as OctopiaOrder
from pipeline.connectors.oms.egenta import mapping as egenta
from pipeline.connectors.oms.egenta.schema import Order as EgentaOrder
from pipeline.domain.rules import order_faults

ZONE: Final = ZoneInfo("UTC")
STYLE: Final = egenta.Style(native=False, zone=ZONE, state_fallback="-", ship_days=None)
DECODE: Final = msgspec.json.Decoder(float_hook=Decimal).decode
ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode


class Loop:
    """One client, two schemas."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._client = httpx.Client(trust_env=False)
        self._comes_in, self._goes_out = OctopiaOrder(), EgentaOrder()

    def go(self, *, checked: bool) -> int:
        """Every page there is; gives the number of orders pushed."""
        form = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": "bench"}
        token = self._client.post(self._base + TOKEN, data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "SellerId": "1001"}
        done, index = 0, 1
        while True:
            query: dict[str, str | int] = {"pageIndex": index, "pageSize": PAGE, "sort": "updatedAt", "desc": "false"}
            items = DECODE(self._client.get(self._base + ORDERS, params=query, headers=headers).content)["items"]
            if items:
                self._push([self._prepare(item, checked=checked) for item in items])
            done, index = done + len(items), index + 1
            if len(items) < PAGE:
                return done

    def _prepare(self, item: Mapping[str, Any], *, checked: bool) -> dict[str, Any]:
        if checked and (wrong := self._comes_in.validate(item)):
            raise ValueError(wrong)
        order = octopia.read_order(item, ZONE, "cdiscount-fr")
        faults = order_faults(order, addressed=True, totals_add_up=False, now=datetime.now(UTC))
        if faults:
            raise ValueError(faults)
        content = egenta.order_of(order, STYLE)
        if checked and (wrong := self._goes_out.validate(content)):
            raise ValueError(wrong)
        return content

    def _push(self, orders: list[dict[str, Any]]) -> None:
        body = ENCODE({"secret_id": "1", "secret_key": "2", "orders": orders})
        answer = self._client.put(self._base + IMPORT, content=body, headers={"Content-Type": "application/json"})
        if not answer.json()["success"]:
            raise ValueError("not taken")


def main() -> None:
    """Serve the commands on stdin."""
    loop = Loop(sys.argv[1])
    for line in sys.stdin:
        done = loop.go(checked=line.strip() != "go quick")
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
