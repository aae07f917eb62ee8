"""One whole record, decoded: what `show`, the acts and a rehearsal look at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline.domain.lifecycle import DONE, Condition, Item, Ref, Step
from pipeline.ports import Finished, Holding
from pipeline.stores.bodies import Bodies
from pipeline.stores.keys import PREFIX
from pipeline.stores.line import unpack_line

_BODIES = ("raw", "doc", "ovr", "nraw", "old")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`words` are all stored fields that are no bodies, by their stored names (`co@target` for a delivery's)."""

    ref: Ref
    words: Mapping[str, str]
    raw: Mapping[str, Any] | None = field(default=None, repr=False)
    document: Mapping[str, Any] | None = field(default=None, repr=False)
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    stored_overrides: bytes = field(default=b"", repr=False)
    newer: bool = False  # a version came while it was busy, and waits beside it
    earlier: Finished | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """The accounts that it is delivered to, in their order."""
        return tuple(name for name in self.words.get("tg", "").split(",") if name)

    @property
    def facts(self) -> Mapping[str, str]:
        """Small strings kept from step to step."""
        found: dict[str, str] = json.loads(self.words.get("fa") or "{}")
        return found

    @property
    def stage(self) -> str:
        """The document's own."""
        return self.words.get("st", "")

    def condition(self, target: str | None = None) -> str:
        """The document's own (empty while its deliveries are under way), or a delivery's."""
        return self.words.get(f"co@{target}" if target else "co", "")

    def position(self, target: str | None = None) -> dict[str, str]:
        """A position's fields without their suffix."""
        if target is None:
            return {name: value for name, value in self.words.items() if "@" not in name}
        sfx = f"@{target}"
        return {name.removesuffix(sfx): value for name, value in self.words.items() if name.endswith(sfx)}

    @property
    def done(self) -> tuple[str, ...]:
        """The targets that have it."""
        return tuple(target for target in self.targets if self.condition(target) == Condition.DONE)

    def holding(self) -> Holding:
        """The document as a step would be handed it: for rehearsals, never to be settled."""
        words = self.words
        step = Step(self.stage) if self.stage and self.stage != DONE else Step.NORMALIZE
        return Holding(
            item=Item(self.ref),
            step=step,
            condition=Condition(self.condition() or Condition.DUE),
            attempts=int(words.get("at") or 0),
            maybe_sent=words.get("mb") == "1",
            raw=self.raw,
            raw_version=words.get("ver", ""),
            raw_fingerprint=words.get("fp", ""),
            earlier=self.earlier,
            document=self.document,
            overrides=self.overrides,
            received_at=datetime.fromtimestamp(int(words.get("rat") or 0) / 1000, UTC),
            facts=self.facts,
            deliveries={target: self.position(target) for target in self.targets},
        )


class RedisRecords:
    """Reads records."""

    def __init__(self, redis: Any, bodies: Bodies, *, prefix: str = PREFIX) -> None:
        self._redis = redis
        self._bodies = bodies
        self._prefix = prefix

    def read(self, ref: Ref) -> Record | None:
        """None where there is none (any more). Raises Unsealable."""
        stored: dict[bytes, bytes] = self._redis.hgetall(f"{self._prefix}d:{ref}")
        if b"st" not in stored:
            return None
        held = {name.decode(): value for name, value in stored.items()}
        bodies = {name: held.pop(name, b"") for name in _BODIES}

        def body(name: str) -> Any:
            return self._bodies.unpack(str(ref), bodies[name]) if bodies[name] else None

        return Record(
            ref=ref,
            words={name: value.decode() for name, value in held.items()},
            raw=body("raw"),
            document=body("doc"),
            overrides=body("ovr") or {},
            stored_overrides=bodies["ovr"],
            newer=bool(bodies["nraw"]),
            earlier=unpack_line(bodies["old"]) if bodies["old"] else None,
        )
