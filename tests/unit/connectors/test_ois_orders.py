"""OIS' order: lines to the cent, delivery and its fields, limits, tables, coupons; and how it is sent."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from pipeline.connectors.oms.ois.cents import allot
from pipeline.connectors.oms.ois.limits import LIMITS
from pipeline.connectors.oms.ois.schema import faults_of
from pipeline.domain.address import Address, Buyer
from pipeline.domain.codec import from_fields
from pipeline.domain.errors import Ambiguous, FieldError, Invalid, NotConfigured, Puzzling, Refused, Unauthorized
from pipeline.domain.order import Amount, Delivery, Line, Order, OrderStatus, Payment
from pipeline.ports import Absent, Body, Taken
from tests.unit.connectors.rig import Partner, client_for

GOLDEN = Path(__file__).parents[2] / "golden" / "ois"
ENCODE = msgspec.json.Encoder(decimal_format="number").encode
DECODE = msgspec.json.Decoder(float_hook=Decimal).decode
AGENTS = [{"Id": 3, "Name": "PostNL"}, {"Id": 4, "Name": "DHL"}]
OPTIONS = {"PaymentOptions": [{"id": "MKT", "paymentProviderId": 9}, {"id": "CPN"}, {"id": "LOST", "providerId": 8}]}
PROVIDERS = [{"Id": 9}]
BRANCHES = [{"Id": 1, "Identifier": "B-7"}]
TABLES = {"ShippingAgents": AGENTS, "PaymentOptions": OPTIONS, "PaymentProviders": PROVIDERS, "Branches": BRANCHES}
D = Decimal


class Ois(Partner):
    """Answers the tables by name, the rest as told."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if name in TABLES and not self.replies:
            self.requests.append(request)
            return httpx.Response(200, stream=httpx.ByteStream(ENCODE(TABLES[name])))
        return super().__call__(request)


def ois(partner: Partner | None = None, **given: Any) -> Any:
    return client_for("ois", partner or Ois(), **given)


PLACE = Address(
    first_name="Anne", last_name="de Vries", line1="Kerkstraat 5 hs", postal_code="1017GA", city="Amsterdam",
    country="NL", phone="+31 20 123 4567",
)  # fmt: skip


def line(**given: Any) -> Line:
    facts = {"id": "L1", "sku": "KETTLE", "quantity": 1, "unit_price": D("10.00"), "tax_rate": D(21)}
    return Line(**facts | given)


def order(*lines: Line, **given: Any) -> Order:
    facts: dict[str, Any] = {
        "id": "A-1",
        "purchased_at": datetime(2026, 11, 20, 13, 32, 5, tzinfo=UTC),
        "buyer": Buyer(email="a@example.com"),
        "shipping_address": PLACE,
        "currency": "EUR",
        "lines": lines or (line(),),
        "delivery": Delivery(method="home", carrier="3"),
        "payment": Payment(method="MKT", reference="PSP-1"),
    }
    return Order(**facts | given)


def prepare(one: Order, client: Any = None, **given: Any) -> dict[str, Any]:
    content: dict[str, Any] = (client or ois(**given)).import_orders.prepare(one).content
    return content


def amounts(content: dict[str, Any]) -> list[tuple[str, int, str, str, list[str]]]:
    return [
        (
            one["LineType"], one["Quantity"], str(one["OriginalPrice"]), str(one["Price"]),
            [str(discount["Value"]) for discount in one.get("OrderDiscounts", ())],
        )
        for one in content["OrderLines"]
    ]  # fmt: skip


def faults(one: Order, **given: Any) -> dict[str, FieldError]:
    with pytest.raises(Invalid) as raised:
        prepare(one, **given)
    return {fault.path: fault for fault in raised.value.fields}


def riddles(one: Order, **given: Any) -> dict[str, FieldError]:
    with pytest.raises(Puzzling) as raised:
        prepare(one, **given)
    return {fault.path: fault for fault in raised.value.fields}


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    pair = DECODE(path.read_bytes())
    client = ois(Partner().says(*pair["replies"]), **pair["settings"])
    sent = ENCODE(client.import_orders.prepare(from_fields(Order, pair["given"])).content)
    assert DECODE(sent) == pair["expected"]
    assert b"null" not in sent
    assert b'"' + b'"' not in sent


# ---------------------------------------------------------------- lines


@pytest.mark.covers("ois:line-per-unit", "ois:OrderLines.*.OrderDiscounts.*.{Code,Value}")
def test_a_line_per_unit_with_discounts_to_the_cent() -> None:
    discounts = (Amount(code="A", amount=D("1.00")), Amount(code="B", amount=D("0.01")), Amount(amount=D(0)))
    content = prepare(order(line(quantity=3, discounts=discounts)))
    assert amounts(content) == [
        ("Article", 1, "10.00", "9.66", ["0.34"]),
        ("Article", 1, "10.00", "9.66", ["0.33", "0.01"]),
        ("Article", 1, "10.00", "9.67", ["0.33"]),
    ]
    assert sum(one["Value"] for one in content["OrderLines"]) == D("28.99")
    assert content["OrderLines"][0]["OrderDiscounts"] == [{"Code": "A", "Value": D("0.34")}]
    assert "OrderDiscounts" not in prepare(order())["OrderLines"][0]


@pytest.mark.parametrize("quantity", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("discount", ["0.01", "0.05", "3.33", "6.99"])
def test_the_equation_holds_and_every_sum_is_preserved(quantity: int, discount: str) -> None:
    each = D("0.59") if quantity == 12 else D("7.00") / quantity if quantity in (1, 2) else D("2.34")
    twice = (Amount(amount=D(discount) / 3 if discount == "6.99" else D(discount)), Amount(amount=D("0.01")))
    one = line(quantity=quantity, unit_price=each, discounts=twice)
    sent = prepare(order(one))["OrderLines"]
    for unit in sent:
        assert unit["OriginalPrice"] == unit["Price"] + sum(d["Value"] for d in unit.get("OrderDiscounts", ()))
        assert unit["Price"] >= 0
    assert sum(unit["OriginalPrice"] for unit in sent) == quantity * each
    reduced = sum(d["Value"] for unit in sent for d in unit.get("OrderDiscounts", ()))
    assert reduced == sum(d.amount or 0 for d in twice)


def test_odd_cents_of_two_discounts_never_make_a_price_negative() -> None:
    cheap = line(quantity=3, unit_price=D("0.01"), discounts=(Amount(amount=D("0.01")), Amount(amount=D("0.01"))))
    assert [one[3] for one in amounts(prepare(order(cheap)))] == ["0.00", "0.00", "0.01"]


@pytest.mark.covers("ois:price-equation")
def test_rounding_goes_into_the_numbers() -> None:
    assert [one[2] for one in amounts(prepare(order(line(quantity=2, unit_price=D("3.335")))))] == ["3.34", "3.33"]
    told = line(quantity=3, unit_price=D("3.33"), total=D("10.00"))
    assert [one[2] for one in amounts(prepare(order(told)))] == ["3.34", "3.33", "3.33"]
    unreliable = line(quantity=3, unit_price=D("3.33"), total=D("12.00"))
    assert [one[2] for one in amounts(prepare(order(unreliable)))] == ["3.33"] * 3
    assert set(riddles(order(line(unit_price=D("3.335"))))) == {"lines.0.unit_price"}


def test_without_exploding_amounts_must_divide() -> None:
    whole = line(quantity=4, discounts=(Amount(amount=D("2.00")),))
    (sent,) = prepare(order(whole), explode_quantity=False)["OrderLines"]
    assert (sent["Quantity"], sent["Price"], sent["Value"]) == (4, D("9.50"), D("38.00"))
    odd = line(quantity=3, discounts=(Amount(amount=D("1.00")),))
    assert set(riddles(order(odd), explode_quantity=False)) == {"lines.0.discounts"}


@pytest.mark.covers("ois:OrderLines")
def test_the_same_variant_is_never_merged_and_canceled_lines_do_not_travel() -> None:
    gone = line(status=OrderStatus.CANCELED, shipping_price=D("9.00"))
    part = line(quantity=3, canceled_quantity=1, discounts=(Amount(amount=D("0.30")),))
    content = prepare(order(gone, line(), line(), part))
    assert [one[3] for one in amounts(content)] == ["10.00", "10.00", "9.90", "9.90"]
    assert set(faults(order(gone))) == {"lines"}


@pytest.mark.covers("ois:fees-are-lines", "ois:zero-amounts", "ois:coupon-sold")
def test_costs_are_lines_and_zero_ones_are_dropped() -> None:
    content = prepare(order(line(shipping_price=D("4.90")), payment_fee=D("1.5")))
    assert amounts(content)[1:] == [("ShippingCost", 1, "4.90", "4.90", []), ("PaymentFee", 1, "1.50", "1.50", [])]
    assert content["OrderLines"][1]["VATPercentage"] == 21
    assert len(prepare(order(line(shipping_price=D(0)), payment_fee=D(0)))["OrderLines"]) == 1
    numbers = prepare(order(payment_fee=D(1), shipping_total=D(2)), line_type_form="number")["OrderLines"]
    assert [one["LineType"] for one in numbers] == ["1", "2", "3"]
    assert prepare(order(line(category="Voucher", tax_rate=None)))["OrderLines"][0]["LineType"] == "Voucher"


@pytest.mark.covers("ois:OrderLines.*.VATPercentage")
def test_shipping_has_the_rate_of_its_goods_or_none() -> None:
    two = (line(shipping_price=D(2)), line(tax_rate=D(9), shipping_price=D(3)))
    sent = prepare(order(*two, payment_fee=D(1)))["OrderLines"][2:]
    assert [(one["Price"], one.get("VATPercentage")) for one in sent] == [(2, 21), (3, 9), (1, None)]
    (sent,) = prepare(order(*two, shipping_total=D(6)))["OrderLines"][2:]
    assert (sent["Price"], sent.get("VATPercentage")) == (6, None)


@pytest.mark.covers(
    "ois:positive-amounts",
    "ois:amounts-with-vat",
    "ois:OrderLines.*.Price",
    "ois:OrderLines.*.OriginalPrice",
    "ois:zero-amounts",
    "ois:OrderLines.*.VATPercentage",
)
def test_what_a_line_may_not_be() -> None:
    assert set(faults(order(line(discounts=(Amount(amount=D(-1)), Amount(), Amount(amount=D(1))))))) == {
        "lines.0.discounts.0.amount", "lines.0.discounts.1.amount",
    }  # fmt: skip
    assert set(faults(order(line(discounts=(Amount(amount=D("10.01")),))))) == {"lines.0.discounts"}
    assert set(faults(order(line(unit_price=D(-1)), shipping_total=D(-1)))) == {"lines.0.unit_price", "shipping_total"}
    assert set(faults(order(line(tax_rate=D(101))))) == {"lines.0.tax_rate"}
    assert set(faults(order(prices_include_tax=False))) == {"prices_include_tax"}
    assert set(riddles(order(duty_total=D(1), special_tax_total=D(1)))) == {"duty_total", "special_tax_total"}
    assert set(riddles(order(line(quantity=10_001)))) == {"lines"}
    free = order(line(unit_price=D(0)))
    assert prepare(free)["OrderLines"][0]["Price"] == 0
    assert set(faults(free, allow_zero_amounts=False)) == {"lines.0.unit_price"}


@pytest.mark.covers("ois:price-equation")
def test_the_schema_knows_no_tolerance() -> None:
    content = prepare(order(line(discounts=(Amount(amount=D(1)),))))
    assert faults_of(content, ["lines.0"]) == []
    content["OrderLines"][0]["Price"] += D("0.01")
    (fault,) = faults_of(content, ["lines.0"])
    assert (fault.path, fault.message) == (
        "lines.0.unit_price", "OIS takes an OriginalPrice that is Price + OrderDiscounts to the cent",
    )  # fmt: skip


def test_cents_are_allotted_round_and_round() -> None:
    assert (allot(5, 3), allot(5, 3, 2), allot(4, 3, 5), allot(0, 2)) == ([2, 2, 1], [2, 1, 2], [1, 1, 2], [0, 0])


@pytest.mark.covers(
    "ois:Identifier",
    "ois:OrderDate",
    "ois:DeliveryMethod",
    "ois:ShippingAgentId",
    "ois:PaymentOptionId",
    "ois:PaymentReference",
    "ois:OrderLines.*.VariantIdentifier",
    "ois:OrderLines.*.Quantity",
    "ois:OrderLines.*.VATPercentage",
)
def test_everything_that_is_missing_is_told_at_once_with_the_name() -> None:
    found = faults(Order(lines=(Line(), Line(quantity=0, unit_price=D(1)))))
    assert set(found) == {
        "id", "purchased_at", "delivery.method", "delivery.carrier", "payment.method", "payment.reference",
        "shipping_address", "lines.0.sku", "lines.0.quantity", "lines.0.unit_price", "lines.0.tax_rate", "lines.1.sku",
        "lines.1.quantity", "lines.1.tax_rate",
    }  # fmt: skip
    assert all("OIS" in fault.message for fault in found.values())
    assert set(faults(order(shipping_address=Address(country="NL")))) == {
        "shipping_address.street", "shipping_address.postal_code", "shipping_address.city",
    }  # fmt: skip


# ---------------------------------------------------------------- delivery, tables, payment


def delivered(**given: Any) -> Order:
    return order(delivery=Delivery(**{"carrier": "3", **given}))


@pytest.mark.covers(
    "ois:DeliveryMethod",
    "ois:PickupBranchIdentifier",
    "ois:PickupLocationCode",
    "ois:pickup-by-method",
    "ois:GET v1/Branches",
)
def test_delivery_methods_have_their_own_fields_only() -> None:
    assert prepare(order())["DeliveryMethod"] == "1"
    store = prepare(delivered(method="store", pickup_id="B-7", pickup_name="Damrak"))
    assert (store["DeliveryMethod"], store["PickupBranchIdentifier"]) == ("2", "B-7")
    assert not {"PickupLocationCode", "PickupLocationName"} & store.keys()
    point = prepare(delivered(method="service_point", pickup_id="P1", pickup_name="Kiosk"))
    assert (point["DeliveryMethod"], point["PickupLocationCode"], point["PickupLocationName"]) == ("3", "P1", "Kiosk")
    assert "PickupBranchIdentifier" not in point
    assert set(faults(delivered(method="store"))) == {"delivery.pickup_id"}
    assert set(faults(delivered(method="service_point"))) == {"delivery.pickup_id", "delivery.pickup_name"}
    assert set(faults(delivered(method="drone"))) == {"delivery.method"}
    assert set(riddles(delivered(method="home", pickup_id="P", pickup_name="K"))) == {
        "delivery.pickup_id", "delivery.pickup_name",
    }  # fmt: skip
    assert set(riddles(delivered(method="store", pickup_id="B-8"))) == {"delivery.pickup_id"}


@pytest.mark.covers("ois:pickup-by-method")
def test_the_schema_forbids_the_fields_of_other_methods() -> None:
    content = prepare(order()) | {"PickupBranchIdentifier": "B-7", "PickupLocationName": "K"}
    found = {fault.path: fault.message for fault in faults_of(content, ["lines.0"])}
    assert found == {
        "delivery.pickup_id": "OIS takes no PickupBranchIdentifier with DeliveryMethod 1",
        "delivery.pickup_name": "OIS takes no PickupLocationName with DeliveryMethod 1",
    }


@pytest.mark.covers("ois:ShippingTerms", "ois:ShippingAgentServiceCode", "ois:absent-not-null")
def test_terms_and_service_only_by_setting_absent_not_null() -> None:
    assert not {"ShippingTerms", "ShippingAgentServiceCode", "OrderCouponPayments"} & prepare(order()).keys()
    content = prepare(order(), shipping_terms=("EVENING",), shipping_agent_service_code="S1")
    assert (content["ShippingTerms"], content["ShippingAgentServiceCode"]) == (["EVENING"], "S1")


@pytest.mark.covers(
    "ois:ShippingAgentId",
    "ois:PaymentOptionId",
    "ois:GET v1/ShippingAgents",
    "ois:GET v1/PaymentOptions",
    "ois:GET v1/PaymentProviders",
)
def test_words_are_checked_against_the_tables_in_the_form_ois_has_them() -> None:
    content = prepare(order())
    assert (content["ShippingAgentId"], content["PaymentOptionId"]) == (3, "MKT")
    found = riddles(order(delivery=Delivery(method="home", carrier="UPS"), payment=Payment(method="LOST")))
    assert set(found) == {"delivery.carrier", "payment.method"}
    assert "shipping_map" in found["delivery.carrier"].message
    assert "payment_map" in found["payment.method"].message


@pytest.mark.covers("ois:reference-refresh")
def test_an_unknown_word_forces_one_refresh_before_it_is_refused() -> None:
    late = [{"Id": 3}, {"Id": 5}]
    partner = Partner().says(AGENTS, OPTIONS, PROVIDERS)
    client = ois(partner)
    prepare(order(), client)
    partner.says(late)
    assert prepare(delivered(method="home", carrier="5"), client)["ShippingAgentId"] == 5
    partner.says(late)
    with pytest.raises(Puzzling):
        prepare(delivered(method="home", carrier="6"), client)
    paths = [request.url.path for request in partner.requests]
    assert paths.count("/v1/ShippingAgents") == 3
    assert len(paths) == 5


@pytest.mark.parametrize("table", [b"<html>", b'{"x": 1}', b'[{"Naam": "x"}]', b'{"a": [], "b": []}', b'"x"'])
def test_a_table_of_another_shape_is_unreadable(table: bytes) -> None:
    with pytest.raises(Exception, match="GET v1/ShippingAgents: 200, but its answer is"):
        prepare(order(), ois(Partner().says(httpx.Response(200, content=table))))


@pytest.mark.covers("ois:PaymentReference")
def test_the_payments_reference_is_the_psps_else_the_markets() -> None:
    assert prepare(order())["PaymentReference"] == "PSP-1"
    assert prepare(order(payment=Payment(method="MKT"), reference="R"))["PaymentReference"] == "R"
    assert prepare(order(payment=Payment(method="MKT")))["PaymentReference"] == "A-1"


def paid(*coupons: Amount) -> Order:
    return order(payment=Payment(method="MKT", coupons=coupons))


@pytest.mark.covers(
    "ois:coupons-are-payments",
    "ois:OrderCouponPayments",
    "ois:OrderCouponPayments.*.PaymentOptionId",
    "ois:OrderCouponPayments.*.Code",
    "ois:OrderCouponPayments.*.Value",
)
def test_coupons_are_payments_never_discounts() -> None:
    one = paid(Amount(code="C-9", amount=D("2.5")))
    agreed = {"coupon_payment_option": "CPN", "coupon_code": "WEB"}
    content = prepare(one, **agreed)
    assert content["OrderCouponPayments"] == [{"PaymentOptionId": "CPN", "Code": "WEB", "Value": D("2.50")}]
    assert amounts(content) == amounts(prepare(order()))
    other = prepare(one, coupon_key="OrderCouponPayment", **agreed)
    assert other["OrderCouponPayment"][0]["Code"] == "WEB"
    for given, words in (
        ({}, "needs coupon_payment_option and coupon_code"),
        ({"coupon_payment_option": "CPN"}, "needs coupon_code"),
        ({"coupon_code": "WEB"}, "needs coupon_payment_option"),
        (agreed | {"coupon_payment_option": "X"}, "none of OIS's payment options"),
    ):
        with pytest.raises(NotConfigured, match=words):
            prepare(one, **given)
        assert prepare(order(), **given)  # needed only where a coupon pays
    bad = paid(Amount(code="a", amount=D(-1)), Amount(amount=D(1)), Amount(code="b"), Amount(code="c", amount=D(99)))
    assert set(faults(bad, **agreed)) == {"payment.coupons.0.amount", "payment.coupons.2.amount", "payment.coupons"}


# ---------------------------------------------------------------- addresses and limits


def test_addresses_are_split_and_an_edited_street_is_the_last_word() -> None:
    sent = prepare(order())["ShippingAddress"]
    assert sent == {
        "FirstName": "Anne", "LastName": "de Vries", "Street": "Kerkstraat", "HouseNo": "5", "HouseNoExt": "hs",
        "ZipCode": "1017GA", "City": "Amsterdam", "CountryCode": "NL", "PhoneNumber": "+31 20 123 4567",
        "Email": "a@example.com",
    }  # fmt: skip
    edited = replace(PLACE, street="Plein 1944", house_number="12")
    sent = prepare(order(shipping_address=edited, billing_address=replace(PLACE, first_name=None, last_name=None,
                                                                          company="ACME")))  # fmt: skip
    assert (sent["ShippingAddress"]["Street"], sent["ShippingAddress"]["HouseNo"]) == ("Plein 1944", "12")
    assert "HouseNoExt" not in sent["ShippingAddress"]
    assert sent["BillingAddress"]["LastName"] == "ACME"
    assert "BillingAddress" not in prepare(order())


FIELDS = {
    "FirstName": "first_name", "LastName": "last_name", "Street": "street", "HouseNo": "house_number",
    "HouseNoExt": "house_number_extension", "ZipCode": "postal_code", "City": "city", "CountryCode": "country",
    "PhoneNumber": "phone", "Email": "email",
}  # fmt: skip
SPLIT = replace(PLACE, street="Damrak", house_number="1")


@pytest.mark.parametrize(("theirs", "ours"), FIELDS.items())
@pytest.mark.parametrize("at", ["shipping_address", "billing_address"])
@pytest.mark.covers(
    "ois:{ShippingAddress,BillingAddress}.FirstName",
    "ois:{ShippingAddress,BillingAddress}.LastName",
    "ois:{ShippingAddress,BillingAddress}.Street",
    "ois:{ShippingAddress,BillingAddress}.HouseNo",
    "ois:{ShippingAddress,BillingAddress}.HouseNoExt",
    "ois:{ShippingAddress,BillingAddress}.ZipCode",
    "ois:{ShippingAddress,BillingAddress}.City",
    "ois:{ShippingAddress,BillingAddress}.CountryCode",
    "ois:{ShippingAddress,BillingAddress}.PhoneNumber",
    "ois:{ShippingAddress,BillingAddress}.Email",
    "ois:code-points",
    "ois:nothing-cut",
)
def test_every_limit_at_its_boundary_and_one_over(theirs: str, ours: str, at: str) -> None:
    limit = LIMITS[theirs]
    there = replace(SPLIT, **{ours: "e\u0301" * limit})  # decomposed: counted and sent as one
    wire = "ShippingAddress" if at == "shipping_address" else "BillingAddress"
    assert prepare(order(**{at: there}))[wire][theirs] == "é" * limit
    found = riddles(order(**{at: replace(SPLIT, **{ours: "é" * (limit + 1)})}))
    assert set(found) == {f"{at}.{ours}"}
    assert f"at most {limit} characters in {theirs}" in found[f"{at}.{ours}"].message
    assert "éé" not in found[f"{at}.{ours}"].message


@pytest.mark.covers("ois:PickupLocationName")
def test_the_pickup_points_name_has_a_limit() -> None:
    for length, held in ((30, False), (31, True)):
        one = delivered(method="service_point", pickup_id="P", pickup_name="x" * length)
        assert (set(riddles(one)) == {"delivery.pickup_name"}) if held else prepare(one)


@pytest.mark.covers("ois:combined-name", "ois:combined-street", "ois:limits-are-data")
def test_combined_limits_bind_where_they_are_set_so() -> None:
    limits = {"Firstname + LastName": 12, "Street+HouseNo+HouseNoExt": 13, "City": 9}
    assert prepare(order(), xprt_limits=limits)
    named = replace(PLACE, first_name="Annet")
    (found,) = riddles(order(shipping_address=named), xprt_limits=limits).values()
    assert (found.path, found.rule) == ("shipping_address.first_name", "combined_length")
    assert "12 characters in FirstName and LastName together" in found.message
    placed = replace(PLACE, line1="Kerkstraat 5 hs2")
    assert set(riddles(order(shipping_address=placed), xprt_limits=limits | {"Street+HouseNo+HouseNoExt": 12})) == {
        "shipping_address.street"
    }
    for wrong in ({"Town": 3}, {"City": 0}, {"City": "30"}, {"City": True}):
        with pytest.raises(NotConfigured, match="xprt_limits"):
            ois(xprt_limits=wrong)


# ---------------------------------------------------------------- sending


def send(*replies: Any, **given: Any) -> tuple[Any, Partner]:
    partner = Partner().says(*replies)
    client = ois(partner, **given)
    return client.import_orders.send([Body("A-1", {"Identifier": "A-1"}, "order/v1/Orders")]), partner


@pytest.mark.covers("ois:POST {order_path}", "ois:webshop-code", "ois:language-and-gzip")
def test_one_post_with_token_language_and_webshop() -> None:
    outcomes, partner = send({"Id": 77}, webshop_code="NL-EUR")
    (request,) = partner.requests
    assert outcomes == [Taken("77")]
    assert (request.method, str(request.url)) == ("POST", "https://ois.test/order/v1/Orders?WebshopCode=NL-EUR")
    assert request.headers["authorization"] == "Bearer t"
    assert request.headers["accept-language"] == "nl-NL"
    assert "gzip" in request.headers["accept-encoding"]
    client = ois(Partner().says({}), order_path="{webshop_code}/v1/Orders")
    with pytest.raises(NotConfigured, match="webshop_code"):
        client.import_orders.send([Body("A", {}, "{webshop_code}/v1/Orders")])


@pytest.mark.covers("ois:POST {token_path}", "ois:token-per-environment", "ois:token-refreshed-once")
def test_the_token_is_json_with_the_audience() -> None:
    partner = Partner().says({"access_token": "a", "expires_in": 86400}, httpx.Response(401), {"access_token": "b"}, {})
    client = ois(partner, token_path="/authentication/api/v1/Token")
    assert client.import_orders.send([Body("A-1", {"x": 1}, "order/v1/Orders")]) == [Taken()]
    first, refused, _, last = partner.requests
    assert str(first.url) == "https://ois.test/authentication/api/v1/Token"
    assert partner.sent(0) == {
        "client_id": "client", "client_secret": "hush", "audience": "https://ois.test",
        "grant_type": "client_credentials",
    }  # fmt: skip
    assert [one.headers["authorization"] for one in (refused, last)] == ["Bearer a", "Bearer b"]


@pytest.mark.parametrize("replies", [[httpx.Response(403)], [httpx.Response(401), httpx.Response(401)]])
@pytest.mark.covers("ois:out-of-scope", "ois:token-refreshed-once")
def test_403_is_terminal_and_401_after_one_refresh(replies: Any) -> None:
    with pytest.raises(Unauthorized):
        send(*replies)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b"", Taken()), (b"OK", Taken()), (b"4711", Taken("4711")), (b'"a-1"', Taken("a-1")), (b"{}", Taken()),
        (b'{"orderNumber": "N1", "errors": []}', Taken("N1")), (b"[]", Taken()),
        (b"0f8fad5b-d9cb", Taken("0f8fad5b-d9cb")),
    ],
)  # fmt: skip
@pytest.mark.covers("ois:order-answers")
def test_answers_that_are_a_yes(reply: bytes, outcome: Taken) -> None:
    assert send(httpx.Response(200, content=reply))[0] == [outcome]


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200, content=b"false"), httpx.Response(200, content=b'"Something failed"'),
        httpx.Response(200, content=b"<html>"), httpx.Response(200, content=b"not taken"),
        httpx.Response(200, json={"success": False}), httpx.Response(200, json={"Errors": ["x"]}), httpx.Response(500),
        httpx.Response(503), httpx.ReadTimeout("x"),
    ],
)  # fmt: skip
@pytest.mark.covers("ois:order-answers")
def test_what_may_have_been_taken_is_ambiguous(reply: Any) -> None:
    with pytest.raises(Ambiguous):
        send(reply)


@pytest.mark.covers("ois:order-answers")
def test_a_refusal_keeps_the_partners_words() -> None:
    with pytest.raises(Refused, match="no such variant"):
        send(httpx.Response(422, json={"message": "no such variant"}))


@pytest.mark.covers("ois:no-blind-repost")
def test_without_a_look_up_an_unknown_outcome_is_never_settled_alone() -> None:
    write = ois().import_orders
    assert (write.look, write.repeat_is_safe, write.can_be_settled, write.batch) == (None, False, False, 1)


@pytest.mark.parametrize(
    ("reply", "seen"),
    [
        (httpx.Response(404), Absent()),
        (httpx.Response(404, json={"message": "unknown order"}), Absent()),
        (httpx.Response(404, json={"statusCode": 404, "message": "Resource not found"}), None),
        (httpx.Response(404, content=b"<html>"), None),
        (httpx.Response(200, json={"identifier": "A-1", "id": 5}), Taken("5")),
        (httpx.Response(200, json=[{"Identifier": "A-11"}]), None),
        (httpx.Response(200, json=[]), None),
    ],
)
@pytest.mark.covers("ois:GET {lookup_path}", "ois:no-blind-repost", "ois:webshop-code")
def test_the_look_up_is_by_setting_and_only_its_own_404_proves_absence(reply: httpx.Response, seen: Any) -> None:
    partner = Partner().says(reply)
    client = ois(partner, lookup_path="order/v1/Orders", webshop_code="W")
    assert client.import_orders.look([Body("A-1", {})]) == [seen]
    assert str(partner.requests[0].url) == "https://ois.test/order/v1/Orders/A-1?WebshopCode=W"
