"""Next links that lead elsewhere, pages that come twice, cursors that must not run ahead."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.connectors.paging import CEILING, Place, cursor_of, mark_of, next_link, zulu
from tests.unit.connectors.rig import NOW, ask

LISTED = "https://api.test/v2/orders"


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ('<https://api.test/v2/orders?pageIndex=2>; rel="next"', "https://api.test/v2/orders?pageIndex=2"),
        ("<https://api.test:443/v2/orders?p=2>; rel=next", "https://api.test:443/v2/orders?p=2"),
        ('<https://api.test/v2/orders?p=1>; rel="prev", </v2/orders?p=3>; title="a, b"; rel="last next"',
         "https://api.test/v2/orders?p=3"),
        ('<https://evil.test/v2/orders?p=2>; rel="next"', None),
        ('<http://api.test/v2/orders?p=2>; rel="next"', None),
        ('<https://api.test:8443/v2/orders?p=2>; rel="next"', None),
        ('<https://api.test@evil.test/v2/orders?p=2>; rel="next"', None),
        ('<https://api.test/v2/other?p=2>; rel="next"', None),
        ('<https://api.test/v2/orders>; rel="next"', None),
        ('<https://api.test/v2/orders?p=2>; rel="nextish"', None),
        ('<https://api.test/v2/orders?p=2>; rel="prev"', None),
        ("<https://[bad/v2/orders?p=2>; rel=next", None),
        ("nonsense", None),
        ("", None),
    ],
)  # fmt: skip
def test_only_a_link_to_the_same_list_is_followed(link: str, found: str | None) -> None:
    assert next_link({"link": link}, LISTED) == found


def test_a_place_survives_the_ledger() -> None:
    place = Place(index=3, since=NOW, until=NOW, newest=NOW, seen=("a", "b"), link="https://x")
    assert Place.of(ask(page=str(place))) == place


def test_where_a_listing_begins() -> None:
    assert Place.of(ask()).since == NOW - timedelta(days=1)
    assert Place.of(ask(cursor=NOW.isoformat())).since == NOW - timedelta(minutes=5)
    backfill = ask(since=NOW - timedelta(days=9), until=NOW, cursor=NOW.isoformat())
    assert (Place.of(backfill).since, Place.of(backfill).until) == (NOW - timedelta(days=9), NOW)
    assert cursor_of(backfill, NOW) is None  # a sweep must not move the cursor back
    assert cursor_of(ask(), NOW) == NOW.isoformat()
    assert cursor_of(ask(), None) is None


def test_a_page_that_comes_again_ends_the_listing_also_in_turns() -> None:
    place: Place | None = Place()
    for mark in ("a", "b"):
        assert place
        place = place.after(mark, None, None, [])
    assert place
    assert place.index == 3
    assert place.after("b", None, None, []) is None
    assert place.after("a", None, None, []) is None
    assert place.after("c", None, None, []) is not None
    assert Place(index=CEILING).after("c", None, None, []) is None


def test_the_newest_is_never_later_than_now_and_never_goes_back() -> None:
    place = Place(newest=NOW - timedelta(hours=1))
    assert place.newest_of([NOW + timedelta(days=365)], NOW) == NOW
    assert place.newest_of([NOW - timedelta(days=2), None], NOW) == place.newest
    assert Place().newest_of([], NOW) is None


def test_marks_and_times() -> None:
    assert mark_of([("a", NOW), ("b", None)]) == mark_of([("b", None), ("a", NOW)])
    assert mark_of([("a", NOW)]) != mark_of([("a", NOW + timedelta(seconds=1))])
    at = datetime(2026, 11, 22, 9, 0, 0, 500_000, tzinfo=UTC)
    assert (zulu(at), zulu(at, up=True)) == ("2026-11-22T09:00:00Z", "2026-11-22T09:00:01Z")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_range_moves_on_so_that_nothing_that_changes_meanwhile_is_skipped() -> None:
    place = Place(since=at(-100)).after("a", at(9), "https://x/orders?pageIndex=2", [at(0), at(4), at(9)])
    assert place is not None
    assert (place.since, place.index, place.link) == (at(8), 1, None)


@pytest.mark.parametrize(
    "updates",
    [[at(0)] * 3, [at(0), at(0.9)], [at(5), at(0), at(9)], []],
    ids=["one moment", "within a second", "not sorted", "no times"],
)
def test_more_rows_of_one_moment_than_a_page_holds_are_paged_by_number(updates: list[datetime]) -> None:
    place = Place(since=at(-100)).after("a", at(9), "https://x/orders?pageIndex=2", updates)
    assert place is not None
    assert (place.since, place.index, place.link) == (at(-100), 2, "https://x/orders?pageIndex=2")
