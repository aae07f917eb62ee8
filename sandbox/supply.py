"""The orders that buyers place: drawn for each marketplace apart, so that every OMS they go to can hold them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.marketplaces import find_marketplace
from sandbox.oms import find_oms
from sandbox.rows import Row
from sandbox.samples import PLANT_KINDS, Sample, Shares, count_plants, make_samples


@dataclass(slots=True)
class Supply:
    """`routes`: by marketplace, the OMS that its orders are for. `made`: how many so far; no number comes twice."""

    routes: Mapping[str, tuple[str, ...]]
    made: int = 0

    def draw(
        self, count: int, seed: int, plant: int | None, shares: Shares, names: tuple[str, ...]
    ) -> list[tuple[str, Sample]]:
        """`count` orders shared out over these marketplaces, in turn."""
        plants = count_plants(count, plant)
        if plant is None:
            plants = min(count, max(plants, len(names)))
        piles = [
            self._draw_for(name, n, _share(count, len(names), n), seed, _share(plants, len(names), n), shares)
            for n, name in enumerate(names)
        ]
        turns = range(max(map(len, piles), default=0))
        return [(name, pile[n]) for n in turns for name, pile in zip(names, piles, strict=True) if n < len(pile)]

    def _draw_for(self, name: str, place: int, count: int, seed: int, plants: int, shares: Shares) -> list[Sample]:
        rows: list[Row[Any]] = [find_marketplace(name), *(find_oms(oms) for oms in self.routes[name])]
        kinds = tuple(kind for kind in PLANT_KINDS if all(kind in row.plants for row in rows))
        turned = kinds[place % len(kinds) :] + kinds[: place % len(kinds)] if kinds else ()
        # The first has the plain seed, so that one marketplace alone draws as it always did.
        own = f"{seed}:{name}" if place else seed
        samples = make_samples(count, own, plants if kinds else 0, shares, self.made, turned)
        self.made += count
        for row in rows:
            samples = [row.suit(sample) for sample in samples]
        return samples


def _share(count: int, parts: int, n: int) -> int:
    """The n-th of `parts` nearly equal parts."""
    return count // parts + (n < count % parts)
