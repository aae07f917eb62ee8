"""Our words to Kibo's, value for value (seed 004, contracts/oms.md sections 5.2 to 5.4). Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.oms.kibo.extras import Extras, extras_of
from pipeline.connectors.oms.kibo.items import items_of, present, riddles_of, sent_lines
from pipeline.connectors.oms.kibo.lengths import riddles_in
from pipeline.connectors.oms.kibo.names import CANONICAL
from pipeline.connectors.oms.kibo.nulls import with_nulls
from pipeline.connectors.oms.kibo.schema import faults_of, placed
from pipeline.connectors.oms.kibo.style import IMPORT_ONLY, Style, ipv4, is_external
from pipeline.connectors.paging import zulu
from pipeline.domain.address import Address
from pipeline.domain.errors import FieldError, Invalid, Puzzling
from pipeline.domain.maps import MAPPED
from pipeline.domain.order import Delivery, FraudSignal, Order, OrderStatus

STATUSES: Final[Mapping[str, OrderStatus]] = {  # the closed list of section 5.2; CANCELLED with two l
    "READY": OrderStatus.UNSHIPPED,
    "SHIPPED": OrderStatus.SHIPPED,
    "CANCELLED": OrderStatus.CANCELED,
}
WORDS: Final = {status: word for word, status in STATUSES.items()}
VOLATILE: Final = frozenset({"orderStatus"})  # our own ship confirmation changes it
PAYMENTS: Final = frozenset({"CC", "CS", "LV", "PP", "EB", "PZ", "NO"})
_CODE: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_PAIR: Final = re.compile(r"\s*([^/\s][^/]*?)\s*/\s*([^/\s][^/]*?)\s*")


def order_of(order: Order, style: Style) -> dict[str, Any]:
    """The body of an import, without what is absent. Raises Invalid with every fault at once (and what is to be held
    beside them), else Puzzling; paths canonical. A status without a word is left out: see `place_of`.
    """
    extras = extras_of(order.extra)
    lines = sent_lines(order)
    riddles: list[FieldError] = []
    content = present(
        {
            "externalOrderID": order.id,
            "manufacturerID": style.manufacturer_id,
            "catalogID": style.catalog_id,
            "locale": style.locale,
            "currency": order.currency,
            "orderStatus": WORDS.get(order.status) if order.status and style.imports else None,
            "sendEmail": style.send_email,
            "optInRetailer": False,  # a marketplace's buyer is not the retailer's (section 5.4.3)
            "customer": {**_customer(order), **extras.customer},
            "customerIP": _ip(order.buyer.ip, style.ip_fallback),
            "shippingMethod": _shipping(order.delivery, style, riddles),
            "shippingAddress": _address(order.shipping_address, extras.shipping_address),
            "orderPayments": [_payment(order, style, extras, riddles)],
            "importedCreationDate": _time(order.purchased_at) if style.imports else None,
            "expectedDeliveryDate": _time(order.deliver_by),
            "cartID": order.basket_id,
            "orderComment": order.comment,
            "orderGift": present({"recipient": order.gift.recipient, "message": order.gift.message}),
            **style.optional,
            **extras.order,
        }
    )
    content["orderItems"] = items_of(order, lines, extras)
    if order.fraud:
        content["fraudData"] = [_fraud(signal) for signal in order.fraud]
    places = [n for n, _ in lines]
    riddles += riddles_of(order, lines, extras)
    riddles += placed(riddles_in(content, CANONICAL, entities=style.entities), places)
    faults = (*extras.faults, *_import_only(extras, style), *faults_of(content, places))
    if faults:
        raise Invalid.of((*faults, *riddles))
    if riddles:
        raise Puzzling.of(tuple(riddles))
    return with_nulls(content) if style.nulls else content


def place_of(order: Order, style: Style) -> str:
    """The call that takes it; empty where Kibo has no word for its status. That is said when it is sent, not before:
    an order that waits for our accept is pending until then, and one that Kibo has may ship in parts.
    """
    if style.imports:
        return "importOrder/" if order.status in WORDS else ""
    return "createOrder/" if order.status is OrderStatus.UNSHIPPED else ""


def _import_only(extras: Extras, style: Style) -> list[FieldError]:
    words = "is importOrder's only; remove it by `edit`"
    found = [name for name in IMPORT_ONLY if name in extras.order and not style.imports]
    return [FieldError(f"extra.kibo.{name}", "unknown", words) for name in found]


def _customer(order: Order) -> dict[str, Any]:
    """Kibo's addresses hold no names, so this one is on the parcel: of whom it is sent to, else of the buyer."""
    buyer, to, payer = order.buyer, order.shipping_address, order.billing_address
    person = next((one for one in (to, buyer, payer) if one.first_name or one.last_name), to)
    company = None if person.first_name or person.last_name else to.company or buyer.company or payer.company
    phone = buyer.phone or to.phone or payer.phone
    return present(
        {
            "firstName": person.first_name,
            "lastName": person.last_name or company,
            "email": buyer.email or to.email or payer.email,
            "phone1": phone,
            "phone2": to.phone if to.phone != phone else None,
        }
    )


def _address(address: Address, extra: Mapping[str, Any]) -> dict[str, Any]:
    street = " ".join(part for part in (address.street, address.house_number, address.house_number_extension) if part)
    return present(
        {
            "addressLine1": address.line1 or street,
            "addressLine2": address.line2,
            "addressLine3": address.line3,
            "phone": address.phone,
            "city": address.city,
            "postalCode": address.postal_code,
            "state": address.state,
            "countryCode": address.country,
            **extra,
        }
    )


def _ip(told: str | None, fallback: str | None) -> str | None:
    """The buyer's own, if it is an external IPv4, else the one of the settings (section 5.4.4)."""
    address = ipv4(told)
    return str(address) if address and is_external(address) else fallback


def _shipping(delivery: Delivery, style: Style, riddles: list[FieldError]) -> dict[str, str]:
    kind, grade = style.shipping
    word = delivery.carrier or delivery.service
    pair = _PAIR.fullmatch(word) if word else None
    if pair:
        kind, grade = pair[1], pair[2]
    elif word and word.casefold() not in (kind.casefold(), grade.casefold()):
        words = (
            f"{word!r} is no shipping that Kibo is known to have; "
            f'add it to the route\'s shipping_map, as "TYPE/CLASS" such as "{kind}/{grade}"'
        )
        riddles.append(FieldError("delivery.carrier", "shipping_map", words))
    return {"shippingType": kind, "shippingClass": grade}


def _payment(order: Order, style: Style, extras: Extras, riddles: list[FieldError]) -> dict[str, Any]:
    """Never a card number: the marketplace has the money. Its own word for a method is no payment type and needs none
    (section 5.4.6); a word that looks like a type, or that a map gave as one, must be one.
    """
    method = order.payment.method
    known = PAYMENTS | {style.payment_type, *style.payment_types}
    given = "payment.method" in order.extra.get(MAPPED, ())
    if method and method not in known and (given or _CODE.fullmatch(method)):
        remedy = "correct the route's payment_map" if given else "map it in the route's payment_map"
        words = (
            f"{method!r} is no payment type that Kibo is known to have ({', '.join(sorted(known))}); "
            f"{remedy}, or name it in the setting payment_types"
        )
        riddles.append(FieldError("payment.method", "payment_map", words))
    kind = method if method in known else style.payment_type
    way = present(
        {
            "billingAddress": _address(order.billing_address, extras.billing_address),
            "paymentType": kind,
            "noOperationType": style.no_operation_type if kind == "NO" else None,
        }
    )
    told = {"transactionID": order.payment.reference, "authAmount": order.total}
    return present({"paymentMethod": way, **told, **extras.payment})


def _fraud(signal: FraudSignal) -> dict[str, Any]:
    return present(
        {
            "fraudType": signal.kind,
            "fraudScore": _number(signal.score),
            "fraudTransactionID": signal.transaction_id,
            "fraudState": signal.state,
        }
    )


def _number(text: str | None) -> Decimal | str | None:
    """The score as a number; what is none stays, and is told as a fault."""
    return Decimal(text) if text and re.fullmatch(r"-?\d{1,18}(\.\d{1,9})?", text, re.ASCII) else text


def _time(at: datetime | None) -> str | None:
    return zulu(at) if at else None
