"""What every act at the desk needs: the records, how one is found, and where in it an act applies."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pipeline.domain.lifecycle import DONE, Condition, Item, Ref, Step
from pipeline.operations.errors import NotAllowed, NotFound
from pipeline.stores.acts import Answer, RedisActs
from pipeline.stores.gates import RedisGates
from pipeline.stores.ledger import RedisLedger
from pipeline.stores.lookups import RedisLookups
from pipeline.stores.record import Record, RedisRecords
from pipeline.stores.standing import RedisStanding
from pipeline.stores.timeline import RedisTimeline

Spot = str | None  # a delivery's target, or the document itself
_ENDED = (Condition.DONE, Condition.DISCARDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """`accounts`: all configured ones."""

    ledger: RedisLedger
    records: RedisRecords
    lookups: RedisLookups
    standing: RedisStanding
    timeline: RedisTimeline
    acts: RedisActs
    gates: RedisGates
    accounts: Collection[str]

    def find(self, text: str) -> tuple[Record, Spot]:
        """The record that a reference names, and its target if it names one. Raises NotFound, NotAllowed."""
        named = self.lookups.parse(text)
        if named is None:
            raise NotFound(text)
        ref, target = named
        record = self.records.read(ref)
        if record is None:
            if ref in self.lookups.finished.find([ref]):
                raise NotAllowed(f"{ref} is finished, and its content is no longer kept")
            raise NotFound(text)
        if target is not None and target not in record.targets:
            raise NotFound(f"{ref} has no delivery to {target}")
        return record, target


def open_books(
    ledger: RedisLedger,
    gates: RedisGates,
    *,
    accounts: Collection[str],
    hint: Callable[[str], None] | None,
) -> Books:
    """All readers and writers over one ledger."""
    redis, prefix = ledger.redis, ledger.prefix
    return Books(
        ledger=ledger,
        records=RedisRecords(redis, ledger.bodies, prefix=prefix),
        lookups=RedisLookups(redis, targets=accounts, prefix=prefix),
        standing=RedisStanding(redis, gates, sorted(accounts), prefix=prefix),
        timeline=RedisTimeline(redis, prefix=prefix),
        acts=RedisActs(ledger, hint),
        gates=gates,
        accounts=frozenset(accounts),
    )


def spots_of(record: Record, target: Spot) -> list[Spot]:
    """Where an act on the document, or on one delivery, applies: every position of it that is not settled.

    While a document has not (or not again) been routed, it stands for its deliveries; acknowledging does so too.
    """
    own = record.condition()
    alive: list[Spot] = [None] if own and own not in _ENDED else []
    if target is None:
        return [*alive, *(name for name in record.targets if is_open(record, name))]
    return [target] if is_open(record, target) else alive


def is_open(record: Record, target: str) -> bool:
    """A delivery that is under way."""
    condition = record.condition(target)
    return bool(condition) and condition not in _ENDED


def name_of(ref: Ref, spot: Spot) -> str:
    """As an operator writes it."""
    return str(Item(ref, spot))


def why_not(record: Record, spot: Spot, wish: str) -> str:
    """Why nothing of it can be wished so."""
    if record.stage == DONE:
        return f"it is {record.condition()}: there is nothing to {wish}"
    if spot is not None and record.condition(spot) in _ENDED:
        return f"{spot} is {record.condition(spot)} with it: there is nothing to {wish}"
    return words_of(Answer("no", record.condition(spot)), wish)


def words_of(answer: Answer, wish: str) -> str:
    """A refusal of the script, in words."""
    match answer.word, answer.condition:
        case "none", _:
            return "it is gone"
        case "stale", _:
            return "somebody else edited it at the same moment; look at it and try again"
        case _, Condition.IN_HAND | Condition.SENDING:
            return "in hand right now; try again in a moment"
        case _, "receipt":
            return "its partner has answered meanwhile that it has it; look at it again"
        case _, "unmarked":
            return "it was never sent, so there is nothing to resolve"
        case _, "":
            return "it has moved on meanwhile; look at it again"
        case _, condition:
            return f"it is {condition}, and what is {condition} can't be {_PAST.get(wish, wish)}"


_PAST = {"replay": "replayed", "hold": "held", "release": "released", "discard": "discarded", "edit": "edited",
         "resolve": "resolved"}  # fmt: skip


def normalize_at(record: Record) -> tuple[Step, str]:
    """Where a document begins again so that today's mapping, rules and edits apply."""
    return Step.NORMALIZE, record.ref.source
