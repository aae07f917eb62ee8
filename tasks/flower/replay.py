"""Replay: first the rehearsal, which changes nothing, then, once confirmed, the replay itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tornado.web import HTTPError, authenticated

from pipeline.domain.lifecycle import Step
from pipeline.operations.errors import NotAllowed
from tasks.flower.filters import Filter, read_filter
from tasks.flower.listing import cause_of
from tasks.flower.page import Page
from tasks.flower.reasons import group

RefsAndFilter = tuple[list[str], Filter, str | None]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What today's mapping and rules say. `impossible`: why nothing was rehearsed."""

    passing: int = 0
    failing: Sequence[tuple[str, str]] = ()
    refused: Sequence[tuple[str, str]] = ()
    impossible: str = ""


class Replay(Page):
    """`/orders/replay?ref=` or with a filter: GET rehearses, POST does it."""

    @authenticated
    async def get(self) -> None:
        """Nothing is changed."""
        refs, chosen, step = self._subject(self.get_query_arguments("ref"), self.get_query_argument)
        rehearsal, causes = await self.ask(lambda desk: (_rehearse(desk, refs, chosen, step, self.who), desk.causes()))
        self.render(
            "orders_replay.html",
            refs=refs, chosen=chosen, step=step, cause=cause_of(causes, chosen.cause), rehearsal=rehearsal,
            failing=group(rehearsal.failing), refused=group(rehearsal.refused),
        )  # fmt: skip

    @authenticated
    async def post(self) -> None:
        """What matches now, which may be more or less than was rehearsed."""
        refs, chosen, step = self._subject(self.get_body_arguments("ref"), self.get_body_argument)
        who = self.who
        result = await self.ask(lambda desk: desk.replay(refs, **chosen.asked, from_step=step, who=who))
        self.render(
            "orders_done.html", verb="replayed", done=list(result.done), refused=group(result.refused), chosen=chosen
        )

    def _subject(self, refs: list[str], argument: Any) -> RefsAndFilter:
        """Raises HTTPError 400 for neither or both."""
        chosen = read_filter(argument)
        step = argument("from", "") or None
        if step is not None and step not in set(Step):
            raise HTTPError(400, f"from is one of {', '.join(Step)}")
        if bool(refs) == any(chosen.asked.values()):
            raise HTTPError(400, "name documents by ref, or a filter, and not both")
        if not refs and not chosen.replayable:
            raise HTTPError(400, "all at once only by a condition that can be replayed, or by a cause")
        return refs, chosen, step


def _rehearse(desk: Any, refs: list[str], chosen: Filter, step: str | None, who: str) -> Rehearsal:
    try:
        result = desk.replay(refs, **chosen.asked, from_step=step, dry_run=True, who=who)
    except NotAllowed as error:
        return Rehearsal(impossible=str(error))
    failed = {name for name, _ in result.would_fail}
    failing = [entry for entry in result.refused if entry[0] in failed]
    refused = [entry for entry in result.refused if entry[0] not in failed]
    return Rehearsal(result.would_pass or 0, failing, refused)
