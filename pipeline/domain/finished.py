"""What is remembered of a finished document."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What is remembered of a finished document once its bodies are gone. Fingerprints are 12 hex digits."""

    fingerprint: str  # of the raw
    sent: str  # of what its targets were sent, together; "" for nothing
    version: datetime | None
    finished_at: datetime
    discarded: bool = False
    pushed: bool = False
    history: bool = False  # it came as history: nothing about it is told to its marketplace
    receipt: str | None = None
