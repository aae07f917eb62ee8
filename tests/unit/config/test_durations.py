"""Durations and sizes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.durations import read_duration, read_size, say_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("1h", 3600), ("500ms", 0.5), ("1d", 86400), ("1.5h", 5400), ("2 s", 2)],
)
def test_durations(text: str, seconds: float) -> None:
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value", ["30", 30, "s", "", "1w", "-1s", "1s2m", "off", None, True, "1e3s", "٣s", "99999999d"]
)
def test_what_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="30s"):
        read_duration(value)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3000)))
def test_a_duration_said_is_read_back(length: timedelta) -> None:
    length = timedelta(milliseconds=length // timedelta(milliseconds=1))
    assert read_duration(say_duration(length)) == length


@pytest.mark.parametrize(
    ("value", "size"), [("10MB", 10_000_000), ("1kb", 1000), ("1KiB", 1024), ("7B", 7), (512, 512)]
)
def test_sizes(value: object, size: int) -> None:
    assert read_size(value) == size


@pytest.mark.parametrize("value", ["10", "10 megs", "-1MB", True, 1.5, None, "IB", "5IB"])
def test_what_is_no_size(value: object) -> None:
    with pytest.raises(ValueError, match="10MB"):
        read_size(value)
