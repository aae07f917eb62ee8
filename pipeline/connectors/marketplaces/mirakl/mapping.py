"""Mirakl's words to ours (contracts/marketplaces.md section 5, and what the specification says of a field). Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.marketplaces.mirakl.addresses import is_known, read_address
from pipeline.connectors.marketplaces.mirakl.schema import faults_of
from pipeline.connectors.marketplaces.mirakl.states import (
    STATUSES,
    TO_SHIP,
    canceled_pieces,
    line_status,
    lines_of,
    order_status,
    state_of,
)
from pipeline.connectors.wire import Unfit, amount, flag, maybe, moment, needed_text, record, records, text, whole
from pipeline.domain.address import Buyer
from pipeline.domain.errors import FieldError, Invalid
from pipeline.domain.order import Delivery, Line, Named, Order, OrderStatus, Payment
from pipeline.ports import Row

TAX_MODES: Final[Mapping[str, bool]] = {"TAX_INCLUDED": True, "TAX_EXCLUDED": False}
_KEPT: Final = (  # read, and not guessed at: below extra.mirakl
    "order_tax_mode", "payment_workflow", "shipping_zone_code", "shipping_carrier_code", "shipping_tracking",
    "shipping_tracking_url",
)  # fmt: skip
_FLAGS: Final = ("can_cancel", "can_shop_ship", "has_incident")


def row_of(item: Any) -> Row | None:
    """A listed order as a row, None for one without an id."""
    if not isinstance(item, Mapping):
        return None
    order_id = maybe(text, item.get("order_id"))
    if order_id is None:
        return None
    return Row(
        id=order_id,
        raw=item,
        version=maybe(moment, item.get("last_updated_date")),
        purchased_at=maybe(moment, item.get("created_date")),
    )


def read_order(raw: Mapping[str, Any], account: str) -> Order:
    """The canonical order. Raises Invalid with every wrong type at once."""
    try:
        return _order(raw, account)
    except Unfit as unfit:
        raise Invalid.of(faults_of(raw) or (FieldError("id", "form", str(unfit)),)) from None


def riddles_of(raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """What an order that is to be shipped leaves open. Earlier and later states need no answer."""
    state = state_of(raw)
    if state in STATUSES and state != TO_SHIP:
        return ()
    riddles = []
    mode = maybe(text, raw.get("order_tax_mode"))
    if mode is not None and mode not in TAX_MODES:
        words = f"order_tax_mode {mode!r} is neither TAX_INCLUDED nor TAX_EXCLUDED; set whether the prices include tax"
        riddles.append(FieldError("prices_include_tax", "vocabulary", words))
    for index, wire in enumerate(lines_of(raw)):
        pieces, quantity = canceled_pieces(wire), maybe(whole, wire.get("quantity"))
        if pieces and quantity and pieces < quantity and line_status(wire) is not OrderStatus.CANCELED:
            words = "a part of this line is canceled, and Mirakl does not say whether quantity still counts it; "
            words += "set quantity to what is to be shipped, and this to null"
            riddles.append(FieldError(f"lines.{index}.canceled_quantity", "partial", words))
    return tuple(riddles)


def _order(raw: Mapping[str, Any], account: str) -> Order:
    wires = records(raw.get("order_lines"))
    lines = tuple(_line(wire) for wire in wires)
    customer = record(raw.get("customer"))
    place = record(customer.get("shipping_address"))  # null before shipping, or before the acceptance
    shipping, billing = read_address(place), read_address(record(customer.get("billing_address")))
    raw_status = text(raw.get("order_state"))
    status = order_status(raw_status, [line.status for line in lines])
    channel, references = record(raw.get("channel")), record(raw.get("references"))
    with_tax = TAX_MODES.get(text(raw.get("order_tax_mode")) or "")
    tax_total = _taxes(
        [tax for wire in wires for name in ("taxes", "shipping_taxes") for tax in records(wire.get(name))]
    )
    pickup_id, asked_for = text(raw.get("shipping_pudo_id")), text(raw.get("shipping_type_code"))
    return Order(
        id=needed_text(raw.get("order_id")),
        reference=text(references.get("order_reference_for_customer")),
        basket_id=text(raw.get("commercial_id")),
        status=status,
        raw_status=raw_status,
        released=_is_released(raw_status, status, has_address=is_known(shipping)),
        purchased_at=moment(raw.get("created_date")),
        updated_at=moment(raw.get("last_updated_date")),
        ship_by=moment(raw.get("shipping_deadline")),  # no field tells until when to accept: accept_by stays unknown
        channel=Named(id=text(channel.get("code")), name=text(channel.get("label")) or account),
        buyer=Buyer(
            id=text(customer.get("customer_id")),
            first_name=text(customer.get("firstname")),
            last_name=text(customer.get("lastname")),
            company=billing.company,
            email=text(raw.get("customer_notification_email")),
            phone=shipping.phone or billing.phone,
        ),
        shipping_address=shipping,
        billing_address=billing,
        currency=_upper(raw.get("currency_iso_code")),
        total=_total(amount(raw.get("total_price")), tax_total, with_tax=with_tax),
        goods_total=amount(raw.get("price")),
        shipping_total=amount(raw.get("shipping_price")),
        tax_total=tax_total,
        prices_include_tax=with_tax,
        lines=lines,
        delivery=Delivery(
            method="service_point" if pickup_id else None,
            # what the buyer asked for; shipping_carrier_code is also what our own tracking sets
            carrier=asked_for,
            service=asked_for,
            instructions=text(place.get("additional_info")),
            pickup_id=pickup_id,
        ),
        payment=Payment(method=text(raw.get("payment_type")), paid_at=moment(raw.get("customer_debited_date"))),
        extra={"mirakl": _extra(raw, wires)},
    )


def _line(wire: Mapping[str, Any]) -> Line:
    taxes = records(wire.get("taxes"))
    rates = {rate for tax in taxes if (rate := amount(tax.get("rate"))) is not None}
    quantity, unit_price = whole(wire.get("quantity")), amount(wire.get("price_unit"))
    price = amount(wire.get("price"))
    if price is None and quantity is not None and unit_price is not None:
        price = quantity * unit_price
    records(wire.get("cancelations")), records(wire.get("refunds"))  # read tolerantly below; of a wrong type, Invalid
    status = line_status(wire)
    return Line(
        id=text(wire.get("order_line_id")),
        product_id=text(wire.get("product_sku")),
        sku=text(wire.get("offer_sku")),
        title=text(wire.get("product_title")),
        quantity=quantity,
        unit_price=unit_price,
        shipping_price=amount(wire.get("shipping_price")),
        tax_rate=rates.pop() if len(rates) == 1 else None,
        tax_amount=_taxes(taxes),
        total=price,
        commission_with_tax=amount(wire.get("total_commission")),
        commission_without_tax=amount(wire.get("commission_fee")),
        status=status,
        raw_status=text(wire.get("order_line_state")),
        category=text(wire.get("category_code")),
        shipped_quantity=quantity if status is OrderStatus.SHIPPED else None,
        canceled_quantity=quantity if status is OrderStatus.CANCELED else canceled_pieces(wire),
    )


def _is_released(raw_status: str | None, status: OrderStatus | None, *, has_address: bool) -> bool:
    """At SHIPPING with an address; what left already is not waited for."""
    return has_address if raw_status == TO_SHIP else status is OrderStatus.SHIPPED


def _total(total: Decimal | None, tax: Decimal | None, *, with_tax: bool | None) -> Decimal | None:
    """What the buyer pays. Under TAX_EXCLUDED the price fields are "expressed without tax (taxes should be added to
    these prices in order to get the full amount)" (Mirakl's OpenAPI, OR11, order_tax_mode).
    """
    return total + tax if total is not None and tax is not None and with_tax is False else total


def _taxes(taxes: Sequence[Mapping[str, Any]]) -> Decimal | None:
    """Unknown where there is none, or as soon as one is unknown."""
    amounts = [amount(tax.get("amount")) for tax in taxes]
    known = [one for one in amounts if one is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None


def _extra(raw: Mapping[str, Any], wires: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    center = record(record(raw.get("fulfillment")).get("center"))
    found: dict[str, Any] = {name: text(raw.get(name)) for name in _KEPT}
    found |= {name: flag(raw.get(name)) for name in _FLAGS}
    found["seller_reference"] = text(record(raw.get("references")).get("order_reference_for_seller"))
    found["fulfillment_center"] = text(center.get("code"))
    found["total_commission"] = amount(raw.get("total_commission"))
    found["lines"] = [{"offer_id": text(wire.get("offer_id"))} for wire in wires if wire.get("offer_id")]
    return {name: value for name, value in found.items() if value not in (None, [])}


def _upper(value: Any) -> str | None:
    found = text(value)
    return found.upper() if found else None
