"""Hold, release, discard, edit, resolve: one document, by a form on its page."""

from collections.abc import Callable, Mapping
from typing import Any

from tornado.web import HTTPError, authenticated

from tasks.flower.filters import Filter
from tasks.flower.page import Page
from tasks.flower.reasons import group

Perform = Callable[[Any, str, str, str], Any]  # desk, ref, reason, who
SEVERAL: Mapping[str, tuple[str, Perform]] = {
    "hold": ("held", lambda desk, ref, reason, who: desk.hold([ref], reason, who)),
    "release": ("released", lambda desk, ref, reason, who: desk.release([ref], reason, who)),
    "discard": ("discarded", lambda desk, ref, reason, who: desk.discard([ref], reason, who)),
}


class Act(Page):
    """`/orders/act`: POST only."""

    @authenticated
    async def post(self) -> None:
        """Every act wants a reason: it stands in the timeline beside who did it."""
        act, ref, reason = (self.get_body_argument(name, "").strip() for name in ("act", "ref", "reason"))
        if not ref:
            raise HTTPError(400, "an act needs a document: ref is missing")
        if not reason:
            raise HTTPError(400, "say why, in a few words: it stands in the document's timeline")
        if act in SEVERAL:
            verb, perform = SEVERAL[act]
            who = self.who
            result = await self.ask(lambda desk: perform(desk, ref, reason, who))
            self._tell(verb, ref, list(result.done), result.refused)
        elif act == "edit":
            await self._edit(ref, reason)
        elif act == "resolve":
            await self._resolve(ref, reason)
        else:
            raise HTTPError(400, f"there is no such act: one of {', '.join([*SEVERAL, 'edit', 'resolve'])}")

    async def _edit(self, ref: str, reason: str) -> None:
        path, value, who = self.get_body_argument("path", "").strip(), self.get_body_argument("value", ""), self.who
        if not path:
            raise HTTPError(400, "which field? its path is missing")
        await self.ask(lambda desk: desk.edit(ref, {path: value}, reason, who))
        self._tell("edited", ref, [ref], ())

    async def _resolve(self, ref: str, reason: str) -> None:
        found, who = self.get_body_argument("found", "").strip(), self.who
        absent = self.get_body_argument("absent", "") == "yes"
        if bool(found) == absent:
            raise HTTPError(400, "say either under which id the partner has it, or that it is not there")
        await self.ask(lambda desk: desk.resolve(ref, found or None, absent, reason, who))
        self._tell("resolved", ref, [ref], ())

    def _tell(self, verb: str, ref: str, done: list[str], refused: Any) -> None:
        self.render(
            "orders_done.html", verb=verb, done=done, refused=group(refused), chosen=Filter(), ref=ref,
        )  # fmt: skip
