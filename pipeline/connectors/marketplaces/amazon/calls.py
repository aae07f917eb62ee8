"""Calls to SP-API: the token of the seller, or a restricted one, the budget of the operation, errors in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.auth import Grant, call_renewing, call_with_token, life_of, refresh_token
from pipeline.connectors.budget import Rate, within_budget
from pipeline.connectors.contract import Rig
from pipeline.connectors.marketplaces.amazon.rates import RESTRICT
from pipeline.domain.errors import Conflict, PartnerTrouble, Refused, Unauthorized
from pipeline.ports import Token

WORDS: Final = ("errors",)  # {"errors": [{"code": .., "message": .., "details": ..}]}
RENEW: Final = (401, 403)  # 403 Unauthorized is also what an expired token gets
HOUR: Final = 3600.0  # seconds that a token lives where its answer does not tell
ORDERS_V0: Final = "orders/v0/orders"
_RATE: Final = re.compile(r"\d{1,6}(\.\d{1,12})?", re.ASCII)
_THERE: Final = re.compile(
    rb"PackageToUpdateNotFound|unable to find package to update|already (?:been )?(?:fulfilled|shipped)", re.IGNORECASE
)
_NO_ROLE: Final = b"access to one or more requested data elements"
_OLD_SECRET: Final = re.compile(rb"invalid_client|LWA secret", re.IGNORECASE)


def agent() -> str:
    """The application and its version, which Amazon asks for."""
    try:
        return f"orderpipe/{version('orderpipe')} (Language=Python)"
    except PackageNotFoundError:  # run from a folder that was never installed
        return "orderpipe/0 (Language=Python)"


class Calls:
    """One seller's account. `elements`: what personal data a restricted token asks for."""

    def __init__(self, rig: Rig, elements: Sequence[str]) -> None:
        settings = rig.settings
        self._rig = rig
        self._base = settings["base_url"].rstrip("/")
        self._grant = grant_of(settings)
        self._agent = agent()
        self._elements = list(elements)

    def read(
        self,
        rate: Rate,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        what: str = "",
        missing_ok: bool = False,
        restricted: bool = False,
    ) -> Answer:
        """One GET. Raises OverBudget (nothing was asked) where the operation's calls are used up.

        `restricted`: with a token for personal data, where any is wanted (v0 only: 2026-01-01 goes by roles alone).
        """
        more: dict[str, Any] = {"what": what or f"GET {path}", "query": query, "missing_ok": missing_ok}
        if restricted and self._elements:
            return self._with_restricted(rate, "GET", path, more)
        return self._call(rate, "GET", path, **more)

    def write(self, rate: Rate, path: str, content: Any, *, what: str) -> Answer:
        """One POST that changes something: 204. A page of HTML with a 2xx says nothing."""
        answer = self._call(rate, "POST", path, what=what, write=True, json=content)
        if answer.content.strip():
            answer.json()
        return answer

    def _call(self, rate: Rate, method: str, path: str, **more: Any) -> Answer:
        return call_with_token(self._rig, self._grant, lambda token: self._once(token, rate, method, path, **more))

    def _with_restricted(self, rate: Rate, method: str, path: str, more: Mapping[str, Any]) -> Answer:
        return call_renewing(
            self._rig,
            f"{self._rig.account}:restricted",
            lambda _: self._restrict(),
            RENEW,
            lambda token: self._once(token, rate, method, path, **more),
        )

    def _once(self, token: str, rate: Rate, method: str, path: str, *, write: bool = False, **more: Any) -> Answer:
        with within_budget(self._rig, rate):
            answer = self._rig.http.call(
                method,
                f"{self._base}/{path}",
                write=write,
                headers={"x-amz-access-token": token, "User-Agent": self._agent},
                words=WORDS,
                explain=explain,
                **more,
            )
        told = rate_in(answer.headers)
        if told is not None:
            self._rig.budgets.learn(self._rig.account, rate.endpoint, rate=told)
        return answer

    def _restrict(self) -> Token:
        """A token for the personal data of any order (the `{orderId}` is Amazon's own placeholder)."""
        content = {"restrictedResources": resources(self._elements)}
        path, what = "tokens/2021-03-01/restrictedDataToken", "POST restrictedDataToken"
        answer = self._call(RESTRICT, "POST", path, what=what, json=content)
        body = answer.json()
        value = body.get("restrictedDataToken") if isinstance(body, Mapping) else None
        if not isinstance(value, str) or not value:
            raise answer.unclear("without restrictedDataToken")
        return Token(value, life_of(body.get("expiresIn"), HOUR))


def grant_of(settings: Mapping[str, Any]) -> Grant:
    """Login with Amazon. The answer repeats the refresh token, which does not rotate: it is not kept, or a seller who
    authorizes the application anew (for a new role) would be known by the old one.
    """
    made = refresh_token(
        settings["token_url"], settings["client_id"], settings["refresh_token"], settings["client_secret"]
    )
    return replace(made, form=lambda _: made.form(None), life=HOUR, renew=RENEW, explain=explain_login)


def resources(elements: Sequence[str]) -> list[dict[str, Any]]:
    """What a restricted token opens (tokens_2021-03-01: `dataElements` for getOrder and getOrderItems only)."""
    found: list[dict[str, Any]] = [
        {"method": "GET", "path": f"/{ORDERS_V0}", "dataElements": list(elements)},
        {"method": "GET", "path": f"/{ORDERS_V0}/{{orderId}}", "dataElements": list(elements)},
    ]
    if "buyerInfo" in elements:
        found.append({"method": "GET", "path": f"/{ORDERS_V0}/{{orderId}}/orderItems", "dataElements": ["buyerInfo"]})
        found.append({"method": "GET", "path": f"/{ORDERS_V0}/{{orderId}}/buyerInfo"})
    if "shippingAddress" in elements:
        found.append({"method": "GET", "path": f"/{ORDERS_V0}/{{orderId}}/address"})
    return found


def rate_in(headers: Mapping[str, str]) -> float | None:
    """Calls per second from `x-amzn-RateLimit-Limit`; None where it is absent, or a placeholder text."""
    value = headers.get("x-amzn-ratelimit-limit", "").strip()
    return float(value) or None if _RATE.fullmatch(value) else None


def explain(trouble: PartnerTrouble, answer: Answer) -> PartnerTrouble:
    """What Amazon's codes mean."""
    if isinstance(trouble, Refused) and answer.status == 400 and _NO_ROLE in answer.content:
        words = (
            f"{answer.what}: 400: the application has no role for the personal data that it asks for; have the role "
            "granted and let the seller authorize it again (a new refresh_token), or take it out of included_data"
        )
        return Unauthorized(words, status=400)
    if isinstance(trouble, Refused) and answer.write and answer.status == 400 and _THERE.search(answer.content):
        # An earlier call may have been taken: looked up, never repeated blindly and never dead (python-amazon-sp-api).
        words = f"{answer.what}: 400: Amazon says that there is nothing (more) to confirm; it is looked up"
        return Conflict(words, status=400)
    if isinstance(trouble, Unauthorized) and answer.status == 403:
        words = f"{trouble.message}; a new token did not help: has the application the role for this operation?"
        return Unauthorized(words, cause=trouble.cause, status=403)
    return trouble


def explain_login(trouble: PartnerTrouble, answer: Answer) -> PartnerTrouble:
    """Credentials that Login with Amazon refuses: which ones, and what to do."""
    if answer.status not in (400, 401, 403):
        return trouble
    if _OLD_SECRET.search(answer.content):
        words = (
            "does not take client_id with client_secret (invalid_client); a secret is valid for 180 days: rotate it "
            "in the developer console and put the new one into client_secret"
        )
    elif b"invalid_grant" in answer.content:
        words = "does not take refresh_token (invalid_grant): let the seller authorize the application again"
    else:
        return trouble
    words = f"POST token: {answer.status}: Login with Amazon {words}"
    return Unauthorized(words, cause=words, status=answer.status)
