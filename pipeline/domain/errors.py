"""What went wrong, said by what it is. What to do about it is decided in `retry.py`, nowhere else.

Trouble
|-- Invalid         a rule is broken: missing, malformed, refused before it was sent
|-- Puzzling        a word, a length or a value that must not be guessed: held for a person
|-- NotConfigured   an undocumented capability whose setting is unset
`-- PartnerTrouble  an answer, or none
    |-- Unavailable   never reached the partner (connect, DNS, pool, proxy), or a read that failed
    |-- RateLimited   429 and its kin; carries when to come again
    |   `-- OverBudget  one endpoint's calls are used up; the account's others go on
    |-- Unauthorized  credentials refused
    |-- Refused       4xx on a write: certainly not taken
    |-- Conflict      409 on a write: looked up first
    |-- Unreadable    an answer that can't be understood (on a read)
    `-- Ambiguous     a write that may have been taken
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The closed list of `error.kind`."""

    INVALID = "invalid"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate_limited"
    UNAUTHORIZED = "unauthorized"
    NOT_CONFIGURED = "not_configured"
    UNREADABLE = "unreadable"
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken rule. `path` is canonical (`lines.0.sku`), `message` is words without personal data."""

    path: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What a record's `error` holds. `cause` groups alike faults: no ids, no values that differ per document."""

    step: str
    kind: Kind
    cause: str
    message: str
    fields: tuple[FieldError, ...] = ()


class Trouble(Exception):
    """Anything that stops one document. `cause` is the text under which alike troubles are grouped."""

    kind: Kind = Kind.INVALID

    def __init__(self, message: str, *, cause: str | None = None, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause or message
        self.fields = fields

    def fault(self, step: str) -> Fault:
        """The fault to keep in the record."""
        return Fault(step, self.kind, self.cause, self.message, self.fields)


class Invalid(Trouble):
    """Missing or invalid by a rule: dead until edited or replaced by a newer version."""

    @classmethod
    def of(cls, fields: tuple[FieldError, ...]) -> "Invalid":
        """All violations of one document at once."""
        words = "; ".join(f"{f.path}: {f.message}" for f in fields)
        cause = ", ".join(sorted({f"{_without_index(f.path)} {f.rule}" for f in fields}))
        return cls(words, cause=cause, fields=fields)


class Puzzling(Trouble):
    """Unknown vocabulary, too long, ambiguous: held for a person, never guessed or cut."""

    @classmethod
    def of(cls, fields: tuple[FieldError, ...]) -> "Puzzling":
        """All riddles of one document at once."""
        words = "; ".join(f"{f.path}: {f.message}" for f in fields)
        cause = "; ".join(sorted({f"{_without_index(f.path)}: {f.message}" for f in fields}))
        return cls(words, cause=cause, fields=fields)


class NotConfigured(Trouble):
    """A capability that a contract leaves undocumented and whose setting is unset. Held."""

    kind = Kind.NOT_CONFIGURED


class PartnerTrouble(Trouble):
    """The partner's answer, or none. `retry_after` in seconds where the partner said so; `status` is HTTP's."""

    def __init__(
        self,
        message: str,
        *,
        cause: str | None = None,
        fields: tuple[FieldError, ...] = (),
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, cause=cause, fields=fields)
        self.retry_after = retry_after
        self.status = status


class Unavailable(PartnerTrouble):
    """Nothing was taken: no connection was made, or it was a read."""

    kind = Kind.UNAVAILABLE


class RateLimited(PartnerTrouble):
    """Too many calls; nothing was taken."""

    kind = Kind.RATE_LIMITED


class OverBudget(RateLimited):
    """The calls that one endpoint allows are used up: nothing was sent, and the account's other endpoints go on."""


class Unauthorized(PartnerTrouble):
    """Credentials or address refused: the account's gate shuts; nothing was taken."""

    kind = Kind.UNAUTHORIZED


class Refused(PartnerTrouble):
    """The partner said no to this document."""

    kind = Kind.REFUSED


class Conflict(PartnerTrouble):
    """409 on a write: perhaps it is there already; looked up before anything else."""

    kind = Kind.CONFLICT


class Unreadable(PartnerTrouble):
    """A read's answer that is not what the contract says (HTML with 200, broken JSON, too large)."""

    kind = Kind.UNREADABLE


class Ambiguous(PartnerTrouble):
    """A write that may have been taken: timeout or reset after sending, any 5xx, a 2xx nobody understands."""

    kind = Kind.AMBIGUOUS


def _without_index(path: str) -> str:
    return ".".join("*" if part.isdigit() else part for part in path.split("."))
