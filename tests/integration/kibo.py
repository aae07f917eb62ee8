"""The whole system with the simulated Kibo as OMS, and `orderpipe backfill` as a process beside it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.domain.codec import to_fields
from pipeline.domain.order import OrderStatus
from sandbox.write_config import example_config
from tests.builders import build_line, build_order
from tests.chaos.partners import Partners, start_partners
from tests.chaos.system import System
from tests.unit.operations.backfill.conftest import BEFORE

STATUSES = (OrderStatus.UNSHIPPED, OrderStatus.SHIPPED, OrderStatus.CANCELED)
KIBOS = {OrderStatus.UNSHIPPED: "READY", OrderStatus.SHIPPED: "SHIPPED", OrderStatus.CANCELED: "CANCELLED"}


class KiboSystem(System):
    """As the example configuration has it, but with leases that end within a test."""

    def _start_partners(self) -> Partners:
        return start_partners(self.folder / "logs", "--oms", "kibo")

    def _write_config(self) -> Path:
        example = example_config(self.partners.url, oms=("kibo",))
        for name, secret in example.secrets.items():
            (self.folder / name).write_text(secret)
        path = self.folder / "orderpipe.toml"
        text = example.toml
        for given, ours in (
            ('lease = "10s"', 'lease = "5s"'), ('call_deadline = "5s"', 'call_deadline = "2s"'),
            ('data_dir = ".orderpipe"', 'data_dir = "."'), ("start = 2020-01-01", "start = 2026-06-01"),
        ):  # fmt: skip
            assert given in text
            text = text.replace(given, ours)
        path.write_text(text)
        return path

    def backfill(self, *words: str) -> "subprocess.Popen[str]":
        """Running; in a group of its own."""
        argv = [sys.executable, "-m", "pipeline.cli", "backfill", "cdiscount-fr", *words]
        config = ["--config", str(self.folder / "orderpipe.toml")]
        return subprocess.Popen(
            [*argv, *config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def at_kibo(self) -> list[dict[str, Any]]:
        """One item per copy."""
        found: list[dict[str, Any]] = self.partners.ask("kibo/orders")["orders"]
        return found

    def on_their_way(self) -> int:
        """Orders that go on by themselves."""
        stopped = ("done", "discarded", "dead", "held", "waiting")
        return sum(count for condition, count in self.counts("orders").items() if condition not in stopped)


def write_history(path: Path, ids: Sequence[str]) -> dict[str, str]:
    """Old orders of all three statuses as JSON lines; what Kibo should call each."""
    told: dict[str, str] = {}
    with path.open("w") as file:
        for number, id_ in enumerate(ids):
            status = STATUSES[number % 3]
            told[id_] = KIBOS[status]
            order = build_order(
                id=id_, status=status, raw_status=None, released=None, purchased_at=BEFORE, updated_at=BEFORE,
                ship_by=None, deliver_after=None, deliver_by=None,
                lines=(build_line(status=None, raw_status=None, discounts=()),),
            )  # fmt: skip
            file.write(json.dumps(to_fields(order)) + "\n")
    return told
