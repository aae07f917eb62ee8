"""Our words to OIS', value for value (seed 003, contracts/oms.md sections 4.3 to 4.5).

No document publishes the order's schema. Assumed names: Identifier, OrderDate, ShippingAddress, BillingAddress, and
Value in coupon payments (and those of `lines.py`); all others are the seed's.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from pipeline.connectors.oms.ois.addresses import absent_not_null, address_of
from pipeline.connectors.oms.ois.limits import Limits, cut, nfc, too_long
from pipeline.connectors.oms.ois.lines import Found, order_lines
from pipeline.connectors.oms.ois.schema import METHODS, faults_of
from pipeline.domain.errors import FieldError, Invalid, NotConfigured, Puzzling
from pipeline.domain.order import Order

_UNKNOWN: Final = "{word!r} is none of OIS's {what}; {remedy} (`orderpipe call` lists them: {operation})"


class Known(Protocol):
    """What OIS knows: gives the identifier as OIS writes it, None for what it does not list."""

    def agent(self, word: str) -> str | int | None:
        """A shipping agent."""

    def option(self, word: str) -> str | int | None:
        """A payment option, its provider listed too."""

    def branch(self, word: str) -> str | int | None:
        """A branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How an account wants its orders: the settings that the mapping depends on."""

    explode: bool
    numbers: bool  # LineType "1", not "Article"
    zero: bool
    limits: Limits
    terms: tuple[str, ...]
    service: str | None
    coupon_key: str
    coupon_option: str | None
    coupon_code: str | None  # the constant agreed at implementation, not the coupon's own code
    cut_pickup_name: bool = False


def order_of(order: Order, style: Style, known: Known) -> dict[str, Any]:
    """The order, without what is absent. Raises Invalid or Puzzling with everything at once, paths canonical."""
    found = order_lines(order, explode=style.explode, numbers=style.numbers)
    faults, riddles = found.faults, found.riddles
    content = absent_not_null(
        {
            "Identifier": order.id,
            "OrderDate": order.purchased_at and order.purchased_at.isoformat(timespec="seconds"),
            **_delivery(order, style, known, riddles),
            "ShippingAgentServiceCode": style.service,  # 4.3.8: absent, not even null, unless configured at OIS
            "ShippingTerms": list(style.terms) or None,
            "PaymentOptionId": _known(
                "payment.method", order.payment.method, known.option, "payment options", "payment_options", riddles
            ),
            "PaymentReference": order.payment.reference or order.reference or order.id,  # 4.3.9
            **{
                theirs: address_of(getattr(order, ours), order.buyer, style.limits, ours, riddles)
                for theirs, ours in (("ShippingAddress", "shipping_address"), ("BillingAddress", "billing_address"))
            },
            "OrderLines": found.lines,
        }
    )
    riddles += too_long(content, style.limits, {"PickupLocationName": "delivery.pickup_name"})
    check_amounts(order, style, found)
    paid = coupons(order, found)
    if not found.lines and (faults or riddles):  # what is wrong with its lines is told already
        faults += [fault for fault in faults_of(content, found.places) if fault.path != "lines"]
    else:
        faults += _new(faults_of(content, found.places), faults)
    if faults:
        raise Invalid.of((*faults, *riddles))
    if riddles:
        raise Puzzling.of(tuple(riddles))
    if paid:
        terms = coupon_terms(style, known)
        content[style.coupon_key] = [{**terms, "Value": value} for value in paid]
    return content


def _delivery(order: Order, style: Style, known: Known, riddles: list[FieldError]) -> dict[str, Any]:
    delivery = order.delivery
    found: dict[str, Any] = {
        "DeliveryMethod": METHODS.get(delivery.method, delivery.method) if delivery.method else None,
        "ShippingAgentId": _known(
            "delivery.carrier", delivery.carrier, known.agent, "shipping agents", "shipping_agents", riddles
        ),
    }
    match delivery.method:
        case "store":
            found["PickupBranchIdentifier"] = _known(
                "delivery.pickup_id", delivery.pickup_id, known.branch, "branches", "branches", riddles
            )
        case "service_point":
            found["PickupLocationCode"] = delivery.pickup_id
            name = delivery.pickup_name and nfc(delivery.pickup_name)
            found["PickupLocationName"] = cut(name, style.limits) if name and style.cut_pickup_name else name
        case "home":
            for path in ("pickup_id", "pickup_name"):
                if getattr(delivery, path):
                    words = "OIS takes no pickup point with home delivery; edit this, or delivery.method"
                    riddles.append(FieldError(f"delivery.{path}", "forbidden", words))
    return found


def _known(path: str, word: str | None, find: Any, what: str, operation: str, riddles: list[FieldError]) -> Any:
    """The identifier as OIS has it. A word it does not know is a riddle, and is given back: it is not missing."""
    found = find(word) if word else None
    if word and found is None:
        maps = {"delivery.carrier": "shipping_map", "payment.method": "payment_map"}
        remedy = f"correct the route's {maps[path]}" if path in maps else "edit it"
        words = _UNKNOWN.format(word=word, what=what, remedy=remedy, operation=operation)
        riddles.append(FieldError(path, "unknown", words))
        return word
    return found


def check_amounts(order: Order, style: Style, found: Found) -> None:
    """With VAT, and above 0 where the setting says so."""
    if order.prices_include_tax is False:
        words = "OIS takes amounts with VAT, and these are without; edit the prices and this"
        found.faults.append(FieldError("prices_include_tax", "with_tax", words))
    if style.zero:
        return
    for line, place in zip(found.lines, found.places, strict=True):
        if not all(line.get(name, 1) for name in ("OriginalPrice", "Price")):
            path = f"{place}.unit_price" if place.startswith("lines.") else place
            words = "OIS takes no amount of 0 (setting allow_zero_amounts)"
            found.faults += _new([FieldError(path, "zero", words)], found.faults)


def coupons(order: Order, found: Found) -> list[Decimal]:
    """Payments, never discounts (4.3.10): what each one pays."""
    values: list[Decimal] = []
    for index, coupon in enumerate(order.payment.coupons):
        path = f"payment.coupons.{index}.amount"
        if coupon.amount is None or coupon.amount == 0:
            found.faults.append(FieldError(path, "required", "OIS needs the amount that a coupon pays; edit it"))
        elif found.cents(path, coupon.amount):
            values.append(coupon.amount.quantize(Decimal("0.01")))
    paid = sum(values, Decimal())
    if found.lines and paid > sum((line.get("Value", Decimal()) for line in found.lines), Decimal()):
        words = "the coupons pay more than OIS is told the order costs; edit them"
        found.faults.append(FieldError("payment.coupons", "range", words))
    return values


def coupon_terms(style: Style, known: Known) -> dict[str, Any]:
    """Which option and Code a coupon pays with: both are agreed at implementation, and needed only here."""
    missing = [
        name
        for name, value in (("coupon_payment_option", style.coupon_option), ("coupon_code", style.coupon_code))
        if not value
    ]
    if missing or style.coupon_option is None:
        raise NotConfigured(f"not configured: an order paid by coupon needs {' and '.join(missing)}, agreed with OIS")
    option = known.option(style.coupon_option)
    if option is None:
        raise NotConfigured(f"coupon_payment_option {style.coupon_option!r} is none of OIS's payment options")
    return {"PaymentOptionId": option, "Code": style.coupon_code}


def _new(more: list[FieldError], told: list[FieldError]) -> list[FieldError]:
    paths = {fault.path for fault in told}
    return [fault for fault in more if fault.path not in paths]
