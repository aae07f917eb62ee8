"""What can be set at the simulated Mirakl."""

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.windows import Limits, read_limits

# contracts, marketplaces section 5: "maximum once per minute" (OR11, OR04), "once a day" (SH21).
DOCUMENTED_LIMITS: Limits = {"OR11": (1, 60), "OR04": (1, 60), "SH21": (1, 86400)}
OPERATIONS = frozenset(
    {"OR11", "OR04", "OR21", "OR23", "OR24", "OR28", "OR29", "OR30", "RE02", "SH21", "ST01", "ST11", "ST23", "ST24"}
)


def be_lenient() -> Limits:
    """The default: a client that polls every second and looks every order up is served; a storm is not."""
    return {"OR11": (1800, 60), "OR04": (600, 60), "SH21": (100, 86400)}


@dataclass(frozen=True, slots=True)
class MiraklDials:
    """`limits`: calls per seconds by operation, `be_lenient` unless told (DOCUMENTED_LIMITS are the vendor's).
    `update_delta_seconds`: what is subtracted from `start_update_date`. `accept_within_seconds`: then an order is
    REFUSED, None is never. `debit_seconds`: from acceptance to SHIPPING. `deliver_seconds`: from SHIPPED to RECEIVED,
    None is never. `tracked_types`: shipping types that can't be shipped without tracking. `shipments`: the operator
    enabled multi-parcel shipments. `country_letters`: of `country_iso_code`, 3 or 2. `foreign_orders`: what the
    generator gives to others' warehouses is theirs here too; else the seller's own, because no document says what
    such an order looks like in a list."""

    api_key: str = "sandbox-mirakl-key"
    shops: tuple[int, ...] = (2000,)
    limits: Limits = field(default_factory=be_lenient)
    update_delta_seconds: float = 5.0
    accept_within_seconds: float | None = 172800.0
    debit_seconds: float = 1.0
    deliver_seconds: float | None = None
    partial_accept: bool = True
    shop_may_cancel: bool = True
    tracked_types: tuple[str, ...] = ("TRACKED", "REGISTERED", "EXPRESS", "RELAY")
    shipments: bool = True
    country_letters: int = 3
    foreign_orders: bool = False


class Board:
    """The dials as they stand, for every part of the room."""

    def __init__(self, dials: MiraklDials) -> None:
        self.dials = dials

    def turn(self, **changes: Any) -> None:
        """TypeError: no such dial; ValueError: no such value."""
        if "limits" in changes:
            changes["limits"] = read_limits(changes["limits"], OPERATIONS)
        if changes.get("country_letters", 3) not in {2, 3}:
            raise ValueError("country_letters is 2 or 3")
        for name in ("shops", "tracked_types"):
            if name in changes:
                changes[name] = tuple(changes[name])
        self.dials = replace(self.dials, **changes)
