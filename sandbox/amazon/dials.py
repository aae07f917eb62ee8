"""What can be set at the simulated Amazon."""

from dataclasses import dataclass, field, replace
from typing import Any

Rates = dict[str, tuple[float, int]]

# Requests per second and burst, as Amazon's specifications have them (usage plans of each operation).
DOCUMENTED_LIMITS: Rates = {
    "searchOrders": (0.0056, 20),
    "getOrder": (0.5, 30),
    "getOrders": (0.0167, 20),
    "getOrderV0": (0.5, 30),
    "getOrderItems": (0.5, 30),
    "getOrderAddress": (0.5, 30),
    "getOrderBuyerInfo": (0.5, 30),
    "confirmShipment": (2, 10),
    "createRestrictedDataToken": (1, 10),
}
DOCUMENTED_HIDE_SECONDS = 120.0
ELEMENTS = ("buyerInfo", "shippingAddress", "buyerTaxInformation")
SECRET_STATUSES = (None, 401, 403)
PACKAGE_WORDS = ("refuse", "update")


def be_lenient() -> Rates:
    """The default: some hundred orders, polled every second and each looked up, pass in about a minute."""
    return {
        "searchOrders": (5, 50),
        "getOrder": (50, 200),
        "getOrders": (5, 50),
        "getOrderV0": (50, 200),
        "getOrderItems": (50, 200),
        "getOrderAddress": (50, 200),
        "getOrderBuyerInfo": (50, 200),
        "confirmShipment": (50, 200),
        "createRestrictedDataToken": (20, 100),
    }


@dataclass(frozen=True, slots=True)
class AmazonDials:
    """`limits`: (requests per second, burst) by operation; `tell_limits`: whether answers have them in a header (the
    contract: absent at times). `hide_seconds`: lists keep back what changed less long ago; Amazon's is
    DOCUMENTED_HIDE_SECONDS. `before_seconds`: how old a `...Before` must be. `page_token_seconds`: how long a page
    token is taken. `orders_page`, `items_page`: the most on one page, of orders and of v0's order items. `roles`: which
    personal data the application may see. `secret_expired_status`: 401 or 403 once the client secret was not rotated in
    time. `discounts`: the sign of seller promotions (0: there are none). `known_package`: what a package reference that
    the order has already is."""

    client_id: str = "amzn1.application-oa2-client.sandbox"
    client_secret: str = "amzn1.oa2-cs.v1.sandbox-secret"
    refresh_token: str = "Atzr|sandbox-refresh"
    token_seconds: float = 3600.0
    restricted_seconds: float = 3600.0
    secret_expired_status: int | None = None
    limits: Rates = field(default_factory=be_lenient)
    tell_limits: bool = True
    hide_seconds: float = 0.0
    before_seconds: float = 120.0
    page_token_seconds: float = 86400.0
    orders_page: int = 100
    items_page: int = 100
    roles: tuple[str, ...] = ELEMENTS
    discounts: int = 0
    known_package: str = "refuse"


class Board:
    """The dials as they stand, for every part of the room."""

    def __init__(self, dials: AmazonDials) -> None:
        self.dials = dials

    def turn(self, **changes: Any) -> None:
        """TypeError: no such dial; ValueError: no such value."""
        if "limits" in changes:
            changes["limits"] = read_limits(changes["limits"])
        if "roles" in changes:
            changes["roles"] = tuple(changes["roles"])
        turned = replace(self.dials, **changes)
        for name, value, known in (
            ("secret_expired_status", turned.secret_expired_status, SECRET_STATUSES),
            ("discounts", turned.discounts, (-1, 0, 1)),
            ("known_package", turned.known_package, PACKAGE_WORDS),
        ):
            if value not in known:
                raise ValueError(f"{name} is one of {', '.join(map(str, known))}")
        if set(turned.roles) - set(ELEMENTS):
            raise ValueError(f"roles are some of {', '.join(ELEMENTS)}")
        if min(turned.orders_page, turned.items_page) < 1:
            raise ValueError("orders_page and items_page are whole numbers from 1")
        self.dials = turned


def read_limits(raw: Any) -> Rates:
    """`{operation: [requests per second, burst]}`; what is not named has no limit. ValueError names what is wrong."""
    if not isinstance(raw, dict) or set(raw) - set(DOCUMENTED_LIMITS):
        raise ValueError(f"limits are an object of {', '.join(DOCUMENTED_LIMITS)}")
    for pair in raw.values():
        if len(pair) != 2 or pair[0] <= 0 or pair[1] < 1:
            raise ValueError("a limit is [requests per second, burst], the burst from 1")
    return {name: (float(rate), int(burst)) for name, (rate, burst) in raw.items()}
