"""Calls to bol: token, vendor media type, one budget an endpoint that its answers correct (contracts section 8)."""

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.auth import Grant, call_with_bearer
from pipeline.connectors.budget import Rate, within_budget
from pipeline.connectors.contract import Rig
from pipeline.domain.errors import PartnerTrouble, RateLimited

MEDIA: Final = "application/vnd.retailer.v10+json"  # any other is a 406, on a write a 400
WORDS: Final = ("title", "detail", "violations")  # application/problem+json
LONGEST: Final = 3600.0  # seconds: windows are minutes, so more is nonsense
EPOCH: Final = 1e9  # a reset beyond is a time, not a wait: only the names of the headers are documented

# The convention page's example, "not representative of production": where no header tells more, it holds.
LIST: Final = Rate("GET /retailer/orders", 7 / 180, burst=7)
DETAIL: Final = Rate("GET /retailer/orders/*", 8 / 60, burst=8)
CANCEL: Final = Rate("PUT /retailer/orders/cancellation", 25 / 60, burst=25)
# No number is told for these: modest ones of ours.
SHIP: Final = Rate("POST /retailer/shipments", 1, burst=10)
PROCESS: Final = Rate("GET /shared/process-status/*", 1, burst=10)
PROCESSES: Final = Rate("GET /shared/process-status", 1, burst=10)
BULK: Final = Rate("POST /shared/process-status", 1, burst=10)
SUBSCRIPTIONS: Final = Rate("/retailer/subscriptions", 1, burst=5)


class Calls:
    """One retailer's account."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._root = rig.settings["base_url"].rstrip("/")
        self._grant = grant_of(rig)

    def read(
        self, rate: Rate, path: str, query: Mapping[str, Any] | None = None, *, what: str = "", missing_ok: bool = False
    ) -> Answer:
        """One GET. Raises OverBudget (nothing was asked) where the endpoint's calls are used up."""
        return self._call(rate, "GET", path, what or f"GET {path}", query=query, missing_ok=missing_ok)

    def ask(self, rate: Rate, path: str, content: Any) -> Answer:
        """One POST that only asks."""
        return self._call(rate, "POST", path, f"POST {path}", json=content)

    def write(self, rate: Rate, method: str, path: str, content: Any) -> Answer:
        """One write."""
        return self._call(rate, method, path, f"{method} {path}", write=True, json=content)

    def _call(self, rate: Rate, method: str, path: str, what: str, *, write: bool = False, **more: Any) -> Answer:
        """One call; what its headers tell of the budget is learnt, from a refusal too."""

        def explain(trouble: PartnerTrouble, answer: Answer) -> PartnerTrouble:
            reset = self._learn(rate, answer.headers)
            if isinstance(trouble, RateLimited) and not trouble.retry_after and reset:
                return RateLimited(trouble.message, cause=trouble.cause, retry_after=reset, status=trouble.status)
            return trouble

        def call(authorization: Mapping[str, str]) -> Answer:
            headers = {"Accept": MEDIA, **authorization}
            if "json" in more:
                headers["Content-Type"] = MEDIA
            url = f"{self._root}/{path}"
            return self._rig.http.call(
                method, url, what=what, write=write, headers=headers, words=WORDS, explain=explain, **more
            )

        with within_budget(self._rig, rate):
            answer = call_with_bearer(self._rig, self._grant, call)
        self._learn(rate, answer.headers)
        return answer

    def _learn(self, rate: Rate, headers: Mapping[str, str]) -> float | None:
        """`x-ratelimit-limit|remaining|reset`. Nothing left: empty until the reset. Else the rate at which the whole
        limit fits into what is left of its window: too high near its end, when `remaining` is what bounds it.
        """
        told = Told.of(headers)
        if told.reset is None:
            return None
        budgets, account = self._rig.budgets, self._rig.account
        if told.remaining is not None and told.remaining < 1:
            budgets.learn(account, rate.endpoint, empty=told.reset)
        elif told.limit:
            budgets.learn(account, rate.endpoint, rate=told.limit / max(told.reset, 1.0))
        return told.reset


@dataclass(frozen=True, slots=True)
class Told:
    """What the budget headers say; None for what is absent or nonsense."""

    limit: float | None
    remaining: float | None
    reset: float | None  # seconds from now

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Told":
        """Lenient: placeholders are known to occur (contracts/marketplaces.md section 1)."""
        limit, remaining, reset = (_number(headers.get(f"x-ratelimit-{name}")) for name in cls.__slots__)
        if reset is not None and reset > EPOCH:
            reset -= time.time()
        return cls(limit, remaining, reset if reset is not None and 0 < reset <= LONGEST else None)


def grant_of(rig: Rig) -> Grant:
    """POST token?grant_type=client_credentials with Basic; how long a token lives is what `expires_in` says."""
    pair = f"{rig.settings['client_id'].reveal()}:{rig.settings['client_secret'].reveal()}"
    url = rig.settings["token_url"]
    return Grant(
        url=f"{url}{'&' if '?' in url else '?'}grant_type=client_credentials",
        form=lambda _: {},
        headers={"Authorization": f"Basic {b64encode(pair.encode()).decode()}", "Accept": "application/json"},
    )


def _number(value: str | None) -> float | None:
    if value is None or not value.strip().replace(".", "", 1).isdecimal():
        return None
    return float(value)
