"""What can be set at the simulated Transiteo."""

from dataclasses import dataclass

from sandbox.copies import check_repeat

LIST_SHAPES = ("orders", "list")
QUOTAS = (None, "MAX_REQUESTS_EXCEED", "TRIAL_LIMIT_EXCEED")


@dataclass(frozen=True, slots=True)
class TransiteoDials:
    """`repeat`: what a POST of a known order_id does (not documented): one more order, a replacement, or 409.
    `get_enabled`: whether GET exists at all (only its title is documented). `quota`: the code that every call but the
    token's is refused with, None is none; `quota_after` lets so many calls pass first."""

    client_id: str = "sandbox-transiteo"
    refresh_token: str = "sandbox-refresh"
    token_seconds: float = 3600.0
    repeat: str = "insert"
    get_enabled: bool = True
    list_shape: str = "orders"
    quota: str | None = None
    quota_after: int = 0
    commit_delay_seconds: float = 0.0

    def __post_init__(self) -> None:
        check_repeat(self.repeat)
        if self.list_shape not in LIST_SHAPES:
            raise ValueError(f"list_shape is one of {', '.join(LIST_SHAPES)}")
        if self.quota not in QUOTAS:
            raise ValueError(f"quota is null or one of {', '.join(filter(None, QUOTAS))}")
