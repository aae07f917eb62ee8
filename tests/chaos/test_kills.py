"""kill -9 of workers, of the server, of everything at once, in mid-push: nothing lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.chaos.judge import broken, wait_settled
from tests.chaos.system import Setup, System
from tests.chaos.toll import SLOW, UNCLEAR, Toll, resolve_all

ROUNDS = 3
KILLED = {"worker": ("worker",), "server": ("server",), "everything": ("worker", "beat", "server")}
# after its server was gone a worker now and then hears nothing for a while (tasks/deaf.py): with two, one goes on
MORE = {"worker": (), "server": ("worker-2",), "everything": ()}
ORDERS = {"worker": 300, "server": 200, "everything": 200}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("mode", ["upsert", "insert"])
@pytest.mark.parametrize("victim", list(KILLED))
def test_nothing_is_lost_or_doubled(victim: str, mode: str, tmp_path: Path) -> None:
    with System(tmp_path, Setup(mode=mode)) as system:
        ids = system.partners.place(ORDERS[victim], plant=3)
        system.partners.fail(*SLOW)
        system.start("worker", "beat", *MORE[victim])
        toll = Toll(system, ids)
        for _ in range(ROUNDS):
            toll.kill(*KILLED[victim])
            assert not broken(system)
        system.partners.fail(*UNCLEAR)
        ids += system.partners.place(40)
        wait_settled(system, ids, 120)
        if mode == "insert":
            found, _ = resolve_all(system)
            assert found, "no unknown outcome: nothing was put to the test"
            wait_settled(system, ids, 60)
        toll.prove(server_only=victim == "server")
        assert not system.orders(condition="unknown")
        planted = {plant["order_id"] for plant in system.partners.books()["octopia"]["planted"]}
        assert {row["id"] for row in system.orders(condition="dead")} == planted
