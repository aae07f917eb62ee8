"""The first page of the Orders tab: what is stuck, what is under way, and what is shut."""

from collections.abc import Mapping, Sequence
from typing import Any

from tornado.web import authenticated

from pipeline.domain.lifecycle import DONE, Condition
from tasks.flower.page import Page

STUCK = (Condition.DEAD, Condition.HELD, Condition.UNKNOWN)
COLUMNS = tuple(Condition)


class Overview(Page):
    """`/orders`."""

    @authenticated
    async def get(self) -> None:
        """Status and causes."""
        status, causes = await self.ask(lambda desk: (desk.status(), desk.causes()))
        self.render(
            "orders.html",
            status=status,
            causes=causes,
            totals=sum_up(status),
            counts=by_account(status["counts"]),
            columns=[name for name in COLUMNS if any(entry["condition"] == name for entry in status["counts"])],
            lanes=with_gates(status["lanes"], status["gates"]),
            shut={name: gate for name, gate in status["gates"].items() if gate["state"] != "open"},
        )


def sum_up(status: Mapping[str, Any]) -> dict[str, int]:
    """The numbers at the top."""
    counts = status["counts"]
    lanes = status["lanes"]
    return {
        "unsettled": status["unsettled"],
        "settled": status["settled"],
        "due": sum(lane["due"] for lane in lanes),
        "in_hand": sum(lane["in_hand"] for lane in lanes),
        "stuck": sum(entry["count"] for entry in counts if entry["condition"] in STUCK and entry["stage"] != DONE),
    }


def by_account(counts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per flow and account, its stages added up."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in counts:
        row = rows.setdefault((entry["flow"], entry["account"]), {"flow": entry["flow"], "account": entry["account"]})
        row[entry["condition"]] = row.get(entry["condition"], 0) + entry["count"]
    return [rows[key] for key in sorted(rows)]


def with_gates(lanes: Sequence[Mapping[str, Any]], gates: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each lane's step, account, and whether that account's gate is shut. Only steps that call partners heed it."""
    found = []
    for lane in lanes:
        step, _, account = lane["lane"].partition(".")
        gate = gates.get(account, {}) if step not in ("normalize", "validate") else {}
        found.append({**lane, "step": step, "account": account, "gate": gate.get("state", "open")})
    return found
