"""A ledger on fakeredis."""

import pytest

from tests.unit.stores.driver import Drive


@pytest.fixture
def drive() -> Drive:
    return Drive()
