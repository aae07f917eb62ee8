import json

import pytest

from pipeline.domain.lifecycle import Flow, Ref
from pipeline.stores.rows import rows_of

REF = Ref(Flow.ORDERS, "m1", "A:1/2@x")
ERROR = {"step": "push", "kind": "refused", "cause": "phone missing", "message": "phone missing", "fields": []}
DOC = {"st": "push", "co": "", "at": "0", "rat": "1795338000000", "upd": "1795338000123", "dl": "1795345200000"}
DUE = {"st": "push", "co": "due", "at": "1", "du": "1795338000456"}
DONE = {"st": "done", "co": "done", "at": "0", "rc": "R1", "mb": "1", "du": "1795338000456"}
DEAD = {"st": "push", "co": "dead", "at": "1", "er": json.dumps(ERROR)}


def test_a_row_has_exactly_the_fields_of_the_design() -> None:
    (row,) = rows_of(REF, DOC, {"o1": DUE})
    assert row == {
        "ref": "orders:m1:A:1/2@x", "flow": "orders", "source": "m1", "id": "A:1/2@x", "target": "o1",
        "stage": "push", "condition": "due", "attempts": 1, "maybe_sent": False, "receipt": None, "error": None,
        "received_at": "2026-11-22T09:00:00.000Z", "updated_at": "2026-11-22T09:00:00.123Z",
        "due_at": "2026-11-22T09:00:00.456Z", "deadline": "2026-11-22T11:00:00.000Z",
    }  # fmt: skip


def stands(document: dict[str, str], **deliveries: dict[str, str]) -> dict[str | None, tuple[str, str]]:
    return {row["target"]: (row["stage"], row["condition"]) for row in rows_of(REF, document, deliveries)}


def test_before_routing_there_is_one_row_without_a_target() -> None:
    assert stands({**DOC, "st": "normalize", "co": "held"}) == {None: ("normalize", "held")}


def test_deliveries_stand_where_they_are_and_one_that_is_in_waits_for_the_rest() -> None:
    assert stands(DOC, o1=DUE, o2=DONE, o3=DEAD) == {
        "o1": ("push", "due"), "o2": ("acknowledge", "waiting"), "o3": ("push", "dead"),
    }  # fmt: skip


@pytest.mark.parametrize("condition", ["due", "parked", "dead"])
def test_while_it_is_acknowledged_what_is_in_shows_that_and_its_receipt(condition: str) -> None:
    document = {**DOC, "st": "acknowledge", "co": condition, "at": "3", "er": json.dumps(ERROR)}
    rows = {row["target"]: row for row in rows_of(REF, document, {"o1": DONE, "o2": DEAD})}
    assert (rows["o1"]["stage"], rows["o1"]["condition"]) == ("acknowledge", condition)
    assert (rows["o1"]["attempts"], rows["o1"]["receipt"], rows["o1"]["error"]) == (3, "R1", ERROR)
    assert (rows["o2"]["stage"], rows["o2"]["condition"], rows["o2"]["attempts"]) == ("push", "dead", 1)


def test_begun_again_all_rows_follow_the_document_but_what_is_at_its_partner() -> None:
    unknown = {"st": "push", "co": "unknown", "mb": "1"}
    empty = {"st": "push", "co": ""}
    document = {**DOC, "st": "normalize", "co": "dead"}
    assert stands(document, o1=empty, o2=DONE, o3=unknown) == {
        "o1": ("normalize", "dead"), "o2": ("normalize", "dead"), "o3": ("push", "unknown"),
    }  # fmt: skip


def test_at_the_end_each_tells_its_own_end() -> None:
    document = {**DOC, "st": "done", "co": "done"}
    discarded = {"st": "done", "co": "discarded"}
    assert stands(document, o1=DONE, o2=discarded) == {"o1": ("done", "done"), "o2": ("done", "discarded")}
    assert rows_of(REF, document, {"o1": DONE})[0]["due_at"] is None


def test_a_target_of_an_earlier_routing_is_no_delivery() -> None:
    assert stands(DOC, o1=DUE, gone={"st": "push", "co": ""}) == {"o1": ("push", "due")}


def test_an_empty_receipt_is_none() -> None:
    for receipt in ("", "-"):
        assert rows_of(REF, DOC, {"o1": {**DONE, "rc": receipt}})[0]["receipt"] is None


def test_an_error_always_has_its_five_names() -> None:
    lua = json.dumps({"step": "push", "kind": "ambiguous", "cause": "worker lost", "message": "lost"})
    error = rows_of(REF, DOC, {"o1": {**DEAD, "er": lua}})[0]["error"]
    assert error is not None
    assert set(error) == {"step", "kind", "cause", "message", "fields"}
    assert error["fields"] == []
