"""Amazon's orders, of both APIs: what is read, what holds them, what a role withholds."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from pipeline.connectors.marketplaces.amazon.statuses import MOVING, STATUSES
from pipeline.connectors.marketplaces.amazon.v0 import modern, piece_price
from pipeline.domain.address import Buyer
from pipeline.domain.errors import Invalid, Unreadable
from pipeline.domain.order import OrderStatus
from tests.unit.connectors.amazon_seller import (
    FR,
    ID,
    amazon,
    amazon_order,
    answered,
    euros,
    package,
    v0_item,
    v0_order,
)
from tests.unit.connectors.rig import GONE, Partner

AT = "recipient__deliveryAddress"


def read(raw: dict[str, Any]) -> Any:
    return amazon(Partner()).read(raw)


def riddles(raw: dict[str, Any], **given: Any) -> list[tuple[str, str]]:
    return [(fault.path, fault.rule) for fault in amazon(Partner(), **given).riddles(raw)]


# ---------------------------------------------------------------- reading


@pytest.mark.covers("amazon:money", "amazon:proceeds.breakdowns")
def test_amounts_by_category() -> None:
    order = read(amazon_order())
    (line,) = order.lines
    assert (line.unit_price, line.quantity, line.total) == (Decimal("19.90"), 2, Decimal("37.80"))
    assert [(one.code, one.amount) for one in line.discounts] == [("NOEL", Decimal("2.00"))]
    assert (line.shipping_price, line.tax_amount) == (Decimal("3.90"), Decimal("6.63"))
    assert (order.total, order.goods_total, order.shipping_total) == (
        Decimal("41.70"),
        Decimal("37.80"),
        Decimal("3.90"),
    )
    assert (order.discount_total, order.tax_total, order.payment_fee) == (Decimal("2.00"), Decimal("6.63"), None)


@pytest.mark.covers("amazon:proceeds.breakdowns")
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_discount_without_details_is_of_the_goods_whatever_its_sign(sign: str) -> None:
    changed = {"orderItems__0__proceeds__breakdowns": [{"type": "DISCOUNT", "subtotal": euros(f"{sign}3.00")}]}
    order = read(amazon_order(**changed))
    assert [one.amount for one in order.lines[0].discounts] == [Decimal("3.00")]
    assert order.lines[0].shipping_price is None
    fee = {"orderItems__0__proceeds__breakdowns": [{"type": "COD_FEE", "subtotal": euros("1.50")}]}
    assert read(amazon_order(**fee)).payment_fee == Decimal("1.50")


@pytest.mark.covers("amazon:v0 words", "amazon:ItemPrice")
def test_both_apis_tell_the_same_order() -> None:
    new, old = read(amazon_order()), read({**v0_order(), "OrderItems": [v0_item()]})
    assert (old.raw_status, new.raw_status) == ("Unshipped", "UNSHIPPED")
    differs = {
        name for name in new.__dataclass_fields__ if getattr(new, name) != getattr(old, name) and name != "raw_status"
    }
    assert differs == {"delivery"}  # v0's list has no delivery preferences
    assert old.delivery.service == new.delivery.service == "STANDARD"


@pytest.mark.covers("amazon:ItemPrice")
@pytest.mark.parametrize(
    ("amount", "quantity", "expected"),
    [
        ("39.80", 2, "19.90"),
        ("10.00", 1, "10.00"),
        ("5980", 1, "5980"),
        ("1.00", 8, "0.1250"),
        ("10.00", 3, None),
        ("10.00", 0, None),
        ("10.00", None, None),
        ("0.00", 2, "0.00"),
    ],
)
def test_the_price_of_one_piece(amount: str, quantity: Any, expected: str | None) -> None:
    found = piece_price({"CurrencyCode": "EUR", "Amount": amount}, quantity)
    assert found == (None if expected is None else {"amount": expected, "currencyCode": "EUR"})


@pytest.mark.covers("amazon:ItemPrice")
def test_a_price_that_does_not_divide_holds_the_order() -> None:
    raw = {**v0_order(), "OrderItems": [v0_item(), v0_item(QuantityOrdered=3, ItemPrice__Amount="10.00")]}
    assert riddles(raw) == [("lines.1.unit_price", "ambiguous")]
    assert read(raw).lines[1].unit_price is None
    assert riddles({**v0_order(), "OrderItems": [v0_item(ItemPrice=GONE)]}) == []  # pending orders have none


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Zoé Lefèvre", "Zoé", "Lefèvre"),
        ("Anna-Lena von der Heide", "Anna-Lena", "von der Heide"),
        ("王小明", None, "王小明"),
        (" X ", None, "X"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_name_is_cut_at_its_first_space(name: Any, first: str | None, last: str | None) -> None:
    order = read(amazon_order(buyer__buyerName=name))
    assert (order.buyer.first_name, order.buyer.last_name) == (first, last)


def test_where_it_goes() -> None:
    order = read(amazon_order())
    at = order.shipping_address
    assert (at.first_name, at.last_name, at.line1, at.line2) == ("Zoé", "de la Fontaine", "12bis rue de l'Église", None)
    assert (at.postal_code, at.city, at.country, at.phone) == ("69003", "Lyon", "FR", "+33 6 12 34 56 78")
    assert (order.channel.id, order.channel.name, order.reference) == (FR, "Amazon.fr", "S-1")
    assert (order.delivery.instructions, order.payment.method) == ("Porch; digicode 12", "CreditCard")
    fields = {"streetName": "Rua", "streetNumber": "1", "complement": "a", "neighborhood": "n"}
    brazil = read(amazon_order(**{f"{AT}__extendedFields": fields}))
    at = brazil.shipping_address
    assert (at.street, at.house_number, at.house_number_extension) == ("Rua", "1", "a")
    assert brazil.extra["amazon"]["neighborhood"] == "n"


def test_a_place_where_it_is_fetched() -> None:
    point = {f"{AT}__addressType": "PICKUP_POINT", f"{AT}__companyName": "Relais 7"}
    assert read(amazon_order(**point)).delivery.pickup_name == "Relais 7"
    assert read(amazon_order(**point)).delivery.method == "service_point"
    assert read(amazon_order(**{f"{AT}__addressType": "PICKUP_POINT"})).delivery.method is None
    assert read(amazon_order(programs=["IN_STORE_PICK_UP"])).delivery.method == "store"


def test_a_company_a_tax_number_and_programs() -> None:
    tax = {"taxRegistrations": [{"entityType": "MERCHANT", "taxRegistrationNumber": "1"},
                                {"entityType": "BUYER", "taxRegistrationNumber": "FR2"}]}  # fmt: skip
    order = read(amazon_order(tax=tax, programs=["AMAZON_BUSINESS"], buyer__buyerCompanyName="ACME"))
    assert (order.buyer.vat_number, order.buyer.company, order.is_business) == ("FR2", "ACME", True)
    assert (read(amazon_order()).is_business, read(amazon_order(programs=GONE)).is_business) == (False, None)
    assert read(amazon_order(proceeds=GONE)).currency == "EUR"
    assert read(amazon_order(buyer=GONE)).buyer == Buyer()


@pytest.mark.covers("amazon:cancellationRequest")
def test_a_buyers_request_to_cancel_is_a_fact_and_no_status() -> None:
    asked = {"cancellationRequest": {"requester": "BUYER", "cancelReason": "Found cheaper"}}
    order = read(amazon_order(orderItems__0__cancellation=asked))
    told = [{"line": "L1", "requester": "BUYER", "reason": "Found cheaper"}]
    assert order.extra["amazon"]["cancellation_requests"] == told
    assert (order.status, order.released, order.lines[0].status) == (OrderStatus.UNSHIPPED, True, OrderStatus.UNSHIPPED)
    old = v0_item(BuyerRequestedCancel={"IsBuyerRequestedCancel": "true", "BuyerCancelReason": "Found cheaper"})
    assert read({**v0_order(), "OrderItems": [old]}).extra["amazon"]["cancellation_requests"] == told
    not_asked = v0_item(BuyerRequestedCancel={"IsBuyerRequestedCancel": "false"})
    assert "cancellation_requests" not in read({**v0_order(), "OrderItems": [not_asked]}).extra["amazon"]


def test_an_item_that_was_canceled() -> None:
    executed = {"cancellationExecution": {"cancelledBy": "BUYER"}}
    (line,) = read(amazon_order(orderItems__0__cancellation=executed)).lines
    assert (line.status, line.canceled_quantity) == (OrderStatus.CANCELED, 2)
    order = amazon_order()
    order["orderItems"].append({**order["orderItems"][0], "orderItemId": "L2", "quantityOrdered": 0})
    assert [line.id for line in read(order).lines] == ["L1"]
    assert read(order).extra["amazon"]["canceled_lines"] == ["L2"]


@pytest.mark.parametrize(
    ("order", "shipped", "expected"),
    [
        ("UNSHIPPED", 0, OrderStatus.UNSHIPPED),
        ("PARTIALLY_SHIPPED", 0, OrderStatus.UNSHIPPED),
        ("PARTIALLY_SHIPPED", 1, OrderStatus.PARTIALLY_SHIPPED),
        ("PARTIALLY_SHIPPED", 2, OrderStatus.SHIPPED),
        ("PARTIALLY_SHIPPED", None, None),
        ("SHIPPED", None, OrderStatus.SHIPPED),
        ("PENDING", 0, OrderStatus.PENDING),
        ("CANCELLED", 0, OrderStatus.CANCELED),
        ("LOST", 0, None),
    ],
)
def test_a_line_stands_where_its_quantities_say(order: str, shipped: Any, expected: Any) -> None:
    changed = {"fulfillment__fulfillmentStatus": order, "orderItems__0__fulfillment__quantityFulfilled": shipped}
    assert read(amazon_order(**changed)).lines[0].status is expected


@pytest.mark.covers("amazon:money")
def test_every_wrong_type_is_told_at_once_by_its_canonical_name() -> None:
    wrong = amazon_order(
        orderItems__0__quantityOrdered="two",
        orderItems__0__product__price__unitPrice__amount="1,50",
        lastUpdatedTime="yesterday",
        recipient__deliveryAddress__city=["Lyon"],
    )
    with pytest.raises(Invalid) as raised:
        read(wrong)
    paths = {fault.path for fault in raised.value.fields}
    assert paths == {"lines.0.quantity", "lines.0.unit_price", "updated_at", "shipping_address.city"}
    assert "Lyon" not in raised.value.message
    with pytest.raises(Invalid, match="decimal"):
        read({**v0_order(), "OrderItems": [v0_item(ItemPrice__Amount="x")]})


# ---------------------------------------------------------------- statuses


@pytest.mark.covers("amazon:fulfillmentStatus")
@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_every_word_has_a_status_and_only_some_are_released(word: str, status: OrderStatus) -> None:
    raw = {**v0_order(OrderStatus=word), "OrderItems": [v0_item()]}
    if word.isupper():
        raw = amazon_order(fulfillment__fulfillmentStatus=word)
    if word != "InvoiceUnconfirmed":
        assert (read(raw).status, read(raw).raw_status) == (status, word)
        assert read(raw).released is (status in MOVING)


@pytest.mark.covers("amazon:fulfillmentStatus")
def test_an_unknown_word_has_none() -> None:
    order = read(amazon_order(fulfillment__fulfillmentStatus="ON_HOLD"))
    assert (order.status, order.raw_status, order.released) == (None, "ON_HOLD", False)


@pytest.mark.covers("amazon:InvoiceUnconfirmed")
@pytest.mark.parametrize(
    ("unshipped", "status", "held"),
    [
        (0, OrderStatus.SHIPPED, []),
        (2, OrderStatus.UNSHIPPED, []),
        (GONE, OrderStatus.SHIPPED, [("status", "ambiguous")]),
    ],
)
def test_an_unconfirmed_invoice_goes_by_what_is_unshipped(unshipped: Any, status: Any, held: Any) -> None:
    raw = {**v0_order(OrderStatus="InvoiceUnconfirmed", NumberOfItemsUnshipped=unshipped), "OrderItems": [v0_item()]}
    assert (read(raw).status, riddles(raw)) == (status, held)


# ---------------------------------------------------------------- personal data


@pytest.mark.covers("amazon:personal data")
@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, []),
        ({"recipient": GONE}, ["shipping_address"]),
        ({f"{AT}__name": GONE, f"{AT}__addressLine1": GONE}, ["shipping_address"]),
        ({f"{AT}__name": ""}, ["shipping_address"]),
        ({f"{AT}__name": GONE, f"{AT}__companyName": "ACME"}, []),
        ({f"{AT}__phone": GONE}, []),
        ({"buyer": GONE}, ["buyer"]),
        ({"buyer__buyerName": GONE}, []),
        ({"recipient": GONE, "buyer": GONE}, ["shipping_address", "buyer"]),
        ({"recipient": GONE, "fulfillment__fulfillmentStatus": "PARTIALLY_SHIPPED"}, ["shipping_address"]),
        ({"recipient": GONE, "buyer": GONE, "fulfillment__fulfillmentStatus": "PENDING"}, []),  # it waits
        ({"recipient": GONE, "buyer": GONE, "fulfillment__fulfillmentStatus": "SHIPPED"}, []),
    ],
)
def test_what_a_role_withholds_holds_the_order(changes: dict[str, Any], held: list[str]) -> None:
    assert [path for path, _ in riddles(amazon_order(**changes))] == held


@pytest.mark.covers("amazon:personal data")
def test_what_is_not_asked_for_is_not_missed() -> None:
    raw = amazon_order(buyer=GONE)
    assert riddles(raw, included_data=("RECIPIENT", "FULFILLMENT")) == []
    (fault,) = amazon(Partner()).riddles(raw)
    assert "role" in fault.message
    assert "refresh_token" in fault.message


@pytest.mark.covers("amazon:personal data")
def test_v0_omits_names_and_streets_silently() -> None:
    plain = v0_order(ShippingAddress__Name=GONE, ShippingAddress__AddressLine1=GONE, ShippingAddress__Phone=GONE,
                     BuyerInfo={})  # fmt: skip
    found = riddles({**plain, "OrderItems": [v0_item()]})
    assert found == [("shipping_address", "withheld"), ("buyer", "withheld")]


@pytest.mark.covers("amazon:fulfilledBy")
@pytest.mark.parametrize(("who", "held"), [("MERCHANT", []), ("AMAZON", ["lines"]), ("DRONE", ["lines"]), (GONE, [])])
def test_an_order_that_another_ships_is_held(who: Any, held: list[str]) -> None:
    assert [path for path, _ in riddles(amazon_order(fulfillment__fulfilledBy=who))] == held


# ---------------------------------------------------------------- one order


@pytest.mark.covers("amazon:GET /orders/2026-01-01/orders/{orderId}")
def test_get() -> None:
    partner = Partner().says(answered(amazon_order()), httpx.Response(404), {"orders": []}, {"order": {}})
    client = amazon(partner)
    row = client.get(ID)
    assert (row.id, row.raw) == (ID, amazon_order())
    path = f"/orders/2026-01-01/orders/{ID}?includedData=BUYER"
    assert partner.requests[0].url.raw_path.startswith(path.encode())
    assert client.get(ID) is None
    for _ in range(2):
        with pytest.raises(Unreadable):
            client.get(ID)


@pytest.mark.covers("amazon:orderId")
@pytest.mark.parametrize("order_id", ["1", "a/b?c", "", f"{ID}0", f"{ID}\n", "٣٠٢-1234567-1234567"])
def test_an_id_of_another_form_is_no_order_and_costs_no_call(order_id: str) -> None:
    for api in ("2026-01-01", "v0"):
        partner = Partner()
        assert amazon(partner, orders_api=api).get(order_id) is None
        assert not partner.requests


def test_parcels_are_known_by_their_numbers() -> None:
    client = amazon(Partner())
    assert client.parcels(amazon_order(packages=[package("6C1"), {"packageReferenceId": "2"}])) == {"6C1"}
    assert client.parcels(v0_order()) == frozenset()
    assert not client.needs_accept(read(amazon_order()))


def test_an_order_in_todays_words_is_given_back() -> None:
    raw = amazon_order()
    assert modern(raw) is raw
