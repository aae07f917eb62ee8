"""An operator's act on one position: one script, its audit line with it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pipeline.domain.errors import Fault
from pipeline.domain.lifecycle import Step, lane
from pipeline.ports import Finished
from pipeline.stores.ledger import RedisLedger
from pipeline.stores.packing import Settlement, pack_fault, sent_together
from pipeline.stores.record import Record

_HINT = 60_000  # ms that a hint published for an act counts as outstanding


@dataclass(frozen=True, slots=True)
class Answer:
    """`word`: done, none (no such record), no (`condition` forbids it), stale (edited by somebody else meanwhile)."""

    word: str
    condition: str = ""


class RedisActs:
    """`hint` publishes; without one, the lanes that have work are left to the next `dispatch_due`."""

    def __init__(self, ledger: RedisLedger, hint: Callable[[str], None] | None = None) -> None:
        self._ledger = ledger
        self._redis: Any = ledger.redis
        self._hint = hint

    def perform(
        self,
        record: Record,
        target: str | None,
        act: str,
        *,
        allowed: tuple[str, ...],
        line: Mapping[str, Any],
        begin: tuple[Step, str] | None = None,
        fault: Fault | None = None,
        receipt: str | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Answer:
        """`line`: who, what, why, without personal values. `begin`: step and account where to begin again."""
        header: dict[str, Any] = {"once": uuid4().hex}
        body = b""
        if begin:
            header |= {"st": begin[0], "ln": lane(*begin)}
        if fault:
            header |= pack_fault(fault)
        if act in ("found", "discard"):
            finished = self._finished(record, target, discarded=act == "discard", receipt=receipt)
            body = finished.pop("packed")
            header |= {"f": finished, "rc": receipt or "-", "al": lane(Step.ACKNOWLEDGE, acknowledged_by(record))}
        told = {**line, "target": target} if target else line
        answer = self._ledger.scripts.run(
            "act", _HINT, str(record.ref), f"@{target}" if target else "", act, ",".join(allowed), json.dumps(told),
            json.dumps(header), body, self._packed(record, overrides), record.stored_overrides,
        )  # fmt: skip
        word = answer[0].decode()
        if word != "done":
            return Answer(word, answer[1].decode() if len(answer) > 1 else "")
        for name in answer[1]:
            self._publish(name.decode())
        return Answer(word)

    def _publish(self, name: str) -> None:
        if self._hint:
            self._hint(name)
        else:  # nobody hints it: it must not count as outstanding
            self._redis.delete(f"{self._ledger.prefix}hinted:{name}")

    def _packed(self, record: Record, overrides: Mapping[str, Any] | None) -> bytes:
        return b"" if overrides is None else self._ledger.bodies.pack(str(record.ref), overrides)

    def _finished(self, record: Record, target: str | None, *, discarded: bool, receipt: str | None) -> dict[str, Any]:
        """The line, should this act be the record's end: all deliveries that are done by then count as pushed."""
        found = target is not None and not discarded
        done = [*record.done, *([target] if found and target else [])]
        receipts = [record.words.get(f"rc@{name}", "") for name in record.done]
        told = next((text for text in [receipt or "", *receipts] if text not in ("", "-")), None)
        earlier = record.earlier
        words = record.words
        sent = sent_together({name: words.get(f"bf@{name}") or words.get(f"sf@{name}", "") for name in done})
        now = self._ledger.now_ms()
        version = record.words.get("ver", "")
        finished = Finished(
            fingerprint=record.words.get("fp", "") or "0" * 12,
            sent=sent or (earlier.sent if earlier else ""),
            version=datetime.fromtimestamp(int(version) / 1000, UTC) if version else None,
            finished_at=datetime.fromtimestamp(now / 1000, UTC),
            discarded=discarded and not record.done,
            pushed=bool(earlier and earlier.pushed),  # of this life the script itself knows
            receipt=told or (earlier.receipt if earlier else None),
        )
        ledger = self._ledger
        keep = int(ledger._times.keep.total_seconds() * 1000)
        settlement = Settlement(ledger.bodies, ledger.prefix, keep, now, "", ledger._place)
        return settlement.finished_fields(record.ref, finished)


def acknowledged_by(record: Record) -> str:
    """The account whose lane acknowledges it."""
    return record.facts.get("ack") or record.ref.source
