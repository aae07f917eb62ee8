"""bol's writes: what is sent, how a promise ends, and no parcel twice nor left out, whenever the worker dies."""

from typing import Any

import httpx
import msgspec
import pytest

from pipeline.connectors.marketplaces.bol.cancelling import REASONS
from pipeline.connectors.marketplaces.bol.processes import MOST, Promise
from pipeline.domain.errors import Ambiguous, Conflict, Invalid, OverBudget, Puzzling, Refused, Unavailable
from pipeline.domain.reports import Cancellation, LineQuantity, Parcel, Shipment
from pipeline.ports import Absent, Body, Promised, Taken
from tests.unit.connectors.bol_wire import bol, detail, item
from tests.unit.connectors.rig import Partner

ACCEPTED = {"processStatusId": "1234567", "entityId": "11", "eventType": "CREATE_SHIPMENT", "status": "PENDING"}


def lines(**counts: int | None) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(id=name.removeprefix("i"), quantity=count) for name, count in counts.items())


def parcel(number: str = "3SABC1", **given: Any) -> Parcel:
    return Parcel(**{"number": number, "carrier": "TNT", "lines": lines(i11=2)} | given)


def shipment(*parcels: Parcel, **given: Any) -> Shipment:
    return Shipment(**{"id": "B321SR", "order_id": "1", "parcels": parcels or (parcel(),)} | given)


def prepared(*parcels: Parcel, **given: Any) -> Body:
    body: Body = bol(Partner()).ship.prepare(shipment(*parcels, **given))
    return body


# ---------------------------------------------------------------- what is sent


@pytest.mark.covers("bol:POST /retailer/shipments", "bol:shipment", "bol:202")
def test_a_parcel_with_its_items_is_promised() -> None:
    partner = Partner().says(detail("1", item("11"))).says(ACCEPTED, status=202)
    client = bol(partner)
    (outcome,) = client.ship.send([client.ship.prepare(shipment())])
    assert [f"{request.method} {request.url.path}" for request in partner.requests] == [
        "GET /retailer/orders/1",
        "POST /retailer/shipments",
    ]
    assert partner.sent() == {
        "orderItems": [{"orderItemId": "11", "quantity": 2}],
        "shipmentReference": "B321SR",
        "transport": {"transporterCode": "TNT", "trackAndTrace": "3SABC1"},
    }
    assert isinstance(outcome, Promised)
    assert outcome.wait.total_seconds() == 2
    assert Promise.of(outcome.handle).process == "1234567"


@pytest.mark.covers("bol:shipment")
def test_without_lines_a_parcel_carries_what_is_not_cancelled() -> None:
    order = detail("1", item("11", 3, 0, 1), item("12", 1), item("13", 1, 0, 1))
    partner = Partner().says(order).says(ACCEPTED, status=202)
    client = bol(partner)
    client.ship.send([client.ship.prepare(shipment(parcel(lines=())))])
    assert partner.sent()["orderItems"] == [
        {"orderItemId": "11", "quantity": 2},
        {"orderItemId": "12", "quantity": 1},
    ]
    partner = Partner().says(order).says(ACCEPTED, status=202)
    client = bol(partner)
    client.ship.send([client.ship.prepare(shipment(parcel(lines=lines(i11=None))))])
    assert partner.sent()["orderItems"] == [{"orderItemId": "11", "quantity": 2}]


@pytest.mark.covers("bol:shipment", "bol:transporterCode")
def test_what_is_missing_or_not_to_be_guessed_is_told_at_once() -> None:
    with pytest.raises(Invalid) as met:
        prepared(parcel(number=None, carrier=None, carrier_raw="PostNL"), parcel(lines=lines(i=1)), order_id=None)
    assert {fault.path for fault in met.value.fields} == {
        "order_id", "parcels.0.number", "parcels.0.carrier", "parcels.1.lines",
    }  # fmt: skip
    with pytest.raises(Invalid):
        bol(Partner()).ship.prepare(Shipment(id="1", order_id="1"))
    with pytest.raises(Puzzling, match="90"):
        prepared(id="x" * 91)
    assert prepared(id="x" * 90).content[0]["shipmentReference"] == "x" * 90


@pytest.mark.covers("bol:transporterCode")
@pytest.mark.parametrize(
    ("carrier", "raw", "code"),
    [("TNT", "PostNL", "TNT"), (None, "dpd-nl", "DPD-NL"), (None, "GLS", "GLS"), ("BUDBEE", None, "BUDBEE")],
)
def test_the_routes_word_goes_before_a_code_of_bols(carrier: str | None, raw: str | None, code: str) -> None:
    body = prepared(parcel(carrier=carrier, carrier_raw=raw))
    assert body.content[0]["transport"]["transporterCode"] == code
    for unknown in ("PostNL", None):
        with pytest.raises(Puzzling, match="carrier_map"):
            prepared(parcel(carrier=None, carrier_raw=unknown))


@pytest.mark.covers("bol:202")
@pytest.mark.parametrize("reply", [{}, [], None, 7, "done", {"status": "PENDING"}, httpx.Response(202)])
def test_an_answer_without_a_process_is_ambiguous(reply: Any) -> None:
    client = bol(Partner().says(detail("1", item("11")), reply))
    with pytest.raises(Ambiguous):
        client.ship.send([prepared()])


@pytest.mark.parametrize(
    ("replies", "kind"),
    [
        ([httpx.Response(503)], Unavailable),  # the read: nothing was sent
        ([httpx.Response(429)], OverBudget),
        ([detail("1", item("11")), httpx.Response(400)], Refused),
        ([detail("1", item("11")), httpx.Response(500)], Ambiguous),
        ([detail("1", item("11")), httpx.ReadTimeout("x")], Ambiguous),
        ([detail("1", item("11")), httpx.Response(409)], Conflict),
    ],
)
def test_what_goes_wrong_is_raised_as_what_it_is(replies: list[Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        bol(Partner().says(*replies)).ship.send([prepared()])


def test_an_order_that_bol_does_not_know_is_refused() -> None:
    for write, body in (("ship", prepared()), ("cancel", Body("1", {"reasonCode": "OTHER", "lines": []}))):
        (outcome,) = getattr(bol(Partner().says(httpx.Response(404))), write).send([body])
        assert isinstance(outcome, Refused)


@pytest.mark.covers("bol:one parcel a shipment")
@pytest.mark.parametrize(
    ("items", "parcels", "outcome"),
    [
        ([item("11", 2, 2)], [parcel()], Taken),  # listed again
        ([item("11", 3, 1)], [parcel(lines=lines(i11=1))], Puzzling),  # this one again, or a further one?
        ([item("11", 3, 1)], [parcel(lines=lines(i11=2))], Puzzling),
        ([item("11", 2, 1), item("12", 1)], [parcel(lines=lines(i12=1))], Promised),  # another item's: it is further
        ([item("11", 2)], [parcel(lines=()), parcel("3SABC2", lines=())], Puzzling),  # each carries all?
        ([item("11", 2)], [parcel(lines=lines(i99=1))], Puzzling),
        ([item("11", 2, 0, 1)], [parcel()], Puzzling),  # more than is left of it
    ],
)
def test_what_stands_at_bol_is_not_sent_again_and_never_guessed(items: Any, parcels: Any, outcome: type[Any]) -> None:
    partner = Partner().says(detail("1", *items)).says(ACCEPTED, status=202)
    (found,) = bol(partner).ship.send([prepared(*parcels)])
    assert isinstance(found, outcome)
    assert (len(partner.requests) == 2) == (outcome is Promised)


@pytest.mark.covers("bol:one parcel a shipment")
def test_parcels_that_nobody_told_apart_are_held_or_told_as_one() -> None:
    both = prepared(parcel("P1", lines=()), parcel("P2", lines=()))
    order = detail("1", item("11", 2), item("12", 1))
    (held,) = bol(Partner().says(order)).ship.send([both])
    assert isinstance(held, Puzzling)
    assert 'several_parcels = "join"' in held.message
    partner = Partner().says(order).says(ACCEPTED, status=202)
    client = bol(partner, several_parcels="join")
    (outcome,) = client.ship.send([both])
    assert partner.sent()["transport"] == {"transporterCode": "TNT", "trackAndTrace": "P1, P2"}
    assert partner.sent()["orderItems"] == [{"orderItemId": "11", "quantity": 2}, {"orderItemId": "12", "quantity": 1}]
    assert isinstance(outcome, Promised)
    assert Promise.of(outcome.handle).parts == 1
    shipped = detail("1", item("11", 2, 2), item("12", 1, 1))
    assert bol(Partner().says(shipped), several_parcels="join").ship.look([both]) == [Taken()]
    mixed = prepared(parcel("P1", lines=()), parcel("P2", lines=(), carrier="DHL"))
    (held,) = bol(Partner().says(order), several_parcels="join").ship.send([mixed])
    assert isinstance(held, Puzzling)
    apart = prepared(parcel("P1", lines=lines(i11=2)), parcel("P2", lines=lines(i12=1)))
    partner = Partner().says(order).says(ACCEPTED, status=202)
    bol(partner, several_parcels="join").ship.send([apart])
    assert partner.sent()["transport"]["trackAndTrace"] == "P1"


# ---------------------------------------------------------------- how a promise ends


def handle(asked: int = 0, part: int = 1, parts: int = 1, process: str = "7", event: str = "CREATE_SHIPMENT") -> str:
    promise = Promise(process=process, order="1", event=event, after={"11": 2}, part=part, parts=parts, asked=asked)
    return promise.promised().handle


def process(status: str, process_id: str = "7", **more: Any) -> dict[str, Any]:
    return {"processStatusId": process_id, "entityId": "11", "eventType": "CREATE_SHIPMENT", "status": status, **more}


@pytest.mark.covers("bol:GET /shared/process-status/{id}", "bol:process-status", "bol:process-status 404")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (process("SUCCESS"), Taken),
        (process("TIMEOUT"), Conflict),
        (process("SLEEPING"), Conflict),
        (httpx.Response(404), Conflict),
    ],
)
def test_a_process_ends(reply: Any, kind: type[Any]) -> None:
    (outcome,) = bol(Partner().says(reply)).ship.outcome([handle()])
    assert isinstance(outcome, kind)
    if isinstance(outcome, Taken):
        assert outcome.receipt == "11"


@pytest.mark.covers("bol:process-status")
def test_a_failure_is_refused_in_words_unless_the_order_shows_it() -> None:
    failed = process("FAILURE", errorMessage="Order item 12345678 of zoe@example.com was cancelled")
    (outcome,) = bol(Partner().says(failed, detail("1", item("11")))).ship.outcome([handle()])
    assert isinstance(outcome, Refused)
    assert "was cancelled" in outcome.message
    assert "zoe@" not in outcome.message
    assert "12345678" not in outcome.message
    (outcome,) = bol(Partner().says(failed, detail("1", item("11", 2, 2)))).ship.outcome([handle()])
    assert outcome == Taken(None)
    gone = handle(event="CANCEL_ORDER")
    (outcome,) = bol(Partner().says(failed, detail("1", item("11", 2, 0, 2)))).cancel.outcome([gone])
    assert outcome == Taken(None)
    (outcome,) = bol(Partner().says(failed, detail("1", item("11", 2, 2)))).cancel.outcome([gone])
    assert isinstance(outcome, Refused)


@pytest.mark.covers("bol:process-status")
def test_what_is_pending_is_asked_for_later_and_later_and_not_for_ever() -> None:
    asked, waits = handle(), []
    for _ in range(8):
        (outcome,) = bol(Partner().says(process("PENDING"))).ship.outcome([asked])
        assert isinstance(outcome, Promised)
        asked = outcome.handle
        waits.append(outcome.wait.total_seconds())
    assert waits == [4, 8, 16, 32, 60, 60, 60, 60]
    (outcome,) = bol(Partner().says(process("PENDING"))).ship.outcome([handle(asked=MOST)])
    assert isinstance(outcome, Conflict)


@pytest.mark.covers("bol:POST /shared/process-status", "bol:process-status bulk")
def test_many_are_asked_for_in_one_call_and_at_most_1000() -> None:
    partner = Partner().says({"processStatuses": [process("SUCCESS", "2"), process("PENDING", "1")]})
    outcomes = bol(partner).ship.outcome([handle(process=name) for name in "123"])
    assert [type(outcome) for outcome in outcomes] == [Promised, Taken, Conflict]
    assert partner.sent() == {"processStatusQueries": [{"processStatusId": name} for name in "123"]}
    assert partner.requests[0].url.path == "/shared/process-status"
    partner = Partner().says({}, {})
    assert len(bol(partner).ship.outcome([handle(process=str(n)) for n in range(1001)])) == 1001
    assert [len(partner.sent(n)["processStatusQueries"]) for n in (0, 1)] == [1000, 1]


# ---------------------------------------------------------------- one parcel after the other


class Warehouse:
    """bol's side of one order. `slow`: questions for which a process stays PENDING."""

    def __init__(self, slow: int = 0, **quantities: int) -> None:
        self.items = {name.removeprefix("i"): [quantity, 0] for name, quantity in quantities.items()}
        self.parcels: list[str] = []
        self.processes: dict[str, list[Any]] = {}
        self.slow = slow
        self.lose: set[int] = set()  # answers to POSTs that never arrive

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, query = request.url.path, request.url.params
        if path == "/retailer/shipments":
            body = msgspec.json.decode(request.content)
            number = str(len(self.processes) + 1)
            self.processes[number] = [body, self.slow, "PENDING"]
            if len(self.processes) in self.lose:
                raise httpx.ReadTimeout("lost")
            return httpx.Response(202, json={"processStatusId": number, "status": "PENDING"})
        if path == "/shared/process-status":
            about = [
                {"processStatusId": number, "status": self._status(number)}
                for number, (body, _, _) in self.processes.items()
                if query["entity-id"] in {line["orderItemId"] for line in body["orderItems"]}
            ]
            return httpx.Response(200, json={"processStatuses": about} if about else {})
        if path.startswith("/shared/process-status/"):
            return httpx.Response(200, json={"status": self._status(path.rpartition("/")[2])})
        order = detail("1", *(item(name, quantity, shipped) for name, (quantity, shipped) in self.items.items()))
        return httpx.Response(200, content=msgspec.json.Encoder(decimal_format="number").encode(order))

    def _status(self, number: str) -> str:
        body, left, status = self.processes[number]
        if status == "PENDING" and left > 0:
            self.processes[number][1] -= 1
        elif status == "PENDING":
            fits = all(
                sum(self.items[line["orderItemId"]][1:]) + line["quantity"] <= self.items[line["orderItemId"]][0]
                for line in body["orderItems"]
            )
            self.processes[number][2] = "SUCCESS" if fits else "FAILURE"
            if fits:
                self.parcels.append(body["transport"]["trackAndTrace"])
                for line in body["orderItems"]:
                    self.items[line["orderItemId"]][1] += line["quantity"]
        return str(self.processes[number][2])


def walk(warehouse: Warehouse, body: Body, crashes: set[int]) -> str:
    """The document's way as `steps/writing.py` takes it: send, ask, look. In the turns of `crashes` the worker dies
    after its call: what the call said is lost, what the ledger had is kept.
    """
    client = bol(Partner([warehouse] * 1000))
    kept, doubt = None, False
    for turn in range(60):
        try:
            if kept is not None:
                (outcome,) = client.ship.outcome([kept])
            elif doubt and not isinstance(seen := client.ship.look([body])[0], Absent):
                if seen is None:
                    continue
                outcome = seen
            else:
                doubt = True
                (outcome,) = client.ship.send([body])
        except Ambiguous:
            outcome = Conflict("no answer")
        if turn in crashes:
            continue
        match outcome:
            case Taken():
                return "taken"
            case Promised(handle=handle):
                kept = handle
            case Conflict():
                kept = None
            case _:
                return type(outcome).__name__
    return "never"


BOTH = (parcel("P1", lines=lines(i11=1)), parcel("P2", lines=lines(i11=1, i12=1)), parcel("P3", lines=lines(i12=2)))


@pytest.mark.covers("bol:one parcel a shipment", "bol:process-status")
@pytest.mark.parametrize("slow", [0, 1, 3])
@pytest.mark.parametrize("crash", [(), *((turn,) for turn in range(12)), (0, 1), (2, 3, 5), (0, 4, 8)])
def test_every_parcel_is_at_bol_once_whenever_the_worker_dies(crash: tuple[int, ...], slow: int) -> None:
    warehouse = Warehouse(slow, i11=2, i12=3)
    assert walk(warehouse, prepared(*BOTH), set(crash)) == "taken"
    assert warehouse.parcels == ["P1", "P2", "P3"]
    assert len(warehouse.processes) == 3


@pytest.mark.covers("bol:one parcel a shipment")
@pytest.mark.parametrize("lost", [{1}, {2}, {3}, {1, 2, 3}])
def test_every_parcel_is_at_bol_once_though_answers_are_lost(lost: set[int]) -> None:
    warehouse = Warehouse(2, i11=2, i12=3)
    warehouse.lose = lost
    assert walk(warehouse, prepared(*BOTH), set()) == "taken"
    assert warehouse.parcels == ["P1", "P2", "P3"]


@pytest.mark.covers("bol:one parcel a shipment")
def test_more_parcels_than_a_listing_told_before_go_on_behind_those() -> None:
    warehouse = Warehouse(0, i11=2, i12=3)
    assert walk(warehouse, prepared(BOTH[0], BOTH[1]), set()) == "taken"
    assert walk(warehouse, prepared(*BOTH), set()) == "taken"
    assert walk(warehouse, prepared(*BOTH), set()) == "taken"
    assert warehouse.parcels == ["P1", "P2", "P3"]


def test_a_look_that_cannot_tell_says_so() -> None:
    look = bol(Partner().says(httpx.Response(404))).ship.look
    assert look([prepared()]) == [None]
    half = detail("1", item("11", 3, 1))
    look = bol(Partner().says(half, {}, half)).ship.look
    assert look([prepared(parcel(lines=lines(i11=1)))]) == [None]
    shipped = detail("1", item("11", 2, 2))
    look = bol(Partner().says(detail("1", item("11")), {}, shipped)).ship.look  # it ended in between
    assert look([prepared()]) == [Taken()]


# ---------------------------------------------------------------- cancel


def cancel(**given: Any) -> Cancellation:
    return Cancellation(**{"order_id": "1", "reason": "OUT_OF_STOCK"} | given)


@pytest.mark.covers("bol:PUT /retailer/orders/cancellation", "bol:cancellation", "bol:202")
def test_what_is_open_is_cancelled() -> None:
    order = detail("1", item("11"), item("12", 1, 1), item("13", 2, 1))
    for given, expected in (((), ["11", "13"]), (lines(i11=2), ["11"]), (lines(i13=None), ["13"])):
        partner = Partner().says(order).says({**ACCEPTED, "eventType": "CANCEL_ORDER"}, status=202)
        client = bol(partner)
        (outcome,) = client.cancel.send([client.cancel.prepare(cancel(lines=given))])
        assert isinstance(outcome, Promised)
        assert Promise.of(outcome.handle).event == "CANCEL_ORDER"
        assert partner.requests[1].method == "PUT"
        assert partner.requests[1].url.path == "/retailer/orders/cancellation"
        assert partner.sent() == {
            "orderItems": [{"orderItemId": name, "reasonCode": "OUT_OF_STOCK"} for name in expected]
        }


@pytest.mark.covers("bol:cancellation")
def test_a_part_of_an_item_is_held_and_what_is_over_is_over() -> None:
    def send(order: Any, *given: LineQuantity) -> Any:
        partner = Partner().says(order)
        client = bol(partner)
        (outcome,) = client.cancel.send([client.cancel.prepare(cancel(lines=given))])
        assert len(partner.requests) == 1
        return outcome

    for part in (lines(i11=1), lines(i99=1)):
        with pytest.raises(Puzzling):
            send(detail("1", item("11")), *part)
    assert send(detail("1", item("11", 2, 0, 2))) == Taken()
    assert send(detail("1", item("11", 2, 1, 1)), *lines(i11=None)) == Taken()
    assert isinstance(send(detail("1", item("11", 2, 2))), Refused)


@pytest.mark.covers("bol:reasonCode")
def test_reasons() -> None:
    def reason(**given: Any) -> str:
        return str(bol(Partner()).cancel.prepare(cancel(**given)).content["reasonCode"])

    assert [reason(reason=word) for word in REASONS] == list(REASONS)
    assert len(REASONS) == 12
    assert reason(reason=None, raw_reason="bad_condition") == "BAD_CONDITION"
    assert reason(reason=None, requested_by="buyer") == "REQUESTED_BY_CUSTOMER"
    assert reason(reason="changed my mind", requested_by="buyer") == "REQUESTED_BY_CUSTOMER"
    for given in ({"reason": None}, {"reason": "because"}):
        with pytest.raises(Puzzling, match="OUT_OF_STOCK"):
            reason(**given)
    for given in ({"order_id": None}, {"lines": lines(i=1)}):
        with pytest.raises(Invalid):
            reason(**given)


@pytest.mark.covers("bol:cancellation", "bol:GET /shared/process-status")
@pytest.mark.parametrize(
    ("first", "processes", "second", "seen"),
    [
        (item("11", 2, 0, 2), None, None, Taken()),
        (item("11"), {}, item("11"), Absent()),
        (item("11"), {"processStatuses": [process("PENDING")]}, item("11"), None),
        (item("11"), {"processStatuses": [process("SUCCESS")]}, item("11", 2, 0, 2), Taken()),
        (item("11"), {"processStatuses": [process("FAILURE")]}, item("11"), Absent()),
    ],
)
def test_what_a_look_says_of_a_cancellation(first: Any, processes: Any, second: Any, seen: Any) -> None:
    partner = Partner().says(detail("1", first))
    if processes is not None:
        partner.says(processes, detail("1", second))
    client = bol(partner)
    assert client.cancel.look([client.cancel.prepare(cancel())]) == [seen]
    if processes is not None:
        assert partner.query(1) == {"entity-id": "11", "event-type": "CANCEL_ORDER"}


@pytest.mark.covers("bol:nothing to acknowledge")
def test_what_bol_does_not_have() -> None:
    client = bol(Partner())
    assert (client.accept, client.refuse, client.acknowledge) == (None, None, None)
