"""The same harness over pipelines that are wrong on purpose: it must notice, or its green says nothing."""

from pathlib import Path

import pytest

from tests.chaos.judge import broken, broken_at_the_end, wait_settled
from tests.chaos.system import LEASE, Setup, System

SLOW = {"kind": "slow", "endpoint": "egenta.import", "seconds": 0.5}
QUIET = {"app": "tests.chaos.red_app", "mode": "insert", "ship_after": -1.0, "status_share": 0.0}


def red(kind: str) -> Setup:
    """Nothing but the orders flow, so that nothing else brings work into the lanes."""
    return Setup(env={"ORDERPIPE_RED": kind}, **QUIET)  # type: ignore[arg-type] # spelt once for both


def kill_in_a_call(system: System) -> None:
    system.wait(system.sending, 60, "a push is under way")
    system.wait(system.partners.at_egenta, 30, "it has arrived")
    system.wait(system.sending, 30, "a push is under way")
    system.kill("worker")
    assert system.sending() > 0, "the kill hit no call"


@pytest.mark.timeout(200)
def test_a_mark_that_is_forgotten_shows_as_a_double(tmp_path: Path) -> None:
    with System(tmp_path, red("forgetful")) as system:
        system.partners.place(60, plain=True)
        system.partners.fail(SLOW)
        system.start("worker", "beat")
        kill_in_a_call(system)
        assert not broken(system)
        system.start("worker")
        system.wait(lambda: broken(system), 60, "the invariants notice")
        assert any(words.startswith("doubled") for words in broken(system))


@pytest.mark.timeout(200)
def test_without_the_sweep_lost_hints_show_as_orders_that_never_arrive(tmp_path: Path) -> None:
    with System(tmp_path, red("sweepless")) as system:
        ids = system.partners.place(60, plain=True)
        system.partners.fail(SLOW)
        system.start("worker", "beat")
        kill_in_a_call(system)
        system.lose_hints()
        left = system.in_hand()
        system.partners.fail()
        system.start("worker")
        with pytest.raises(AssertionError, match="all is settled"):
            wait_settled(system, ids, 3 * LEASE)
        assert system.still_held(left), "nobody has ended the dead worker's leases"
        assert any(words.startswith("not settled") for words in broken_at_the_end(system, ids))
