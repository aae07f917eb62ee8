"""Which orders of a listing or a file come in at all, and which of them as history."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.domain.lifecycle import Mark
from pipeline.domain.order import Order, OrderStatus
from pipeline.flows.network import Network

OVER = (OrderStatus.SHIPPED, OrderStatus.CANCELED)
EARLIER = "bought before the account's start"


@dataclass(frozen=True, slots=True)
class Admission:
    """`skipped`: why it is not stored. `marks`: how it is."""

    skipped: str = ""
    marks: tuple[Mark, ...] = ()


def admit(order: Order, source: str, start: datetime | None, network: Network, *, historic: bool) -> Admission:
    """History is what is over, or was bought before the account's `start`. Without `historic` the usual rules hold:
    bought before the start is not ours; over is stored, and done without being sent.
    """
    before = bool(start and order.purchased_at and order.purchased_at < start)
    if not historic:
        return Admission(skipped=EARLIER) if before else Admission()
    if not before and order.status not in OVER:
        return Admission()
    targets = network.targets(source)
    if not any(network.takes_history(target) for target in targets):
        return Admission(skipped=f"history, and no target takes history ({', '.join(targets) or 'no route'})")
    return Admission(marks=(Mark.HISTORIC,))
