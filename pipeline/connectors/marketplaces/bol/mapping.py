"""bol's words to ours (contracts/marketplaces.md section 8). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.marketplaces.bol.schema import at, day, faults_of
from pipeline.connectors.marketplaces.bol.states import (
    is_contradictory,
    item_status,
    items_of,
    order_status,
    order_word,
    word_of,
)
from pipeline.connectors.wire import Unfit, amount, flag, maybe, needed_text, record, records, text, whole
from pipeline.domain.address import Address, Buyer
from pipeline.domain.errors import FieldError, Invalid
from pipeline.domain.order import Amount, Delivery, Line, Named, Order, OrderStatus
from pipeline.ports import Row

OURS: Final = "FBR"  # fulfilled by the retailer; FBB is shipped by bol
CURRENCY: Final = "EUR"  # "numbers decimal EUR incl. VAT"
UNREAD: Final = "unread"  # beside the id, in place of an order that could not be read: why
_MOVING: Final = (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED)


def row_of(item: Any) -> Row | None:
    """An order as a row, None for one without an id."""
    if not isinstance(item, Mapping) or (order_id := maybe(text, item.get("orderId"))) is None:
        return None
    return Row(id=order_id, raw=item, version=changed_at(item), purchased_at=maybe(at, item.get("orderPlacedDateTime")))


def changed_at(raw: Mapping[str, Any]) -> datetime | None:
    """The last change of any of its items."""
    times = [maybe(at, item.get("latestChangedDateTime")) for item in items_of(raw)]
    return max((found for found in times if found), default=None)


def with_words(raw: Mapping[str, Any], words: Mapping[str, str]) -> Mapping[str, Any]:
    """The order with the list's fulfilment status of each item, which its details do not have."""
    items = [
        {**item, "fulfilmentStatus": word} if (word := words.get(maybe(text, item.get("orderItemId")) or "")) else item
        for item in items_of(raw)
    ]
    return {**raw, "orderItems": items} if words and items else raw


def read_order(raw: Mapping[str, Any], account: str) -> Order:
    """The canonical order. Raises Invalid with every wrong type at once."""
    try:
        return _order(raw, account)
    except Unfit as unfit:
        raise Invalid.of(faults_of(raw) or (FieldError("id", "form", str(unfit)),)) from None


def riddles_of(raw: Mapping[str, Any], method: str) -> tuple[FieldError, ...]:
    """What must not be guessed when it is pushed. `method`: which fulfilment the account asks for."""
    if UNREAD in raw:
        words = f"bol lists this order, but it can't be read ({raw[UNREAD]}); polls ask again for a while, or `pull` it"
        return (FieldError("lines", "unread", words),)
    riddles = []
    for index, item in enumerate(items_of(raw)):
        if is_contradictory(item):
            words = "bol calls it HANDLED, and nothing of it was shipped, nor all of it cancelled: look at bol"
            riddles.append(FieldError(f"lines.{index}.status", "ambiguous", words))
    methods = {maybe(text, (maybe(record, item.get("fulfilment")) or {}).get("method")) for item in items_of(raw)}
    strange = sorted(word for word in methods if word not in (None, OURS))
    if strange and method == OURS:
        words = f"items of fulfilment {', '.join(strange)} are among them; only {OURS} is shipped by us"
        riddles.append(FieldError("lines", "ambiguous", words))
    return tuple(riddles)


def _order(raw: Mapping[str, Any], account: str) -> Order:
    items = records(raw.get("orderItems"))
    lines = tuple(_line(item) for item in items)
    terms = [record(item.get("fulfilment")) for item in items]
    shipment, bill = record(raw.get("shipmentDetails")), record(raw.get("billingDetails"))
    shipping, billing = _address(shipment), _address(bill)
    status = order_status([line.status for line in lines])
    exact, latest, expiry = (
        [found for term in terms if (found := day(term.get(name)))]
        for name in ("exactDeliveryDate", "latestDeliveryDate", "expiryDate")
    )
    vat, kvk = text(bill.get("vatNumber")), text(bill.get("kvkNumber"))
    pickup = text(shipment.get("pickupPointName"))
    asked = [text(item.get("orderItemId")) for item in items if flag(item.get("cancellationRequest"))]
    extra = {
        "cancellation_requested": bool(asked),  # the buyer asks: a fact, and no cancellation
        "cancellation_requested_items": [line_id for line_id in asked if line_id],
        "shipping_salutation": text(shipment.get("salutation")),
        "billing_salutation": text(bill.get("salutation")),
        "language": text(shipment.get("language")),
        "kvk_number": kvk,
        "lines": [_extra(item) for item in items],
    }
    return Order(
        id=needed_text(raw.get("orderId")),
        reference=text(bill.get("orderReference")),
        status=status,
        raw_status=order_word([line.raw_status or "" for line in lines]),
        released=status in _MOVING,  # bol shows no order before it may be shipped
        purchased_at=at(raw.get("orderPlacedDateTime")),
        updated_at=changed_at(raw),
        ship_by=min((ends for _, ends in expiry), default=None),
        deliver_after=min((begins for begins, _ in exact), default=None),
        deliver_by=max((ends for _, ends in (*latest, *exact)), default=None),
        channel=Named(id="bol", name=account),
        is_business=True if vat or kvk else None,
        buyer=Buyer(
            first_name=billing.first_name or shipping.first_name,
            last_name=billing.last_name or shipping.last_name,
            company=billing.company or shipping.company,
            email=shipping.email or billing.email,  # scrambled
            phone=shipping.phone,
            vat_number=vat,
        ),
        shipping_address=shipping,
        billing_address=billing,
        currency=CURRENCY,
        total=_sum(line.total for line in lines),
        goods_total=_sum(line.total for line in lines),
        prices_include_tax=True,
        lines=lines,
        delivery=Delivery(
            method="service_point" if pickup else None,
            service=next((word for term in terms if (word := text(term.get("timeFrameType")))), None),
            pickup_name=pickup,
        ),
        extra={"bol": {name: value for name, value in extra.items() if value}},
    )


def _line(item: Mapping[str, Any]) -> Line:
    offer, product = record(item.get("offer")), record(item.get("product"))
    quantity, unit_price = whole(item.get("quantity")), amount(item.get("unitPrice"))
    full = quantity * unit_price if quantity is not None and unit_price is not None else None
    total, discounts = amount(item.get("totalPrice")), tuple[Amount, ...]()
    if records(item.get("discounts")):  # their shape is not documented: what they take off is the difference
        if full is not None and total is not None and full > total:
            discounts = (Amount(code="bol", amount=full - total),)
    elif total is None:
        total = full
    return Line(
        id=text(item.get("orderItemId")),
        product_id=text(product.get("ean")),
        sku=text(offer.get("reference")),
        gtin=text(product.get("ean")),
        title=text(product.get("title")),
        quantity=quantity,
        unit_price=unit_price,
        discounts=discounts,
        total=total,
        commission_with_tax=amount(item.get("commission")),
        status=item_status(item),
        raw_status=word_of(item),
        shipped_quantity=whole(item.get("quantityShipped")) or None,
        canceled_quantity=whole(item.get("quantityCancelled")) or None,
    )


def _address(wire: Mapping[str, Any]) -> Address:
    get = wire.get
    country = text(get("countryCode"))
    return Address(
        first_name=text(get("firstName")),
        last_name=text(get("surname")),
        company=text(get("company")),
        line2=text(get("extraAddressInformation")),
        street=text(get("streetName")),
        house_number=text(get("houseNumber")),
        house_number_extension=text(get("houseNumberExtension")),
        postal_code=text(get("zipCode")),
        city=text(get("city")),
        country=country.upper() if country else None,
        phone=text(get("deliveryPhoneNumber")),
        email=text(get("email")),
    )


def _extra(item: Mapping[str, Any]) -> dict[str, Any]:
    terms, offer = record(item.get("fulfilment")), record(item.get("offer"))
    found = {
        "offer_id": text(offer.get("offerId")),
        "method": text(terms.get("method")),
        "distribution_party": text(terms.get("distributionParty")),
        "cancellation_requested": flag(item.get("cancellationRequest")),
        "additional_services": records(item.get("additionalServices")),
    }
    return {name: value for name, value in found.items() if value}


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Unknown as soon as one is unknown."""
    known: Sequence[Decimal | None] = list(amounts)
    return None if not known or None in known else sum((found for found in known if found is not None), Decimal())
