"""Where a replayed document begins again; never behind a delivery that is pushed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.domain.lifecycle import STAGES, Condition, Step
from pipeline.operations.books import Spot, normalize_at
from pipeline.operations.errors import NotAllowed
from pipeline.stores.record import Record

_DOUBTFUL = (Condition.UNKNOWN, Condition.PENDING)


@dataclass(frozen=True, slots=True)
class Beginning:
    """`again`: due now in its own stage. `restart`: the whole document at a step and account."""

    spot: Spot
    act: str
    at: tuple[Step, str] | None = None


def begin_by_default(record: Record, spots: Iterable[Spot]) -> list[Beginning]:
    """What died or is held of its content begins at normalize, where today's mapping, rules and edits apply.

    An unknown or pending one goes on where it is (it is looked up or asked for first), a parked one too. A restart
    takes all deliveries along that are neither pushed nor at their partner, so it is one, and the first.
    """
    chosen = list(spots)
    restarts = [spot for spot in chosen if _begins_at_normalize(record, spot)]
    rest = [Beginning(spot, "again") for spot in chosen if spot not in restarts]
    if not restarts:
        return rest
    kept = [begin for begin in rest if begin.spot is not None and record.condition(begin.spot) in _DOUBTFUL]
    return [Beginning(restarts[0], "restart", normalize_at(record)), *kept]


def begin_at(record: Record, spots: Iterable[Spot], step: Step) -> list[Beginning]:
    """Where somebody said. Raises NotAllowed in words."""
    chosen = list(spots)
    if step is Step.ACKNOWLEDGE:
        if record.stage != Step.ACKNOWLEDGE or None not in chosen:
            raise NotAllowed("it is not pushed to all that must have it: there is nothing to acknowledge yet")
        return [Beginning(None, "again")]
    if record.done and (step is not Step.PUSH or all(spot is None for spot in chosen)):
        raise NotAllowed(f"{', '.join(record.done)} has it already, and a replay never goes behind that")
    doubtful = [spot for spot in chosen if record.condition(spot) in _DOUBTFUL]
    if doubtful and step is not Step.PUSH:
        raise NotAllowed(f"it is {record.condition(doubtful[0])}: replay it without --from, which looks first")
    if step is Step.PUSH:
        deliveries = [spot for spot in chosen if spot is not None]
        if not deliveries:
            raise NotAllowed("it has no deliveries yet: replay it from normalize")
        return [Beginning(spot, "again") for spot in deliveries]
    if STAGES.index(step) > STAGES.index(record.stage):
        raise NotAllowed(f"it stands at {record.stage}: it can't begin later, at {step}")
    return [Beginning(chosen[0], "restart", (step, _account(record, step)))]


def _begins_at_normalize(record: Record, spot: Spot) -> bool:
    if record.condition(spot) not in (Condition.DEAD, Condition.HELD):
        return False
    if spot is not None or record.ref.id.startswith("unreadable-"):
        return True
    return record.stage in (Step.NORMALIZE, Step.VALIDATE)


def _account(record: Record, step: Step) -> str:
    """fetch reads at the document's marketplace, which a shipment or status remembers once it was found."""
    return record.facts.get("market", record.ref.source) if step is Step.FETCH else record.ref.source
