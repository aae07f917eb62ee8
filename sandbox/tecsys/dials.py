"""What can be set at the simulated Tecsys."""

from dataclasses import dataclass

from sandbox.copies import check_repeat

EXAMPLE_ORDER_PATH = "orders"  # contracts, OMS 3.2: assumed, so unset unless asked for
SEARCH_BODIES = ("object", "list", "both")
REROUTE_PATHS = ("Reject", "Reroute")


@dataclass(frozen=True, slots=True)
class TecsysDials:
    """`create_order_path`: below /v1; None: no order comes in by REST (S002 documents none), only by the feed.
    `repeat`: a repeated ExternalOrderId is one more order (`insert`, so that a double can show), replaces or is
    refused; `insert` also makes a repeated CreateAllShipments ship everything twice. `paid_after_seconds`,
    `ship_after_seconds` (from a shipment's making to its leaving): None is never. `auto_shipments`: made without
    being asked for. `reroute_path`: S002's own, which is Reject's, or the likelier Reroute; then Reject ignores the
    keys of a reroute, and rejects (contracts, OMS 3.4)."""

    subscription_key: str = "sandbox-subscription-key"
    create_order_path: str | None = None
    repeat: str = "insert"
    paid_after_seconds: float | None = 0.5
    shipments_appear_seconds: float = 1.0
    auto_shipments: bool = False
    ship_after_seconds: float | None = None
    cancel_reason_required: bool = False
    search_body: str = "object"
    reroute_path: str = "Reject"
    commit_delay_seconds: float = 0.0

    def __post_init__(self) -> None:
        check_repeat(self.repeat)
        if self.search_body not in SEARCH_BODIES:
            raise ValueError(f"search_body is one of {', '.join(SEARCH_BODIES)}")
        if self.reroute_path not in REROUTE_PATHS:
            raise ValueError(f"reroute_path is one of {', '.join(REROUTE_PATHS)}")
        if self.create_order_path is not None and not self.create_order_path.strip("/"):
            raise ValueError("create_order_path is a path, or null")
