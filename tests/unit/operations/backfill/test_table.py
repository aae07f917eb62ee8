"""CSV: the header's paths, quoting, and several rows for one order."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.codec import from_fields
from pipeline.domain.order import Order
from pipeline.operations.backfill.columns import read_header
from pipeline.operations.backfill.entries import Entry
from pipeline.operations.backfill.lines import LARGEST, Lines, Place, Unfit
from pipeline.operations.backfill.table import csv_entries


def entries_of(data: bytes) -> list[Entry]:
    lines = Lines(io.BytesIO(data), "it", Place())
    columns = read_header(next(iter(lines), None), "it")
    return list(csv_entries(lines, columns))


def fields_of(data: bytes) -> list[object]:
    return [entry.fields for entry in entries_of(data)]


def faults_of(data: bytes) -> list[tuple[int, str]]:
    return [(entry.line, entry.fault) for entry in entries_of(data) if entry.fields is None]


HEADER = b"id,released,lines.0.quantity,lines.0.unit_price,lines.1.sku,shipping_address.city,extra.old.0\n"


def test_paths_become_an_order_and_an_empty_cell_is_absent() -> None:
    (fields,) = fields_of(HEADER + b"007,TRUE,2,19.90,,Lyon,x\n")
    assert fields == {
        "id": "007",
        "released": True,
        "lines": [{"quantity": 2, "unit_price": "19.90"}],
        "shipping_address": {"city": "Lyon"},
        "extra": {"old": {"0": "x"}},
    }
    order = from_fields(Order, fields)
    assert (order.id, order.lines[0].quantity) == ("007", 2)


def test_a_line_of_which_nothing_is_told_is_none() -> None:
    (fields,) = fields_of(HEADER + b"1,,,,S2,,\n")
    assert fields == {"id": "1", "lines": [{"sku": "S2"}]}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t"])
def test_as_spreadsheets_write_it(end: bytes, mark: bytes, delimiter: bytes) -> None:
    rows = [b"id,comment", b'A1,"two', b'lines, and a ""quote"""', b"", b"A2,plain"]
    data = mark + end.join(rows).replace(b",", delimiter) + end
    one, two = entries_of(data)
    sep = delimiter.decode()
    assert one.fields == {"id": "A1", "comment": f'two{end.decode()}lines{sep} and a "quote"'}
    assert (one.line, two.line, two.end.bytes) == (2, 5, len(data))


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"id,lines.0.skuu", "did you mean lines.0.sku?"),
        (b"id,foo", "foo: no such path"),
        (b"id,id", "id stands twice"),
        (b"sku", "sku: no such path"),
        (b"reference", "no column id"),
        (b"id,lines", "lines is a list of objects; a column names one value"),
        (b"id,buyer", "buyer is an object"),
        (b"id,fraud.*.kind", r"only lines\.\*\.\.\.\. may be spread"),
        (b"id,lines.0.sku,lines.*.sku", "lines.0.sku beside"),
        (b"id,", "a column without a name"),
        (b"", "no header"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_header_that_is_wrong_is_told_before_anything_else(header: bytes, told: str) -> None:
    with pytest.raises(Unfit, match=told):
        entries_of(header + b"\n1,2,3\n")


def test_every_fault_of_a_header_at_once() -> None:
    with pytest.raises(Unfit, match=r"foo: .*; bar: .*; there is no column id"):
        entries_of(b"foo,bar\n")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (b"A1", "1 cells, the header 2"),
        (b"A1,b,c", "3 cells, the header 2"),
        (b"A1,\xff", "not UTF-8"),
        (b'A1,"x"y', "no CSV"),
        (b"A1,x\ry", "no CSV"),
        (b"A1," + b"x" * (LARGEST + 1), "too large"),
        (b'A1,"' + b"x\n" * 70_000, "field larger"),
    ],
)
def test_a_row_that_can_not_be_read_takes_no_other_with_it(row: bytes, told: str) -> None:
    entries = entries_of(b"id,comment\nA0,\n" + row + b"\nA2,z\n")
    bad = entries[1]
    assert told in bad.fault
    assert bad.line == 3
    assert entries[0].fields == {"id": "A0"}
    assert entries[-1].fields == {"id": "A2", "comment": "z"}


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    entries = entries_of(b'id,comment\nA1,"open\nA2,b\nA3,c\n')
    assert [entry.fields for entry in entries[1:]] == [{"id": "A2", "comment": "b"}, {"id": "A3", "comment": "c"}]
    assert "no CSV" in entries[0].fault


SPREAD = b"id,currency,lines.*.sku,lines.*.quantity\n"


def test_rows_with_one_id_are_the_lines_of_one_order() -> None:
    one, two = entries_of(SPREAD + b"A1,EUR,S1,1\nA1,,S2,2\nA2,EUR,S3,1\n")
    assert one.fields == {
        "id": "A1",
        "currency": "EUR",
        "lines": [{"sku": "S1", "quantity": 1}, {"sku": "S2", "quantity": 2}],
    }
    assert (one.line, one.end.lines) == (2, 3)
    assert two.fields == {"id": "A2", "currency": "EUR", "lines": [{"sku": "S3", "quantity": 1}]}


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (b"A1,EUR,S1,1\nA1,USD,S2,2\n", [(2, "line 3: currency differs from an earlier row of the same order")]),
        (b"A1,EUR,S1,1\nA1,EUR\nA1,EUR,S2,1\n", [(2, "line 3: 2 cells, the header 4")]),
    ],
)
def test_one_wrong_row_spoils_its_order(rows: bytes, faults: list[tuple[int, str]]) -> None:
    data = SPREAD + rows + b"A2,EUR,S3,1\n"
    assert faults_of(data) == faults
    assert [f for f in fields_of(data) if f] == [
        {"id": "A2", "currency": "EUR", "lines": [{"sku": "S3", "quantity": 1}]}
    ]


def test_a_row_of_nobody_knows_whom_spoils_its_neighbours_only() -> None:
    data = SPREAD + b"A0,EUR,S,1\nA1,EUR,S1,1\n\xff\nA2,EUR,S2,1\nA3,EUR,S3,1\n"
    assert [line for line, _ in faults_of(data)] == [3, 4, 5]
    assert len([fields for fields in fields_of(data) if fields]) == 2


def test_an_id_that_returns_is_told() -> None:
    ((line, fault),) = faults_of(SPREAD + b"A1,EUR,S1,1\nA2,EUR,S2,1\nA1,EUR,S3,1\n")
    assert line == 4
    assert "must stand together" in fault


def test_rows_without_end_for_one_order_are_not_held() -> None:
    (entry,) = entries_of(SPREAD + b"A1,EUR,S1,1\n" * 30_000)
    assert "more than 1000 rows" in entry.fault
    assert len(entry.text) < 100_000


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=2, max_size=2), max_size=8))
def test_what_csv_writes_is_read_as_it_was(rows: Sequence[Sequence[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([["id", "comment"], *([f"i{n}", "".join(row)] for n, row in enumerate(rows))])
    found = fields_of(file.getvalue().encode())
    told = ["".join(row).strip() for row in rows]
    assert found == [{"id": f"i{n}", "comment": text} if text else {"id": f"i{n}"} for n, text in enumerate(told)]


@given(st.binary(max_size=200))
def test_any_bytes_end(data: bytes) -> None:
    for header in (b"id,comment\n", SPREAD):
        for entry in entries_of(header + data):
            assert (entry.fields is None) == bool(entry.fault)
