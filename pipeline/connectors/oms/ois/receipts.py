"""OIS' answers to an order, and to the question whether it has one. Pure; no answer's shape is published."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.answers import Answer, decode
from pipeline.connectors.oms.ois.tables import field_of
from pipeline.domain.errors import FieldError, Invalid
from pipeline.ports import Absent, Seen, Taken

_IDS: Final = ("identifier", "orderidentifier", "orderid", "ordernumber", "id")
_PLAIN: Final = re.compile(r"ok|created|accepted|(?=[\w-]*\d)[\w-]{1,64}", re.I)


def receipt_of(answer: Answer) -> Taken:
    """A 2xx is OIS' yes, and says nothing of the ERP (contracts/oms.md section 4). Raises Ambiguous for one whose
    body is neither empty, nor JSON, nor a bare word or number, or says that it failed.
    """
    words = answer.content.decode(errors="replace").strip()
    if not words or _PLAIN.fullmatch(words):
        return Taken(words if any(c.isdigit() for c in words) else None)
    body = answer.json()
    if body is False or (isinstance(body, str) and not _PLAIN.fullmatch(body)):
        raise answer.unclear("neither an order nor its number")
    if not isinstance(body, Mapping):
        return Taken(_text(body))
    if field_of(body, ("success", "issuccess", "succeeded")) is False or field_of(body, ("errors", "error")):
        raise answer.unclear("one that speaks of an error")
    return Taken(_text(field_of(body, _IDS)))


def seen_in(answer: Answer, order_id: str) -> Seen:
    """Whether the looked up order is there. Only a 404 of the endpoint itself proves that it is not: the gateway has
    one of its own for paths that it does not know.
    """
    if answer.status == 404:
        return None if _is_gateways(answer) else Absent()
    body = answer.json()
    rows = body if isinstance(body, list) else [body]
    for row in rows:
        if isinstance(row, Mapping) and order_id in {_text(field_of(row, (name,))) for name in _IDS}:
            return Taken(_text(field_of(row, ("id", "orderid", "ordernumber"))))
    return None


def https_only(url: str) -> str:
    """Where webhooks are to be sent. Raises Invalid."""
    if not re.fullmatch(r"https://[^\s/@?#]+(?:[/?][^\s#]*)?", url):
        raise Invalid.of((FieldError("url", "form", "must be an https address without credentials"),))
    return url


def _is_gateways(answer: Answer) -> bool:
    """Azure API Management: `{"statusCode": 404, "message": "Resource not found"}`."""
    try:
        body = decode(answer.content)
    except ValueError:
        return bool(answer.content.strip())  # a page of HTML is no endpoint's
    return isinstance(body, Mapping) and body.get("statusCode") == 404


def _text(value: Any) -> str | None:
    return str(value) if type(value) in (str, int) and value != "" else None
