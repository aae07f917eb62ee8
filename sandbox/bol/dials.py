"""What can be set at the simulated bol."""

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.windows import Limits, read_limits

# contracts, marketplaces section 8, "Limits": the convention page's example, "not representative of production".
DOCUMENTED_LIMITS: Limits = {"orders": (7, 180), "order": (8, 60), "cancellation": (25, 60)}


def be_lenient() -> Limits:
    """The default: some hundred orders, each looked up several times, pass in about a minute; a storm does not."""
    return {
        "token": (30, 60),
        "orders": (60, 10),
        "order": (400, 10),
        "shipments": (200, 10),
        "cancellation": (25, 10),
        "process_status": (200, 10),
        "process_list": (50, 10),
        "process_bulk": (50, 10),
    }


LIMITED = frozenset(be_lenient())


@dataclass(frozen=True, slots=True)
class BolDials:
    """`limits`: calls per seconds by endpoint, `be_lenient` unless told (DOCUMENTED_LIMITS are the vendor's example).
    `expire_seconds`: from an order's appearance to the end of what is still open of it. `process_seconds`: how long a
    write stays PENDING; of those, `timeout_share` end as TIMEOUT (every other one took effect) and `failure_share` as
    FAILURE though they were right. `keep_seconds`: how long a process status is kept after its end.
    `transporters`: the codes it knows; None: the contract lists none, so any."""

    client_id: str = "sandbox-bol"
    client_secret: str = "sandbox-bol-secret"
    token_seconds: float = 299.0
    limits: Limits = field(default_factory=be_lenient)
    expire_seconds: float = 432000.0
    process_seconds: float = 0.5
    timeout_share: float = 0.0
    failure_share: float = 0.0
    keep_seconds: float = 3600.0
    transporters: tuple[str, ...] | None = None


class Board:
    """The dials as they stand, for every part of the room."""

    def __init__(self, dials: BolDials) -> None:
        self.dials = dials

    def turn(self, **changes: Any) -> None:
        """TypeError: no such dial; ValueError: no such value."""
        if "limits" in changes:
            changes["limits"] = read_limits(changes["limits"], LIMITED)
        if not all(0 <= changes.get(name, 0) <= 1 for name in ("timeout_share", "failure_share")):
            raise ValueError("a share lies between 0 and 1")
        if changes.get("transporters") is not None:
            changes["transporters"] = tuple(changes["transporters"])
        self.dials = replace(self.dials, **changes)
