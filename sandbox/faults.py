"""The fault dial: rules of what goes wrong where, how often; drawn per request, the same for the same seed."""

import random
from collections import Counter
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Self

# What the wire does to an answer, whoever gives it.
WIRE_KINDS = frozenset({"status", "slow", "drip", "hang", "reset_before", "reset_after", "html", "truncated", "huge"})
# What only a marketplace's room can do; drawn by the room where it applies.
ROOM_KINDS = frozenset({"expired_token", "repeated_page", "late_order", "unknown_status"})
STATUSES = frozenset({400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504})
_SECONDS = {"slow": 2.0, "drip": 30.0, "hang": 30.0, "late_order": 3.0, "unknown_status": 2.0}


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault. `endpoint` is a name or a pattern (`egenta.*`, `*`); the first `after` chances are let pass;
    `count` bounds how often it fires; `commit` says whether the request takes effect (status and html only:
    hang, reset_after, truncated, huge, slow and drip always commit, reset_before never)."""

    kind: str
    endpoint: str = "*"
    probability: float = 1.0
    count: int | None = None
    after: int = 0
    status: int = 503
    retry_after: float | None = None
    seconds: float | None = None
    megabytes: float = 20.0
    commit: bool = False

    def __post_init__(self) -> None:
        if self.kind not in WIRE_KINDS | ROOM_KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}; known: {', '.join(sorted(WIRE_KINDS | ROOM_KINDS))}")
        if self.kind == "status" and self.status not in STATUSES:
            raise ValueError(f"a fault's status is one of {sorted(STATUSES)}")
        if not 0 <= self.probability <= 1:
            raise ValueError("probability lies between 0 and 1")

    @property
    def label(self) -> str:
        """The name it is counted under."""
        return f"{self.kind} {self.status}" if self.kind == "status" else self.kind

    @property
    def duration(self) -> float:
        """Seconds, by kind where the rule says nothing."""
        return self.seconds if self.seconds is not None else _SECONDS.get(self.kind, 1.0)

    @classmethod
    def read(cls, raw: object) -> Self:
        """A rule from JSON; ValueError names what is wrong."""
        if not isinstance(raw, dict) or "kind" not in raw:
            raise ValueError("a rule is an object with at least `kind`")
        unknown = set(raw) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown keys in a rule: {', '.join(sorted(unknown))}")
        return cls(**raw)


class _Armed:
    """A rule with its own random numbers, so that one rule's draws don't shift another's."""

    def __init__(self, rule: Rule, seed: str) -> None:
        self.rule = rule
        self.chances = 0
        self.fired = 0
        self._random = random.Random(seed)

    def fires(self) -> bool:
        if self.rule.count is not None and self.fired >= self.rule.count:
            return False
        self.chances += 1
        if self.chances <= self.rule.after or self._random.random() >= self.rule.probability:
            return False
        self.fired += 1
        return True


class Dial:
    """The rules in force. The first rule of a request that fires wins."""

    def __init__(self, seed: int, name: str, rules: tuple[Rule, ...]) -> None:
        self._seed = seed
        self.fired: Counter[str] = Counter()
        self.fired_at: Counter[str] = Counter()
        self.turn(name, rules)

    def turn(self, name: str, rules: tuple[Rule, ...]) -> None:
        """Replace the rules; what fired so far stays counted."""
        self.name = name
        self._armed = [_Armed(rule, f"{self._seed}:{n}:{rule.kind}") for n, rule in enumerate(rules)]
        self._matching: dict[tuple[str, frozenset[str]], list[_Armed]] = {}

    def draw(self, endpoint: str, kinds: frozenset[str] = WIRE_KINDS) -> Rule | None:
        """The first matching rule that fires now, of these kinds."""
        if not self._armed:
            return None
        matching = self._matching.get((endpoint, kinds))
        if matching is None:
            matching = self._matching[endpoint, kinds] = [
                armed
                for armed in self._armed
                if armed.rule.kind in kinds and fnmatchcase(endpoint, armed.rule.endpoint)
            ]
        for armed in matching:
            if armed.fires():
                self.fired[armed.rule.label] += 1
                self.fired_at[f"{endpoint} {armed.rule.label}"] += 1
                return armed.rule
        return None

    def describe(self) -> dict[str, Any]:
        """For the report: each rule with how often it fired."""
        return {
            "name": self.name,
            "rules": [{**asdict(armed.rule), "fired": armed.fired} for armed in self._armed],
            "fired": dict(self.fired),
            "fired_at": dict(self.fired_at),
        }
