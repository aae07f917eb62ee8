"""Egenta's import: the exact wire form, every fault at once, and what its answers mean."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from pipeline.connectors.oms.egenta.schema import faults_of, fits
from pipeline.domain.address import Address
from pipeline.domain.errors import Ambiguous, Conflict, Invalid, RateLimited, Refused, Unauthorized, Unavailable
from pipeline.domain.order import Delivery, Line, Named, Order, OrderStatus
from pipeline.ports import Body, Taken
from tests.builders import build_order
from tests.unit.connectors.rig import GONE, Partner, egenta, put

LINE = Line(
    product_id="AUC1", sku="KETTLE-17", title="Bouilloire", quantity=2, unit_price=Decimal("19.9"),
    shipping_price=Decimal(0),
)  # fmt: skip


def order(**given: Any) -> Order:
    return build_order(**{"lines": (LINE, replace(LINE, id="L2", quantity=1)), "total": Decimal("59.7")} | given)


def prepare(document: Order, **settings: Any) -> Any:
    return egenta(Partner(), **settings).import_orders.prepare(document).content


@pytest.mark.covers("egenta:wire-types", "egenta:OrderTotal", "egenta:BusinessOrder")
def test_the_forms_of_the_seed_and_the_native_ones() -> None:
    seed, native = prepare(order()), prepare(order(), wire_types="native")
    for content, total, business, pieces in ((seed, "59.70", "0", "3"), (native, Decimal("59.7"), False, 3)):
        assert (content["OrderTotal"], content["BusinessOrder"], content["NumberOfItemsUnshipped"]) == (
            total, business, pieces,
        )  # fmt: skip
        assert (content["lines"][0]["quantity"], content["lines"][0]["sellingPrice"]) == (2, Decimal("19.9"))
    assert prepare(order(total=Decimal(100), is_business=True))["OrderTotal"] == "100.00"
    assert prepare(order(is_business=True))["BusinessOrder"] == "1"
    assert "BusinessOrder" not in prepare(order(is_business=None))


def test_a_total_that_two_decimals_would_round_is_not_sent() -> None:
    with pytest.raises(Invalid) as raised:
        prepare(order(total=Decimal("59.705")))
    assert raised.value.fields[0].path == "total"
    assert prepare(order(total=Decimal("59.705")), wire_types="native")["OrderTotal"] == Decimal("59.705")


@pytest.mark.covers("egenta:line-ids")
def test_line_ids_are_made_from_the_order_and_never_at_random() -> None:
    content = prepare(order(id="A:1"))
    assert [line["orderLineId"] for line in content["lines"]] == ["A:1-1", "L2"]
    assert content == prepare(order(id="A:1"))


def test_canceled_lines_are_not_shipped_and_the_others_keep_their_numbers() -> None:
    gone = replace(LINE, status=OrderStatus.CANCELED)
    content = prepare(order(id="A", lines=(gone, LINE)))
    assert [line["orderLineId"] for line in content["lines"]] == ["A-2"]
    assert content["NumberOfItemsUnshipped"] == "2"
    with pytest.raises(Invalid) as raised:
        prepare(order(lines=(gone, replace(LINE, sku=None))))
    assert [fault.path for fault in raised.value.fields] == ["lines.1.sku"]
    with pytest.raises(Invalid, match="not canceled"):
        prepare(order(lines=(gone,)))


@pytest.mark.covers("egenta:state-fallback")
def test_states_fall_back_after_everything_else() -> None:
    bare = Address(first_name="A", last_name="B", line1="1 rue", postal_code="1", city="Lyon", country="FR")
    content = prepare(order(shipping_address=bare, billing_address=replace(bare, state="Rhône")))
    assert content["shippingAddress"]["stateOrRegion"] == "-"
    assert content["billingAddress"]["stateOrRegion"] == "Rhône"
    with pytest.raises(Invalid) as raised:
        prepare(order(shipping_address=bare), state_fallback="")
    assert [fault.path for fault in raised.value.fields] == ["shipping_address.state"]


@pytest.mark.covers("egenta:latest-ship-days", "egenta:PurchaseDate")
def test_times_in_the_zone_and_the_latest_ship_date_by_days() -> None:
    at = datetime(2026, 11, 20, 23, 30, 59, 999_999, tzinfo=UTC)
    content = prepare(order(purchased_at=at, ship_by=None), timezone="Europe/Paris", latest_ship_days=2)
    assert content["PurchaseDate"] == "2026-11-21 00:30:59"
    assert content["LatestShipDate"] == "2026-11-23 00:30:59"
    with pytest.raises(Invalid) as raised:
        prepare(order(ship_by=None))
    assert [fault.path for fault in raised.value.fields] == ["ship_by"]
    assert "latest_ship_days" in raised.value.message


def test_what_is_absent_is_left_out_and_a_street_serves_as_first_line() -> None:
    address = Address(
        first_name="A", last_name="B", street="Damrak", house_number="12", house_number_extension="a",
        postal_code="1012", city="Amsterdam", country="NL",
    )  # fmt: skip
    content = prepare(order(reference=None, shipping_address=address, delivery=Delivery(service="Express")))
    assert content["shippingAddress"]["addressLine1"] == "Damrak 12 a"
    assert content["requested_shipping_carrier"] == "Express"
    assert not {"Reference", "StoreId", "StoreName", "EarliestShipDate"} & content.keys()
    assert prepare(order(store=Named(id="S1", name="Shop")))["StoreId"] == "S1"


def test_everything_that_is_missing_is_told_at_once_with_egentas_name() -> None:
    with pytest.raises(Invalid) as raised:
        prepare(Order(lines=(Line(), Line(quantity=0, unit_price=Decimal(-1)))))
    found = {fault.path: fault for fault in raised.value.fields}
    assert set(found) == {
        "id", "raw_status", "purchased_at", "updated_at", "ship_by", "channel.name", "buyer.last_name", "total",
        "currency", "shipping_address", "billing_address", "lines.0.product_id", "lines.0.sku", "lines.0.id",
        "lines.0.title", "lines.0.quantity", "lines.0.unit_price", "lines.0.shipping_price", "lines.1.product_id",
        "lines.1.sku", "lines.1.id", "lines.1.title", "lines.1.quantity", "lines.1.unit_price",
        "lines.1.shipping_price",
    }  # fmt: skip
    assert all("Egenta" in fault.message for fault in found.values())
    assert found["lines.0.sku"].message == (
        "Egenta needs the seller's SKU; set it by `edit`, or for all by the route's defaults"
    )
    assert (found["lines.1.quantity"].rule, found["lines.0.quantity"].rule) == ("form", "required")


def test_codes_are_checked_and_no_value_is_shown() -> None:
    with pytest.raises(Invalid) as raised:
        prepare(order(currency="€", shipping_address=replace(order().shipping_address, country="France")))
    assert [fault.path for fault in raised.value.fields] == ["currency", "shipping_address.country"]
    assert "France" not in raised.value.message


def test_the_fast_yes_is_never_more_than_marshmallows() -> None:
    content = prepare(order())
    assert fits(content)
    assert not faults_of(content, (0, 1))
    assert fits(prepare(order(), wire_types="native"))
    refused = 0
    paths = [[name] for name in content] + [["shippingAddress", name] for name in content["shippingAddress"]]
    paths += [["billingAddress", name] for name in content["billingAddress"]]
    paths += [["lines", "1", name] for name in content["lines"][1]]
    for path in paths:
        typed = content["lines"][1][path[2]] if path[0] == "lines" and len(path) == 3 else None
        odd = [Decimal(-1), 0] if isinstance(typed, int | Decimal) else ["fr", "EURO", "59.7"]
        for value in (GONE, *odd):
            changed = deepcopy(content)
            if path == ["lines"] or (len(path) == 1 and isinstance(content[path[0]], dict) and value is not GONE):
                continue
            put(changed, path, value)
            if (
                "Date" in path[-1] or path[-1].endswith("PriceCurrencyCode") or path[-1].startswith("shippingCostC")
            ) and (value is not GONE):
                continue  # the mapping writes times itself, and one currency everywhere
            faults = faults_of(changed, (0, 1))
            refused += bool(faults)
            assert fits(changed) is (not faults), (path, value)
    assert refused > 30


# ---------------------------------------------------------------- sending


@pytest.mark.covers("egenta:PUT order_import.php", "egenta:secrets-are-text")
def test_one_put_with_credentials_as_text() -> None:
    partner = Partner().says({"success": True})
    client = egenta(partner)
    body = client.import_orders.prepare(order())
    assert client.import_orders.send([body]) == [Taken()]
    (request,) = partner.requests
    assert (request.method, str(request.url)) == ("PUT", "https://oms.test/api/order_import.php")
    assert (partner.sent()["secret_id"], partner.sent()["secret_key"]) == ("1", "hush")
    assert len(partner.sent()["orders"]) == 1
    assert b'"sellingPrice":19.9,' in request.content
    assert "secret" not in msgspec.json.encode(body.content).decode()


@pytest.mark.covers("egenta:imported-again", "egenta:batch-of-one")
def test_what_the_settings_turn_on_and_off() -> None:
    client = egenta(Partner(), import_batch_size=100)
    assert (client.import_orders.batch, client.import_orders.repeat_is_safe, client.import_orders.look) == (
        100, True, None,
    )  # fmt: skip
    assert client.update is client.import_orders
    assert client.cancel is None
    client = egenta(Partner(), reput_is_safe=False)
    assert (client.update, client.import_orders.repeat_is_safe) == (None, False)


def send(reply: httpx.Response | Exception, *ids: str) -> Any:
    client = egenta(Partner().says(reply), import_batch_size=10)
    return client.import_orders.send([Body(order_id, {"OrderId": order_id}) for order_id in ids or ("1",)])


def said(content: Any) -> httpx.Response:
    return httpx.Response(200, content=content if isinstance(content, bytes) else msgspec.json.encode(content))


@pytest.mark.covers("egenta:success-without-an-error")
@pytest.mark.parametrize(
    "content",
    [
        b"", b"  ", b"null", b"[]", b"{}", b"1", b"true", b'"OK"', b"OK", b"imported", b"\xef\xbb\xbf{}",
        {"success": True}, {"success": 1, "error": ""}, {"errors": [], "status": "ok"}, {"status": 200},
        {"error": None},
        {"OrderId": "1", "Status": "Refused"}, [{"orderId": 1}],
    ],
)  # fmt: skip
def test_answers_that_are_a_yes(content: Any) -> None:
    assert send(said(content)) == [Taken()]


@pytest.mark.covers("egenta:success-without-an-error")
@pytest.mark.parametrize(
    "content",
    [
        {"error": "No such market"},
        {"Error": {"code": 5}}, {"errors": ["x"]}, {"success": False}, {"success": "false"},
        {"success": 0, "message": "x"}, {"status": "error"}, {"status": "failed: x"}, {"status": "KO"}, {"status": 500},
    ],
)  # fmt: skip
def test_a_200_that_says_no_is_a_refusal(content: Any) -> None:
    with pytest.raises(Refused):
        send(said(content))


@pytest.mark.covers("egenta:allow-listed-address")
def test_a_200_that_names_the_credentials_shuts_the_gate() -> None:
    with pytest.raises(Unauthorized, match="Wrong secret"):
        send(said({"error": "Wrong secret_key"}))


@pytest.mark.covers("egenta:no-page-of-php")
@pytest.mark.parametrize(
    "content",
    [
        b"<br />\n<b>Warning</b>: mysqli", b"<html>OK</html>", b'{"success": tr', b"[{", b"Fatal error: x on line 5",
        b"not imported", b"\xff\xfe", b"x" * 300, b"false", "\u00a0<".encode(),
    ],
)  # fmt: skip
def test_a_200_that_nobody_understands_is_ambiguous(content: bytes) -> None:
    with pytest.raises(Ambiguous):
        send(said(content))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(401), Unauthorized),
        (httpx.Response(403), Unauthorized),
        (httpx.Response(429), RateLimited),
        (httpx.Response(409), Conflict),
        (httpx.Response(422, json={"error": "bad"}), Refused),
        (httpx.Response(500, json={"success": True}), Ambiguous),
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.ConnectError("x"), Unavailable),
    ],
)
def test_statuses(reply: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        send(reply)


@pytest.mark.covers("egenta:success-without-an-error")
@pytest.mark.parametrize(
    "content",
    [
        {"orders": [{"OrderId": "a", "success": True}, {"orderId": "b", "error": "no SKU"}]},
        [{"OrderID": "a"}, {"OrderID": "b", "status": "error"}],
        {"error": "some failed", "results": [{"orderId": "a"}, {"orderId": "b", "success": False}]},
        {"a": {"success": True}, "b": {"error": "no SKU"}},
    ],
)
def test_a_batch_is_told_apart_where_the_answer_does(content: Any) -> None:
    a, b, c = send(said(content), "a", "b", "c")
    assert a == Taken()
    assert type(b) is Refused
    assert type(c) is Ambiguous  # left out: neither a yes nor a no


@pytest.mark.parametrize("errors", [{"b": "no SKU"}, [{"OrderId": "b", "message": "no SKU"}]])
def test_errors_of_single_orders_refuse_those(errors: Any) -> None:
    a, b = send(said({"errors": errors}), "a", "b")
    assert type(b) is Refused
    assert type(a) is Ambiguous


def test_a_whole_refusal_is_of_all() -> None:
    with pytest.raises(Refused):
        send(said({"error": "closed"}), "a", "b")


def test_volatile_fields_are_those_our_own_writes_change() -> None:
    volatile = egenta(Partner()).import_orders.volatile
    assert {"Status", "LastUpdateDate", "lines.*.commission_amountWithVat"} <= volatile
