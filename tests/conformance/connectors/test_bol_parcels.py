"""Several parcels at bol, by the pipeline's own `Writing`: none twice, none left out, after a crash too."""

from dataclasses import replace

import pytest

from pipeline.domain.reports import LineQuantity, Shipment
from pipeline.ports import Promised
from tests.builders import build_parcel, build_shipment
from tests.conformance.connectors.cards.bol import make_order, wire
from tests.conformance.connectors.conftest import MakeStand
from tests.conformance.connectors.desk import Desk
from tests.conformance.connectors.stand import Stand

MOST = 100


def several(stand: Stand) -> Shipment:
    """An order with several pieces, a parcel for each."""
    for _ in range(MOST):
        order = make_order(stand)
        pieces = [line.id for line in order.lines for _ in range(line.quantity or 0)]
        if 2 < len(pieces) < 7:  # so many attempts a document has, and each parcel spends one
            parcels = tuple(
                build_parcel(number=f"{order.id}-{n}", carrier="TNT", lines=(LineQuantity(id=line_id, quantity=1),))
                for n, line_id in enumerate(pieces)
            )
            return build_shipment(order_id=order.id, parcels=parcels)
    raise AssertionError("no order with so many pieces")


def settle(stand: Stand, desk: Desk) -> None:
    """The desk has so many rounds; every parcel takes three."""
    for _ in range(5):
        desk.settle()


def test_parcels_go_one_after_the_other(make_stand: MakeStand) -> None:
    stand = make_stand("bol", "ship")
    shipment = several(stand)
    desk = Desk(stand)
    position = desk.post(shipment)
    settle(stand, desk)
    assert position.state == "taken", position.words
    assert wire(stand, shipment.order_id)["parcels"] == [parcel.number for parcel in shipment.parcels]
    assert desk.gates.why == []


@pytest.mark.parametrize("sent", [1, 2])
def test_parcels_go_once_though_workers_die_after_their_calls(make_stand: MakeStand, sent: int) -> None:
    stand = make_stand("bol", "ship")
    shipment = several(stand)
    for _ in range(sent):  # each by a worker that dies before it can say so
        (outcome,) = stand.send(stand.prepare(shipment))
        assert isinstance(outcome, Promised)
        stand.simulator.clock.turn(1)
    desk = Desk(stand)
    position = desk.post(shipment, maybe_sent=True)
    settle(stand, desk)
    assert position.state == "taken", position.words
    assert wire(stand, shipment.order_id)["parcels"] == [parcel.number for parcel in shipment.parcels]


def test_the_same_list_again_sends_nothing(make_stand: MakeStand) -> None:
    stand = make_stand("bol", "ship")
    shipment = several(stand)
    for _ in range(2):
        desk = Desk(stand)
        position = desk.post(shipment)
        settle(stand, desk)
        assert position.state == "taken", position.words
    assert len(wire(stand, shipment.order_id)["parcels"]) == len(shipment.parcels)
    more = replace(shipment, parcels=shipment.parcels[:1])
    desk = Desk(stand)
    position = desk.post(more)
    settle(stand, desk)
    assert len(wire(stand, shipment.order_id)["parcels"]) == len(shipment.parcels)
