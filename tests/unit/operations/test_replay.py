from collections.abc import Sequence

import pytest

from pipeline.domain.endings import Advanced, Dead, Held, Pending, Unknown, Waiting
from pipeline.domain.errors import Fault, FieldError, Kind
from pipeline.domain.lifecycle import Ref, Step
from pipeline.operations.desk import Desk
from pipeline.operations.errors import NotAllowed
from pipeline.stores.record import Record
from tests.unit.operations.conftest import OpenDesk
from tests.unit.stores.driver import BUSY, DOUBT, PHONE, RIDDLE, Drive


def stands(desk: Desk, ref: Ref) -> dict[str | None, str]:
    return {row["target"]: f"{row['stage']}/{row['condition']}" for row in desk.orders(ids=[str(ref)])}


def test_a_dead_delivery_begins_at_normalize_in_its_source_s_lane(drive: Drive, desk: Desk, hinted: list[str]) -> None:
    ref = drive.routed("A1")
    drive.dead(ref)
    drive.redis.delete("op:hinted:normalize.m1")
    result = desk.replay([f"{ref}@o1"], who="ann")
    assert (result.done, result.refused, result.would_pass) == ([f"{ref}@o1"], [], None)
    assert drive.due("normalize.m1") == [str(ref)]
    assert hinted == ["normalize.m1"]
    assert desk.books.standing.causes() == []


def test_the_act_is_in_the_timeline(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.dead(ref)
    desk.replay([f"{ref}@o1"], who="ann")
    last = desk.books.timeline.read(str(ref))[-1]
    assert (last["who"], last["what"], last["from"], last["target"]) == ("ann", "replay", "normalize", "o1")


def test_without_a_hint_the_lane_is_left_to_dispatch(drive: Drive, open_desk: OpenDesk) -> None:
    ref = drive.routed("A1")
    drive.dead(ref)
    open_desk(hint=None).replay([str(ref)], who="ann")
    assert "normalize.m1" in drive.ledger.hints()


def test_what_is_pushed_stays_pushed(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.pushed(ref, "o1")
    drive.dead(ref, "o2")
    assert desk.replay([str(ref)], who="ann").done == [str(ref)]
    assert (drive.word(ref, "co@o1"), drive.word(ref, "rc@o1")) == ("done", "R1")
    assert drive.due("normalize.m1") == [str(ref)]
    assert drive.due("push.o1") == []


def test_an_unknown_one_stays_unknown_and_is_due_for_a_look(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.unknown(ref)
    assert drive.due("push.o1") == []
    assert desk.replay([str(ref)], who="ann").done == [str(ref)]
    assert drive.due("push.o1") == [f"{ref}@o1"]
    _, (holding,) = drive.take("push.o1")
    assert holding.condition == "unknown"
    assert holding.maybe_sent


def test_a_parked_one_is_due_now_with_all_its_attempts(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.parked(ref)
    desk.replay([str(ref)], who="ann")
    assert drive.take("push.o1")[1][0].attempts == 0


def test_a_pending_one_is_asked_for_now(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    moment = drive.take("push.o1")[1][0].received_at
    assert moment
    drive.ledger.release("t2", "push.o1")
    drive.end("push.o1", Pending(handle="H1", until=moment.replace(year=moment.year + 1)))
    assert desk.replay([str(ref)], who="ann").done == [str(ref)]
    _, (holding,) = drive.take("push.o1")
    assert (holding.condition, holding.handle) == ("pending", "H1")


@pytest.mark.parametrize("ending", [Held(error=RIDDLE), Dead(error=RIDDLE)])
def test_a_document_stopped_by_its_content_begins_at_normalize(drive: Drive, desk: Desk, ending: Held | Dead) -> None:
    ref = drive.validated("A1")
    drive.end("validate.m1", ending)
    desk.replay([str(ref)], who="ann")
    assert stands(desk, ref) == {None: "normalize/due"}


def test_fetch_and_acknowledge_are_repeated_where_they_are(drive: Drive, desk: Desk) -> None:
    fetched = drive.receive("S1", step=Step.FETCH)
    drive.end("fetch.m1", Held(error=RIDDLE))
    acknowledged = drive.routed("A1")
    drive.pushed(acknowledged)
    drive.end("acknowledge.m1", Dead(error=BUSY))
    assert len(desk.replay([str(fetched), str(acknowledged)], who="ann").done) == 2
    assert stands(desk, fetched) == {None: "fetch/due"}
    assert stands(desk, acknowledged) == {"o1": "acknowledge/due"}


def test_an_unreadable_row_begins_at_normalize(drive: Drive, desk: Desk) -> None:
    fault = Fault("fetch", Kind.UNREADABLE, "a row without an id", "a row without an id")
    ref = drive.receive("unreadable-0123456789ab", step=Step.FETCH, fault=fault)
    desk.replay([str(ref)], who="ann")
    assert drive.due("normalize.m1") == [str(ref)]


def test_dead_and_unknown_beside_each_other(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.dead(ref, "o1")
    drive.unknown(ref, "o2")
    assert desk.replay([str(ref)], who="ann").done == [str(ref)]
    assert stands(desk, ref) == {"o1": "normalize/due", "o2": "push/unknown"}
    assert drive.due("push.o2") == [f"{ref}@o2"]
    # routed again, the unknown one is left to its look
    drive.end("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": "A1"}))
    drive.route(ref, ["o1", "o2"])
    assert stands(desk, ref) == {"o1": "push/due", "o2": "push/unknown"}
    drive.pushed(ref, "o2", "R2")
    drive.pushed(ref, "o1", "R1")
    drive.end("acknowledge.m1", Advanced())
    assert stands(desk, ref) == {"o1": "done/done", "o2": "done/done"}


def test_a_mark_survives_a_replay(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.end("push.o1", Dead(error=DOUBT), send=True)  # dead, though nothing proves that it was not taken
    desk.replay([str(ref)], who="ann")
    drive.end("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": "A1"}))
    drive.route(ref, ["o1"])
    assert drive.take("push.o1")[1][0].maybe_sent


def test_what_may_not_be_replayed_is_refused_in_words(drive: Drive, desk: Desk) -> None:
    due = drive.routed("D1")
    drive.validated("W1")
    drive.end("validate.m1", Waiting(reason="released"))
    done = drive.finished("F1")
    gone = drive.finished("G1")
    drive.redis.delete(f"op:d:{gone}")
    pushed = drive.routed("P1", ["o1", "o2"])
    drive.pushed(pushed, "o1")
    refs = [str(due), "orders:m1:W1", str(done), str(gone), "orders:m1:none", "A1", f"{due}@m1", f"{pushed}@o1"]
    result = desk.replay(refs, who="ann")
    why = dict(result.refused)
    assert result.done == []
    assert "it is due" in why[str(due)]
    assert "waiting" in why["orders:m1:W1"]
    assert "done" in why[str(done)]
    assert "no longer kept" in why[str(gone)]
    assert why["orders:m1:none"] == why["A1"] == "not found"
    assert "no delivery to m1" in why[f"{due}@m1"]
    assert "o1 is done" in why[f"{pushed}@o1"]


def test_in_hand_is_refused(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.dead(ref, "o1")
    token, (holding,) = drive.take("push.o2")
    (refused,) = desk.replay([f"{ref}@o1"], who="ann").refused
    assert "in hand right now" in refused[1]
    drive.ledger.settle(token, [(holding, Advanced(receipt="R2"))], who="w1")
    assert desk.replay([f"{ref}@o1"], who="ann").done == [f"{ref}@o1"]


def test_a_filter_replays_all_that_match(drive: Drive, desk: Desk) -> None:
    for number in range(250):
        drive.receive(f"X{number}")
    for _ in range(3):
        drive.end("normalize.m1", Dead(error=PHONE))
    other = drive.routed("Y1")
    drive.parked(other)
    result = desk.replay([], condition="dead", cause="phone", who="ann")
    assert (len(result.done), result.refused) == (250, [])
    assert len(drive.due("normalize.m1")) == 250
    assert stands(desk, other) == {"o1": "push/parked"}


def test_a_filter_without_a_condition_takes_what_can_be_replayed(drive: Drive, desk: Desk) -> None:
    drive.parked(drive.routed("P1"))
    drive.unknown(drive.routed("U1"))
    drive.routed("D1")
    assert sorted(desk.replay([], account="o1", who="ann").done) == ["orders:m1:P1@o1", "orders:m1:U1@o1"]


def test_two_dead_deliveries_of_one_document_are_one_restart(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.dead(ref, "o1")
    drive.dead(ref, "o2")
    result = desk.replay([], condition="dead", who="ann")
    assert sorted(result.done) == [f"{ref}@o1", f"{ref}@o2"]
    assert [line["what"] for line in desk.books.timeline.read(str(ref))].count("replay") == 1


# ---------------------------------------------------------------- --from


def refusal(desk: Desk, ref: object, step: str) -> str:
    result = desk.replay([str(ref)], from_step=step, who="ann")
    assert result.done == []
    return result.refused[0][1]


def test_from_a_step(drive: Drive, desk: Desk) -> None:
    for number, step in enumerate(("fetch", "normalize", "validate")):
        ref = drive.routed(f"A{number}")
        drive.dead(ref)
        assert desk.replay([str(ref)], from_step=step, who="ann").done == [str(ref)]
        assert drive.due(f"{step}.m1") == [str(ref)]


def test_from_push_sends_the_same_body_again(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.dead(ref)
    desk.replay([str(ref)], from_step="push", who="ann")
    assert drive.due("push.o1") == [f"{ref}@o1"]


def test_never_behind_a_delivery_that_is_pushed(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.pushed(ref, "o1")
    drive.dead(ref, "o2")
    assert "o1 has it already" in refusal(desk, ref, "normalize")
    assert desk.replay([f"{ref}@o2"], from_step="push", who="ann").done == [f"{ref}@o2"]
    drive.pushed(ref, "o2", "R2")
    drive.end("acknowledge.m1", Dead(error=BUSY))
    for step in ("fetch", "normalize", "validate", "push"):
        assert "has it already" in refusal(desk, ref, step)
    assert desk.replay([str(ref)], from_step="acknowledge", who="ann").done == [str(ref)]


def test_from_a_step_that_makes_no_sense(drive: Drive, desk: Desk) -> None:
    ref = drive.receive("A1")
    drive.held(ref)
    assert "can't begin later" in refusal(desk, ref, "validate")
    assert "no deliveries yet" in refusal(desk, ref, "push")
    assert "nothing to acknowledge yet" in refusal(desk, ref, "acknowledge")
    unknown = drive.routed("U1")
    drive.unknown(unknown)
    assert "looks first" in refusal(desk, unknown, "normalize")
    with pytest.raises(NotAllowed, match="no step"):
        desk.replay([str(ref)], from_step="shove", who="ann")


def test_a_shipment_is_fetched_at_the_marketplace_that_knew_it(drive: Drive, desk: Desk) -> None:
    ref = drive.receive("S1", step=Step.FETCH, source="o1")
    drive.end("fetch.o1", Advanced(step=Step.NORMALIZE, facts={"market": "m1"}))
    drive.end("normalize.o1", Dead(error=RIDDLE))
    desk.replay([str(ref)], from_step="fetch", who="ann")
    assert drive.due("fetch.m1") == [str(ref)]


# ---------------------------------------------------------------- rehearsal


def test_a_rehearsal_changes_nothing_and_counts(drive: Drive, open_desk: OpenDesk) -> None:
    for name in ("A1", "A2", "A3"):
        drive.routed(name)
    drive.end("push.o1", Dead(error=PHONE))
    before = drive.redis.hgetall("op:d:orders:m1:A1")
    missing = FieldError("buyer.phone", "required", "missing; edit it")

    def rehearse(record: Record) -> Sequence[FieldError] | None:
        return {"A1": [missing], "A2": None, "A3": []}[record.ref.id]

    result = open_desk(rehearse=rehearse).replay([], condition="dead", dry_run=True, who="ann")
    assert (result.done, result.would_pass) == ((), 2)
    assert result.would_fail == [("orders:m1:A1@o1", (missing,))]
    assert result.refused == [("orders:m1:A1@o1", "buyer.phone: missing; edit it")]
    assert drive.redis.hgetall("op:d:orders:m1:A1") == before


def test_a_rehearsal_tells_what_could_not_be_replayed_either(drive: Drive, open_desk: OpenDesk) -> None:
    ref = drive.routed("A1")
    result = open_desk(rehearse=lambda record: None).replay([str(ref)], dry_run=True, who="ann")
    assert (result.would_pass, [name for name, _ in result.refused]) == (0, [str(ref)])
    with pytest.raises(NotAllowed):
        open_desk().replay([str(ref)], dry_run=True, who="ann")


def test_an_unknown_ending_by_an_operator_in_between_is_told(drive: Drive, desk: Desk) -> None:
    """What a filter found may have moved on: the script decides, not what was read."""
    ref = drive.routed("A1")
    drive.unknown(ref)
    record = desk.books.records.read(ref)
    assert record
    desk.resolve(f"{ref}@o1", found="R9", who="bob")
    answer = desk.books.acts.perform(record, "o1", "again", allowed=("unknown",), line={"who": "ann", "what": "replay"})
    assert (answer.word, answer.condition) == ("no", "done")


def test_unknown_is_not_sent_again_by_an_unspent_look(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.unknown(ref)
    desk.replay([str(ref)], who="ann")
    drive.end("push.o1", Unknown(evidence=DOUBT))
    assert stands(desk, ref) == {"o1": "push/unknown"}
