"""Octopia's words to ours, value for value (contracts/oms.md section 6.2a). Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.marketplaces.octopia.schema import camel, faults_of
from pipeline.connectors.wire import Unfit, amount, flag, maybe, moment, needed_text, record, records, text, whole
from pipeline.domain.address import Address, Buyer
from pipeline.domain.errors import FieldError, Invalid
from pipeline.domain.order import Delivery, Line, Named, Order, OrderStatus, Payment
from pipeline.ports import Row

OURS: Final = "Seller"  # the supply mode we ship; Fulfillment and Xdock are shipped by Octopia
STATUSES: Final[Mapping[str, OrderStatus]] = {  # contracts/marketplaces.md section 3
    "Processing": OrderStatus.PENDING,
    "WaitingAcceptance": OrderStatus.PENDING,
    "Accepted": OrderStatus.PENDING,
    "InPreparation": OrderStatus.UNSHIPPED,
    "Shipped": OrderStatus.SHIPPED,
    "Delivered": OrderStatus.SHIPPED,
    "Refused": OrderStatus.CANCELED,
    "Rejected": OrderStatus.CANCELED,
    "Cancelled": OrderStatus.CANCELED,
}
_MOVING: Final = (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED)


def row_of(item: Any, zone: tzinfo) -> Row | None:
    """A listed order as a row, None for one without an id."""
    if not isinstance(item, Mapping):
        return None
    raw = camel(item)
    order_id = maybe(text, raw.get("orderId"))
    if order_id is None:
        return None
    return Row(
        id=order_id,
        raw=item,
        version=maybe(lambda value: moment(value, zone), raw.get("updatedAt")),
        purchased_at=maybe(lambda value: moment(value, zone), raw.get("purchasedAt") or raw.get("createdAt")),
    )


def is_ours(raw: Mapping[str, Any]) -> bool:
    """False where every line says that somebody else ships it."""
    modes = [maybe(text, (maybe(record, line.get("offer")) or {}).get("supplyMode")) for line in lines_of(raw)]
    return not modes or any(mode in (None, OURS) for mode in modes)


def lines_of(raw: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The lines of an order that nobody has checked yet."""
    return maybe(records, camel(raw).get("lines")) or ()


def read_order(raw: Mapping[str, Any], zone: tzinfo, account: str) -> Order:
    """The canonical order. Raises Invalid with every wrong type at once. Where lines differ the first one speaks."""
    wire = camel(raw)
    try:
        return _order(wire, zone, account)
    except Unfit as unfit:
        raise Invalid.of(faults_of(wire) or (FieldError("id", "form", str(unfit)),)) from None


def riddles_of(raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """What an order that is pushed has one of, and this one has not (contracts/oms.md section 6.2a: held)."""
    wires = lines_of(raw)
    places = {_whereabouts(_place(record(wire.get("shippingAddress")))) for wire in wires}
    modes = {mode for wire in wires if (mode := text(record(wire.get("delivery")).get("mode")))}
    strange = sorted({text(record(wire.get("offer")).get("supplyMode")) or OURS for wire in wires} - {OURS})
    riddles = []
    if len([place for place in places if any(place)]) > 1:
        words = "the lines go to different addresses, and an order is sent to one; split it at the marketplace"
        riddles.append(FieldError("shipping_address", "ambiguous", words))
    if len(modes) > 1:
        words = f"the lines ask for different delivery modes ({', '.join(sorted(modes))}), and an order has one"
        riddles.append(FieldError("delivery.service", "ambiguous", words))
    if strange:
        words = f"lines of supply mode {', '.join(strange)} are among them; only {OURS} is shipped by us"
        riddles.append(FieldError("lines", "ambiguous", words))
    return tuple(riddles)


def _order(raw: Mapping[str, Any], zone: tzinfo, account: str) -> Order:
    wires = records(raw.get("lines"))
    seller = text(record(raw.get("seller")).get("id"))
    lines = tuple(_line(wire, seller) for wire in wires)
    places = [_place(record(wire.get("shippingAddress"))) for wire in wires]
    terms = [_terms(record(wire.get("delivery")), zone) for wire in wires]
    there = next((place for place in places if any(_whereabouts(place))), _NOWHERE)
    mode = next((mode for mode, _, _, _ in terms if mode), None)
    billing, billing_civility = _address(record(raw.get("billingAddress")))
    shipping, shipping_civility, pickup_id, pickup_name = there
    channel = record(raw.get("salesChannel"))
    total = record(raw.get("totalPrice"))
    created = moment(raw.get("createdAt"), zone)
    raw_status = text(raw.get("status"))
    status = _status(raw_status, lines)
    fees = [amount(fee.get("amount")) for fee in records(raw.get("serviceFees"))]
    extra = {
        "created_at": created,
        "offer_total": amount(total.get("offerPrice")),
        "billing_civility": billing_civility,
        "shipping_civility": shipping_civility,
        "lines": [_extra(record(wire.get("offer"))) for wire in wires],
    }
    return Order(
        id=needed_text(raw.get("orderId")),
        reference=text(raw.get("reference")),
        status=status,
        raw_status=raw_status,
        released=status in _MOVING,
        purchased_at=moment(raw.get("purchasedAt"), zone) or created,
        updated_at=moment(raw.get("updatedAt"), zone),
        ship_by=moment(raw.get("shippedAtMax"), zone) or _first(by for _, _, _, by in terms),
        deliver_after=_first(after for _, after, _, _ in terms),
        deliver_by=max((by for _, _, by, _ in terms if by), default=None),
        channel=Named(id=text(channel.get("id")), name=text(channel.get("name")) or account),  # 6.2a
        is_business=flag(raw.get("businessOrder")),
        buyer=Buyer(
            id=text(record(raw.get("customer")).get("reference")),
            first_name=billing.first_name,
            last_name=billing.last_name,
            company=billing.company,
            email=shipping.email,
            phone=shipping.phone,
        ),
        shipping_address=shipping,
        billing_address=billing,
        currency=_upper(raw.get("currencyCode")),
        total=amount(total.get("sellingPrice")),
        goods_total=_sum([line.total for line in lines]),
        shipping_total=_sum([line.shipping_price for line in lines]),
        tax_total=_sum([line.tax_amount for line in lines]),
        payment_fee=_sum(fees),
        lines=lines,
        delivery=Delivery(
            method="service_point" if pickup_id else None,
            carrier=mode,  # what the buyer asked for is all that is known of the carrier (6.2a)
            service=mode,
            pickup_id=pickup_id,
            pickup_name=pickup_name,
        ),
        payment=Payment(method=text(record(raw.get("payment")).get("method"))),
        extra={"octopia": {name: value for name, value in extra.items() if value}},
    )


def _line(wire: Mapping[str, Any], seller: str | None) -> Line:
    offer = record(wire.get("offer"))
    price = record(wire.get("sellingPrice"))
    commission = record(record(wire.get("offerPrice")).get("commission"))
    taxes = [(amount(tax.get("amount")), amount(tax.get("rate"))) for tax in records(price.get("taxes"))]
    rates = {rate for _, rate in taxes if rate is not None}
    quantity = whole(wire.get("quantity"))
    unit_price = amount(price.get("unitSalesPrice"))
    raw_status = text(wire.get("status"))
    status = STATUSES.get(raw_status or "")
    return Line(
        id=text(wire.get("orderLineId")),
        product_id=text(offer.get("productId")),
        sku=text(offer.get("sellerProductId")),
        gtin=text(offer.get("productGtin")),
        title=text(offer.get("productTitle")),
        quantity=quantity,
        unit_price=unit_price,
        shipping_price=amount(price.get("shippingCost")),
        tax_rate=rates.pop() if len(rates) == 1 else None,
        tax_amount=_sum([tax for tax, _ in taxes]),
        total=None if quantity is None or unit_price is None else quantity * unit_price,
        commission_with_tax=amount(commission.get("amountWithTax")),
        commission_without_tax=amount(commission.get("amountWithoutTax")),
        status=status,
        raw_status=raw_status,
        seller_id=seller,
        shipped_quantity=quantity if status is OrderStatus.SHIPPED else None,
        canceled_quantity=quantity if status is OrderStatus.CANCELED else None,
    )


_Place = tuple[Address, str | None, str | None, str | None]  # with civility, pickup id and name
_NOWHERE: Final[_Place] = (Address(), None, None, None)
_Terms = tuple[str | None, datetime | None, datetime | None, datetime | None]  # mode, promised from and to, ship by


def _place(wire: Mapping[str, Any]) -> _Place:
    address, civility = _address(wire)
    return address, civility, text(wire.get("pickupId")), text(wire.get("pickupName"))


def _address(wire: Mapping[str, Any]) -> tuple[Address, str | None]:
    get = wire.get
    address = Address(
        first_name=text(get("firstName")),
        last_name=text(get("lastName")),
        company=text(get("companyName")),
        line1=text(get("addressLine1")),
        line2=text(get("addressLine2")),
        line3=text(get("addressLine3")),
        postal_code=text(get("postalCode")),
        city=text(get("city")),
        state=text(get("stateOrRegion")),
        country=_upper(get("countryCode")),
        phone=text(get("phone")),
        email=text(get("email")),
    )
    return address, text(get("civility"))


def _terms(wire: Mapping[str, Any], zone: tzinfo) -> _Terms:
    return (
        text(wire.get("mode")),
        moment(wire.get("promisedAtMin"), zone),
        moment(wire.get("promisedAtMax"), zone),
        moment(wire.get("shippedAtMax"), zone),
    )


def _whereabouts(place: _Place) -> tuple[object, ...]:
    """What makes a place another one: a different phone or e-mail does not."""
    at, _, pickup_id, _ = place
    name = (at.first_name, at.last_name, at.company)
    return (*name, at.line1, at.line2, at.line3, at.postal_code, at.city, at.country, pickup_id)


def _status(raw_status: str | None, lines: Sequence[Line]) -> OrderStatus | None:
    """The order's word by the table; partly shipped where its lines say so."""
    status = STATUSES.get(raw_status or "")
    if status in (OrderStatus.UNSHIPPED, OrderStatus.SHIPPED):
        stand = {line.status for line in lines}
        if OrderStatus.UNSHIPPED in stand and OrderStatus.SHIPPED in stand:
            return OrderStatus.PARTIALLY_SHIPPED
    return status


def _extra(offer: Mapping[str, Any]) -> dict[str, str]:
    found = {"offer_id": text(offer.get("id")), "condition": text(offer.get("condition"))}
    return {name: value for name, value in {**found, "supply_mode": text(offer.get("supplyMode"))}.items() if value}


def _upper(value: Any) -> str | None:
    found = text(value)
    return found.upper() if found else None


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Unknown as soon as one is unknown."""
    known = [found for found in amounts if found is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None


def _first(times: Any) -> datetime | None:
    return min((at for at in times if at), default=None)
