"""Our words to Transiteo's, value for value (seed 001, contracts/oms.md sections 2.3, 2.4). Pure.

The seed has three parties and explains none of them: `customer` is who receives (the country of arrival is theirs),
`buyer` who pays, `agent` the customs agent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.oms.transiteo.countries import country_of
from pipeline.connectors.oms.transiteo.schema import INCOTERMS, faults_of, fits
from pipeline.connectors.oms.transiteo.sku import SkuTemplate
from pipeline.connectors.wire import Unfit, record, text
from pipeline.domain.address import Address, Buyer
from pipeline.domain.errors import FieldError, Invalid, Puzzling
from pipeline.domain.order import Agent, Line, Order, OrderStatus

CANCELLED: Final = "CANCELLED"
STATUT_MAP: Final = {  # what is released is paid; the official connector's default is PAID
    OrderStatus.PENDING: "AWAITING",
    OrderStatus.UNSHIPPED: "PAID",
    OrderStatus.PARTIALLY_SHIPPED: "PAID",
    OrderStatus.SHIPPED: "PAID",
    OrderStatus.CANCELED: CANCELLED,
}
VOLATILE: Final = frozenset({"order_update_statut"})  # our own writes at the marketplace change it
PAYMENT_TYPE: Final = "extra.transiteo.payment_type"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How an account wants its values: the settings that the mapping depends on."""

    alpha3: bool
    tick: timedelta  # the unit of times
    agent_address: tuple[str, ...]  # the field's spellings (section 2.4.2)
    sku: SkuTemplate
    statuts: Mapping[OrderStatus, str]
    tells_updates: bool
    incoterm_case: str


@dataclass(slots=True)
class _Findings:
    """What is wrong with one order, gathered while it is mapped."""

    faults: list[FieldError] = field(default_factory=list)
    riddles: list[FieldError] = field(default_factory=list)


def order_of(order: Order, style: Style) -> dict[str, Any]:
    """The body, without what is absent. Raises Invalid with every fault at once, paths canonical; Puzzling."""
    found = _Findings()
    # A line canceled at its marketplace crosses no border; the others keep their numbers.
    whole = order.status is OrderStatus.CANCELED
    sent = [(n, line) for n, line in enumerate(order.lines) if whole or line.status is not OrderStatus.CANCELED]
    customs, payment = order.customs, order.payment
    content = _present(
        {
            "order_id": order.id,
            "invoice_id": customs.invoice_id,
            "url": order.url,
            "order_date_hour": _ticks(order.purchased_at, style.tick),
            **_place("customer", order.shipping_address, order.buyer, "shipping_address", style, found),
            "customer_email": order.shipping_address.email or order.buyer.email,
            **_place("buyer", order.billing_address, order.buyer, "billing_address", style, found),
            **_agent(customs.agent, style, found),
            "order_payment_type": payment.method,
            "order_payment_date": _ticks(payment.paid_at, style.tick),
            "exporting_carrier": customs.exporting_carrier,
            "departure_country": _country(customs.departure_country, "customs.departure_country", style, found),
            "arrival_country": _country(*_arrival(order), style, found),
            "products": [_product(order, line, n, style, found) for n, line in sent],
            "shipping_carrier": order.delivery.carrier or order.delivery.service,
            "category_of_item": customs.category or _category([line for _, line in sent]),
            "payment_type": _payment_type(order, found),
            "amount_products": _goods(order, [line for _, line in sent]),
            "amount_shipping": _amount(order.shipping_total, [line.shipping_price for _, line in sent]),
            "amount_duty": order.duty_total or _ZERO,
            "amount_vat": _amount(order.tax_total, [line.tax_amount for _, line in sent]),
            "amount_specialtaxes": order.special_tax_total or _ZERO,
            "incoterm": _incoterm(customs.incoterm, style, found),
            "currency": order.currency,
            "order_statut": style.statuts[order.status] if order.status else None,
            "order_update_statut": _ticks(order.updated_at, style.tick) if style.tells_updates else None,
            "duty_calculation_timestamp": _ticks(customs.duty_calculated_at, style.tick),
        }
    )
    if not found.faults and not found.riddles and fits(content):
        return content
    _judge(found, faults_of(content, tuple(n for n, _ in sent)), _arrival(order)[1])
    return content


def order_id_of(order_id: str | None) -> str:
    """An order's id, which everything is known by. Raises Invalid."""
    if not order_id:
        raise Invalid.of((FieldError("order_id", "required", "Transiteo needs the order's id"),))
    return order_id


def _judge(found: _Findings, faults: tuple[FieldError, ...], arrival: str) -> None:
    """Raises Invalid where a rule is broken, Puzzling where only words are unknown; each path once."""
    broken = {fault.path: fault for fault in found.faults}
    for fault in faults:
        path = arrival if fault.path == "customs.arrival_country" else fault.path
        broken.setdefault(path, FieldError(path, fault.rule, fault.message))
    riddles = {riddle.path: riddle for riddle in found.riddles}
    if broken:
        raise Invalid.of((*broken.values(), *(one for path, one in riddles.items() if path not in broken)))
    if riddles:
        raise Puzzling.of(tuple(riddles.values()))


def _product(order: Order, line: Line, n: int, style: Style, found: _Findings) -> dict[str, Any]:
    sku = style.sku.fill(order, line)
    if sku is None:
        words = "Transiteo's sku_template is made of it"
        own = f"lines.{n}.sku"  # the schema asks for that one itself
        missing = [path for path in style.sku.missing(order, line, n) if path != own]
        found.faults += [FieldError(path, "required", words) for path in missing]
    return _present(
        {
            "sku": sku,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "unit_price_currency": order.currency,
            "seller_id": line.seller_id,
        }
    )


def _place(role: str, at: Address, buyer: Buyer, path: str, style: Style, found: _Findings) -> dict[str, str | None]:
    """The six fields of a party. Names are one person's, never put together from two."""
    person = next((one for one in (at, buyer) if one.first_name and one.last_name), at)
    street = " ".join(part for part in (at.street, at.house_number, at.house_number_extension) if part)
    lines = (at.line1 or street, at.line2, at.line3)
    return {
        f"{role}_firstname": person.first_name,
        f"{role}_lastname": person.last_name,
        f"{role}_address": ", ".join(line for line in lines if line),
        f"{role}_zipcode": at.postal_code,
        f"{role}_city": at.city,
        f"{role}_country": _country(at.country, f"{path}.country", style, found),
    }


def _agent(agent: Agent, style: Style, found: _Findings) -> dict[str, str | None]:
    return {
        "agent_firstname": agent.first_name,
        "agent_lastname": agent.last_name,
        **dict.fromkeys(style.agent_address, agent.line1),
        "agent_zipcode": agent.postal_code,
        "agent_city": agent.city,
        "agent_country": _country(agent.country, "customs.agent.country", style, found),
    }


def _arrival(order: Order) -> tuple[str | None, str]:
    """Where the goods go, and the path that says so."""
    if order.customs.arrival_country or not order.shipping_address.country:
        return order.customs.arrival_country, "customs.arrival_country"
    return order.shipping_address.country, "shipping_address.country"


def _country(code: str | None, path: str, style: Style, found: _Findings) -> str | None:
    known = country_of(code, alpha3=style.alpha3) if code else None
    if code and known is None:
        found.faults.append(FieldError(path, "form", "Transiteo takes ISO 3166 countries, and this is none"))
    return known


def _incoterm(word: str | None, style: Style, found: _Findings) -> str | None:
    if not word:
        return None
    if word.upper() not in INCOTERMS:
        words = f"{word!r} is none of the incoterms that Transiteo is known to take ({', '.join(INCOTERMS)})"
        found.riddles.append(FieldError("customs.incoterm", "unknown", words))
        return None
    match style.incoterm_case:
        case "lower":
            return word.lower()
        case "upper":
            return word.upper()
        case _:
            return word


def _payment_type(order: Order, found: _Findings) -> str | None:
    """`payment_type` beside `order_payment_type` is explained nowhere (section 2.4.5): only what a person put there."""
    try:
        return text(record(order.extra.get("transiteo")).get("payment_type"))
    except Unfit as unfit:
        found.faults.append(FieldError(PAYMENT_TYPE, "form", f"Transiteo's payment_type {unfit}"))
        return None


def _category(lines: list[Line]) -> str | None:
    """One word for the whole order (section 2.4.7): only where all lines agree."""
    categories = {line.category for line in lines}
    return categories.pop() if len(categories) == 1 else None


def _goods(order: Order, lines: list[Line]) -> Decimal:
    """The marketplace's total of the goods, unless lines of it are left out; else what the lines come to."""
    if order.goods_total is not None and len(lines) == len(order.lines):
        return order.goods_total
    return sum((_line_total(line) for line in lines), _ZERO)


def _line_total(line: Line) -> Decimal:
    if line.total is not None:
        return line.total
    off = sum((discount.amount or _ZERO for discount in line.discounts), _ZERO)
    return (line.quantity or 0) * (line.unit_price or _ZERO) - off


def _amount(total: Decimal | None, parts: list[Decimal | None]) -> Decimal:
    """The order's own, else what its lines come to where each of them tells; else the contract's default, 0."""
    if total is not None:
        return total
    known = [part for part in parts if part is not None]
    return sum(known, _ZERO) if len(known) == len(parts) else _ZERO


def _ticks(at: datetime | None, tick: timedelta) -> int | None:
    return None if at is None else (at - _EPOCH) // tick


def _present(content: dict[str, Any]) -> dict[str, Any]:
    """Optional fields are left out, never sent empty (section 2.3)."""
    return {name: value for name, value in content.items() if value is not None and value != ""}
