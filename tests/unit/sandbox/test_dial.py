"""The dial: seeded, bounded, first rule wins; the named sets end."""

from sandbox.fault_sets import FAULT_SETS
from sandbox.faults import Dial, Rule


def fire(dial: Dial, times: int, endpoint: str = "egenta.import") -> list[str]:
    return [rule.kind if (rule := dial.draw(endpoint)) else "" for _ in range(times)]


def test_the_same_seed_draws_the_same_faults() -> None:
    rules = (Rule("slow", probability=0.3), Rule("html", probability=0.3))
    assert fire(Dial(1, "x", rules), 200) == fire(Dial(1, "x", rules), 200)
    assert fire(Dial(1, "x", rules), 200) != fire(Dial(2, "x", rules), 200)


def test_count_and_after_bound_a_rule() -> None:
    assert fire(Dial(1, "x", (Rule("slow", count=2, after=3),)), 8) == ["", "", "", "slow", "slow", "", "", ""]


def test_the_first_rule_that_fires_wins_and_patterns_match() -> None:
    dial = Dial(1, "x", (Rule("slow", "egenta.*", count=1), Rule("html")))
    assert fire(dial, 2) == ["slow", "html"]
    assert fire(dial, 1, "octopia.orders") == ["html"]
    assert dial.fired == {"slow": 1, "html": 2}


def test_wire_faults_and_room_faults_are_drawn_apart() -> None:
    dial = Dial(1, "x", (Rule("late_order"),))
    assert dial.draw("octopia.orders") is None
    assert dial.draw("octopia.orders", frozenset({"late_order"})) is not None


def test_turning_replaces_the_rules_and_keeps_the_count() -> None:
    dial = Dial(1, "x", (Rule("slow"),))
    fire(dial, 2)
    dial.turn("none", ())
    assert fire(dial, 2) == ["", ""]
    assert dial.describe()["fired"] == {"slow": 2}


def test_none_is_empty_and_worst_is_bounded_and_refuses_no_document_for_good() -> None:
    assert FAULT_SETS["none"] == ()
    assert all(rule.count is not None for rule in FAULT_SETS["worst"])
    for name, rules in FAULT_SETS.items():
        final = [rule for rule in rules if rule.kind == "status" and rule.status in {400, 401, 403, 404, 409, 422}]
        assert not final, name
        assert all(rule.probability < 0.5 for rule in rules), name


def test_worst_has_every_kind_but_the_word_that_holds_an_order() -> None:
    kinds = {rule.kind for rule in FAULT_SETS["worst"]}
    assert kinds >= {"hang", "reset_before", "reset_after", "html", "truncated", "huge", "drip", "slow", "status"}
    assert kinds >= {"repeated_page", "late_order", "expired_token"}
    assert "unknown_status" not in kinds
