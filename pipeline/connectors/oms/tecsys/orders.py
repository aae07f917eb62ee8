"""Orders at Tecsys: by id in short URLs, by search page by page, cancelled, and what came of a 202."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.oms.tecsys.answers import (
    body_of,
    is_canceled,
    is_gateways_404,
    order_id_of,
    orders_in,
    rows_of,
    trace_in,
    unclear,
)
from pipeline.connectors.oms.tecsys.batches import batches, cost_of, distinct
from pipeline.connectors.oms.tecsys.calls import Calls
from pipeline.domain.errors import Ambiguous, Conflict, FieldError, Invalid, PartnerTrouble, Puzzling, Refused
from pipeline.ports import Absent, Outcome, Promised, Seen, Taken

ORDERS: Final = "/orders/"
CANCEL: Final = "/orders/Cancel"
SEARCH: Final = "/orders/Search"
MANY: Final = 20  # ids of one look-up (section 3.5)
CEILING: Final = 100  # pages of one search
TRIES: Final = 8  # questions after a 202
TOO_LONG: Final = "is too long for a URL of Tecsys, and must not be cut"
EXTERNAL: Final = "ExternalOrderId"
INTERNAL: Final = "InternalOrderId"


class Orders:
    """What is asked and said about orders."""

    def __init__(self, calls: Calls, settings: Mapping[str, Any]) -> None:
        self._calls = calls
        self._size = max(settings["page_size"], 1)
        self._in_query = settings["cancel_params_in"] == "query"
        self._listed = settings["search_body"] == "list"

    # ------------------------------------------------------------ by id

    def find(self, kind: str, ids: Sequence[str]) -> dict[str, Mapping[str, Any] | Absent | None]:
        """Each as Tecsys has it; Absent where its answer proves that it has none, None where that can't be told."""
        found: dict[str, Mapping[str, Any] | Absent | None] = {}
        for group in batches(list(dict.fromkeys(ids)), kind, most=MANY, room=self._calls.room(ORDERS)):
            answer = self._ask(kind, group) if group else None
            if answer is None:
                continue
            if answer.status == 404 and len(group) > 1:  # of which one is not said
                for one in group:
                    found |= self.find(kind, [one])
            elif answer.status == 404:
                found[group[0]] = None if is_gateways_404(answer) else Absent()
            else:
                found |= _told_apart(orders_in(answer), kind, group)
        return found

    def by_ids(self, external: Iterable[str] = (), internal: Iterable[int] = ()) -> list[Any]:
        """The orders, as Tecsys has them. Raises Invalid unless ids of one kind are given."""
        theirs = [str(one) for one in internal]
        ours = distinct(external, "external_ids")
        if bool(theirs) == bool(ours):
            raise Invalid.of((FieldError("external_ids", "exclusive", "give external_ids, or internal_ids"),))
        kind = EXTERNAL if ours else INTERNAL
        rows: list[Any] = []
        for group in batches(ours or theirs, kind, most=MANY, room=self._calls.room(ORDERS)):
            answer = self._ask(kind, group)
            rows += [] if answer.status == 404 else orders_in(answer)
        return rows

    def _ask(self, kind: str, group: Sequence[str]) -> Answer:
        return self._calls.get(ORDERS, {kind: list(group)}, what="GET orders", missing_ok=True)

    def check_lengths(self, order_id: str | None, cancel: Mapping[str, Any] | None = None) -> None:
        """What no URL can hold is never sent: nobody could look it up. Raises Puzzling."""
        faults = []
        if order_id and cost_of(EXTERNAL, order_id) > self._calls.room(ORDERS):
            faults.append(FieldError("id" if cancel is None else "order_id", "length", TOO_LONG))
        if cancel and self._in_query:
            asked = sum(cost_of(name, str(value)) for name, value in cancel.items())
            if not faults and asked > self._calls.room(CANCEL):
                faults.append(FieldError("reason", "length", TOO_LONG))
        if faults:
            raise Puzzling.of(tuple(faults))

    # ------------------------------------------------------------ by search

    def page(self, conditions: Sequence[Mapping[str, Any]], number: int) -> Answer:
        """One page. A POST that changes nothing."""
        if len(conditions) > 1 and not self._listed:
            words = "several conditions need search_body = list"
            raise Invalid.of((FieldError("conditions", "form", words),))
        query = {"pageSize": self._size, "pageNumber": number}
        content: Any = list(conditions) if self._listed else conditions[0]
        return self._calls.call("POST", SEARCH, write=False, query=query, json=content)

    def search(self, conditions: Sequence[Mapping[str, Any]], page: int | None) -> Any:
        """One page as Tecsys has it, or the rows of all."""
        if page is not None:
            return body_of(self.page(conditions, page))
        return all_rows(lambda number: self.page(conditions, number), self._size)

    # ------------------------------------------------------------ cancel

    def send_cancel(self, content: Mapping[str, Any]) -> Answer:
        """One write, its parameters where the setting wants them."""
        where: dict[str, Any] = {"query" if self._in_query else "json": dict(content)}
        return self._calls.call("POST", CANCEL, write=True, **where)

    def cancelled(self, content: Mapping[str, Any]) -> Seen:
        """Whether the order is cancelled; None where its status does not tell."""
        kind, order_id = named_in(content)
        row = self.find(kind, [order_id]).get(order_id)
        canceled = None if row is None or isinstance(row, Absent) else is_canceled(row)
        return Taken() if canceled else Absent() if canceled is False else None

    def cancel(self, content: Mapping[str, Any]) -> Outcome:
        """One outcome. A refusal of what is cancelled already is a yes (section 3.5)."""
        try:
            answer = self.send_cancel(content)
        except Refused as refused:
            return Taken() if self._was_cancelled(content) else refused
        body_of(answer)
        if answer.status == 202:
            return promised(1, "=".join(named_in(content)))
        return Taken(receipt_of(answer))

    def _was_cancelled(self, content: Mapping[str, Any]) -> bool:
        try:
            return isinstance(self.cancelled(content), Taken)
        except PartnerTrouble:  # then the refusal is all that is known
            return False


def all_rows(page: Callable[[int], Answer], size: int) -> list[Any]:
    """The rows of every page, until one is short, or comes again. Raises Unreadable."""
    rows: list[Any] = []
    before: Any = None
    for number in range(1, CEILING + 1):
        answer = page(number)
        body = body_of(answer)
        found = [] if body is None else rows_of(body)
        if found is None:
            raise unclear(answer, "no list; ask for one page to see it")
        if found == before:  # it does not page
            break
        rows += found
        before = found
        if len(found) < size:
            break
    return rows


def promised(tries: int, handle: str) -> Outcome:
    """After a 202: asked again, each time a little later; in the end it is not known."""
    if tries > TRIES:
        return Ambiguous("accepted (202), but it has not come about for long")
    return Promised(f"{tries} {handle}", wait_before(tries))


def wait_before(question: int) -> timedelta:
    """How long after a 202, or after the question before, this question is asked."""
    return timedelta(seconds=min(15 * 2 ** (question - 1), 900))


PATIENCE: Final = sum((wait_before(question) for question in range(1, TRIES + 1)), timedelta())  # all of them


def again(handle: str, seen: Seen) -> Outcome:
    """What a look makes of a promise."""
    tries, _, rest = handle.partition(" ")
    return seen if isinstance(seen, Taken) else promised(int(tries) + 1, rest)


def receipt_of(answer: Answer) -> str | None:
    """The answer's trace id, which the vendor's support finds the call by."""
    trace = trace_in(answer.headers, answer.content)
    return f"TraceID {trace}" if trace else None


def doubled(refused: Refused) -> Refused | Conflict:
    """A refusal because it is there already is looked up first."""
    words = refused.message.lower()
    if "already exist" not in words and "duplicate" not in words:
        return refused
    return Conflict(refused.message, cause=refused.cause, status=refused.status)


def named_in(content: Mapping[str, Any]) -> tuple[str, str]:
    """Which order a cancellation's parameters name."""
    given = {name.lower(): value for name, value in content.items()}
    internal = given.get(INTERNAL.lower())
    return (EXTERNAL, given[EXTERNAL.lower()]) if internal is None else (INTERNAL, str(internal))


def _told_apart(
    rows: Sequence[Mapping[str, Any]], kind: str, group: Sequence[str]
) -> dict[str, Mapping[str, Any] | Absent | None]:
    """By exact match. A row of an order that was not asked for, or of nobody, proves that the filter was not heeded."""
    by_id = {order_id_of(row, (kind.lower(),)): row for row in rows}
    heeded = all(one in group for one in by_id)
    return {one: by_id.get(one, Absent() if heeded else None) for one in group}
