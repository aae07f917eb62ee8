"""A partner's write whose answers a test scripts, and which remembers what it took."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from pipeline.domain.codec import to_fields
from pipeline.domain.errors import Trouble
from pipeline.ports import Absent, Body, Outcome, Seen, Taken, Write

Answer = Outcome | Exception | Sequence[Outcome]


class FakeWrite:
    """`answers` are used up first, one a call: an outcome for every body, a list of them, or an exception to raise.

    `took`: id -> contents, once each time the partner committed it. `commits` False: the next scripted troubles
    took nothing. `looks`: what a look-up says, per id; else what `took` says.
    """

    def __init__(
        self,
        *,
        batch: int = 100,
        looked: bool = True,
        repeat_is_safe: bool = False,
        listed_again: bool = False,
        volatile: frozenset[str] = frozenset(),
        prepare: Callable[[Any], Body] | None = None,
        promising: bool = False,
        with_order: bool = False,
        takes_history: bool = False,
    ) -> None:
        self.answers: deque[Answer] = deque()
        self.calls: list[list[Body]] = []
        self.took: dict[str, list[Any]] = {}
        self.looks: dict[str, Seen] = {}
        self.look_trouble: Trouble | None = None
        self.looked_at: list[str] = []
        self.results: dict[str, Outcome | Absent] = {}
        self.asked: list[str] = []
        self.before: Callable[[Sequence[Body]], None] = lambda bodies: None
        self.write: Write[Any] = Write(
            prepare=prepare or _prepare,
            send=self._send,
            look=self._look if looked else None,
            outcome=self._outcome if promising else None,
            batch=batch,
            repeat_is_safe=repeat_is_safe,
            listed_again=listed_again,
            volatile=volatile,
            with_order=with_order,
            takes_history=takes_history,
        )

    @property
    def sent(self) -> list[str]:
        """Ids, one for each body of each call."""
        return [body.id for call in self.calls for body in call]

    def take(self, body: Body) -> Taken:
        """Commit it."""
        self.took.setdefault(body.id, []).append(body.content)
        return Taken(f"R-{body.id}")

    def _send(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        self.calls.append(list(bodies))
        self.before(bodies)
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, Exception) and not isinstance(answer, Trouble):
            raise answer
        if isinstance(answer, Trouble):
            raise answer
        told = list(answer) if isinstance(answer, Sequence) else [answer] * len(bodies)
        outcomes: list[Outcome] = []
        for body, outcome in zip(bodies, told, strict=False):
            outcomes.append(self.take(body) if outcome is None or isinstance(outcome, Taken) else outcome)
        return outcomes if len(told) == len(bodies) else [*outcomes, *told[len(bodies) :]]

    def _look(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        self.looked_at += [body.id for body in bodies]
        if self.look_trouble is not None:
            raise self.look_trouble
        return [self._seen(body.id) for body in bodies]

    def _seen(self, id_: str) -> Seen:
        if id_ in self.looks:
            return self.looks[id_]
        return Taken(f"R-{id_}") if id_ in self.took else Absent()

    def _outcome(self, handles: Sequence[str]) -> Sequence[Outcome | Absent]:
        self.asked += handles
        return [self.results[handle] for handle in handles]


def _prepare(document: Any) -> Body:
    fields = to_fields(document)
    return Body(fields.get("order_id") or fields["id"], fields)
