"""The ledger on Redis: the write path. Each method is one script; the scripts say what they guarantee."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis

from pipeline.domain.endings import Ending
from pipeline.domain.fingerprint import fingerprint
from pipeline.domain.lifecycle import Condition, Flow, Item, Pace, Ref, Step, split_lane
from pipeline.ports import Holding, NewDocument, Poll, Received, Take
from pipeline.stores.bodies import Bodies, to_text
from pipeline.stores.durability import Durability
from pipeline.stores.keys import FINISHED_WEEKS, PREFIX, WEEK_MS, bucket_of, week_of
from pipeline.stores.line import unpack_line
from pipeline.stores.packing import UNTOLD, Settlement, pack_fault
from pipeline.stores.scripts import Scripts

CHUNK = 100  # items per script
STEP_MS = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000)  # how long a batch took: the buckets that are counted
BUCKETS = ",".join(map(str, STEP_MS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the ledger must know of a lane's account: its cap, and per flow when an unknown may be looked at."""

    cap: int = 2
    looks: Mapping[str, timedelta] = field(default_factory=dict)
    gated: bool = True  # False: this step calls nobody, so neither gate nor cap of the account is its business


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Durations. `keep`: of a finished record's bodies; `horizon`: of finished lines, per flow and source."""

    lease: timedelta
    keep: timedelta
    horizon: Callable[[str, str], timedelta] = lambda flow, source: timedelta(days=97)


class RedisLedger:
    """Implements `ports.Ledger`. `terms` answers for a lane; `durability` proves a mark before it is used.
    `hints` False: the caller publishes none, so no lane may be marked as hinted.
    """

    def __init__(
        self,
        redis: "Redis",
        *,
        times: Times,
        terms: Callable[[str], Terms] = lambda lane: Terms(),
        bodies: Bodies | None = None,
        durability: Durability | None = None,
        prefix: str = PREFIX,
        hints: bool = True,
    ) -> None:
        self.redis = redis
        self.prefix = prefix
        self.scripts = Scripts(redis, prefix)
        self.bodies = bodies or Bodies()
        self._times = times
        self._terms = terms
        self._durability = durability or Durability(redis, promised=True)
        self._lease = _ms(times.lease)
        self._hint = min(60_000, self._lease) if hints else 0
        self._numbers: dict[tuple[str, str, int], tuple[int, int]] = {}

    # -- receive

    def receive(
        self,
        documents: Sequence[NewDocument],
        *,
        poll: Poll | None = None,
        page: str | None = None,
        cursor: str | None = None,
        end: bool = False,
        who: str = "poll",
        pace: Pace | None = None,
    ) -> Received:
        """More than 100 documents go in several scripts, the page and cursor with the last of them. With a `pace`
        they must fit in one, and in its limit.
        """
        if pace and len(documents) > min(CHUNK, pace.limit):
            raise ValueError(f"{len(documents)} documents at a pace of {pace.limit}: they would never fit")
        total = [0, 0, 0]
        lanes: list[str] = []
        now = self.now_ms()
        chunks = [documents[i : i + CHUNK] for i in range(0, len(documents), CHUNK)] or [[]]
        for number, chunk in enumerate(chunks):
            last = number == len(chunks) - 1
            header: dict[str, Any] = {"rows": [], "done": last and end}
            if last:  # a null would be no absence in Lua
                header |= {name: word for name, word in (("page", page), ("cursor", cursor)) if word is not None}
            if pace and documents:
                header["pace"] = {"key": pace.key, "limit": pace.limit}
            if poll:
                header["poll"] = {"key": poll.key, "token": poll.token, "lease": self._lease}
                if not last and poll.page is not None:
                    header["page"] = poll.page  # a page half stored is read again
            bodies: list[bytes] = []
            for document in chunk:
                header["rows"].append(self._row(document, now, len(bodies) + 1, who))
                bodies.append(self.bodies.pack(str(document.ref), document.row.raw))
            answer = self.scripts.run("receive", self._hint, to_text(header), *bodies)
            if answer[0] == b"lost":
                return Received(total[0], total[1], total[2], tuple(lanes), lost=True)
            if answer[0] == b"full":
                return Received(full=True)
            total = [a + int(b) for a, b in zip(total, answer[1:4], strict=True)]
            lanes += [lane.decode() for lane in answer[4]]
        return Received(total[0], total[1], total[2], tuple(lanes))

    def _row(self, new: NewDocument, now: int, body: int, who: str) -> dict[str, Any]:
        number, _ = self.number(new.ref.flow, new.ref.source, now)
        row, facts = new.row, dict(new.facts)
        version = fingerprint([*new.marks, row.raw] if new.marks else row.raw)
        if new.marks:
            facts["as"] = f"{','.join(new.marks)}:{version}"
        entry = {
            "r": str(new.ref),
            "id": new.ref.id,
            "fp": version,
            "b": body,
            "n": str(number),
            "ver": str(_epoch(row.version)) if row.version else "",
            "crc": bucket_of(new.ref.id, 2**32),
            "st": new.step,
            "ln": f"{new.step}.{new.account}",
            "fa": to_text(facts),
            "occ": row.occurrence,
            "dl": str(_epoch(new.deadline)) if new.deadline else None,
            "tl": to_text({"who": who, "what": "received"}),
        }
        if new.fault:
            entry |= pack_fault(new.fault)
        return {name: value for name, value in entry.items() if value is not None and value is not False}

    # -- take, send, settle, release

    def take(self, lane: str, token: str, *, limit: int = CHUNK) -> Take:
        """Bodies are chosen by the step: normalize wants the raw, the later ones the canonical document."""
        step, account = split_lane(lane)
        terms = self._terms(lane)
        wanted = {"fetch": "raw,doc", "normalize": "raw", "validate": "doc"}.get(step, "doc")
        answer = self.scripts.run(
            "take",
            lane,
            account if terms.gated else "",
            token,
            min(limit, CHUNK),
            self._lease,
            terms.cap,
            _looks(terms.looks),
            self._hint,
            wanted,
            "0",
        )
        kind, lanes = answer[0].decode(), tuple(name.decode() for name in answer[1])
        now = _moment(answer[2])
        if kind == "shut":
            return Take(token=token, now=now, shut=answer[3].decode(), lanes=lanes)
        if kind == "full":
            return Take(token=token, now=now, full=True, lanes=lanes)
        accounts = {account} if step is Step.PUSH else ()
        holdings = tuple(self._holding(item.decode(), flat, accounts) for item, flat in answer[5])
        return Take(token=token, now=now, holdings=holdings, more=int(answer[4]), probe=answer[3] == b"1", lanes=lanes)

    def _holding(self, text: str, flat: Sequence[bytes], accounts: Collection[str]) -> Holding:
        got = dict(zip(flat[::2], flat[1::2], strict=True))
        item = Item.parse(text, accounts)
        sfx = f"@{item.target}".encode() if item.target else b""

        def word(name: bytes) -> str:
            return got.get(name, b"").decode()

        def body(name: bytes) -> Any:
            return self.bodies.unpack(str(item.ref), got[name]) if got.get(name) else None

        deliveries: dict[str, dict[str, str]] = {}
        for name, value in got.items():
            key, at, target = name.partition(b"@")
            if at and not sfx:
                deliveries.setdefault(target.decode(), {})[key.decode()] = value.decode()
        for state in deliveries.values():
            if state.get("co") == "done":
                state["bf"] = state.get("bf") or UNTOLD
        return Holding(
            item=item,
            step=Step(word(b"st" + sfx)),
            condition=Condition(word(b"was" + sfx) or "due"),
            attempts=int(word(b"at" + sfx) or 0),
            maybe_sent=word(b"mb" + sfx) == "1",
            raw=body(b"raw"),
            raw_version=word(b"ver"),
            raw_fingerprint=word(b"fp"),
            earlier=unpack_line(got[b"old"]) if got.get(b"old") else None,
            deadline=_moment(got[b"dl"]) if got.get(b"dl") else None,
            document=body(b"doc"),
            overrides=body(b"ovr") or {},
            handle=word(b"hd" + sfx) or None,
            receipt=word(b"rc" + sfx) or None,
            fingerprint=word(b"bf" + sfx) or None,
            sent_at=_moment(got[b"se" + sfx]) if got.get(b"se" + sfx) else None,
            error=json.loads(word(b"er" + sfx)) if word(b"er" + sfx) else None,
            received_at=_moment(got[b"rat"]) if got.get(b"rat") else None,
            facts=json.loads(got[b"fa"]) if got.get(b"fa", b"{}") not in (b"", b"{}") else {},
            deliveries=deliveries,
        )

    def send(
        self, token: str, lane: str, items: Sequence[Item], *, fingerprints: Mapping[Item, str] | None = None
    ) -> Sequence[Item]:
        """The mark is durable when this returns: under `appendfsync always` the reply is the proof, plus WAIT."""
        self._durability.check()
        names = {str(item): item for item in items}
        told = fingerprints or {}
        pairs = [word for name, item in names.items() for word in (name, told.get(item, ""))]
        granted = self.scripts.run("send", token, lane, self._lease, self._hint, *pairs)
        self._durability.wait()
        return [names[name.decode()] for name in granted]

    def settle(self, token: str, endings: Sequence[tuple[Holding, Ending]], *, who: str) -> Sequence[str]:
        """Endings of items that this token no longer holds change nothing, except a receipt, which is evidence."""
        lanes: list[str] = []
        now = self.now_ms()
        for start in range(0, len(endings), CHUNK):
            settlement = Settlement(self.bodies, self.prefix, _ms(self._times.keep), now, who, self._place)
            for holding, ending in endings[start : start + CHUNK]:
                settlement.add(holding, ending)
            answer = self.scripts.run("settle", token, self._hint, to_text(settlement.entries), *settlement.bodies)
            lanes += [lane.decode() for lane in answer[0]]
        return tuple(lanes)

    def release(
        self, token: str, lane: str, *, probe: str = "", took: timedelta | None = None, documents: int = 0
    ) -> Sequence[str]:
        """Safe to run twice."""
        _, account = split_lane(lane)
        account = account if self._terms(lane).gated else ""
        answer = self.scripts.run(
            "release", token, lane, account, self._hint, probe, 5000,
            _ms(took) if took is not None else "", documents, BUCKETS,
        )  # fmt: skip
        return tuple(name.decode() for name in answer)

    def reap(self, lane: str) -> Sequence[str]:
        """Ends the lane's leases that are over, without taking anything (its gate may be shut)."""
        _, account = split_lane(lane)
        looks = _looks(self._terms(lane).looks)
        answer = self.scripts.run("take", lane, account, "", 1, self._lease, 1, looks, self._hint, "doc", "1")
        return tuple(name.decode() for name in answer[1])

    # -- polls and hints

    def poll_begin(
        self, account: str, flow: Flow, token: str, *, every: timedelta, force: bool = False, key: str | None = None
    ) -> Poll | None:
        """`key` names a listing of its own (a backfill, a sweep); else account and flow."""
        name = key or f"{account}:{flow}"
        answer = self.scripts.run("poll_begin", name, account, token, self._lease, _ms(every), "1" if force else "0")
        if answer[0] != b"begun":
            return None
        return Poll(
            account, flow, token, answer[2].decode() or None, answer[3].decode() or None, _moment(answer[1]), name
        )

    def poll_end(self, poll: Poll, *, keep_page: bool, error: str = "") -> None:
        """Nothing happens if the poll is no longer ours."""
        self.scripts.run("poll_end", poll.key, poll.token, "1" if keep_page else "0", error)

    def hints(self) -> Sequence[str]:
        """Reaps nothing by itself: the take that a hint leads to does."""
        return tuple(lane.decode() for lane in self.scripts.run("hints", self._hint))

    # -- places of finished lines

    def now_ms(self) -> int:
        """Redis' clock."""
        seconds, micros = self.redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    def number(self, flow: str, source: str, now: int) -> tuple[int, int]:
        """The lane number of a flow and source, and the bucket count of this week."""
        key = (flow, source, week_of(now))
        if key not in self._numbers:
            answer = self.scripts.run("week", f"{flow}:{source}", key[2], FINISHED_WEEKS)
            self._numbers[key] = int(answer[0]), int(answer[1])
        return self._numbers[key]

    def _place(self, ref: Ref, now: int) -> tuple[int, int, int, int]:
        """Week, lane number, buckets and life in seconds of a line that is written now."""
        number, buckets = self.number(ref.flow, ref.source, now)
        life = self._times.horizon(ref.flow, ref.source).total_seconds() + WEEK_MS // 1000
        return week_of(now), number, buckets, int(life)


def _ms(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1000)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(ms: bytes | int) -> datetime:
    return datetime.fromtimestamp(int(ms) / 1000, UTC)


def _looks(looks: Mapping[str, timedelta]) -> str:
    return ",".join(f"{flow}={_ms(delay)}" for flow, delay in looks.items())
