"""How Amazon says no: `{"errors": [{code, message, details}]}`, and Login with Amazon in OAuth's form."""

import uuid
from typing import Any

from sandbox.exchange import Refusal
from sandbox.reply import Reply, reply_json

# contracts, marketplaces section 4, "Errors"; the rest is not documented.
CODES = {
    400: "InvalidInput",
    401: "Unauthorized",
    403: "Unauthorized",
    404: "NotFound",
    415: "UnsupportedMediaType",
    429: "QuotaExceeded",
    503: "ServiceUnavailable",
}
QUOTA = "You exceeded your quota for the requested resource."
OAUTH_ERRORS = {
    "invalid_client": "Client authentication failed",
    "invalid_grant": "The request has an invalid grant parameter : refresh_token",
    "invalid_request": "The request is missing a required parameter or has an unknown one",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server",
}
SECRET_EXPIRED = "The LWA secret token you provided has expired"


class Denial(Refusal):
    """A refusal with Amazon's code where the status alone does not tell it. `mute`: its message is null."""

    def __init__(
        self, status: int, title: str, *, code: str | None = None, details: str = "", mute: bool = False, **more: Any
    ) -> None:
        super().__init__(status, title, **more)
        self.code = code
        self.details = details
        self.mute = mute


def make_request_id() -> tuple[str, str]:
    """The header of every answer."""
    return ("x-amzn-RequestId", str(uuid.uuid4()))


def write_refusal(refusal: Refusal) -> Reply:
    """In the form of the endpoint that says it."""
    details = refusal.details if isinstance(refusal, Denial) else ""
    headers = (*refusal.headers, make_request_id())
    if refusal.title in OAUTH_ERRORS:
        content = {"error": refusal.title, "error_description": details or OAUTH_ERRORS[refusal.title]}
        return reply_json(refusal.status, content, headers=headers)
    named = "; ".join(f"{name}: {', '.join(why)}" for name, why in refusal.errors.items())
    error = {
        "code": (refusal.code if isinstance(refusal, Denial) else None) or CODES.get(refusal.status, "InternalFailure"),
        "message": QUOTA if refusal.status == 429 else refusal.title,
        "details": "" if refusal.status == 429 else details or named,
    }
    if isinstance(refusal, Denial) and refusal.mute:
        error["message"] = None  # type: ignore[assignment]  # what Amazon was seen to answer, against its specification
    return reply_json(refusal.status, {"errors": [error]}, headers=headers)
