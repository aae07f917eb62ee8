"""poll, pull, backfill, call."""

import json
from datetime import UTC, datetime

import pytest

from tests.unit.cli.conftest import NOW, Shell
from tests.unit.cli.desk import Fetched


def test_poll(shell: Shell) -> None:
    result = shell("poll", "shop-fr", "--flow", "orders")
    assert (result.exit_code, result.stdout) == (0, "3 new\n")
    assert shell.last() == ("poll", {"account": "shop-fr", "flow": "orders"})
    found = json.loads(shell("poll", "shop-fr", "--json").stdout)
    assert found == {"lane": "fetch.shop-fr", "counts": {"new": 3}, "text": "3 new", "died": False}
    assert shell.last()[1]["flow"] is None


def test_a_poll_that_failed_is_exit_1(shell: Shell) -> None:
    shell.desk.answers["poll"] = Fetched(text="HTML with 200", died=True)
    assert shell("poll", "shop-fr").exit_code == 1


def test_pull_takes_any_id(shell: Shell) -> None:
    assert shell("pull", "shop-fr", "A/1 #2:é").exit_code == 0
    assert shell.last() == ("pull", {"account": "shop-fr", "id": "A/1 #2:é"})


def test_backfill_tells_its_progress_on_stderr(shell: Shell) -> None:
    result = shell("backfill", "shop-fr", "--since", "2026-11-20", "--until", "2026-11-21T00:00:00Z")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "3 new\n", "page 1: 100 orders\n")
    since, until = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    given = {"account": "shop-fr", "since": since, "until": until, "historic": False, "in_flight": None}
    assert shell.last() == ("backfill", given)


@pytest.mark.parametrize("words", [[], ["--since", "2026-11-23"], ["--since", "2026-11-21", "--until", "2026-11-20"]])
def test_backfill_needs_a_range(shell: Shell, words: list[str]) -> None:
    assert shell("backfill", "shop-fr", *words).exit_code == 2
    assert NOW.year == 2026


def test_call_gives_the_partners_answer_as_json(shell: Shell) -> None:
    result = shell("call", "shop-fr", "carriers", "country=FR", "q=a=b")
    assert json.loads(result.stdout) == {"ok": True}
    given = {"account": "shop-fr", "operation": "carriers", "arguments": {"country": "FR", "q": "a=b"}, "yes": True}
    assert shell.last() == ("call", given)


def test_call_asks_before_what_can_not_be_undone(shell: Shell) -> None:
    result = shell("call", "shop-fr", "split", "id=1")
    assert result.exit_code == 2
    assert "can't be undone (split a shipment)" in result.stderr
    assert shell.desk.asked == []
    assert shell("call", "shop-fr", "split", "id=1", "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["shop-fr", "carrier"], "'carriers'"),
        (["central", "carriers"], "no operations"),
        (["shop-fr", "carriers", "country"], "NAME=VALUE"),
        (["shop-fr", "carriers", "a=1", "a=2"], "twice"),
    ],
)
def test_call_names_what_is_wrong(shell: Shell, words: list[str], told: str) -> None:
    result = shell("call", *words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert shell.desk.asked == []
