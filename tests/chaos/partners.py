"""The simulated partners as a process of their own, asked and told over their control API."""

import json
import re
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.supervisor.processes import Child, Program
from pipeline.supervisor.programs import environment_of

ORDER_KEYS = ("OrderId", "order_id", "externalOrderID", "ExternalOrderId", "Identifier")  # by OMS
PATIENCE = 60.0  # seconds for a Python process to come up on a busy machine


@dataclass(frozen=True, slots=True)
class Partners:
    """Octopia and Egenta behind one URL."""

    child: Child
    url: str

    def books(self) -> dict[str, Any]:
        """The whole report."""
        return self.ask("state")

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """One call of the control API; with keywords a POST."""
        body = json.dumps(more).encode() if more else None
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/_/{what}", body), timeout=60) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found

    def place(self, count: int, *, plant: int = 0, plain: bool = False) -> list[str]:
        """Buyers order; the ids."""
        ids: list[str] = self.ask("orders", count=count, plant=plant, plain=plain)["ids"]
        return ids

    def change(self, order_id: str, **more: Any) -> None:
        """`status`, `set`: the buyer cancels, an address changes."""
        self.ask(f"octopia/orders/{quote(order_id, safe='')}", **more)

    def order(self, order_id: str) -> dict[str, Any]:
        """As the marketplace holds it."""
        return self.ask(f"octopia/orders/{quote(order_id, safe='')}")

    def fail(self, *rules: Mapping[str, Any]) -> None:
        """From now on these faults only; none: all is well."""
        self.ask("faults", rules=list(rules))

    def at(self, oms: str) -> dict[str, int]:
        """How many copies an OMS holds of each order."""
        copies: dict[str, int] = {}
        for one in self.ask(f"{oms}/orders")["orders"]:
            order_id = next(one[key] for key in ORDER_KEYS if key in one)
            copies[order_id] = copies.get(order_id, 0) + 1
        return copies

    def at_egenta(self) -> dict[str, int]:
        """How many copies Egenta holds of each order."""
        return self.at("egenta")

    def requests(self, endpoint: str) -> list[dict[str, Any]]:
        """Those remembered of one endpoint, oldest first."""
        found: Sequence[dict[str, Any]] = self.ask("requests?limit=5000")  # type: ignore[assignment] # a list, here
        return [line for line in reversed(found) if line["endpoint"] == endpoint]


def start_partners(folder: Path, *words: str) -> Partners:
    """Started, and listening."""
    log = folder / "sandbox.log"
    argv = [sys.executable, "-m", "sandbox", "--port", "0", "--orders", "0", "--die-with-parent", *words]
    child = Child(Program(name="sandbox", argv=argv, env=environment_of({}), log=log))
    child.start()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and child.alive:
        said = re.search(r"^sandbox: (http://\S+)", log.read_text(), re.MULTILINE)
        if said:
            return Partners(child, said[1])
        time.sleep(0.05)
    child.end(at=0.0, cut_short=lambda: True)
    raise RuntimeError(f"the sandbox did not start: {log.read_text()}")
