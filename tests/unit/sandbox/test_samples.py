"""The generator: the same for a seed, adding up, with exact counts."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.octopia.wire import plant_fault, write_order
from sandbox.paths import read_path, set_path
from sandbox.samples import PLAIN, PLANT_KINDS, Shares, make_samples

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def write(seed: int, count: int = 200) -> list[dict[str, Any]]:
    return [write_order(sample, "98979", "InPreparation", NOW) for sample in make_samples(count, seed)]


def test_the_same_seed_gives_the_same_orders_and_another_others() -> None:
    assert write(7) == write(7)
    assert write(7) != write(8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_totals_add_up_to_the_cent(seed: int) -> None:
    for order in write(seed):
        lines = Decimal(0)
        for line in order["lines"]:
            price = line["sellingPrice"]
            total = line["quantity"] * Decimal(str(price["unitSalesPrice"])) + Decimal(str(price["shippingCost"]))
            assert total == Decimal(str(line["totalPrice"]["sellingPrice"]))
            lines += total
        fees = sum((Decimal(str(fee["amount"])) for fee in order["serviceFees"]), Decimal(0))
        assert lines + fees == Decimal(str(order["totalPrice"]["sellingPrice"]))
        assert order["purchasedAt"] < order["createdAt"] <= order["updatedAt"] < order["shippedAtMax"]


def test_fates_and_plants_are_exact_counts() -> None:
    samples = make_samples(500, 1)
    fates = Counter(sample.fate for sample in samples)
    assert fates == {"ready": 410, "awaiting": 50, "processing": 25, "cancelled": 5, "foreign": 10}
    assert Counter(sample.plant for sample in samples if sample.plant) == dict.fromkeys(PLANT_KINDS, 1)
    assert {sample.fate for sample in samples if sample.plant} == {"ready"}


@pytest.mark.parametrize(("count", "plant", "expected"), [(1000, None, 10), (100, None, 3), (2, None, 2), (50, 0, 0)])
def test_one_in_a_hundred_is_planted_and_at_least_three(count: int, plant: int | None, expected: int) -> None:
    assert sum(sample.plant is not None for sample in make_samples(count, 1, plant)) == expected


def test_what_makes_european_orders_hard_is_there() -> None:
    samples = make_samples(1000, 1)
    ids = "".join(sample.order_id for sample in samples)
    assert all(mark in ids for mark in "/#: ")
    assert len({sample.order_id for sample in samples}) == 1000
    streets = " ".join(sample.shipping.line1 for sample in samples)
    assert "bis rue" in streets
    assert "ß" in streets
    assert {"FR", "DE", "NL", "ES", "IT", "BE"} <= {sample.shipping.country for sample in samples}
    assert {len(sample.lines) for sample in samples} == {1, 2, 3, 4, 5}
    assert any(sample.business and sample.billing.company for sample in samples)
    assert any(sample.shipping.pickup_id for sample in samples)
    assert any(line.unit_paid < line.unit for sample in samples for line in sample.lines)


def test_a_second_lot_continues_the_numbers() -> None:
    first, second = make_samples(50, 1), make_samples(50, 1, start=50)
    assert not {sample.order_id for sample in first} & {sample.order_id for sample in second}


def test_plain_orders_are_all_ready_with_tame_ids() -> None:
    samples = make_samples(100, 1, 0, PLAIN)
    assert {sample.fate for sample in samples} == {"ready"}
    assert all(sample.order_id.isalnum() for sample in samples)


@pytest.mark.parametrize("kind", PLANT_KINDS)
def test_a_planted_fault_is_undone_by_its_good_value(kind: str) -> None:
    sample = make_samples(1, 3, 0, Shares())[0]
    sound = write_order(sample, "98979", "InPreparation", NOW)
    broken = write_order(sample, "98979", "InPreparation", NOW)
    plant = plant_fault(kind, broken)
    assert broken != sound
    assert read_path(broken, plant.field) != plant.good
    set_path(broken, plant.field, plant.good)
    assert broken == sound
