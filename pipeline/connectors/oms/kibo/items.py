"""Order lines as Kibo's orderItems, and what of them must not be guessed. Pure."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Any, Final

from pipeline.connectors.oms.kibo.extras import PRODUCT, SPECIFICS, Extras
from pipeline.connectors.wire import EMPTY
from pipeline.domain.errors import FieldError
from pipeline.domain.order import Line, Order, OrderStatus

CENTS: Final = 2
Sent = Sequence[tuple[int, Line]]  # the lines to send, each with its index in the order


def sent_lines(order: Order) -> list[tuple[int, Line]]:
    """What is to be shipped: lines that are canceled are left out, but of an order that is canceled as a whole."""
    everything = order.status is OrderStatus.CANCELED
    return [(n, line) for n, line in enumerate(order.lines) if everything or line.status is not OrderStatus.CANCELED]


def items_of(order: Order, lines: Sent, extras: Extras) -> list[dict[str, Any]]:
    """`orderItems`. Kibo has no shipping cost of an order: one that no line has stands at the first."""
    forced = bool(extras.order.get("forceItemTaxOverride"))
    whole = _is_whole(order, lines)
    items = []
    for place, (n, line) in enumerate(lines):
        extra = extras.items.get(n, EMPTY)
        product = {
            "partNumber": line.sku,
            "name": line.title,
            "retailPrice": line.unit_price,
            "UPC": line.gtin,
            "SKU": line.sku,
            **{name: value for name, value in extra.items() if name in PRODUCT},
        }
        specifics = {
            "externalItemID": line.id,
            "actualPrice": price_of(line),
            "quantity": line.quantity,
            "shipping": order.shipping_total if whole and place == 0 else line.shipping_price,
            "itemTaxOverride": _tax(order, line, forced=forced),
            **{name: value for name, value in extra.items() if name in SPECIFICS},
        }
        items.append({"product": present(product), "itemSpecifics": present(specifics)})
    return items


def price_of(line: Line) -> Decimal | None:
    """Per piece, after the line's discounts; unrounded, and None where that has no end."""
    discount = _total(amount.amount for amount in line.discounts)
    if line.unit_price is None or not discount:
        return line.unit_price
    if not line.quantity or line.quantity < 1:
        return None  # the quantity is told as a fault
    with localcontext() as context:
        context.prec = 60
        paid = line.quantity * line.unit_price - discount
        price = paid / line.quantity
        places = max(CENTS, _places(line.unit_price), _places(discount))
        cut = price.quantize(Decimal(1).scaleb(-places))
    return cut if cut * line.quantity == paid else None


def riddles_of(order: Order, lines: Sent, extras: Extras) -> tuple[FieldError, ...]:
    """What a person has to say about the lines."""
    riddles = []
    for n, line in lines:
        if line.canceled_quantity and line.status is not OrderStatus.CANCELED:
            words = "a part of this line is canceled; set quantity to what Kibo is to ship, and this to null"
            riddles.append(FieldError(f"lines.{n}.canceled_quantity", "partial", words))
        if line.quantity and line.quantity > 0 and line.unit_price is not None and price_of(line) is None:
            words = "Kibo takes a price per piece, and these discounts can't be divided among the pieces exactly"
            riddles.append(FieldError(f"lines.{n}.discounts", "division", words))
    told = [line.shipping_price for _, line in lines if line.shipping_price is not None]
    complete = order.shipping_total is not None and len(lines) == len(order.lines) and not _is_whole(order, lines)
    if told and complete and _total(told) != order.shipping_total:
        words = "differs from the sum of the lines' shipping prices, which is what Kibo takes; set one of them right"
        riddles.append(FieldError("shipping_total", "sum", words))
    beyond = [n for n in extras.items if n >= len(order.lines)]
    riddles += [FieldError(f"extra.kibo.items.{n}", "unknown", "the order has no such line") for n in beyond]
    return tuple(riddles)


def present(content: dict[str, Any]) -> dict[str, Any]:
    """What is absent is left out, never null (section 5.4.9)."""
    return {name: value for name, value in content.items() if value is not None and value != "" and value != {}}


def _is_whole(order: Order, lines: Sent) -> bool:
    """The order's shipping is told as a whole: no line has any of its own."""
    return bool(order.shipping_total) and not _total(line.shipping_price for _, line in lines)


def _tax(order: Order, line: Line, *, forced: bool) -> Decimal | None:
    """The tax on top of the price. Where prices include it there is none on top: said only when Kibo must be told."""
    if order.prices_include_tax is False:
        return line.tax_amount
    return Decimal(0) if forced and order.prices_include_tax else None


def _total(amounts: Any) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal())


def _places(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
