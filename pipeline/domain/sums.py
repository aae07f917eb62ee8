"""Whether an order's amounts add up, shown as a sum where they do not."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from pipeline.domain.money import shown
from pipeline.domain.order import Line, Order, OrderStatus

CENT: Final = Decimal("0.01")
SHOWN_LINES: Final = 6
Term = tuple[Decimal, str]


def misses(order: Order) -> str | None:
    """`2 x 10.00 + 4.90 shipping = 24.90, but total says 25.90`, or None where it adds up within 0.01 a line.

    Also None where it can't be said: no total, a line without quantity or price, or a line (partly) cancelled, of
    which nobody says whether the total still holds it.
    """
    if order.total is None or not order.lines or not all(_can_be_counted(line) for line in order.lines):
        return None
    goods = sum((line_total(line) for line in order.lines), Decimal())
    terms = [term for term in _other_terms(order) if term[0]]
    expected = goods + sum((amount for amount, _ in terms), Decimal())
    if abs(expected - order.total) <= CENT * len(order.lines):
        return None
    sum_shown = _lines_shown(order.lines, goods) + "".join(_signed(amount, name) for amount, name in terms)
    return f"{sum_shown} = {shown(expected)}, but total says {shown(order.total)}"


def line_misses(line: Line) -> str | None:
    """The same for one line's own total, within 0.01 a piece (a unit price may have been rounded)."""
    if line.total is None or not _can_be_counted(line):
        return None
    expected = line_total(line)
    if abs(expected - line.total) <= CENT * max(line.quantity or 1, 1):
        return None
    return f"{_line_shown(line)} = {shown(expected)}, but total says {shown(line.total)}"


def line_total(line: Line) -> Decimal:
    """Quantity x unit price - discounts."""
    return (line.quantity or 0) * (line.unit_price or Decimal()) - _discount(line)


def _discount(line: Line) -> Decimal:
    return _total_of(discount.amount for discount in line.discounts)


def _total_of(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal())


def _can_be_counted(line: Line) -> bool:
    cancelled = bool(line.canceled_quantity) or line.status is OrderStatus.CANCELED
    return line.quantity is not None and line.unit_price is not None and not cancelled


def _other_terms(order: Order) -> Iterable[Term]:
    shipping = order.shipping_total
    yield _total_of(line.shipping_price for line in order.lines) if shipping is None else shipping, "shipping"
    yield order.payment_fee or Decimal(), "payment fee"
    yield order.duty_total or Decimal(), "duties"
    yield order.special_tax_total or Decimal(), "special taxes"
    if order.prices_include_tax is False:
        tax = order.tax_total
        yield _total_of(line.tax_amount for line in order.lines) if tax is None else tax, "tax"


def _line_shown(line: Line) -> str:
    discount = _discount(line)
    return f"{line.quantity} x {shown(line.unit_price or Decimal())}" + (
        _signed(-discount, "discount") if discount else ""
    )


def _lines_shown(lines: tuple[Line, ...], goods: Decimal) -> str:
    if len(lines) > SHOWN_LINES:
        return f"{shown(goods)} for {len(lines)} lines"
    return " + ".join(_line_shown(line) for line in lines)


def _signed(amount: Decimal, name: str) -> str:
    return f" {'-' if amount < 0 else '+'} {shown(abs(amount))} {name}"
