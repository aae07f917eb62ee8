"""Octopia's listing and its orders: pages, filters, cursors, and values that can't be read."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import httpx
import pytest

from pipeline.connectors.marketplaces.octopia.mapping import STATUSES, read_order, riddles_of
from pipeline.connectors.marketplaces.octopia.schema import faults_of
from pipeline.domain.errors import Invalid, RateLimited, Unreadable
from pipeline.domain.order import OrderStatus
from tests.unit.connectors.rig import GONE, NOW, Partner, ask, octopia, octopia_order, put

# ---------------------------------------------------------------- listing


def page(*orders: Any) -> dict[str, Any]:
    return {"itemsPerPage": 100, "items": list(orders)}


@pytest.mark.covers(
    "octopia:GET /orders",
    "octopia:{sort,desc}",
    "octopia:{updatedAtMin,updatedAtMax}",
    "octopia:salesChannelId",
    "octopia:cursor-of-what-was-seen",
)
def test_the_first_page_asks_for_what_changed_since_the_cursor() -> None:
    partner = Partner().says(page(octopia_order()))
    client = octopia(partner, sales_channel_id="CDISFR")
    found = client.new_orders(ask(cursor="2026-11-22T08:00:00+00:00"))
    assert partner.query() == {
        "pageIndex": "1",
        "pageSize": "100",
        "sort": "updatedAt",
        "desc": "false",
        "supplyMode": "Seller",
        "salesChannelId": "CDISFR",
        "updatedAtMin": "2026-11-22T07:55:00Z",
    }
    request = partner.requests[0]
    assert request.headers["sellerid"] == "98979"
    assert request.headers["authorization"] == "Bearer t"
    (row,) = found.rows
    assert (row.id, row.version, row.purchased_at) == (
        "26112214320ABC",
        datetime(2026, 11, 21, 8, tzinfo=UTC),
        datetime(2026, 11, 20, 13, 32, 5, tzinfo=UTC),
    )
    assert row.raw == octopia_order()
    assert isinstance(row.raw["totalPrice"]["sellingPrice"], Decimal)
    assert found.page is None
    assert found.cursor == "2026-11-22T08:00:00+00:00"  # an overlap must not move it back


@pytest.mark.covers("octopia:GET /orders", "octopia:pageIndex", "octopia:cursor-of-what-was-seen")
def test_full_pages_go_on_from_their_last_update_to_a_short_one() -> None:
    orders = [octopia_order(str(n), updatedAt=f"2026-11-21T08:0{n}:00Z") for n in range(5)]
    partner = Partner().says(page(*orders[:2]), page(*orders[2:4]), page(orders[4]))
    client = octopia(partner, page_size=2)
    first = client.new_orders(ask())
    second = client.new_orders(ask(page=first.page, cursor=first.cursor))
    third = client.new_orders(ask(page=second.page, cursor=second.cursor))
    assert [row.id for found in (first, second, third) for row in found.rows] == list("01234")
    bounds = [(partner.query(n)["pageIndex"], partner.query(n)["updatedAtMin"]) for n in range(3)]
    assert bounds[1:] == [("1", "2026-11-21T08:00:59Z"), ("1", "2026-11-21T08:02:59Z")]
    assert third.page is None
    assert third.cursor == "2026-11-21T08:04:00+00:00"


@pytest.mark.covers("octopia:pageIndex")
def test_more_orders_of_one_moment_than_a_page_holds_go_on_by_number() -> None:
    orders = [octopia_order(str(n), updatedAt="2026-11-21T08:00:00Z") for n in range(3)]
    partner = Partner().says(page(*orders[:2]), page(orders[2]))
    client = octopia(partner, page_size=2)
    first = client.new_orders(ask())
    second = client.new_orders(ask(page=first.page, cursor=first.cursor))
    assert [row.id for found in (first, second) for row in found.rows] == list("012")
    assert [partner.query(n)["pageIndex"] for n in range(2)] == ["1", "2"]
    assert len({partner.query(n)["updatedAtMin"] for n in range(2)}) == 1  # a moving cursor must not shift pages


@pytest.mark.covers("octopia:Link")
def test_a_next_link_is_followed_only_to_the_same_list() -> None:
    good = {"link": '<https://oct.test/seller/v2/orders?pageIndex=2&token=x>; rel="next"'}
    evil = {"link": '<https://evil.test/seller/v2/orders?pageIndex=2>; rel="next"'}
    partner = Partner().says(page(octopia_order("1")), headers=good).says(page(octopia_order("2")), headers=evil)
    client = octopia(partner)
    first = client.new_orders(ask())
    second = client.new_orders(ask(page=first.page))
    assert str(partner.requests[1].url) == "https://oct.test/seller/v2/orders?pageIndex=2&token=x"
    assert second.page is None  # a short page, and no link that may be followed


def test_a_partner_that_serves_one_page_for_ever_ends_the_listing() -> None:
    partner = Partner().says(*[page(octopia_order("1"), octopia_order("2"))] * 3)
    client = octopia(partner, page_size=2)
    first = client.new_orders(ask())
    again = client.new_orders(ask(page=first.page))
    assert (again.rows, again.page) == ([], None)


@pytest.mark.covers("octopia:itemsPerPage")
def test_a_smaller_page_size_than_asked_is_not_a_short_page() -> None:
    partner = Partner().says({"itemsPerPage": 1, "items": [octopia_order()]})
    assert octopia(partner).new_orders(ask()).page is not None


@pytest.mark.covers("octopia:{updatedAtMin,updatedAtMax}")
def test_a_backfill_has_bounds_and_moves_no_cursor() -> None:
    partner = Partner().says(page(octopia_order()))
    found = octopia(partner).new_orders(ask(since=NOW - timedelta(days=90), until=NOW, cursor="2026-11-22T08:00:00Z"))
    assert partner.query()["updatedAtMin"] == "2026-08-24T09:00:00Z"
    assert partner.query()["updatedAtMax"] == "2026-11-22T09:00:00Z"
    assert found.cursor is None


@pytest.mark.covers("octopia:cursor-of-what-was-seen")
def test_a_clock_that_is_ahead_does_not_carry_the_cursor_along() -> None:
    partner = Partner().says(page(octopia_order(updatedAt="2031-01-01T00:00:00Z")))
    assert octopia(partner).new_orders(ask()).cursor == NOW.isoformat()


@pytest.mark.covers("octopia:items", "octopia:supplyMode")
def test_orders_that_octopia_ships_are_left_out_and_rows_without_an_id_kept() -> None:
    foreign = octopia_order("2", lines__0__offer__supplyMode="Fulfillment")
    partner = Partner().says(page(octopia_order("1"), foreign, {"reference": "x"}, "junk", octopia_order("", lines=[])))
    found = octopia(partner).new_orders(ask())
    assert [row.id for row in found.rows] == ["1"]
    assert found.unreadable[:2] == [b'{"reference":"x"}', b'"junk"']
    assert len(found.unreadable) == 3


def test_an_order_whose_lines_are_nonsense_is_kept_for_a_person_to_see() -> None:
    odd = [octopia_order(str(n), lines=value) for n, value in enumerate((None, 5, [1], [{"offer": 3}]))]
    assert len(octopia(Partner().says(page(*odd))).new_orders(ask()).rows) == 4


@pytest.mark.covers("octopia:items")
@pytest.mark.parametrize(
    "content", [b"<html>busy</html>", b'{"items": [{"orderId"', b"", b'{"items": null}', b"[]", b'"x"']
)
def test_a_page_that_is_none(content: bytes) -> None:
    partner = Partner().says(httpx.Response(200, content=content))
    with pytest.raises(Unreadable):
        octopia(partner).new_orders(ask())


@pytest.mark.covers("octopia:429")
def test_too_many_requests_say_until_when() -> None:
    with pytest.raises(RateLimited) as raised:
        octopia(Partner().says(httpx.Response(429, headers={"retry-after": "9"}))).new_orders(ask())
    assert raised.value.retry_after == 9.0


# ---------------------------------------------------------------- one order


@pytest.mark.covers("octopia:GET /orders/{orderId}", "octopia:order-ids-in-paths")
def test_get_asks_for_any_id_as_one_segment() -> None:
    partner = Partner().says(octopia_order("A/1#2: ü"))
    row = octopia(partner).get("A/1#2: ü")
    assert row.id == "A/1#2: ü"
    assert partner.requests[0].url.raw_path == b"/seller/v2/orders/A%2F1%232%3A%20%C3%BC"


@pytest.mark.covers("octopia:GET /orders/{orderId}")
def test_get_of_an_unknown_or_unreadable_order() -> None:
    assert octopia(Partner().says(httpx.Response(404, json={"title": "no"}))).get("x") is None
    for content in (b"<html>", b"[]", b"{}"):
        with pytest.raises(Unreadable):
            octopia(Partner().says(httpx.Response(200, content=content))).get("x")


def read(raw: Any) -> Any:
    return octopia(Partner()).read(raw)


@pytest.mark.covers("octopia:status", "octopia:lines.*.status", "octopia:accept-not-needed")
@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_statuses(word: str, status: OrderStatus) -> None:
    order = read(octopia_order(status=word, lines__0__status=word))
    assert (order.status, order.raw_status, order.lines[0].status) == (status, word, status)
    assert order.released is (status in (OrderStatus.UNSHIPPED, OrderStatus.SHIPPED))
    assert octopia(Partner()).needs_accept(order) is (word == "WaitingAcceptance")


@pytest.mark.covers("octopia:unknown-status", "octopia:lines.*.status")
def test_an_unknown_status_is_kept_as_a_word_and_never_guessed() -> None:
    order = read(octopia_order(status="BankReview", lines__0__status="Lost"))
    assert (order.status, order.raw_status, order.released) == (None, "BankReview", False)
    assert (order.lines[0].status, order.lines[0].raw_status) == (None, "Lost")


@pytest.mark.covers("octopia:partly-shipped", "octopia:lines.*.status")
def test_partly_shipped_comes_from_the_lines() -> None:
    raw = octopia_order()
    raw["lines"].append(deepcopy(raw["lines"][0]) | {"status": "Shipped", "orderLineId": "L2"})
    assert read(raw).status is OrderStatus.PARTIALLY_SHIPPED
    raw["lines"][1]["status"] = "Cancelled"
    assert read(raw).status is OrderStatus.UNSHIPPED
    assert read(raw).lines[1].canceled_quantity == 2


def test_before_its_release_an_order_has_no_addresses() -> None:
    order = read(octopia_order(status="WaitingAcceptance", billingAddress=GONE, lines__0__shippingAddress=GONE))
    assert order.shipping_address.line1 is None
    assert order.buyer.email is None


@pytest.mark.covers("octopia:one-address")
def test_lines_to_different_addresses_or_of_another_supply_mode_are_riddles_of_an_order_to_be_pushed() -> None:
    """A status question or a parcel is not held for them: reading goes by the first line."""
    raw = octopia_order()
    second = deepcopy(raw["lines"][0])
    raw["lines"].append(second)
    second["shippingAddress"]["phone"] = "0700000000"
    client = octopia(Partner())
    assert read(raw).shipping_address.city == "Lyon"
    assert client.riddles(raw) == ()  # another phone is no other place
    second["shippingAddress"]["city"] = "Nantes"
    second["delivery"]["mode"] = "Express"
    second["offer"]["supplyMode"] = "Xdock"
    riddles = client.riddles(raw)
    assert [riddle.path for riddle in riddles] == ["shipping_address", "delivery.service", "lines"]
    assert not any("Nantes" in riddle.message for riddle in riddles)
    assert read(raw).shipping_address.city == "Lyon"


@pytest.mark.covers("octopia:snake-case")
def test_snake_case_is_read_as_well() -> None:
    def snake(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                "".join(f"_{c.lower()}" if c.isupper() else c for c in name): snake(inner)
                for name, inner in value.items()
            }
        return [snake(inner) for inner in value] if isinstance(value, list) else value

    assert read(snake(octopia_order())) == read(octopia_order())
    assert octopia(Partner().says(page(snake(octopia_order())))).new_orders(ask()).rows[0].id == "26112214320ABC"


def test_wrong_types_are_told_all_at_once_with_canonical_paths() -> None:
    raw = octopia_order(
        updatedAt="yesterday",
        businessOrder="perhaps",
        billingAddress__city=["Lyon"],
        lines__0__quantity="two",
        lines__0__sellingPrice__unitSalesPrice="19,90",
        lines__0__offer=5,
        totalPrice__sellingPrice=True,
    )
    with pytest.raises(Invalid) as raised:
        read(raw)
    assert {fault.path for fault in raised.value.fields} == {
        "updated_at",
        "is_business",
        "billing_address.city",
        "lines.0.quantity",
        "lines.0.unit_price",
        "lines.0",
        "total",
    }
    assert "Lyon" not in raised.value.message


def paths_in(value: Any, path: tuple[str, ...] = ()) -> list[list[str]]:
    """Every path of a document, inner ones too."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [found for name, one in inner for found in paths_in(one, (*path, str(name)))]
    return [list(path), *below] if path else below


def verdict_on(raw: Any) -> Any:
    """What the mapping says of the types: nothing, or the faults it raised."""
    try:
        read_order(raw, UTC, "acc")
    except Invalid as invalid:
        return invalid.fields
    riddles_of(raw)  # what can be read can be asked for riddles
    return ()


def test_the_reading_and_the_schema_agree_on_every_document() -> None:
    """The mapping decides, the schema gives the words: neither may refuse what the other takes."""
    values = (None, "", "x", "5", 5, Decimal("1.5"), True, [], {}, [1], [{}], {"id": 3}, "2026-11-22T10:00:00Z", GONE)
    whole = octopia_order()
    put(whole, ["lines", "0", "shippingAddress", "pickupId"], "P1")
    taken = refused = 0
    for path, value in product(paths_in(whole), values):
        raw = deepcopy(whole)
        put(raw, path, value)
        faults = faults_of(raw)
        assert verdict_on(raw) == faults, (path, value)
        taken += not faults
        refused += bool(faults)
    assert taken > 300
    assert refused > 300
