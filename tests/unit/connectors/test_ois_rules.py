"""OIS' rules that one order alone does not show: sums, combined limits, addresses, the shared cache."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import fakeredis
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.connectors.oms.ois.addresses import street_of
from pipeline.connectors.oms.ois.client import Ois
from pipeline.connectors.oms.ois.limits import LIMITS, limits_of, too_long
from pipeline.connectors.oms.ois.lines import LINE_TYPES, order_lines
from pipeline.connectors.oms.ois.schema import faults_of
from pipeline.connectors.oms.ois.street import Street, split
from pipeline.domain.address import Address
from pipeline.domain.errors import Invalid, Puzzling, Unavailable
from pipeline.domain.order import Amount, Delivery, Order, Payment
from pipeline.stores.references import RedisReferences
from tests.unit.connectors.rig import Partner, rig_for
from tests.unit.connectors.test_ois_orders import (
    AGENTS,
    ENCODE,
    OPTIONS,
    PLACE,
    PROVIDERS,
    D,
    amounts,
    delivered,
    faults,
    line,
    ois,
    order,
    prepare,
    riddles,
)

CENTS = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)


# ---------------------------------------------------------------- amounts


@pytest.mark.covers("ois:line-per-unit", "ois:price-equation", "ois:positive-amounts", "ois:OrderLines.*.Value")
@settings(max_examples=200, deadline=None)
@given(st.integers(1, 40), CENTS, st.lists(st.tuples(CENTS, st.none() | st.text("AB", min_size=1)), max_size=4))
def test_over_the_units_every_sum_is_preserved_and_the_equation_exact(
    quantity: int, unit_price: Decimal, reductions: list[tuple[Decimal, str | None]]
) -> None:
    discounts = tuple(Amount(code=code, amount=amount) for amount, code in reductions)
    one = line(quantity=quantity, unit_price=unit_price, discounts=discounts)
    found = order_lines(order(one), explode=True, numbers=False)
    gross, reduced = quantity * unit_price, sum((amount for amount, _ in reductions), Decimal())
    if reduced > gross:
        assert [fault.path for fault in found.faults] == ["lines.0.discounts"]
        assert found.lines == []
        return
    assert (found.faults, found.riddles, len(found.lines)) == ([], [], quantity)
    by_code: dict[str | None, Decimal] = {}
    for unit in found.lines:
        parts = unit.get("OrderDiscounts", [])
        assert unit["OriginalPrice"] == unit["Price"] + sum(part["Value"] for part in parts)
        assert unit["Quantity"] == 1
        assert unit["Value"] == unit["Price"] >= 0
        assert all(part["Value"] > 0 for part in parts)
        for part in parts:
            by_code[part.get("Code")] = by_code.get(part.get("Code"), Decimal()) + part["Value"]
    assert sum(unit["OriginalPrice"] for unit in found.lines) == gross
    assert sum(unit["Value"] for unit in found.lines) == gross - reduced
    told: dict[str | None, Decimal] = {}
    for amount, code in reductions:
        if amount:
            told[code] = told.get(code, Decimal()) + amount
    assert by_code == told


@pytest.mark.covers("ois:two-decimals")
def test_amounts_have_two_decimals_and_at_most_15_digits() -> None:
    most = D("9999999999999.99")
    assert b'"OriginalPrice":9999999999999.99' in ENCODE(prepare(order(line(unit_price=most))))
    assert b'"Price":5.00,' in ENCODE(prepare(order(line(unit_price=D(5)))))
    found = riddles(order(line(unit_price=most + D("0.01"))))
    assert found["lines.0.unit_price"].rule == "digits"
    assert riddles(order(line(unit_price=D("1.005"))))["lines.0.unit_price"].rule == "cents"


@pytest.mark.covers("ois:OrderLines.*.OriginalPrice", "ois:OrderLines.*.Price", "ois:OrderLines.*.Value")
@pytest.mark.parametrize("name", ["OriginalPrice", "Price", "Value"])
def test_each_amount_of_a_line_is_there_positive_and_in_cents(name: str) -> None:
    content = prepare(order())
    assert faults_of(content, ["lines.0"]) == []
    for wrong, words in ((None, "OIS needs"), (D(-1), "positive amounts only"), (D("0.001"), "two decimals")):
        content["OrderLines"][0][name] = wrong
        (fault,) = faults_of(content, ["lines.0"])
        assert fault.path == "lines.0.unit_price"
        assert words in fault.message


@pytest.mark.covers("ois:OrderLines.*.Quantity", "ois:OrderLines.*.VATPercentage")
def test_a_quantity_from_one_and_a_rate_from_0_to_100() -> None:
    for rate in (D(0), D(100), D("5.5")):
        assert prepare(order(line(tax_rate=rate)))["OrderLines"][0]["VATPercentage"] == rate
    for rate in (D("-0.01"), D("100.01"), None):
        assert set(faults(order(line(tax_rate=rate)))) == {"lines.0.tax_rate"}
    assert set(faults(order(line(quantity=0)))) == {"lines.0.quantity"}
    assert prepare(order(line(quantity=3)), explode_quantity=False)["OrderLines"][0]["Quantity"] == 3


@pytest.mark.covers("ois:OrderLines.*.LineType")
def test_both_forms_of_each_line_type_and_no_other() -> None:
    for kind in (*LINE_TYPES, *LINE_TYPES.values()):
        content = prepare(order())
        content["OrderLines"][0]["LineType"] = kind
        assert faults_of(content, ["lines.0"]) == []
    for kind in ("Coupon", "5", 1, "article", None):
        content["OrderLines"][0]["LineType"] = kind
        assert len(faults_of(content, ["lines.0"])) == 1
    every = order(line(), line(category="4", tax_rate=None), shipping_total=D(1), payment_fee=D(1))
    for form, words in (("name", ["Article", "Voucher", "ShippingCost", "PaymentFee"]), ("number", [*"1423"])):
        assert [one["LineType"] for one in prepare(every, line_type_form=form)["OrderLines"]] == words


@pytest.mark.covers("ois:zero-amounts")
def test_zero_is_sent_or_refused_by_setting() -> None:
    reduced = order(line(discounts=(Amount(amount=D(10)),)), shipping_total=D(0), payment_fee=D(0))
    (sent,) = prepare(reduced)["OrderLines"]
    assert (sent["Price"], sent["OriginalPrice"]) == (0, 10)
    assert set(faults(reduced, allow_zero_amounts=False)) == {"lines.0.unit_price"}
    assert len(prepare(order(), allow_zero_amounts=False)["OrderLines"]) == 1


@pytest.mark.covers("ois:OrderDate", "ois:Identifier")
def test_the_date_is_iso_8601_with_its_offset() -> None:
    at = datetime(2026, 11, 20, 13, 32, 5, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert prepare(order(purchased_at=at))["OrderDate"] == "2026-11-20T13:32:05+01:00"
    assert prepare(order(id="A/1"))["Identifier"] == "A/1"
    assert datetime.fromisoformat(prepare(order())["OrderDate"]).tzinfo == UTC


# ---------------------------------------------------------------- delivery


@pytest.mark.covers("ois:DeliveryMethod", "ois:pickup-by-method", "ois:PickupLocationCode", "ois:PickupLocationName")
@pytest.mark.parametrize(
    ("method", "given", "wrong"),
    [
        ("home", {}, set()),
        ("home", {"pickup_id": "B-7"}, {"delivery.pickup_id"}),
        ("store", {"pickup_id": "B-7"}, set()),
        ("store", {}, {"delivery.pickup_id"}),
        ("store", {"pickup_id": "B-8"}, {"delivery.pickup_id"}),
        ("service_point", {"pickup_id": "P", "pickup_name": "K"}, set()),
        ("service_point", {"pickup_id": "P"}, {"delivery.pickup_name"}),
        ("service_point", {"pickup_name": "K"}, {"delivery.pickup_id"}),
        ("locker", {}, {"delivery.method"}),
        (None, {}, {"delivery.method"}),
    ],
)
def test_each_method_with_its_fields(method: str | None, given: dict[str, str], wrong: set[str]) -> None:
    one = delivered(method=method, **given)
    if not wrong:
        content = prepare(one)
        assert {name for name in content if name.startswith("Pickup")} == {
            "home": set(),
            "store": {"PickupBranchIdentifier"},
            "service_point": {"PickupLocationCode", "PickupLocationName"},
        }[str(method)]
        return
    with pytest.raises((Invalid, Puzzling)) as raised:
        prepare(one)
    assert {fault.path for fault in raised.value.fields} == wrong


@pytest.mark.covers("ois:nothing-cut", "ois:PickupLocationName", "ois:limits-are-data")
def test_only_a_pickup_points_name_is_ever_cut_and_only_by_setting() -> None:
    long = delivered(method="service_point", pickup_id="P", pickup_name="Cafe\u0301 " + "x" * 30)
    assert set(riddles(long)) == {"delivery.pickup_name"}
    assert prepare(long, pickup_name="truncate")["PickupLocationName"] == "Café " + "x" * 25
    shorter = {"pickup_name": "truncate", "xprt_limits": {"PickupLocationName": 5}}
    assert prepare(long, **shorter)["PickupLocationName"] == "Café"
    other = order(shipping_address=replace(PLACE, city="x" * 31))
    assert set(riddles(other, pickup_name="truncate")) == {"shipping_address.city"}


# ---------------------------------------------------------------- limits


@pytest.mark.covers("ois:combined-name", "ois:combined-street", "ois:code-points")
@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (("FirstName", "LastName"), {"FirstName": "first_name", "LastName": "last_name"}),
        (
            ("Street", "HouseNo", "HouseNoExt"),
            {"Street": "street", "HouseNo": "house_number", "HouseNoExt": "house_number_extension"},
        ),
    ],
)
def test_combined_limits_at_their_boundary_where_the_single_ones_leave_room(
    names: tuple[str, ...], paths: dict[str, str]
) -> None:
    joined = " + ".join(names)
    assert LIMITS[joined] == 100
    limits = limits_of(dict.fromkeys(names, 100))  # XPRT's latest would leave room: the combined 100 binds then
    share, rest = divmod(100, len(names))
    texts = dict.fromkeys(names, "é" * share)
    texts[names[0]] += "é" * rest
    assert list(too_long(texts, limits, paths)) == []
    texts[names[-1]] += "e\u0301"
    (fault,) = too_long(texts, limits, paths)
    assert (fault.path, fault.rule) == (paths[names[0]], "combined_length")
    assert "at most 100 characters" in fault.message
    assert list(too_long(texts, limits_of(dict.fromkeys((*names, joined), 101)), paths)) == []


def test_the_limits_are_those_of_the_document() -> None:
    assert LIMITS == {
        "FirstName": 30, "LastName": 30, "Street": 50, "ZipCode": 20, "HouseNo": 20, "HouseNoExt": 20, "City": 30,
        "CountryCode": 10, "PhoneNumber": 30, "Email": 80, "PickupLocationName": 30, "FirstName + LastName": 100,
        "Street + HouseNo + HouseNoExt": 100,
    }  # fmt: skip


@pytest.mark.covers("ois:limits-are-data")
@pytest.mark.parametrize("name", [name for name in LIMITS if "+" not in name])
def test_each_limit_can_be_overridden(name: str) -> None:
    limits = limits_of({name: 3})
    assert list(too_long({name: "abc"}, limits, {name: "p"})) == []
    (fault,) = too_long({name: "abcd"}, limits, {name: "p"})
    assert f"at most 3 characters in {name}" in fault.message


# ---------------------------------------------------------------- addresses


@pytest.mark.covers("ois:house-number")
@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("Kerkstraat 5 hs", "NL", ("Kerkstraat", "5", "hs")),
        ("Kerkstraat 12bis", "NL", ("Kerkstraat", "12", "bis")),
        ("12bis", "FR", ("12bis", None, None)),
        ("12bis, rue Foch", "FR", ("rue Foch", "12", "bis")),
        ("Kerkstraat 12-14", "NL", ("Kerkstraat", "12-14", None)),
        ("12-14 rue Foch", "FR", ("rue Foch", "12-14", None)),
        ("Rue du 8 Mai 1945 12", "FR", ("Rue du 8 Mai 1945", "12", None)),
        ("12 Rue du 8 Mai 1945", "FR", ("Rue du 8 Mai 1945", "12", None)),
        ("Straße des 17. Juni 135", "DE", ("Straße des 17. Juni", "135", None)),
        ("221B Baker Street", "GB", ("Baker Street", "221", "B")),
        ("221 B Baker Street", "GB", ("B Baker Street", "221", None)),
        ("Plein 1944 12-2", "NL", ("Plein 1944", "12", "2")),
        ("Plein 1944", "NL", ("Plein", "1944", None)),
        ("Rue de la Loi 16 boîte 3", "BE", ("Rue de la Loi", "16", "boîte 3")),
        ("Kerkstraat 5 bus 4", "BE", ("Kerkstraat", "5", "bus 4")),
        ("10 High Street, Apt 4", "GB", ("High Street", "10", "Apt 4")),
        ("12bis rue Foch, 3e étage", "FR", ("rue Foch", "12", "bis 3e étage")),
        ("12 rue Foch, appt. 3", "FR", ("rue Foch", "12", "appt. 3")),
        ("10 High Street, Bath", "GB", ("High Street, Bath", "10", None)),
        ("Musterstr. 5 Whg. 12", "DE", ("Musterstr.", "5", "Whg. 12")),
        ("Le Bourg", "FR", ("Le Bourg", None, None)),
    ],
)
def test_the_splitter_on_the_forms_of_the_contract(text: str, country: str, expected: tuple[Any, ...]) -> None:
    assert split(text, country) == Street(*expected)


def addressed(**given: Any) -> Address:
    return Address(**{"postal_code": "1", "city": "C", "country": "NL", "last_name": "V"} | given)


@pytest.mark.covers("ois:no-other-address-field")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"line1": "Kerkstraat 5", "line2": "Bât. C"}, ("Kerkstraat", "5", "Bât. C")),
        ({"street": "Damrak", "house_number": "1", "line1": "Damrak 1", "line2": "Bât. C"}, ("Damrak", "1", "Bât. C")),
        ({"street": "Damrak", "house_number": "1", "line1": "Damrak", "line2": "1"}, ("Damrak", "1", None)),
        ({"line1": "Damrak", "house_number": "1", "house_number_extension": "a"}, ("Damrak", "1", "a")),
        ({"line1": "Damrak 1a", "house_number": "1", "house_number_extension": "a"}, ("Damrak", "1", "a")),
        ({"line1": "Plein 1944", "house_number": "12"}, ("Plein 1944", "12", None)),
        ({"line1": "Damrak 1", "house_number_extension": "hs"}, ("Damrak", "1", "hs")),
    ],
)
def test_every_line_of_an_address_is_sent_once(given: dict[str, str], expected: tuple[Any, ...]) -> None:
    assert street_of(addressed(**given)) == Street(*expected)


@pytest.mark.covers("ois:no-other-address-field", "ois:nothing-cut")
def test_lines_that_do_not_fit_say_exactly_what_to_do() -> None:
    at = "shipping_address."
    whole = addressed(line1="Kerkstraat 5", line2="4ème étage", line3="porte gauche")
    assert prepare(order(shipping_address=replace(whole, line3="porte 9")))["ShippingAddress"]["HouseNoExt"] == (
        "4ème étage, porte 9"
    )
    (fault,) = riddles(order(shipping_address=whole)).values()
    assert fault.path == f"{at}house_number_extension"
    assert fault.message == (
        f"OIS (XPRT) takes at most 20 characters in HouseNoExt; set {at}street, {at}house_number,"
        f" {at}house_number_extension by `edit` to what the label is to say (they then stand instead of {at}line1),"
        f" and shorten {at}line2 and {at}line3, or set them to null to leave them out: OIS has no other field for an"
        " address, so they go with HouseNoExt, and nothing is cut"
    )
    edited = replace(
        whole, street="Kerkstraat", house_number="5", house_number_extension="4e g", line2=None, line3=None
    )
    assert prepare(order(shipping_address=edited))["ShippingAddress"]["HouseNoExt"] == "4e g"
    (fault,) = riddles(order(shipping_address=replace(edited, line2="x" * 20))).values()
    assert "shorten shipping_address.house_number_extension by `edit`, and shorten shipping_address.line2" in (
        fault.message
    )
    (fault,) = riddles(order(shipping_address=replace(edited, house_number_extension="x" * 21))).values()
    assert fault.message.endswith("in HouseNoExt; shorten it by `edit`")
    (fault,) = riddles(order(shipping_address=addressed(line1="x" * 51))).values()
    assert "set shipping_address.street" in fault.message


# ---------------------------------------------------------------- tables


@pytest.mark.covers("ois:reference-refresh", "ois:ShippingAgentId", "ois:PaymentOptionId")
def test_the_shared_cache_is_refreshed_once_before_a_word_is_refused() -> None:
    redis = fakeredis.FakeRedis()

    def host(partner: Partner) -> Any:  # two hosts, one cache
        rig = rig_for("ois", partner)
        return Ois(replace(rig, references=RedisReferences(redis)))

    def asked(partner: Partner) -> list[str]:
        return [request.url.path.rpartition("/")[2] for request in partner.requests]

    first, second = Partner().says(AGENTS, OPTIONS, PROVIDERS), Partner()
    assert prepare(order(), host(first))["ShippingAgentId"] == 3
    assert prepare(order(), host(second))["PaymentOptionId"] == "MKT"
    assert (len(asked(first)), asked(second)) == (3, [])

    new = delivered(method="home", carrier="5")
    second.says([*AGENTS, {"Id": 5}])
    assert prepare(new, host(second))["ShippingAgentId"] == 5
    assert asked(second) == ["ShippingAgents"]
    for partner in (first, second):  # within a minute nobody asks again for another unknown word
        before = len(partner.requests)
        with pytest.raises(Puzzling, match="none of OIS's shipping agents"):
            prepare(delivered(method="home", carrier="6"), host(partner))
        assert len(partner.requests) == before

    redis.delete(*redis.keys("op:table-fresh:*"))  # a minute later
    second.says(httpx.Response(503))
    with pytest.raises(Unavailable):  # not refused on an old table
        prepare(delivered(method="home", carrier="6"), host(second))


@pytest.mark.covers("ois:PaymentOptionId")
def test_an_option_whose_provider_is_gone_is_none() -> None:
    assert "payment.method" in riddles(order(payment=Payment(method="LOST")))
    assert prepare(order(payment=Payment(method="CPN")))["PaymentOptionId"] == "CPN"  # tells no provider


@pytest.mark.covers("ois:PickupBranchIdentifier")
def test_a_branch_is_named_by_its_identifier_not_its_id() -> None:
    assert prepare(delivered(method="store", pickup_id="B-7"))["PickupBranchIdentifier"] == "B-7"
    assert set(riddles(delivered(method="store", pickup_id="1"))) == {"delivery.pickup_id"}


@pytest.mark.covers("ois:absent-not-null")
def test_nothing_absent_is_sent_not_even_empty() -> None:
    sent = ENCODE(prepare(order(shipping_address=replace(PLACE, line1="Damrak", phone="", first_name=""))))
    assert not any(part in sent for part in (b"null", b'""', b"[]", b"{}"))
    named = prepare(order(), shipping_terms=(), shipping_agent_service_code=None, coupon_code="WEB")
    assert not {"ShippingTerms", "ShippingAgentServiceCode", "OrderCouponPayments"} & named.keys()


def test_an_order_that_is_fit_stays_fit_beside_one_that_is_not() -> None:
    client = ois()
    good = prepare(order(), client)
    bad = Order(id="B", lines=(line(unit_price=D(-1)),), delivery=Delivery(method="x"))
    with pytest.raises(Exception, match="OIS"):
        prepare(bad, client)
    assert amounts(prepare(order(), client)) == amounts(good)
