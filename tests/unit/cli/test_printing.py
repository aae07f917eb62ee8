"""Tables on a terminal, and text that partners chose."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from pipeline.cli.printing import age, plain, print_json, print_section, print_table
from pipeline.config.setting import Secret


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "dumb")
    return stream


def test_a_long_reference_is_folded_and_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    ref = "orders:cdiscount-fr:" + "0123456789" * 6
    print_table(("ref", "condition"), [(ref, "dead")])
    text = terminal.getvalue()
    assert "…" not in text
    body = [line.split() for line in text.splitlines() if "─" not in line and "condition" not in line]
    assert "".join(words[0] for words in body if words) == ref


def test_markup_in_a_partners_words_is_only_text(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    print_table(("cause",), [("[red]x[/red] \x1b[2J",)])
    assert "[red]x[/red] \\x1b[2J" in terminal.getvalue()


def test_sections_show_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_section("none", {})
    print_section("one", {"a": {"due": 1}, "b": {"due": 2}})
    print_section("two", ["x", "y"])
    assert capsys.readouterr().out == "\none\nname\tdue\na\t1\nb\t2\n\ntwo\n  x\n  y\n"


def test_json_has_utc_milliseconds_exact_amounts_and_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    print_json({"at": at, "amount": Decimal("1.10"), "key": Secret("hunter2")})
    told = json.loads(capsys.readouterr().out)
    assert told == {"at": "2026-11-22T09:00:00.123Z", "amount": "1.10", "key": "***"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (True, "yes"), ("é\u202e\n", "é\\u202e\\n"), ({"a": "é"}, '{"a": "é"}'), (Secret("x"), "***")],
)
def test_plain(value: object, text: str) -> None:
    assert plain(value) == text


def test_age() -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert [age(now - timedelta(seconds=s), now) for s in (-5, 5, 119, 120, 7200, 200000)] == [
        "0s", "5s", "119s", "2m", "2h", "2d",
    ]  # fmt: skip
    assert age(None, now) == "-"
