"""What a marketplace's rows become: ids, words, money and times; and one order by its id."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from pipeline.domain.errors import Puzzling, Trouble
from pipeline.domain.order import Order
from pipeline.domain.reports import LineQuantity
from pipeline.ports import Row
from tests.builders import build_parcel, build_shipment
from tests.conformance.connectors.reading import Reading
from tests.conformance.connectors.rules import ANY_ID, EXACT, TABLE_IS_USED, UNKNOWN_IS_HELD, UNKNOWN_IS_NONE
from tests.conformance.connectors.stand import Stand, say
from tests.conformance.connectors.test_lists import ORDERS

UNHEARD = "AwaitingMoonrise"
HOSTILE = re.compile(r"[^\w-]")


def read(stand: Stand, row: Row) -> Order:
    with stand.only_trouble(f"reading the order {row.id!r} that it listed"):
        order: Order = stand.client.read(whole(stand, row))
    return order


def whole(stand: Stand, row: Row) -> Any:
    """Its raw: of a list that shows only a part, as it is fetched before it is read."""
    return row.raw if row.whole else stand.client.get(row.id).raw


@pytest.mark.over("lists", kind="marketplace")
def test_money_is_exact_and_times_have_zones(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    stand.list_card.fill(stand, ORDERS)
    reading.run()
    for row in reading.rows.values():
        floats = [path for path, value in leaves(row.raw) if isinstance(value, float)]
        stand.demand(not floats, EXACT, f"floats at {', '.join(floats[:3])} of a row's raw")
        order = read(stand, row)
        for path, value in [*leaves(order), ("the row's version", row.version), ("purchased_at", row.purchased_at)]:
            naive = isinstance(value, datetime) and value.tzinfo is None
            stand.demand(not naive, EXACT, f"{path} has no zone")
            stand.demand(not isinstance(value, float), EXACT, f"{path} is a float")
            long = isinstance(value, Decimal) and -int(value.as_tuple().exponent) > 4
            stand.demand(not long, EXACT, f"{path} has more than 4 decimals: no wire value has")
        lines = [line for line in order.lines if line.unit_price is not None and line.quantity]
        stand.demand(bool(lines), EXACT, f"the order {row.id!r} has no line with a price and a quantity")


@pytest.mark.over("lists", kind="marketplace")
def test_a_word_that_nobody_knows_is_held_and_stops_nothing(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    ids = list(stand.list_card.fill(stand, 3))
    reading.run()
    raws = [whole(stand, row) for row in reading.rows.values()]
    known = {word for word in stand.connector.statuses if any(has(raw, word) for raw in raws)}
    assert known, "no word of the status table is in what the simulator lists"

    def rename(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        content = response.content
        for word in known:
            content = content.replace(f'"{word}"'.encode(), f'"{UNHEARD}"'.encode())
        headers = {"content-type": "application/json"}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))

    stand.simulator.tamper.change(rename, meant=lambda request: request.method == "GET", times=10_000)
    again = Reading(stand, reading.start)
    again.run()
    missing = [order_id for order_id in ids if order_id not in again.rows]
    stand.demand(
        not missing, UNKNOWN_IS_HELD, f"with the word {UNHEARD!r}, {len(missing)} of {len(ids)} are not listed"
    )
    for order_id in ids:
        raw = whole(stand, again.rows[order_id])
        try:
            with stand.only_trouble("reading an order with an unknown word", but_trouble=True):
                order: Order = stand.client.read(raw)
        except Puzzling:
            continue
        except Trouble as trouble:
            stand.demand(False, UNKNOWN_IS_HELD, f"reading it met {say(trouble)}: that is dead, not held")
        told = f"{UNHEARD!r} was read as {order.status}, released {order.released}"
        guessed = order.status is not None and not stand.client.riddles(raw)
        stand.demand(not guessed, UNKNOWN_IS_HELD, told)


@pytest.mark.over("lists", kind="marketplace")
def test_every_word_of_the_status_table_is_read_as_the_table_says(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    (order_id,) = stand.list_card.fill(stand, 1)
    reading.run()
    raw = whole(stand, reading.rows[order_id])
    for word, status in stand.connector.statuses.items():
        if word in stand.card.depends:
            continue
        order: Order = stand.client.read(renamed(raw, set(stand.connector.statuses), word))
        told = f"the table says that {word!r} is {status}, and an order in that state reads as {order.status}"
        stand.demand(order.status == status, TABLE_IS_USED, told)


@pytest.mark.over("lists", kind="marketplace")
def test_hostile_ids_survive_from_the_list_to_the_shipment(stand: Stand) -> None:
    """The first orders of every simulator have ids as sellers' systems really make them, where its form allows."""
    reading = Reading(stand, stand.simulator.clock() - timedelta(days=3650))
    reading.run()
    hostile = [order_id for order_id in reading.rows if HOSTILE.search(order_id)]
    for order_id in hostile:
        with stand.only_trouble(f"getting the order {order_id!r}"):
            row = stand.client.get(order_id)
        stand.demand(
            row is not None and row.id == order_id, ANY_ID, f"{order_id!r} is listed, and get gives {say(row)}"
        )
        if stand.client.ship is None:
            continue
        order = read(stand, row)
        shipping = replace(stand, capability="ship")
        everything = tuple(LineQuantity(id=line.id, quantity=line.quantity) for line in order.lines)
        parcel = build_parcel(number=stand.simulator.fresh_id(), carrier="Colissimo", lines=everything)
        shipment = build_shipment(order_id=order.id, parcels=(parcel,))
        (outcome,) = shipping.send(shipping.prepare(shipment))
        if stand.client.parcels(row.raw):
            continue  # shipped by an earlier test of this process
        held = stand.card.writes["ship"].held(stand, shipment)
        told = f"shipping {order_id!r} met {say(outcome)}, and the simulator has the parcel {held} times"
        stand.demand(held == 1, ANY_ID, told)


@pytest.mark.over("lists", kind="marketplace")
def test_one_order_by_its_id_is_the_listed_one(stand: Stand) -> None:
    reading = Reading.from_now(stand)
    (order_id,) = stand.list_card.fill(stand, 1)
    reading.run()
    with stand.only_trouble("getting an order that it listed"):
        row = stand.client.get(order_id)
    told = f"listed with version {reading.rows[order_id].version}, got {say(row)[:200]}"
    same = row is not None and row.id == order_id and row.version == reading.rows[order_id].version
    stand.demand(same, ANY_ID, told)


@pytest.mark.over("lists", kind="marketplace")
@pytest.mark.parametrize("order_id", ["NOBODYS0001", "../orders", "a/b?c=d#e", "é %2F"])
def test_an_order_that_nobody_has_is_none(stand: Stand, order_id: str) -> None:
    with stand.only_trouble(f"asking for {order_id!r}"):
        row = stand.client.get(order_id)
    stand.demand(row is None, UNKNOWN_IS_NONE, f"{order_id!r} gives {say(row)[:200]}")


def has(raw: Any, word: str) -> bool:
    return any(value == word for _, value in leaves(raw))


def renamed(raw: Any, words: set[str], word: str) -> Any:
    """The same order in another state."""
    if isinstance(raw, dict):
        return {name: renamed(value, words, word) for name, value in raw.items()}
    if isinstance(raw, list):
        return [renamed(value, words, word) for value in raw]
    return word if isinstance(raw, str) and raw in words else raw


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its path."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name), f"{path}.{field.name}".lstrip("."))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{index}")
    else:
        yield path, value
