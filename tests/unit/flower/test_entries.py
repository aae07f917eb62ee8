"""Tasks as Flower's list shows them."""

from types import SimpleNamespace
from typing import Any

import pytest

from tasks.flower.entries import format_entry


def shown(**given: Any) -> tuple[Any, Any]:
    fields = {"args": "()", "kwargs": "{}", "state": "SUCCESS", "result": None, "exception": None}
    entry = format_entry(SimpleNamespace(**{**fields, **given}))
    return entry.args, entry.result


def test_a_batch_says_its_lane_and_how_it_ended() -> None:
    assert shown(args="('push.egenta',)", result="'97 advanced, 2 parked: 429'") == (
        "push.egenta",
        "97 advanced, 2 parked: 429",
    )


def test_a_poll_says_account_and_flow() -> None:
    assert shown(args="('cdiscount-fr', 'orders')", result="'orders: 3 new'") == (
        "cdiscount-fr orders",
        "orders: 3 new",
    )


@pytest.mark.parametrize(
    ("exception", "words"),
    [
        ("BatchFailed('1 dead: phone missing')", "1 dead: phone missing"),
        ("BatchFailed('1 dead: phone missing',)", "1 dead: phone missing"),
        ("""BatchFailed("1 held: 'Neu' is no status")""", "1 held: 'Neu' is no status"),
        ("dead: phone missing", "dead: phone missing"),  # a document's own row
        ("KeyError('a', 'b')", "KeyError('a', 'b')"),
    ],
)
def test_a_failure_says_what_stands_in_it(exception: str, words: str) -> None:
    assert shown(state="FAILURE", exception=exception)[1] == words


@pytest.mark.parametrize(
    "text", ["('push.eg...", "(" * 3000, "x" * 100_000, "__import__('os')", "('a', {1: 2})", None, ""]
)
def test_what_is_no_plain_tuple_stays_as_it_came(text: Any) -> None:
    assert shown(args=text)[0] == text


def test_nothing_is_shown_as_nothing() -> None:
    assert shown(result="None") == ("", "")
    assert (
        format_entry(SimpleNamespace(args="()", kwargs="{}", state="STARTED", result=None, exception=None)).kwargs == ""
    )
