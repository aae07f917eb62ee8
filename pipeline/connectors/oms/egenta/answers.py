"""Egenta's answers: tolerant lists (contracts/oms.md section 1.2) and what counts as success (1.5). Pure.

No answer is documented. A PHP page that says 200 may hold an error in JSON, a warning in HTML, or nothing at all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.answers import Answer, decode, spoken
from pipeline.connectors.oms.egenta.mapping import id_of
from pipeline.domain.errors import Ambiguous, PartnerTrouble, Refused, Unauthorized
from pipeline.ports import Outcome, Taken

WORDS: Final = ("error", "errors", "Error", "Errors", "message")  # where it tells errors
_ERRORS: Final = WORDS[:4]
_ROWS: Final = ("orders", "Orders", "results")
_BAD_STATUS: Final = re.compile(r"(err|fail|invalid|refus|reject|denied).*|ko|nok|not.?ok|[45]\d\d", re.I | re.DOTALL)
_SUSPECT: Final = re.compile(r"error|warning|fatal|exception|notice|denied|invalid|fail|refus|forbid|not ", re.I)
_CREDENTIALS: Final = re.compile(
    r"secret|credential|unauthori|forbidden|access denied|white.?list|allow.?list|\bip\b", re.I
)
_PLAIN: Final = 200  # characters: a longer text is a page, not a word


def rows_in(answer: Answer) -> list[Any]:
    """The rows of a list, whatever it is wrapped in; nothing, `[]` and `null` are no work. Malformed rows are kept as
    they are. Raises Unreadable for what is no list, Unauthorized where it says so.
    """
    if not answer.content.strip():
        return []
    body = answer.json()
    trouble = _error_in(body, answer)
    if isinstance(trouble, Unauthorized):
        raise trouble
    if trouble is not None:
        raise answer.unclear(f"an error{_words(body)}")
    found = _rows_of(body)
    if found is None:
        raise answer.unclear("no list of orders")
    return found


def outcomes(answer: Answer, order_ids: Sequence[str]) -> list[Outcome]:
    """One outcome per order of a write: its own where the answer tells them apart, else that of the whole.

    Raises the trouble that meets the whole call.
    """
    body = _body_of(answer)
    told = dict(_told_apart(body, set(order_ids), answer)) if isinstance(body, Mapping | list) else {}
    if told:
        silent = Ambiguous(
            f"{answer.what}: {answer.status}, and its answer leaves this order out", status=answer.status
        )
        return [told.get(order_id, silent) for order_id in order_ids]
    trouble = _error_in(body, answer)
    if trouble is not None:
        raise trouble
    return [Taken() for _ in order_ids]


def _rows_of(body: Any) -> list[Any] | None:
    if body is None or isinstance(body, list):
        return body or []
    if not isinstance(body, Mapping):
        return None
    for name in _ROWS:
        if name in body:
            return _rows_of(body[name])
    if id_of(body) is not None:
        return [body]
    if all(isinstance(row, Mapping) for row in body.values()):
        return list(body.values())  # a dict of rows, under whatever keys; {} is none
    return None


def _body_of(answer: Answer) -> Any:
    """The JSON of a write's answer; None for an empty one and for a plain word such as "OK". Raises Ambiguous."""
    if not answer.content.strip():
        return None
    try:
        return decode(answer.content)
    except ValueError:
        pass
    words = answer.content.decode(errors="replace").strip()
    if len(words) > _PLAIN or words[:1] in ("{", "[") or "<" in words or _SUSPECT.search(words) or "�" in words:
        raise answer.unclear("neither JSON nor a plain word")
    return None


def _told_apart(body: Any, order_ids: set[str], answer: Answer) -> Iterator[tuple[str, Outcome]]:
    """What the answer says of single orders: rows with an id, or values under the ids themselves."""
    rows = body if isinstance(body, list) else [row for name in _ROWS for row in _listed(body, name)]
    for row in rows:
        if isinstance(row, Mapping) and (order_id := id_of(row)) in order_ids and order_id:
            yield order_id, _error_in(row, answer) or Taken()
    if isinstance(body, Mapping):
        for order_id in order_ids:
            if isinstance(body.get(order_id), Mapping):
                yield order_id, _error_in(body[order_id], answer) or Taken()
        for name in _ERRORS:
            if isinstance(listed := body.get(name), list | Mapping):
                for order_id in order_ids & _ids_in(listed):
                    row = listed[order_id] if isinstance(listed, Mapping) else _row_with(listed, order_id)
                    yield order_id, _refusal({"errors": row}, answer)


def _listed(body: Mapping[str, Any], name: str) -> list[Any]:
    rows = body.get(name)
    return rows if isinstance(rows, list) else []


def _ids_in(listed: Any) -> set[str]:
    if isinstance(listed, Mapping):
        return {str(name) for name in listed}
    return {found for row in listed if isinstance(row, Mapping) and (found := id_of(row))}


def _row_with(listed: list[Any], order_id: str) -> Any:
    return next(row for row in listed if isinstance(row, Mapping) and id_of(row) == order_id)


def _error_in(body: Any, answer: Answer) -> PartnerTrouble | None:
    if body is False:
        return answer.unclear("just `false`")
    if not isinstance(body, Mapping):
        return None
    status = body.get("status")  # never `Status`: an echo of the order would carry its marketplace's
    success = body.get("success", body.get("Success"))
    bad = (
        any(body.get(name) for name in _ERRORS)
        or (success is not None and str(success).strip().lower() in ("false", "0", "no", ""))
        or (isinstance(status, str | int) and bool(_BAD_STATUS.fullmatch(str(status).strip())))
    )
    return _refusal(body, answer) if bad else None


def _refusal(body: Mapping[str, Any], answer: Answer) -> PartnerTrouble:
    text = f"{answer.what}: {answer.status}, but its answer is an error{_words(body)}"
    refused = Unauthorized if _CREDENTIALS.search(text.partition("error")[2]) else Refused
    return refused(text, status=answer.status)


def _words(body: Any) -> str:
    found = spoken(body, WORDS)
    return f" ({found})" if found else ""
