"""How Kibo says no: its own codes (contracts, OMS 5.6), and Mashery's before it."""

from typing import Any

from sandbox.exchange import Refusal
from sandbox.reply import Reply, reply_json

OK = 5000
BY_STATUS = {
    503: (5001, "SERVICE_UNAVAILABLE"),
    404: (5002, "NOT_FOUND"),
    400: (5003, "BAD_REQUEST"),
    403: (5004, "NOT_AUTHORIZED"),
    405: (5005, "METHOD_NOT_ALLOWED"),
    500: (5006, "SERVER_ERROR"),
}
MISSING_QUERY_PARAM, MISSING_REQUEST_DATA, ID_MISMATCH, INVALID_ID = 5010, 5011, 5012, 5013
INVALID_QUERY_PARAM, INVALID_REQUEST_DATA, UNSUPPORTED_QUERY_PARAM, NO_VALID_QUERY_PARAMS = 5014, 5015, 5016, 5017
NAMES = {
    5010: "MISSING_QUERY_PARAM",
    5011: "MISSING_REQUEST_DATA",
    5012: "ID_MISMATCH",
    5013: "INVALID_ID",
    5014: "INVALID_QUERY_PARAM",
    5015: "INVALID_REQUEST_DATA",
    5016: "UNSUPPORTED_QUERY_PARAM",
    5017: "NO_VALID_QUERY_PARAMS",
}
OVER_QPS, OVER_RATE = "ERR_403_DEVELOPER_OVER_QPS", "ERR_403_DEVELOPER_OVER_RATE"
GATEWAY = {
    401: "ERR_401_NOT_AUTHORIZED",
    408: "ERR_408_REQUEST_TIMEOUT",
    415: "ERR_415_UNSUPPORTED_TYPE",
    429: OVER_QPS,
    502: "ERR_502_BAD_GATEWAY",
    504: "ERR_504_GATEWAY_TIMEOUT",
}


class Refused(Refusal):
    """400 with one of the detail codes."""

    def __init__(self, code: int, errors: dict[str, list[str]], **more: Any) -> None:
        super().__init__(400, NAMES[code], errors, **more)
        self.code = code


class Limited(Refusal):
    """Mashery's limit: 403, told apart by its header only."""

    def __init__(self, word: str, seconds: int) -> None:
        super().__init__(403, word, breach=False, headers=(("retry-after", str(seconds)),))


def write_refusal(refusal: Refusal) -> Reply:
    """Mashery's XML with its header, else Kibo's codes. Whose limit is reached gets 403, never 429."""
    if isinstance(refusal, Limited) or refusal.status in GATEWAY:
        word = refusal.title if isinstance(refusal, Limited) else GATEWAY[refusal.status]
        status = 403 if word in {OVER_QPS, OVER_RATE} else refusal.status
        headers = (("content-type", "text/xml"), ("x-mashery-error-code", word), *refusal.headers)
        return Reply(status, f"<h1>{word.partition('_')[2].replace('_', ' ').title()}</h1>".encode(), headers)
    status = refusal.status if refusal.status in BY_STATUS else 400
    code, name = BY_STATUS[status]
    content: dict[str, Any] = {"code": code, "name": name, "message": refusal.title}
    details = [
        {"code": number, "name": NAMES[number], "field": path, "message": ", ".join(words)}
        for path, words in refusal.errors.items()
        for number in (_find_code(refusal, words),)
    ]
    if details:
        content["errors"] = details
    return reply_json(status, content, headers=refusal.headers)


def _find_code(refusal: Refusal, words: list[str]) -> int:
    if isinstance(refusal, Refused) and refusal.code != INVALID_REQUEST_DATA:
        return refusal.code
    return MISSING_REQUEST_DATA if words[0].startswith("required") else INVALID_REQUEST_DATA
