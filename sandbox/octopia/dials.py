"""What can be set at the simulated Octopia."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OctopiaDials:
    """`accept_seconds`: from Accepted to InPreparation. `deliver_seconds`: from Shipped to Delivered, None is never.
    `cancel_id_key`: the unresolved name of the order's id in a cancellation (contracts, marketplaces section 6)."""

    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"
    seller_id: str = "98979"
    token_seconds: float = 7200.0
    tokens_per_hour: int = 500
    accept_seconds: float = 1.0
    deliver_seconds: float | None = None
    cancel_id_key: str = "orderSellerId"
