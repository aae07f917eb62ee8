"""Everything one sandbox holds: the rooms, the dial, the journal, the orders still to come, and the verdict."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sandbox.agenda import Agenda, format_instant
from sandbox.audit import Audit
from sandbox.exchange import Room
from sandbox.fault_sets import find_fault_set
from sandbox.faults import Dial, Rule
from sandbox.ground import Ground
from sandbox.journal import Journal
from sandbox.market import MarketRoom, Markets
from sandbox.marketplaces import find_marketplace
from sandbox.oms import OmsRoom, find_oms
from sandbox.routing import lay_routes
from sandbox.samples import PLAIN, Sample
from sandbox.settings import SandboxConfig
from sandbox.supply import Supply

BACKLOG = timedelta(seconds=60)


class World:
    """One sandbox. ValueError: a partner, a route or a fault set that there is not."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.routes = lay_routes(config.marketplaces, config.oms, config.routes)
        self.agenda = Agenda(config.clock)
        self.journal = Journal()
        self.dial = Dial(config.seed, config.faults, self.find_faults(config.faults))
        self.marketplaces: dict[str, MarketRoom] = {}
        markets = Markets(self.marketplaces)
        ground = Ground(self.agenda, self.journal, self.dial, config.seed, markets)
        for name in config.marketplaces:
            market = find_marketplace(name)
            self.marketplaces[name] = market.make(config.dials.get(name) or market.dials(), ground)
        self.oms: dict[str, OmsRoom] = {}
        for name in config.oms:
            row = find_oms(name)
            self.oms[name] = row.make(config.dials.get(name) or row.dials(), ground)
        self._audit = Audit(markets, self.oms, self.routes)
        self._supply = Supply(self.routes)
        now = self.agenda.catch_up()
        drawn = self._supply.draw(config.orders, config.seed, config.plant, config.shares, config.marketplaces)
        if config.rate is None:
            # A backlog that no poll has seen: its changes lie in the last minute, oldest first.
            for n, (name, sample) in enumerate(drawn):
                self.marketplaces[name].receive(sample, now - BACKLOG * (1 - n / len(drawn)))
        else:
            self._let_come(drawn, config.rate, now)

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Every partner."""
        return (*self.marketplaces.values(), *self.oms.values())

    def find_faults(self, name: str) -> tuple[Rule, ...]:
        """A named set, for the partners that are there."""
        markets = [find_marketplace(market).doors for market in self.config.marketplaces]
        return find_fault_set(name, markets, [find_oms(oms).doors for oms in self.config.oms])

    def add_orders(
        self, count: int, seed: int, rate: float | None, plant: int, *, plain: bool, marketplace: str | None = None
    ) -> list[str]:
        """More orders, from now on, at one marketplace or at all; the ids of those that are there at once."""
        now = self.agenda.catch_up()
        names = self.config.marketplaces if marketplace is None else (marketplace,)
        if marketplace is not None and marketplace not in self.marketplaces:
            raise ValueError(f"marketplace is one of {', '.join(self.marketplaces)}")
        drawn = self._supply.draw(count, seed, plant, PLAIN if plain else self.config.shares, names)
        if rate is None:
            return [self.marketplaces[name].receive(sample, now) for name, sample in drawn]
        self._let_come(drawn, rate, now)
        return []

    def _let_come(self, drawn: Sequence[tuple[str, Sample]], rate: float, now: datetime) -> None:
        for n, (name, sample) in enumerate(drawn):
            self.agenda.schedule(now + timedelta(seconds=n / rate), partial(self.marketplaces[name].receive, sample))

    def describe(self) -> dict[str, Any]:
        """The whole report. Every partner is under its name, and again under `marketplaces` or `oms`."""
        now = self.agenda.catch_up()
        journal = self.journal
        markets = {name: room.describe() for name, room in self.marketplaces.items()}
        oms = {name: room.describe() for name, room in self.oms.items()}
        return {
            "now": format_instant(now),
            "seed": self.config.seed,
            "orders_made": self._supply.made,
            **markets,
            **oms,
            "marketplaces": markets,
            "oms": oms,
            "routes": {name: list(targets) for name, targets in self.routes.items()},
            "audit": self._audit.judge(),
            "violations": [asdict(finding) for finding in journal.violations],
            "violations_by_rule": dict(journal.violations_by_rule),
            "conflicts": [asdict(finding) for finding in journal.conflicts],
            "conflicts_by_rule": dict(journal.conflicts_by_rule),
            "answers": dict(journal.answers),
            "faults": self.dial.describe(),
        }
