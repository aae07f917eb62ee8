"""Times, numbers, badges and links."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain.lifecycle import Condition
from tasks.flower import marks
from tasks.flower.overview import by_account, sum_up, with_gates
from tasks.flower.reasons import group
from tests.unit.flower.desk import STATUS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "just now"),
        (-0.2, "just now"),
        (1, "1 s ago"),
        (119, "119 s ago"),
        (120, "2 min ago"),
        (7199, "119 min ago"),
        (7200, "2 h ago"),
        (172_800, "2 d ago"),
        (-300, "in 5 min"),
    ],
)
def test_times_are_told_as_how_long_ago(seconds: float, words: str) -> None:
    moment = NOW - timedelta(seconds=seconds)
    html = marks.when(moment.isoformat(), NOW)
    assert f">{words}<" in html
    assert f'title="{moment:%Y-%m-%d %H:%M:%S}' in html


def test_an_exact_time_is_utc() -> None:
    assert 'title="2026-11-22 08:00:00.000 UTC"' in marks.when("2026-11-22T09:00:00+01:00", NOW)


def test_no_time_is_a_dash() -> None:
    assert marks.when(None, NOW) == marks.NONE


def test_every_condition_has_a_look_and_a_meaning() -> None:
    assert set(marks.BADGES) == set(marks.MEANINGS) == set(Condition)
    assert "in hand" in marks.badge("in_hand")
    assert "<i>" not in marks.badge("<i>")


def test_links_carry_any_id() -> None:
    link = marks.words(lambda name, *rest: f"/{name}")["link"]
    assert link("doc", ref="a:b:1/ #?&", cause=None, flow="") == "/doc?ref=a%3Ab%3A1%2F+%23%3F%26"


def test_numbers_and_plurals() -> None:
    assert marks.number(12345) == "12,345"
    assert ">0<" in marks.number(0)
    assert (marks.many(1, "delivery"), marks.many(1200, "delivery")) == ("1 delivery", "1,200 deliveries")


def test_totals_count_what_is_stuck_once() -> None:
    counts = [
        {"flow": "orders", "account": "a", "stage": stage, "condition": condition, "count": 2}
        for stage, condition in (("push", "dead"), ("validate", "dead"), ("push", "parked"), ("done", "done"))
    ]
    assert sum_up({**STATUS, "counts": counts})["stuck"] == 4
    assert by_account(counts) == [{"flow": "orders", "account": "a", "dead": 4, "parked": 2, "done": 2}]


def test_a_shut_gate_stands_at_the_lanes_it_stops() -> None:
    lanes = with_gates([{"lane": "push.oms-1"}, {"lane": "validate.oms-1"}, {"lane": "push.a.b"}], STATUS["gates"])
    assert [(lane["account"], lane["gate"]) for lane in lanes] == [
        ("oms-1", "shut"),
        ("oms-1", "open"),
        ("a.b", "open"),
    ]


def test_refusals_are_grouped_the_most_frequent_first() -> None:
    reasons = group([("a", "rare"), *((str(n), "often") for n in range(8))])
    assert [(reason.words, reason.count, len(reason.samples)) for reason in reasons] == [
        ("often", 8, 5),
        ("rare", 1, 1),
    ]
