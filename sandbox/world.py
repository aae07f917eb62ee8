"""Everything one sandbox holds: the rooms, the dial, the journal, the orders still to come, and the verdict."""

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sandbox.agenda import Agenda, format_instant
from sandbox.egenta.room import Egenta
from sandbox.fault_sets import find_fault_set
from sandbox.faults import Dial, Rule
from sandbox.journal import Journal
from sandbox.octopia.room import Octopia
from sandbox.oms import OmsRoom, Shipping, find_row
from sandbox.samples import PLAIN, PLANT_KINDS, Sample, Shares, count_plants, make_samples
from sandbox.settings import SandboxConfig

BACKLOG = timedelta(seconds=60)


class World:
    """One sandbox."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.agenda = Agenda(config.clock)
        self.journal = Journal()
        self.dial = Dial(config.seed, config.faults, self.find_faults(config.faults))
        self.octopia = Octopia(config.octopia, self.agenda, self.dial)
        self.egenta = Egenta(config.egenta, self.agenda, config.seed, self.journal, self.octopia)
        self.other: OmsRoom | None = None
        if config.oms != self.egenta.name:
            self.other = find_row(config.oms).make(config, self.agenda, self.journal)
        self.made = 0
        now = self.agenda.catch_up()
        samples = self._make(config.orders, config.seed, config.plant, config.shares)
        if config.rate is None:
            # A backlog that no poll has seen: its changes lie in the last minute, oldest first.
            for n, sample in enumerate(samples):
                self.octopia.receive(sample, now - BACKLOG * (1 - n / len(samples)))
        else:
            self._let_come(samples, config.rate, now)

    def find_faults(self, name: str) -> tuple[Rule, ...]:
        """A named set, for the OMS that is meant."""
        oms = self.config.oms
        return find_fault_set(name, "egenta.import" if oms == "egenta" else find_row(oms).takes)

    def add_orders(self, count: int, seed: int, rate: float | None, plant: int, *, plain: bool) -> list[str]:
        """More orders, from now on; their ids."""
        now = self.agenda.catch_up()
        samples = self._make(count, seed, plant, PLAIN if plain else self.config.shares)
        if rate is None:
            for sample in samples:
                self.octopia.receive(sample, now)
        else:
            self._let_come(samples, rate, now)
        return [sample.order_id for sample in samples]

    def _make(self, count: int, seed: int, plant: int | None, shares: Shares) -> list[Sample]:
        row = find_row(self.config.oms) if self.other else None
        kinds = row.plants if row else PLANT_KINDS
        samples = make_samples(count, seed, count_plants(count, plant), shares, self.made, kinds)
        self.made += count
        return [row.suit(sample) for sample in samples] if row else samples

    def _let_come(self, samples: list[Sample], rate: float, now: datetime) -> None:
        for n, sample in enumerate(samples):
            self.agenda.schedule(now + timedelta(seconds=n / rate), partial(self.octopia.receive, sample))

    def judge(self) -> dict[str, Any]:
        """The books of Octopia and of the OMS that is meant, side by side: what is missing, doubled, not to be there.

        While work is under way, `missing` and `not_shipped_at_marketplace` are what is still to come.
        """
        held = self.other.count_copies() if self.other else self.egenta.count_copies()
        shipping = self.egenta.warehouse.copies  # the only one that ships unless told not to
        shipped_there: list[str] = self.other.list_shipped() if isinstance(self.other, Shipping) else []
        expected = self.octopia.list_expected()
        forbidden = self.octopia.list_forbidden()
        unknown = [order_id for order_id in held if self.octopia.book.find(order_id) is None]
        return {
            "expected": len(expected),
            "arrived": len(expected & held.keys()),
            "missing": sorted(expected - held.keys()),
            "unexpected": {order_id: forbidden[order_id] for order_id in held if order_id in forbidden}
            | dict.fromkeys(unknown, "unknown to every marketplace"),
            "doubled": [order_id for order_id, copies in held.items() if copies > 1],
            "planted_arrived": [plant.order_id for plant in self.octopia.plants if plant.order_id in held],
            "shipped_not_acked": [
                order_id
                for order_id in shipping
                if self.egenta.warehouse.list_parcels(order_id) and not self.egenta.warehouse.acks[order_id]
            ],
            "not_shipped_at_marketplace": [
                order_id
                for order_id in shipping
                if self.egenta.warehouse.is_shipped(order_id) and self.octopia.is_shipped(order_id) is False
            ]
            + [order_id for order_id in shipped_there if self.octopia.is_shipped(order_id) is False],
        }

    def describe(self) -> dict[str, Any]:
        """The whole report."""
        now = self.agenda.catch_up()
        journal = self.journal
        return {
            "now": format_instant(now),
            "seed": self.config.seed,
            "orders_made": self.made,
            "octopia": self.octopia.describe(),
            "oms": self.config.oms,
            "egenta": self.egenta.describe(),
            **({self.other.name: self.other.describe()} if self.other else {}),
            "audit": self.judge(),
            "violations": [asdict(finding) for finding in journal.violations],
            "violations_by_rule": dict(journal.violations_by_rule),
            "conflicts": [asdict(finding) for finding in journal.conflicts],
            "conflicts_by_rule": dict(journal.conflicts_by_rule),
            "answers": dict(journal.answers),
            "faults": self.dial.describe(),
        }
