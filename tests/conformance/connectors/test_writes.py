"""What a write does with good documents: taken once, one outcome each, whatever the id, and again after a crash."""

import pytest

from pipeline.domain.errors import Trouble
from pipeline.ports import Absent, Taken
from tests.conformance.connectors.desk import Desk
from tests.conformance.connectors.rules import (
    ANY_ID,
    GOOD_IS_TAKEN,
    LOOK_TELLS_TRUE,
    NEVER_TWICE,
    NO_BREACH,
    ONE_OUTCOME,
)
from tests.conformance.connectors.stand import Stand, say


@pytest.mark.over("writes")
def test_a_good_document_is_taken_once(stand: Stand) -> None:
    document = stand.make()
    before = stand.simulator.breaches()
    desk = Desk(stand)
    position = desk.post(document)
    desk.settle()
    held = stand.held(document)
    ended = f"it ended {position.state} ({position.words or 'without words'}), and the simulator has it {held} times"
    stand.demand(held <= 1, NEVER_TWICE, ended)
    stand.demand(position.state == "taken" and held == 1, GOOD_IS_TAKEN, ended)
    noted = {rule: count - before.get(rule, 0) for rule, count in stand.simulator.breaches().items()}
    noted = {rule: count for rule, count in noted.items() if count}
    stand.demand(not noted, NO_BREACH, f"the simulator noted {', '.join(noted)}")


@pytest.mark.over("writes")
def test_a_full_batch_has_one_outcome_a_document(stand: Stand) -> None:
    documents = [stand.make() for _ in range(min(stand.write.batch, 10))]
    outcomes = stand.send(stand.prepare(*documents))
    refused = [say(outcome) for outcome in outcomes if isinstance(outcome, Trouble)]
    stand.demand(not refused, ONE_OUTCOME, f"of {len(documents)} good documents some met {'; '.join(refused)}")
    more = [stand.make() for _ in documents]
    desk = Desk(stand)
    for document in more:
        desk.post(document)
    desk.settle()
    counts = [stand.held(document) for document in [*documents, *more]]
    stand.demand(
        set(counts) == {1}, NEVER_TWICE if max(counts) > 1 else GOOD_IS_TAKEN, f"they are there {counts} times"
    )


@pytest.mark.over("writes")
def test_a_crash_before_the_answer_is_noted_doubles_nothing(stand: Stand) -> None:
    """The worker dies between the answer and the settle: the mark is there, and another worker goes on."""
    document = stand.make()
    stand.send(stand.prepare(document))
    desk = Desk(stand)
    position = desk.post(document, maybe_sent=True)
    desk.settle()
    held = stand.held(document)
    ended = f"sent, then settled by another worker: it ended {position.state} and the simulator has it {held} times"
    stand.demand(held <= 1, NEVER_TWICE, ended)
    if position.state == "taken":
        stand.demand(held == 1, GOOD_IS_TAKEN, ended)


@pytest.mark.over("writes", look=True)
def test_a_look_at_what_was_never_sent_does_not_say_taken(stand: Stand) -> None:
    bodies = stand.prepare(stand.make())
    assert stand.write.look is not None
    with stand.only_trouble("looking up a document that was never sent"):
        (seen,) = stand.write.look(bodies)
    told = f"the document was never sent, and the look says {say(seen)}"
    stand.demand(seen is None or isinstance(seen, Absent), LOOK_TELLS_TRUE, told)


@pytest.mark.over("writes", hostile_ids=True)
def test_hostile_characters_in_an_id_survive_sending_and_looking(stand: Stand) -> None:
    for order_id in stand.write_card.hostile_ids:
        document = stand.make(order_id)
        bodies = stand.prepare(document)
        (outcome,) = stand.send(bodies)
        held = stand.held(document)
        told = f"the id {order_id!r} met {say(outcome)}, and the simulator has it {held} times"
        stand.demand(held == 1 and not isinstance(outcome, Trouble), ANY_ID, told)
        if stand.write.look:
            (seen,) = stand.write.look(bodies)
            told = f"the simulator has {order_id!r}, and the look says {say(seen)}"
            stand.demand(seen is None or isinstance(seen, Taken), LOOK_TELLS_TRUE, told)
