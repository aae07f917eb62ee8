"""Egenta's document, rule by rule: every field there and missing, every quirk of its text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.config.read import read_config
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import Invalid
from pipeline.domain.order import Delivery, Line, Named, Order
from pipeline.domain.reports import StatusReport
from pipeline.ports import Taken
from tests.builders import build_address, build_order
from tests.unit.connectors.rig import Partner, ask, egenta
from tests.unit.connectors.test_egenta_import import prepare

LINE = Line(
    id="L1", product_id="AUC1", sku="KETTLE-17", title="Bouilloire", quantity=2, unit_price=Decimal("19.9"),
    shipping_price=Decimal("4.90"), commission_with_tax=Decimal("4.78"), commission_without_tax=Decimal("3.98"),
)  # fmt: skip
PLACE = build_address(company="Lefèvre SARL", line3="4e étage", email=None)
AT = datetime(2026, 11, 20, 13, 32, 5, tzinfo=UTC)


def order(**given: Any) -> Order:
    """Everything that Egenta has a field for."""
    fields: dict[str, Any] = {
        "id": "A-1", "raw_status": "InPreparation", "reference": "P-4711", "store": Named(id="S1", name="Shop"),
        "purchased_at": AT, "updated_at": AT, "ship_after": AT, "ship_by": AT, "deliver_after": AT, "deliver_by": AT,
        "is_business": True, "total": Decimal("44.7"), "shipping_address": PLACE, "billing_address": PLACE,
        "lines": (LINE,), "delivery": Delivery(carrier="DHL"),
    }  # fmt: skip
    return build_order(**fields | given)


ADDRESS = {
    "firstName": "Zoé", "lastName": "Lefèvre", "companyName": "Lefèvre SARL", "addressLine1": "12bis rue de l'Église",
    "addressLine2": "Bâtiment C", "addressLine3": "4e étage", "postalCode": "69003", "city": "Lyon",
    "stateOrRegion": "Rhône", "phone": "+33 6 12 34 56 78", "countryCode": "FR",
}  # fmt: skip
TIME = "2026-11-20 13:32:05"
WHOLE = {
    "OrderId": "A-1", "Status": "InPreparation", "Reference": "P-4711", "StoreId": "S1", "StoreName": "Shop",
    "PurchaseDate": TIME, "LastUpdateDate": TIME, "EarliestShipDate": TIME, "LatestShipDate": TIME,
    "EarliestDeliveryDate": TIME, "LatestDeliveryDate": TIME, "SalesChannelId": "CDISFR",
    "SalesChannel": "Cdiscount France", "BusinessOrder": "1", "BuyerName": "Zoé Lefèvre",
    "BuyerEmail": "zoe.lefevre@example.com", "OrderTotal": "44.70", "CurrencyCode": "EUR",
    "NumberOfItemsUnshipped": "2", "requested_shipping_carrier": "DHL",
    "shippingAddress": ADDRESS, "billingAddress": ADDRESS,
    "lines": [{
        "productId": "AUC1", "sellerProductId": "KETTLE-17", "orderLineId": "L1", "productTitle": "Bouilloire",
        "quantity": 2, "sellingPrice": Decimal("19.9"), "sellingPriceCurrencyCode": "EUR",
        "shippingCost": Decimal("4.90"), "shippingCostCurrencyCode": "EUR",
        "commission_amountWithVat": Decimal("4.78"), "commission_amountWithoutVat": Decimal("3.98"),
    }],
}  # fmt: skip


@pytest.mark.covers("egenta:mixed-names", "egenta:PUT order_import.php")
def test_the_names_and_forms_of_the_example_and_no_others() -> None:
    assert prepare(order()) == WHOLE
    assert list(prepare(order())) == list(WHOLE)


def row(rule: str, *values: Any) -> Any:
    return pytest.param(*values, marks=pytest.mark.covers(f"egenta:{rule}"), id=rule)


def fault_of(document: Order, **settings: Any) -> dict[str, str]:
    """Path -> rule of what is wrong."""
    with pytest.raises(Invalid) as raised:
        prepare(document, **settings)
    assert all("Egenta" in fault.message for fault in raised.value.fields)
    return {fault.path: fault.rule for fault in raised.value.fields}


BUYER = {"buyer": replace(order().buyer, first_name=None, last_name=None)}
NAMELESS = {"billing_address": replace(PLACE, first_name=None, last_name=None)}


@pytest.mark.parametrize(
    ("lacking", "path"),
    [
        row("OrderId", {"id": None}, "id"),
        row("Status", {"raw_status": None}, "raw_status"),
        row("PurchaseDate", {"purchased_at": None}, "purchased_at"),
        row("LastUpdateDate", {"updated_at": None}, "updated_at"),
        row("LatestShipDate", {"ship_by": None}, "ship_by"),
        row("SalesChannel", {"channel": Named(id="CDISFR")}, "channel.name"),
        row("OrderTotal", {"total": None}, "total"),
        row("CurrencyCode", {"currency": None}, "currency"),
        row("lines", {"lines": ()}, "lines"),
    ],
)
def test_a_required_field_that_is_missing_is_named_alone(lacking: dict[str, Any], path: str) -> None:
    assert fault_of(order(**lacking))[path] == "required"
    assert set(fault_of(order(**lacking))) == {path}


@pytest.mark.covers("egenta:BuyerName")
def test_the_buyer_is_who_pays_or_else_the_buyer() -> None:
    assert prepare(order(**BUYER))["BuyerName"] == "Zoé Lefèvre"
    assert fault_of(order(**BUYER, **NAMELESS)) == {
        "buyer.last_name": "required",
        "billing_address.first_name": "required",
        "billing_address.last_name": "required",
    }


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        row("Reference", "Reference", {"reference": None}),
        row("StoreId", "StoreId", {"store": Named(name="Shop")}),
        row("StoreName", "StoreName", {"store": Named(id="S1")}),
        row("EarliestShipDate", "EarliestShipDate", {"ship_after": None}),
        row("EarliestDeliveryDate", "EarliestDeliveryDate", {"deliver_after": None}),
        row("LatestDeliveryDate", "LatestDeliveryDate", {"deliver_by": None}),
        row("SalesChannelId", "SalesChannelId", {"channel": Named(name="Cdiscount France")}),
        row("BusinessOrder", "BusinessOrder", {"is_business": None}),
        row("BuyerEmail", "BuyerEmail", {"buyer": replace(order().buyer, email=None)}),
        row("requested_shipping_carrier", "requested_shipping_carrier", {"delivery": Delivery()}),
    ],
)
def test_an_optional_field_is_sent_or_left_out_and_never_empty(name: str, bare: dict[str, Any]) -> None:
    rest = {field: value for field, value in WHOLE.items() if field != name}
    assert name in WHOLE
    assert prepare(order(**bare)) == rest
    empty = {key: "" for key, value in bare.items() if value is None and key == "reference"}
    assert prepare(order(**bare | empty)) == rest


ADDRESSES = [("shippingAddress", "shipping_address"), ("billingAddress", "billing_address")]


@pytest.mark.parametrize(("block", "ours"), ADDRESSES)
@pytest.mark.parametrize(
    ("name", "field"),
    [
        row("{shippingAddress,billingAddress}.firstName", "firstName", "first_name"),
        row("{shippingAddress,billingAddress}.lastName", "lastName", "last_name"),
        row("{shippingAddress,billingAddress}.addressLine1", "addressLine1", "line1"),
        row("{shippingAddress,billingAddress}.postalCode", "postalCode", "postal_code"),
        row("{shippingAddress,billingAddress}.city", "city", "city"),
        row("{shippingAddress,billingAddress}.stateOrRegion", "stateOrRegion", "state"),
        row("{shippingAddress,billingAddress}.countryCode", "countryCode", "country"),
    ],
)
def test_a_required_field_of_an_address(name: str, field: str, block: str, ours: str) -> None:
    assert prepare(order())[block][name] == ADDRESS[name]
    lacking = order(**{ours: replace(PLACE, **{field: None})})
    assert fault_of(lacking, state_fallback="") == {f"{ours}.{field}": "required"}


@pytest.mark.parametrize(("block", "ours"), ADDRESSES)
@pytest.mark.parametrize(
    ("name", "field"),
    [
        row("{shippingAddress,billingAddress}.companyName", "companyName", "company"),
        row("{shippingAddress,billingAddress}.addressLine2", "addressLine2", "line2"),
        row("{shippingAddress,billingAddress}.addressLine3", "addressLine3", "line3"),
        row("{shippingAddress,billingAddress}.phone", "phone", "phone"),
    ],
)
def test_an_optional_field_of_an_address(name: str, field: str, block: str, ours: str) -> None:
    assert prepare(order())[block][name] == ADDRESS[name]
    bare = prepare(order(**{ours: replace(PLACE, **{field: None})}))
    assert bare == WHOLE | {block: {key: value for key, value in ADDRESS.items() if key != name}}


@pytest.mark.parametrize(
    ("block", "ours"),
    [
        row("shippingAddress", "shippingAddress", "shipping_address"),
        row("billingAddress", "billingAddress", "billing_address"),
    ],
)
def test_an_address_that_is_missing_altogether(block: str, ours: str) -> None:
    assert prepare(order())[block] == ADDRESS
    assert fault_of(order(**{ours: type(PLACE)()})) == {ours: "required"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        row("lines.*.productId", "productId", "product_id"),
        row("lines.*.sellerProductId", "sellerProductId", "sku"),
        row("lines.*.productTitle", "productTitle", "title"),
        row("lines.*.quantity", "quantity", "quantity"),
        row("lines.*.sellingPrice", "sellingPrice", "unit_price"),
        row("lines.*.shippingCost", "shippingCost", "shipping_price"),
    ],
)
def test_a_required_field_of_a_line(name: str, field: str) -> None:
    bare = replace(LINE, **{field: None})
    assert name in prepare(order())["lines"][0]
    assert fault_of(order(lines=(LINE, bare))) == {f"lines.1.{field}": "required"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        row("lines.*.commission_amountWithVat", "commission_amountWithVat", "commission_with_tax"),
        row("lines.*.commission_amountWithoutVat", "commission_amountWithoutVat", "commission_without_tax"),
    ],
)
def test_commissions_are_nice_to_have(name: str, field: str) -> None:
    (line,) = prepare(order(lines=(replace(LINE, **{field: None}),)))["lines"]
    assert line == {key: value for key, value in WHOLE["lines"][0].items() if key != name}


@pytest.mark.parametrize(
    ("name", "field", "least", "below"),
    [
        row("lines.*.quantity", "quantity", "quantity", 1, 0),
        row("lines.*.sellingPrice", "sellingPrice", "unit_price", Decimal(0), Decimal("-0.01")),
        row("lines.*.shippingCost", "shippingCost", "shipping_price", Decimal(0), Decimal("-0.01")),
    ],
)
def test_numbers_of_a_line_at_their_boundary_and_one_below(name: str, field: str, least: Any, below: Any) -> None:
    assert prepare(order(lines=(replace(LINE, **{field: least}),)))["lines"][0][name] == least
    assert fault_of(order(lines=(LINE, replace(LINE, **{field: below})))) == {f"lines.1.{field}": "form"}


@pytest.mark.covers("egenta:OrderTotal")
@pytest.mark.parametrize("wire_types", ["seed", "native"])
def test_a_total_of_nothing_is_one_and_a_total_below_is_none(wire_types: str) -> None:
    assert Decimal(str(prepare(order(total=Decimal(0)), wire_types=wire_types)["OrderTotal"])) == 0
    assert fault_of(order(total=Decimal("-0.01")), wire_types=wire_types) == {"total": "form"}


@pytest.mark.covers(
    "egenta:CurrencyCode", "egenta:lines.*.sellingPriceCurrencyCode", "egenta:lines.*.shippingCostCurrencyCode"
)
@pytest.mark.parametrize("code", ["eur", "EU", "EURO", "€", "E R"])
def test_a_currency_has_three_capitals(code: str) -> None:
    assert prepare(order(currency="EUR"))["lines"][0].keys() >= {"sellingPriceCurrencyCode", "shippingCostCurrencyCode"}
    assert fault_of(order(currency=code)) == {"currency": "form"}
    assert "currency" in fault_of(order(currency=None))


@pytest.mark.covers("egenta:{shippingAddress,billingAddress}.countryCode")
@pytest.mark.parametrize("code", ["fr", "F", "FRA", "France", "F1"])
def test_a_country_has_two_capitals(code: str) -> None:
    assert fault_of(order(billing_address=replace(PLACE, country=code))) == {"billing_address.country": "form"}


# ---------------------------------------------------------------- quirks


@pytest.mark.covers("egenta:several-currencies")
def test_each_order_goes_with_its_own_currency() -> None:
    partner = Partner().says({"success": True})
    write = egenta(partner, import_batch_size=2).import_orders
    orders = [order(id="A", currency="EUR"), order(id="B", currency="PLN")]
    assert write.send([write.prepare(one) for one in orders]) == [Taken(), Taken()]
    for sent, code in zip(partner.sent()["orders"], ("EUR", "PLN"), strict=True):
        (line,) = sent["lines"]
        assert {sent["CurrencyCode"], line["sellingPriceCurrencyCode"], line["shippingCostCurrencyCode"]} == {code}


@pytest.mark.covers("egenta:totals-need-not-add-up")
def test_an_order_that_does_not_add_up_is_taken_as_the_market_has_it() -> None:
    """100.00 over a line of 122 and 12 for shipping: the document's own example."""
    line = replace(LINE, quantity=1, unit_price=Decimal(122), shipping_price=Decimal(12))
    assert prepare(order(total=Decimal(100), lines=(line,)))["OrderTotal"] == "100.00"
    assert not CONNECTORS["egenta"].totals_add_up


@pytest.mark.covers("egenta:times-without-stray-spaces", "egenta:PurchaseDate", "egenta:LatestShipDate")
def test_times_have_one_space_and_neither_zone_nor_fraction() -> None:
    late = datetime(2025, 4, 22, 10, 26, 5, 999_999, tzinfo=UTC)
    content = prepare(order(purchased_at=late, updated_at=late, ship_by=late))
    assert {content[name] for name in ("PurchaseDate", "LastUpdateDate", "LatestShipDate")} == {"2025-04-22 10:26:05"}


@pytest.mark.covers("egenta:latest-ship-days")
@pytest.mark.parametrize(("days", "at"), [(0, "2026-11-20 13:32:05"), (3, "2026-11-23 13:32:05")])
def test_the_latest_day_to_ship_is_counted_from_the_purchase_where_none_is_told(days: int, at: str) -> None:
    assert prepare(order(ship_by=None), latest_ship_days=days)["LatestShipDate"] == at
    assert prepare(order(), latest_ship_days=days)["LatestShipDate"] == TIME


@pytest.mark.covers("egenta:line-ids", "egenta:lines.*.orderLineId")
def test_a_line_without_an_id_is_numbered_and_without_an_order_has_none() -> None:
    bare = replace(LINE, id=None)
    ids = [line["orderLineId"] for line in prepare(order(lines=(bare, LINE, bare)))["lines"]]
    assert ids == ["A-1-1", "L1", "A-1-3"]
    assert fault_of(order(id=None, lines=(bare,))) == {"id": "required", "lines.0.id": "required"}


@pytest.mark.covers("egenta:number-of-items", "egenta:NumberOfItemsUnshipped")
@pytest.mark.parametrize(("wire_types", "three"), [("seed", "3"), ("native", 3)])
def test_the_items_are_counted_over_all_lines(wire_types: str, three: Any) -> None:
    content = prepare(order(lines=(LINE, replace(LINE, quantity=1))), wire_types=wire_types)
    assert content["NumberOfItemsUnshipped"] == three


@pytest.mark.covers("egenta:orders", "egenta:valid-json", "egenta:{secret_id,secret_key}", "egenta:secrets-are-text")
def test_one_object_of_valid_json_holds_credentials_and_orders() -> None:
    partner = Partner().says({"success": True})
    write = egenta(partner).import_orders
    write.send([write.prepare(order())])
    assert partner.sent().keys() == {"secret_id", "secret_key", "orders"}
    assert (partner.sent()["secret_id"], partner.sent()["secret_key"]) == ("1", "hush")
    assert partner.requests[0].headers["content-type"] == "application/json"
    assert "authorization" not in partner.requests[0].headers
    assert "secret" not in str(partner.requests[0].url)
    assert partner.sent()["orders"] == [
        msgspec.json.decode(msgspec.json.Encoder(decimal_format="number").encode(WHOLE))
    ]


@pytest.mark.covers("egenta:batch-of-one")
def test_one_order_a_call_unless_a_setting_says_more() -> None:
    assert [egenta(Partner(), **given).import_orders.batch for given in ({}, {"import_batch_size": 50})] == [1, 50]
    assert egenta(Partner(), import_batch_size=0).import_orders.batch == 1


@pytest.mark.covers("egenta:no-look-up", "egenta:imported-again", "egenta:no-cancel")
def test_without_a_look_up_a_setting_says_what_an_unclear_import_becomes() -> None:
    careless, careful = egenta(Partner()), egenta(Partner(), reput_is_safe=False)
    assert (careless.import_orders.look, careful.import_orders.look) == (None, None)
    assert (careless.import_orders.repeat_is_safe, careful.import_orders.repeat_is_safe) == (True, False)
    assert (careless.update is None, careful.update is None) == (False, True)
    assert (careless.cancel, careful.cancel) == (None, None)
    assert "cancel" not in CONNECTORS["egenta"].capabilities


@pytest.mark.covers("egenta:no-pages")
def test_a_list_of_any_length_is_one_answer() -> None:
    partner = Partner().says([{"orderId": str(n), "parcelNumber": str(n)} for n in range(2000)])
    found = egenta(partner).shipped(ask())
    assert (len(found.rows), found.page, len(partner.requests)) == (2000, None, 1)


@pytest.mark.covers("egenta:answer-is-idempotent")
def test_an_answer_twice_is_the_same_request_twice() -> None:
    partner = Partner().says({}, {})
    write = egenta(partner).answer_status
    bodies = [write.prepare(StatusReport(order_id="A", status=order().status, raw_status=word)) for word in ("x", "y")]
    for body in bodies:
        write.send([body])
    assert partner.requests[0].content == partner.requests[1].content
    assert write.listed_again


@pytest.mark.covers("egenta:a-few-times-an-hour")
def test_status_questions_are_read_four_times_an_hour_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "orderpipe.toml"
    path.write_text('[oms.e]\nconnector = "egenta"\nsettings = { secret_id = "env:A", secret_key = "env:A" }\n')
    account = read_config(path, declared=CONNECTORS, env={"A": "1"}).account("e")
    assert account.poll["statuses"] == timedelta(minutes=15)
