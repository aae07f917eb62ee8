"""What only Kibo knows: `extra.kibo`, set by a route's defaults or an operator's edit, with the seed's own names. Pure.

    extra.kibo.<optional field of the order>           such as forceItemTaxOverride, promotions, customOrderData
    extra.kibo.items.<line>.<field of an order item>   such as availability, options, itemTaxOverride
    extra.kibo.payment.<field of the payment>          such as authorizationID, maxAmount
    extra.kibo.customer.<field of the customer>        customerID, accountCreated
    extra.kibo.shipping_address.<field of an address>  such as latitude, fraudLock; billing_address likewise

Promotions and discounts go as they are written: their schema is not published.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.oms.kibo.style import LOCALE
from pipeline.connectors.wire import EMPTY, Unfit, amount, flag, record, records, text, whole
from pipeline.domain.errors import FieldError

Read = Callable[[Any], Any]
SECRET: Final = frozenset({"cardnumber", "password", "cvv", "cvv2", "cvc", "cardsecuritycode"})


def from_zero(value: Any) -> Decimal | None:
    """An amount of at least 0."""
    found = amount(value)
    if found is not None and found < 0:
        raise Unfit("must be at least 0")
    return found


def from_one(value: Any) -> int | None:
    """A whole number of at least 1."""
    found = whole(value)
    if found is not None and found < 1:
        raise Unfit("must be at least 1")
    return found


def tag(value: Any) -> str | None:
    """An IETF tag."""
    found = text(value)
    if found is not None and not LOCALE.fullmatch(found):
        raise Unfit("must be a locale such as en-US")
    return found


ORDER: Final[Mapping[str, Read]] = {
    "orderID": from_one,
    "shippingTax": from_zero,
    "shippingTaxRate": from_zero,
    "forceItemTaxOverride": flag,
    "customOrderData": record,
    "promotions": records,
    "discounts": records,
    "assignedLocation": text,
    "useInventory": flag,
    "allowSplit": flag,
    "optInRetailer": flag,
    "isTestOrder": flag,
    "channel": text,
    "landingCode": text,
    "currencyLocale": tag,
}
PRODUCT: Final[Mapping[str, Read]] = {
    "productID": from_one,
    "availability": text,
    "averageDealerMargin": from_zero,
    "UPC": text,
    "SKU": text,
}
SPECIFICS: Final[Mapping[str, Read]] = {
    "shippingTax": from_zero,
    "itemTaxOverride": from_zero,
    "customItemData": record,
    "options": record,
    "customData": record,
}
PAYMENT: Final[Mapping[str, Read]] = {
    "orderPaymentID": from_one,
    "paymentMethodID": from_one,
    "maxAmount": amount,  # -1 in the seed's example
    "transactionID": text,
    "authorizationID": text,
    "paymentType": text,  # the outer one, null in the seed's example
    "authAmount": from_zero,
}
CUSTOMER: Final[Mapping[str, Read]] = {"customerID": from_one, "accountCreated": text}
ADDRESS: Final[Mapping[str, Read]] = {
    "addressID": from_one,
    "customerID": from_one,
    "latitude": amount,
    "longitude": amount,
    "fraudLock": flag,
    "active": flag,
}
_BLOCKS: Final[Mapping[str, Mapping[str, Read]]] = {
    "payment": PAYMENT,
    "customer": CUSTOMER,
    "shipping_address": ADDRESS,
    "billing_address": ADDRESS,
}


@dataclass(frozen=True, slots=True)
class Extras:
    """What was found, by where it goes; `items` by the line's index in the order."""

    order: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    payment: Mapping[str, Any] = field(default_factory=dict)
    customer: Mapping[str, Any] = field(default_factory=dict)
    shipping_address: Mapping[str, Any] = field(default_factory=dict)
    billing_address: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[FieldError, ...] = ()


def extras_of(extra: Mapping[str, Any]) -> Extras:
    """Every fault at once, none raised."""
    given = extra.get("kibo")
    if not given:
        return Extras()
    faults: list[FieldError] = []
    rest = {name: value for name, value in given.items() if name != "items" and name not in _BLOCKS}
    order = _read(rest, ORDER, "extra.kibo", faults)
    blocks = {name: _read(given.get(name), reads, f"extra.kibo.{name}", faults) for name, reads in _BLOCKS.items()}
    items: dict[int, Mapping[str, Any]] = {}
    for name, value in _numbered(given.get("items"), faults):
        items[int(name)] = _read(value, {**PRODUCT, **SPECIFICS}, f"extra.kibo.items.{name}", faults)
    faults += _secrets(given, "extra.kibo")
    return Extras(order, items, **blocks, faults=tuple({fault.path: fault for fault in faults}.values()))


def _read(given: Any, reads: Mapping[str, Read], at: str, faults: list[FieldError]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not isinstance(given or EMPTY, Mapping):
        faults.append(FieldError(at, "form", "Kibo takes an object here"))
        return found
    for name, value in (given or EMPTY).items():
        read = reads.get(name)
        if read is None:
            words = f"Kibo has no such field here; it takes {', '.join(reads)}"
            faults.append(FieldError(f"{at}.{name}", "unknown", words))
            continue
        try:
            found[name] = read(value)
        except Unfit as unfit:
            faults.append(FieldError(f"{at}.{name}", "form", f"{unfit} for Kibo"))
    return {name: value for name, value in found.items() if value is not None}


def _numbered(given: Any, faults: list[FieldError]) -> list[tuple[str, Any]]:
    if isinstance(given, list | tuple):
        return [(str(index), value) for index, value in enumerate(given)]
    if not isinstance(given or EMPTY, Mapping) or not all(name.isdecimal() for name in given or EMPTY):
        faults.append(FieldError("extra.kibo.items", "form", "Kibo's items are objects by the index of their line"))
        return []
    return list((given or EMPTY).items())


def _secrets(value: Any, at: str) -> list[FieldError]:
    """Card numbers and passwords never go over the wire, whoever wrote them here (section 5.4.6)."""
    if isinstance(value, list | tuple):
        return [fault for index, inner in enumerate(value) for fault in _secrets(inner, f"{at}.{index}")]
    if not isinstance(value, Mapping):
        return []
    found = [fault for name, inner in value.items() for fault in _secrets(inner, f"{at}.{name}")]
    words = "Kibo is never sent card numbers or passwords; remove it by `edit`"
    names = (name for name in value if name.replace("_", "").replace("-", "").lower() in SECRET)
    return found + [FieldError(f"{at}.{name}", "secret", words) for name in names]
