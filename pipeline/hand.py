"""What one worker holds of one lane: the batch, its token, and the record of how it ended."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.domain.endings import Advanced, Dead, Ending, GivenBack, Held, Parked, Unknown, Waiting
from pipeline.domain.lifecycle import Item, Step, split_lane
from pipeline.domain.scrubbing import scrubbed
from pipeline.ports import Holding, Ledger, NewDocument, Row, Take

LOG = logging.getLogger(__name__)
ORDER = ("advanced", "waiting", "pending", "given back", "parked", "held", "unknown", "dead")


@dataclass(frozen=True, slots=True)
class Report:
    """How a batch ended. `causes`: (reference, ending, cause) of each that did not simply go on."""

    lane: str
    counts: dict[str, int] = field(default_factory=dict)
    causes: Sequence[tuple[str, str, str]] = ()
    note: str = ""

    @property
    def died(self) -> bool:
        """Whether any document died."""
        return self.counts.get("dead", 0) > 0

    @property
    def text(self) -> str:
        """`97 advanced, 2 parked: 429, 1 dead: shipping_address.phone missing`; references and causes only."""
        parts = []
        for word in ORDER:
            if count := self.counts.get(word):
                causes = Counter(cause for _, ending, cause in self.causes if ending == word and cause)
                why = "; ".join(cause for cause, _ in causes.most_common(3))
                parts.append(f"{count} {word}" + (f": {why}" if why else ""))
        return ", ".join(parts) or self.note or "nothing due"


class Hand:
    """One batch in hand. `now` is Redis' clock as of the take, moved on by this host's monotonic clock."""

    def __init__(
        self, ledger: Ledger, take: Take, lane: str, *, who: str, slot: timedelta, hint: Callable[[str], None]
    ) -> None:
        self.step, self.account = split_lane(lane)
        self.holdings = take.holdings
        self.probe = take.probe
        self.trouble = False  # the partner could not be worked with: the gate's business
        self.called = False  # the partner was asked at all
        self._ledger = ledger
        self._take = take
        self._lane = lane
        self._who = who
        self._hint = hint
        self._began = time.monotonic()
        self._slot = slot.total_seconds()
        self._counts: Counter[str] = Counter()
        self._causes: list[tuple[str, str, str]] = []
        self._answered: set[Item] = set()  # ended, or marked as being sent: nobody else's to give back

    @property
    def now(self) -> datetime:
        """Redis' clock."""
        return self._take.now + timedelta(seconds=time.monotonic() - self._began)

    @property
    def time_is_up(self) -> bool:
        """No batch holds a slot for longer than its share."""
        return time.monotonic() - self._began > self._slot

    def send(self, holdings: Sequence[Holding], fingerprints: Mapping[Item, str] | None = None) -> list[Holding]:
        """Marks before one HTTP write; gives those granted. Raises NotDurable."""
        granted = set(
            self._ledger.send(self._take.token, self._lane, [h.item for h in holdings], fingerprints=fingerprints)
        )
        self.called = True
        self._answered |= granted
        return [holding for holding in holdings if holding.item in granted]

    def settle(self, endings: Sequence[tuple[Holding, Ending]]) -> None:
        """Ends these; hints the lanes that have work now."""
        if not endings:
            return
        endings = [(holding, scrubbed(ending, holding.document)) for holding, ending in endings]
        self._beget(endings)
        self._answered |= {holding.item for holding, _ in endings}
        for lane in self._ledger.settle(self._take.token, endings, who=self._who):
            self._hint(lane)
        for holding, ending in endings:
            word = "given back" if isinstance(ending, GivenBack) else type(ending).__name__.lower()
            self._counts[word] += 1
            cause = _cause(ending)
            if not isinstance(ending, Advanced):
                self._causes.append((str(holding.item), word, cause))
            if LOG.isEnabledFor(logging.INFO):
                said = {"ref": str(holding.item), "step": holding.step, "attempt": holding.attempts + 1}
                LOG.info(word, extra={"fields": {**said, "cause": cause} if cause else said})

    def give_up(self, reason: str, until: datetime) -> None:
        """What nobody has ended goes back, not before `until`: due at once, it would be taken, and fail, at once.
        What is marked as being sent is left to its lease.
        """
        left = [holding for holding in self.holdings if holding.item not in self._answered]
        self.settle([(holding, GivenBack(reason=reason, until=until)) for holding in left])

    def _beget(self, endings: Sequence[tuple[Holding, Ending]]) -> None:
        """Before the settle: a crash between the two makes the same document again, which is nothing new."""
        born = [new for _, ending in endings if isinstance(ending, Advanced) for new in ending.begets]
        if not born:
            return
        documents = [
            NewDocument(new.ref, Row(id=new.ref.id, raw=new.raw), Step.NORMALIZE, new.ref.source, facts=new.facts)
            for new in born
        ]
        for lane in self._ledger.receive(documents, who=self._who).lanes:
            self._hint(lane)

    def report(self, note: str = "") -> Report:
        """How it ended so far."""
        return Report(self._lane, dict(self._counts), tuple(self._causes), note)


def _cause(ending: Ending) -> str:
    match ending:
        case Parked(error=error) | Held(error=error) | Dead(error=error) | Unknown(evidence=error):
            return error.cause
        case Waiting(reason=reason) | GivenBack(reason=reason):
            return reason
        case _:
            return ""
