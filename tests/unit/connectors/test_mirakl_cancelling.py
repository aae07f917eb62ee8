"""Mirakl's cancellations (OR29, OR30), and what `orderpipe call` may do."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import Ambiguous, Invalid, Puzzling, Refused
from pipeline.domain.reports import Cancellation, LineQuantity
from pipeline.operations.calling import call
from pipeline.operations.errors import NotAllowed
from pipeline.ports import Absent, Body, Taken
from tests.unit.connectors.rig import Partner, mirakl, mirakl_order, second_line

REASONS = {
    "reasons": [{"code": "29", "label": "Out of stock", "type": "CANCELATION"}, {"code": "30", "label": "Other"}]
}
OK = httpx.Response(204)


def one(**paths: Any) -> dict[str, Any]:
    return {"orders": [mirakl_order("A", **paths)]}


def meant(*lines: LineQuantity, reason: str | None = "out of stock") -> Cancellation:
    return Cancellation(order_id="A", lines=lines, raw_reason=reason)


def cancel(partner: Partner, what: Cancellation) -> Any:
    client = mirakl(partner)
    (outcome,) = client.cancel.send([client.cancel.prepare(what)])
    return outcome


@pytest.mark.covers("mirakl:PUT /api/orders/{order_id}/cancel", "mirakl:can_cancel")
def test_a_whole_order_that_can_be_canceled() -> None:
    partner = Partner().says(one(can_cancel=True), OK)
    assert cancel(partner, meant(reason=None)) == Taken()
    assert (partner.requests[-1].method, partner.requests[-1].url.path) == ("PUT", "/api/orders/A/cancel")
    assert partner.requests[-1].content == b""


@pytest.mark.covers(
    "mirakl:PUT /api/orders/cancel",
    "mirakl:GET /api/reasons/{type}",
    "mirakl:cancelations.*.amount",
    "mirakl:cancelations.*.reason_code",
)
@pytest.mark.parametrize("lines", [(), (LineQuantity(id="A-1"),), (LineQuantity(id="A-1", quantity=2),)])
def test_lines_go_with_their_own_amounts_and_taxes(lines: tuple[LineQuantity, ...]) -> None:
    partner = Partner().says(REASONS, one(), {"cancelations": []})
    assert cancel(partner, meant(*lines)) == Taken()
    assert partner.requests[0].url.path == "/api/reasons/CANCELATION"
    assert partner.requests[-1].url.path == "/api/orders/cancel"
    assert partner.sent() == {
        "cancelations": [
            {
                "order_line_id": "A-1",
                "quantity": 2,
                "amount": 39.8,
                "shipping_amount": 4.9,
                "currency_iso_code": "EUR",
                "reason_code": "29",
                "taxes": [{"code": "TVA", "amount": 6.63}],
                "shipping_taxes": [{"code": "TVA", "amount": 0.82}],
            }
        ],
        "order_tax_mode": "TAX_INCLUDED",
    }


def test_a_part_of_a_line_where_nothing_has_to_be_split() -> None:
    plain = one(order_lines__0__shipping_price=0, order_lines__0__taxes=[], order_lines__0__shipping_taxes=[])
    partner = Partner().says(REASONS, plain, OK)
    assert cancel(partner, meant(LineQuantity(id="A-1", quantity=1))) == Taken()
    (sent,) = partner.sent()["cancelations"]
    assert (sent["quantity"], sent["amount"], sent["shipping_amount"], sent["taxes"]) == (1, 19.9, 0, [])


@pytest.mark.parametrize(
    ("order", "line"),
    [
        (one(), LineQuantity(id="A-1", quantity=1)),
        (one(), LineQuantity(id="A-9")),
        (one(order_lines__0__cancelations=[{"quantity": 1}]), LineQuantity(id="A-1")),
        (one(order_lines__0__price=None), LineQuantity(id="A-1")),
        (one(order_lines__0__taxes=[{"code": "TVA"}]), LineQuantity(id="A-1")),
    ],
)
def test_amounts_are_never_guessed(order: Any, line: LineQuantity) -> None:
    partner = Partner().says(REASONS, order)
    with pytest.raises(Puzzling) as raised:
        cancel(partner, meant(line))
    assert raised.value.fields[0].path == "lines.0"


def test_reasons_are_the_operators_own() -> None:
    with pytest.raises(Puzzling, match="orderpipe call"):
        cancel(Partner().says(REASONS), meant(LineQuantity(id="A-1"), reason="because"))
    with pytest.raises(Puzzling, match="needs a reason"):
        cancel(Partner().says(one()), meant(reason=None))
    with pytest.raises(Invalid):
        cancel(Partner().says(REASONS), Cancellation(lines=(LineQuantity(),), reason="29"))


@pytest.mark.parametrize(
    ("state", "kind"), [("CANCELED", Taken), ("REFUSED", Taken), ("SHIPPED", Refused), ("CLOSED", Refused)]
)
def test_what_needs_no_call(state: str, kind: Any) -> None:
    partner = Partner().says(REASONS, one(order_state=state))
    assert isinstance(cancel(partner, meant()), kind)
    assert len(partner.requests) == 2
    assert isinstance(cancel(Partner().says(REASONS, {"orders": []}), meant()), Refused)


def test_no_answer_is_a_doubt() -> None:
    with pytest.raises(Ambiguous):
        cancel(Partner().says(REASONS, one(can_cancel=True), httpx.ReadTimeout("x")), meant())


@pytest.mark.parametrize(
    ("order", "lines", "seen"),
    [
        (mirakl_order("A", order_state="CANCELED"), [], Taken()),
        (mirakl_order("A"), [], Absent()),
        (mirakl_order("A", order_state="ON_THE_MOON"), [], None),
        (second_line(mirakl_order("A"), "CANCELED"), ["A-2"], Taken()),
        (second_line(mirakl_order("A"), "CANCELED"), ["A-1", "A-2"], None),
        (second_line(mirakl_order("A"), "CANCELED"), ["A-1"], Absent()),
        (mirakl_order("A", order_lines__0__cancelations=[{"quantity": 2}]), [], Taken()),
        (mirakl_order("A", order_lines__0__cancelations=[{"quantity": 1}]), [], None),
    ],
)
def test_what_a_look_says(order: Any, lines: list[str], seen: Any) -> None:
    client = mirakl(Partner().says({"orders": [order]}))
    body = Body("A", {"lines": [{"id": line, "quantity": None} for line in lines], "reason_code": "29"})
    assert client.cancel.look([body]) == [seen]


# ---------------------------------------------------------------- calls

OPERATIONS = {operation.name: operation for operation in CONNECTORS["mirakl"].operations}
LINE = {
    "order_line_id": "A-1", "amount": "5.00", "quantity": "1", "reason_code": "29", "currency_iso_code": "EUR",
    "order_tax_mode": "TAX_INCLUDED",
}  # fmt: skip


def done(name: str, partner: Partner, *, yes: bool = False, **arguments: str) -> Any:
    client = mirakl(partner)
    return call(
        client, OPERATIONS[name], arguments, yes=yes, who="op", audit=lambda line: None, account="shop-fr"
    )  # fmt: skip


@pytest.mark.covers("mirakl:PUT /api/orders/refund")
@pytest.mark.parametrize(
    ("name", "path", "key"),
    [("refund", "/api/orders/refund", "refunds"), ("cancel_line", "/api/orders/cancel", "cancelations")],
)
def test_money_goes_back_only_when_it_is_confirmed(name: str, path: str, key: str) -> None:
    with pytest.raises(NotAllowed, match="--yes"):
        done(name, Partner(), **LINE)
    partner = Partner().says({key: []})
    done(name, partner, yes=True, **LINE, taxes='[{"code": "TVA", "amount": 0.83}]')
    assert partner.requests[0].url.path == path
    assert partner.sent() == {
        key: [
            {
                "order_line_id": "A-1",
                "quantity": 1,
                "currency_iso_code": "EUR",
                "reason_code": "29",
                "amount": 5.0,
                "shipping_amount": 0,
                "taxes": [{"code": "TVA", "amount": 0.83}],
                "shipping_taxes": [],
            }
        ],
        "order_tax_mode": "TAX_INCLUDED",
    }
    with pytest.raises(NotAllowed) as raised:
        done(name, Partner(), yes=True, **LINE | {"amount": "-1", "quantity": "0"}, taxes="{}")
    assert all(word in str(raised.value) for word in ("amount", "quantity", "taxes"))


def test_reads_by_call() -> None:
    assert done("order", Partner().says(one()), order_id="A")["order_id"] == "A"
    assert done("order", Partner().says({"orders": []}), order_id="B") is None
    assert done("carriers", Partner().says({"carriers": []})) == {"carriers": []}
    assert done("shipments", Partner().says({"data": []}), order_id="A") == []
    partner = Partner().says(REASONS, REASONS)
    assert done("reasons", partner, type="REFUND")["reasons"][0]["code"] == "29"
    assert partner.requests[0].url.path == "/api/reasons/REFUND"
    done("reasons", partner)
    assert partner.requests[1].url.path == "/api/reasons/CANCELATION"


def test_every_rule_and_endpoint_is_covered_by_a_test() -> None:
    connector = CONNECTORS["mirakl"]
    names = {rule.name for rule in connector.rules} | {f"{one.method} {one.path}" for one in connector.endpoints}
    texts = "".join(path.read_text() for path in Path(__file__).parent.glob("test_mirakl_*.py"))
    assert {name for name in names if f'"mirakl:{name}"' not in texts} == set()
