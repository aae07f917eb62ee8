"""One order to two OMS, a fulfiller and one for customs: delivered to both, acknowledged once, failing and sent again
apart. The real server, real workers, a real beat, simulated partners."""

from pathlib import Path

import pytest

from tests.chaos.system import MARKET, OMS, Setup, System

pytestmark = pytest.mark.timeout(120)
CUSTOMS, STOCK = "transiteo-cdiscount", "tecsys-cdiscount"
EGENTA_ONLY = f'ack_when = ["{OMS}"]'


def ref_of(order_id: str) -> str:
    return f"orders:{MARKET}:{order_id}"


def stands(system: System, order_id: str, target: str) -> str:
    """One delivery of an order: `push dead`. `acknowledge waiting`: made; the order waits for its other deliveries."""
    (row,) = [row for row in system.orders(order_id) if row["target"] == target]
    return f"{row['stage']} {row['condition']}"


def ends_of_steps(system: System, order_id: str) -> list[tuple[str, str | None]]:
    """(step, target) of every step that the order has got past, in order."""
    shown = system.desk.show(ref_of(order_id)) or {}
    return [(line["step"], line.get("target")) for line in shown["timeline"] if line["what"] == "advanced"]


def acknowledgements(system: System, order_id: str) -> int:
    return ends_of_steps(system, order_id).count(("acknowledge", None))


def settled(system: System) -> bool:
    """Nothing is under way with us, or to come at the partners."""
    audit = system.partners.books()["audit"]
    return not system.going() and not audit["missing"] and not audit["open"]


def each_once(system: System, oms: str, ids: list[str]) -> bool:
    return system.partners.at(oms) == dict.fromkeys(ids, 1)


def test_both_have_every_order_once_and_it_is_acknowledged_once_both_are_in(tmp_path: Path) -> None:
    with System(tmp_path, Setup(beside=("transiteo",))) as system:
        system.partners.place(40, plant=3)
        system.partners.fail({"kind": "slow", "endpoint": "transiteo.add", "seconds": 0.3})
        system.start("worker", "beat")
        system.wait(lambda: settled(system), 60, "all is settled")
        books = system.partners.books()
        there = system.partners.at("egenta")
        assert len(there) > 25
        assert set(there.values()) == {1}
        assert system.partners.at("transiteo") == there
        for name in ("egenta", "transiteo"):
            audit = books["audit"]["by_oms"][name]
            assert (audit["missing"], audit["unexpected"], audit["doubled"]) == ([], {}, [])
            assert audit["arrived"] == audit["expected"]
        assert not books["violations_by_rule"]
        assert books["egenta"]["acked"] == books["egenta"]["shipped"] == len(there)
        for order_id in there:
            steps = ends_of_steps(system, order_id)
            assert steps.count(("acknowledge", None)) == 1
            before = steps[: steps.index(("acknowledge", None))]
            assert {("push", OMS), ("push", CUSTOMS)} <= set(before)
        planted = {plant["order_id"] for plant in books["octopia"]["planted"]}
        assert {row["id"] for row in system.orders(condition="dead")} == planted


@pytest.mark.parametrize(("terms", "early"), [(EGENTA_ONLY, 1), ("", 0)])
def test_an_order_is_acknowledged_when_the_oms_that_count_have_it(tmp_path: Path, terms: str, early: int) -> None:
    with System(tmp_path, Setup(beside=("transiteo",), terms=terms, ship_after=-1)) as system:
        system.partners.fail({"kind": "status", "status": 503, "endpoint": "transiteo.add"})
        ids = system.partners.place(6, plain=True)
        system.start("worker", "beat")
        system.wait(lambda: each_once(system, "egenta", ids), 30, "Egenta has all")
        system.wait(lambda: len(system.partners.requests("transiteo.add")) > 2, 30, "Transiteo does not take them")
        system.wait(lambda: not system.at("acknowledge"), 30, "what is to be acknowledged is")
        assert system.partners.at("transiteo") == {}
        assert [acknowledgements(system, one) for one in ids] == [early] * len(ids)
        assert {stands(system, one, OMS) for one in ids} == {"done done" if early else "acknowledge waiting"}
        assert {stands(system, one, CUSTOMS).split()[0] for one in ids} == {"push"}
        system.partners.fail()
        system.wait(lambda: each_once(system, "transiteo", ids), 60, "Transiteo has all")
        system.wait(lambda: system.counts("orders") == {"done": len(ids)}, 30, "all are done")
        assert [acknowledgements(system, one) for one in ids] == [1] * len(ids)
        assert not system.partners.books()["egenta"]["repeated_puts"]


def test_what_one_oms_refuses_stays_with_the_other_and_is_sent_again_alone(tmp_path: Path) -> None:
    with System(tmp_path, Setup(beside=("transiteo",), ship_after=-1)) as system:
        system.partners.fail({"kind": "status", "status": 400, "endpoint": "transiteo.add", "count": 1})
        ids = system.partners.place(8, plain=True)
        system.start("worker", "beat")
        system.wait(lambda: system.counts("orders") == {"done": 7, "dead": 1}, 60, "one is dead, the others are done")
        (dead,) = system.orders(condition="dead")
        assert (dead["target"], dead["stage"], dead["error"]["kind"]) == (CUSTOMS, "push", "refused")
        assert stands(system, dead["id"], OMS) == "acknowledge waiting"
        assert each_once(system, "egenta", ids)
        assert acknowledgements(system, dead["id"]) == 0
        imports, adds = (len(system.partners.requests(name)) for name in ("egenta.import", "transiteo.add"))
        assert adds == len(ids)
        system.desk.replay([f"{ref_of(dead['id'])}@{CUSTOMS}"], who="test")
        system.wait(lambda: system.counts("orders") == {"done": 8}, 30, "it is done")
        assert len(system.partners.requests("transiteo.add")) == adds + 1
        assert len(system.partners.requests("egenta.import")) == imports
        assert each_once(system, "transiteo", ids)
        assert acknowledgements(system, dead["id"]) == 1


def test_credentials_that_one_oms_refuses_stop_nothing_at_the_other(tmp_path: Path) -> None:
    with System(tmp_path, Setup(beside=("transiteo",), ship_after=-1)) as system:
        system.partners.ask("transiteo", refresh_token="another")
        ids = system.partners.place(6, plain=True)
        system.start("worker", "beat")
        system.wait(lambda: each_once(system, "egenta", ids), 30, "Egenta has all")
        system.wait(lambda: system.desk.status()["gates"][CUSTOMS]["state"] == "shut", 30, "Transiteo's gate shuts")
        assert system.desk.status()["gates"][CUSTOMS]["kind"] == "credentials"
        assert system.desk.status()["gates"][OMS]["state"] == "open"
        assert {stands(system, one, OMS) for one in ids} == {"acknowledge waiting"}
        assert system.partners.at("transiteo") == {}
        system.partners.ask("transiteo", refresh_token="sandbox-refresh")
        system.desk.resume(CUSTOMS, who="test")
        system.wait(lambda: system.counts("orders") == {"done": len(ids)}, 60, "all are done")
        assert each_once(system, "transiteo", ids)
        assert each_once(system, "egenta", ids)


def test_an_oms_that_is_not_configured_for_orders_is_held_in_words_beside_one_that_is(tmp_path: Path) -> None:
    """Tecsys without `create_order_path`: no endpoint that creates orders is published."""
    with System(tmp_path, Setup(beside=("tecsys",), forget="create_order_path", ship_after=-1)) as system:
        ids = system.partners.place(4, plain=True)
        system.start("worker", "beat")
        system.wait(lambda: each_once(system, "egenta", ids), 30, "Egenta has all")
        system.wait(lambda: not system.going(), 30, "nothing is under way")
        held = system.orders(condition="held")
        assert {row["target"] for row in held} == {STOCK}
        assert {row["id"] for row in held} == set(ids)
        assert {row["error"]["kind"] for row in held} == {"not_configured"}
        assert "set create_order_path" in held[0]["error"]["message"]
        assert system.partners.at("tecsys") == {}
