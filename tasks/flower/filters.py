"""Which documents: what the address bar says, checked."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from tornado.web import HTTPError

from pipeline.domain.lifecycle import Condition, Flow
from pipeline.operations.replay import REPLAYABLE


@dataclass(frozen=True, slots=True)
class Filter:
    """As the desk's `orders` and `replay` take it. `cause` is a fingerprint."""

    condition: str | None = None
    flow: str | None = None
    account: str | None = None
    cause: str | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """Keyword arguments of the desk, and of a link."""
        return asdict(self)

    @property
    def replayable(self) -> bool:
        """Whether all that it matches may be replayed at once: never everything there is."""
        return self.condition in REPLAYABLE if self.condition else bool(self.cause)


def read_filter(argument: Callable[[str, str], str]) -> Filter:
    """`argument(name, default)`. Raises HTTPError 400 in words."""
    given = {name: argument(name, "").strip() or None for name in ("condition", "flow", "account", "cause")}
    for name, known in (("condition", Condition), ("flow", Flow)):
        if given[name] is not None and given[name] not in set(known):
            raise HTTPError(400, f"there is no {name} of this name: one of {', '.join(known)}")
    return Filter(**given)
