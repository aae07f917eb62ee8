"""OrderLines: one per unit, discounts allotted to the cent, costs as lines (contracts/oms.md section 4.3). Pure.

Names that no document gives (contracts/oms.md section 4.5) are assumed: VariantIdentifier, Quantity, OrderDiscounts
with Code and Value.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.oms.ois.cents import CENT, allot, cents_of, euros
from pipeline.domain.errors import FieldError
from pipeline.domain.order import Line, Order, OrderStatus

LINE_TYPES: Final = {"Article": "1", "ShippingCost": "2", "PaymentFee": "3", "Voucher": "4"}
MOST: Final = 10_000  # lines of one order: more is a slip of the pen
_VOUCHER: Final = ("Voucher", "4")  # the category of a line that sells a coupon, in OIS' own words
MOST_DIGITS: Final = Decimal(10) ** 13  # euros: 15 significant digits with two decimals
_DIGITS: Final = "OIS rounds amounts of more than 15 digits, and this has more; edit it"
_PLACES: Final = "OIS takes two decimals, and this is not in whole cents; edit it"


@dataclass(slots=True)
class Found:
    """What became of an order's lines. `places`: the canonical path of each wire line."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    faults: list[FieldError] = field(default_factory=list)
    riddles: list[FieldError] = field(default_factory=list)

    def add(self, place: str, line: dict[str, Any]) -> None:
        """One wire line, without what is absent."""
        self.lines.append({name: value for name, value in line.items() if value is not None})
        self.places.append(place)

    def cents(self, path: str, amount: Decimal) -> int | None:
        """Whole cents that are not below zero, else None and a fault or a riddle."""
        cents = cents_of(amount)
        if amount < 0:
            self.faults.append(FieldError(path, "range", "OIS takes positive amounts only"))
        elif abs(amount) >= MOST_DIGITS:
            self.riddles.append(FieldError(path, "digits", _DIGITS))
            return None
        elif cents is None:
            self.riddles.append(FieldError(path, "cents", _PLACES))
        return None if amount < 0 else cents


def order_lines(order: Order, *, explode: bool, numbers: bool) -> Found:
    """Every line to send. `explode`: one per unit; `numbers`: LineType as a number in text."""
    found = Found()
    words = LINE_TYPES if numbers else {name: name for name in LINE_TYPES}
    units = sum(line.quantity or 0 for line in order.lines)
    if explode and units > MOST:
        words_ = f"more than {MOST} units would be as many lines at OIS; turn explode_quantity off for these"
        found.riddles.append(FieldError("lines", "too_many", words_))
        return found
    for index, line in enumerate(order.lines):
        left = (line.quantity or 1) - (line.canceled_quantity or 0)
        if line.status is not OrderStatus.CANCELED and left > 0:  # what its marketplace canceled is not shipped
            kind = words["Voucher" if line.category in _VOUCHER else "Article"]
            add_article(found, f"lines.{index}", line, kind, left, explode)
    for amount, rate in _shipping(order):
        add_cost(found, "shipping_total", words["ShippingCost"], amount, rate)
    add_cost(found, "payment_fee", words["PaymentFee"], order.payment_fee or Decimal(), _one_rate(order))
    for path in ("duty_total", "special_tax_total"):
        if getattr(order, path):
            riddle = "OIS has no line for it: the buyer would have paid more than OIS is told; edit it"
            found.riddles.append(FieldError(path, "no_place", riddle))
    return found


def add_article(found: Found, place: str, line: Line, kind: str, left: int, explode: bool) -> None:
    """A line per unit, or one for all; each discount allotted to the cent over the units."""
    wire = {"LineType": kind, "VariantIdentifier": line.sku, "VATPercentage": line.tax_rate}
    if line.quantity is None or line.quantity < 1 or line.unit_price is None:
        priced = dict.fromkeys(("OriginalPrice", "Price", "Value"), line.unit_price)
        found.add(place, {**wire, "Quantity": line.quantity, **priced})  # the schema says what is missing
        return
    reductions = _discounts(found, place, line)
    gross = found.cents(f"{place}.unit_price", _gross(line))
    if reductions is None or gross is None:
        return
    if sum(cents for _, cents in reductions) > gross:
        words = "more discount than the line costs, and OIS takes positive amounts only"
        found.faults.append(FieldError(f"{place}.discounts", "range", words))
        return
    quantity = line.quantity
    originals, lowered, start = allot(gross, quantity), [], 0
    for code, cents in reductions:
        lowered.append((code, allot(cents, quantity, start)))
        start = (start + cents) % quantity  # the next one's odd cents go where none went yet
    uneven = any(len(set(parts)) > 1 for parts in (originals, *(parts for _, parts in lowered)))
    if not explode and uneven:
        words = "does not divide evenly over the quantity, and OIS knows no tolerance; turn explode_quantity on"
        found.riddles.append(FieldError(f"{place}.discounts", "cents", words))
        return
    for unit in range(left if explode else 1):
        parts = [(code, cents[unit]) for code, cents in lowered if cents[unit]]
        found.add(place, {**wire, **_amounts(originals[unit], parts, 1 if explode else left)})


def _amounts(original: int, reductions: list[tuple[str | None, int]], quantity: int) -> dict[str, Any]:
    price = original - sum(cents for _, cents in reductions)
    discounts = [{**({"Code": code} if code else {}), "Value": euros(cents)} for code, cents in reductions]
    return {
        "Quantity": quantity,
        "OriginalPrice": euros(original),
        "Price": euros(price),
        "Value": euros(price * quantity),  # what is paid, with VAT
        "OrderDiscounts": discounts or None,
    }


def _discounts(found: Found, place: str, line: Line) -> list[tuple[str | None, int]] | None:
    """Code and cents of each; None where one is unfit."""
    reductions: list[tuple[str | None, int]] = []
    fit = True
    for index, discount in enumerate(line.discounts):
        path = f"{place}.discounts.{index}.amount"
        if discount.amount is None:
            found.faults.append(FieldError(path, "required", "OIS needs the amount of each discount; edit it"))
        cents = None if discount.amount is None else found.cents(path, discount.amount)
        fit = fit and cents is not None
        if cents:
            reductions.append((discount.code, cents))
    return reductions if fit else None


def _gross(line: Line) -> Decimal:
    """Before discounts. Where the line's own total differs by what rounding a unit price does, that is what was paid:
    the difference goes into the numbers, there is no tolerance.
    """
    quantity, unit_price = line.quantity or 0, line.unit_price or Decimal()
    gross = quantity * unit_price
    if line.total is None:
        return gross
    told = line.total + sum((discount.amount or Decimal() for discount in line.discounts), Decimal())
    return told if abs(told - gross) <= CENT * quantity else gross


def add_cost(found: Found, place: str, kind: str, amount: Decimal, rate: Decimal | None) -> None:
    """A line that is no article; nothing for 0."""
    cents = found.cents(place, amount)
    if cents:
        found.add(place, {"LineType": kind, **_amounts(cents, [], 1), "VATPercentage": rate})


def _shipping(order: Order) -> Iterator[tuple[Decimal, Decimal | None]]:
    """Amount and rate of each shipping line: one per VAT rate where the lines tell their own shipping."""
    told = sum((line.shipping_price or Decimal() for line in order.lines), Decimal())
    if order.shipping_total is not None and order.shipping_total != told:
        yield order.shipping_total, _one_rate(order)
        return
    by_rate: dict[Decimal | None, Decimal] = {}
    for line in order.lines:
        if line.shipping_price is not None and line.status is not OrderStatus.CANCELED:
            by_rate[line.tax_rate] = by_rate.get(line.tax_rate, Decimal()) + line.shipping_price
    for rate, amount in by_rate.items():
        yield amount, rate


def _one_rate(order: Order) -> Decimal | None:
    """The articles' VAT rate; None where they differ: whose it is can't be told."""
    rates = {line.tax_rate for line in order.lines if line.status is not OrderStatus.CANCELED}
    return rates.pop() if len(rates) == 1 else None
