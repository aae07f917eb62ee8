"""Kibo's import: the exact wire form, every fault at once, and what a person is asked."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pipeline.connectors.oms.kibo.lengths import length_of
from pipeline.connectors.oms.kibo.schema import _ORDER, fits
from pipeline.connectors.wire import violations
from pipeline.domain.address import Address, Buyer
from pipeline.domain.errors import Invalid, NotConfigured, Puzzling
from pipeline.domain.order import Amount, Delivery, FraudSignal, Gift, Line, Order, OrderStatus, Payment
from tests.builders import build_address, build_line, build_order
from tests.unit.connectors.rig import GONE, Partner, client_for, put

STANDARD = Delivery(carrier="Standard")


def kibo(partner: Partner, **given: Any) -> Any:
    return client_for("kibo", partner, **given)


def order(**given: Any) -> Order:
    return build_order(**{"delivery": STANDARD} | given)


def prepare(document: Order, **settings: Any) -> Any:
    return kibo(Partner(), **settings).import_orders.prepare(document).content


def faults(document: Order, kind: type[Invalid] | type[Puzzling] = Invalid, **settings: Any) -> dict[str, str]:
    with pytest.raises(kind) as raised:
        prepare(document, **settings)
    assert all("Kibo" in fault.message for fault in raised.value.fields)
    return {fault.path: fault.rule for fault in raised.value.fields}


@pytest.mark.covers("kibo:sendEmail", "kibo:no-card-number", "kibo:optInRetailer")
def test_all_required_keys_and_nothing_that_is_absent_or_secret() -> None:
    content = prepare(order())
    assert set(content) >= {
        "externalOrderID", "manufacturerID", "catalogID", "locale", "currency", "customer", "orderItems",
        "shippingMethod", "shippingAddress", "orderPayments", "customerIP", "sendEmail", "orderStatus",
    }  # fmt: skip
    assert content["sendEmail"] is False
    assert content["optInRetailer"] is False
    assert content["orderPayments"][0]["paymentMethod"].keys() == {"billingAddress", "paymentType", "noOperationType"}
    assert "None" not in str(content)
    assert prepare(order(), send_email=True)["sendEmail"] is True


@pytest.mark.covers(
    "kibo:assignedLocation",
    "kibo:useInventory",
    "kibo:allowSplit",
    "kibo:channel",
    "kibo:isTestOrder",
    "kibo:currencyLocale",
    "kibo:landingCode",
)
def test_settings_stand_in_every_order_unless_it_has_its_own() -> None:
    settings = {
        "assigned_location": "00000055", "use_inventory": False, "allow_split": True, "channel": "Market",
        "is_test_order": True, "currency_locale": "fr-FR", "landing_code": "TestLandingCode",
    }  # fmt: skip
    content = prepare(order(extra={"kibo": {"channel": "Own"}}), **settings)
    assert (content["assignedLocation"], content["useInventory"], content["allowSplit"]) == ("00000055", False, True)
    assert (content["isTestOrder"], content["currencyLocale"]) == (True, "fr-FR")
    assert (content["landingCode"], content["channel"]) == ("TestLandingCode", "Own")


@pytest.mark.covers(
    "kibo:manufacturerID", "kibo:catalogID", "kibo:locale", "kibo:landingCode", "kibo:customer-ip-fallback"
)
def test_settings_that_cannot_be_right_are_told_at_once() -> None:
    wrong = {
        "manufacturer_id": 0, "catalog_id": -1, "locale": "english", "customer_ip_fallback": "::1",
        "landing_code": "short", "extra_headers": {"api-key": "x", "X": 1}, "payment_type": "",
    }  # fmt: skip
    with pytest.raises(NotConfigured) as raised:
        kibo(Partner(), **wrong)
    for name in ("manufacturer_id", "catalog_id", "locale", "customer_ip", "landing_code", "api-key", "payment_type"):
        assert name in raised.value.message
    with pytest.raises(NotConfigured, match="assigned_location"):
        kibo(Partner(), mode="createOrder", assigned_location="1")


@pytest.mark.covers(
    "kibo:create-order", "kibo:importedCreationDate", "kibo:assignedLocation", "kibo:useInventory", "kibo:orderStatus"
)
def test_the_standard_call_knows_no_status_location_or_creation_date() -> None:
    body = kibo(Partner(), mode="createOrder").import_orders.prepare(order())
    assert body.path == "createOrder/"
    assert not {"orderStatus", "importedCreationDate"} & body.content.keys()
    assert faults_of_create({"useInventory": True}) == {"extra.kibo.useInventory": "unknown"}


def faults_of_create(extra: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as raised:
        prepare(order(extra={"kibo": extra}), mode="createOrder")
    return {fault.path: fault.rule for fault in raised.value.fields}


@pytest.mark.covers("kibo:orderStatus")
@pytest.mark.parametrize(
    ("status", "word", "path"),
    [
        (OrderStatus.UNSHIPPED, "READY", "importOrder/"),
        (OrderStatus.SHIPPED, "SHIPPED", "importOrder/"),
        (OrderStatus.CANCELED, "CANCELLED", "importOrder/"),
        (OrderStatus.PARTIALLY_SHIPPED, None, ""),
        (OrderStatus.PENDING, None, ""),
    ],
)
def test_statuses(status: OrderStatus, word: str | None, path: str) -> None:
    body = kibo(Partner()).import_orders.prepare(order(status=status))
    assert (body.content.get("orderStatus"), body.path) == (word, path)


@pytest.mark.covers("kibo:status-without-word")
def test_a_status_without_a_word_is_held_when_it_is_sent_and_nothing_goes_out() -> None:
    partner = Partner()
    client = kibo(partner)
    (outcome,) = client.import_orders.send([client.import_orders.prepare(order(status=OrderStatus.PARTIALLY_SHIPPED))])
    assert isinstance(outcome, Puzzling)
    assert outcome.fields[0].path == "status"
    assert partner.requests == []
    client = kibo(partner, mode="createOrder")
    (outcome,) = client.import_orders.send([client.import_orders.prepare(order(status=OrderStatus.SHIPPED))])
    assert "createOrder" in outcome.message


@pytest.mark.covers("kibo:customerIP", "kibo:customer-ip-fallback")
@pytest.mark.parametrize("told", [None, "10.1.2.3", "192.168.0.1", "127.0.0.1", "2001:db8::1", "0.0.0.0", "none"])  # noqa: S104
def test_the_buyers_address_or_the_fallback(told: str | None) -> None:
    assert prepare(order(buyer=Buyer(ip=told)))["customerIP"] == "203.0.113.9"
    assert faults(order(buyer=Buyer(ip=told)), customer_ip_fallback=None) == {"buyer.ip": "required"}
    assert prepare(order(buyer=Buyer(ip="198.51.100.7")))["customerIP"] == "198.51.100.7"


@pytest.mark.covers("kibo:customer", "kibo:customer.{firstName,lastName}")
def test_the_name_is_of_whom_it_is_sent_to() -> None:
    to = build_address(first_name="Ada", last_name="King", company="Engines")
    assert prepare(order(shipping_address=to))["customer"]["lastName"] == "King"
    nameless = replace(to, first_name=None, last_name=None)
    assert prepare(order(shipping_address=nameless))["customer"]["firstName"] == "Zoé"
    payer = replace(order().billing_address, first_name=None, last_name=None)
    only_company = order(shipping_address=nameless, billing_address=payer, buyer=Buyer())
    assert prepare(only_company)["customer"]["lastName"] == "Engines"
    nobody = replace(only_company, shipping_address=replace(nameless, company=None))
    assert faults(nobody) == {"shipping_address.last_name": "form"}


@pytest.mark.covers("kibo:shippingMethod", "kibo:shippingMethod.{shippingType,shippingClass}")
def test_shipping_words_are_never_guessed() -> None:
    assert prepare(order(delivery=Delivery()))["shippingMethod"] == {
        "shippingType": "standard", "shippingClass": "Standard",
    }  # fmt: skip
    mapped = prepare(order(delivery=Delivery(carrier="express/Next Day")))["shippingMethod"]
    assert mapped == {"shippingType": "express", "shippingClass": "Next Day"}
    assert faults(order(delivery=Delivery(service="Express")), Puzzling) == {"delivery.carrier": "shipping_map"}


@pytest.mark.covers(
    "kibo:orderPayments.*.paymentMethod.paymentType", "kibo:orderPayments.*.paymentMethod.noOperationType"
)
@pytest.mark.parametrize(
    ("method", "setting", "sent"),
    [(None, "NO", "NO"), ("card", "NO", "NO"), ("PP", "NO", "PP"), ("CC", "NO", "CC"), ("Alma", "XY", "XY")],
)
def test_payment_types(method: str | None, setting: str, sent: str) -> None:
    way = prepare(order(payment=Payment(method=method)), payment_type=setting)["orderPayments"][0]["paymentMethod"]
    assert (way["paymentType"], way.get("noOperationType")) == (sent, "HI" if sent == "NO" else None)


@pytest.mark.covers("kibo:orderPayments.*.paymentMethod.paymentType")
def test_a_payment_type_that_may_be_one_is_held() -> None:
    assert faults(order(payment=Payment(method="QQ")), Puzzling) == {"payment.method": "payment_map"}


@pytest.mark.covers(
    "kibo:orderItems.*.itemSpecifics.actualPrice", "kibo:orderItems.*.product.retailPrice", "kibo:discounts-per-piece"
)
def test_discounts_are_in_the_price_of_a_piece_or_held() -> None:
    (item, *_) = prepare(order())["orderItems"]
    assert (item["product"]["retailPrice"], item["itemSpecifics"]["actualPrice"]) == (
        Decimal("19.90"),
        Decimal("18.90"),
    )
    thirds = build_line(quantity=3, discounts=(Amount(amount=Decimal("1.00")),))
    assert faults(order(lines=(thirds,)), Puzzling) == {"lines.0.discounts": "division"}
    below = build_line(quantity=1, discounts=(Amount(amount=Decimal("20")),))
    assert faults(order(lines=(below,))) == {"lines.0.discounts": "form"}


@pytest.mark.covers("kibo:orderItems.*.itemSpecifics.shipping")
def test_shipping_stands_once() -> None:
    def shipping(*prices: str | None, total: str | None) -> list[Any]:
        lines = tuple(build_line(shipping_price=None if price is None else Decimal(price)) for price in prices)
        document = replace(order(lines=lines, total=None), shipping_total=Decimal(total) if total else None)
        return [item["itemSpecifics"].get("shipping") for item in prepare(document)["orderItems"]]

    assert shipping(None, None, total="4.90") == [Decimal("4.90"), None]
    assert shipping("1", "3.90", total="4.90") == [Decimal("1"), Decimal("3.90")]
    assert shipping("1", None, total=None) == [Decimal("1"), None]
    with pytest.raises(Puzzling, match="shipping_total"):
        shipping("1", "1", total="4.90")


@pytest.mark.covers("kibo:forceItemTaxOverride", "kibo:orderItems.*.itemSpecifics.itemTaxOverride")
def test_tax_on_top_and_the_override_rule() -> None:
    def override(**given: Any) -> list[Any]:
        return [item["itemSpecifics"].get("itemTaxOverride") for item in prepare(order(**given))["orderItems"]]

    line = build_line(tax_amount=Decimal("7.96"))
    forced = {"kibo": {"forceItemTaxOverride": True}}
    assert override(lines=(line,)) == [None]
    assert override(lines=(line,), prices_include_tax=False) == [Decimal("7.96")]
    assert override(lines=(line,), extra=forced) == [0]
    untold = order(lines=(build_line(),), prices_include_tax=False, extra=forced)
    assert faults(untold) == {"lines.0.tax_amount": "required"}
    told = {"kibo": {"forceItemTaxOverride": True, "items": {"0": {"itemTaxOverride": "1.5"}}}}
    assert override(lines=(build_line(),), prices_include_tax=False, extra=told) == [Decimal("1.5")]


@pytest.mark.covers("kibo:orderItems", "kibo:orderItems.*.itemSpecifics.externalItemID")
def test_canceled_lines_stay_out_and_the_others_keep_their_numbers() -> None:
    gone = build_line(status=OrderStatus.CANCELED, canceled_quantity=2)
    content = prepare(order(lines=(gone, build_line(id="2"))))
    assert [item["itemSpecifics"]["externalItemID"] for item in content["orderItems"]] == ["2"]
    assert faults(order(lines=(gone, build_line(sku=None)))) == {"lines.1.sku": "required"}
    assert faults(order(lines=(gone,))) == {"lines": "required"}
    assert faults(order(lines=(gone, build_line(canceled_quantity=1))), Puzzling) == {
        "lines.1.canceled_quantity": "partial"
    }
    assert len(prepare(order(lines=(gone,), status=OrderStatus.CANCELED))["orderItems"]) == 1


@pytest.mark.covers(
    "kibo:externalOrderID",
    "kibo:currency",
    "kibo:customer",
    "kibo:customerIP",
    "kibo:shippingAddress",
    "kibo:orderPayments.*.paymentMethod.billingAddress.{addressLine1,city,postalCode,countryCode}",
    "kibo:orderItems.*.product.partNumber",
    "kibo:orderItems.*.product.name",
    "kibo:orderItems.*.product.retailPrice",
    "kibo:orderItems.*.itemSpecifics.quantity",
)
def test_everything_that_is_missing_is_told_at_once() -> None:
    found = faults(Order(lines=(Line(), Line(quantity=0, unit_price=Decimal(-1)))), customer_ip_fallback=None)
    assert found == {
        "id": "required", "currency": "required", "shipping_address.last_name": "required", "buyer.ip": "required",
        "shipping_address": "required", "billing_address": "required",
        "lines.0.sku": "required", "lines.0.title": "required", "lines.0.unit_price": "required",
        "lines.0.quantity": "required",
        "lines.1.sku": "required", "lines.1.title": "required", "lines.1.unit_price": "form",
        "lines.1.quantity": "form", "lines.1.discounts": "form",
    }  # fmt: skip


@pytest.mark.covers("kibo:entity-lengths", "kibo:orderComment")
def test_lengths_count_entities_and_nothing_is_cut() -> None:
    assert [length_of(text, entities=True) for text in ("e", "é", "€", "ş", "中")] == [1, 8, 7, 6, 8]
    fits_exactly = "x" * 992 + "é"
    assert prepare(order(comment=fits_exactly))["orderComment"] == fits_exactly
    assert faults(order(comment=fits_exactly + "x"), Puzzling) == {"comment": "length"}
    assert prepare(order(comment=fits_exactly + "x"), entity_length_check=False)
    assert faults(order(comment="x" * 1001), Puzzling, entity_length_check=False) == {"comment": "length"}


@pytest.mark.covers("kibo:externalOrderID", "kibo:cartID", "kibo:landingCode")
@pytest.mark.parametrize(
    ("given", "path", "longest"),
    [
        (lambda text: {"id": text}, "id", 100),
        (lambda text: {"basket_id": text}, "basket_id", 512),
        (lambda text: {"shipping_address": build_address(line2=text)}, "shipping_address.line2", 250),
        (lambda text: {"billing_address": build_address(line3=text)}, "billing_address.line3", 250),
        (lambda text: {"extra": {"kibo": {"landingCode": text}}}, "extra.kibo.landingCode", 200),
    ],
)
def test_the_longest(given: Any, path: str, longest: int) -> None:
    assert prepare(order(**given("x" * longest)))
    assert faults(order(**given("x" * (longest + 1))), Puzzling) == {path: "length"}


@pytest.mark.covers("kibo:landingCode")
def test_a_landing_code_that_is_too_short() -> None:
    assert faults(order(extra={"kibo": {"landingCode": "x" * 9}}), Puzzling) == {"extra.kibo.landingCode": "length"}


@pytest.mark.covers("kibo:no-emojis", "kibo:orderGift.{recipient,message}")
def test_emojis_are_held_wherever_they_are() -> None:
    party = "\U0001f389"
    held = order(
        gift=Gift(message=party),
        lines=(build_line(status=OrderStatus.CANCELED), build_line(title=party)),
        extra={"kibo": {"customOrderData": {party: "x"}}},
    )
    assert faults(held, Puzzling, entity_length_check=False) == {
        "gift.message": "characters", "lines.1.title": "characters", "extra.kibo.customOrderData": "characters",
    }  # fmt: skip
    both = faults(replace(held, currency=None))
    assert both["gift.message"] == "characters"
    assert both["currency"] == "required"


@pytest.mark.covers("kibo:fraudData.*.{fraudType,fraudScore,fraudTransactionID,fraudState}")
def test_fraud_scores_are_numbers() -> None:
    signal = FraudSignal(kind="KOUNT", score="350", transaction_id="A1", state="ACCEPTED")
    assert prepare(order(fraud=(signal,)))["fraudData"] == [
        {"fraudType": "KOUNT", "fraudScore": Decimal(350), "fraudTransactionID": "A1", "fraudState": "ACCEPTED"}
    ]
    assert faults(order(fraud=(replace(signal, score="low"),))) == {"fraud.0.score": "form"}


@pytest.mark.covers("kibo:no-card-number", "kibo:orderID", "kibo:shippingTax", "kibo:promotions")
def test_what_only_kibo_knows_is_checked() -> None:
    extra = {
        "orderID": 0, "shippingTax": "-1", "promotions": "x", "unheard": 1, "payment": {"cardNumber": "4111"},
        "items": {"0": {"customData": {"Password": "x"}}, "5": {}},
    }  # fmt: skip
    with pytest.raises(Invalid) as raised:
        prepare(order(extra={"kibo": extra}))
    assert {fault.path: fault.rule for fault in raised.value.fields} == {
        "extra.kibo.orderID": "form", "extra.kibo.shippingTax": "form", "extra.kibo.promotions": "form",
        "extra.kibo.unheard": "unknown", "extra.kibo.payment.cardNumber": "secret",
        "extra.kibo.items.0.customData.Password": "secret", "extra.kibo.items.5": "unknown",
    }  # fmt: skip
    assert "4111" not in raised.value.message


@pytest.mark.covers("kibo:currency", "kibo:shippingAddress.{addressLine1,city,postalCode,countryCode}")
def test_codes_are_checked_and_no_value_is_shown() -> None:
    with pytest.raises(Invalid) as raised:
        prepare(order(currency="€", shipping_address=build_address(country="France")))
    assert [fault.path for fault in raised.value.fields] == ["currency", "shipping_address.country"]
    assert "France" not in raised.value.message


def test_a_street_serves_as_first_line() -> None:
    address = Address(
        first_name="A", last_name="B", street="Damrak", house_number="12", house_number_extension="a",
        postal_code="1012", city="Amsterdam", country="NL",
    )  # fmt: skip
    assert prepare(order(shipping_address=address))["shippingAddress"]["addressLine1"] == "Damrak 12 a"


def test_the_fast_yes_is_never_more_than_marshmallows() -> None:
    content = prepare(order())
    assert fits(content)
    places = ("shippingAddress", "orderPayments.0.paymentMethod.billingAddress", "orderItems.0.product")
    paths = [[name] for name in content]
    for place in (*places, "orderItems.1.itemSpecifics", "customer", "orderPayments.0.paymentMethod"):
        at: Any = content
        for part in place.split("."):
            at = at[int(part)] if part.isdigit() else at[part]
        paths += [[*place.split("."), name] for name in at]
    refused = 0
    for path in paths:
        at = content
        for part in path:
            at = at[int(part)] if part.isdigit() else at[part]
        odd = [Decimal(-1), 0] if isinstance(at, int | Decimal) else ["fr", ""] if isinstance(at, str) else []
        for value in (GONE, *odd):
            spoiled = deepcopy(content)
            put(spoiled, path, value)
            if list(violations(_ORDER, spoiled, {})):
                refused += 1
                if value != "" and path[0] not in ("manufacturerID", "sendEmail"):  # which the mapping never makes
                    assert not fits(spoiled), path
    assert refused > 30
