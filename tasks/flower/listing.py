"""The list: what a filter matches, page by page, or what an id finds."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from tornado.web import HTTPError, authenticated

from pipeline.domain.lifecycle import Condition, Flow
from tasks.flower.filters import Filter, read_filter
from tasks.flower.page import Page

ROWS = 50
DEEPEST = 200  # pages: whoever looks for one of more than ten thousand filters


class Listing(Page):
    """`/orders/list`."""

    @authenticated
    async def get(self) -> None:
        """One document found by its id is shown at once."""
        sought = self.get_query_argument("q", "").strip()
        chosen = read_filter(self.get_query_argument)
        nearest = self.get_query_argument("sort", "") == "deadline"
        number = _number(self.get_query_argument("page", "1"))
        if sought:
            rows, more = await self.ask(lambda desk: (list(islice(desk.orders(ids=[sought]), ROWS)), False))
            refs = {row["ref"] for row in rows}
            if len(refs) == 1:
                self.redirect(self.get_template_namespace()["link"]("orders-document", ref=refs.pop()))
                return
        else:
            rows, more = await self.ask(lambda desk: _page(desk, chosen, number, nearest))
        causes = await self.ask(lambda desk: desk.causes())
        self.render(
            "orders_list.html",
            sought=sought, chosen=chosen, rows=rows, more=more, at=number, first=(number - 1) * ROWS + 1,
            nearest=nearest, causes=causes, cause=cause_of(causes, chosen.cause), accounts=self.application.accounts,
            conditions=tuple(Condition), flows=tuple(Flow),
        )  # fmt: skip


def cause_of(causes: Sequence[Mapping[str, Any]], fingerprint: str | None) -> Mapping[str, Any] | None:
    """The cause of that fingerprint, None once nothing stands under it any more."""
    return next((cause for cause in causes if cause["fingerprint"] == fingerprint), None)


def _page(desk: Any, chosen: Filter, number: int, nearest: bool) -> tuple[list[Mapping[str, Any]], bool]:
    first = (number - 1) * ROWS
    found = desk.orders(**chosen.asked, sort="deadline" if nearest else None)
    rows = list(islice(found, first, first + ROWS + 1))
    return rows[:ROWS], len(rows) > ROWS


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= DEEPEST:
        raise HTTPError(400, f"page is a number from 1 to {DEEPEST}")
    return int(text)
