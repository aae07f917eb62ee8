"""How a sandbox is set up."""

from dataclasses import dataclass, field

from sandbox.agenda import Clock, utc_now
from sandbox.egenta.dials import EgentaDials
from sandbox.kibo.dials import KiboDials
from sandbox.octopia.dials import OctopiaDials
from sandbox.ois.dials import OisDials
from sandbox.samples import Shares
from sandbox.tecsys.dials import TecsysDials
from sandbox.transiteo.dials import TransiteoDials


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """`orders` appear at once, or `rate` a second. `plant`: how many are invalid; None is one in a hundred, at least
    three. `faults`: a named set. `oms`: whom the orders are meant for, mounted beside Egenta, and audited."""

    orders: int = 500
    seed: int = 1
    rate: float | None = None
    plant: int | None = None
    faults: str = "none"
    oms: str = "egenta"
    shares: Shares = field(default_factory=Shares)
    octopia: OctopiaDials = field(default_factory=OctopiaDials)
    egenta: EgentaDials = field(default_factory=EgentaDials)
    kibo: KiboDials = field(default_factory=KiboDials)
    ois: OisDials = field(default_factory=OisDials)
    tecsys: TecsysDials = field(default_factory=TecsysDials)
    transiteo: TransiteoDials = field(default_factory=TransiteoDials)
    clock: Clock = utc_now
