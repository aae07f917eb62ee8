"""Writes whose answer is lost, late or senseless: Ambiguous, and settled without a double."""

import time
from typing import Any

import pytest

from pipeline.domain.errors import Ambiguous, PartnerTrouble
from pipeline.ports import Absent, Body, Promised, Taken
from tests.conformance.connectors.desk import Desk
from tests.conformance.connectors.rules import (
    ENDED_IS_ABSENT,
    GOOD_IS_TAKEN,
    IN_TIME,
    LOOK_TELLS_TRUE,
    NEVER_TWICE,
    NO_YES_WITHOUT_ANSWER,
    SETTLED_ALONE,
    TAKEN_IS_THERE,
)
from tests.conformance.connectors.stand import Stand, say
from tests.conformance.connectors.tamper import instead, is_write

DEADLINE = 0.8  # seconds
AFTER = {
    "reset after it took effect": {"kind": "reset_after"},
    "no answer after it took effect": {"kind": "hang", "seconds": 0.05},
    "500 after it took effect": {"kind": "status", "status": 500, "commit": True},
    "503 after it took effect": {"kind": "status", "status": 503, "commit": True},
    "408 after it took effect": {"kind": "status", "status": 408, "commit": True},
    "200 with a page of HTML after it took effect": {"kind": "html", "commit": True},
    "an answer cut in the middle": {"kind": "truncated"},
    "an answer larger than may be read": {"kind": "huge", "megabytes": 0.3},
}
BEFORE = {
    "reset before it took effect": {"kind": "reset_before"},
    "500 without effect": {"kind": "status", "status": 500},
    "503 without effect": {"kind": "status", "status": 503},
    "200 with a page of HTML without effect": {"kind": "html"},
}
SHAPES = {"an empty list": b"[]", "an empty object": b"{}", "null": b"null", "a number": b"17"}
SHAPES |= {"an object of unknown fields": b'{"unexpected": {"depth": [1, 2]}}', "a list of a list": b"[[1]]"}
SHAPES |= {"text": b'"done, or so"', "nothing": b""}


@pytest.mark.over("writes")
@pytest.mark.parametrize("fault", [*AFTER, *BEFORE], ids=lambda words: words.replace(" ", "_"))
def test_without_an_answer_it_is_ambiguous_and_settled_without_a_double(stand: Stand, fault: str) -> None:
    document = stand.make()
    bodies = stand.prepare(document)
    strike(stand, {**AFTER, **BEFORE}[fault])
    (outcome,) = stand.send(bodies)
    struck(stand)
    told = f"{fault}: the outcome is {say(outcome)}"
    stand.demand(isinstance(outcome, Ambiguous), NO_YES_WITHOUT_ANSWER, told)
    settle(stand, document, bodies, fault)


@pytest.mark.over("writes")
def test_a_call_that_hangs_ends_by_its_deadline_and_is_settled(stand: Stand) -> None:
    document = stand.make()
    bodies = stand.prepare(document)
    strike(stand, {"kind": "hang", "seconds": 30})
    stand.open(deadline=DEADLINE)
    began = time.monotonic()
    (outcome,) = stand.send(bodies)
    took = time.monotonic() - began
    struck(stand)
    stand.open()
    told = f"the partner took it and fell silent: the outcome is {say(outcome)}"
    stand.demand(isinstance(outcome, Ambiguous), NO_YES_WITHOUT_ANSWER, told)
    stand.demand(took < 3 * DEADLINE, IN_TIME, f"its deadline was {DEADLINE} s, and it took {took:.1f} s")
    settle(stand, document, bodies, "silence after it took effect")


@pytest.mark.over("writes")
@pytest.mark.parametrize("shape", SHAPES, ids=lambda words: words.replace(" ", "_"))
def test_an_answer_in_another_shape_is_no_defect_and_no_refusal(stand: Stand, shape: str) -> None:
    """The partner took it and says so in words that its document does not have."""
    document = stand.make()
    bodies = stand.prepare(document)
    stand.simulator.tamper.change(instead(SHAPES[shape]), meant=is_write)
    (outcome,) = stand.send(bodies)
    told = f"2xx with {shape}: the outcome is {say(outcome)}"
    stand.demand(isinstance(outcome, Taken | Promised | Ambiguous), NO_YES_WITHOUT_ANSWER, told)
    stand.simulator.tamper.let_be()
    if isinstance(outcome, Ambiguous):
        settle(stand, document, bodies, f"2xx with {shape}")
    held = stand.held(document)
    stand.demand(held <= 1, NEVER_TWICE, f"2xx with {shape}: the simulator has it {held} times")


@pytest.mark.over("writes", look=True)
@pytest.mark.parametrize("shape", ["an object of unknown fields", "a list of a list", "HTML"])
def test_a_look_whose_answer_makes_no_sense_proves_nothing(stand: Stand, shape: str) -> None:
    document = stand.make()
    bodies = stand.prepare(document)
    stand.send(bodies)
    assert stand.write.look is not None
    stand.demand(stand.held(document) == 1, GOOD_IS_TAKEN, "a good document was sent, and is not there")
    content = SHAPES.get(shape, b"<html><body>Maintenance</body></html>")
    stand.simulator.tamper.change(instead(content, 200), meant=lambda request: True, times=99)
    seen: Any
    try:
        with stand.only_trouble("looking", but_trouble=True):
            (seen,) = stand.write.look(bodies)
    except PartnerTrouble as trouble:
        seen = trouble
    told = f"the partner has it and answers the look with {shape}: the look says {say(seen)}"
    stand.demand(not isinstance(seen, Absent), LOOK_TELLS_TRUE, told)


# ------------------------------------------------------------ the way to the end


def strike(stand: Stand, fault: dict[str, Any]) -> None:
    """The next call of the write meets it."""
    stand.simulator.arm({"endpoint": stand.write_card.endpoint, "count": 1, **fault})


def struck(stand: Stand) -> None:
    """It did, and no other will."""
    fired = stand.simulator.fired()
    stand.simulator.arm()
    assert fired == 1, f"no call went to {stand.write_card.endpoint}: the card names another endpoint than is called"


def settle(stand: Stand, document: Any, bodies: list[Body], fault: str) -> None:
    """From the unknown outcome to its end, by look, by repeat, by the next list, or by a person."""
    seen = _look(stand, document, bodies, fault)
    desk = Desk(stand)
    position = desk.post(document, maybe_sent=True)
    desk.settle()
    held = stand.held(document)
    told = f"{fault}: settled, it ended {position.state}, and the simulator has it {held} times"
    stand.demand(held <= 1, NEVER_TWICE, told)
    if position.state == "taken" and not stand.write.listed_again:
        stand.demand(held == 1, TAKEN_IS_THERE, told)
    if position.state in ("dead", "held"):
        stand.demand(held == 0, ENDED_IS_ABSENT, f"{told} ({position.words})")
    tells = stand.write.repeat_is_safe or stand.write.listed_again or seen is not None
    stand.demand(position.state == "taken" or not tells, SETTLED_ALONE, f"{told} ({position.words})")


def _look(stand: Stand, document: Any, bodies: list[Body], fault: str) -> Any:
    if stand.write.look is None:
        return None
    held = stand.held(document)
    with stand.only_trouble("looking up an unknown outcome"):
        (seen,) = stand.write.look(bodies)
    told = f"{fault}: the simulator has it {held} times, and the look says {say(seen)}"
    lies = isinstance(seen, Absent) if held else isinstance(seen, Taken)
    stand.demand(not lies, LOOK_TELLS_TRUE, told)
    return seen
