"""No message, cause, timeline line, hint, log line or key holds what a buyer told: planted, failed, sought."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.domain.address import Address, Buyer
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    FieldError,
    Invalid,
    PartnerTrouble,
    Puzzling,
    RateLimited,
    Refused,
    Trouble,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from pipeline.domain.lifecycle import Flow
from pipeline.domain.order import Agent, Customs, Delivery, Gift
from pipeline.domain.paths import personal
from pipeline.operations.desk import Desk
from pipeline.operations.rehearse import Rehearsal
from tests.fakes.partners import VOLATILE, FakeMarketplace, FakeOms, raw_order, requests, shipped
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

LATER = datetime(2026, 11, 22, 1, tzinfo=UTC)
MARK = "Zq"  # every planted value holds it
BODIES = re.compile(rb"^(raw|doc|ovr|nraw)$")


def address(name: str) -> Address:
    fields = {f: f"{MARK} {name} {f}" for f in Address.__dataclass_fields__ if f not in ("country", "state", "email")}
    return Address(**fields, country="FR", state="Rhone", email=f"{MARK}.{name}@example.com")


def planted(id_: str = "A1", word: str = "Open", **more: Any) -> dict[str, Any]:
    """Every personal value of an order is a marked one."""
    agent = {name: f"{MARK} agent {name}" for name in Agent.__dataclass_fields__ if name != "country"}
    buyer = {name: f"{MARK} buyer {name}" for name in Buyer.__dataclass_fields__ if name != "email"}
    fields: dict[str, Any] = {
        "shipping_address": address("shipping"),
        "billing_address": address("billing"),
        "buyer": Buyer(**buyer, email=f"{MARK}@example.com"),
        "customs": Customs(agent=Agent(**agent)),
        "gift": Gift(recipient=f"{MARK} recipient", message=f"{MARK} happy birthday"),
        "comment": f"{MARK} ring twice",
        "delivery": Delivery(
            method="service_point", instructions=f"{MARK} code 4711", pickup_id=f"{MARK}-77", pickup_name=f"{MARK} shop"
        ),
        "extra": {"fake": {"civility": f"{MARK} Madame Personne"}},
    }
    return raw_order(id_, word, **(fields | more))


def echoing(kind: type[Trouble], **more: Any) -> Callable[[Any], Any]:
    """A partner that repeats all that it was sent in its error."""

    def prepare(document: Any) -> Any:
        text = " / ".join(_strings(document))
        fields = (FieldError("buyer.phone", "form", f"not good: {text}"),)
        if issubclass(kind, PartnerTrouble):
            raise kind(f"400: {text}", cause=f"400: {text}", fields=fields, **more)
        raise kind(f"what is {text}?", fields=fields)

    return prepare


def _strings(document: Any) -> Iterator[str]:
    from pipeline.domain.codec import to_fields

    def walk(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, dict):
            for name, item in value.items():
                yield from walk(item, f"{path}.{name}" if path else name)
        elif isinstance(value, str) and personal(path):
            yield value

    return walk(to_fields(document), "")


def traces(w: World, caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """Everything that can be seen without opening a body."""
    for key in w.redis.keys("*"):
        yield key.decode()
        match w.redis.type(key):
            case b"hash":
                for name, value in w.redis.hgetall(key).items():
                    if not (key.startswith(b"op:d:") and BODIES.match(name)):
                        yield f"{key!r} {name!r} {value!r}"
            case b"list":
                yield from (f"{key!r} {value!r}" for value in w.redis.lrange(key, 0, -1))
            case b"zset":
                yield from (f"{key!r} {value!r}" for value in w.redis.zrange(key, 0, -1))
            case b"set":
                yield from (f"{key!r} {value!r}" for value in w.redis.smembers(key))
            case b"string":
                yield f"{key!r} {w.redis.get(key)!r}"
    for report in w.reports:
        yield f"{report.text} {report.causes}"
    yield from w.hinted
    for record in caplog.records:
        yield f"{record.getMessage()} {getattr(record, 'fields', '')} {record.args}"


def assert_clean(w: World, caplog: pytest.LogCaptureFixture) -> None:
    found = [trace for trace in traces(w, caplog) if MARK in trace]
    assert found == []


def world(**write: Any) -> World:
    oms = FakeOms(
        import_orders=FakeWrite(volatile=VOLATILE, **write),
        answer_status=FakeWrite(looked=False, listed_again=True),
        acknowledge_shipped=FakeWrite(),
    )
    market = FakeMarketplace(accept=FakeWrite(), ship=FakeWrite(), acknowledge=FakeWrite())
    return World(markets={"m1": market}, oms={"o1": oms})


@pytest.fixture(autouse=True)
def _logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")


def test_the_search_finds_what_is_there(caplog: pytest.LogCaptureFixture) -> None:
    w = world()
    w.receive(planted())
    w.run()
    w.redis.rpush("op:t:x", f'0 {{"why": "{MARK}"}}')
    assert [trace for trace in traces(w, caplog) if MARK in trace] == [f"b'op:t:x' b'0 {{\"why\": \"{MARK}\"}}'"]


def test_all_is_well(caplog: pytest.LogCaptureFixture) -> None:
    w = world()
    w.receive(planted(), planted("A2", "Waiting"))
    w.run()
    assert w.stands() == "done done"
    assert_clean(w, caplog)


TROUBLES = (Refused, Conflict, Ambiguous, Unavailable, Unreadable, RateLimited, Unauthorized, Invalid, Puzzling)


@pytest.mark.parametrize("kind", TROUBLES)
@pytest.mark.parametrize("where", ["push", "accept", "acknowledge"])
def test_a_partner_that_repeats_what_it_was_sent(
    kind: type[Trouble], where: str, caplog: pytest.LogCaptureFixture
) -> None:
    w = world()
    write = w.imports() if where == "push" else w.markets["m1"].writes[where]

    def fail(bodies: Any) -> None:
        from pipeline.domain.codec import from_fields
        from pipeline.domain.order import Order

        echoing(kind)(from_fields(Order, bodies[0].content))

    write.before = fail
    w.receive(planted("A1", "Waiting" if where == "accept" else "Open"))
    w.run()
    assert len(write.calls) == 1
    assert w.fault(target="o1" if where == "push" else None)["cause"]
    assert_clean(w, caplog)


@pytest.mark.parametrize("kind", [Invalid, Puzzling])
def test_a_target_that_repeats_what_it_would_be_sent(kind: type[Trouble], caplog: pytest.LogCaptureFixture) -> None:
    w = world(prepare=echoing(kind))
    w.receive(planted())
    w.run()
    assert w.stands() in ("validate dead", "validate held")
    assert_clean(w, caplog)


def test_a_look_up_that_repeats_it(caplog: pytest.LogCaptureFixture) -> None:
    w = world()
    w.imports().answers.append(Ambiguous("no answer"))
    w.receive(planted())
    w.run()
    w.imports().look_trouble = Refused(f"400: no order of {MARK} buyer first_name at {MARK} shipping line1")
    for _ in range(3):
        w.ripen()
        w.run()
    assert_clean(w, caplog)


def test_rules_and_types(caplog: pytest.LogCaptureFixture) -> None:
    w = world()
    wrong = Address(first_name=MARK, country=f"{MARK}land", email=f"{MARK} at home", phone=f"{MARK}1")
    w.receive(planted(shipping_address=wrong, billing_address=wrong, currency=None, total=None))
    broken = planted("A2")
    broken["fields"]["buyer"] = {"email": [MARK], "phone": {MARK: MARK}}
    broken["fields"]["purchased_at"] = f"{MARK} yesterday"
    w.receive({**planted("A3", "Packing"), "riddles": ["shipping_address"]})
    w.ledger.receive([_new(w, broken)])
    w.run()
    assert (w.stands("A1"), w.stands("A2"), w.stands("A3")) == ("validate dead", "normalize dead", "normalize held")
    assert_clean(w, caplog)


def _new(w: World, raw: dict[str, Any]) -> Any:
    from pipeline.domain.lifecycle import Step
    from pipeline.ports import NewDocument, Row

    return NewDocument(w.ref("A2"), Row(id="A2", raw=raw), Step.NORMALIZE, "m1")


def test_defects(caplog: pytest.LogCaptureFixture) -> None:
    def prepare(order: Any) -> Any:
        return {}[order.buyer.first_name]

    w = world(prepare=prepare)
    w.receive(planted())
    w.run()
    assert w.fault()["cause"].startswith("a defect: KeyError")
    assert_clean(w, caplog)
    w = world()
    w.imports().answers.append(RuntimeError(f"{MARK} buyer"))
    w.receive(planted(), planted("A2"))
    with pytest.raises(RuntimeError):
        w.run()
    assert_clean(w, caplog)


def test_versions_updates_and_cancellations(caplog: pytest.LogCaptureFixture) -> None:
    w = world()
    w.receive(planted())
    w.run()
    w.receive(planted(comment=f"{MARK} new", updated_at=LATER))
    w.run()
    w.receive(planted("A1", "Gone", updated_at=LATER + timedelta(hours=1)))
    w.run()
    assert_clean(w, caplog)


def test_the_way_back(caplog: pytest.LogCaptureFixture) -> None:
    w = world()
    w.markets["m1"].orders |= {"A1": planted(), "A2": planted("A2", "Packing")}
    w.oms["o1"].lists["status_requests"].append(requests("A1", "A2", "A3", who=f"{MARK} asked"))
    w.oms["o1"].lists["shipped"].append(shipped("A1", {"number": "P1", "carrier": "DHL"}))
    w.poll("o1", Flow.STATUSES)
    w.poll("o1", Flow.SHIPMENTS)
    w.run()
    assert_clean(w, caplog)


def test_an_operators_acts(caplog: pytest.LogCaptureFixture) -> None:
    w = world()
    w.receive(planted("A1", "Packing"))
    w.run()
    rehearsal = Rehearsal(w.context)
    desk = Desk(
        w.ledger, w.gates, accounts=["m1", "o1"], rehearse=rehearsal.faults, plain=rehearsal.plain, hint=w.hinted.append
    )
    ref = str(w.ref())
    desk.edit(ref, {"shipping_address.line1": f"{MARK} edited", "buyer.phone": f"{MARK}2"}, reason="called", who="me")
    w.receive(planted("A1", "Packing", shipping_address=address("moved"), updated_at=LATER))
    w.run()
    desk.replay([ref], dry_run=True, who="me")
    desk.replay([ref], who="me")
    w.run()
    desk.hold([ref], "wait", "me")
    desk.release([ref], "go", "me")
    w.run()
    desk.discard([ref], "gone", "me")
    assert_clean(w, caplog)


def test_rows_without_an_id(caplog: pytest.LogCaptureFixture) -> None:
    from pipeline.ports import Page

    w = world()
    w.markets["m1"].pages.append(Page(rows=(), unreadable=[f'{{"buyer": "{MARK}"}}'.encode()]))
    w.poll()
    w.run()
    assert_clean(w, caplog)
