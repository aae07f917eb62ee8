"""bol's orders in our words: every field, the status table, what must not be guessed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from pipeline.domain.address import Address
from pipeline.domain.codec import to_fields
from pipeline.domain.errors import Invalid, Unreadable
from pipeline.domain.order import Amount, Order, OrderStatus
from pipeline.domain.rules import order_faults
from tests.unit.connectors.bol_wire import bol, detail, item, listed
from tests.unit.connectors.rig import GONE, NOW, Partner


def read(raw: Any) -> Order:
    order: Order = bol(Partner()).read(raw)
    return order


def row(rule: str, path: str, value: Any, ours: str, read_as: Any = GONE) -> Any:
    found = value if read_as is GONE else read_as
    return pytest.param(path, value, ours, found, marks=pytest.mark.covers(f"bol:{rule}"), id=f"{path}={value!r}")


def at(document: Any, path: str) -> Any:
    for part in path.split("."):
        if part.isdigit():
            document = document[int(part)]
        else:
            document = document[part] if isinstance(document, dict) else getattr(document, part)
    return document


_AD = (
    ("firstName", "first_name"), ("surname", "last_name"), ("company", "company"), ("streetName", "street"),
    ("houseNumber", "house_number"), ("houseNumberExtension", "house_number_extension"),
    ("extraAddressInformation", "line2"), ("zipCode", "postal_code"), ("city", "city"), ("email", "email"),
)  # fmt: skip
_ITEM, _TERMS = "orderItems__0__", "orderItems__0__fulfilment__"
_FULFILMENT = "orderItems.*.fulfilment"


@pytest.mark.parametrize(
    ("path", "value", "ours", "expected"),
    [
        row("orderItems", "orderId", "B3K8290LP", "id"),
        row("times", "orderPlacedDateTime", "2026-11-20T14:32:05+01:00", "purchased_at",
            datetime.fromisoformat("2026-11-20T13:32:05Z")),
        row("times", "orderPlacedDateTime", "2026-07-20T14:32:05", "purchased_at",
            datetime.fromisoformat("2026-07-20T12:32:05Z")),
        row("times", f"{_ITEM}latestChangedDateTime", "2026-11-20T14:32:05+01:00", "updated_at",
            datetime.fromisoformat("2026-11-20T13:32:05Z")),
        row(_FULFILMENT, f"{_TERMS}expiryDate", "2026-11-27", "ship_by",
            datetime.fromisoformat("2026-11-27T23:59:59+01:00")),
        row(_FULFILMENT, f"{_TERMS}expiryDate", "2026-11-27T12:00:00+01:00", "ship_by",
            datetime.fromisoformat("2026-11-27T11:00:00Z")),
        row(_FULFILMENT, f"{_TERMS}latestDeliveryDate", "2026-11-29", "deliver_by",
            datetime.fromisoformat("2026-11-29T23:59:59+01:00")),
        row(_FULFILMENT, f"{_TERMS}exactDeliveryDate", "2026-11-30", "deliver_after",
            datetime.fromisoformat("2026-11-30T00:00:00+01:00")),
        row(_FULFILMENT, f"{_TERMS}exactDeliveryDate", "2026-11-30", "deliver_by",
            datetime.fromisoformat("2026-11-30T23:59:59+01:00")),
        row(_FULFILMENT, f"{_TERMS}timeFrameType", "EVENING", "delivery.service"),
        row(_FULFILMENT, f"{_TERMS}distributionParty", "BOL", "extra.bol.lines.0.distribution_party"),
        row(_FULFILMENT, f"{_TERMS}method", "FBB", "extra.bol.lines.0.method"),
        row("orderItems", f"{_ITEM}orderItemId", "2012345678", "lines.0.id"),
        row("orderItems", f"{_ITEM}offer__reference", "SKU-9", "lines.0.sku"),
        row("orderItems", f"{_ITEM}offer__offerId", "OF-9", "extra.bol.lines.0.offer_id"),
        row("orderItems", f"{_ITEM}product__ean", "0123", "lines.0.gtin"),
        row("orderItems", f"{_ITEM}product__ean", "0123", "lines.0.product_id"),
        row("orderItems", f"{_ITEM}product__title", "Theepot", "lines.0.title"),
        row("orderItems", f"{_ITEM}quantity", 3, "lines.0.quantity"),
        row("orderItems", f"{_ITEM}quantityShipped", 1, "lines.0.shipped_quantity"),
        row("orderItems", f"{_ITEM}quantityCancelled", 1, "lines.0.canceled_quantity"),
        row("decimal-numbers", f"{_ITEM}unitPrice", Decimal("0.10"), "lines.0.unit_price"),
        row("decimal-numbers", f"{_ITEM}totalPrice", Decimal("1234567.89"), "lines.0.total"),
        row("decimal-numbers", f"{_ITEM}totalPrice", Decimal("1234567.89"), "total"),
        row("decimal-numbers", f"{_ITEM}totalPrice", None, "total", Decimal("25.98")),
        row("decimal-numbers", f"{_ITEM}commission", Decimal("1.20"), "lines.0.commission_with_tax"),
        row("decimal-numbers", "orderId", "1", "currency", "EUR"),
        row("decimal-numbers", "orderId", "1", "prices_include_tax", True),
        row("orderItems.*.cancellationRequest", f"{_ITEM}cancellationRequest", True,
            "extra.bol.cancellation_requested"),
        row("orderItems.*.cancellationRequest", f"{_ITEM}cancellationRequest", True, "status", OrderStatus.UNSHIPPED),
        *(row("shipmentDetails", f"shipmentDetails__{name}", "XY", f"shipping_address.{ours}") for name, ours in _AD),
        *(row("billingDetails", f"billingDetails__{name}", "XY", f"billing_address.{ours}") for name, ours in _AD),
        row("shipmentDetails", "shipmentDetails__countryCode", "be", "shipping_address.country", "BE"),
        row("shipmentDetails", "shipmentDetails__deliveryPhoneNumber", "0600", "shipping_address.phone"),
        row("shipmentDetails", "shipmentDetails__deliveryPhoneNumber", "0600", "buyer.phone"),
        row("shipmentDetails", "shipmentDetails__email", "a@example.com", "buyer.email"),
        row("shipmentDetails", "shipmentDetails__language", "fr", "extra.bol.language"),
        row("shipmentDetails", "shipmentDetails__salutation", "MALE", "extra.bol.shipping_salutation"),
        row("shipmentDetails", "shipmentDetails__pickupPointName", "Primera", "delivery.pickup_name"),
        row("shipmentDetails", "shipmentDetails__pickupPointName", "Primera", "delivery.method", "service_point"),
        row("billingDetails", "billingDetails__salutation", "MALE", "extra.bol.billing_salutation"),
        row("billingDetails", "billingDetails__vatNumber", "BE0", "buyer.vat_number"),
        row("billingDetails", "billingDetails__vatNumber", "BE0", "is_business", True),
        row("billingDetails", "billingDetails__kvkNumber", "123", "extra.bol.kvk_number"),
        row("billingDetails", "billingDetails__orderReference", "PO-1", "reference"),
    ],
)  # fmt: skip
def test_every_field_is_read_where_it_belongs(path: str, value: Any, ours: str, expected: Any) -> None:
    found = at(read(detail("1", **{path: value})), ours)
    assert found == expected
    assert type(found) is not float


def test_an_order_as_bol_sends_it_breaks_no_rule() -> None:
    order = read(detail())
    assert order_faults(order, addressed=True, totals_add_up=True, now=NOW) == ()
    assert order.shipping_address == Address(
        first_name="Zoë",
        last_name="de Vries",
        company="De Vries BV",
        line2="2e verdieping",
        street="Keizersgracht",
        house_number="12",
        house_number_extension="B",
        postal_code="1015CN",
        city="Amsterdam",
        country="NL",
        phone="0612345678",
        email="2yldzdi2wjcf5ir4sycq7lufqpytxy@verkopen.test",
    )
    assert bol(Partner()).riddles(detail()) == ()
    assert not bol(Partner()).needs_accept(order)
    assert bol(Partner()).parcels(detail()) == frozenset()
    to_fields(order)


def test_the_earliest_expiry_is_the_deadline_whatever_is_handled() -> None:
    first, second = item("1", fulfilment__expiryDate="2026-11-28"), item("2", fulfilment__expiryDate="2026-11-26")
    handled = {**second, "quantityShipped": 2}
    for order in (detail("1", first, second), detail("1", first, handled)):
        assert read(order).ship_by == datetime.fromisoformat("2026-11-26T23:59:59+01:00")


@pytest.mark.parametrize(("day", "offset"), [("2026-07-01", "+02:00"), ("2026-11-27", "+01:00")])
@pytest.mark.covers("bol:orderItems.*.fulfilment")
def test_a_day_is_a_dutch_one(day: str, offset: str) -> None:
    found = read(detail("1", item("1", fulfilment__expiryDate=day))).ship_by
    assert found == datetime.fromisoformat(f"{day}T23:59:59{offset}")


def test_a_discount_is_what_the_total_is_less() -> None:
    line = item("1", totalPrice=Decimal("20.98"), discounts=[{"any": "shape"}])
    (found,) = read(detail("1", line)).lines
    assert found.discounts == (Amount(code="bol", amount=Decimal("5.00")),)
    (unknown,) = read(detail("1", {**line, "totalPrice": None})).lines
    assert unknown.total is None


# ---------------------------------------------------------------- statuses

_BY_TABLE = [  # word, quantity, shipped, cancelled -> status
    ("OPEN", 2, 0, 0, OrderStatus.UNSHIPPED),
    ("OPEN", 2, 1, 0, OrderStatus.PARTIALLY_SHIPPED),
    ("OPEN", 2, 0, 1, OrderStatus.PARTIALLY_SHIPPED),
    ("OPEN", 3, 1, 1, OrderStatus.PARTIALLY_SHIPPED),
    ("HANDLED", 2, 2, 0, OrderStatus.SHIPPED),
    ("HANDLED", 2, 1, 1, OrderStatus.SHIPPED),
    ("HANDLED", 2, 0, 2, OrderStatus.CANCELED),
    ("OPEN", 2, 2, 0, OrderStatus.SHIPPED),  # the quantities were read after the list
    ("OPEN", 2, 0, 2, OrderStatus.CANCELED),
    ("AwaitingMoonrise", 2, 0, 0, None),
    ("AwaitingMoonrise", 2, 2, 0, None),
]


@pytest.mark.covers("bol:orderItems.*.fulfilmentStatus", "bol:partially shipped", "bol:cancelled")
@pytest.mark.parametrize(("word", "quantity", "shipped", "canceled", "status"), _BY_TABLE)
def test_an_item_by_the_table(
    word: str, quantity: int, shipped: int, canceled: int, status: OrderStatus | None
) -> None:
    one = item("1", quantity, shipped, canceled)
    order = read(detail("1", {**one, "fulfilmentStatus": word}))
    assert (order.lines[0].status, order.status) == (status, status)
    assert order.released == (status in ("unshipped", "partially_shipped", "shipped"))
    if status is not None:
        assert read(detail("1", one)).status == status  # its quantities say as much as the list's word
    else:
        assert order.raw_status == word


@pytest.mark.covers("bol:order status")
@pytest.mark.parametrize(
    ("items", "status", "word"),
    [
        ([(2, 0, 0), (1, 0, 0)], OrderStatus.UNSHIPPED, "OPEN"),
        ([(2, 2, 0), (1, 0, 0)], OrderStatus.PARTIALLY_SHIPPED, "OPEN"),
        ([(2, 2, 0), (1, 1, 0)], OrderStatus.SHIPPED, "HANDLED"),
        ([(2, 2, 0), (1, 0, 1)], OrderStatus.SHIPPED, "HANDLED"),
        ([(2, 0, 0), (1, 0, 1)], OrderStatus.UNSHIPPED, "OPEN"),
        ([(2, 0, 2), (1, 0, 1)], OrderStatus.CANCELED, "HANDLED"),
        ([(2, 1, 0), (1, 0, 1)], OrderStatus.PARTIALLY_SHIPPED, "OPEN"),
    ],
)
def test_an_order_from_its_items(items: list[tuple[int, int, int]], status: OrderStatus, word: str) -> None:
    order = read(detail("1", *(item(str(n), *counts) for n, counts in enumerate(items))))
    assert (order.status, order.raw_status) == (status, word)


def test_an_unknown_word_of_one_item_holds_the_order() -> None:
    order = read(detail("1", item("1"), {**item("2"), "fulfilmentStatus": "LOST"}))
    assert (order.status, order.raw_status, order.released) == (None, "LOST", False)


def test_handled_with_nothing_done_is_not_taken_for_shipped() -> None:
    raw = detail("1", {**item("1"), "fulfilmentStatus": "HANDLED"})
    (riddle,) = bol(Partner()).riddles(raw)
    assert riddle.path == "lines.0.status"
    done = {**item("1", 2, 1, 0), "fulfilmentStatus": "HANDLED"}
    assert bol(Partner()).riddles(detail("1", done)) == ()


@pytest.mark.covers("bol:fulfilment-method")
def test_what_bol_ships_is_not_ours_to_ship() -> None:
    raw = detail("1", item("1"), item("2", fulfilment__method="FBB"))
    (riddle,) = bol(Partner()).riddles(raw)
    assert "FBB" in riddle.message
    assert bol(Partner(), fulfilment_method="ALL").riddles(raw) == ()


# ---------------------------------------------------------------- one order, values that can't be read


@pytest.mark.covers("bol:GET /retailer/orders/{orderId}")
def test_get() -> None:
    partner = Partner().says(detail("A/1"), httpx.Response(404))
    client = bol(partner)
    found = client.get("A/1")
    assert found.id == "A/1"
    assert found.raw == detail("A/1")
    assert partner.requests[0].url.raw_path == b"/retailer/orders/A%2F1"
    assert client.get("nobody") is None
    for body in ([], {}, {"orderItems": []}, "x"):
        with pytest.raises(Unreadable):
            bol(Partner().says(body)).get("1")


def test_all_that_has_a_wrong_type_is_told_at_once() -> None:
    raw = detail("1", item("1", quantity="many", unitPrice="dear"), orderPlacedDateTime="yesterday")
    raw["orderItems"][0]["fulfilment"]["expiryDate"] = "2026-02-30"
    with pytest.raises(Invalid) as met:
        read(raw)
    assert {fault.path for fault in met.value.fields} == {
        "lines.0.quantity", "lines.0.unit_price", "purchased_at", "ship_by",
    }  # fmt: skip


def test_a_listed_order_without_its_details_is_never_whole() -> None:
    order = read(listed("1"))
    assert order_faults(order, addressed=True, totals_add_up=False, now=NOW)
