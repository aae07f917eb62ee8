"""One row of the tables of simulated partners: all that the world, the faults and the example config need of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from sandbox.fault_sets import Doors
from sandbox.ground import Ground
from sandbox.samples import PLANT_KINDS, Sample, keep

R = TypeVar("R")
# What a route has besides: table (`defaults`, `shipping_map`) -> key -> value.
Tables = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[R]):
    """`dials` makes its settings as documented, `trial` are those it is demonstrated with. `account` is TOML, with
    `{base}` (the sandbox's address) and `{account}` (its name) to be filled in, and `secrets` gives file name ->
    content. `plants` are the invalid orders that it can have; `suit` makes an order one that it can hold. An OMS
    `ships` in a trial always, or only when asked, and then needs the dials of `shipping`."""

    make: Callable[[Any, Ground], R]
    dials: Callable[[], Any]
    doors: Doors
    account: str
    secrets: Callable[[], Mapping[str, str]]
    trial: Mapping[str, Any] = field(default_factory=dict)
    route: Tables = field(default_factory=dict)
    ships: Literal["always", "asked", "never"] = "never"
    shipping: Mapping[str, Any] = field(default_factory=dict)
    plants: tuple[str, ...] = PLANT_KINDS
    suit: Callable[[Sample], Sample] = keep
