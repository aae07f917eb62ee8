"""Where a document can stand: flows, stages, conditions, references.

Stage:      fetch -> normalize -> validate -> push -> acknowledge -> done
Condition:  due -> in_hand -> (sending) -> due of the next stage | parked | pending | waiting | held | unknown | dead
            done and discarded are ends; a replay, an edit or a newer version brings back the rest.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Flow(StrEnum):
    """What travels."""

    ORDERS = "orders"
    SHIPMENTS = "shipments"
    STATUSES = "statuses"
    CANCELLATIONS = "cancellations"


class Step(StrEnum):
    """The five steps; one name everywhere: file, function, task, queue, metric."""

    FETCH = "fetch"
    NORMALIZE = "normalize"
    VALIDATE = "validate"
    PUSH = "push"
    ACKNOWLEDGE = "acknowledge"


DONE: Final = "done"
STAGES: Final = (*Step, DONE)


class Condition(StrEnum):
    """How a document or delivery stands in its stage."""

    DUE = "due"  # has work, in its lane's due index
    IN_HAND = "in_hand"  # taken by a worker, until its lease ends
    SENDING = "sending"  # a write is under way; after the lease it is unknown
    PARKED = "parked"  # failed for now; due again at a time
    PENDING = "pending"  # taken by an asynchronous partner; its result is asked for later
    WAITING = "waiting"  # for its marketplace (payment, acceptance, address) or for other targets
    HELD = "held"  # needs a person's decision
    UNKNOWN = "unknown"  # may have been taken by the partner: looked up, or left to a person
    DEAD = "dead"  # invalid or refused; replayable
    DONE = "done"
    DISCARDED = "discarded"


class Mark(StrEnum):
    """How one version of a document is to be taken; a version that comes without it is taken as usual."""

    CANONICAL = "canonical"  # its raw is canonical already: from a file, not from its marketplace
    HISTORIC = "historic"  # over, or older than the account's start: pushed as history, told to no marketplace


FLOWS: Final[Mapping[str, Flow]] = {str(flow): flow for flow in Flow}


@dataclass(frozen=True, slots=True)
class Ref:
    """A document's name: `flow:source:id`. Flow and source are `[a-z0-9-]`, so the first two colons split it."""

    flow: Flow
    source: str
    id: str

    def __str__(self) -> str:
        return f"{self.flow}:{self.source}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """Raises ValueError in words when it is no reference."""
        parts = text.split(":", 2)
        if len(parts) != 3 or parts[0] not in FLOWS or not parts[1] or not parts[2]:
            raise ValueError(f"{text!r} is no reference: expected flow:source:id with a flow of {', '.join(Flow)}")
        return cls(FLOWS[parts[0]], parts[1], parts[2])


def is_marked(facts: Mapping[str, str], version: str, mark: Mark) -> bool:
    """Whether the version of this fingerprint came with the mark; `as` in its facts says so."""
    words, _, marked = facts.get("as", "").partition(":")
    return marked == version and mark in words.split(",")


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `limit` documents that came under `key` are on their way at once, over all processes."""

    key: str
    limit: int


@dataclass(frozen=True, slots=True)
class Item:
    """What a lane holds: a document (`target` None) or one of its deliveries."""

    ref: Ref
    target: str | None = None

    def __str__(self) -> str:
        return f"{self.ref}@{self.target}" if self.target else str(self.ref)

    @classmethod
    def parse(cls, text: str, targets: Collection[str]) -> "Item":
        """The last `@` before a known target splits, whatever the id holds."""
        head, at, tail = text.rpartition("@")
        if at and tail in targets:
            return cls(Ref.parse(head), tail)
        return cls(Ref.parse(text))


def lane(step: Step, account: str) -> str:
    """`push.egenta-cdiscount`."""
    return f"{step}.{account}"


def split_lane(name: str) -> tuple[Step, str]:
    """Raises ValueError for anything that is no lane (messages can be forged)."""
    step, dot, account = name.partition(".")
    if not dot or not account:
        raise ValueError(f"{name!r} is no lane")
    return Step(step), account
