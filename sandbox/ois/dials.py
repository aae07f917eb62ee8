"""What can be set at the simulated OIS."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.copies import check_repeat
from sandbox.ois.limits import XPRT

LIST_SHAPES = ("list", "items")
COUPON_KEYS = ("OrderCouponPayments", "OrderCouponPayment")


@dataclass(frozen=True, slots=True)
class OisDials:
    """`webshops`: code to currency. `repeat`: what a repeated Identifier does: `insert` one more order (so that a
    double can show), `upsert` or `refuse`. `one_line_per_unit`: S003's OrderLines in the first of two readings
    (contracts, OMS 4.3 rule 1). `service_codes` and `shipping_terms`: those configured; none, so neither field may be
    sent. `xprt_limits`: over the table, by field or `A+B`. `out_of_scope`: endpoints the token does not cover (403).
    `ship_after_seconds`: from an order to its row in the webhook log; None is never."""

    client_id: str = "ois-client"
    client_secret: str = "ois-secret"
    audience: str = "https://ois.sandbox.example"
    token_seconds: float = 86400.0
    webshops: Mapping[str, str] = field(default_factory=lambda: {"SHOP-EUR": "EUR"})
    repeat: str = "insert"
    one_line_per_unit: bool = True
    allow_zero_amounts: bool = True
    service_codes: tuple[str, ...] = ()
    shipping_terms: tuple[str, ...] = ()
    coupon_key: str = "OrderCouponPayments"
    xprt_limits: Mapping[str, int] = field(default_factory=dict)
    out_of_scope: tuple[str, ...] = ()
    list_shape: str = "list"
    accepted_status: int = 201
    ship_after_seconds: float | None = None
    commit_delay_seconds: float = 0.0

    def __post_init__(self) -> None:
        check_repeat(self.repeat)
        if self.list_shape not in LIST_SHAPES:
            raise ValueError(f"list_shape is one of {', '.join(LIST_SHAPES)}")
        if self.coupon_key not in COUPON_KEYS:
            raise ValueError(f"coupon_key is one of {', '.join(COUPON_KEYS)}")
        if unknown := self.xprt_limits.keys() - XPRT.keys():
            raise ValueError(f"no such limit: {', '.join(sorted(unknown))}")
