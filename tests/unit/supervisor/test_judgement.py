"""When the demo is over, and what it says about the two sides."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import pytest

from pipeline.supervisor.repair import Repair, describe_repair, repair_one
from pipeline.supervisor.standing import Standing
from pipeline.supervisor.summary import find_differences, write_summary


def row(flow: str, stage: str, condition: str, count: int, account: str = "shop") -> dict[str, Any]:
    return {"flow": flow, "account": account, "stage": stage, "condition": condition, "count": count}


def dead_row(id_: str, path: str = "lines.0.quantity", source: str = "shop") -> dict[str, Any]:
    fields = [{"path": path, "rule": "positive", "message": "must be above 0"}]
    ref = f"orders:{source}:{id_}"
    return {"flow": "orders", "id": id_, "source": source, "ref": ref, "stage": "validate", "error": {"fields": fields}}


def audit(expected: int, *repaired: str) -> dict[str, Any]:
    rest = ("missing", "doubled", "shipped_not_acked", "not_shipped_at_marketplace", "open")
    found: dict[str, Any] = {key: [] for key in rest}
    return found | {"expected": expected, "arrived": expected, "unexpected": {}, "planted_arrived": list(repaired)}


PARTNERS = {"shop": "octopia", "bazaar": "market", "hub": "egenta", "customs": "transiteo"}
LEDGER = {
    "counts": [
        row("orders", "done", "done", 8),
        row("orders", "done", "discarded", 1),
        row("orders", "validate", "dead", 1),
        row("shipments", "done", "done", 8, "hub"),
        row("statuses", "done", "done", 2, "hub"),
    ]
}
BOOKS = {
    "orders_made": 11,
    "marketplaces": {
        "octopia": {
            "orders": 11,
            "not_ours": ["F1"],
            "planted": [
                {"order_id": "P1", "kind": "sku_missing", "field": "lines.0.offer.sellerProductId", "good": "007"},
                {"order_id": "P2", "kind": "quantity_zero", "field": "lines.0.quantity", "good": 2},
            ],
        }
    },
    "oms": {
        "egenta": {
            "orders": 8,
            "puts": dict.fromkeys(["P1", *"ABCDEFG"], 1),
            "shipped": 8,
            "acked": 8,
            "to_ack": [],
            "cancelled": [],
            "questions_open": [],
            "questions_answered": 2,
        }
    },
    "routes": {"octopia": ["egenta"]},
    "audit": {"by_oms": {"egenta": audit(7, "P1")}},
    "violations_by_rule": {},
    "faults": {"fired": {"reset_after": 3}},
}
Change = Callable[[Any, Any], object]


def standing(change: Change = lambda ledger, books: None, dead: Sequence[Any] = (dead_row("P2"),)) -> Standing:
    ledger, books = deepcopy(LEDGER), deepcopy(BOOKS)
    change(ledger, books)
    return Standing(ledger, books, PARTNERS, dead)


def of_egenta(key: str, value: object) -> Change:
    """In its book, or in what the audit says of it."""

    def change(ledger: Any, books: Any) -> None:
        book = books["oms"]["egenta"]
        (book if key in book else books["audit"]["by_oms"]["egenta"])[key] = value

    return change


def test_all_well_is_settled_and_agrees() -> None:
    assert standing().settled
    assert not find_differences(standing())
    assert standing().planted_left("octopia") == {"P2"}


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
    ("key", "value"),
    [
        ("missing", ["A"]),
        ("shipped_not_acked", ["A"]),
        ("not_shipped_at_marketplace", ["A"]),
        ("questions_open", ["A"]),
        ("doubled", ["A"]),
        ("unexpected", {"X": "never released"}),
        ("planted_arrived", []),
    ],
)
def test_every_difference_at_an_oms_is_told(key: str, value: object) -> None:
    assert find_differences(standing(of_egenta(key, value)))


@pytest.mark.parametrize(("key", "value"), [("orders", 12), ("planted", []), ("not_ours", [])])
def test_every_difference_at_a_marketplace_is_told(key: str, value: object) -> None:
    def change(ledger: Any, books: Any) -> None:
        books["marketplaces"]["octopia"][key] = value

    assert find_differences(standing(change))


@pytest.mark.parametrize("dead", [(), [dead_row("P2"), dead_row("A")], [dead_row("A")]])
def test_who_is_dead_must_be_who_was_planted(dead: Sequence[Any]) -> None:
    assert any("planted" in words for words in find_differences(standing(dead=dead)))


@pytest.mark.parametrize("key", ["missing", "shipped_not_acked", "not_shipped_at_marketplace", "open"])
def test_what_the_partners_still_wait_for_is_waited_for(key: str) -> None:
    assert not standing(of_egenta(key, ["A"])).settled


def test_orders_that_buyers_have_yet_to_place_are_waited_for() -> None:
    found = standing(lambda ledger, books: books.update(orders_made=12))
    assert not found.settled
    assert not found.all_placed
    assert "buyers have not placed all orders yet" in find_differences(found)


def with_customs(ledger: Any, books: Any) -> None:
    """A second marketplace, and an OMS without shipments that both lead to."""
    ledger["counts"].append(row("orders", "done", "done", 2, "bazaar"))
    books["orders_made"] = 13
    books["marketplaces"]["market"] = {"orders": 2, "not_ours": [], "planted": []}
    books["oms"]["transiteo"] = {"orders": 10}
    books["routes"] = {"octopia": ["egenta", "transiteo"], "market": ["transiteo"]}
    books["audit"]["by_oms"]["transiteo"] = audit(9, "P1")


def test_each_marketplace_and_each_oms_has_its_line() -> None:
    found = standing(with_customs)
    assert found.settled
    assert not find_differences(found)
    text = write_summary(found, repaired="orders:shop:P1 ...", differences=[], seconds=1)
    assert "Octopia    11 orders (1 not the seller's to ship) for Egenta, Transiteo; 10 settled" in text
    assert "Market     2 orders for Transiteo; 2 settled" in text
    assert "Egenta     7 of 7 valid ones, 0 twice; 8 shipments at the marketplace and acknowledged; 2 questions" in text
    assert "Transiteo  9 of 9 valid ones, 0 twice\n" in text


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (lambda books: books["audit"]["by_oms"]["transiteo"].update(missing=["A"]), "never arrived at Transiteo: A"),
        (lambda books: books["audit"]["by_oms"]["transiteo"].update(doubled=["A"]), "twice at Transiteo: A"),
        (lambda books: books["marketplaces"]["market"].update(orders=3), "2 orders of Market settled in the ledger, 3"),
        (lambda books: books["audit"]["by_oms"]["transiteo"].update(planted_arrived=[]), "of Octopia planted invalid"),
    ],
)
def test_each_is_judged_on_its_own(lost: Callable[[Any], object], words: str) -> None:
    def change(ledger: Any, books: Any) -> None:
        with_customs(ledger, books)
        lost(books)

    assert any(words in told for told in find_differences(standing(change)))


def test_orders_that_no_list_has_shown_need_not_be_in_the_ledger() -> None:
    def change(ledger: Any, books: Any) -> None:
        books["marketplaces"]["octopia"] |= {"orders": 12, "never_shown": ["N"]}

    assert not find_differences(standing(change))


def test_a_step_at_any_partner_is_a_move() -> None:
    def one_more(ledger: Any, books: Any) -> None:
        with_customs(ledger, books)
        books["audit"]["by_oms"]["transiteo"]["arrived"] = 8

    assert standing(with_customs).mark != standing(one_more).mark
    assert standing(with_customs).mark == standing(with_customs).mark


def test_a_request_that_breaks_a_contract_is_a_difference() -> None:
    assert find_differences(standing(lambda ledger, books: books.update(violations_by_rule={"no token": 2})))


def test_a_dead_shipment_and_a_missing_one_are_differences() -> None:
    assert find_differences(
        standing(lambda ledger, books: ledger["counts"].append(row("shipments", "push", "dead", 1, "hub")))
    )
    assert find_differences(standing(lambda ledger, books: ledger["counts"].pop(3)))


def test_the_summary_names_the_dead_with_their_fields() -> None:
    text = write_summary(standing(), repaired="orders:shop:P1 ...", differences=[], seconds=12.3)
    assert "7 of 7 valid ones, 0 twice" in text
    assert "dead       1, as planted\n           orders:shop:P2  lines.0.quantity positive" in text
    assert "3 reset_after" in text
    assert "all books agree" in text
    assert "DIFFERS    1 lost" in write_summary(standing(), repaired=None, differences=["1 lost"], seconds=1)


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


def test_one_order_whose_fault_has_one_value_is_edited_and_replayed() -> None:
    desk = FakeDesk()
    dead = [dead_row("P2"), dead_row("P1", "lines.0.sku", "bazaar"), dead_row("P1", "lines.0.sku")]
    repair = repair_one(desk, standing(with_customs, dead))
    assert repair == Repair("orders:shop:P1", "P1", "octopia", ("lines.0.sku",))
    assert desk.acts == [("edit", "orders:shop:P1", {"lines.0.sku": '"007"'}), ("replay", "orders:shop:P1")]
    assert repair_one(desk, standing()) is None


def test_a_repair_is_there_once_every_oms_has_the_order() -> None:
    assert standing(with_customs).has_arrived("P1", "octopia")

    def one_lacks_it(ledger: Any, books: Any) -> None:
        with_customs(ledger, books)
        books["audit"]["by_oms"]["transiteo"]["planted_arrived"] = []

    assert not standing(one_lacks_it).has_arrived("P1", "octopia")


def test_a_repair_that_did_not_get_there_is_told() -> None:
    repair = Repair("orders:shop:P1", "P1", "octopia", ("lines.0.sku",))
    assert describe_repair(FakeDesk(dead_row("P1", "x") | {"stage": "done"}), repair) == (
        "orders:shop:P1 (lines.0.sku): edited, replayed, acknowledged"
    )
    assert "NOT acknowledged" in str(describe_repair(FakeDesk(dead_row("P1", "x")), repair))
    assert describe_repair(FakeDesk(), None) is None
