"""Whether two bodies say the same."""

import copy
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.fingerprint import fingerprint, without
from pipeline.domain.order import OrderStatus


def test_twelve_hex_digits_that_never_change() -> None:
    assert fingerprint({"b": [1, None, True], "a": "é"}) == "9f7d338ad914"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Decimal("1.0"), Decimal("1.00")),
        (Decimal("1.00"), 1),
        (Decimal("1E+2"), 100),
        (Decimal("-0.0"), 0),
        (Decimal("1.50"), Decimal("1.5")),
        ((1, 2), [1, 2]),
        (OrderStatus.SHIPPED, "shipped"),
        (datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=1)))),
    ],
)
def test_the_same(one: Any, other: Any) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0", "1.00"),
        (Decimal("1.5"), "1.5"),
        (1, "1"),
        (True, 1),
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        (Decimal("0.10000000000000000000000000000000001"), Decimal("0.1")),
        (Decimal("1E+1000000"), Decimal("1E+1000001")),
        (b"a", b"b"),
        (b"a", "a"),
    ],
)
def test_not_the_same(one: Any, other: Any) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_no_fingerprint_of_a_thing() -> None:
    with pytest.raises(TypeError, match="no fingerprint of a object"):
        fingerprint({"a": object()})


@pytest.mark.parametrize(
    ("volatile", "left"),
    [
        (set(), {"s": 1, "l": [{"c": 1, "d": {"e": 2}}, {"c": 3}], "o": {"p": 1, "q": 2}}),
        ({"s", "o.p"}, {"l": [{"c": 1, "d": {"e": 2}}, {"c": 3}], "o": {"q": 2}}),
        ({"l.*.c"}, {"s": 1, "l": [{"d": {"e": 2}}, {}], "o": {"p": 1, "q": 2}}),
        ({"l.*.d.e", "l.0.c"}, {"s": 1, "l": [{"d": {}}, {"c": 3}], "o": {"p": 1, "q": 2}}),
        ({"o", "o.p", "l.1"}, {"s": 1, "l": [{"c": 1, "d": {"e": 2}}]}),
        ({"l.*", "x.y", "s.t"}, {"s": 1, "l": [], "o": {"p": 1, "q": 2}}),
    ],
)
def test_volatile_paths_are_left_out(volatile: set[str], left: dict[str, Any]) -> None:
    value = {"s": 1, "l": [{"c": 1, "d": {"e": 2}}, {"c": 3}], "o": {"p": 1, "q": 2}}
    before = copy.deepcopy(value)
    assert without(value, frozenset(volatile)) == left
    assert value == before


leaves = st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False)
bodies = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(bodies)
def test_any_json_has_one(body: Any) -> None:
    assert fingerprint(body) == fingerprint(copy.deepcopy(body))
    assert len(fingerprint(body)) == 12
