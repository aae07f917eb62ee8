"""The books of the marketplaces and of the OMS side by side: what is missing, doubled, or should not be there."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.market import MarketRoom, Markets
from sandbox.oms import Acknowledged, Busy, OmsRoom, Shipping


class Audit:
    """`routes`: by marketplace, the OMS that its orders are for."""

    def __init__(self, markets: Markets, oms: Mapping[str, OmsRoom], routes: Mapping[str, tuple[str, ...]]) -> None:
        self._markets = markets
        self._oms = oms
        self._routes = routes

    def judge(self) -> dict[str, Any]:
        """All together, where an order has arrived once each of its OMS has it, and `by_oms`.

        While work is under way, `missing`, `open` and `not_shipped_at_marketplace` are what is still to come.
        """
        by_oms = {name: self._judge_one(name, room) for name, room in self._oms.items()}
        expected = {
            order_id
            for name, targets in self._routes.items()
            if targets
            for order_id in self._markets.rooms[name].list_expected()
        }
        lists = ("doubled", "planted_arrived", "shipped_not_acked", "not_shipped_at_marketplace", "open")
        missing = sorted({order_id for found in by_oms.values() for order_id in found["missing"]})
        return {
            "expected": len(expected),
            "arrived": len(expected) - len(missing),
            "missing": missing,
            "unexpected": {key: why for found in by_oms.values() for key, why in found["unexpected"].items()},
            **{key: _join(found[key] for found in by_oms.values()) for key in lists},
            "by_oms": by_oms,
        }

    def _judge_one(self, name: str, room: OmsRoom) -> dict[str, Any]:
        held = room.count_copies()
        sources = [self._markets.rooms[source] for source, targets in self._routes.items() if name in targets]
        expected = {order_id for source in sources for order_id in source.list_expected()}
        shipped = room.list_shipped() if isinstance(room, Shipping) else []
        return {
            "expected": len(expected),
            "arrived": len(expected & held.keys()),
            "missing": sorted(expected - held.keys()),
            "unexpected": self._find_unexpected(held, sources),
            "doubled": [order_id for order_id, copies in held.items() if copies > 1],
            "planted_arrived": [
                plant.order_id for source in sources for plant in source.plants if plant.order_id in held
            ],
            "shipped_not_acked": room.list_unacknowledged() if isinstance(room, Acknowledged) else [],
            "not_shipped_at_marketplace": [one for one in shipped if self._markets.is_shipped(one) is False],
            "open": room.list_open() if isinstance(room, Busy) else [],
        }

    def _find_unexpected(self, held: Iterable[str], sources: list[MarketRoom]) -> dict[str, str]:
        forbidden = {order_id: why for source in sources for order_id, why in source.list_forbidden().items()}
        found = {order_id: forbidden[order_id] for order_id in held if order_id in forbidden}
        for order_id in held:
            home = self._markets.find_home(order_id)
            if home is None:
                found[order_id] = "unknown to every marketplace"
            elif home not in sources:
                found[order_id] = f"no route leads here from {home.name}"
        return found


def _join(lists: Iterable[list[str]]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(order_id for ids in lists for order_id in ids))
