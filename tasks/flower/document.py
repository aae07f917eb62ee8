"""One document: where its deliveries stand, what is wrong with it, its masked content and its story."""

from collections.abc import Mapping
from typing import Any

from tornado.web import authenticated

from pipeline.domain.lifecycle import DONE, Condition, Step
from pipeline.operations.errors import NotFound
from pipeline.operations.hold import DISCARDABLE, HOLDABLE, RELEASABLE
from pipeline.operations.replay import REPLAYABLE
from tasks.flower.page import Page

_TOLD = ("at", "who", "what")


class Document(Page):
    """`/orders/document?ref=`."""

    @authenticated
    async def get(self) -> None:
        """Always masked: revealing is the command line's, where it is audited."""
        ref = self.get_query_argument("ref", "").strip()
        found = await self.ask(lambda desk: desk.show(ref, reveal=False, who=self.who))
        if found is None:
            raise NotFound(ref or "document without a reference")
        self.render(
            "orders_document.html",
            found=found,
            errors=[row for row in found["deliveries"] if row["error"]],
            paths=faulty_paths(found),
            acts=possible_acts(found),
            timeline=[
                {**line, "more": {k: v for k, v in line.items() if k not in _TOLD}} for line in found["timeline"]
            ],
            steps=tuple(Step),
        )


def possible_acts(found: Mapping[str, Any]) -> frozenset[str]:
    """What can be offered: the desk has the last word."""
    conditions = {row["condition"] for row in found["deliveries"]}
    acts = {
        "replay": conditions & set(REPLAYABLE),
        "hold": conditions & set(HOLDABLE),
        "release": conditions & set(RELEASABLE),
        "discard": conditions & set(DISCARDABLE),
        "resolve": conditions & {Condition.UNKNOWN},
        "edit": found["stage"] != DONE and found["raw"] is not None,
    }
    return frozenset(name for name, possible in acts.items() if possible)


def faulty_paths(found: Mapping[str, Any]) -> list[str]:
    """What `edit` will most likely be about."""
    fields = [field["path"] for row in found["deliveries"] if row["error"] for field in row["error"]["fields"]]
    return list(dict.fromkeys(fields))
