"""Kibo's documents rule by rule: every field on the wire, each limit at its boundary, each word of a list."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from pipeline.config.model import Route
from pipeline.connectors.oms.kibo.answers import CODES
from pipeline.connectors.oms.kibo.errands import REASONS
from pipeline.connectors.oms.kibo.lengths import length_of
from pipeline.connectors.oms.kibo.mapping import PAYMENTS, STATUSES
from pipeline.domain.address import Buyer
from pipeline.domain.codec import to_fields
from pipeline.domain.errors import Ambiguous, Invalid, Puzzling, Refused
from pipeline.domain.order import FraudSignal, Gift, Order, Payment
from pipeline.flows.dressing import dress
from pipeline.ports import Taken
from tests.builders import build_address, build_line
from tests.unit.connectors.rig import Partner
from tests.unit.connectors.test_kibo_calls import BODY, call, error, look, send
from tests.unit.connectors.test_kibo_import import STANDARD, faults, kibo, order, prepare

METHOD = "orderPayments.0.paymentMethod"
PLACE = {
    "addressID": 5, "customerID": 6, "latitude": Decimal("45.76"), "longitude": Decimal("4.83"), "fraudLock": False,
    "active": True,
}  # fmt: skip


def at(content: Any, path: str) -> Any:
    for part in path.split("."):
        content = content[int(part)] if part.isdigit() else content[part]
    return content


def extra(**given: Any) -> dict[str, Any]:
    return {"extra": {"kibo": given}}


EVERYTHING = {
    "orderID": 7, "shippingTax": "2", "shippingTaxRate": "0.2", "forceItemTaxOverride": True, "optInRetailer": True,
    "customOrderData": {"Key": "Value"}, "promotions": [{"code": "P"}], "discounts": [{"code": "D"}],
    "assignedLocation": "00000055", "useInventory": False, "allowSplit": True, "isTestOrder": True,
    "channel": "Market", "landingCode": "TestLandingCode", "currencyLocale": "fr-FR",
    "customer": {"customerID": 9, "accountCreated": "2026-01-01T00:00:00Z"},
    "shipping_address": PLACE, "billing_address": PLACE,
    "payment": {
        "orderPaymentID": 1, "paymentMethodID": 2, "maxAmount": -1, "transactionID": "12123",
        "authorizationID": "48484", "paymentType": "NO", "authAmount": "20",
    },
    "items": {"0": {
        "productID": 3, "availability": "Y", "averageDealerMargin": "0.30", "UPC": "8989898989", "SKU": "9898989898",
        "shippingTax": "0.5", "itemTaxOverride": "0", "customItemData": {"image_url": "https://x/p.jpeg"},
        "options": {"color": "blue"}, "customData": {"a": 1},
    }},
}  # fmt: skip


def everything() -> Order:
    to = build_address(line3="c/o X", phone="000-111-0000")
    return order(
        shipping_address=to,
        billing_address=replace(to, phone="000-111-2222"),
        buyer=Buyer(first_name="Zoé", last_name="L", email="z@example.com", phone="0001110000", ip="198.51.100.7"),
        basket_id="B-1",
        comment="Leave it at the door",
        gift=Gift(recipient="Max", message="For you"),
        fraud=(FraudSignal(kind="KOUNT", score="350", transaction_id="ASDF", state="ACCEPTED"),),
        deliver_by=datetime(2026, 11, 28, 18, tzinfo=UTC),
        lines=(build_line(shipping_price=Decimal("4.90"), discounts=()),),
        **extra(**EVERYTHING),
    )


@pytest.mark.covers(
    "kibo:orderID", "kibo:importedCreationDate", "kibo:cartID", "kibo:currencyLocale",
    "kibo:orderGift.{recipient,message}", "kibo:shippingTax", "kibo:shippingTaxRate", "kibo:forceItemTaxOverride",
    "kibo:orderComment", "kibo:optInRetailer", "kibo:landingCode", "kibo:customOrderData",
    "kibo:fraudData.*.{fraudType,fraudScore,fraudTransactionID,fraudState}", "kibo:allowSplit", "kibo:isTestOrder",
    "kibo:expectedDeliveryDate", "kibo:promotions", "kibo:discounts", "kibo:channel", "kibo:assignedLocation",
    "kibo:useInventory", "kibo:locale", "kibo:catalogID", "kibo:manufacturerID",
)  # fmt: skip
def test_every_field_of_the_order_goes_over_the_wire() -> None:
    content = prepare(everything())
    wire = {
        "orderID": 7, "shippingTax": 2, "shippingTaxRate": Decimal("0.2"), "forceItemTaxOverride": True,
        "optInRetailer": True, "customOrderData": {"Key": "Value"}, "promotions": [{"code": "P"}],
        "discounts": [{"code": "D"}], "assignedLocation": "00000055", "useInventory": False, "allowSplit": True,
        "isTestOrder": True, "channel": "Market", "landingCode": "TestLandingCode", "currencyLocale": "fr-FR",
        "cartID": "B-1", "orderComment": "Leave it at the door",
        "orderGift": {"recipient": "Max", "message": "For you"},
        "importedCreationDate": "2026-11-20T13:32:05Z", "expectedDeliveryDate": "2026-11-28T18:00:00Z",
        "locale": "en-US", "currency": "EUR", "catalogID": 0, "manufacturerID": 1010, "customerIP": "198.51.100.7",
        "orderStatus": "READY", "sendEmail": False, "externalOrderID": "2611201432ABCDE",
        "fraudData": [
            {"fraudType": "KOUNT", "fraudScore": 350, "fraudTransactionID": "ASDF", "fraudState": "ACCEPTED"}
        ],
    }  # fmt: skip
    assert {name: content[name] for name in wire} == wire
    assert set(content) - set(wire) == {
        "customer", "orderItems", "shippingMethod", "shippingAddress", "orderPayments",
    }  # fmt: skip


@pytest.mark.covers(
    "kibo:customer.{firstName,lastName}", "kibo:customer.email", "kibo:customer.{phone1,phone2}",
    "kibo:customer.{customerID,accountCreated}", "kibo:orderItems.*.product.{UPC,SKU}",
    "kibo:orderItems.*.product.{productID,availability,averageDealerMargin}",
    "kibo:orderItems.*.itemSpecifics.externalItemID", "kibo:orderItems.*.itemSpecifics.shipping",
    "kibo:orderItems.*.itemSpecifics.shippingTax", "kibo:orderItems.*.itemSpecifics.itemTaxOverride",
    "kibo:orderItems.*.itemSpecifics.{customItemData,options,customData}",
    "kibo:shippingAddress.{addressLine2,addressLine3,phone,state}",
    "kibo:shippingAddress.{addressID,customerID,latitude,longitude,fraudLock,active}",
    "kibo:orderPayments.*.paymentMethod.billingAddress.{addressLine2,addressLine3,phone,state}",
    "kibo:orderPayments.*.paymentMethod.billingAddress.{addressID,customerID,latitude,longitude,fraudLock,active}",
    "kibo:orderPayments.*.{orderPaymentID,paymentMethodID,maxAmount,paymentType}",
    "kibo:orderPayments.*.{transactionID,authorizationID}", "kibo:orderPayments.*.authAmount",
)  # fmt: skip
def test_every_field_of_its_blocks_goes_over_the_wire() -> None:
    content = prepare(everything())
    assert content["customer"] == {
        "firstName": "Zoé", "lastName": "Lefèvre", "email": "z@example.com", "phone1": "0001110000",
        "phone2": "000-111-0000", "customerID": 9, "accountCreated": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    (item,) = content["orderItems"]
    assert item["product"] == {
        "partNumber": "KETTLE-17", "name": "Bouilloire émaillée 1,7 l", "retailPrice": Decimal("19.90"),
        "productID": 3, "availability": "Y", "averageDealerMargin": Decimal("0.30"), "UPC": "8989898989",
        "SKU": "9898989898",
    }  # fmt: skip
    assert item["itemSpecifics"] == {
        "externalItemID": "1", "actualPrice": Decimal("19.90"), "quantity": 2, "shipping": Decimal("4.90"),
        "shippingTax": Decimal("0.5"), "itemTaxOverride": 0, "customItemData": {"image_url": "https://x/p.jpeg"},
        "options": {"color": "blue"}, "customData": {"a": 1},
    }  # fmt: skip
    there = {
        "addressLine1": "12bis rue de l'Église", "addressLine2": "Bâtiment C", "addressLine3": "c/o X",
        "phone": "000-111-0000", "city": "Lyon", "postalCode": "69003", "state": "Rhône", "countryCode": "FR", **PLACE,
    }  # fmt: skip
    assert content["shippingAddress"] == there
    (payment,) = content["orderPayments"]
    assert at(content, METHOD)["billingAddress"] == {**there, "phone": "000-111-2222"}
    assert payment | {"paymentMethod": None} == {
        "paymentMethod": None, "orderPaymentID": 1, "paymentMethodID": 2, "maxAmount": -1, "transactionID": "12123",
        "authorizationID": "48484", "paymentType": "NO", "authAmount": 20,
    }  # fmt: skip
    plain = prepare(order(payment=Payment(method="card", reference="T-1")))["orderPayments"][0]
    assert (plain["transactionID"], plain["authAmount"]) == ("T-1", order().total)


@pytest.mark.covers(
    "kibo:externalOrderID", "kibo:currency", "kibo:customer.{firstName,lastName}", "kibo:shippingAddress",
    "kibo:orderPayments", "kibo:orderItems", "kibo:orderItems.*.product.partNumber", "kibo:orderItems.*.product.name",
    "kibo:orderItems.*.product.retailPrice", "kibo:orderItems.*.itemSpecifics.actualPrice",
    "kibo:orderItems.*.itemSpecifics.quantity", "kibo:shippingAddress.{addressLine1,city,postalCode,countryCode}",
    "kibo:orderPayments.*.paymentMethod.billingAddress.{addressLine1,city,postalCode,countryCode}",
)  # fmt: skip
@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"id": None}, "id"),
        ({"currency": None}, "currency"),
        ({"lines": ()}, "lines"),
        ({"lines": (build_line(sku=None),)}, "lines.0.sku"),
        ({"lines": (build_line(title=None),)}, "lines.0.title"),
        ({"lines": (build_line(unit_price=None, discounts=()),)}, "lines.0.unit_price"),
        ({"lines": (build_line(quantity=None, discounts=()),)}, "lines.0.quantity"),
        *(
            ({f"{place}_address": build_address(**{name: None})}, f"{place}_address.{name}")
            for place in ("shipping", "billing")
            for name in ("line1", "city", "postal_code", "country")
        ),
    ],
)
def test_each_required_field_alone(given: dict[str, Any], path: str) -> None:
    assert faults(order(total=Decimal(1), **given)) == {path: "required"}


@pytest.mark.covers(
    "kibo:orderID", "kibo:shippingTax", "kibo:shippingTaxRate", "kibo:forceItemTaxOverride", "kibo:customOrderData",
    "kibo:promotions", "kibo:discounts", "kibo:optInRetailer", "kibo:allowSplit", "kibo:isTestOrder",
    "kibo:useInventory", "kibo:currencyLocale", "kibo:customer.{customerID,accountCreated}",
    "kibo:orderItems.*.product.{productID,availability,averageDealerMargin}",
    "kibo:orderItems.*.itemSpecifics.shippingTax",
    "kibo:orderItems.*.itemSpecifics.{customItemData,options,customData}",
    "kibo:shippingAddress.{addressID,customerID,latitude,longitude,fraudLock,active}",
    "kibo:orderPayments.*.paymentMethod.billingAddress.{addressID,customerID,latitude,longitude,fraudLock,active}",
    "kibo:orderPayments.*.{orderPaymentID,paymentMethodID,maxAmount,paymentType}", "kibo:orderPayments.*.authAmount",
)  # fmt: skip
@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("orderID", 1, 0),
        ("shippingTax", 0, "-0.01"),
        ("shippingTaxRate", 0, "-0.01"),
        ("forceItemTaxOverride", "false", "maybe"),
        ("customOrderData", {}, "x"),
        ("promotions", [], {}),
        ("discounts", [{}], ["x"]),
        ("optInRetailer", False, 2),
        ("allowSplit", True, "yes"),
        ("isTestOrder", False, []),
        ("useInventory", True, "?"),
        ("currencyLocale", "de", "german"),
        ("customer.customerID", 1, 0),
        ("shipping_address.addressID", "1", "x"),
        ("shipping_address.latitude", "-90.5", "north"),
        ("billing_address.fraudLock", True, "x"),
        ("billing_address.customerID", 1, -1),
        ("payment.orderPaymentID", 1, 0),
        ("payment.maxAmount", -1, "much"),
        ("payment.authAmount", 0, -1),
        ("items.0.productID", 1, "x"),
        ("items.0.averageDealerMargin", 0, -1),
        ("items.0.shippingTax", 0, -1),
        ("items.0.options", {}, []),
    ],
)
def test_what_only_kibo_knows_at_its_boundary(path: str, good: Any, bad: Any) -> None:
    def given(value: Any) -> dict[str, Any]:
        for part in reversed(path.split(".")):
            value = {part: value}
        return {"extra": {"kibo": value}}

    assert prepare(order(**given(good)))
    assert faults(order(**given(bad))) == {f"extra.kibo.{path}": "form"}


@pytest.mark.covers("kibo:customOrderData", "kibo:orderPayments.*.{transactionID,authorizationID}")
def test_names_and_blocks_that_kibo_does_not_have() -> None:
    for block in ("customer", "payment", "shipping_address", "billing_address", "items"):
        assert faults(order(**extra(**{block: "x"}))) == {f"extra.kibo.{block}": "form"}
        inner = {"0": {"surprise": 1}} if block == "items" else {"surprise": 1}
        path = f"extra.kibo.{block}.0.surprise" if block == "items" else f"extra.kibo.{block}.surprise"
        assert faults(order(**extra(**{block: inner}))) == {path: "unknown"}


@pytest.mark.covers(
    "kibo:externalOrderID", "kibo:cartID", "kibo:orderComment", "kibo:landingCode", "kibo:entity-lengths",
    "kibo:shippingAddress.length", "kibo:orderPayments.*.paymentMethod.billingAddress.length",
)  # fmt: skip
@pytest.mark.parametrize(
    ("given", "path", "longest"),
    [
        (lambda text: {"id": text}, "id", 100),
        (lambda text: {"basket_id": text}, "basket_id", 512),
        (lambda text: {"comment": text}, "comment", 1000),
        (lambda text: extra(landingCode=text), "extra.kibo.landingCode", 200),
        *(
            (
                lambda text, place=place, line=line: {f"{place}_address": build_address(**{line: text})},
                f"{place}_address.{line}",
                250,
            )
            for place in ("shipping", "billing")
            for line in ("line1", "line2", "line3")
        ),
    ],
)
def test_the_longest_text_counted_as_entities(given: Callable[[str], Any], path: str, longest: int) -> None:
    fits = "x" * (longest - 8) + "é"
    assert length_of(fits, entities=True) == longest
    for text in ("x" * longest, fits):
        assert prepare(order(**given(text)))
        assert faults(order(**given(f"{text}x")), Puzzling) == {path: "length"}
    assert prepare(order(**given(f"{fits}x")), entity_length_check=False)


@pytest.mark.covers("kibo:landingCode")
def test_the_shortest_landing_code() -> None:
    assert prepare(order(**extra(landingCode="x" * 10)))["landingCode"] == "x" * 10
    assert prepare(order(), landing_code="x" * 200)["landingCode"] == "x" * 200
    assert faults(order(**extra(landingCode="x" * 9)), Puzzling) == {"extra.kibo.landingCode": "length"}
    assert faults(order(**extra(landingCode="é")), Puzzling) == {"extra.kibo.landingCode": "length"}


@pytest.mark.covers("kibo:orderStatus")
def test_the_words_of_orderstatus_are_the_documents() -> None:
    assert set(STATUSES) == {"SHIPPED", "READY", "CANCELLED"}


def dressed(method: str | None, **payment_map: str) -> Order:
    route = Route(source="m", to=("k",), payment_map=payment_map)
    return dress(to_fields(order(payment=Payment(method=method), delivery=STANDARD)), route)


@pytest.mark.covers("kibo:orderPayments.*.paymentMethod.paymentType", "kibo:payment-map-words")
def test_each_payment_type_by_the_routes_map_and_nothing_else() -> None:
    for word in sorted(PAYMENTS):
        assert at(prepare(dressed("CreditCard", CreditCard=word)), METHOD)["paymentType"] == word
    assert at(prepare(dressed(None, **{"*": "PP"})), METHOD)["paymentType"] == "PP"
    for typo in ("PPP", "Paypal", "pp", "QQ"):
        with pytest.raises(Puzzling, match="correct the route's payment_map") as raised:
            prepare(dressed("CreditCard", CreditCard=typo))
        (fault,) = raised.value.fields
        assert (fault.path, fault.rule) == ("payment.method", "payment_map")
        assert "CC, CS, EB, LV, NO, PP, PZ" in fault.message
    agreed = prepare(dressed("CreditCard", CreditCard="GIFT"), payment_types=["GIFT"])
    assert at(agreed, METHOD)["paymentType"] == "GIFT"
    assert at(prepare(order(payment=Payment(method="CreditCard"))), METHOD)["paymentType"] == "NO"


@pytest.mark.covers("kibo:send-nulls", "kibo:no-card-number")
def test_nulls_are_those_of_the_example_and_only_if_wanted() -> None:
    plain, told = prepare(order()), prepare(order(), send_nulls=True)

    def nulls(value: Any, path: str = "") -> set[str]:
        if isinstance(value, dict):
            return {one for name, inner in value.items() for one in nulls(inner, f"{path}.{name}")}
        if isinstance(value, list):
            return {one for inner in value for one in nulls(inner, f"{path}.*")}
        return {path[1:]} if value is None else set()

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without(inner) for name, inner in value.items() if inner is not None}
        return [without(inner) for inner in value] if isinstance(value, list) else value

    assert nulls(plain) == set()
    assert without(told) == plain
    assert {
        "orderID", "orderComment", "customer.customerID", "shippingAddress.latitude", "orderPayments.*.paymentType",
        "orderItems.*.product.productID", "orderItems.*.itemSpecifics.customData",
        "orderPayments.*.paymentMethod.billingAddress.addressID",
    } <= nulls(told)  # fmt: skip
    assert not [path for path in nulls(told) if "password" in path or "cardNumber" in path]


@pytest.mark.covers("kibo:no-card-number")
@pytest.mark.parametrize(
    "given",
    [
        {"payment": {"cardNumber": "4111"}},
        {"customer": {"password": "4111"}},
        {"customOrderData": {"CVV2": "4111"}},
        {"items": {"0": {"customData": {"card_number": "4111"}}}},
        {"billing_address": {"Password": "4111"}},
    ],
)
def test_secrets_are_refused_wherever_they_are_written(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="never sent card numbers or passwords") as raised:
        prepare(order(**extra(**given)))
    assert {fault.rule for fault in raised.value.fields} == {"secret"}
    assert "4111" not in raised.value.message


@pytest.mark.covers("kibo:create-order", "kibo:POST /createOrder/", "kibo:orderStatus")
def test_a_live_order_by_the_standard_call() -> None:
    partner = Partner().says({"code": 5000, "orderID": 9})
    write = kibo(partner, mode="createOrder").import_orders
    assert write.send([write.prepare(order())]) == [Taken("9")]
    assert partner.requests[0].url.path == "/api/v2/createOrder/"
    assert not {"orderStatus", "importedCreationDate", "assignedLocation", "useInventory"} & partner.sent().keys()


@pytest.mark.covers("kibo:codes")
@pytest.mark.parametrize("code", sorted(CODES))
def test_each_code_in_words_wherever_it_stands(code: int) -> None:
    for body in ({"code": code}, {"errors": [{"code": code}]}, {"error": {"errorCode": str(code)}}):
        with pytest.raises(Refused) as raised:
            send(Partner().says(httpx.Response(400, json=body)))
        assert f"Kibo's code {code}, {CODES[code]}" in raised.value.message
    with pytest.raises(Ambiguous, match=str(code)):
        send(Partner().says(httpx.Response(200, json={"code": code})))
    with pytest.raises(Refused, match="5099, which is not in its published list"):
        send(Partner().says(httpx.Response(400, json={"code": 5099})))


@pytest.mark.covers("kibo:success", "kibo:codes")
def test_the_code_of_success_is_a_yes() -> None:
    assert send(Partner().says({"code": 5000, "message": "OK", "orderID": 77})) == Taken("77")
    assert send(Partner().says(httpx.Response(204))) == Taken()


@pytest.mark.covers("kibo:look-up-unsupported", "kibo:no-blind-repeat")
def test_an_unsupported_filter_leaves_it_to_a_person() -> None:
    write = kibo(Partner().says(error(400, 5016))).import_orders
    assert write.look([BODY]) == [None]
    assert not write.repeat_is_safe
    with pytest.raises(Refused):
        look(Partner().says(error(400, 5010)))


@pytest.mark.covers("kibo:paging")
@pytest.mark.parametrize(("given", "asked"), [(20, "20"), (100, "100"), (101, "100"), (0, "1")])
def test_pages_hold_at_most_a_hundred(given: int, asked: str) -> None:
    partner = Partner().says({"collection": [], "totalCount": 0})
    look(partner, per_page=given)
    assert (partner.query()["page"], partner.query()["perPage"]) == ("1", asked)


@pytest.mark.covers("kibo:dispositionReason", "kibo:dispositionOtherReason", "kibo:sendCancellationEmails")
@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_to_cancel_an_item(reason: str) -> None:
    given = {"order_item_id": "5", "reason": reason, "send_emails": "true"}
    for words in ("x", "x" * 255, "x" * 247 + "é"):
        partner = Partner().says({"code": 5000})
        call(partner, "cancel_item", given | {"other_reason": words})
        assert (partner.sent()["dispositionReason"], partner.sent()["dispositionOtherReason"]) == (reason, words)
        assert partner.sent()["sendCancellationEmails"] is True
    with pytest.raises(Invalid) as raised:
        call(Partner(), "cancel_item", given | {"other_reason": "x" * 248 + "é"})
    assert [fault.path for fault in raised.value.fields] == ["other_reason"]


@pytest.mark.covers("kibo:token", "kibo:token-renewed")
def test_a_token_is_used_again_for_as_long_as_it_lives() -> None:
    settings = {"token_url": "https://auth.test/t"}
    partner = Partner().says({"access_token": "t1", "expires_in": 3600}, {"orderID": 1}, {"orderID": 2})
    write = kibo(partner, **settings).import_orders
    assert write.send([BODY]) + write.send([BODY]) == [Taken("1"), Taken("2")]
    assert [request.url.path for request in partner.requests].count("/t") == 1
