"""kill -9 of workers, of the server, of everything at once, in mid-push: nothing lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.chaos.judge import broken, broken_at_rest, broken_at_the_end
from tests.chaos.system import Setup, System
from tests.chaos.toll import SLOW, Toll, resolve_all

ORDERS = 300
ROUNDS = 3
KILLED = {"worker": ("worker",), "server": ("server",), "everything": ("worker", "beat", "server")}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("mode", ["upsert", "insert"])
@pytest.mark.parametrize("victim", list(KILLED))
def test_nothing_is_lost_or_doubled(victim: str, mode: str, tmp_path: Path) -> None:
    with System(tmp_path, Setup(mode=mode)) as system:
        ids = system.partners.place(ORDERS, plant=3)
        system.partners.fail(*SLOW)
        system.start("worker", "beat")
        toll = Toll(system, ids)
        for _ in range(ROUNDS):
            toll.kill(*KILLED[victim])
            assert not broken(system)
        system.partners.fail()
        system.wait_settled(ids, 150)
        if mode == "insert":
            assert not broken_at_rest(system, ids)
            found, _ = resolve_all(system)
            assert found, "no unknown outcome: nothing was put to the test"
            system.wait_settled(ids, 90)
        toll.prove(server_only=victim == "server")
        assert not broken_at_the_end(system, ids)
        assert system.counts("orders").get("unknown", 0) == 0
        planted = {plant["order_id"] for plant in system.partners.books()["octopia"]["planted"]}
        assert {row["id"] for row in system.orders(condition="dead")} == planted
