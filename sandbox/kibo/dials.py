"""What can be set at the simulated Kibo."""

from dataclasses import dataclass

from sandbox.copies import check_repeat

FILTERS = ("exact", "ignored", "unsupported")
EXPIRED = (401, 403)


@dataclass(frozen=True, slots=True)
class KiboDials:
    """`repeat`: what a known externalOrderID does (not documented): one more order, a replacement, or 400.
    `external_filter`: what an order search does with `externalOrderID` (not documented): filters exactly, ignores it
    and gives other orders as well, or refuses it with 5016. `per_second` and `per_day`: Mashery's limits, None is
    none. `expired_status`: what an expired token gets (both are documented). `ship_after_seconds`: from an import as
    READY to SHIPPED; None is never. `shipments_an_order`: how many it is sent in, the second half a second later.
    `shipments_named`: whether a shipment tells the externalOrderID (it does in the documents)."""

    api_key: str = "sandbox-kibo"
    api_secret: str = "sandbox-kibo-secret"
    manufacturer_id: int = 1010
    catalog_id: int = 0
    token_seconds: float = 3600.0
    expired_status: int = 401
    repeat: str = "insert"
    external_filter: str = "exact"
    per_second: int | None = None
    per_day: int | None = None
    ship_after_seconds: float | None = None
    shipments_an_order: int = 1
    shipments_named: bool = True
    commit_delay_seconds: float = 0.0

    def __post_init__(self) -> None:
        check_repeat(self.repeat)
        if self.external_filter not in FILTERS:
            raise ValueError(f"external_filter is one of {', '.join(FILTERS)}")
        if self.expired_status not in EXPIRED:
            raise ValueError("expired_status is 401 or 403")
