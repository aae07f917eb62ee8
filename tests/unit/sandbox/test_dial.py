"""The dial: seeded, bounded, first rule wins; the named sets end."""

from dataclasses import replace

import pytest

from sandbox import SandboxConfig
from sandbox.fault_sets import NAMES, find_fault_set
from sandbox.faults import Dial, Rule
from sandbox.marketplaces import MARKETPLACES
from sandbox.oms import OMS
from sandbox.world import World


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


def rules_of(name: str, markets: tuple[str, ...], oms: tuple[str, ...]) -> tuple[Rule, ...]:
    return find_fault_set(name, [MARKETPLACES[one].doors for one in markets], [OMS[one].doors for one in oms])


ALL = (tuple(MARKETPLACES), tuple(OMS))


@pytest.mark.parametrize(("markets", "oms"), [(("octopia",), ("egenta",)), *((ALL[0], (one,)) for one in OMS), ALL])
def test_none_is_empty_and_worst_is_bounded_and_refuses_no_document_for_good(
    markets: tuple[str, ...], oms: tuple[str, ...]
) -> None:
    assert rules_of("none", markets, oms) == ()
    assert all(rule.count is not None for rule in rules_of("worst", markets, oms))
    for name in NAMES:
        rules = rules_of(name, markets, oms)
        final = [rule for rule in rules if rule.kind == "status" and rule.status in {400, 401, 403, 404, 409, 422}]
        assert not final, name
        assert all(rule.probability < 0.5 for rule in rules), name
        assert all(rule.endpoint for rule in rules), name


def test_worst_has_every_kind_but_the_word_that_holds_an_order() -> None:
    kinds = {rule.kind for rule in rules_of("worst", ("octopia",), ("egenta",))}
    assert kinds >= {"hang", "reset_before", "reset_after", "html", "truncated", "huge", "drip", "slow", "status"}
    assert kinds >= {"repeated_page", "late_order", "expired_token"}
    assert "unknown_status" not in kinds


def test_worst_is_for_every_partner_that_is_there_and_for_no_other() -> None:
    for markets, oms in ((("octopia",), ("egenta", "kibo")), (("octopia",), ("transiteo",)), ALL):
        rules = rules_of("worst", markets, oms)
        assert {rule.endpoint.partition(".")[0] for rule in rules} == {*markets, *oms, "*"}
        for one in oms:
            ambiguous = {rule.kind for rule in rules if rule.endpoint == OMS[one].doors.takes}
            assert ambiguous >= {"status", "reset_after", "hang", "html", "truncated", "drip", "huge"}


def test_every_door_of_the_sets_is_an_endpoint_of_its_partner() -> None:
    tried = {name: replace(row.dials(), **row.trial) for name, row in OMS.items()}
    world = World(SandboxConfig(orders=0, plant=0, marketplaces=ALL[0], oms=ALL[1], dials=tried))
    there = {endpoint.name for room in world.rooms for endpoint in room.endpoints}
    for row in (*MARKETPLACES.values(), *OMS.values()):
        named = {*row.doors.lists, *row.doors.writes, row.doors.takes, row.doors.token} - {""}
        assert named <= there, row.doors.name
