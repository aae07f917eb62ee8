"""One request on its way through the fault dial, a partner's room and the journal."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, Protocol
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.types import Receive, Scope, Send

from sandbox.agenda import Agenda
from sandbox.delivery import deliver, reset
from sandbox.faults import Dial, Rule
from sandbox.journal import Journal
from sandbox.reply import Reply


class Refusal(Exception):
    """A request that is not answered as asked. `breach`: it broke the contract, and is recorded as a violation;
    `conflict`: it was well formed, but the state did not allow it."""

    def __init__(
        self,
        status: int,
        title: str,
        errors: dict[str, list[str]] | None = None,
        *,
        breach: bool = True,
        conflict: bool = False,
        order: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.errors = errors or {}
        self.breach = breach and not conflict
        self.conflict = conflict
        self.order = order
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as a room sees it. `ids` are the path's placeholders, percent-decoded."""

    method: str
    query: str
    headers: dict[str, str]
    body: bytes
    ids: tuple[str, ...]
    now: datetime
    endpoint: str
    draw_room_fault: Callable[[str], Rule | None]

    def read_json(self) -> Any:
        """Refusal 400 where the body is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refusal(400, "The body is not JSON") from None

    def read_json_body(self) -> Any:
        """As `read_json`, and the content type must say so."""
        if self.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise Refusal(415, "Content-Type must be application/json")
        return self.read_json()

    def read_form(self) -> dict[str, str] | None:
        """The body as a form, blanks kept; None where the content type does not say so."""
        if self.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return None
        return dict(parse_qsl(self.body.decode("latin-1"), keep_blank_values=True))


Answer = Callable[[Ask], Reply]
# What a client sees of an answer that a fault spoils; 0: nothing.
SEEN_STATUS = {"hang": 0, "reset_after": 0, "html": 200, "truncated": 200, "huge": 200}


def take_no_time() -> float:
    """Most requests take effect at once."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` below the partner's mount; `{}` stands for one percent-encoded segment. `hold_back` gives the seconds
    between the request's arrival and its taking effect."""

    name: str
    method: str
    path: tuple[str, ...]
    answer: Answer
    hold_back: Callable[[], float] = take_no_time


class Room(Protocol):
    """One partner: its endpoints, and how it says no."""

    name: str
    endpoints: tuple[Endpoint, ...]

    def refuse(self, refusal: Refusal) -> Reply:
        """The refusal in the partner's own form."""


def split_segments(raw_path: bytes) -> tuple[str, ...]:
    """The path's segments, decoded after splitting: an id with an encoded `/` stays one segment."""
    return tuple(unquote_to_bytes(part).decode("utf-8", "replace") for part in raw_path.split(b"/")[1:])


@dataclass(slots=True)
class _Drawn:
    labels: list[str] = field(default_factory=list)


class Exchange:
    """An ASGI application for one partner."""

    def __init__(self, room: Room, dial: Dial, journal: Journal, agenda: Agenda) -> None:
        self._room = room
        self._dial = dial
        self._journal = journal
        self._agenda = agenda

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Draw a fault, let the room answer, note it, send what the fault leaves of it."""
        body = await read_body(receive)
        raw_path: bytes = scope["raw_path"].partition(b"?")[0]
        method: str = scope["method"]
        found = self._find(method, split_segments(raw_path)[1:])
        name = found[0].name if isinstance(found, tuple) else f"{self._room.name}.unknown"
        fault = self._dial.draw(name)
        path = raw_path.decode("latin-1")
        if fault is not None and fault.kind == "reset_before":
            self._journal.note_request(self._agenda.catch_up(), method, path, name, 0, fault.label)
            await reset(scope, receive)
            return
        drawn = _Drawn([fault.label] if fault else [])
        if fault is not None and not fault.commit and fault.kind in {"status", "html"}:
            reply = Reply(200, b"")
        else:
            if isinstance(found, tuple) and (pause := found[0].hold_back()) > 0:
                await asyncio.sleep(pause)
            reply = self._answer(scope, body, name, found, drawn)
        if fault is not None and fault.kind == "status":
            wait = () if fault.retry_after is None else (("retry-after", f"{fault.retry_after:g}"),)
            reply = self._room.refuse(Refusal(fault.status, "A fault of the sandbox", headers=wait))
        labels = ", ".join(drawn.labels)
        status = reply.status if fault is None else SEEN_STATUS.get(fault.kind, reply.status)
        self._journal.note_request(self._agenda.catch_up(), method, path, name, status, labels)
        await deliver(fault, reply, scope, receive, send)

    def _answer(
        self, scope: Scope, body: bytes, name: str, found: "tuple[Endpoint, tuple[str, ...]] | Refusal", drawn: _Drawn
    ) -> Reply:
        def draw_room_fault(kind: str) -> Rule | None:
            rule = self._dial.draw(name, frozenset({kind}))
            if rule is not None:
                drawn.labels.append(rule.label)
            return rule

        now = self._agenda.catch_up()
        try:
            if isinstance(found, Refusal):
                raise found
            endpoint, ids = found
            headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
            query = scope["query_string"].decode("latin-1")
            return endpoint.answer(Ask(scope["method"], query, headers, body, ids, now, name, draw_room_fault))
        except Refusal as refusal:
            if refusal.breach:
                fields = tuple(refusal.errors)[:20]
                self._journal.note_violation(now, name, refusal.title, refusal.order, fields)
            elif refusal.conflict:
                self._journal.note_conflict(now, name, refusal.title, refusal.order)
            return self._room.refuse(refusal)

    def _find(self, method: str, segments: tuple[str, ...]) -> tuple[Endpoint, tuple[str, ...]] | Refusal:
        other_method = False
        for endpoint in self._room.endpoints:
            if len(endpoint.path) != len(segments):
                continue
            if all(part in ("{}", segment) for part, segment in zip(endpoint.path, segments, strict=True)):
                if endpoint.method == method:
                    ids = tuple(s for p, s in zip(endpoint.path, segments, strict=True) if p == "{}")
                    return endpoint, ids
                other_method = True
        return Refusal(405, "No such method here") if other_method else Refusal(404, "No such path")


async def read_body(receive: Receive) -> bytes:
    """The whole body, in one piece."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def require_object(raw: object, required: set[str], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A JSON object with exactly these keys, else a Refusal that names each."""
    if not isinstance(raw, dict):
        raise Refusal(400, "The body must be a JSON object")
    errors = {key: ["required"] for key in sorted(required - set(raw))}
    errors |= {key: ["not documented"] for key in sorted(set(raw) - required - optional)}
    if errors:
        raise Refusal(400, "Wrong fields", errors)
    return raw


def refuse_fields(title: str, errors: dict[str, list[str]], order: str | None = None) -> NoReturn:
    """Refuse with 400, naming each wrong field."""
    raise Refusal(400, title, errors, order=order)
