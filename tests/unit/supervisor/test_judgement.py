"""When the demo is over, and what it says about the two sides."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import pytest

from pipeline.supervisor.repair import Repair, describe_repair, repair_one
from pipeline.supervisor.standing import Standing
from pipeline.supervisor.summary import find_differences, write_summary


def row(flow: str, stage: str, condition: str, count: int) -> dict[str, Any]:
    return {"flow": flow, "account": "oms", "stage": stage, "condition": condition, "count": count}


LEDGER = {
    "counts": [
        row("orders", "done", "done", 8),
        row("orders", "done", "discarded", 1),
        row("orders", "validate", "dead", 1),
        row("shipments", "done", "done", 8),
        row("statuses", "done", "done", 2),
    ]
}
BOOKS = {
    "octopia": {
        "orders": 11,
        "not_ours": ["F1"],
        "planted": [
            {"order_id": "P1", "kind": "sku_missing", "field": "lines.0.offer.sellerProductId", "good": "007"},
            {"order_id": "P2", "kind": "quantity_zero", "field": "lines.0.quantity", "good": 2},
        ],
    },
    "egenta": {
        "orders": 8,
        "puts": dict.fromkeys(["P1", *"ABCDEFG"], 1),
        "shipped": 8,
        "acked": 8,
        "to_ack": [],
        "cancelled": [],
        "questions_open": [],
        "questions_answered": 2,
    },
    "audit": {
        "expected": 7,
        "arrived": 7,
        "missing": [],
        "unexpected": {},
        "doubled": [],
        "planted_arrived": ["P1"],
        "shipped_not_acked": [],
        "not_shipped_at_marketplace": [],
    },
    "violations_by_rule": {},
    "faults": {"fired": {"reset_after": 3}},
}


def standing(change: Callable[[Any, Any], object] = lambda ledger, books: None) -> Standing:
    ledger, books = deepcopy(LEDGER), deepcopy(BOOKS)
    change(ledger, books)
    return Standing(ledger, books)


def test_all_well_is_settled_and_agrees() -> None:
    assert standing().settled
    assert not find_differences(standing())
    assert standing().planted_left == {"P2"}


@pytest.mark.parametrize("condition", ["due", "in_hand", "sending", "parked", "pending", "waiting", "unknown"])
def test_what_is_under_way_is_waited_for_and_told(condition: str) -> None:
    found = standing(lambda ledger, books: ledger["counts"].append(row("orders", "push", condition, 1)))
    assert not found.settled
    assert any(condition in words for words in find_differences(found))


def test_what_is_held_does_not_keep_the_demo_waiting_but_is_told() -> None:
    found = standing(lambda ledger, books: ledger["counts"].append(row("orders", "push", "held", 1)))
    assert found.settled
    assert any("held" in words for words in find_differences(found))


@pytest.mark.parametrize(
    ("side", "key", "value"),
    [
        ("audit", "missing", ["A"]),
        ("audit", "shipped_not_acked", ["A"]),
        ("audit", "not_shipped_at_marketplace", ["A"]),
        ("egenta", "questions_open", ["A"]),
        ("audit", "doubled", ["A"]),
        ("audit", "unexpected", {"X": "never released"}),
        ("octopia", "orders", 12),
        ("octopia", "planted", []),
    ],
)
def test_every_difference_is_told(side: str, key: str, value: object) -> None:
    assert find_differences(standing(lambda ledger, books: books[side].update({key: value})))


@pytest.mark.parametrize(
    ("side", "key", "value"), [("audit", "missing", ["A"]), ("egenta", "to_ack", ["A"]), ("egenta", "shipped", 7)]
)
def test_what_the_partners_still_wait_for_is_waited_for(side: str, key: str, value: object) -> None:
    assert not standing(lambda ledger, books: books[side].update({key: value})).settled


def without_shipments(ledger: Any, books: Any) -> None:
    ledger["counts"] = [row for row in ledger["counts"] if row["flow"] == "orders"]
    books["oms"] = "kibo"
    books["kibo"] = {"orders": 8}
    books["egenta"] |= {"orders": 0, "puts": {}, "shipped": 0, "acked": 0, "questions_answered": 0}


def test_an_oms_without_shipments_is_settled_when_it_has_the_orders() -> None:
    found = standing(without_shipments)
    assert found.settled
    assert not find_differences(found)
    text = write_summary(found, dead=[], repaired="orders:shop:P1 ...", differences=[], seconds=1)
    assert "7 of 7 valid ones at Kibo, 0 twice" in text
    assert "shipments" not in text


def test_such_an_oms_is_waited_for_and_told_about() -> None:
    def lose(ledger: Any, books: Any) -> None:
        without_shipments(ledger, books)
        books["audit"]["missing"] = ["A"]

    def not_all_known(ledger: Any, books: Any) -> None:
        without_shipments(ledger, books)
        books["octopia"]["orders"] = 12

    assert not standing(lose).settled
    assert "never arrived at Kibo" in find_differences(standing(lose))[0]
    assert not standing(not_all_known).settled
    assert standing(without_shipments).mark != standing(lambda ledger, books: None).mark


def test_a_request_that_breaks_a_contract_is_a_difference() -> None:
    assert find_differences(standing(lambda ledger, books: books.update(violations_by_rule={"no token": 2})))


def test_a_dead_shipment_and_a_missing_one_are_differences() -> None:
    assert find_differences(
        standing(lambda ledger, books: ledger["counts"].append(row("shipments", "push", "dead", 1)))
    )
    assert find_differences(standing(lambda ledger, books: ledger["counts"].pop(3)))


def test_the_summary_names_the_dead_with_their_fields() -> None:
    dead = [
        {
            "ref": "orders:shop:P2",
            "error": {"fields": [{"path": "lines.0.quantity", "rule": "positive", "message": "must be above 0"}]},
        }
    ]
    text = write_summary(standing(), dead=dead, repaired="orders:shop:P1 ...", differences=[], seconds=12.3)
    assert "7 of 7 valid ones at Egenta, 0 twice" in text
    assert "dead       1, as planted\n           orders:shop:P2  lines.0.quantity positive" in text
    assert "3 reset_after" in text
    assert "both sides agree" in text
    assert "DIFFERS" in write_summary(standing(), dead=dead, repaired=None, differences=["1 lost"], seconds=1)


class FakeDesk:
    def __init__(self, *rows: Mapping[str, Any]) -> None:
        self.rows = rows
        self.acts: list[tuple[object, ...]] = []

    def orders(self, *, ids: Sequence[str] = (), condition: str | None = None) -> Sequence[Mapping[str, Any]]:
        return self.rows

    def edit(self, ref: str, settings: Mapping[str, str], reason: str, who: str) -> None:
        self.acts.append(("edit", ref, dict(settings)))

    def replay(self, refs: Sequence[str], *, who: str) -> None:
        self.acts.append(("replay", *refs))


def dead_row(id_: str, path: str) -> dict[str, Any]:
    fields = [{"path": path, "rule": "required", "message": ""}]
    return {"flow": "orders", "id": id_, "ref": f"orders:shop:{id_}", "stage": "validate", "error": {"fields": fields}}


def test_one_order_whose_fault_has_one_value_is_edited_and_replayed() -> None:
    desk = FakeDesk(dead_row("P2", "lines.0.quantity"), dead_row("P1", "lines.0.sku"), dead_row("X", "lines.0.sku"))
    repair = repair_one(desk, BOOKS)
    assert repair == Repair("orders:shop:P1", "P1", ("lines.0.sku",))
    assert desk.acts == [("edit", "orders:shop:P1", {"lines.0.sku": '"007"'}), ("replay", "orders:shop:P1")]
    assert repair_one(FakeDesk(dead_row("P2", "lines.0.quantity")), BOOKS) is None


def test_a_repair_that_did_not_get_there_is_told() -> None:
    repair = Repair("orders:shop:P1", "P1", ("lines.0.sku",))
    assert describe_repair(FakeDesk(dead_row("P1", "x") | {"stage": "done"}), repair) == (
        "orders:shop:P1 (lines.0.sku): edited, replayed, acknowledged"
    )
    assert "NOT acknowledged" in str(describe_repair(FakeDesk(dead_row("P1", "x")), repair))
    assert describe_repair(FakeDesk(), None) is None
