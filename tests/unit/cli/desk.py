"""A desk that remembers what it was asked and answers what it was told to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Acts:
    done: Sequence[str] = ()
    refused: Sequence[tuple[str, str]] = ()
    would_pass: int | None = None


@dataclass(frozen=True)
class Fetched:
    lane: str = "fetch.shop-fr"
    counts: Mapping[str, int] = field(default_factory=lambda: {"new": 3})
    text: str = "3 new"
    died: bool = False


@dataclass
class FakeDesk:
    """`answers`: by the name of the operation; an exception is raised."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    closed: bool = False

    def close(self) -> None:
        self.closed = True

    def _ask(self, name: str, default: Any = None, **given: Any) -> Any:
        self.asked.append((name, given))
        answer = self.answers.get(name, default)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def init(self) -> Mapping[str, Any]:
        return self._ask("init", {"identity": "abc"})

    def adopt(self, *, who: str) -> Mapping[str, Any]:
        return self._ask("adopt", {"identity": "abc"}, who=who)

    def check(self) -> Sequence[Mapping[str, Any]]:
        return self._ask("check", [])

    def doctor(self, *, rebuild: bool = False) -> Sequence[Mapping[str, Any]]:
        return self._ask("doctor", [], rebuild=rebuild)

    def status(self) -> Mapping[str, Any]:
        return self._ask("status", {})

    def orders(
        self,
        *,
        ids: Sequence[str] = (),
        condition: str | None = None,
        flow: str | None = None,
        account: str | None = None,
        cause: str | None = None,
        since: datetime | None = None,
        sort: str | None = None,
    ) -> Iterator[Mapping[str, Any]]:
        given = {"condition": condition, "flow": flow, "account": account, "cause": cause, "since": since, "sort": sort}
        return iter(self._ask("orders", [], ids=tuple(ids), **given))

    def show(self, ref: str, *, reveal: bool, who: str) -> Mapping[str, Any] | None:
        return self._ask("show", None, ref=ref, reveal=reveal, who=who)

    def causes(
        self,
        *,
        condition: str | None = None,
        flow: str | None = None,
        account: str | None = None,
        since: datetime | None = None,
    ) -> Sequence[Mapping[str, Any]]:
        return self._ask("causes", [], condition=condition, flow=flow, account=account, since=since)

    def replay(
        self,
        refs: Sequence[str],
        *,
        condition: str | None = None,
        flow: str | None = None,
        account: str | None = None,
        cause: str | None = None,
        since: datetime | None = None,
        from_step: str | None = None,
        dry_run: bool = False,
        who: str,
    ) -> Acts:
        given = {"condition": condition, "flow": flow, "account": account, "cause": cause, "since": since}
        done = Acts(done=list(refs))
        return self._ask("replay", done, refs=tuple(refs), from_step=from_step, dry_run=dry_run, who=who, **given)

    def edit(self, ref: str, settings: Mapping[str, str], reason: str, who: str) -> None:
        self._ask("edit", ref=ref, settings=dict(settings), reason=reason, who=who)

    def hold(self, refs: Sequence[str], reason: str, who: str) -> Acts:
        return self._ask("hold", Acts(done=list(refs)), refs=tuple(refs), reason=reason, who=who)

    def release(self, refs: Sequence[str], reason: str, who: str) -> Acts:
        return self._ask("release", Acts(done=list(refs)), refs=tuple(refs), reason=reason, who=who)

    def discard(self, refs: Sequence[str], reason: str, who: str) -> Acts:
        return self._ask("discard", Acts(done=list(refs)), refs=tuple(refs), reason=reason, who=who)

    def refuse(self, refs: Sequence[str], reason: str, who: str) -> Acts:
        return self._ask("refuse", Acts(done=list(refs)), refs=tuple(refs), reason=reason, who=who)

    def resolve(self, ref: str, found: str | None, absent: bool, reason: str, who: str) -> None:
        self._ask("resolve", ref=ref, found=found, absent=absent, reason=reason, who=who)

    def pause(self, account: str, reason: str, who: str) -> None:
        self._ask("pause", account=account, reason=reason, who=who)

    def resume(self, account: str, who: str) -> None:
        self._ask("resume", account=account, who=who)

    def poll(self, account: str, flow: str | None = None) -> Fetched:
        return self._ask("poll", Fetched(), account=account, flow=flow)

    def pull(self, account: str, id: str) -> Fetched:
        return self._ask("pull", Fetched(), account=account, id=id)

    def backfill(
        self,
        account: str,
        since: datetime,
        until: datetime | None,
        progress: Callable[[str], None],
        *,
        historic: bool = False,
        in_flight: int | None = None,
    ) -> Fetched:
        progress("page 1: 100 orders")
        given = {"historic": historic, "in_flight": in_flight}
        return self._ask("backfill", Fetched(), account=account, since=since, until=until, **given)

    def backfill_file(self, account: str, wish: Any, progress: Callable[[str], None]) -> Any:
        progress("line 7 is dead: no id")
        return self._ask("backfill_file", None, account=account, wish=wish)

    def call(self, account: str, operation: str, arguments: Mapping[str, str], yes: bool) -> Any:
        given = {"account": account, "operation": operation, "arguments": dict(arguments), "yes": yes}
        return self._ask("call", {"ok": True}, **given)
