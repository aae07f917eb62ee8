"""Lists, of marketplaces and of OMS: all of it, once, in pages; and nothing from what can't be read."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from pipeline.domain.errors import PartnerTrouble, RateLimited, Trouble, Unauthorized, Unavailable, Unreadable
from tests.conformance.connectors.reading import Reading
from tests.conformance.connectors.rules import (
    NO_LOOP,
    NOTHING_LOST,
    OVERLAP_IS_READ,
    PARCELS_ARE_READ,
    UNREADABLE_STORES_NOTHING,
)
from tests.conformance.connectors.stand import Stand, say
from tests.conformance.connectors.tamper import at, instead

FAULTS: dict[str, tuple[dict[str, object], type[Trouble]]] = {
    "a page of HTML with 200": ({"kind": "html"}, Unreadable),
    "JSON cut in the middle": ({"kind": "truncated"}, Unreadable),
    "more than may be read": ({"kind": "huge", "megabytes": 0.3}, Unreadable),
    "500": ({"kind": "status", "status": 500}, Unavailable),
    "503": ({"kind": "status", "status": 503}, Unavailable),
    "a reset": ({"kind": "reset_after"}, Unavailable),
    "429": ({"kind": "status", "status": 429, "retry_after": 7}, RateLimited),
}
SHAPES = {
    "an object of unknown fields": b'{"unexpected": {"depth": 1}}',
    "text": b'"no orders today"',
    "a number": b"3",
}
SHAPES |= {"a list of texts": b'["a", "b"]', "an error with 200": b'{"error": "database is away"}'}
ORDERS = 8  # three pages, the last one not full


def calls(stand: Stand) -> Callable[[httpx.Request], bool]:
    """The list's own."""
    return at(stand.list_card.calls)


def lost(reading: Reading, ids: list[str]) -> list[str]:
    return [order_id for order_id in ids if order_id not in reading.rows]


@pytest.mark.over("lists")
def test_all_pages_together_have_everything(stand: Stand) -> None:
    """All changed in one moment: more of it than a page holds."""
    reading = Reading.from_now(stand)
    ids = list(stand.list_card.fill(stand, ORDERS))
    reading.run()
    missing = lost(reading, ids)
    stand.demand(not missing, NOTHING_LOST, f"of {ORDERS} in {reading.pages} pages, {len(missing)} were not read")
    if stand.list_card.pages:
        assert reading.pages >= 3, (
            f"the card's settings make {reading.pages} pages of {ORDERS} rows: 3 a page are meant"
        )


@pytest.mark.over("lists", touch=True)
def test_all_pages_have_everything_where_each_changed_at_its_own_time(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    ids: list[str] = []
    for _ in range(ORDERS):
        ids += stand.list_card.fill(stand, 1)
        stand.simulator.clock.turn(60)
    reading.run()
    missing = lost(reading, ids)
    stand.demand(not missing, NOTHING_LOST, f"of {ORDERS} in {reading.pages} pages, {len(missing)} were not read")


@pytest.mark.over("lists", pages=True)
def test_a_page_that_comes_twice_neither_loses_nor_loops(stand: Stand) -> None:
    """The answer to the second page is the first page once more, as proxies' caches do."""
    reading = Reading.from_now(stand)
    ids = list(stand.list_card.fill(stand, ORDERS))
    first: list[tuple[bytes, httpx.Headers]] = []

    def again(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not first:
            first.append((response.content, response.headers))
        content, headers = first[0]
        kept = [(name, value) for name, value in headers.items() if name.lower() != "content-encoding"]
        return httpx.Response(200, headers=kept, stream=httpx.ByteStream(content))

    stand.simulator.tamper.change(again, meant=calls(stand), times=2)
    reading.run()
    stand.simulator.tamper.let_be()
    for _ in range(2):  # what it left, the next polls read
        stand.simulator.clock.turn(1)
        reading.run()
    missing = lost(reading, ids)
    stand.demand(
        not missing, NOTHING_LOST, f"after a page that came twice, and two more polls, {len(missing)} are lost"
    )


@pytest.mark.over("lists", pages=True)
def test_one_page_for_ever_ends(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    stand.list_card.fill(stand, ORDERS)
    kept: list[httpx.Response] = []

    def frozen(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        kept.append(response)
        content, headers = kept[0].content, kept[0].headers
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))

    stand.simulator.tamper.change(frozen, meant=calls(stand), times=10_000)
    with suppress(PartnerTrouble):  # to say that this can't be all is an end, too
        reading.run()
    stand.demand(reading.pages < 20, NO_LOOP, f"one page, served for ever, was asked for {reading.pages} times")


@pytest.mark.over("lists", touch=True, pages=True)
def test_an_order_that_moves_while_pages_are_read_hides_no_other(stand: Stand) -> None:
    """It changes after its page was read: it goes to the end, and all behind it come one place nearer."""
    reading = Reading.from_now(stand)
    ids: list[str] = []
    for _ in range(ORDERS):
        ids += stand.list_card.fill(stand, 1)
        stand.simulator.clock.turn(60)
    touch = stand.list_card.touch
    assert touch is not None

    def move(number: int) -> None:
        if number == 1:
            touch(stand, ids[0])

    reading.run(move)
    stand.simulator.clock.turn(60)
    reading.run()
    missing = lost(reading, ids)
    told = f"an order of the first page changed before the second was read, and {len(missing)} others were never read"
    stand.demand(not missing, NOTHING_LOST, told)


@pytest.mark.over("lists", touch=True)
def test_a_change_after_a_listing_is_in_the_next_one(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    (order_id,) = stand.list_card.fill(stand, 1)
    stand.simulator.clock.turn(5)
    reading.run()
    before = reading.rows[order_id].version
    touch = stand.list_card.touch
    assert touch is not None
    touch(stand, order_id)
    stand.simulator.clock.turn(5)
    reading.run()
    after = reading.rows[order_id].version
    told = f"it changed, and its version went from {before} to {after}"
    stand.demand(bool(before and after and after > before), NOTHING_LOST, told)


@pytest.mark.over("lists", late=True)
def test_an_order_that_shows_late_is_found_by_the_overlap(stand: Stand) -> None:
    reading = Reading.from_now(stand, overlap=timedelta(minutes=2))
    stand.simulator.arm({"kind": "late_order", "seconds": 20 + stand.list_card.lag})
    (late,) = stand.list_card.fill(stand, 1)
    stand.simulator.arm()
    stand.simulator.clock.turn(5)
    (prompt,) = stand.list_card.fill(stand, 1)
    stand.simulator.clock.turn(5)
    reading.run()
    assert prompt in reading.rows, "an order that is not late is listed"
    assert late not in reading.rows, "the simulator did not hide the late one"
    stand.simulator.clock.turn(30)
    reading.run()
    told = "it showed 20 s late, behind a newer one that had moved the cursor; the overlap was 2 minutes"
    stand.demand(late in reading.rows, OVERLAP_IS_READ, told)


@pytest.mark.over("lists", late=True, bound=False)
def test_the_cursor_stays_at_what_was_seen_though_time_goes_on(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    (seen,) = stand.list_card.fill(stand, 1)
    stand.simulator.clock.turn(30)
    stand.simulator.arm({"kind": "late_order", "seconds": 60 + stand.list_card.lag})
    (late,) = stand.list_card.fill(stand, 1)
    stand.simulator.arm()
    stand.simulator.clock.turn(30)
    reading.run()
    assert seen in reading.rows, "an order that is not late is listed"
    stand.simulator.clock.turn(60)
    reading.run()
    told = "an order changed, showed a minute later, and no newer one had been seen: it is never listed any more"
    stand.demand(late in reading.rows, NOTHING_LOST, told)


@pytest.mark.over("lists")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda words: words.replace(" ", "_"))
def test_a_list_that_cannot_be_read_raises_and_moves_nothing(stand: Stand, fault: str) -> None:
    reading = Reading.from_now(stand)
    ids = list(stand.list_card.fill(stand, 2))
    rule, kind = FAULTS[fault]
    stand.simulator.arm({"endpoint": stand.list_card.endpoint, "count": 1, **rule})
    trouble = refused(reading)
    assert stand.simulator.fired() == 1, f"no call went to {stand.list_card.endpoint}: is the card's endpoint right?"
    stand.simulator.arm()
    stand.demand(isinstance(trouble, kind), UNREADABLE_STORES_NOTHING, f"{fault}: {say(trouble)}, not {kind.__name__}")
    reading.run()
    stand.demand(not lost(reading, ids), UNREADABLE_STORES_NOTHING, f"{fault}: the next poll does not have its orders")


@pytest.mark.over("lists")
@pytest.mark.parametrize("shape", SHAPES, ids=lambda words: words.replace(" ", "_"))
def test_a_list_in_another_shape_moves_nothing(stand: Stand, shape: str) -> None:
    reading = Reading.from_now(stand)
    ids = list(stand.list_card.fill(stand, 2))
    stand.simulator.tamper.change(instead(SHAPES[shape]), meant=calls(stand))
    trouble = refused(reading)
    stand.simulator.tamper.let_be()
    told = f"2xx with {shape}: {say(trouble)}, {len(reading.rows)} rows, cursor {reading.cursor}"
    moved = trouble is None and (reading.rows or reading.cursor)
    stand.demand(
        not moved and (trouble is None or isinstance(trouble, PartnerTrouble)), UNREADABLE_STORES_NOTHING, told
    )
    reading.run()
    stand.demand(not lost(reading, ids), UNREADABLE_STORES_NOTHING, f"{told}; the next poll does not have its orders")


@pytest.mark.over("lists", only="shipped")
def test_what_an_oms_has_shipped_is_read_with_its_parcels(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    ids = list(stand.list_card.fill(stand, 2))
    reading.run()
    stand.demand(not lost(reading, ids), NOTHING_LOST, "what was shipped is not listed")
    for order_id in ids:
        with stand.only_trouble("reading a row of its own list"):
            shipment = stand.client.read_shipment(reading.rows[order_id].raw)
        numbers = [parcel.number for parcel in shipment.parcels]
        told = f"the shipment of {order_id!r} is read as of {shipment.order_id!r}, with parcels {numbers}"
        stand.demand(shipment.order_id == order_id and all(numbers) and bool(numbers), PARCELS_ARE_READ, told)


@pytest.mark.over("lists")
def test_refused_credentials_stop_a_list_too(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    stand.simulator.arm({"endpoint": stand.list_card.endpoint, "kind": "status", "status": 401})
    trouble = refused(reading)
    told = f"401 whatever the token: {say(trouble)}"
    stand.demand(isinstance(trouble, Unauthorized), UNREADABLE_STORES_NOTHING, told)


def refused(reading: Reading) -> Trouble | None:
    """The trouble of one page, None where there was none; nothing may have moved by it."""
    try:
        reading.call()
    except Trouble as trouble:
        return trouble
    return None
