"""How a step can end for one document: a closed type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.domain.errors import Fault
from pipeline.domain.lifecycle import Ref, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """On to `step` in the lane of `account`; `step` None ends the position (a delivery pushed, a document finished).

    `document`: the canonical body to keep. `targets`: on leaving validate, every delivery to make.
    `fingerprint`, `receipt`: of what was sent, on leaving push. `note` goes to the timeline. `facts` are small
    strings the record keeps for later steps. `begets`: documents that enter the ledger before this one goes on.
    """

    step: Step | None = None
    account: str | None = None
    document: Mapping[str, Any] | None = None
    targets: tuple["Target", ...] = ()
    fingerprint: str | None = None
    receipt: str | None = None
    note: str | None = None
    raw: Mapping[str, Any] | None = None  # enriched by fetch: the order read at its marketplace beside the request
    deadline: datetime | None = None
    discarded: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    begets: tuple["Begotten", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begotten:
    """A document that no partner listed: another one's end makes it. The same `raw` again is nothing new."""

    ref: Ref
    raw: Mapping[str, Any]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A delivery to make: `required` ones count for the acknowledge."""

    account: str
    required: bool = True
    ending: "Ending | None" = None  # decided at once: already there, changed after push, rehearsed
    maybe_sent: bool = False  # older than the ledger remembers: looked up before anything is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Failed for now. `until` None: the ledger's backoff decides. `spend` False: a gate or a budget, no attempt."""

    error: Fault
    until: datetime | None = None
    spend: bool = True
    unsent: bool = False  # proven not taken: clears the mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Taken by an asynchronous partner under `handle`; asked again at `until`."""

    handle: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Not released yet; no attempt spent; `deadline` is its alarm."""

    reason: str
    deadline: datetime | None = None
    document: Mapping[str, Any] | None = None
    settled: bool = False  # our accept is in: its mark is cleared


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Needs a person."""

    error: Fault
    document: Mapping[str, Any] | None = None
    unsent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """May have been taken. `look_at`: when to look or repeat; None leaves it to an operator."""

    evidence: Fault
    look_at: datetime | None = None
    spend: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """Invalid or refused; replayable after an edit."""

    error: Fault
    document: Mapping[str, Any] | None = None
    unsent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """Not done: no time, no budget, a shut gate, or the batch ended. No attempt is spent."""

    reason: str
    until: datetime | None = None
    unsent: bool = False


Ending = Advanced | Parked | Pending | Waiting | Held | Unknown | Dead | GivenBack
