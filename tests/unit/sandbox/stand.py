"""One marketplace's room behind its Exchange, mounted as the sandbox mounts it, on a clock that tests move."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.agenda import Agenda
from sandbox.exchange import Exchange
from sandbox.faults import Dial, Rule
from sandbox.journal import Journal
from sandbox.samples import PLAIN, PLANT_KINDS, Shares, make_samples
from tests.unit.sandbox.partners import TurnedClock

Make = Callable[[Agenda, Dial, Journal], Any]


class Stand:
    def __init__(self, make: Make, *rules: Rule) -> None:
        self.clock = TurnedClock()
        self.agenda = Agenda(self.clock)
        self.journal = Journal()
        dial = Dial(1, "own", rules)
        self.room = make(self.agenda, dial, self.journal)
        exchange = Exchange(self.room, dial, self.journal, self.agenda)
        self._app = Starlette(routes=[Mount(f"/{self.room.name}", exchange)])
        self._made = 0

    def fill(
        self, count: int, shares: Shares = PLAIN, plant: int = 0, kinds: tuple[str, ...] = PLANT_KINDS
    ) -> list[str]:
        """Orders that appear now; their ids."""
        samples = make_samples(count, 1, plant, shares, self._made, kinds)
        self._made += count
        return [self.room.receive(sample, self.agenda.catch_up()) for sample in samples]

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.burst(1, method, path, **more)[0]

    def burst(self, count: int, method: str, path: str, **more: Any) -> list[httpx.Response]:
        """`path` below the mount, or a whole address."""
        address = path if path.startswith("http") else f"/{self.room.name}/{path}"

        async def send() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as http:
                return [await http.request(method, address, **more) for _ in range(count)]

        return asyncio.run(send())

    def violations(self) -> list[str]:
        return list(self.journal.violations_by_rule)

    def conflicts(self) -> int:
        return len(self.journal.conflicts)
