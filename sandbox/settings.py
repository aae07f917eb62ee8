"""How a sandbox is set up."""

from dataclasses import dataclass, field

from sandbox.agenda import Clock, utc_now
from sandbox.egenta.dials import EgentaDials
from sandbox.octopia.dials import OctopiaDials
from sandbox.ois.dials import OisDials
from sandbox.samples import Shares
from sandbox.tecsys.dials import TecsysDials


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """`orders` appear at once, or `rate` a second. `plant`: how many are invalid; None is one in a hundred, at least
    three. `faults`: a named set. `oms`: whose room stands beside Egenta's, and is audited."""

    orders: int = 500
    seed: int = 1
    rate: float | None = None
    plant: int | None = None
    faults: str = "none"
    shares: Shares = field(default_factory=Shares)
    octopia: OctopiaDials = field(default_factory=OctopiaDials)
    egenta: EgentaDials = field(default_factory=EgentaDials)
    oms: str = "egenta"
    ois: OisDials = field(default_factory=OisDials)
    tecsys: TecsysDials = field(default_factory=TecsysDials)
    clock: Clock = utc_now
