"""What to do about a trouble: the one policy, pure.

Invalid, Refused                    dead      replayable after an edit
Puzzling, NotConfigured             held      a person decides
Unavailable, Unreadable             parked    backs off; dead when the attempts are used up
RateLimited, Unauthorized           parked    no attempt spent: the partner's word, or the gate, says when
Conflict, Ambiguous                 unknown   looked up before anything else is sent
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from pipeline.domain.endings import Dead, Ending, Held, Parked, Unknown
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    Invalid,
    PartnerTrouble,
    RateLimited,
    Refused,
    Trouble,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.domain.lifecycle import Step

Backoff = tuple[timedelta, timedelta]  # the first wait, the longest
LONGEST_WORD: Final = timedelta(days=1)  # of a partner that says when to come again


def ending_for(
    trouble: Trouble, *, step: Step, attempts: int, limit: int, now: datetime, backoff: Backoff, jitter: float
) -> Ending:
    """How the step ends for this document. `attempts`: those spent before this one; `jitter` in [0, 1).

    `Unknown.look_at` is left to the walk, which knows the target's settle delay; so is shutting the gate.
    """
    fault = trouble.fault(step)
    match trouble:
        case Invalid() | Refused():
            return Dead(error=fault)
        case Conflict() | Ambiguous():
            return Unknown(evidence=fault)
        case Unauthorized():
            return Parked(error=fault, spend=False)
        case RateLimited():
            wait = _asked(trouble) or delay(attempts + 1, backoff, jitter)
            return Parked(error=fault, until=now + wait, spend=False)
        case Unavailable() | Unreadable():
            tried = attempts + 1
            if tried >= limit:
                times = "once" if tried == 1 else f"{tried} times"
                return Dead(error=replace(fault, message=f"{fault.message}; tried {times}, given up"))
            wait = max(delay(tried, backoff, jitter), _asked(trouble) or timedelta())
            return Parked(error=fault, until=now + wait)
        case _:
            return Held(error=fault)  # Puzzling, NotConfigured, and whatever has no rule yet


def delay(attempts: int, backoff: Backoff, jitter: float) -> timedelta:
    """The wait after so many failed attempts: doubled each time up to the longest, less up to half of it by jitter."""
    first, longest = (wait.total_seconds() for wait in backoff)
    whole = min(first * 2.0 ** min(max(attempts - 1, 0), 62), longest)
    return timedelta(seconds=whole * (1 - jitter / 2))


def _asked(trouble: PartnerTrouble) -> timedelta | None:
    seconds = trouble.retry_after
    if seconds is None or not seconds > 0:  # also not a number
        return None
    return timedelta(seconds=min(seconds, LONGEST_WORD.total_seconds()))
