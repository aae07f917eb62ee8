"""Kibo's answers: its codes in words (contracts/oms.md section 5.6), what a yes is, and what a look-up proves. Pure.

The bodies of an import, and of errors, are not published: codes are found wherever an answer has them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final

from pipeline.connectors.answers import Answer, decode, spoken
from pipeline.connectors.wire import maybe, text, whole
from pipeline.domain.errors import PartnerTrouble, RateLimited, Refused
from pipeline.ports import Absent, Seen, Taken

WORDS: Final = ("message", "errorMessage", "description", "error", "errors", "messages")  # where it tells errors
GATEWAY: Final = "x-mashery-error-code"
OK: Final = 5000
CODES: Final[Mapping[int, str]] = {
    5001: "it is not available",
    5002: "not found",
    5003: "bad request",
    5004: "not authorized",
    5005: "this method is not allowed there",
    5006: "a fault of its server",
    5010: "MISSING_QUERY_PARAM: a query parameter is missing",
    5011: "MISSING_REQUEST_DATA: something required is missing in what was sent",
    5012: "ID_MISMATCH: two ids that should be the same differ",
    5013: "INVALID_ID: an id is none of its own",
    5014: "INVALID_QUERY_PARAM: the value of a query parameter is not valid",
    5015: "INVALID_REQUEST_DATA: something in what was sent is not valid",
    5016: "UNSUPPORTED_QUERY_PARAM: it does not know a query parameter",
    5017: "NO_VALID_QUERY_PARAMS: it knows none of the query parameters",
}
_FILTERS: Final = (5014, 5016, 5017)  # the search is not possible like that
_LIMITED: Final = ("OVER_QPS", "OVER_RATE")
_NAMES: Final = frozenset({"code", "errorcode", "error_code", "statuscode", "status_code", "status"})
_HOLDERS: Final = frozenset({"error", "errors", "fault", "status", "response", "result", "meta"})


class Unsearchable(Refused):
    """A search by a filter that Kibo does not support: it tells nothing."""


def explained(trouble: PartnerTrouble, answer: Answer) -> PartnerTrouble:
    """The trouble with Kibo's code in words; a 403 for too many calls (Mashery's header says so) as RateLimited."""
    gateway = answer.headers.get(GATEWAY, "")
    kept: dict[str, Any] = {"status": trouble.status, "retry_after": trouble.retry_after}
    if trouble.status == 403 and any(word in gateway.upper() for word in _LIMITED):
        words = "too many calls at Kibo's gateway"
        return RateLimited(f"{trouble.message}; {words}", cause=f"403: {words}", **kept)
    try:
        code = code_in(decode(answer.content))
    except ValueError:
        return trouble
    if code is None:
        return trouble
    words = f"Kibo's code {code}, {CODES.get(code, 'which is not in its published list')}"
    kind = Unsearchable if isinstance(trouble, Refused) and code in _FILTERS else type(trouble)
    return kind(f"{trouble.message}; {words}", cause=f"{trouble.cause}; {words}", **kept)


def code_in(body: Any) -> int | None:
    """The most precise code of an error that the body tells; 5000 is none."""
    return max((code for code in _codes(body) if code != OK), default=None)


def taken(answer: Answer, order_id: str) -> Taken:
    """An import's yes, with the orderID where it tells one. Raises Ambiguous for a 2xx that does not say yes."""
    if not answer.content.strip():
        return Taken()
    body = answer.json()
    if not isinstance(body, Mapping | list | None):
        raise answer.unclear("neither an object nor a list")
    code = code_in(body)
    if code is not None:
        raise answer.unclear(f"code {code}, {CODES.get(code, 'which is not in its published list')}")
    head = body if isinstance(body, Mapping) else {}
    if head.get("success") is False or any(head.get(name) for name in ("error", "errors", "errorMessage")):
        raise answer.unclear(f"an error ({spoken(head, WORDS) or 'without words'})")
    for told in _orders(body, 0):
        external = maybe(text, told.get("externalOrderID"))
        if external is not None and not _is(external, order_id):
            raise answer.unclear("of another order")
        return Taken(maybe(text, told.get("orderID")))
    return Taken()


@dataclass(slots=True)
class Search:
    """One order looked for over the pages of a search whose filter the server may not know."""

    order_id: str
    seen: set[str] = field(default_factory=set)
    blind: bool = False  # a row did not tell whose it is

    def read(self, answer: Answer) -> tuple[bool, Seen]:
        """Whether that was all, and what it proves by then. Raises Unreadable."""
        rows, total = rows_in(answer)
        before = len(self.seen)
        for row in rows:
            external = maybe(text, row.get("externalOrderID"))
            own = maybe(text, row.get("orderID"))
            if external is not None and _is(external, self.order_id):
                return True, Taken(own)
            self.blind = self.blind or external is None
            self.seen.add(own or f"={external}")
        told = total if total is not None and total >= len(self.seen) else None  # fewer than there are: no total
        if not rows or told == len(self.seen):
            complete = told in (None, len(self.seen))
            return True, Absent() if complete and not self.blind else None
        return len(self.seen) == before, None  # the same page again: it does not page


def rows_in(answer: Answer) -> tuple[list[Mapping[str, Any]], int | None]:
    """The rows of a page, and how many there are over all pages. Raises Unreadable."""
    body = answer.json()
    if not isinstance(body, Mapping) or code_in({name: body[name] for name in body if name != "collection"}):
        raise answer.unclear("no page of a collection")
    rows = body.get("collection")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise answer.unclear("without a collection of objects")
    return rows, maybe(whole, body.get("totalCount"))


def _is(external: str, order_id: str) -> bool:
    """Exactly; what it stores as entities (section 5.5) is the same text."""
    return order_id.strip() in (external, unescape(external))


def _codes(body: Any) -> Iterator[int]:
    """Only where errors are told: a postal code may be 5015 too."""
    if isinstance(body, list):
        for inner in body[:20]:
            yield from _codes(inner)
    elif isinstance(body, Mapping):
        for name, inner in body.items():
            if isinstance(inner, Mapping | list):
                if name.lower() in _HOLDERS:
                    yield from _codes(inner)
            elif name.lower() in _NAMES:
                code = maybe(whole, inner)
                if code is not None and OK <= code < 6000:
                    yield code


def _orders(body: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Whatever names an order in an answer, the outermost first."""
    if depth > 2:
        return
    if isinstance(body, Mapping):
        if "orderID" in body or "externalOrderID" in body:
            yield body
        for inner in body.values():
            yield from _orders(inner, depth + 1)
    elif isinstance(body, list) and len(body) == 1:
        yield from _orders(body[0], depth + 1)
