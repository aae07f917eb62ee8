"""Writes that certainly took nothing: refused, too many calls, credentials, no connection."""

import json
import re
from typing import Any

import httpx
import pytest

from pipeline.domain.errors import Conflict, RateLimited, Refused, Trouble, Unauthorized, Unavailable
from tests.conformance.connectors.desk import Desk
from tests.conformance.connectors.orders import PLANTED
from tests.conformance.connectors.rules import (
    CREDENTIALS_STOP,
    ENDED_IS_ABSENT,
    GOOD_IS_TAKEN,
    NEVER_TWICE,
    NOT_SENT_IS_CLEAN,
    NOTHING_PERSONAL,
    ONE_NEW_TOKEN,
    REFUSED_IN_WORDS,
    WAIT_IS_TOLD,
)
from tests.conformance.connectors.stand import Stand, say
from tests.conformance.connectors.tamper import is_write
from tests.conformance.connectors.test_writes_in_doubt import strike, struck
from tests.servers import free_port

WAIT = 7.0  # seconds
A_DAY = 25 * 3600.0  # seconds: no token known here lives longer


@pytest.mark.over("writes")
@pytest.mark.parametrize("told", [WAIT, None], ids=["with_Retry-After", "without"])
def test_too_many_calls_take_nothing_and_are_waited_out(stand: Stand, told: float | None) -> None:
    document = stand.make()
    bodies = stand.prepare(document)
    strike(stand, {"kind": "status", "status": 429, "retry_after": told})
    (outcome,) = stand.send(bodies)
    struck(stand)
    says = f"429 with Retry-After {told}: the outcome is {say(outcome)}"
    stand.demand(isinstance(outcome, RateLimited), WAIT_IS_TOLD, says)
    wait = getattr(outcome, "retry_after", None)
    stand.demand(told is None or wait == told, WAIT_IS_TOLD, f"{says}, and the wait that it tells is {wait}")
    strike(stand, {"kind": "status", "status": 429, "retry_after": told})
    desk = Desk(stand)
    position = desk.post(document)
    began = stand.simulator.clock()
    desk.walk()
    struck(stand)
    parked = position.state == "due" and not position.holding.maybe_sent and position.holding.attempts == 0
    words = f"after a 429 it is {position.state} with its mark {'set' if position.holding.maybe_sent else 'clear'}"
    stand.demand(parked, WAIT_IS_TOLD, words)
    again = (position.due - began).total_seconds() if position.due else 0.0
    stand.demand(told is None or again >= told, WAIT_IS_TOLD, f"told {told} s, it comes again after {again} s")
    desk.settle()
    finish(stand, document, position, "after the wait")


@pytest.mark.over("writes")
def test_a_partner_that_is_not_there_leaves_no_doubt(stand: Stand) -> None:
    document = stand.make()
    bodies = stand.prepare(document)  # tables and token are there already
    if stand.card.token is not None:
        stand.warm_up()
    stand.open(url=f"http://127.0.0.1:{free_port()}")
    (outcome,) = stand.send(bodies)
    told = f"nobody listens there: the outcome is {say(outcome)}"
    clean = isinstance(outcome, Unavailable) and outcome.status is None
    stand.demand(clean, NOT_SENT_IS_CLEAN, told)
    desk = Desk(stand)
    position = desk.post(document)
    desk.walk()
    words = (
        f"nobody listens there: it is {position.state}, its mark {'set' if position.holding.maybe_sent else 'clear'}"
    )
    stand.demand(position.state == "due" and not position.holding.maybe_sent, NOT_SENT_IS_CLEAN, words)
    stand.open()
    desk.settle()
    finish(stand, document, position, "once it is there again")


@pytest.mark.over("writes", token=True)
def test_a_token_that_expires_in_mid_run_costs_one_new_token(stand: Stand) -> None:
    document = stand.make()
    bodies = stand.prepare(document)
    stand.warm_up()
    stand.simulator.clock.turn(A_DAY)
    before = stand.simulator.requests(stand.card.token or "")
    (outcome,) = stand.send(bodies)
    fetched = stand.simulator.requests(stand.card.token or "") - before
    held = stand.held(document)
    told = f"the outcome is {say(outcome)} after {fetched} new tokens, and the simulator has it {held} times"
    stand.demand(held <= 1, NEVER_TWICE, told)
    stand.demand(fetched == 1 and not isinstance(outcome, Trouble), ONE_NEW_TOKEN, told)


@pytest.mark.over("writes")
def test_credentials_that_are_refused_again_stop_the_account(stand: Stand) -> None:
    document = stand.make()
    bodies = stand.prepare(document)
    endpoint = stand.write_card.endpoint
    before = stand.simulator.requests(endpoint)
    stand.simulator.arm({"endpoint": endpoint, "kind": "status", "status": 401})
    (outcome,) = stand.send(bodies)
    stand.simulator.arm()
    calls = stand.simulator.requests(endpoint) - before
    told = f"401 whatever the token: the outcome is {say(outcome)}, after {calls} calls"
    stand.demand(isinstance(outcome, Unauthorized) and calls <= 2, CREDENTIALS_STOP, told)
    stand.demand(stand.held(document) == 0, ENDED_IS_ABSENT, f"{told}; and the simulator has it")


@pytest.mark.over("writes")
@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_is_told_in_words_and_took_nothing(stand: Stand, status: int) -> None:
    document = stand.make()
    bodies = stand.prepare(document)
    strike(stand, {"kind": "status", "status": status})
    (outcome,) = stand.send(bodies)
    struck(stand)
    told = f"{status}: the outcome is {say(outcome)}"
    kinds: Any = Conflict | Refused if status == 409 else Refused
    stand.demand(isinstance(outcome, kinds), REFUSED_IN_WORDS, told)
    words = outcome.message if isinstance(outcome, Trouble) else ""
    stand.demand(
        bool(re.search(r"\b4\d\d\b", words)) or status == 409, REFUSED_IN_WORDS, f"{told}: no status in its words"
    )
    stand.demand(any(verb in words for verb in ("POST", "PUT", "DELETE", "PATCH")) or status == 409,
                 REFUSED_IN_WORDS, f"{told}: the call is not in its words")  # fmt: skip
    stand.demand(stand.held(document) == 0, ENDED_IS_ABSENT, f"{told}; and the simulator has it")


@pytest.mark.over("writes")
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_partner_that_repeats_what_it_was_sent_puts_nothing_personal_into_words(stand: Stand, status: int) -> None:
    document = stand.make()
    stand.prepare(document)
    stand.simulator.tamper.change(_repeating(status), meant=is_write, times=2)
    desk = Desk(stand)
    position = desk.post(document)
    desk.walk()
    words = " ".join([position.words, *desk.gates.why])
    found = [word for word in PLANTED if word.lower() in words.lower()]
    stand.demand(not found, NOTHING_PERSONAL, f"{status} with the request in every field of errors: {words!r}")


def finish(stand: Stand, document: Any, position: Any, when: str) -> None:
    """It goes out after all, once."""
    held = stand.held(document)
    told = f"{when} it ended {position.state} ({position.words}), and the simulator has it {held} times"
    stand.demand(held <= 1, NEVER_TWICE, told)
    stand.demand(held == 1 and position.state == "taken", GOOD_IS_TAKEN, told)


def _repeating(status: int) -> Any:
    """An error that holds the whole request, as debug pages do."""

    def rewrite(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        text = "bad: " + request.content.decode(errors="replace") + str(request.url)
        names = (
            "message",
            "error",
            "errors",
            "title",
            "detail",
            "Message",
            "description",
            "reason",
            "error_description",
        )
        body = json.dumps({**dict.fromkeys(names, text), "code": "X"}).encode()
        return httpx.Response(status, headers={"content-type": "application/json"}, stream=httpx.ByteStream(body))

    return rewrite
