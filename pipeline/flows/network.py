"""Who trades with whom: the configured accounts with their clients, and the routes between them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline.config.model import Route
from pipeline.domain.errors import NotConfigured
from pipeline.domain.lifecycle import Flow
from pipeline.domain.order import OrderStatus
from pipeline.ports import Marketplace, Oms


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One account as the steps see it. `lacks`: what its connector could do, and under these settings can't: why."""

    name: str
    client: Any  # Marketplace or Oms; `marketplace` and `oms` of the network say which
    statuses: Mapping[str, OrderStatus]
    probe: Callable[[Any], object] | None = None  # tries the credentials of a client that lists nothing
    totals_add_up: bool = False
    accept: str = "after_validation"
    start: datetime | None = None
    overlap: timedelta = timedelta(minutes=5)
    settle_delay: timedelta = timedelta(seconds=60)
    batch: int = 100
    lacks: Mapping[str, str] = field(default_factory=dict)


class Network:
    """Answers every question of "who"; built once per process."""

    def __init__(self, marketplaces: Mapping[str, Party], oms: Mapping[str, Party], routes: Sequence[Route]) -> None:
        self._marketplaces = marketplaces
        self._oms = oms
        self._routes = tuple(routes)

    def party(self, name: str) -> Party:
        """Raises KeyError."""
        return self._marketplaces.get(name) or self._oms[name]

    def marketplace(self, name: str) -> Marketplace:
        """Raises NotConfigured when it is no marketplace (any more)."""
        if name not in self._marketplaces:
            raise NotConfigured(f"no marketplace account {name} is configured")
        client: Marketplace = self._marketplaces[name].client
        return client

    def oms(self, name: str) -> Oms:
        """Raises NotConfigured when it is no OMS (any more)."""
        if name not in self._oms:
            raise NotConfigured(f"no OMS account {name} is configured")
        client: Oms = self._oms[name].client
        return client

    def is_marketplace(self, name: str) -> bool:
        """Whether it is a configured marketplace."""
        return name in self._marketplaces

    def routes(self, flow: Flow, *, source: str | None = None, target: str | None = None) -> Iterator[Route]:
        """Routes that carry a flow, from a marketplace and/or to an OMS."""
        for route in self._routes:
            if source is not None and route.source != source:
                continue
            if target is not None and target not in route.to:
                continue
            if any(self.carries(route, flow, name) for name in route.to if target in (None, name)):
                yield route

    def carries(self, route: Route, flow: Flow, target: str) -> bool:
        """A flow exists where both partners' connectors have the capability, and the route does not exclude it.

        Orders go also where only a setting is missing: there they are held with the reason, and not left out unseen.
        """
        if route.flows is not None and flow not in route.flows:
            return False
        market, oms = self._marketplaces[route.source].client, self._oms[target].client
        match flow:
            case Flow.ORDERS:
                return oms.import_orders is not None or "import_orders" in self._oms[target].lacks
            case Flow.SHIPMENTS:
                return oms.shipped is not None and market.ship is not None
            case Flow.STATUSES:
                return oms.status_requests is not None and oms.answer_status is not None
            case Flow.CANCELLATIONS:
                return oms.cancel is not None

    def takes_history(self, target: str) -> bool:
        """Whether it takes orders that are over, as its connector declares."""
        write = self.oms(target).import_orders
        return write is not None and write.takes_history

    def targets(self, source: str) -> list[str]:
        """Where the orders of a marketplace go."""
        routes = self.routes(Flow.ORDERS, source=source)
        names = [name for route in routes for name in route.to if self.carries(route, Flow.ORDERS, name)]
        return list(dict.fromkeys(names))

    def route(self, flow: Flow, source: str, target: str) -> Route:
        """The route of a delivery: marketplace and OMS in either order. Raises NotConfigured when it was taken away."""
        market, oms = (source, target) if source in self._marketplaces else (target, source)
        for route in self.routes(flow, source=market, target=oms):
            return route
        raise NotConfigured(f"no route carries {flow} between {source} and {target}")

    def markets_of(self, flow: Flow, oms: str) -> list[str]:
        """The marketplaces that an OMS's requests may be about."""
        return list(dict.fromkeys(route.source for route in self.routes(flow, target=oms)))

    def polls(self) -> Iterator[tuple[str, Flow]]:
        """Every listing that has to be polled: (account, flow)."""
        for name in self._marketplaces:
            if any(self.routes(Flow.ORDERS, source=name)):
                yield name, Flow.ORDERS
        for name in self._oms:
            for flow in (Flow.SHIPMENTS, Flow.STATUSES):
                if self.markets_of(flow, name):
                    yield name, flow
