"""What an operator would do about one dead order of the demo: put the right value in, and send it again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.supervisor.standing import Standing

WHO = "demo"
REPAIRABLE = frozenset({"postal_code_missing", "first_name_missing", "sku_missing"})  # one value mends all it broke


class Desk(Protocol):
    """The operator's acts that the demo uses."""

    def orders(self, *, ids: Sequence[str] = (), condition: str | None = None) -> Any:
        """One row per delivery."""
        ...

    def edit(self, ref: str, settings: Mapping[str, str], reason: str, who: str) -> object:
        """Override fields."""
        ...

    def replay(self, refs: Sequence[str], *, who: str) -> Any:
        """Send again."""
        ...


@dataclass(frozen=True, slots=True)
class Repair:
    """One order that was edited and replayed. `paths`: what was set."""

    ref: str
    id: str
    marketplace: str
    paths: tuple[str, ...]


def repair_one(desk: Desk, standing: Standing) -> Repair | None:
    """Edit and replay the first dead order whose fault is known; None while there is none."""
    planted = {
        (name, plant["order_id"]): plant for name, book in standing.marketplaces.items() for plant in book["planted"]
    }
    for row in standing.dead:
        marketplace = standing.partners[row["source"]]
        plant = planted.get((marketplace, row["id"]))
        fields = (row.get("error") or {}).get("fields") or []
        if not fields or plant is None or plant["kind"] not in REPAIRABLE:
            continue
        paths = tuple(dict.fromkeys(field["path"] for field in fields))
        value = json.dumps(plant["good"])
        desk.edit(row["ref"], dict.fromkeys(paths, value), "the value that the marketplace left out", WHO)
        desk.replay([row["ref"]], who=WHO)
        return Repair(row["ref"], row["id"], marketplace, paths)
    return None


def describe_repair(desk: Desk, repair: Repair | None) -> str | None:
    """`orders:cdiscount-fr:SCID... (lines.0.sku): edited, replayed, acknowledged`; None when it did not get there."""
    if repair is None:
        return None
    rows = [row for row in desk.orders(ids=[repair.ref]) if row["flow"] == "orders"]
    where = "acknowledged" if rows and all(row["stage"] == "done" for row in rows) else "NOT acknowledged"
    return f"{repair.ref} ({', '.join(repair.paths)}): edited, replayed, {where}"
