"""What is known of Octopia, rule by rule: every field read, every header sent, limits at their boundary."""

from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec
import pytest

from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.address import Address
from pipeline.domain.errors import Invalid, Refused, Unauthorized
from pipeline.domain.order import Order
from tests.unit.connectors.rig import GONE, Partner, ask, octopia, octopia_order, rig_for
from tests.unit.connectors.test_octopia_orders import page, read

# ---------------------------------------------------------------- every field of an order

PARIS = datetime.fromisoformat("2026-11-20T14:32:05+01:00")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = "2026-11-22T12:00:00Z"


def row(rule: str, path: str, value: Any, ours: str, read_as: Any = GONE) -> Any:
    """A wire path, what stands there, and where and as what it is read."""
    found = value if read_as is GONE else read_as
    name = path.replace("__", ".")
    return pytest.param(path, value, ours, found, marks=pytest.mark.covers(f"octopia:{rule}"), id=f"{name}={value!r}")


def at(document: Any, path: str) -> Any:
    for part in path.split("."):
        if part.isdigit():
            document = document[int(part)]
        else:
            document = document[part] if isinstance(document, dict) else getattr(document, part)
    return document


_COMMISSION = "lines.*.offerPrice.commission.{amountWithTax,amountWithoutTax}"
_PRICES = "lines.*.sellingPrice.{unitSalesPrice,shippingCost}"
_TOTALS = "totalPrice.{offerPrice,sellingPrice}"
_OFFER, _DELIVERY, _PLACE = "lines.*.offer", "lines.*.delivery", "lines.*.shippingAddress"
_AD = (
    ("firstName", "first_name"), ("lastName", "last_name"), ("companyName", "company"), ("addressLine1", "line1"),
    ("addressLine2", "line2"), ("addressLine3", "line3"), ("postalCode", "postal_code"), ("city", "city"),
    ("stateOrRegion", "state"), ("countryCode", "country"), ("phone", "phone"), ("email", "email"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "ours", "expected"),
    [
        row("orderId", "orderId", "A/1", "id"),
        row("orderId", "orderId", 17, "id", "17"),
        row("reference", "reference", "P-9", "reference"),
        row("businessOrder", "businessOrder", True, "is_business"),
        row("businessOrder", "businessOrder", "0", "is_business", False),
        row("salesChannel.{id,name}", "salesChannel__id", "CDISES", "channel.id"),
        row("salesChannel.{id,name}", "salesChannel__name", "España", "channel.name"),
        row("salesChannel.{id,name}", "salesChannel__name", None, "channel.name", "cdiscount-fr"),
        row("seller.id", "seller__id", 4711, "lines.0.seller_id", "4711"),
        row("customer.reference", "customer__reference", "C-9", "buyer.id"),
        row("purchasedAt", "purchasedAt", AT, "purchased_at", NOON),
        row("purchasedAt", "purchasedAt", None, "purchased_at", PARIS.replace(second=25)),
        row("createdAt", "createdAt", AT, "extra.octopia.created_at", NOON),
        row("updatedAt", "updatedAt", AT, "updated_at", NOON),
        row("shippedAtMax", "shippedAtMax", AT, "ship_by", NOON),
        row("shippedAtMax", "shippedAtMax", None, "ship_by", datetime(2026, 11, 24, 17, tzinfo=UTC)),
        row("iso-times", "updatedAt", "2026-11-22T12:00:00", "updated_at", NOON),
        row("iso-times", "updatedAt", "2026-11-22T13:00:00.000+01:00", "updated_at", NOON),
        row("payment.method", "payment__method", "Wallet", "payment.method"),
        row("currencyCode", "currencyCode", "pln", "currency", "PLN"),
        row(_TOTALS, "totalPrice__sellingPrice", Decimal("0.10"), "total"),
        row(_TOTALS, "totalPrice__offerPrice", Decimal("0.30"), "extra.octopia.offer_total"),
        row("decimal-numbers", "totalPrice__sellingPrice", Decimal("1234567.89"), "total"),
        row("serviceFees.*.amount", "serviceFees", [{"amount": Decimal("0.10")}, {"amount": 2}], "payment_fee",
            Decimal("2.10")),
        row("serviceFees.*.amount", "serviceFees", [], "payment_fee", None),
        row("lines.*.orderLineId", "lines__0__orderLineId", "L9", "lines.0.id"),
        row("lines.*.quantity", "lines__0__quantity", 1, "lines.0.quantity"),
        row("lines.*.quantity", "lines__0__quantity", "3", "lines.0.quantity", 3),
        row(_COMMISSION, "lines__0__offerPrice__commission__amountWithTax", Decimal("1.20"),
            "lines.0.commission_with_tax"),
        row(_COMMISSION, "lines__0__offerPrice__commission__amountWithoutTax", 1, "lines.0.commission_without_tax"),
        row(_PRICES, "lines__0__sellingPrice__unitSalesPrice", Decimal("0.01"), "lines.0.unit_price"),
        row(_PRICES, "lines__0__sellingPrice__shippingCost", 0, "lines.0.shipping_price"),
        row("lines.*.sellingPrice.taxes", "lines__0__sellingPrice__taxes__0__amount", 5, "lines.0.tax_amount"),
        row("lines.*.sellingPrice.taxes", "lines__0__sellingPrice__taxes__0__rate", Decimal("5.5"), "lines.0.tax_rate"),
        row("lines.*.sellingPrice.taxes", "lines__0__sellingPrice__taxes", [{"rate": 20}, {"rate": 5}],
            "lines.0.tax_rate", None),
        row(_OFFER, "lines__0__offer__id", "OF-9", "extra.octopia.lines.0.offer_id"),
        row(_OFFER, "lines__0__offer__sellerProductId", "SKU-9", "lines.0.sku"),
        row(_OFFER, "lines__0__offer__productId", "AUC9", "lines.0.product_id"),
        row(_OFFER, "lines__0__offer__productTitle", "Théière", "lines.0.title"),
        row(_OFFER, "lines__0__offer__productGtin", "0123", "lines.0.gtin"),
        row(_OFFER, "lines__0__offer__condition", "Used", "extra.octopia.lines.0.condition"),
        row(_OFFER, "lines__0__offer__supplyMode", "Seller", "extra.octopia.lines.0.supply_mode"),
        row(_DELIVERY, "lines__0__delivery__mode", "Express", "delivery.service"),
        row(_DELIVERY, "lines__0__delivery__mode", "Express", "delivery.carrier"),
        row(_DELIVERY, "lines__0__delivery__promisedAtMin", AT, "deliver_after", NOON),
        row(_DELIVERY, "lines__0__delivery__promisedAtMax", AT, "deliver_by", NOON),
        row(_PLACE, "lines__0__shippingAddress__pickupId", "PK1", "delivery.pickup_id"),
        row(_PLACE, "lines__0__shippingAddress__pickupName", "Tabac", "delivery.pickup_name"),
        row(_PLACE, "lines__0__shippingAddress__email", "a@example.com", "buyer.email"),
        row(_PLACE, "lines__0__shippingAddress__phone", "0600", "buyer.phone"),
        *(row("billingAddress", f"billingAddress__{name}", "XY", f"billing_address.{ours}") for name, ours in _AD),
        *(row(_PLACE, f"lines__0__shippingAddress__{name}", "XY", f"shipping_address.{ours}") for name, ours in _AD),
        row("billingAddress", "billingAddress__civility", "Dr", "extra.octopia.billing_civility"),
        row(_PLACE, "lines__0__shippingAddress__civility", "Dr", "extra.octopia.shipping_civility"),
    ],
)  # fmt: skip
def test_every_field_is_read_where_it_belongs(path: str, value: Any, ours: str, expected: Any) -> None:
    found = at(read(octopia_order(**{path: value})), ours)
    assert found == expected
    assert type(found) is not float


@pytest.mark.parametrize(
    ("path", "value", "ours"),
    [
        ("orderId", None, "id"),
        ("businessOrder", "perhaps", "is_business"),
        ("updatedAt", "22/11/2026 10:00:00", "updated_at"),
        ("totalPrice__sellingPrice", "45,70", "total"),
        ("lines__0__quantity", Decimal("1.5"), "lines.0.quantity"),
        ("lines__0__sellingPrice__unitSalesPrice", "a lot", "lines.0.unit_price"),
        ("lines__0__delivery__promisedAtMax", "soon", "deliver_by"),
        ("lines", {}, "lines"),
    ],
)
@pytest.mark.covers("octopia:decimal-numbers", "octopia:iso-times", "octopia:lines.*.quantity", "octopia:orderId")
def test_a_value_of_another_shape_is_named_alone(path: str, value: Any, ours: str) -> None:
    with pytest.raises(Invalid) as raised:
        read(octopia_order(**{path: value}))
    assert [fault.path for fault in raised.value.fields] == [ours]


@pytest.mark.covers("octopia:decimal-numbers")
def test_amounts_arrive_as_they_were_written() -> None:
    content = msgspec.json.Encoder(decimal_format="number").encode(page(octopia_order()))
    content = content.replace(b"45.70", b"1234567890123456.10")
    (found,) = octopia(Partner().says(httpx.Response(200, content=content))).new_orders(ask()).rows
    assert read(found.raw).total == Decimal("1234567890123456.10")


@pytest.mark.covers("octopia:lines.*.shippingAddress", "octopia:one-address")
def test_the_first_line_that_has_an_address_speaks() -> None:
    raw = octopia_order()
    second = deepcopy(raw["lines"][0])
    raw["lines"][0]["shippingAddress"] = None
    raw["lines"].append(second)
    assert read(raw).shipping_address.city == "Lyon"
    assert octopia(Partner()).riddles(raw) == ()
    raw["lines"][1]["shippingAddress"] = None
    assert read(raw).shipping_address == Address()


@pytest.mark.covers("octopia:lines.*.delivery", "octopia:shippedAtMax")
def test_of_several_lines_the_earliest_to_ship_and_the_widest_promise() -> None:
    raw = octopia_order(shippedAtMax=None)
    early = {"mode": "Standard", "promisedAtMin": "2026-11-23T08:00:00Z", "promisedAtMax": "2026-11-24T08:00:00Z"}
    raw["lines"].append(deepcopy(raw["lines"][0]) | {"delivery": {**early, "shippedAtMax": "2026-11-22T17:00:00Z"}})
    found = read(raw)
    assert (found.ship_by, found.deliver_after, found.deliver_by) == (
        datetime(2026, 11, 22, 17, tzinfo=UTC),
        datetime(2026, 11, 23, 8, tzinfo=UTC),
        datetime(2026, 11, 28, 18, tzinfo=UTC),
    )


# ---------------------------------------------------------------- tokens and headers


@pytest.mark.covers("octopia:POST {token_url}", "octopia:grant", "octopia:token-of-two-hours")
def test_one_token_by_a_form_serves_every_call_until_it_is_refused() -> None:
    asked: list[httpx.Request] = []
    served: list[str] = []

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth":
            asked.append(request)
            return httpx.Response(200, json={"access_token": f"t{len(asked)}", "expires_in": 7200})
        given = request.headers["authorization"]
        if given == "Bearer t1" and len(served) == 2:  # its time is over
            return httpx.Response(401)
        served.append(given)
        return httpx.Response(200, json=[])

    client = octopia(Partner().says(*[reply] * 9), token_url="https://oct.test/auth")
    for _ in range(4):
        client.carriers()
    assert served == ["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2"]
    form = {"grant_type": ["client_credentials"], "client_id": ["client"], "client_secret": ["hush"]}
    assert [parse_qs(request.content.decode()) for request in asked] == [form, form]
    assert asked[0].method == "POST"
    assert asked[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert not asked[0].url.query


@pytest.mark.covers("octopia:token-of-two-hours")
def test_a_token_is_used_for_a_minute_less_than_its_two_hours() -> None:
    rig = rig_for("octopia", Partner().says([]), "acc")
    CONNECTORS["octopia"].build(rig).carriers()
    assert rig.tokens.kept["acc"].life == 7140.0


@pytest.mark.covers("octopia:grant")
def test_credentials_that_get_no_token_are_a_fault_of_the_configuration() -> None:
    replies = httpx.Response(400, json={"error": "invalid_client"})
    with pytest.raises(Unauthorized):
        octopia(Partner().says(replies), token_url="https://oct.test/auth").carriers()


@pytest.mark.covers("octopia:SellerId", "octopia:Accept", "octopia:Authorization")
def test_every_call_names_seller_token_and_what_it_takes() -> None:
    partner = Partner().says(page(), octopia_order("1"), httpx.Response(204), [], {"count": 0})
    client = octopia(partner)
    client.new_orders(ask())
    client.get("1")
    client.accept.send([client.accept.prepare(Order(id="1"))])
    client.carriers()
    client.count()
    assert len(partner.requests) == 5
    for request in partner.requests:
        names = ("sellerid", "authorization", "accept")
        assert [request.headers[name] for name in names] == ["98979", "Bearer t", "application/json"]


@pytest.mark.covers("octopia:problem-json")
def test_the_words_of_a_problem_reach_the_operator() -> None:
    problem = {"title": "Bad parcel", "detail": "Unknown carrier", "errors": {"carrierName": ["not in the list"]}}
    reply = httpx.Response(400, json=problem, headers={"content-type": "application/problem+json"})
    client = octopia(Partner().says(reply))
    with pytest.raises(Refused) as raised:
        client.accept.send([client.accept.prepare(Order(id="1"))])
    for words in ("Bad parcel", "Unknown carrier", "not in the list"):
        assert words in raised.value.message


# ---------------------------------------------------------------- limits and filters


@pytest.mark.covers("octopia:pageSize")
@pytest.mark.parametrize(("asked", "sent"), [(1, "1"), (99, "99"), (100, "100"), (101, "100"), (0, "1")])
def test_a_page_has_one_to_a_hundred_orders(asked: int, sent: str) -> None:
    partner = Partner().says(page())
    octopia(partner, page_size=asked).new_orders(ask())
    assert partner.query()["pageSize"] == sent


@pytest.mark.covers("octopia:itemsPerPage", "octopia:items")
@pytest.mark.parametrize(("count", "more"), [(0, False), (1, False), (2, True)])
def test_a_full_page_is_not_the_last_and_one_less_is(count: int, more: bool) -> None:
    orders = [octopia_order(str(n)) for n in range(count)]
    found = octopia(Partner().says({"itemsPerPage": 2, "items": orders})).new_orders(ask())
    assert (len(found.rows), found.page is not None) == (count, more)


@pytest.mark.covers("octopia:salesChannelId", "octopia:supplyMode", "octopia:GET /orders/count")
def test_a_channel_is_asked_for_only_where_one_is_set() -> None:
    partner = Partner().says(page(), {"count": 1}, {"count": 1})
    octopia(partner).new_orders(ask())
    assert "salesChannelId" not in partner.query()
    octopia(partner, sales_channel_id="CDISFR").count("Shipped")
    assert partner.query() == {"supplyMode": "Seller", "salesChannelId": "CDISFR", "status": "Shipped"}
    assert partner.requests[-1].url.path == "/seller/v2/orders/count"
    octopia(partner).count()
    assert partner.query() == {"supplyMode": "Seller"}


@pytest.mark.covers("octopia:supplyMode")
@pytest.mark.parametrize(("mode", "rows"), [("Seller", 1), (None, 1), ("Fulfillment", 0), ("Xdock", 0), ("seller", 0)])
def test_only_what_the_seller_ships_is_taken(mode: str | None, rows: int) -> None:
    partner = Partner().says(page(octopia_order(lines__0__offer__supplyMode=mode)))
    assert len(octopia(partner).new_orders(ask()).rows) == rows


@pytest.mark.covers(
    "octopia:GET /order-cancellation-requests", "octopia:GET /cancellation-reasons", "octopia:GET /carriers"
)
def test_the_tables_are_asked_for_where_they_are() -> None:
    partner = Partner().says([], [], [])
    client = octopia(partner, sales_channel_id="CDISFR")
    client.cancellation_requests("A/1")
    client.cancellation_reasons("Accepted")
    client.carriers()
    assert [(request.method, request.url.path) for request in partner.requests] == [
        ("GET", "/seller/v2/order-cancellation-requests"),
        ("GET", "/seller/v2/cancellation-reasons"),
        ("GET", "/seller/v2/carriers"),
    ]
    assert partner.query(0) == {"orderSellerId": "A/1"}
