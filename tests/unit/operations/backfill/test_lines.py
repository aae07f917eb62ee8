"""Lines of a file: where each ends, and what is no text of ours."""

import gzip
import io
import tracemalloc
from pathlib import Path

import pytest

from pipeline.operations.backfill.lines import KEPT, LARGEST, Lines, Place, Source, Unfit
from pipeline.operations.errors import NotAllowed


def lines_of(data: bytes, place: Place | None = None) -> list[tuple[int, bytes, int]]:
    lines = Lines(io.BytesIO(data), "it", place or Place())
    lines.begin()
    return [(line.number, line.text, line.end.bytes) for line in lines]


def test_each_line_with_the_place_where_it_ends() -> None:
    assert lines_of(b"a\r\n\nb") == [(1, b"a\r\n", 3), (2, b"\n", 4), (3, b"b", 5)]
    assert lines_of(b"a\r\n\nb", Place(4, 2)) == [(3, b"b", 5)]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert lines_of(b"\xef\xbb\xbfid\nx") == [(1, b"id\n", 6), (2, b"x", 7)]


def test_a_huge_line_is_cut_and_the_next_one_is_whole() -> None:
    huge, *rest = Lines(io.BytesIO(b"x" * (3 * LARGEST) + b"\nnext\n"), "it", Place())
    assert (huge.oversize, len(huge.text), huge.end.bytes) == (True, KEPT, 3 * LARGEST + 1)
    assert [(line.number, line.text) for line in rest] == [(2, b"next\n")]


def test_a_line_that_just_fits_is_whole() -> None:
    (line,) = Lines(io.BytesIO(b"x" * LARGEST), "it", Place())
    assert not line.oversize


def test_two_huge_lines_differ_by_what_was_cut() -> None:
    one, other = Lines(io.BytesIO(b"x" * (2 * LARGEST) + b"1\n" + b"x" * (2 * LARGEST) + b"2\n"), "it", Place())
    assert one.text == other.text
    assert one.digest != other.digest


def test_a_file_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("wb") as file:
        for _ in range(20):
            file.write((b'{"id":"' + b"x" * 1000 + b'"}\n') * 1_000)
    tracemalloc.start()
    with Source(str(path)).open() as stream:
        count = sum(1 for _ in Lines(stream, "it", Place()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 1_000_000 < path.stat().st_size


def test_a_compressed_file_goes_on_at_a_place_of_its_text(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\nthree\n"))
    with Source(str(path)).open() as stream:
        lines = Lines(stream, "it", Place(4, 1))
        lines.begin()
        assert [(line.number, line.text) for line in lines] == [(2, b"two\n"), (3, b"three\n")]


def test_a_damaged_archive_is_told_with_the_last_good_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(b"%d\n" % n for n in range(100_000)))[:-2000])
    read = []
    with Source(str(path)).open() as stream, pytest.raises(NotAllowed, match=r"damaged after line [0-9,]+:"):
        read.extend(Lines(stream, "a.jsonl.gz", Place()))
    assert len(read) > 1000


@pytest.mark.parametrize(
    ("head", "told"),
    [(b"\xff\xfei\0d\0", "UTF-16"), (b"PK\x03\x04", "zip"), (b"\x1f\x8b\x08\x00", "compressed")],
)
def test_what_is_no_text_is_refused_as_a_whole(tmp_path: Path, head: bytes, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(head)
    with pytest.raises(Unfit, match=told):
        Source(str(path)).open()


def test_what_tells_one_file_from_another(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n" * 100_000)
    source, place = Source(str(path)), Place(120_000, 60_000)
    before = source.print(), source.tail(place)
    with path.open("r+b") as file:
        file.seek(119_000)
        file.write(b"b")
    assert source.print() == before[0]
    assert source.tail(place) != before[1]
    path.write_bytes(b"a\n" * 100_001)
    assert source.print() != before[0]
