"""What every room of one sandbox stands on: the clock, the journal, the dial, the seed, and the marketplaces' truth."""

from dataclasses import dataclass

from sandbox.agenda import Agenda
from sandbox.faults import Dial
from sandbox.journal import Journal
from sandbox.market import Markets


@dataclass(frozen=True, slots=True)
class Ground:
    """`markets` fills up while the marketplaces are made: an OMS finds all of them in it."""

    agenda: Agenda
    journal: Journal
    dial: Dial
    seed: int
    markets: Markets
