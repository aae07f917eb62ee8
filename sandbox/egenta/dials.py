"""What can be set at the simulated Egenta."""

from dataclasses import dataclass

MODES = ("upsert", "insert")
LIST_SHAPES = ("orders", "list", "rows")


@dataclass(frozen=True, slots=True)
class EgentaDials:
    """`mode`: what a repeated OrderId does: replace, or one more order (so that a double can show).
    `ship_after_seconds`: from import to the shipped list; None is never. `status_again_seconds`: a question answered
    `Unshipped` is asked again; None is never. `commit_delay_seconds`: from an import's arrival to its taking effect.
    `list_shape`: `{"orders": [...]}`, a bare list, or a dict of rows (contracts, OMS section 1.2)."""

    secret_id: str = "1"
    secret_key: str = "sandbox-key"
    mode: str = "upsert"
    ship_after_seconds: float | None = 1.0
    two_parcels_share: float = 0.05
    status_question_share: float = 0.2
    status_after_seconds: float = 0.5
    status_again_seconds: float | None = 3.0
    commit_delay_seconds: float = 0.0
    list_shape: str = "orders"

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"mode is one of {', '.join(MODES)}")
        if self.list_shape not in LIST_SHAPES:
            raise ValueError(f"list_shape is one of {', '.join(LIST_SHAPES)}")
