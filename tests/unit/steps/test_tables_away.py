"""A target whose tables can't be read just now: its delivery waits in its own lane, and the others go on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.config.model import Route
from pipeline.domain.errors import Invalid, RateLimited, Trouble, Unauthorized, Unavailable, Unreadable
from pipeline.ports import Body
from tests.fakes.partners import FakeMarketplace, FakeOms, raw_order
from tests.fakes.world import World
from tests.fakes.writes import FakeWrite

AWAY = Unavailable("GET tables: 503", status=503)
PASSING = [AWAY, Unreadable("GET tables: 200, but no table"), RateLimited("GET tables: 429", retry_after=1.0)]
PASSING += [Unauthorized("GET tables: 401", status=401)]


def world(prepare: Callable[[Any], Body]) -> World:
    prepares = {"o1": Tables().prepare, "o2": prepare}
    oms = {name: FakeOms(import_orders=FakeWrite(prepare=one)) for name, one in prepares.items()}
    market = FakeMarketplace(acknowledge=FakeWrite())
    return World(markets={"m1": market}, oms=oms, routes=[Route(source="m1", to=("o1", "o2"))])


class Tables:
    """`prepare` needs them. `troubles` are met first, one a call."""

    def __init__(self, *troubles: Trouble) -> None:
        self.troubles = list(troubles)

    def prepare(self, order: Any) -> Body:
        if self.troubles:
            raise self.troubles.pop(0)
        return Body(order.id, {"comment": order.comment})


@pytest.mark.parametrize("trouble", PASSING)
def test_its_delivery_is_neither_held_nor_does_the_other_wait(trouble: Trouble) -> None:
    w = world(Tables(trouble, trouble).prepare)  # when it is judged, and once more when it is to be sent
    w.receive(raw_order())
    w.run()
    assert w.stands(target="o1").endswith(("done", "waiting"))
    assert w.stands(target="o2") in {"push parked", "push due"}
    w.ripen()
    w.run()
    assert (w.sent("o1"), w.sent("o2"), w.stands()) == (["A1"], ["A1"], "done done")


def test_what_breaks_our_own_rules_is_told_all_the_same() -> None:
    w = world(Tables(AWAY, AWAY).prepare)
    w.receive(raw_order(currency="EUX"))
    w.run()
    assert w.fault()["kind"] == "invalid"
    assert w.sent("o2") == []


def test_only_this_target_has_what_its_own_rules_say() -> None:
    w = world(Tables(Invalid("lines: too many")).prepare)
    w.receive(raw_order())
    w.run()
    assert w.stands(target="o2") == "push dead"
    assert w.sent("o1") == ["A1"]


def test_a_change_that_cannot_be_compared_is_judged_later() -> None:
    """It takes no update: without the comparison the delivery, which it has, would be held as changed."""
    tables = Tables()
    w = world(tables.prepare)
    w.receive(raw_order())
    w.run()
    tables.troubles = [AWAY]
    w.receive(raw_order(reference="another", updated_at=datetime(2026, 11, 22, 1, tzinfo=UTC)))
    w.run()
    w.ripen()
    w.run()
    assert w.stands(target="o2") == "done done"
    assert w.sent("o2") == ["A1"]
