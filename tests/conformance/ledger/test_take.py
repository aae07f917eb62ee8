"""take: what is due, under gate and cap, once; the same token is answered the same."""

from datetime import timedelta

from pipeline.domain.endings import Advanced, GivenBack, Held, Parked
from pipeline.domain.lifecycle import Condition, Step
from tests.conformance.ledger.driver import FAULT, NOW, OTHER, Driver, new, ref_of


def shut(driver: Driver, kind: str, ms: str = "", account: str = "m1") -> None:
    driver.scripts.run("gate", account, "shut", kind, "why", ms, "")


def gate_is_over(driver: Driver, account: str = "m1") -> None:
    driver.redis.hset(f"op:gate:{account}", "until", "1")


def test_at_most_the_limit_and_never_the_same_twice(driver: Driver) -> None:
    driver.receive(*(new(f"A{n}") for n in range(5)))
    first = driver.take("normalize.m1", limit=3)
    assert (len(first.holdings), first.more, first.lanes) == (3, 2, ("normalize.m1",))  # one more worker is called for
    second = driver.take("normalize.m1", limit=3)
    assert (len(second.holdings), second.more, second.lanes) == (2, 0, ())
    assert not {h.item for h in first.holdings} & {h.item for h in second.holdings}
    assert not driver.take("normalize.m1").holdings


def test_the_oldest_first(driver: Driver) -> None:
    driver.receive(new("A1"), new("A2"))
    driver.redis.zadd("op:due:normalize.m1", {str(ref_of("A2")): 1})
    driver.redis.hset(f"op:d:{ref_of('A2')}", "du", "1")
    assert driver.take("normalize.m1", limit=1).holdings[0].item.ref.id == "A2"


def test_not_before_its_time(driver: Driver) -> None:
    driver.receive(new())
    driver.step("normalize.m1", Parked(error=FAULT, until=NOW + timedelta(days=900)))
    assert not driver.take("normalize.m1").holdings
    driver.ripen()
    _, holding = driver.one("normalize.m1")
    assert (holding.condition, holding.attempts, (holding.error or {})["cause"]) == (Condition.PARKED, 1, "503")


def test_the_same_token_gets_the_same_items(driver: Driver) -> None:
    driver.receive(new("A1"), new("A2"))
    take = driver.take("normalize.m1", "t", limit=1)
    again = driver.take("normalize.m1", "t", limit=5)
    assert [h.item for h in again.holdings] == [h.item for h in take.holdings]
    assert driver.redis.zcard("op:hands:m1") == 1


def test_a_repeated_take_gives_nothing_that_is_settled(driver: Driver) -> None:
    driver.receive(new("A1"), new("A2"))
    take = driver.take("normalize.m1", "t")
    driver.ledger.settle("t", [(take.holdings[0], Held(error=OTHER))], who="w")
    assert [h.item for h in driver.take("normalize.m1", "t").holdings] == [take.holdings[1].item]


def test_the_cap_holds_over_tokens_and_lanes(driver: Driver) -> None:
    driver.cap = 2
    driver.receive(*(new(f"A{n}") for n in range(5)))
    takes = [driver.take("normalize.m1", limit=1) for _ in range(3)]
    assert [take.full for take in takes] == [False, False, True]
    assert not takes[2].holdings
    lanes = driver.ledger.release(takes[0].token, "normalize.m1")
    assert lanes == ("normalize.m1",)  # who was turned away is called again
    assert driver.take("normalize.m1", limit=1).holdings


def test_an_empty_take_takes_no_slot(driver: Driver) -> None:
    driver.cap = 1
    driver.take("normalize.m1")
    driver.receive(new())
    assert driver.take("normalize.m1").holdings


def test_a_slot_is_free_when_its_lease_is_over(driver: Driver) -> None:
    driver.cap = 1
    driver.receive(new("A1"), new("A2"))
    driver.take("normalize.m1", limit=1)
    assert driver.take("normalize.m1").full
    driver.end_leases()
    assert len(driver.take("normalize.m1").holdings) == 2


def test_a_hint_is_outstanding_once_until_it_is_taken(driver: Driver) -> None:
    assert driver.receive(new("A1")).lanes == ("normalize.m1",)
    assert driver.receive(new("A2")).lanes == ()
    assert driver.ledger.hints() == ()
    driver.take("normalize.m1", limit=1)
    assert driver.receive(new("A3")).lanes == ()  # the take has called for one more
    driver.redis.delete("op:hinted:normalize.m1")
    assert driver.ledger.hints() == ("normalize.m1",)
    assert driver.ledger.hints() == ()


def test_hints_see_leases_that_are_over_but_no_shut_gate(driver: Driver) -> None:
    driver.receive(new())
    driver.take("normalize.m1")
    driver.redis.delete("op:hinted:normalize.m1")
    assert driver.ledger.hints() == ()
    driver.end_leases()
    assert driver.ledger.hints() == ("normalize.m1",)
    driver.route(id_="B1")
    driver.redis.delete("op:hinted:push.o1")
    shut(driver, "paused", account="o1")
    assert "push.o1" not in driver.ledger.hints()


# -- gates


def test_a_shut_gate_gives_its_reason_and_nothing_else(driver: Driver) -> None:
    driver.receive(new())
    shut(driver, "paused")
    take = driver.take("normalize.m1")
    assert (take.shut, take.holdings) == ("why", ())
    assert driver.stands(ref_of()) == "normalize/due"
    assert not driver.redis.exists("op:hinted:normalize.m1")


def test_one_probe_at_a_time(driver: Driver) -> None:
    driver.receive(*(new(f"A{n}") for n in range(5)))
    shut(driver, "circuit", "50000")
    assert driver.take("normalize.m1").shut
    gate_is_over(driver)
    probe = driver.take("normalize.m1")
    assert (probe.probe, len(probe.holdings)) == (True, 1)
    assert driver.take("normalize.m1").shut
    driver.settle(probe, GivenBack(reason="still down"))
    assert driver.ledger.release(probe.token, "normalize.m1", probe="failed") == ()
    assert driver.take("normalize.m1").shut  # for longer
    until = int(driver.redis.hget("op:gate:m1", "until"))
    assert until > driver.ledger.now_ms() + 8000
    gate_is_over(driver)
    probe = driver.take("normalize.m1")
    driver.settle(probe, Advanced(step=Step.VALIDATE))
    assert "normalize.m1" in driver.ledger.release(probe.token, "normalize.m1", probe="ok")
    assert len(driver.take("normalize.m1").holdings) == 4


def test_a_gate_shut_anew_during_the_probe_stays_shut(driver: Driver) -> None:
    driver.receive(new())
    shut(driver, "circuit", "50000")
    gate_is_over(driver)
    probe = driver.take("normalize.m1")
    shut(driver, "paused")
    driver.ledger.release(probe.token, "normalize.m1", probe="ok")
    assert driver.take("normalize.m1").shut


def test_a_pause_with_an_end_ends(driver: Driver) -> None:
    driver.receive(new("A1"), new("A2"))
    shut(driver, "paused", "50000")
    gate_is_over(driver)
    probe = driver.take("normalize.m1")
    driver.ledger.release(probe.token, "normalize.m1", probe="ok")
    assert len(driver.take("normalize.m1").holdings) == 2


def test_until_opened_does_not_give_way_to_a_time(driver: Driver) -> None:
    driver.receive(new())
    shut(driver, "credentials")
    shut(driver, "retry_after", "1")
    assert driver.redis.hget("op:gate:m1", "kind") == b"credentials"
    assert driver.scripts.run("gate", "m1", "open", "", "", "", "circuit,paused") == 0
    assert driver.scripts.run("gate", "m1", "open", "", "", "", "circuit,credentials") == 1
    assert driver.take("normalize.m1").holdings


# -- what is left alone


def test_an_index_entry_without_its_record_goes(driver: Driver) -> None:
    ref = driver.finish()
    driver.receive(new("A2"))
    driver.redis.zadd("op:due:normalize.m1", {str(ref): 1, "orders:m1:gone": 1})
    driver.redis.zadd("op:hand:normalize.m1", {str(ref): 1, "orders:m1:gone": 1})
    assert [h.item.ref.id for h in driver.take("normalize.m1").holdings] == ["A2"]
    assert driver.stands(ref) == "done/done"


def test_a_newer_schema_is_left_alone_and_stops_nobody(driver: Driver) -> None:
    driver.receive(*(new(f"A{n}") for n in range(4)))
    for n in range(3):
        driver.redis.hset(f"op:d:{ref_of(f'A{n}')}", "v", "2")
    take = driver.take("normalize.m1", limit=2)
    assert [h.item.ref.id for h in take.holdings] == ["A3"]
    driver.ledger.release(take.token, "normalize.m1")
    driver.redis.hset(f"op:d:{ref_of('A3')}", "v", "2")
    driver.redis.delete("op:hinted:normalize.m1")
    assert driver.take("normalize.m1").lanes == ()  # else hint and take would chase each other


def test_a_newer_schema_in_hand_is_not_reaped(driver: Driver) -> None:
    driver.receive(new())
    driver.take("normalize.m1")
    driver.redis.hset(f"op:d:{ref_of()}", "v", "2")
    driver.end_leases()
    driver.take("normalize.m1")
    assert driver.stands(ref_of()) == "normalize/in_hand"


def test_scripts_come_back_after_the_server_forgot_them(driver: Driver) -> None:
    driver.receive(new())
    driver.redis.script_flush()
    assert driver.take("normalize.m1").holdings


def test_how_long_a_batch_took_is_counted_once(driver: Driver) -> None:
    driver.receive(new("A1"), new("A2"))
    take = driver.take("normalize.m1")
    for _ in range(2):
        driver.ledger.release(take.token, "normalize.m1", took=timedelta(milliseconds=45), documents=2)
    told = {name.decode(): int(count) for name, count in driver.redis.hgetall("op:steps").items()}
    assert told == {"normalize.m1|ms": 45, "normalize.m1|documents": 2, "normalize.m1|100": 1}
    long = driver.take("normalize.m1")
    driver.ledger.release(long.token, "normalize.m1", took=timedelta(minutes=2), documents=2)
    assert driver.redis.hget("op:steps", "normalize.m1|more") == b"1"
