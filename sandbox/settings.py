"""How a sandbox is set up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.agenda import Clock, utc_now
from sandbox.routing import Routes
from sandbox.samples import Shares


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """`orders` appear at once, or `rate` a second, shared out over the marketplaces. `plant`: how many are invalid;
    None is one in a hundred, at least three and one for each marketplace. `faults`: a named set. `routes`: whom a
    marketplace's orders are meant for; empty: all. `dials`: by partner; each has its own where there are none."""

    orders: int = 500
    seed: int = 1
    rate: float | None = None
    plant: int | None = None
    faults: str = "none"
    marketplaces: tuple[str, ...] = ("octopia",)
    oms: tuple[str, ...] = ("egenta",)
    routes: Routes = ()
    shares: Shares = field(default_factory=Shares)
    dials: Mapping[str, Any] = field(default_factory=dict)
    clock: Clock = utc_now
