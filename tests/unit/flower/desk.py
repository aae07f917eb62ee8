"""A desk that answers what it is told to, and remembers what it was asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.operations.results import ActResult, ReplayResult

REF = "orders:shop-fr:A 1/#2"
ROW: Mapping[str, Any] = {
    "ref": REF,
    "flow": "orders",
    "source": "shop-fr",
    "id": "A 1/#2",
    "target": "oms-1",
    "stage": "push",
    "condition": "dead",
    "attempts": 1,
    "maybe_sent": False,
    "receipt": None,
    "received_at": "2026-11-22T08:00:00.000Z",
    "updated_at": "2026-11-22T08:00:01.000Z",
    "due_at": None,
    "deadline": None,
    "error": {"step": "push", "kind": "refused", "cause": "422 <b>phone</b>", "message": "refused", "fields": []},
}
CAUSE: Mapping[str, Any] = {
    "fingerprint": "abc123",
    "step": "push",
    "kind": "refused",
    "cause": "422 <b>phone</b>",
    "count": 3,
    "oldest": "2026-11-22T08:00:00.000Z",
    "refs": [f"{REF}@oms-1"],
}
STATUS: Mapping[str, Any] = {
    "counts": [{"flow": "orders", "account": "shop-fr", "stage": "push", "condition": "dead", "count": 3}],
    "lanes": [
        {"lane": "push.oms-1", "due": 4, "due_later": 2, "in_hand": 1, "oldest_due_seconds": 12.5, "hinted": True},
        {
            "lane": "normalize.shop-fr",
            "due": 0,
            "due_later": 0,
            "in_hand": 0,
            "oldest_due_seconds": None,
            "hinted": False,
        },
    ],
    "gates": {
        "oms-1": {
            "state": "shut",
            "kind": "paused",
            "why": "stock-taking",
            "since": "2026-11-22T08:00:00Z",
            "until": None,
        },
        "shop-fr": {"state": "open", "kind": None, "why": None, "since": None, "until": None},
    },
    "cursors": [],
    "deadlines": [],
    "oldest_due_seconds": 12.5,
    "settled": 1200,
    "unsettled": 10,
}
SHOWN: Mapping[str, Any] = {
    "ref": REF,
    "flow": "orders",
    "source": "shop-fr",
    "id": "A 1/#2",
    "received_at": None,
    "updated_at": None,
    "deadline": None,
    "stage": "push",
    "condition": None,
    "version": None,
    "newer_version_waiting": False,
    "raw": {"id": 1},
    "document": {"id": "1"},
    "overrides": {},
    "timeline": [{"at": "2026-11-22T08:00:00.000Z", "who": "poll", "what": "received", "step": "fetch"}],
    "deliveries": [{k: v for k, v in ROW.items() if k not in ("ref", "flow", "source", "id")}],
}


@dataclass
class FakeDesk:
    """An answer that is an exception is raised."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    closed: bool = False

    def close(self) -> None:
        self.closed = True

    def _answer(self, name: str, default: Any, **given: Any) -> Any:
        self.asked.append((name, given))
        answer = self.answers.get(name, default)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def status(self) -> Any:
        return self._answer("status", STATUS)

    def present(self) -> Any:
        return {"worker": 2, "beat": 1}

    def steps(self) -> Any:
        return self._answer("steps", {"push.o1": {"ms": 40, "documents": 3, "100": 1}})

    def causes(self) -> Any:
        return self._answer("causes", [CAUSE])

    def orders(self, **given: Any) -> Iterator[Mapping[str, Any]]:
        return iter(self._answer("orders", [ROW], **given))

    def show(self, ref: str, *, reveal: bool, who: str) -> Any:
        return self._answer("show", SHOWN, ref=ref, reveal=reveal, who=who)

    def replay(self, refs: Sequence[str], **given: Any) -> Any:
        name = "rehearse" if given.get("dry_run") else "replay"
        default = ReplayResult((), (), 1, ()) if given.get("dry_run") else ReplayResult(list(refs))
        return self._answer(name, default, refs=list(refs), **given)

    def hold(self, refs: Sequence[str], reason: str, who: str) -> Any:
        return self._answer("hold", ActResult(list(refs)), refs=list(refs), reason=reason, who=who)

    def release(self, refs: Sequence[str], reason: str, who: str) -> Any:
        return self._answer("release", ActResult(list(refs)), refs=list(refs), reason=reason, who=who)

    def discard(self, refs: Sequence[str], reason: str, who: str) -> Any:
        return self._answer("discard", ActResult(list(refs)), refs=list(refs), reason=reason, who=who)

    def edit(self, ref: str, settings: Mapping[str, str], reason: str, who: str) -> Any:
        return self._answer("edit", {}, ref=ref, settings=dict(settings), reason=reason, who=who)

    def resolve(self, ref: str, found: str | None, absent: bool, reason: str, who: str) -> Any:
        return self._answer("resolve", {}, ref=ref, found=found, absent=absent, reason=reason, who=who)
