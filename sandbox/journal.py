"""What the sandbox remembers of its callers: requests without bodies, breaches of contract, conflicts of state."""

from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sandbox.agenda import format_instant

KEPT_REQUESTS = 5000
KEPT_FINDINGS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One request. `status` 0: the client got no answer. No query (Egenta's may hold credentials), no body."""

    at: str
    method: str
    path: str
    endpoint: str
    status: int
    fault: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule broken: where, which, on which order. Field names only, never a value."""

    at: str
    endpoint: str
    rule: str
    order: str | None
    fields: tuple[str, ...]


class Journal:
    """`violations` broke a contract; `conflicts` were well formed, but the order's state did not allow them."""

    def __init__(self) -> None:
        self.requests: deque[Line] = deque(maxlen=KEPT_REQUESTS)
        self.answers: Counter[str] = Counter()
        self.violations: deque[Finding] = deque(maxlen=KEPT_FINDINGS)
        self.violations_by_rule: Counter[str] = Counter()
        self.conflicts: deque[Finding] = deque(maxlen=KEPT_FINDINGS)
        self.conflicts_by_rule: Counter[str] = Counter()

    def note_request(self, now: datetime, method: str, path: str, endpoint: str, status: int, fault: str) -> None:
        """A request and how it was answered."""
        self.requests.append(Line(format_instant(now), method, path, endpoint, status, fault or None))
        self.answers[f"{endpoint} {status or 'none'}"] += 1

    def note_violation(
        self, now: datetime, endpoint: str, rule: str, order: str | None = None, fields: tuple[str, ...] = ()
    ) -> None:
        """A contract was broken."""
        self.violations.append(Finding(format_instant(now), endpoint, rule, order, fields))
        self.violations_by_rule[f"{endpoint}: {rule}"] += 1

    def note_conflict(self, now: datetime, endpoint: str, rule: str, order: str | None = None) -> None:
        """The order's state did not allow it."""
        self.conflicts.append(Finding(format_instant(now), endpoint, rule, order, ()))
        self.conflicts_by_rule[f"{endpoint}: {rule}"] += 1

    def recent(self, limit: int) -> list[dict[str, Any]]:
        """The last requests, newest first."""
        lines = list(self.requests)[-limit:] if limit > 0 else []
        return [asdict(line) for line in reversed(lines)]
