"""Amazon's words to ours, of both APIs. Pure. Sources: orders_2026-01-01.json, ordersV0.json (by `v0.modern`)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.marketplaces.amazon.extras import extra_of
from pipeline.connectors.marketplaces.amazon.places import address_of, delivery_of, split_name
from pipeline.connectors.marketplaces.amazon.schema import faults_of
from pipeline.connectors.marketplaces.amazon.statuses import MOVING, THEIRS, fulfilled_by, status_of, word_of
from pipeline.connectors.marketplaces.amazon.v0 import modern
from pipeline.connectors.wire import Unfit, amount, maybe, moment, needed_text, record, records, text, whole
from pipeline.domain.address import Buyer
from pipeline.domain.errors import FieldError, Invalid
from pipeline.domain.order import Amount, Gift, Line, Named, Order, OrderStatus, Payment
from pipeline.ports import Row

BUSINESS: Final = "AMAZON_BUSINESS"
ORDER_ID: Final = re.compile(r"\d{3}-\d{7}-\d{7}", re.ASCII)  # "An Amazon-defined order identifier, in 3-7-7 format"


def row_of(item: Any) -> Row | None:
    """A listed order as a row, None for one without an id. v0 lists orders without their items."""
    if not isinstance(item, Mapping):
        return None
    raw = modern(item)
    order_id = maybe(text, raw.get("orderId"))
    if order_id is None:
        return None
    return Row(
        id=order_id,
        raw=item,
        version=maybe(moment, raw.get("lastUpdatedTime")),
        purchased_at=maybe(moment, raw.get("createdTime")),
        whole="orderItems" in raw,
    )


def is_ours(raw: Mapping[str, Any]) -> bool:
    """False where Amazon ships it (FBA)."""
    return fulfilled_by(modern(raw)) != THEIRS


def is_order_id(word: str) -> bool:
    """Whether it can be an order's id at Amazon. It answers 400 to others, and by v0, where a restricted token is for
    paths of this form, 403.
    """
    return ORDER_ID.fullmatch(word) is not None


def read_order(raw: Mapping[str, Any], account: str) -> Order:
    """The canonical order. Raises Invalid with every wrong type at once."""
    wire = modern(raw)
    try:
        return _order(wire, account)
    except Unfit as unfit:
        raise Invalid.of(faults_of(wire) or (FieldError("id", "form", str(unfit)),)) from None


def items_of(raw: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The items that are (still) ordered: one of quantity 0 has nothing to be shipped."""
    return [wire for wire in records(raw.get("orderItems")) if whole(wire.get("quantityOrdered")) != 0]


def _order(raw: Mapping[str, Any], account: str) -> Order:
    status = status_of(raw)
    lines = tuple(_line(wire, status) for wire in items_of(raw))
    channel, terms = record(raw.get("salesChannel")), record(raw.get("fulfillment"))
    ship, deliver = record(terms.get("shipByWindow")), record(terms.get("deliverByWindow"))
    proceeds = record(raw.get("proceeds"))
    total = record(proceeds.get("grandTotal"))
    at = record(record(raw.get("recipient")).get("deliveryAddress"))
    programs = raw.get("programs")
    paid = records(record(raw.get("payment")).get("paymentExecutions"))
    return Order(
        id=needed_text(raw.get("orderId")),
        reference=_alias(raw),
        status=status,
        raw_status=word_of(raw),
        released=status in MOVING,
        purchased_at=moment(raw.get("createdTime")),
        updated_at=moment(raw.get("lastUpdatedTime")),
        ship_after=moment(ship.get("earliestDateTime")),
        ship_by=moment(ship.get("latestDateTime")),
        deliver_after=moment(deliver.get("earliestDateTime")),
        deliver_by=moment(deliver.get("latestDateTime")),
        channel=Named(id=text(channel.get("marketplaceId")), name=text(channel.get("marketplaceName")) or account),
        is_business=BUSINESS in programs if isinstance(programs, list) else None,
        buyer=_buyer(raw),
        shipping_address=address_of(at),
        currency=text(total.get("currencyCode")) or _currency(raw),
        total=amount(total.get("amount")),
        goods_total=_sum([line.total for line in lines]),
        shipping_total=_sum([line.shipping_price for line in lines]),
        discount_total=_some(one.amount for line in lines for one in line.discounts),
        tax_total=_some(line.tax_amount for line in lines),
        payment_fee=_some(_of(wire, "COD_FEE") for wire in items_of(raw)),
        lines=lines,
        delivery=delivery_of(raw, at),
        payment=Payment(method=_only(text(one.get("paymentMethod")) for one in paid)),
        gift=Gift(message=_only(_greeting(wire) for wire in items_of(raw))),
        extra={"amazon": found} if (found := extra_of(raw)) else {},
    )


def _line(wire: Mapping[str, Any], order: OrderStatus | None) -> Line:
    product, done = record(wire.get("product")), record(wire.get("fulfillment"))
    quantity, shipped = whole(wire.get("quantityOrdered")), whole(done.get("quantityFulfilled"))
    unit_price = amount(record(record(product.get("price")).get("unitPrice")).get("amount"))
    goods, shipping, off = _of(wire, "ITEM"), _of(wire, "SHIPPING"), _discount(wire, "ITEM")
    if shipping is None and _adds_up(wire):
        shipping = Decimal(0)  # what the breakdown leaves out took nothing, for the rest is the whole
    canceled = bool(record(record(wire.get("cancellation")).get("cancellationExecution")))
    if unit_price is not None and quantity is not None:
        goods = quantity * unit_price
    return Line(
        id=text(wire.get("orderItemId")),
        product_id=text(product.get("asin")),
        sku=text(product.get("sellerSku")),
        title=text(product.get("title")),
        quantity=quantity,
        unit_price=unit_price,
        shipping_price=None if shipping is None else shipping - (_discount(wire, "SHIPPING") or 0),
        discounts=(Amount(code=_promotion(wire), amount=off),) if off else (),
        tax_amount=_of(wire, "TAX"),
        total=None if goods is None else goods - (off or 0),
        status=_line_status(order, quantity, shipped, canceled=canceled),
        shipped_quantity=shipped,
        canceled_quantity=quantity - (shipped or 0) if canceled and quantity is not None else None,
    )


def _line_status(
    order: OrderStatus | None, quantity: int | None, shipped: int | None, *, canceled: bool
) -> OrderStatus | None:
    """An item has no word of its own: its quantities tell."""
    if canceled or order is OrderStatus.CANCELED:
        return OrderStatus.CANCELED
    if order not in MOVING or quantity is None or shipped is None:
        return order if order is not OrderStatus.PARTIALLY_SHIPPED else None
    if shipped >= quantity:
        return OrderStatus.SHIPPED
    return OrderStatus.PARTIALLY_SHIPPED if shipped > 0 else OrderStatus.UNSHIPPED


def _buyer(raw: Mapping[str, Any]) -> Buyer:
    wire = record(raw.get("buyer"))
    first, last = split_name(text(wire.get("buyerName")))
    registered = records(record(raw.get("tax")).get("taxRegistrations"))
    numbers = [text(one.get("taxRegistrationNumber")) for one in registered if one.get("entityType") == "BUYER"]
    return Buyer(
        first_name=first,
        last_name=last,
        company=text(wire.get("buyerCompanyName")),
        email=text(wire.get("buyerEmail")),
        vat_number=next((number for number in numbers if number), None),
    )


def _alias(raw: Mapping[str, Any]) -> str | None:
    aliases = records(raw.get("orderAliases"))
    return next((text(one.get("aliasId")) for one in aliases if one.get("aliasType") == "SELLER_ORDER_ID"), None)


def _currency(raw: Mapping[str, Any]) -> str | None:
    """Of the prices, where the order tells no total."""
    prices = [record(record(record(wire.get("product")).get("price")).get("unitPrice")) for wire in items_of(raw)]
    return _only(text(price.get("currencyCode")) for price in prices)


def _promotion(wire: Mapping[str, Any]) -> str | None:
    """A discount's code, where it can only be one."""
    return _only(text(one.get("promotionId")) for one in records(record(wire.get("promotion")).get("breakdowns")))


def _greeting(wire: Mapping[str, Any]) -> str | None:
    packing = record(record(wire.get("fulfillment")).get("packing"))
    return text(record(packing.get("giftOption")).get("giftMessage"))


def _breakdowns(wire: Mapping[str, Any], kind: str) -> Sequence[Mapping[str, Any]]:
    return [one for one in records(record(wire.get("proceeds")).get("breakdowns")) if one.get("type") == kind]


def _of(wire: Mapping[str, Any], kind: str) -> Decimal | None:
    """An item's proceeds of one category, for its whole quantity."""
    return _some(amount(record(one.get("subtotal")).get("amount")) for one in _breakdowns(wire, kind))


def _discount(wire: Mapping[str, Any], kind: str) -> Decimal | None:
    """What was taken off the goods, or the shipping; off the goods where Amazon does not tell. As a positive amount:
    the specification does not say which sign it has.
    """
    found: list[Decimal | None] = []
    for one in _breakdowns(wire, "DISCOUNT"):
        parts = records(one.get("detailedBreakdowns"))
        told = [(part.get("subtype"), amount(record(part.get("value")).get("amount"))) for part in parts]
        told = told or [("ITEM", amount(record(one.get("subtotal")).get("amount")))]
        found += [abs(value) for subtype, value in told if value is not None and subtype == kind]
    return _some(found)


def _adds_up(wire: Mapping[str, Any]) -> bool:
    """Whether the categories that are told are all there is, as in each of Amazon's own examples."""
    proceeds = record(wire.get("proceeds"))
    whole_of_it = amount(record(proceeds.get("proceedsTotal")).get("amount"))
    parts = [amount(record(one.get("subtotal")).get("amount")) for one in records(proceeds.get("breakdowns"))]
    return bool(parts) and whole_of_it is not None and whole_of_it == _some(parts)


def _only(words: Iterable[str | None]) -> str | None:
    """The one that all who have one have; several different ones are below `extra`, if anywhere."""
    found = {word for word in words if word}
    return found.pop() if len(found) == 1 else None


def _some(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Of those that are known."""
    known = [found for found in amounts if found is not None]
    return sum(known, Decimal(0)) if known else None


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Unknown as soon as one is unknown."""
    return None if None in amounts else _some(amounts)
