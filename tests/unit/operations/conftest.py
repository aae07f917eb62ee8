"""A desk over a ledger on fakeredis."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.operations.desk import Desk
from tests.unit.stores.driver import Drive

OpenDesk = Callable[..., Desk]


@pytest.fixture
def drive() -> Drive:
    return Drive()


@pytest.fixture
def hinted() -> list[str]:
    return []


@pytest.fixture
def open_desk(drive: Drive, hinted: list[str]) -> OpenDesk:
    def build(**more: Any) -> Desk:
        more.setdefault("hint", hinted.append)
        return Desk(drive.ledger, drive.gates, accounts=["m1", "o1", "o2"], **more)

    return build


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    return open_desk()
