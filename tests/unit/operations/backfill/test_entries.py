"""JSON lines: one order a line, and everything that is none."""

import io
from decimal import Decimal

import pytest

from pipeline.operations.backfill.entries import Entry, json_entries
from pipeline.operations.backfill.lines import LARGEST, Lines, Place, Unfit


def entries_of(data: bytes) -> list[Entry]:
    return list(json_entries(Lines(io.BytesIO(data), "it", Place()), "it"))


def test_an_order_a_line_with_exact_amounts() -> None:
    one, two = entries_of(b'\xef\xbb\xbf{"id": "A1", "total": 12.10}\r\n\n{"id": "A2"}')
    assert (one.fields, one.line, one.end.bytes) == ({"id": "A1", "total": Decimal("12.10")}, 1, 33)
    assert (two.fields, two.line, two.end.lines) == ({"id": "A2"}, 3, 3)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"garbage", "no JSON: Expecting value at column 1"),
        (b'{"id": "A1"', "no JSON"),
        (b'{"id": NaN}', "no JSON: a number that is none"),
        (b'{"n": ' + b"9" * 5000 + b"}", "a number that is none, or has too many digits"),
        (b'{"n": 1e9999999999999999999}', "a number that is none, or has too many digits"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"null", "no JSON object"),
        (b'"id"', "no JSON object"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested deeper than 32 levels"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper than 32 levels"),
        (b'{"id": "' + b"x" * LARGEST + b'"}', "too large"),
        (b"{\0}", "no JSON"),
    ],
)
def test_a_line_that_is_none_is_told_and_the_next_one_read(line: bytes, told: str) -> None:
    bad, good = entries_of(line + b'\n{"id":"A2"}\n')
    assert told in bad.fault
    assert (bad.fields, bad.line) == (None, 1)
    assert (good.fields, good.line) == ({"id": "A2"}, 2)


def test_what_it_says_holds_nothing_of_the_line() -> None:
    (bad,) = entries_of(b'{"email": "zoe@example.com", x}')
    assert "zoe" not in bad.fault


def test_one_list_is_no_lines() -> None:
    with pytest.raises(Unfit, match="one order per line"):
        entries_of(b'[{"id": "A1"},\n{"id": "A2"}]')
