"""A real sandbox in a thread, a clock that tests move, and the two partners' clients by hand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from sandbox import SandboxConfig, serve_in_thread
from sandbox.marketplaces import MARKETPLACES
from sandbox.oms import OMS
from sandbox.samples import PLAIN
from tests.unit.sandbox.partners import Partners, TurnedClock

Start = Callable[..., Partners]


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def start(clock: TurnedClock) -> Iterator[Start]:
    """`start(orders=3, ...)`: a sandbox of plain orders on the test's clock, unless told otherwise; a partner's
    dials by its name."""
    with ExitStack() as stack:

        def run(**settings: Any) -> Partners:
            dials = {name: settings.pop(name) for name in {*MARKETPLACES, *OMS} & settings.keys()}
            config = replace(SandboxConfig(orders=3, plant=0, shares=PLAIN, clock=clock, dials=dials), **settings)
            return stack.enter_context(Partners(stack.enter_context(serve_in_thread(config))))

        yield run
