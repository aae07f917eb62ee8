from pipeline.domain.endings import Advanced, Dead, Waiting
from pipeline.domain.lifecycle import Ref, Step
from pipeline.operations.desk import Desk
from tests.unit.operations.test_replay import stands
from tests.unit.stores.driver import BUSY, Drive


def raw_changed(drive: Drive, id: str) -> None:
    drive.receive(id, raw={"changed": True})


def test_hold_and_release(drive: Drive, desk: Desk, hinted: list[str]) -> None:
    ref = drive.validated("A1")
    assert desk.hold([str(ref)], "address is odd", "ann").done == [str(ref)]
    (row,) = desk.orders(ids=[str(ref)])
    assert (row["stage"], row["condition"], row["error"]["cause"]) == ("validate", "held", "held by an operator")
    assert "address is odd" in row["error"]["message"]
    assert drive.due("validate.m1") == []
    assert desk.release([str(ref)], "asked the buyer", "ann").done == [str(ref)]
    assert stands(desk, ref) == {None: "normalize/due"}
    told = [(line["what"], line.get("reason")) for line in desk.books.timeline.read(str(ref))][-2:]
    assert told == [("hold", "address is odd"), ("release", "asked the buyer")]
    assert hinted == ["normalize.m1"]


def test_a_newer_version_does_not_end_a_hold(drive: Drive, desk: Desk) -> None:
    document, delivery = drive.validated("A1"), drive.routed("A2")
    desk.hold([str(document), f"{delivery}@o1"], "wait", "ann")
    raw_changed(drive, "A1")
    assert stands(desk, document) == {None: "validate/held"}
    raw_changed(drive, "A2")
    drive.end("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": "A2"}))
    drive.route(delivery, ["o1"])
    assert stands(desk, delivery) == {"o1": "push/held"}
    assert drive.due("push.o1") == []
    assert len(desk.release([str(document), str(delivery)], "", "ann").done) == 2
    drive.end("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": "A2"}), only=str(delivery))
    drive.route(delivery, ["o1"])
    assert stands(desk, delivery) == {"o1": "push/due"}


def test_a_version_that_came_during_the_hold_is_what_is_released(drive: Drive, desk: Desk) -> None:
    ref = drive.validated("A1")
    desk.hold([str(ref)], "wait", "ann")
    drive.receive("A1", raw={"changed": True}, step=Step.FETCH)
    desk.release([str(ref)], "", "ann")
    assert stands(desk, ref) == {None: "fetch/due"}


def test_holding_a_document_holds_each_open_delivery(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2", "o3"])
    drive.pushed(ref, "o1")
    drive.unknown(ref, "o2")
    result = desk.hold([str(ref)], "wait", "ann")
    assert result.done == [f"{ref}@o3"]
    ((name, why),) = result.refused
    assert name == f"{ref}@o2"
    assert "unknown" in why


def test_what_can_t_be_held(drive: Drive, desk: Desk) -> None:
    in_hand = drive.routed("A1")
    drive.take("push.o1")
    done = drive.validated("F1")
    drive.end("validate.m1", Advanced(discarded=True))
    why = dict(desk.hold([str(in_hand), str(done), "nothing"], "", "ann").refused)
    assert "in hand right now" in why[str(in_hand)]
    assert "discarded" in why[str(done)]
    assert why["nothing"] == "not found"


def test_release_is_only_for_what_is_held(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    ((_, why),) = desk.release([str(ref)], "", "ann").refused
    assert "it is due" in why
    held = drive.receive("H1")
    drive.held(held)  # by a rule, not by a person
    assert desk.release([str(held)], "", "ann").done == [str(held)]
    assert stands(desk, held) == {None: "normalize/due"}


def test_discard_ends_the_last_delivery_and_the_document(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.dead(ref)
    assert desk.discard([str(ref)], "a test order", "ann").done == [str(ref)]
    assert stands(desk, ref) == {"o1": "done/discarded"}
    assert drive.redis.pttl(f"op:d:{ref}") > 0
    status = desk.status()
    assert (status["settled"], status["unsettled"]) == (1, 0)
    assert desk.causes() == []
    drive.redis.delete(f"op:d:{ref}")
    (row,) = desk.orders(ids=["A1"])
    assert row["condition"] == "discarded"


def test_discarding_one_delivery_lets_the_rest_be_acknowledged(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.pushed(ref, "o1")
    drive.dead(ref, "o2")
    desk.discard([f"{ref}@o2"], "not sold there", "ann")
    drive.end("acknowledge.m1", Advanced())
    assert stands(desk, ref) == {"o1": "done/done", "o2": "done/discarded"}


def test_an_unknown_one_is_discarded_with_a_reason_only(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1")
    drive.unknown(ref)
    assert "reason" in desk.discard([str(ref)], " ", "ann").refused[0][1]
    assert desk.discard([str(ref)], "entered by hand", "ann").done == [str(ref)]


def test_no_newer_version_brings_back_what_was_discarded(drive: Drive, desk: Desk) -> None:
    early, late = drive.validated("A1"), drive.routed("A2")
    desk.discard([str(early), str(late)], "entered by hand", "ann")
    raw_changed(drive, "A1")
    assert stands(desk, early) == {None: "done/discarded"}
    raw_changed(drive, "A2")
    drive.end("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": "A2"}))
    drive.route(late, ["o1"])
    assert drive.due("push.o1") == []
    assert stands(desk, late) == {"o1": "done/discarded"}


def test_a_replayed_sister_does_not_bring_it_back_either(drive: Drive, desk: Desk) -> None:
    ref = drive.routed("A1", ["o1", "o2"])
    drive.dead(ref, "o1")
    desk.discard([f"{ref}@o2"], "not sold there", "ann")
    desk.replay([f"{ref}@o1"], who="ann")
    drive.end("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": "A1"}))
    drive.route(ref, ["o1", "o2"])
    assert drive.due("push.o1") == [f"{ref}@o1"]
    assert drive.due("push.o2") == []


def test_what_an_operator_discarded_an_operator_releases(drive: Drive, desk: Desk) -> None:
    early, late = drive.validated("A1"), drive.routed("A2")
    desk.discard([str(early), str(late)], "mistake", "ann")
    assert desk.release([str(early), str(late)], "it was one", "ann").done == [str(early), str(late)]
    assert stands(desk, early) == {None: "normalize/due"}
    assert drive.redis.pttl(f"op:d:{early}") == -1
    drive.end("normalize.m1", Advanced(step=Step.VALIDATE, document={"id": "A"}))
    drive.route(late, ["o1"])
    assert "orders:m1:A2@o1" in drive.due("push.o1")
    # what ended by itself is not theirs to release
    drive.validated("A3")
    drive.end("validate.m1", Advanced(discarded=True))
    assert desk.release(["orders:m1:A3"], "", "ann").refused


def test_discard_a_document_waiting_or_failing_to_be_acknowledged(drive: Drive, desk: Desk) -> None:
    waiting = drive.validated("W1")
    drive.end("validate.m1", Waiting(reason="released"))
    pushed = drive.routed("A1")
    drive.pushed(pushed)
    drive.end("acknowledge.m1", Dead(error=BUSY))
    assert len(desk.discard([str(waiting), str(pushed)], "given up", "ann").done) == 2
    assert stands(desk, waiting) == {None: "done/discarded"}
    assert stands(desk, pushed) == {"o1": "done/done"}  # its target has it all the same
    drive.redis.delete(f"op:d:{pushed}")
    line = desk.books.lookups.finished.find([Ref.parse(str(pushed))])[Ref.parse(str(pushed))]
    assert line.pushed
    assert line.receipt == "R1"
