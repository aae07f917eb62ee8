"""An OrderLine by S003: the vocabulary, one line a unit, and a price equation without tolerance."""

from decimal import Decimal
from typing import Any

from sandbox.checks import Errors, check_filled
from sandbox.ois.dials import OisDials

CENT = Decimal("0.01")
# Both forms of S003; 4 is headed "Coupon" there, its word is Voucher.
LINE_TYPES = {"1": "Article", "2": "ShippingCost", "3": "PaymentFee", "4": "Voucher"}
DISCOUNT_KEYS = ("OrderDiscounts", "OrderDiscount")
LONGEST_NUMBER = 15  # significant digits: more cause rounding trouble (contracts, OMS 4.1)


def check_amount(value: Any, *, zero: bool) -> str | None:
    """S003: "All amounts concerning prices must be positive values." A JSON number, read exactly."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return "a number"
    amount = Decimal(value)
    if amount < 0 or (amount == 0 and not zero):
        return "positive"
    return "at most 15 significant digits" if len(amount.as_tuple().digits) > LONGEST_NUMBER else None


def check_lines(lines: Any, dials: OisDials, errors: Errors) -> None:
    """Every line's faults, by path."""
    if not isinstance(lines, list) or not lines:
        errors["OrderLines"] = ["required, a list, not empty"]
        return
    for n, line in enumerate(lines):
        if isinstance(line, dict):
            _check_line(line, dials, f"OrderLines.{n}.", errors)
        else:
            errors[f"OrderLines.{n}"] = ["an object"]


def _check_line(line: dict[str, Any], dials: OisDials, prefix: str, errors: Errors) -> None:
    kind = line.get("LineType")
    if not isinstance(kind, str) or kind not in {*LINE_TYPES, *LINE_TYPES.values()}:
        errors[f"{prefix}LineType"] = ["text, one of 1 Article, 2 ShippingCost, 3 PaymentFee, 4 Voucher"]
    if kind in ("1", "Article"):
        _check_article(line, prefix, errors)
    quantity = line.get("Quantity", 1)
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        errors[f"{prefix}Quantity"] = ["a whole number from 1"]
    elif quantity > 1 and dials.one_line_per_unit:
        errors[f"{prefix}Quantity"] = ["1: a line for every unit"]
    _check_prices(line, dials.allow_zero_amounts, prefix, errors)


def _check_article(line: dict[str, Any], prefix: str, errors: Errors) -> None:
    if fault := check_filled(line.get("VariantIdentifier")):
        errors[f"{prefix}VariantIdentifier"] = [f"required on an article, {fault}"]
    rate: Any = line.get("VATPercentage")
    fault = check_amount(rate, zero=True)
    if fault or rate > 100:
        errors[f"{prefix}VATPercentage"] = [f"required on an article, {fault or 'at most 100'}"]


def _check_prices(line: dict[str, Any], zero: bool, prefix: str, errors: Errors) -> None:
    """`Value` on a line is the amount paid: the same as Price. All discounts are compared as one sum."""
    faults = {key: check_amount(line.get(key), zero=zero) for key in ("OriginalPrice", "Price")}
    if "Value" in line:
        faults["Value"] = check_amount(line["Value"], zero=zero)
    discounts = _list_discounts(line, zero, faults)
    if wrong := {prefix + key: [fault] for key, fault in faults.items() if fault}:
        errors |= wrong
        return
    price = Decimal(line["Price"])
    if Decimal(line["OriginalPrice"]).quantize(CENT) != (price + sum(discounts, Decimal())).quantize(CENT):
        errors[f"{prefix}OriginalPrice"] = ["Price and the discounts, to the cent"]
    if "Value" in line and Decimal(line["Value"]).quantize(CENT) != price.quantize(CENT):
        errors[f"{prefix}Value"] = ["the amount paid: Price"]


def _list_discounts(line: dict[str, Any], zero: bool, faults: dict[str, str | None]) -> list[Decimal]:
    amounts: list[Decimal] = []
    for key in DISCOUNT_KEYS:
        discounts = line.get(key, [])
        if not isinstance(discounts, list):
            faults[key] = "a list"
            continue
        for n, discount in enumerate(discounts):
            value = discount.get("Value") if isinstance(discount, dict) else None
            fault = faults[f"{key}.{n}.Value"] = check_amount(value, zero=zero)
            if fault is None and value is not None:
                amounts.append(Decimal(value))
    return amounts
