"""The one retry policy."""

from datetime import timedelta
from typing import Any

import pytest

from pipeline.domain.endings import Dead, Ending, Held, Parked, Unknown
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    FieldError,
    Invalid,
    Kind,
    NotConfigured,
    PartnerTrouble,
    Puzzling,
    RateLimited,
    Refused,
    Trouble,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.domain.lifecycle import Step
from pipeline.domain.retry import delay, ending_for
from tests.builders import NOW

BACKOFF = (timedelta(seconds=5), timedelta(minutes=15))


def end(trouble: Trouble, **overrides: Any) -> Ending:
    given: dict[str, Any] = {"attempts": 0, "limit": 8, "jitter": 0.0} | overrides
    return ending_for(trouble, step=Step.PUSH, now=NOW, backoff=BACKOFF, **given)


def every_trouble(cls: type[Trouble] = Trouble) -> list[type[Trouble]]:
    return [found for sub in cls.__subclasses__() for found in (sub, *every_trouble(sub))]


@pytest.mark.parametrize("trouble", [Invalid("no sku"), Refused("400", status=400), Refused("404", status=404)])
def test_invalid_and_refused_are_dead(trouble: Trouble) -> None:
    ending = end(trouble)
    assert isinstance(ending, Dead)
    assert ending.error.message == trouble.message


@pytest.mark.parametrize("trouble", [Puzzling("word"), NotConfigured("unset"), Trouble("?"), PartnerTrouble("?")])
def test_riddles_are_held(trouble: Trouble) -> None:
    assert isinstance(end(trouble), Held)


@pytest.mark.parametrize("trouble", [Ambiguous("timeout"), Conflict("409")])
def test_what_may_have_been_taken_is_unknown_however_often(trouble: Trouble) -> None:
    for attempts in (0, 7, 100):
        ending = end(trouble, attempts=attempts)
        assert isinstance(ending, Unknown)
        assert ending.look_at is None


@pytest.mark.parametrize("cls", [Unavailable, Unreadable])
def test_what_never_arrived_backs_off_and_dies_at_the_limit(cls: type[PartnerTrouble]) -> None:
    waits = []
    for attempts in range(7):
        ending = end(cls("no connection"), attempts=attempts)
        assert isinstance(ending, Parked)
        assert ending.spend
        assert ending.until is not None
        waits.append((ending.until - NOW).total_seconds())
    assert waits == [5, 10, 20, 40, 80, 160, 320]
    ending = end(cls("no connection", cause="connect"), attempts=7)
    assert isinstance(ending, Dead)
    assert ending.error.message == "no connection; tried 8 times, given up"
    assert ending.error.cause == "connect", "the dead are grouped with the parked"
    assert ending.error.kind is cls.kind


def test_tried_once() -> None:
    ending = end(Unavailable("no connection"), limit=1)
    assert isinstance(ending, Dead)
    assert ending.error.message.endswith("tried once, given up")


def test_a_partner_that_says_when_is_believed() -> None:
    ending = end(Unavailable("503", retry_after=60.0))
    assert isinstance(ending, Parked)
    assert ending.until == NOW + timedelta(seconds=60)
    ending = end(Unavailable("503", retry_after=1.0), attempts=3)
    assert isinstance(ending, Parked)
    assert ending.until == NOW + timedelta(seconds=40)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [(30.0, 30), (None, 5), (0.0, 5), (-3.0, 5), (float("nan"), 5), (float("inf"), 86400), (1e300, 86400)],
)
def test_rate_limits_spend_no_attempt(retry_after: float | None, seconds: int) -> None:
    ending = end(RateLimited("429", retry_after=retry_after))
    assert isinstance(ending, Parked)
    assert not ending.spend
    assert ending.until == NOW + timedelta(seconds=seconds)
    assert isinstance(end(RateLimited("429"), attempts=1000), Parked)


def test_dead_credentials_spend_no_attempt() -> None:
    ending = end(Unauthorized("401"), attempts=1000)
    assert ending == Parked(error=Unauthorized("401").fault(Step.PUSH), until=None, spend=False)


def test_every_trouble_keeps_its_faults() -> None:
    fields = (FieldError("lines.0.sku", "required", "missing"),)
    for cls in every_trouble():
        ending = end(cls("words", cause="cause", fields=fields))
        assert isinstance(ending, Dead | Held | Parked | Unknown)
        error = ending.evidence if isinstance(ending, Unknown) else ending.error
        assert (error.step, error.kind, error.cause, error.fields) == ("push", Kind(cls.kind), "cause", fields)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 5), (2, 10), (8, 640), (9, 900), (10**9, 900)])
def test_delay_doubles_up_to_the_longest(attempts: int, seconds: int) -> None:
    assert delay(attempts, BACKOFF, 0.0) == timedelta(seconds=seconds)


def test_jitter_takes_off_at_most_half() -> None:
    assert delay(3, BACKOFF, 0.5) == timedelta(seconds=15)
    assert timedelta(seconds=10) < delay(3, BACKOFF, 0.999) < timedelta(seconds=10.1)
